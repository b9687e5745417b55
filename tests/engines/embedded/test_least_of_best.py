"""The threshold that a vector search draws is the exact one, whatever the values look like."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.engines.embedded.vectors import _least_of_best


@pytest.mark.parametrize("size", [10, 1_000, 60_000])
@pytest.mark.parametrize("count", [1, 9, 500])
@pytest.mark.parametrize("order", ["random", "ascending", "descending", "equal", "barred"])
def test_it_is_the_value_at_that_place(size: int, count: int, order: str) -> None:
    count = min(count, size)
    values = np.random.default_rng(7).standard_normal(size).astype(np.float32)
    match order:
        case "ascending":
            values.sort()
        case "descending":
            values[::-1].sort()
        case "equal":
            values[:] = 1
        case "barred":
            values[np.arange(size) % 8 == 0] = -np.inf  # all that the sample looks at
    assert _least_of_best(values, count) == np.sort(values)[-count]
