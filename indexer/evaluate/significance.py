"""How sure a figure is: bootstrap confidence intervals, and a paired randomisation test.

Everything is seeded: the same values give the same interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

RESAMPLES = 10_000
LEVEL = 0.95
SEED = 20180218
_CHUNK = 500  # resamples made at once: 500 x 2,000 queries are 8 MB


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from a baseline to a run, over the same queries.

    `mean` is run minus baseline, `low` and `high` its 95 % interval, `p` the chance of a difference at least
    this large, either way, if both were the same system.
    """

    mean: float
    low: float
    high: float
    p: float
    wins: int
    losses: int
    ties: int


def intervals(
    values: FloatArray, *, level: float = LEVEL, resamples: int = RESAMPLES, seed: int = SEED
) -> FloatArray:
    """Return (n_columns, 2): the percentile bootstrap interval of each column's mean.

    `values` is (n_queries, n_columns). The columns share their resamples. Efron and Tibshirani 1993, ch. 13.
    """
    n_queries, n_columns = values.shape
    if n_queries == 0:
        return np.zeros((n_columns, 2))
    means = np.concatenate([counts @ values / n_queries for counts in _counts(n_queries, resamples, seed)])
    tail = (1 - level) / 2
    bounds: FloatArray = np.quantile(means, [tail, 1 - tail], axis=0)
    return bounds.T


def compare(
    run: FloatArray, baseline: FloatArray, *, resamples: int = RESAMPLES, seed: int = SEED
) -> Difference:
    """Compare two systems' values, each (n_queries,), for the same queries in the same order.

    The test is Fisher's randomisation test, which makes no assumption on how the values are distributed
    (Smucker, Allan and Carterette 2007); its p is never 0, as the order that was seen counts as one.
    """
    if run.shape != baseline.shape:
        raise ValueError(f"{run.shape} values cannot be paired with {baseline.shape}")
    differences = run - baseline
    low, high = intervals(differences[:, None], resamples=resamples, seed=seed)[0]
    wins, losses = int((differences > 0).sum()), int((differences < 0).sum())
    return Difference(
        mean=float(differences.mean()) if len(differences) else 0.0,
        low=float(low),
        high=float(high),
        p=_randomisation_p(differences, resamples, seed),
        wins=wins,
        losses=losses,
        ties=len(differences) - wins - losses,
    )


def _randomisation_p(differences: FloatArray, resamples: int, seed: int) -> float:
    changed = differences[differences != 0]
    if not len(changed):
        return 1.0
    generator = np.random.default_rng(seed)
    observed = abs(changed.sum())
    extreme = 0
    for size in _chunks(resamples):
        signs = generator.integers(0, 2, (size, len(changed)), dtype=np.int8) * 2 - 1
        # Sums of the same numbers in another order differ in their last bits.
        extreme += int((np.abs(signs @ changed) >= observed * (1 - 1e-12)).sum())
    return (extreme + 1) / (resamples + 1)


def _counts(n_queries: int, resamples: int, seed: int) -> Iterator[FloatArray]:
    """Yield (chunk, n_queries): how often each query was drawn into a resample."""
    generator = np.random.default_rng(seed)
    for size in _chunks(resamples):
        drawn = generator.integers(0, n_queries, (size, n_queries))
        drawn += np.arange(size)[:, None] * n_queries
        counts = np.bincount(drawn.ravel(), minlength=size * n_queries)
        yield counts.reshape(size, n_queries).astype(np.float64)


def _chunks(total: int) -> Iterator[int]:
    for start in range(0, total, _CHUNK):
        yield min(_CHUNK, total - start)
