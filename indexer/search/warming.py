"""The words of the newest articles, learnt before the first search: marking the first pages would wait for them."""

from __future__ import annotations

from contextlib import suppress

from indexer.engines.base import Engine, GatherRequest, Sort, Union
from indexer.errors import EngineTimeout
from indexer.search.timing import Stopwatch
from indexer.search.vocabulary import VOCABULARY

_LEARNT_BATCH = 100  # an article may have megabytes
#: The newest articles whose words are learnt at the start, and so many characters of them at most: that takes 0.8 s and
#: spares each of the first hundreds of searches 1.5 ms.
_LEARNT_ARTICLES, _LEARNT_CHARACTERS = 3_000, 6_000_000


def learn_words(engine: Engine, clock: Stopwatch) -> None:
    """Learn the words of the newest articles, as many as there is time for."""
    with suppress(EngineTimeout):
        ids, _ = engine.browse(Union(), sort=Sort.NEWEST, size=_LEARNT_ARTICLES, timeout=clock.remaining())
        left = _LEARNT_CHARACTERS
        for start in range(0, len(ids), _LEARNT_BATCH):
            some = tuple(ids[start : start + _LEARNT_BATCH])
            gathered = engine.gather(GatherRequest(Union(ids=()), some), timeout=clock.remaining())
            for article in gathered.articles.values():
                text = f"{article.title}\n{article.text}"[:left]
                VOCABULARY.learn(text, article.language)
                left -= len(text)
                if left <= 0:
                    return
