"""Vectors in eight bits a dimension, of which many are compared with one in little time (scalar quantisation).

Each vector has a scale of its own: its largest value becomes 127. What is rounded is wrong by up to half a scale, one
way or the other. Over many dimensions that adds up as noise does, as long as it has nothing to do with what the vector
is compared with: errors of the bundled encoder's inner products have the deviation that `likely_error` says.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
Quantised = npt.NDArray[np.int8]

_MOST = 127


def quantised(vectors: FloatArray) -> tuple[Quantised, FloatArray]:
    """Return (n, dim) vectors as (n, dim) int8, and the scales, (n,) float32, that these are to be multiplied by."""
    scales = np.maximum(np.abs(vectors).max(axis=1), np.float32(1e-12)) / np.float32(_MOST)
    return np.rint(vectors / scales[:, np.newaxis]).astype(np.int8), scales


def likely_error(scales: FloatArray, other: np.float32) -> FloatArray:
    """Return the standard deviations of what inner products of unit vectors are wrong by, (n,), by their scales.

    What is spread evenly over a scale deviates by a twelfth of its square.
    """
    error: FloatArray = np.sqrt((scales * scales + other * other) / np.float32(12))
    return error
