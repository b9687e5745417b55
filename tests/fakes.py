"""A quick encoder, and archives made with it, for tests in which it does not matter how well vectors mean things.

Each word has a vector drawn from a generator seeded by the word, and a text's vector is the mean of its
words' vectors: texts that share words are near, others are not. `synonyms` makes words of two languages
equal.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.archive import Archive
from indexer.article import Article
from indexer.errors import ModelError
from indexer.models.base import Encoding, Fingerprint, FloatArray, PassageEncoding, PassageText
from indexer.models.codes import Coder
from indexer.models.words import word_spans
from indexer.settings import load_settings

_PIECE = re.compile(r"\w+|[^\w\s]")
_WORD = re.compile(r"\w+")


class FakeEncoder:
    """An `indexer.models.base.Encoder`. With `codes` it makes token codes (`dimensions`: a multiple of 8)."""

    def __init__(
        self,
        dimensions: int = 64,
        *,
        codes: bool = False,
        synonyms: Mapping[str, str] | None = None,
        name: str = "fake",
        max_tokens: int = 512,
    ) -> None:
        self._dimensions = dimensions
        self._synonyms = dict(synonyms or {})
        centre = np.zeros(dimensions, np.float32)
        self.coder: Coder | None = Coder({"query.*": centre, "passage.*": centre}) if codes else None
        self._fingerprint = Fingerprint(
            name=name,
            dimensions=dimensions,
            weights=f"hashed-{dimensions}",
            query_prefix="query: ",
            passage_prefix="passage: ",
            max_tokens=max_tokens,
            codes="fake-codes" if codes else "",
        )
        #: How many passages were encoded so far: a test can see what was encoded again.
        self.passages_encoded = 0

    @property
    def fingerprint(self) -> Fingerprint:
        return self._fingerprint

    def warm_up(self) -> None:
        """Nothing needs loading."""

    def encode_query(self, text: str, *, words: bool = False, language: str = "en") -> Encoding:
        if not words or self.coder is None:
            return Encoding(self._text_vector(text))
        spans = tuple(word_spans(text))
        vectors = [self._text_vector(text[start:end]) for start, end in spans]
        stacked = np.stack(vectors) if vectors else np.zeros((0, self._dimensions), np.float32)
        return Encoding(self._text_vector(text), stacked, spans)

    def encode_words(self, words: Sequence[str]) -> FloatArray | None:
        if self.coder is None:
            return None
        vectors = [self._text_vector(word) for word in words]
        return np.stack(vectors) if vectors else np.zeros((0, self._dimensions), np.float32)

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageEncoding]:
        self.passages_encoded += len(passages)
        return [self._encode_passage(passage) for passage in passages]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_PIECE.findall(text)) for text in texts]

    def token_starts(self, text: str) -> npt.NDArray[np.int32]:
        return np.array([piece.start() for piece in _PIECE.finditer(text)], np.int32)

    def _encode_passage(self, passage: PassageText) -> PassageEncoding:
        text = passage.input()
        codes = None
        if self.coder:
            words = self.encode_query(passage.text, words=True).words
            assert words is not None
            codes = self.coder.encode(words, passage.language)
        return PassageEncoding(self._text_vector(text), codes, len(_PIECE.findall(text)))

    def _text_vector(self, text: str) -> FloatArray:
        words = [word.casefold() for word in _WORD.findall(text)] or [""]
        total = np.sum([_word_vector(self._synonyms.get(w, w), self._dimensions) for w in words], axis=0)
        vector: FloatArray = (total / np.linalg.norm(total)).astype(np.float32)
        return vector


@lru_cache(maxsize=100_000)
def _word_vector(word: str, dimensions: int) -> npt.NDArray[np.float64]:
    seed = int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest())
    return np.random.default_rng(seed).standard_normal(dimensions)


class WordlessEncoder(FakeEncoder):
    """Cannot encode words for as long as it is broken."""

    def __init__(self) -> None:
        super().__init__(codes=True)
        self.broken = True

    def encode_words(self, words: Sequence[str]) -> FloatArray | None:
        if self.broken:
            raise ModelError("The device is gone.")
        return super().encode_words(words)


@contextmanager
def archive_of(folder: Path, articles: Iterable[Article], *, codes: bool = False) -> Iterator[Archive]:
    """Open an embedded archive in a folder that holds some articles, and close it behind."""
    settings = load_settings(archive=folder / "archive", cache=folder / "cache", encode_cache=False)
    with Archive.open(settings, encoder=FakeEncoder(codes=codes)) as archive:
        archive.add(articles)
        yield archive
