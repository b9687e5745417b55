"""An archive that is cut up by time: which partition an article belongs to, and which ones a search must ask.

A partition is a year ("2018") or a month ("2018-02"), or the rest: articles without a date and those whose date is
doubtful. Each has an alias that ends in its key. So a search names the partitions of its dates without knowing
which of them exist and whether they are years or months: `2018*` is a year either way, and names that nothing bears
are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date
from enum import StrEnum

from indexer.article import Published
from indexer.engines.base import Filters

#: Key of the partition of undated articles and doubtful dates. An archive that is not cut up consists of it.
REST = "rest"
_FIRST_YEAR, _LAST_YEAR = date.min.year, date.max.year


class Unit(StrEnum):
    """How long a partition is."""

    NONE = "none"
    YEAR = "year"
    MONTH = "month"


def partition_of(published: Published | None, unit: Unit) -> str:
    """Return the key of the partition that an article of this date belongs to."""
    if unit is Unit.NONE or published is None or published.doubtful:
        return REST
    day = published.at.astimezone(UTC)
    return f"{day.year:04}" if unit is Unit.YEAR else f"{day.year:04}-{day.month:02}"


def keys_for(filters: Filters) -> list[str] | None:
    """Return the keys, as patterns, of all partitions that may hold what passes *filters*; None for all of them.

    The rest is among them: a doubtful date may lie within the bounds.
    """
    if filters.dating:
        return [REST]
    if not (filters.published_from or filters.published_to):
        return None
    first, last = filters.published_from or date.min, filters.published_to or date.max
    if first > last:
        return [REST]
    return [REST, *_months(first, last)]


def _months(first: date, last: date) -> Iterator[str]:
    """Yield patterns that cover the months from that of *first* to that of *last*, and no other."""
    whole_from = first.year + (first.month > 1)
    whole_to = last.year - (last.month < 12)
    if first.year == last.year and (first.month > 1 or last.month < 12):
        yield from _part_of_year(first.year, first.month, last.month)
        return
    if first.month > 1:
        yield from _part_of_year(first.year, first.month, 12)
    if whole_from <= whole_to:
        yield from (f"{prefix}*" for prefix in _prefixes(whole_from, whole_to))
    if last.month < 12:
        yield from _part_of_year(last.year, 1, last.month)


def _part_of_year(year: int, first: int, last: int) -> Iterator[str]:
    yield f"{year:04}"
    yield from (f"{year:04}-{month:02}" for month in range(first, last + 1))


def _prefixes(first: int, last: int, prefix: str = "") -> Iterator[str]:
    """Yield the shortest beginnings of four-digit years that cover the years from *first* to *last*."""
    missing = 4 - len(prefix)
    lowest, highest = int(prefix + "0" * missing), int(prefix + "9" * missing)
    if highest < first or lowest > last:
        return
    if prefix and max(first, _FIRST_YEAR) <= max(lowest, _FIRST_YEAR) and highest <= last:
        yield prefix
        return
    for digit in "0123456789":
        yield from _prefixes(first, last, prefix + digit)
