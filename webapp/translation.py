"""The translation beside the original, sentence by sentence, always named as a machine's work.

Asked for with `translate=1`. What the time did not allow comes with the next request, as sentences are kept.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.article import Article
from indexer.errors import ArchiveError, SettingsError
from indexer.search.page import Highlight
from indexer.translation.base import Translation
from webapp import marking
from webapp.context import the_archive

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence of the original, and its translation ("" where there is none yet). `opens` a paragraph."""

    original: marking.Paragraph
    translation: str
    opens: bool


@dataclass(frozen=True, slots=True)
class Side:
    """What the page shows of a translation. Without `whole` the text is longer than what is translated."""

    model: str
    title: str
    rows: tuple[Row, ...]
    hits: int
    missing: int
    busy: bool
    whole: bool


def can_translate(article: Article) -> bool:
    """Whether there is a translator for an article's language."""
    try:
        translations = the_archive().translations
    except SettingsError as error:
        log.error("%s", error)
        return False
    return translations is not None and translations.can(article.language)


def side_by_side(
    article: Article,
    highlights: Sequence[Highlight],
    *,
    best: tuple[int, int],
) -> Side | None:
    """Return the rows of an article; None where the translator fails, whose reason is logged."""
    try:
        found = the_archive().translate(article)
    except ArchiveError as error:
        log.error("article %r: %s", article.id, error)
        return None
    return _side(article, found, highlights, best) if found else None


def _side(
    article: Article,
    found: Translation,
    highlights: Sequence[Highlight],
    best: tuple[int, int],
) -> Side:
    spans = [(sentence.start, sentence.end) for sentence in found.sentences]
    originals, hits = marking.paragraphs(article.text[: found.characters], highlights, best=best, spans=spans)
    rows = []
    before = 0
    for original, sentence in zip(originals, found.sentences, strict=True):
        opens = "\n" in article.text[before : sentence.start]
        rows.append(Row(original, marking.clean(sentence.translation or ""), opens))
        before = sentence.end
    return Side(
        model=found.model,
        title=marking.one_line(found.title or ""),
        rows=tuple(rows),
        hits=hits,
        missing=found.missing,
        busy=found.busy,
        whole=found.characters >= len(article.text),
    )
