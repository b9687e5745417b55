"""One bit a dimension, and inner products from it: what token codes and the vector view are both made of.

A vector that has been centred and rotated at random is kept as the signs of its values. The other side of an
inner product stays finer: its values are cut into 2^bits steps, whose binary digits are then compared with the
signs by exclusive-or and popcount (RaBitQ; Gao and Long, SIGMOD 2024). That is several times as fast as
turning signs into floats, and the steps' error is far below the signs' own.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
Words = npt.NDArray[np.uint64]

_SEED = 20_180_218
_BLOCK = 32_768  # as many 64-bit words stay in a core's cache
_WORDS_PER_OCTET = 3  # the counts of so many words fit into eight bits, which are added fastest


@cache
def rotation(dimensions: int) -> FloatArray:
    """Return the fixed random rotation, (dim, dim) float32 (QR of a seeded Gaussian matrix; Haar 1933)."""
    gaussian = np.random.default_rng(_SEED).standard_normal((dimensions, dimensions))
    orthogonal, triangle = np.linalg.qr(gaussian)
    fixed: FloatArray = (orthogonal * np.sign(np.diag(triangle))).astype(np.float32)
    return fixed


def words_of(dimensions: int) -> int:
    """Return how many 64-bit words the signs of a vector take."""
    return -(-dimensions // 64)


def pack(bits: npt.NDArray[np.bool_]) -> Words:
    """Return (n, words) uint64 of (n, dim) bits; what is left of the last word is zero."""
    return widen(np.packbits(bits, axis=1))


def widen(octets: npt.NDArray[np.uint8]) -> Words:
    """Return (n, words) uint64 of (n, bytes) packed bits; what is left of the last word is zero."""
    padded = np.zeros((len(octets), -(-octets.shape[1] // 8) * 8), np.uint8)
    padded[:, : octets.shape[1]] = octets
    return padded.view(np.uint64)


def inner_products(query: FloatArray, columns: Words, *, bits: int) -> FloatArray:
    """Return (n_query, n) float32: about the sum over dimensions of each query's value times the sign (+1, -1).

    `query` is (n_query, dim), `columns` is (words, n): `pack`ed signs, transposed, so that each pass reads in
    order. Rows of equal signs get equal numbers, to the last bit.
    """
    dimensions = query.shape[1]
    most = 2**bits - 1
    largest = np.maximum(np.abs(query).max(axis=1, keepdims=True), np.float32(1e-12))
    # A step u stands for the value (2u - most) / most: the sum over its digits of 2^digit times +1 or -1,
    # whose product with a sign is +1 where digit and sign are the same and -1 where they differ.
    steps = np.rint((query / largest + 1) * np.float32(most / 2)).astype(np.uint8)
    digits = [pack((steps >> digit) & 1 != 0) for digit in reversed(range(bits))]
    products = np.empty((len(query), columns.shape[1]), np.float32)
    kind = np.uint16 if most * dimensions < 1 << 16 else np.uint32
    for start in range(0, columns.shape[1], _BLOCK):
        block = columns[:, start : start + _BLOCK]
        for row in range(len(query)):
            differing: npt.NDArray[Any] = np.zeros(block.shape[1], kind)
            for planes in digits:
                differing <<= 1
                add_differing(differing, planes[row], block)
            products[row, start : start + _BLOCK] = differing
    scaled: FloatArray = (most * dimensions - 2 * products) * (largest / most)
    return scaled


def add_differing(counts: npt.NDArray[Any], signs: Words, columns: Words) -> None:
    """Add to `counts`, (n,), how many of a row's `signs`, (words,), differ from each of `columns`, (words, n)."""
    assert len(signs) == len(columns)
    different = np.empty(len(counts), np.uint64)
    some, more = np.empty((2, len(counts)), np.uint8)
    for first in range(0, len(columns), _WORDS_PER_OCTET):
        for word in range(first, min(first + _WORDS_PER_OCTET, len(columns))):
            np.bitwise_xor(columns[word], signs[word], out=different)
            np.bitwise_count(different, out=some if word == first else more)
            if word > first:
                some += more
        counts += some
