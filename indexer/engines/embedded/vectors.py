"""The vector view: all passages' vectors in one matrix of float16, and their signs for a quick first look.

The nearest passages are found in two steps. Estimates from one bit a dimension leave some thousands, whose
cosines are then computed exactly; where a filter leaves few passages, their cosines are computed at once. The
estimate of a passage x around the centre c is that of RaBitQ (Gao and Long, SIGMOD 2024):

    q.x = q.c + c.x - c.c + (q - c).(x - c)        where the last is about s |x - c|^2 / |x - c|_1

and s is the inner product of q - c with the signs of x - c, both rotated. The two factors that are x's own are
kept beside its signs; what is the same for every x is left out. Of the 200 nearest of 5,026 articles, 2,000
such candidates hold 98.5 %; with the Hamming distance between signs they hold 85 %. Of 30,177 they hold 99.9 % of the
ten nearest, 98.1 % of 100 and 94.5 % of 200; by first passages alone 1,200 hold 99.9, 97.5 and 93.9 %.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.engines.base import FloatArray
from indexer.engines.embedded.columns import Columns, Mask, Positions
from indexer.engines.embedded.failures import view_errors
from indexer.models.signs import inner_products, pack, rotation, words_of

MATRIX, SIGNS, FACTORS, OWNERS, CENTRE = "matrix.f16", "signs.u64", "factors.f32", "owners.i64", "centre.f32"

#: So few passages are compared exactly, without a look at their signs.
EXACT = 2_048
_CANDIDATES = 2_000
_CANDIDATES_PER_HIT = 4
#: Of first passages fewer hold as many of the nearest: there is one an article.
_LEAD_CANDIDATES = 1_200
_ARTICLES_PER_HIT = 1.5
_BLOCK = 8_192
_QUERY_BITS = 4
_STRIDE = 8
_GENEROUS = 1.5
_HALF_TO_SINGLE = np.float32(2.0**112)
#: Without the copies of the sign that stand between it and the exponent.
_SIGN_EXPONENT_MANTISSA = np.uint32(0x8FFFFFFF).view(np.int32)


def signs_of(vectors: FloatArray, centre: FloatArray) -> tuple[npt.NDArray[np.uint64], FloatArray]:
    """Return the signs, (n, words) uint64, and factors, (n, 2) float32, of (n, dim) vectors around a centre.

    The first factor is what an inner product with the signs is multiplied by, the second is added to it.
    """
    centred = (vectors - centre) @ rotation(vectors.shape[1])
    spread = np.maximum(np.abs(centred).sum(axis=1), np.float32(1e-12))
    factors = np.stack([np.einsum("ij,ij->i", centred, centred) / spread, vectors @ centre], axis=1)
    return pack(centred > 0), factors.astype(np.float32)


class VectorWriter:
    """Appends to the view's files. What lies beyond `count` is left over from a writer that died: cut off."""

    def __init__(self, folder: Path, dimensions: int, count: int) -> None:
        self.count = count
        self._dimensions = dimensions
        with view_errors():
            folder.mkdir(parents=True, exist_ok=True)
            self._centre_path = folder / CENTRE
            self._centre = None
            if count:
                self._centre = np.fromfile(self._centre_path, np.float32, dimensions)
            sizes = {MATRIX: 2 * dimensions, SIGNS: 8 * words_of(dimensions), FACTORS: 8, OWNERS: 16}
            self._files = {}
            for name, size in sizes.items():
                file = (folder / name).open("r+b" if count else "w+b")
                file.truncate(count * size)
                file.seek(count * size)
                self._files[name] = file

    def append(self, rows: list[int], numbers: list[int], blobs: list[bytes]) -> None:
        """Append passages: the rows of their articles, their numbers, their float16 vectors."""
        if not rows:
            return
        with view_errors():
            given = np.frombuffer(b"".join(blobs), np.float16).reshape(len(rows), self._dimensions)
            # What is no number is near to nothing: an encoder's accident must not come first in every search.
            matrix = np.nan_to_num(given, nan=0.0, posinf=0.0, neginf=0.0)
            wide = matrix.astype(np.float32)
            if self._centre is None:
                self._centre = wide.mean(axis=0)
                self._centre.tofile(self._centre_path)
            self._files[MATRIX].write(matrix.tobytes())
            signs, factors = signs_of(wide, self._centre)
            self._files[SIGNS].write(signs.tobytes())
            self._files[FACTORS].write(factors.tobytes())
            self._files[OWNERS].write(np.array([rows, numbers], np.int64).T.tobytes())
            self.count += len(rows)

    def close(self) -> None:
        with view_errors():
            for file in self._files.values():
                file.flush()
                os.fsync(file.fileno())
                file.close()


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """Articles by the cosine of their nearest passage, best first; `numbers` name those passages."""

    positions: Positions
    scores: FloatArray
    numbers: npt.NDArray[np.int32]


