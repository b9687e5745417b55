"""Answers: legs, counts, pages and stored articles, from a snapshot and SQLite."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from indexer.article import Article, Passage
from indexer.engines.base import (
    Count,
    FloatArray,
    Gathered,
    GatherRequest,
    Leg,
    LegResult,
    LexicalLeg,
    Sort,
    StoredPassage,
    Union,
    VectorLeg,
)
from indexer.engines.embedded import counts
from indexer.engines.embedded.columns import Mask, Positions
from indexer.engines.embedded.database import Database
from indexer.engines.embedded.stored import DamagedArticle, decode_article, decode_vector
from indexer.engines.embedded.views import Snapshot
from indexer.engines.embedded.writing import among, chunks

logger = logging.getLogger(__name__)

_MOST_ROWS = 10_000  # SQLite binds 32,766 values at most


def run_leg(snapshot: Snapshot, leg: Leg) -> LegResult:
    match leg:
        case LexicalLeg():
            return _lexical(snapshot, leg)
        case VectorLeg():
            return _nearest(snapshot, leg)


def _lexical(snapshot: Snapshot, leg: LexicalLeg) -> LegResult:
    columns = snapshot.columns
    positions, scores, total = snapshot.lexical.best(leg.query, columns.passing(leg.filters), leg.size)
    order = columns.best_first(positions, scores, leg.size)
    positions, scores = positions[order], scores[order]
    parts = snapshot.lexical.parts(leg.query, positions[: leg.parts]) if leg.parts else None
    return LegResult(
        [columns.ids[position] for position in positions.tolist()],
        scores,
        np.full(len(order), -1, np.int32),
        total,
        languages=columns.values_at(positions, "language"),
        parts=parts,
    )


def _nearest(snapshot: Snapshot, leg: VectorLeg) -> LegResult:
    columns = snapshot.columns
    allowed = columns.passing(leg.filters)
    if leg.only is not None and (conditions := leg.only.conditions):
        demanded = snapshot.lexical.matching(conditions)
        allowed = demanded if allowed is None else allowed & demanded
    found = snapshot.vectors.nearest(leg.vector, allowed, leg.size, columns, lead=leg.lead)
    ids = [columns.ids[position] for position in found.positions.tolist()]
    languages = columns.values_at(found.positions, "language")
    numbers = found.numbers if leg.numbers else np.full(len(ids), -1, np.int32)
    return LegResult(ids, found.scores, numbers, len(ids), languages=languages)


def _members(snapshot: Snapshot, union: Union) -> Mask:
    """Return which articles are in a union."""
    columns = snapshot.columns
    passing = columns.passing(union.filters)
    if union.lexical is None and union.ids is None:
        return np.ones(len(columns), np.bool_) if passing is None else passing
    if union.lexical is None:
        mask = np.zeros(len(columns), np.bool_)
    else:
        mask = snapshot.lexical.matching(union.lexical).copy()
    known = columns.position_of
    mask[[known[article_id] for article_id in union.ids or () if article_id in known]] = True
    return mask if passing is None else mask & passing


def gather(database: Database, snapshot: Snapshot | None, request: GatherRequest) -> Gathered:
    total = 0
    facets: dict[str, tuple[Count, ...]] = dict.fromkeys(request.facets, ())
    histogram = None
    if snapshot is not None:
        columns = snapshot.columns
        positions: Positions = np.flatnonzero(_members(snapshot, request.union))
        total = len(positions)
        facets = {
            name: counts.facet_counts(columns, positions, name, size) for name, size in request.facets.items()
        }
        if request.histogram is not None:
            histogram = counts.histogram(columns, positions, request.histogram)
    elif request.histogram is not None:
        histogram = counts.empty_histogram(request.histogram)
    if not (request.ids or request.passages_of):
        return Gathered(total, facets, histogram, {}, {})
    with database.moment() as connection:
        articles = articles_by_id(connection, request.ids, skip_damaged=True)
        passages = passages_by_id(connection, request.passages_of, codes=request.codes)
    return Gathered(total, facets, histogram, articles, passages)


def browse(snapshot: Snapshot, union: Union, sort: Sort, size: int, offset: int) -> tuple[list[str], int]:
    members = _members(snapshot, union)
    order = snapshot.columns.order(sort)
    chosen = order[members[order]]
    page = chosen[offset : offset + size].tolist()
    return [snapshot.columns.ids[position] for position in page], len(chosen)


def rows_by_id(snapshot: Snapshot, union: Union) -> Positions:
    """Return the rows of a union's articles, by article id."""
    members = _members(snapshot, union)
    order = snapshot.columns.by_id
    return snapshot.columns.rows[order[members[order]]]


def articles_of_rows(connection: sqlite3.Connection, rows: Positions, batch: int) -> Iterator[Article]:
    batch = min(batch, _MOST_ROWS)
    for start in range(0, len(rows), batch):
        some = rows[start : start + batch].tolist()
        found = connection.execute(f"SELECT row, id, body FROM articles WHERE {among('row', some)}", some)
        stored = {row: (article_id, body) for row, article_id, body in found.fetchall()}
        for row in some:
            if row in stored:
                yield decode_article(*stored[row])


def articles_by_id(
    connection: sqlite3.Connection, ids: Iterable[str], *, skip_damaged: bool = False
) -> dict[str, Article]:
    """Return those of the articles that exist. A page must not be lost for one that is damaged."""
    found: dict[str, Article] = {}
    for chunk in chunks(ids):
        for article_id, body in connection.execute(
            f"SELECT id, body FROM articles WHERE gone IS NULL AND {among('id', chunk)}", chunk
        ):
            try:
                found[article_id] = decode_article(article_id, body)
            except DamagedArticle as error:
                if not skip_damaged:
                    raise
                logger.warning("An article is left out: %s", error)
    return found


def passages_by_id(
    connection: sqlite3.Connection,
    ids: Sequence[str],
    *,
    codes: bool,
    vectors: bool = False,
    first: bool = False,
) -> dict[str, tuple[StoredPassage, ...]]:
    """Return the passages, in order, of those of the articles that exist; with `first` only the first of each."""
    found: dict[str, list[StoredPassage]] = {}
    for chunk in chunks(ids):
        for article_id, number, start, end, language, vector, code in connection.execute(
            f"""SELECT a.id, p.number, p.start, p."end", p.language,
                {"p.vector" if vectors else "NULL"}, {"p.codes" if codes else "NULL"}
                FROM articles a JOIN passages p ON p.article = a.row
                WHERE a.gone IS NULL AND {among("a.id", chunk)} {"AND p.number = 0" if first else ""}
                ORDER BY p.article, p.number""",
            chunk,
        ):
            passage = Passage(number, start, end, language)
            near = None if vector is None else decode_vector(vector)
            found.setdefault(article_id, []).append(StoredPassage(passage, code, near))
    return {article_id: tuple(passages) for article_id, passages in found.items()}


def stacked(passages: Mapping[str, Sequence[StoredPassage]]) -> dict[str, FloatArray]:
    """Return article id -> (n, dim) of the vectors of its passages, without articles that have none."""
    known = {id_: [one.vector for one in some if one.vector is not None] for id_, some in passages.items()}
    return {id_: np.stack(vectors) for id_, vectors in known.items() if vectors}
