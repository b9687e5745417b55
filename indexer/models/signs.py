"""One bit a dimension, and inner products from it: what token codes are made of.

A vector that has been centred and rotated at random is kept as the signs of its values. The other side of an
inner product stays finer: its values are cut into 2^bits steps, whose binary digits are then compared with the
signs by exclusive-or and popcount (RaBitQ; Gao and Long, SIGMOD 2024). The steps' error is far below the signs' own.
"""

from __future__ import annotations

from functools import cache

import numkong
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
Signs = npt.NDArray[np.uint8]

_SEED = 20_180_218
_BLOCK = 8_192  # so many differences stay in a core's cache


@cache
def rotation(dimensions: int) -> FloatArray:
    """Return the fixed random rotation, (dim, dim) float32 (QR of a seeded Gaussian matrix; Haar 1933)."""
    gaussian = np.random.default_rng(_SEED).standard_normal((dimensions, dimensions))
    orthogonal, triangle = np.linalg.qr(gaussian)
    fixed: FloatArray = (orthogonal * np.sign(np.diag(triangle))).astype(np.float32)
    return fixed


def pack(bits: npt.NDArray[np.bool_]) -> Signs:
    """Return (n, bytes) uint8 of (n, dim) bits; what is left of the last byte is zero."""
    return np.packbits(bits, axis=1)


def inner_products(query: FloatArray, signs: Signs, *, bits: int) -> FloatArray:
    """Return (n_query, n) float32: about the sum over dimensions of each query's value times the sign (+1, -1).

    `query` is (n_query, dim), `signs` are (n, bytes), packed. Rows of equal signs get equal numbers, to the last bit.
    """
    dimensions = query.shape[1]
    most = 2**bits - 1
    largest = np.maximum(np.abs(query).max(axis=1, keepdims=True), np.float32(1e-12))
    # A step u stands for the value (2u - most) / most: the sum over its digits of 2^digit times +1 or -1,
    # whose product with a sign is +1 where digit and sign are the same and -1 where they differ.
    steps = np.rint((query / largest + 1) * np.float32(most / 2)).astype(np.uint8)
    places = np.arange(bits, dtype=np.uint8)
    digits = pack((steps[:, np.newaxis] >> places[:, np.newaxis] & 1).reshape(-1, dimensions) != 0)
    worth = np.float32(2) ** places
    weighted = np.empty((len(query), len(signs)), np.float32)
    for start in range(0, len(signs), _BLOCK):
        block = signs[start : start + _BLOCK]
        differing = np.asarray(numkong.hammings_packed(digits, numkong.hammings_pack(block)), np.float32)
        weighted[:, start : start + _BLOCK] = worth @ differing.reshape(len(query), bits, len(block))
    scaled: FloatArray = (most * dimensions - 2 * weighted) * (largest / most)
    return scaled