class VectorReader:
    """The first `count` passages of the view, beside the columns of the articles. Never changes."""

    def __init__(self, folder: Path, dimensions: int, count: int, columns: Columns) -> None:
        self._dimensions = dimensions
        self.count = count
        self._last: tuple[bytes, FloatArray] | None = None
        with view_errors():
            if not count:
                self._owners = np.zeros(0, np.int64)
                return
            mapped = np.memmap(folder / MATRIX, np.float16, "r", shape=(count, dimensions))
            self._matrix = mapped.view(np.ndarray)  # rows are taken from it in half the time
            self._centre = np.fromfile(folder / CENTRE, np.float32, dimensions)
            width = words_of(dimensions)
            signs = np.fromfile(folder / SIGNS, np.uint64, count * width).reshape(count, width)
            self._signs = np.ascontiguousarray(signs.T)  # one contiguous run a word: the scan reads in order
            self._factors = np.fromfile(folder / FACTORS, np.float32, count * 2).reshape(count, 2)
            owners = np.fromfile(folder / OWNERS, np.int64, count * 2).reshape(count, 2)
            self._numbers = owners[:, 1].astype(np.int32)
            self._owners = columns.positions_of_rows(owners[:, 0])
            self._alive = np.flatnonzero(self._owners >= 0)
            self._first = self._alive[self._numbers[self._alive] == 0]

    @property
    def alive(self) -> int:
        return len(self._alive) if self.count else 0

    def nearest(
        self, vector: FloatArray, allowed: Mask | None, size: int, columns: Columns, *, lead: bool = False
    ) -> Nearest:
        """Return the `size` nearest articles among those allowed (by position), ties by article id.

        With `lead` only first passages are looked at.
        """
        if not self.count or not len(columns) or size <= 0:
            return _nothing()
        query = np.asarray(vector, np.float32)
        usable = self._first if lead else self._alive
        if allowed is not None:
            usable = usable[allowed[self._owners[usable]]]
        wanted = max(_LEAD_CANDIDATES if lead else _CANDIDATES, _CANDIDATES_PER_HIT * size)
        if len(usable) <= max(EXACT, wanted):
            return self._rank(usable, query, size, columns)
        estimates = self._estimates(query)
        if len(usable) < self.count:
            estimates = estimates[usable]
        while wanted < len(usable):
            # All passages of one estimate are in or out together: equal passages get equal treatment.
            candidates = usable[estimates >= _least_of_best(estimates, wanted)]
            # Long articles have many passages near each other: enough candidates are enough articles.
            owners = np.zeros(len(columns), np.bool_)
            owners[self._owners[candidates]] = True
            if np.count_nonzero(owners) >= _ARTICLES_PER_HIT * size:
                return self._rank(candidates, query, size, columns)
            wanted *= 4
        return self._rank(usable, query, size, columns)

    def _estimates(self, query: FloatArray) -> FloatArray:
        """Return (count,) float32 that order the passages about as their cosines with the query do."""
        asked = query.tobytes()
        last = self._last
        if last and last[0] == asked:
            return last[1]  # two legs of one search, or one search refined
        turned: FloatArray = np.matmul(query - self._centre, rotation(self._dimensions), dtype=np.float32)
        products = inner_products(turned[np.newaxis], self._signs, bits=_QUERY_BITS)[0]
        estimates: FloatArray = products * self._factors[:, 0] + self._factors[:, 1]
        self._last = asked, estimates
        return estimates

    def _rank(self, rows: Positions, query: FloatArray, size: int, columns: Columns) -> Nearest:
        cosines = np.empty(len(rows), np.float32)
        scaled = query * _HALF_TO_SINGLE
        for start in range(0, len(rows), _BLOCK):
            block = self._matrix.take(rows[start : start + _BLOCK], axis=0)
            # A sum along rows gives equal rows equal cosines, to the last bit; a matrix product does not.
            cosines[start : start + _BLOCK] = np.einsum("ij,j->i", _shifted(block), scaled)
        best_first = np.lexsort((self._numbers[rows], -cosines))
        owners = self._owners[rows[best_first]]
        places = np.arange(len(owners))
        first = np.zeros(len(columns), np.int64)
        first[owners[::-1]] = places[::-1]  # of an article's places the last to be written stays
        chosen = best_first[first[owners] == places]
        if len(chosen) > size:
            chosen = chosen[: np.count_nonzero(cosines[chosen] >= cosines[chosen[size - 1]])]
        ids = [columns.ids[position] for position in self._owners[rows[chosen]].tolist()]
        scores = cosines[chosen].tolist()
        order = sorted(range(len(ids)), key=lambda place: (-scores[place], ids[place]))[:size]
        chosen = chosen[order]
        return Nearest(self._owners[rows[chosen]], cosines[chosen], self._numbers[rows[chosen]])


def _shifted(halves: npt.NDArray[np.float16]) -> FloatArray:
    """Return finite float16 values as float32, each divided by 2^112, in a quarter of the time of `astype`.

    The two formats are sign, exponent and mantissa alike; what differs is where they begin and the exponent's bias.
    Subnormal values stay such.
    """
    bits = halves.view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= _SIGN_EXPONENT_MANTISSA
    return bits.view(np.float32)


def _least_of_best(values: FloatArray, count: int) -> np.float32:
    """Return the `count`-th largest of the values.

    Every eighth value tells about where it lies, so that only what is above needs sorting out: a tenth of the time.
    """
    sample = values[::_STRIDE]
    place = int(count / _STRIDE * _GENEROUS)
    if place < len(sample):
        above = values[values >= np.partition(sample, -place)[-place]]
        if len(above) >= count:
            values = above
    least: np.float32 = np.partition(values, -count)[-count]
    return least


def _nothing() -> Nearest:
    return Nearest(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.int32))
