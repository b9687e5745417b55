"""Articles are cut into passages, each of them once: what was cut before is in the encode cache.

To count pieces takes more than half of what preparing an article takes, so an archive that is made again from the
cache would wait for it.
"""

from __future__ import annotations

import orjson

from indexer.article import Article, Passage
from indexer.ingest.passages import PASSAGES_VERSION, carried_title, make_passages, passage_texts
from indexer.models.base import Encoder, PassageText
from indexer.models.cache import EncodeCache


class Cutter:
    """Cuts articles into passages of at most `tokens` pieces. To be used by one thread."""

    def __init__(self, encoder: Encoder, cache: EncodeCache | None, *, tokens: int) -> None:
        self._encoder = encoder
        self._cache = cache
        self._tokens = tokens
        self._fresh: dict[bytes, bytes] = {}

    def __call__(self, article: Article) -> tuple[tuple[Passage, ...], list[PassageText]]:
        """Return an article's passages, and what the encoder reads for each."""
        if self._cache is None:
            passages, title = self._cut(article)
        else:
            key = self._key(article)
            if known := self._cache.cuts([key]).get(key):
                length, spans = orjson.loads(known)
                passages = tuple(Passage(number, *span) for number, span in enumerate(spans))
                title = article.title[:length]
            else:
                passages, title = self._cut(article)
                spans = [(passage.start, passage.end, passage.language) for passage in passages]
                self._fresh[key] = orjson.dumps((len(title), spans))
        return passages, passage_texts(article, passages, title)

    def keep(self) -> None:
        """Keep the cuts that were made since the last time."""
        fresh, self._fresh = self._fresh, {}
        if self._cache and fresh:
            self._cache.put_cuts(fresh)

    def _cut(self, article: Article) -> tuple[tuple[Passage, ...], str]:
        """Return an article's passages and the title that they carry."""
        passages = make_passages(article, self._encoder, tokens=self._tokens)
        return passages, carried_title(article, self._encoder)

    def _key(self, article: Article) -> bytes:
        """Return the digest of all that decides where an article is cut."""
        title = "" if article.title_made else article.title
        parts = (f"{PASSAGES_VERSION}.{self._tokens}", title, article.text, article.language)
        return EncodeCache.digest(self._encoder.fingerprint, parts)
