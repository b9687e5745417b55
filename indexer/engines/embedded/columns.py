"""What of every article is kept in memory: its id, facets and dates, as columns in the order of writing."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt

from indexer.article import Article
from indexer.engines.base import FACETS, Dating, Filters, FloatArray, Sort
from indexer.engines.order import best_first

Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: In `Columns.at`, an article without a date.
UNDATED = np.iinfo(np.int64).min
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAY = 86_400_000_000  # microseconds

_ALIVE = f"""
    SELECT row, id, published, doubtful, {", ".join(FACETS)} FROM articles
    WHERE row > ? AND row <= ? AND (gone IS NULL OR gone > ?) ORDER BY row
"""


def moment_of(article: Article) -> int | None:
    """Return an article's date in microseconds since 1970, None where it has none."""
    if article.published is None:
        return None
    since = article.published.at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def day_number(day: date) -> int:
    """Return a day as days since 1970."""
    return day.toordinal() - _EPOCH_ORDINAL


class FacetValues:
    """The codes of facet values, as the table `facet_values` has them. Codes are never reused."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], int] = {}
        self.values: dict[int, str] = {}
        self._last = 0

    def follow(self, connection: sqlite3.Connection) -> None:
        """Read what was added since the last call."""
        new = connection.execute("SELECT code, facet, value FROM facet_values WHERE code > ?", (self._last,))
        for code, facet, value in new.fetchall():
            self.codes[facet, value] = code
            self.values[code] = value
            self._last = max(self._last, code)

    def codes_of(self, facet: str, values: frozenset[str]) -> list[int]:
        """Return the codes of those values that some article has or had."""
        return sorted(self.codes[facet, value] for value in values if (facet, value) in self.codes)


class Columns:
    """The articles that are alive at one sequence number. Never changed once made.

    A *position* is an index into these columns; `rows` ascend, so that rows are found by bisection.
    """

    def __init__(
        self,
        sequence: int,
        rows: Positions,
        ids: list[str],
        at: Positions,
        doubtful: Mask,
        facets: dict[str, npt.NDArray[np.int32]],
        facet_values: FacetValues,
    ) -> None:
        self.sequence = sequence
        self.rows = rows
        self.ids = ids
        self.at = at
        self.doubtful = doubtful
        self.facets = facets
        self.facet_values = facet_values

    @classmethod
    def empty(cls) -> Columns:
        none = np.zeros(0, np.int64)
        facets = {name: np.zeros(0, np.int32) for name in FACETS}
        return cls(0, none, [], none, np.zeros(0, np.bool_), facets, FacetValues())

    def advanced(self, connection: sqlite3.Connection, sequence: int) -> Columns:
        """Return the columns as they are at a later sequence number. The connection sees one moment."""
        values = self.facet_values
        values.follow(connection)
        deleted = connection.execute(
            "SELECT row FROM deletions WHERE sequence > ? AND sequence <= ?", (self.sequence, sequence)
        ).fetchall()
        gone = np.fromiter((row for (row,) in deleted), np.int64, len(deleted))
        kept = ~np.isin(self.rows, gone)
        records = connection.execute(_ALIVE, (self.sequence, sequence, sequence)).fetchall()
        new = list(zip(*records, strict=True)) if records else [()] * (4 + len(FACETS))
        ids = self.ids if kept.all() else [self.ids[position] for position in np.flatnonzero(kept)]
        moments = [UNDATED if moment is None else moment for moment in new[2]]
        return Columns(
            sequence,
            np.concatenate([self.rows[kept], np.array(new[0], np.int64)]),
            ids + list(new[1]),
            np.concatenate([self.at[kept], np.array(moments, np.int64)]),
            np.concatenate([self.doubtful[kept], np.array(new[3], np.bool_)]),
            {
                name: np.concatenate([self.facets[name][kept], np.array(new[4 + place], np.int32)])
                for place, name in enumerate(FACETS)
            },
            values,
        )

    def __len__(self) -> int:
        return len(self.ids)

    def values_at(self, positions: Positions, facet: str) -> list[str]:
        """Return the facet's value at each position."""
        return [self.facet_values.values[code] for code in self.facets[facet][positions].tolist()]

    def best_first(self, positions: Positions, scores: FloatArray, size: int) -> Positions:
        """Return the places of the `size` best of some articles, ties by article id."""
        order = np.argsort(-scores, kind="stable")
        if (np.diff(scores[order]) == 0).any():
            ids = [self.ids[position] for position in positions.tolist()]
            order = np.array(best_first(ids, scores.tolist()), np.int64)
        return order[:size]

    @cached_property
    def position_of(self) -> dict[str, int]:
        return {article_id: position for position, article_id in enumerate(self.ids)}

    @cached_property
    def by_id(self) -> Positions:
        """All positions, by article id."""
        return np.array(sorted(range(len(self.ids)), key=self.ids.__getitem__), np.int64)

    @cached_property
    def days(self) -> Positions:
        """Days since 1970; meaningless where `at` is UNDATED."""
        return self.at // _DAY

    @cached_property
    def _by_row(self) -> Positions:
        """The position of every row up to the last that is alive, and one more: eight bytes for each ever written."""
        positions = np.full(int(self.rows[-1]) + 2, -1, np.int64)
        positions[self.rows] = np.arange(len(self.rows))
        return positions

    @cached_property
    def _orders(self) -> dict[Sort, Positions]:
        return {}

    def order(self, sort: Sort) -> Positions:
        """Return all positions in the order of `Engine.browse`."""
        if sort is Sort.RELEVANCE:
            return self.by_id
        order = self._orders.get(sort)
        if order is None:
            at = self.at[self.by_id]
            dated = np.where(at == UNDATED, 0, at)
            keys = (-dated if sort is Sort.NEWEST else dated, at == UNDATED)
            order = self._orders[sort] = self.by_id[np.lexsort(keys)]
        return order

    def positions_of_rows(self, rows: Positions) -> Positions:
        """Return each row's position, -1 for rows that are not alive here."""
        if not len(self.rows):
            return np.full(len(rows), -1, np.int64)
        positions: Positions = self._by_row[np.minimum(rows, self.rows[-1] + 1)]
        return positions

    def passing(self, filters: Filters) -> Mask | None:
        """Return which articles pass; None where the filters are empty."""
        if filters.is_empty:
            return None
        mask = np.ones(len(self), np.bool_)
        for facet, values in filters.include.items():
            if values:
                mask &= np.isin(self._facet(facet), self.facet_values.codes_of(facet, values))
        for facet, values in filters.exclude.items():
            if values:
                mask &= ~np.isin(self._facet(facet), self.facet_values.codes_of(facet, values))
        if filters.published_from is not None:
            mask &= (self.at != UNDATED) & (self.days >= day_number(filters.published_from))
        if filters.published_to is not None:
            mask &= (self.at != UNDATED) & (self.days <= day_number(filters.published_to))
        if filters.dating is Dating.NONE:
            mask &= self.at == UNDATED
        elif filters.dating is Dating.DOUBTFUL:
            mask &= self.doubtful
        return mask

    def _facet(self, name: str) -> npt.NDArray[np.int32]:
        if name not in self.facets:
            raise ValueError(f"There is no facet {name!r}.")
        return self.facets[name]
