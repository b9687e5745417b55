"""Articles become entries: cut into passages, each encoded once however often it occurs.

The pipeline does these steps in threads of their own, side by side with reading and writing; `EntryMaker` does
them one after the other, for articles that another archive holds already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from indexer.article import Article, Passage
from indexer.engines.base import EncodedPassage, Entry
from indexer.ingest.cutting import Cutter
from indexer.ingest.origins import split_hash
from indexer.models.base import Encoder, PassageEncoding, PassageText
from indexer.models.cache import EncodeCache


@dataclass(slots=True)
class _Planned:
    """An article with its passages and the key of what is encoded for each."""

    article: Article
    stored_hash: str
    passages: tuple[Passage, ...]
    keys: list[bytes]


@dataclass(slots=True)
class Batch:
    """Articles on their way: cut, with the encodings that have been found or made so far."""

    planned: list[_Planned] = field(default_factory=list)
    texts: dict[bytes, PassageText] = field(default_factory=dict)
    encodings: dict[bytes, PassageEncoding] = field(default_factory=dict)

    def add(self, article: Article, stored_hash: str, encoder: Encoder, cutter: Cutter) -> None:
        """Cut an article into passages and note what has to be encoded for it."""
        passages, texts = cutter(article)
        keys = [EncodeCache.key(encoder.fingerprint, text) for text in texts]
        self.texts.update(zip(keys, texts, strict=True))
        self.planned.append(_Planned(article, stored_hash, passages, keys))

    def missing(self, size: int) -> Iterator[list[bytes]]:
        """Yield the keys of what has no encoding yet, at most `size` together and of about one length."""
        missing = [key for key in self.texts if key not in self.encodings]
        missing.sort(key=lambda key: len(self.texts[key].title) + len(self.texts[key].text))
        for first in range(0, len(missing), size):
            yield missing[first : first + size]

    def encode(self, keys: Sequence[bytes], encoder: Encoder) -> dict[bytes, PassageEncoding]:
        """Return the encodings of some of the texts."""
        return dict(zip(keys, encoder.encode_passages([self.texts[key] for key in keys]), strict=True))

    def entries(self) -> list[Entry]:
        """Return one entry an article, in the order in which they were added. All must be encoded."""
        return [
            Entry(
                planned.article,
                planned.stored_hash,
                tuple(
                    EncodedPassage(passage, self.encodings[key].vector, self.encodings[key].codes)
                    for passage, key in zip(planned.passages, planned.keys, strict=True)
                ),
            )
            for planned in self.planned
        ]


class EntryMaker:
    """Makes entries; what the cache holds is not cut or encoded again."""

    def __init__(
        self, encoder: Encoder, *, cache: EncodeCache | None, passage_tokens: int, batch_size: int
    ) -> None:
        self._encoder = encoder
        self._cache = cache
        self._cutter = Cutter(encoder, cache, tokens=passage_tokens)
        self._batch_size = batch_size

    def __call__(self, articles: Sequence[Article]) -> list[Entry]:
        """Return one entry for each of *articles*, in their order."""
        batch = Batch()
        for article in articles:
            stored_hash = split_hash(article)[1]
            batch.add(article, stored_hash, self._encoder, self._cutter)
        self._cutter.keep()
        if self._cache:
            batch.encodings = self._cache.get(list(batch.texts))
        for keys in batch.missing(self._batch_size):
            fresh = batch.encode(keys, self._encoder)
            batch.encodings.update(fresh)
            if self._cache:
                self._cache.put(fresh)
        return batch.entries()
