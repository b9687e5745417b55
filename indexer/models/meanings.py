"""English words and their vectors, to tell which of them an Arabic word in its context means.

`docs/tools/make_meanings.py` makes `meanings.npz`: the words of the shipped dictionaries, each encoded alone by the
bundled encoder, centred by their mean, rotated as queries are, and kept in four bits a dimension, which choose as the
full vectors do. An estimate of a cosine is the inner product of such a vector with a code's signs
(`indexer.models.codes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

FILE = Path(__file__).with_name("meanings.npz")
_MOST = 15  # a step is 0 to 15
#: Steps of so many standard deviations: values beyond 8 of them are cut off.
_STEP = np.float32(1 / 2.9)


class Meanings:
    """English words with their vectors, 18 MB once they are read. Safe to use from several threads."""

    def __init__(self, words: Sequence[str], vectors: FloatArray) -> None:
        """`vectors` is (n, dim): rotated, and scaled as `Coder.rotate_query` scales."""
        self._vectors = vectors
        self._rows = {word: row for row, word in enumerate(words)}
        # A name is no meaning of a word that sounds like it.
        self._names = np.array([not word.islower() for word in words], np.bool_)
        self._words = tuple(words)

    def similarities(self, words: Sequence[str], code: FloatArray) -> list[float | None]:
        """Return the estimated cosine of each word with a code, (dim,) of +1 and -1; None for unknown words."""
        rows = [self._rows.get(word, -1) for word in words]
        known = [row for row in rows if row >= 0]
        estimates = iter((self._vectors.take(known, axis=0) @ code).tolist())
        return [next(estimates) if row >= 0 else None for row in rows]

    def nearest(self, code: FloatArray, count: int) -> list[tuple[str, float]]:
        """Return the *count* words, names aside, that are nearest to a code, with their cosines, nearest first."""
        estimates = self._vectors @ code
        estimates[self._names] = -np.inf
        best = np.argpartition(-estimates, min(count, len(estimates)) - 1)[:count]
        found = [(self._words[row], float(estimates[row])) for row in best.tolist()]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))


@lru_cache(maxsize=1)
def bundled() -> Meanings:
    """Return the meanings of the bundled encoder's words. Read once."""
    with np.load(FILE) as stored:
        words = stored["words"].tobytes().decode().split("\n")
        return Meanings(words, unpacked(stored["steps"], stored["scale"]))


def packed(vectors: FloatArray) -> tuple[npt.NDArray[np.uint8], np.float32]:
    """Return (n, dim / 2) of two steps an octet, and what a step is worth."""
    scale = np.float32(vectors.std() * _STEP)
    steps = np.clip(np.floor(vectors / scale) + (_MOST + 1) / 2, 0, _MOST).astype(np.uint8)
    return steps[:, ::2] << 4 | steps[:, 1::2], scale


def unpacked(steps: npt.NDArray[np.uint8], scale: np.float32) -> FloatArray:
    """Undo `packed`, but for what is lost: (n, dim) float32."""
    vectors = np.empty((len(steps), 2 * steps.shape[1]), np.float32)
    vectors[:, ::2], vectors[:, 1::2] = steps >> 4, steps & _MOST
    vectors -= _MOST / 2
    vectors *= scale
    return vectors
