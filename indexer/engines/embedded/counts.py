"""Facets and histograms of a set of articles, counted from the columns."""

from __future__ import annotations

import numpy as np

from indexer.engines.base import Bucket, Count, Histogram
from indexer.engines.embedded.columns import UNDATED, Columns, Positions

MAX_AUTO_BUCKETS = 120
_NUMPY_UNITS = {"year": "Y", "month": "M", "day": "D"}


def facet_counts(columns: Columns, positions: Positions, facet: str, size: int) -> tuple[Count, ...]:
    """Return the most frequent values, ties by value. Articles without a value are not counted."""
    counts = np.bincount(columns.facets[facet][positions])
    codes = np.flatnonzero(counts)
    if len(codes) > size + 1:  # one of them may be no value
        least = np.partition(counts[codes], -size - 1)[-size - 1]
        codes = codes[counts[codes] >= least]
    values = columns.facet_values.values
    pairs = [
        (values[code], count) for code, count in zip(codes.tolist(), counts[codes].tolist(), strict=True)
    ]
    pairs.sort(key=lambda pair: (-pair[1], pair[0]))
    return tuple(Count(value, count) for value, count in pairs if value)[:size]


def histogram(columns: Columns, positions: Positions, unit: str) -> Histogram:
    """Return the articles per period; "auto" takes the finest unit that gives at most 120 buckets."""
    undated = columns.at[positions] == UNDATED
    doubtful = columns.doubtful[positions] & ~undated
    # Days are few beside articles: those that occur are made periods of, not each article's.
    days, articles = np.unique(columns.days[positions[~undated & ~doubtful]], return_counts=True)
    units = ("day", "month", "year") if unit == "auto" else (unit,)
    for chosen in units:
        named = days.astype("datetime64[D]").astype(f"datetime64[{_NUMPY_UNITS[chosen]}]")
        periods, starts = np.unique(named, return_index=True)
        if len(periods) <= MAX_AUTO_BUCKETS:
            break
    counts = np.add.reduceat(articles, starts) if len(starts) else articles
    buckets = zip(np.datetime_as_string(periods).tolist(), counts.tolist(), strict=True)
    return Histogram(
        chosen,
        tuple(Bucket(str(period), count) for period, count in buckets),
        int(undated.sum()),
        int(doubtful.sum()),
    )


def empty_histogram(unit: str) -> Histogram:
    return Histogram("day" if unit == "auto" else unit, (), 0, 0)
