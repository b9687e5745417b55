"""Token codes keep similarities, and stay within their space."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.models.codes import PASSAGE, QUERY, Coder

DIM = 384


@pytest.fixture
def coder() -> Coder:
    zero = np.zeros(DIM, np.float32)
    return Coder({f"{QUERY}.*": zero, f"{PASSAGE}.*": zero, f"{PASSAGE}.ar": zero + 1})


def _unit(rows: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((rows, DIM)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_word_takes_one_bit_a_dimension(coder: Coder) -> None:
    assert len(coder.encode(_unit(7, 0), "en")) == 7 * DIM // 8
    assert coder.encode(np.zeros((0, DIM), np.float32), "en") == b""


def test_estimates_are_close_to_cosines(coder: Coder) -> None:
    passage, noise = _unit(200, 1), _unit(200, 2)
    query = passage + 0.8 * noise
    query /= np.linalg.norm(query, axis=1, keepdims=True)
    estimated = coder.similarities(coder.rotate_query(query), coder.encode(passage, "en"))
    error = estimated - query @ passage.T
    assert abs(error.mean()) < 0.005  # unbiased
    assert error.std() < 0.06
    assert (estimated.argmax(axis=1) == np.arange(200)).all()


def test_each_language_has_its_own_centre(coder: Coder) -> None:
    words = _unit(3, 3) + 1
    centred = coder.centre(words, PASSAGE, "ar")
    np.testing.assert_allclose(centred, _unit(3, 3), atol=1e-5)
    assert not np.allclose(centred, coder.centre(words, PASSAGE, "fr"))


def test_a_word_without_pieces_stays_zero(coder: Coder) -> None:
    words = np.vstack([_unit(1, 4), np.zeros((1, DIM), np.float32)])
    np.testing.assert_array_equal(coder.centre(words, PASSAGE, "ar")[1], 0)


def test_the_bundled_centres_fit_the_bundled_model() -> None:
    assert Coder.bundled().dimensions == DIM
