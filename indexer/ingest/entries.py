"""Articles that are stored already as entries of another archive: cut and encoded with the settings of now.

The pipeline does the same for records on their way in, side by side with reading and writing; here the
caller does one batch after the other.
"""

from __future__ import annotations

from collections.abc import Sequence

from indexer.article import Article
from indexer.engines.base import EncodedPassage, Entry
from indexer.ingest.origins import split_hash
from indexer.ingest.passages import make_passages, passage_texts
from indexer.models.base import Encoder, PassageEncoding, PassageText
from indexer.models.cache import EncodeCache


class EntryMaker:
    """Makes entries; what the cache holds is not encoded again."""

    def __init__(
        self, encoder: Encoder, *, cache: EncodeCache | None, passage_tokens: int, batch_size: int
    ) -> None:
        self._encoder = encoder
        self._cache = cache
        self._passage_tokens = passage_tokens
        self._batch_size = batch_size

    def __call__(self, articles: Sequence[Article]) -> list[Entry]:
        """Return one entry for each of *articles*, in their order."""
        fingerprint = self._encoder.fingerprint
        texts: dict[bytes, PassageText] = {}
        planned = []
        for article in articles:
            passages = make_passages(article, self._encoder, tokens=self._passage_tokens)
            encoded = passage_texts(article, passages, self._encoder)
            keys = [EncodeCache.key(fingerprint, text) for text in encoded]
            texts.update(zip(keys, encoded, strict=True))
            planned.append((article, passages, keys))
        encodings = self._encodings(texts)
        return [
            Entry(
                article,
                split_hash(article)[1],
                tuple(
                    EncodedPassage(passage, encodings[key].vector, encodings[key].codes)
                    for passage, key in zip(passages, keys, strict=True)
                ),
            )
            for article, passages, keys in planned
        ]

    def _encodings(self, texts: dict[bytes, PassageText]) -> dict[bytes, PassageEncoding]:
        found = self._cache.get(list(texts)) if self._cache else {}
        missing = [key for key in texts if key not in found]
        missing.sort(key=lambda key: len(texts[key].title) + len(texts[key].text))
        fresh: dict[bytes, PassageEncoding] = {}
        for first in range(0, len(missing), self._batch_size):
            batch = missing[first : first + self._batch_size]
            made = self._encoder.encode_passages([texts[key] for key in batch])
            fresh.update(zip(batch, made, strict=True))
        if self._cache and fresh:
            self._cache.put(fresh)
        return found | fresh
