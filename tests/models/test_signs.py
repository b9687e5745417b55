"""Signs, and the inner products that are counted from them."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.models.signs import inner_products, pack, rotation


@pytest.mark.parametrize("dimensions", [1, 8, 63, 64, 65, 384])
@pytest.mark.parametrize("bits", [1, 4, 6, 8])
def test_products_are_those_of_the_rounded_query(dimensions: int, bits: int) -> None:
    """Exact for a query whose values are steps already."""
    drawn = np.random.default_rng(dimensions)
    most = 2**bits - 1
    steps = 2 * drawn.integers(0, 2**bits, (3, dimensions)) - most
    steps[:, 0] = most  # the largest value makes the scale
    query = (0.25 * steps).astype(np.float32)
    positive = drawn.random((40_000, dimensions)) < 0.5
    signs = pack(positive)
    assert signs.shape == (40_000, -(-dimensions // 8))
    expected = query @ np.where(positive, 1, -1).T
    np.testing.assert_allclose(inner_products(query, signs, bits=bits), expected, rtol=1e-4, atol=1e-3)


def test_nothing_to_compare() -> None:
    assert inner_products(np.ones((2, 384), np.float32), np.zeros((0, 48), np.uint8), bits=3).shape == (2, 0)


def test_more_bits_are_nearer() -> None:
    drawn = np.random.default_rng(1)
    query = drawn.standard_normal((5, 384)).astype(np.float32)
    positive = drawn.random((100, 384)) < 0.5
    exact = query @ np.where(positive, 1, -1).T
    errors = [np.abs(inner_products(query, pack(positive), bits=bits) - exact).mean() for bits in (2, 4, 6)]
    assert errors[0] > 3 * errors[1] > 9 * errors[2]


def test_a_query_of_zeros_is_near_nothing() -> None:
    positive = np.random.default_rng(1).random((100, 384)) < 0.5
    assert np.abs(inner_products(np.zeros((1, 384), np.float32), pack(positive), bits=6)).max() < 1e-6


def test_the_rotation_is_fixed_and_keeps_lengths() -> None:
    turned = rotation(384)
    np.testing.assert_allclose(turned @ turned.T, np.eye(384), atol=1e-5)
    assert turned is rotation(384)


@pytest.mark.parametrize("dimensions", [192, 256, 320, 384, 640])
def test_opposite_signs_are_all_counted(dimensions: int) -> None:
    query = np.ones((1, dimensions), np.float32)
    negative = pack(np.zeros((3, dimensions), np.bool_))
    for bits in (1, 4, 8):
        products = inner_products(query, negative, bits=bits)
        np.testing.assert_allclose(products, [[-dimensions] * 3], rtol=1e-6)
