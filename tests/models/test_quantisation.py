"""Quantised vectors are near to what they were made of, and inner products of them as near as is said."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.models.quantisation import likely_error, quantised


@pytest.mark.parametrize("dimensions", [1, 7, 384, 1_024])
def test_a_value_is_wrong_by_half_a_scale_at_most(dimensions: int) -> None:
    given = np.random.default_rng(2).standard_normal((500, dimensions)).astype(np.float32)
    given[3] = 0
    values, scales = quantised(given)
    assert values.shape == given.shape
    assert scales.shape == (500,)
    error = np.abs(values * scales[:, np.newaxis] - given)
    assert (error <= 0.501 * scales[:, np.newaxis]).all()
    assert np.abs(values).max(axis=1).tolist() == [127] * 3 + [0] + [127] * 496


def test_an_inner_product_is_wrong_by_about_what_is_said() -> None:
    drawn = np.random.default_rng(3).standard_normal((2_001, 384)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    values, scales = quantised(drawn)
    products = (values[1:].astype(np.float32) @ values[0]) * scales[1:] * scales[0]
    error = (products - drawn[1:] @ drawn[0]) / likely_error(scales[1:], scales[0])
    assert abs(error.mean()) < 0.2
    assert error.std() == pytest.approx(1, abs=0.1)
