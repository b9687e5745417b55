"""What an encoder is: strings in, unit vectors (and token vectors) out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from indexer.models.codes import Coder

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What makes two vectors comparable. Archives store it and refuse an encoder with another one."""

    name: str
    dimensions: int
    weights: str  # digest of the weights
    query_prefix: str
    passage_prefix: str
    max_tokens: int
    #: Version of the token codes ("" where the encoder makes none).
    codes: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, eq=False)
class Encoding:
    """A text's vector, (dim,) float32 of unit length, and where asked for its word vectors.

    `words` is (n, dim) float32, centred and of unit length, one a word; `spans` gives each word's
    (start, end) in the text.
    """

    vector: FloatArray
    words: FloatArray | None = None
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PassageText:
    """What is encoded for one passage: the article's title as context, then the passage itself."""

    title: str
    text: str
    language: str = ""

    def input(self) -> str:
        """Return what the model reads, without its prefix."""
        return f"{self.title}\n{self.text}" if self.title else self.text


@dataclass(frozen=True, slots=True, eq=False)
class PassageEncoding:
    """`vector` is (dim,) float32 of unit length; `codes` are the token codes (None where there are none)."""

    vector: FloatArray
    codes: bytes | None
    tokens: int = 0  # pieces that the model read; 0 where that is not known (from the cache)


class Encoder(Protocol):
    """Turns queries and passages into comparable vectors. Safe to call from several threads."""

    @property
    def fingerprint(self) -> Fingerprint: ...

    #: Makes and compares token codes; None for a model that has none.
    coder: Coder | None

    def warm_up(self) -> None:
        """Load what queries need, so that the first search does not wait for it."""
        ...

    def encode_query(self, text: str, *, words: bool = False, language: str = "en") -> Encoding: ...

    def encode_words(self, words: Sequence[str]) -> FloatArray | None:
        """Return the word vectors of words that stand alone, (n, dim) float32, neither centred nor scaled.

        None from an encoder without a coder: it has no word vectors to compare them with.
        """
        ...

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageEncoding]:
        """Encode passages in the order given; the caller sorts by length and chooses the batch."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many pieces the model cuts each text into, without special pieces and prefix."""
        ...

    def token_starts(self, text: str) -> npt.NDArray[np.int32]:
        """Return the character offset at which each piece of `text` starts, ascending."""
        ...
