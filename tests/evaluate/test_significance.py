"""Tests of `indexer.evaluate.significance` against closed forms."""

from __future__ import annotations

import itertools
from math import sqrt

import numpy as np
import pytest

from indexer.evaluate.significance import compare, intervals


def test_equal_values_have_an_interval_of_no_width() -> None:
    assert intervals(np.full((20, 2), 0.25)).tolist() == [[0.25, 0.25], [0.25, 0.25]]


def test_the_interval_of_many_values_is_the_normal_one() -> None:
    values = np.random.default_rng(1).random((1000, 1))
    low, high = intervals(values)[0]
    half = 1.96 * values.std() / sqrt(len(values))
    assert low == pytest.approx(values.mean() - half, abs=half * 0.05)
    assert high == pytest.approx(values.mean() + half, abs=half * 0.05)


def test_the_interval_of_zeros_and_ones_is_the_binomial_one() -> None:
    values = np.array([1.0] * 30 + [0.0] * 70)[:, None]
    drawn = np.random.default_rng(7).binomial(100, 0.3, 200_000) / 100
    expected = np.quantile(drawn, [0.025, 0.975])
    assert np.allclose(intervals(values)[0], expected, atol=0.0101)  # one step of the binomial is 0.01


def test_a_wider_level_has_a_wider_interval() -> None:
    values = np.random.default_rng(2).random((50, 1))
    narrow, wide = intervals(values, level=0.5)[0], intervals(values, level=0.99)[0]
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_intervals_cover_the_true_mean_as_often_as_they_say() -> None:
    generator = np.random.default_rng(3)
    samples = generator.random((100, 200))  # 200 samples of 100 values with the mean 0.5
    bounds = intervals(samples, resamples=1000)
    covered = ((bounds[:, 0] <= 0.5) & (bounds[:, 1] >= 0.5)).mean()
    assert 0.89 <= covered <= 0.99


def test_the_same_values_give_the_same_interval() -> None:
    values = np.random.default_rng(4).random((40, 3))
    assert np.array_equal(intervals(values), intervals(values))
    assert not np.array_equal(intervals(values), intervals(values, seed=1))


def test_no_values_have_an_empty_interval() -> None:
    assert intervals(np.zeros((0, 2))).tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_the_randomisation_test_agrees_with_every_assignment_of_signs() -> None:
    differences = np.array([0.3, -0.1, 0.2, 0.25, 0.05, -0.02, 0.4, 0.15])
    sums = [abs(np.dot(signs, differences)) for signs in itertools.product((-1, 1), repeat=len(differences))]
    exact = np.mean(np.array(sums) >= abs(differences.sum()) - 1e-12)
    found = compare(differences, np.zeros(8), resamples=20_000)
    assert found.p == pytest.approx(exact, abs=0.005)
    assert (found.wins, found.losses, found.ties) == (6, 2, 0)
    assert found.mean == pytest.approx(differences.mean())


def test_a_single_difference_proves_nothing() -> None:
    assert compare(np.array([1.0, 0.0]), np.array([0.0, 0.0])).p == 1.0


def test_equal_systems_do_not_differ() -> None:
    values = np.random.default_rng(5).random(30)
    found = compare(values, values)
    assert (found.mean, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)
    assert found.ties == 30


def test_a_difference_everywhere_is_certain_but_its_p_is_not_0() -> None:
    found = compare(np.ones(50), np.zeros(50), resamples=1000)
    assert found.p == pytest.approx(1 / 1001)
    assert (found.low, found.high) == (1.0, 1.0)


def test_chance_is_called_significant_about_as_often_as_it_should() -> None:
    generator = np.random.default_rng(6)
    p = [compare(generator.random(30), generator.random(30), resamples=400).p for _ in range(200)]
    assert 0.01 <= np.mean(np.array(p) < 0.05) <= 0.10


def test_swapping_the_systems_swaps_the_signs() -> None:
    generator = np.random.default_rng(8)
    first, second = generator.random(25), generator.random(25)
    forward, backward = compare(first, second), compare(second, first)
    assert forward.mean == pytest.approx(-backward.mean)
    assert forward.p == backward.p
    assert (forward.wins, forward.losses) == (backward.losses, backward.wins)


def test_values_of_different_queries_are_not_paired() -> None:
    with pytest.raises(ValueError, match="paired"):
        compare(np.zeros(3), np.zeros(4))
