"""From a model's pieces to the words that a reader sees: spans, and the mean of each word's pieces.

A word here is a run of characters without white space that holds a letter or digit (in scripts written
without spaces, two characters). It does not depend on `indexer.text`, so that stored codes stay valid when
the analysis of text changes; highlights map one to the other by offsets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

#: Raised whenever the spans change: stored codes belong to one version.
WORDS_VERSION = 1

_UNSPACED = r"\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]{{1,2}}|[^\s{_UNSPACED}]+")


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each word of *text*, ascending."""
    return [
        match.span()
        for match in _WORD.finditer(text)
        if match[0][0].isalnum() or any(map(str.isalnum, match[0]))
    ]


def offsets_behind(prefix: int, offsets: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return pieces' offsets, (n, 2), in the text behind `prefix` characters; (-1, -1) for pieces not of it."""
    bounds = np.asarray(offsets, np.int64).reshape(-1, 2) - prefix
    bounds[:, 0] = np.maximum(bounds[:, 0], 0)
    bounds[bounds[:, 1] <= bounds[:, 0]] = -1
    return bounds


def pool_words(
    pieces: FloatArray,
    offsets: npt.ArrayLike,
    text: str,
    spans: Sequence[tuple[int, int]],
) -> FloatArray:
    """Average the vectors of the pieces that make up each word.

    `pieces` is (n_pieces, dim), `offsets` their (start, end) in *text*, empty or negative where a piece is
    not part of it (special pieces, prefix). Pieces without a letter or digit (punctuation) are left out.
    Returns (n, dim) for the first n words: those that the model has seen, as it reads no more than it may.
    A word without a piece of its own gets zeros.
    """
    dim = pieces.shape[1]
    bounds = np.asarray(offsets, np.int64).reshape(-1, 2)
    if not spans or not len(bounds):
        return np.zeros((0, dim), np.float32)
    speaking = np.zeros(len(text) + 1, np.int64)
    np.cumsum([character.isalnum() for character in text], out=speaking[1:])
    inside = (bounds[:, 1] > bounds[:, 0]) & (bounds[:, 0] >= 0)
    starts, ends = np.where(inside, bounds[:, 0], 0), np.where(inside, bounds[:, 1], 0)
    heard = inside & (speaking[ends] > speaking[starts])

    edges = np.asarray(spans, np.int64)
    last = np.maximum(ends - 1, 0)  # a piece may begin with the space before its word
    word = np.searchsorted(edges[:, 0], last, side="right") - 1
    heard &= (word >= 0) & (last < edges[np.maximum(word, 0), 1])
    if not heard.any():
        return np.zeros((0, dim), np.float32)

    word = word[heard]
    seen = int(word.max()) + 1
    sums = np.zeros((seen, dim), np.float32)
    first = np.flatnonzero(np.r_[True, word[1:] != word[:-1]])
    sums[word[first]] = np.add.reduceat(pieces[heard], first, axis=0)
    counts = np.bincount(word, minlength=seen)[:, None]
    sums /= np.maximum(counts, 1)
    return sums
