"""What is made from an archive's articles for its searches, and follows their changes."""

from __future__ import annotations

from indexer.engines.base import Engine
from indexer.models.base import Encoder
from indexer.search.background import KIND as BACKGROUND
from indexer.search.background import update_background
from indexer.search.lexicon import KIND as LEXICON
from indexer.search.lexicon import LexiconReport, update_lexicon

#: Kinds of small records that hold what is made so: whoever copies an archive's articles makes them anew.
DERIVED = frozenset({BACKGROUND, LEXICON})


def derive(engine: Engine, encoder: Encoder) -> LexiconReport:
    """Bring the background and the lexicon up to date; return what was done for the latter."""
    # The background first: readers learn from the lexicon's records that there is something new to read.
    return update_lexicon(engine, encoder, changes=update_background(engine))
