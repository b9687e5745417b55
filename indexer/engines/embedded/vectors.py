"""The vector view: all passages' vectors in one matrix of float16, and quantised to eight bits for a coarse scan.

The nearest passages are found in two steps. Inner products of the quantised vectors say between which bounds the
cosine of each passage lies. Those whose upper bound reaches what enough articles surely reach are compared exactly;
where a filter leaves few passages, their cosines are computed at once. NumKong multiplies, by the vector instructions
that the processor has.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numkong
import numpy as np
import numpy.typing as npt

from indexer.engines.base import FloatArray
from indexer.engines.embedded.columns import Columns, Mask, Positions
from indexer.engines.embedded.failures import view_errors
from indexer.models.quantisation import likely_error, quantised

MATRIX, QUANTISED, SCALES, OWNERS = "matrix.f16", "quantised.i8", "scales.f32", "owners.i64"

#: So few passages are compared exactly, without a scan.
EXACT = 1_000
#: The bounds are so many standard deviations of the error wide: one in two million cosines lies outside. Of 1.9 million
#: of the bundled encoder's the farthest was 4.95 off.
_DEVIATIONS = np.float32(5)
_BLOCK = 8_192


class VectorWriter:
    """Appends to the view's files. What lies beyond `count` is left over from a writer that died: cut off."""

    def __init__(self, folder: Path, dimensions: int, count: int) -> None:
        self.count = count
        self._dimensions = dimensions
        with view_errors():
            folder.mkdir(parents=True, exist_ok=True)
            sizes = {MATRIX: 2 * dimensions, QUANTISED: dimensions, SCALES: 4, OWNERS: 16}
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
            self._files[MATRIX].write(matrix.tobytes())
            values, scales = quantised(matrix.astype(np.float32))
            self._files[QUANTISED].write(values.tobytes())
            self._files[SCALES].write(scales.tobytes())
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
        self._last: tuple[bytes, tuple[FloatArray, FloatArray]] | None = None
        with view_errors():
            if not count:
                self._owners = np.zeros(0, np.int64)
                return
            self._matrix = _mapped(folder / MATRIX, np.float16, count, dimensions)
            self._quantised = _mapped(folder / QUANTISED, np.int8, count, dimensions)
            self._scales = np.fromfile(folder / SCALES, np.float32, count)
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
        query = np.ascontiguousarray(vector, np.float32)
        if not np.isfinite(query).all():
            return _nothing()
        usable, first = self._first if lead else self._alive, self._first
        if allowed is not None:
            usable, first = usable[allowed[self._owners[usable]]], first[allowed[self._owners[first]]]
        if len(usable) > EXACT and len(first) > size:
            lower, upper = self._bounds(query)
            # First passages are of different articles, so that `size` articles are at least as near as this.
            reached = np.partition(lower[first], -size)[-size]
            usable = usable[upper[usable] >= reached]
            if not lead:  # the same by all passages of the articles that are left, which stand side by side
                starts = np.flatnonzero(np.diff(self._owners[usable], prepend=-1))
                reached = np.partition(np.maximum.reduceat(lower[usable], starts), -size)[-size]
                usable = usable[upper[usable] >= reached]
        return self._rank(usable, query, size, columns)

    def _bounds(self, query: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return between what the passages' cosines with the query lie, twice (count,) float32."""
        asked = query.tobytes()
        last = self._last
        if last and last[0] == asked:
            return last[1]  # two legs of one search, or one search refined
        values, (scale,) = quantised(query[np.newaxis])
        products = np.asarray(numkong.cdist(values, self._quantised, metric="dot", out_dtype="f32"))[0]
        estimates = products * (self._scales * scale)
        errors = _DEVIATIONS * likely_error(self._scales, scale)
        bounds = estimates - errors, estimates + errors
        self._last = asked, bounds
        return bounds

    def _rank(self, rows: Positions, query: FloatArray, size: int, columns: Columns) -> Nearest:
        cosines = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), _BLOCK):
            block = numkong.astype(self._matrix.take(rows[start : start + _BLOCK], axis=0), "f32")
            # Vector by vector, which gives equal ones equal cosines to the last bit; a matrix product does not.
            cosines[start : start + _BLOCK] = numkong.cdist(query[np.newaxis], block, metric="dot")
        best_first = np.lexsort((self._numbers[rows], -cosines))
        owners = self._owners[rows[best_first]]
        places = np.arange(len(owners))
        first = np.zeros(len(columns), np.int64)
        first[owners[::-1]] = places[::-1]  # of an article's places the last to be written stays
        chosen = best_first[first[owners] == places]
        if len(chosen) > size:
            chosen = chosen[: np.count_nonzero(cosines[chosen] >= cosines[chosen[size - 1]])]
        chosen = chosen[columns.best_first(self._owners[rows[chosen]], cosines[chosen], size)]
        return Nearest(self._owners[rows[chosen]], cosines[chosen], self._numbers[rows[chosen]])


def _mapped(path: Path, kind: type[np.generic], count: int, dimensions: int) -> npt.NDArray[Any]:
    """Return the first rows of a file, read as they are needed; rows are taken from a plain array in half the time."""
    return np.memmap(path, kind, "r", shape=(count, dimensions)).view(np.ndarray)


def _nothing() -> Nearest:
    return Nearest(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.int32))
