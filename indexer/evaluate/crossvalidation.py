"""Would other weights rank better? Cross-validation of the fusion weights on judged queries.

Weights that were chosen on some queries look best on those. So the queries are cut into folds; for each, the
weights are chosen anew on the others, among combinations drawn from a grid, and judged on the fold that did not
see them (Stone 1974, "Cross-validatory choice and assessment of statistical predictions"). What the chosen
weights gain there over those in use is what a change would be worth.

The legs answer each query once. Fusion and late interaction are then repeated, by the searcher's own functions,
for each combination.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from indexer.errors import InvalidQuery, SettingsError
from indexer.evaluate.datasets import Qrels
from indexer.evaluate.judgedqueries import JudgedQueries
from indexer.evaluate.measures import FloatArray, score
from indexer.evaluate.runner import Asked
from indexer.evaluate.significance import Difference, compare, intervals
from indexer.search.found import Found
from indexer.search.late import Interaction
from indexer.search.prepared import Prepared
from indexer.search.ranking import fused, rerank, to_reread
from indexer.search.weights import RERANKED, ROWS, WEIGHTS, FusionWeights, Weights

if TYPE_CHECKING:
    from indexer.archive import Archive

MEASURE = "nDCG@10"
FOLDS = 5
COMBINATIONS = 150
_SHOWN = 10  # results that the measure looks at
_SEED = 2018
_LEG_STEP = 0.1
_LATE = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8)
_TITLE = (0.0, 0.15, 0.3)

#: The rows of `Weights` that queries in another language than the article's use: which one a query takes.
FOREIGN = tuple(row for row in ROWS if row != "same_language")


@dataclass(frozen=True, slots=True)
class Fold:
    """What was chosen without the queries of one fold, for the row of weights that `row` names."""

    number: int
    row: str
    queries: int
    chosen: FusionWeights
    mean: float  # of the fold's queries, by the chosen weights
    in_use: float  # ... and by those in use


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """The folds, and the whole: each query judged by the weights that were chosen without it.

    `interval` is that of the mean, `difference` is against the weights in use.
    """

    folds: tuple[Fold, ...]
    queries: int
    combinations: int
    mean: float
    interval: tuple[float, float]
    in_use: float
    difference: Difference


def cross_validate(
    archive: Archive,
    judged: JudgedQueries,
    *,
    folds: int = FOLDS,
    combinations: int = COMBINATIONS,
    asked: Asked | None = None,
) -> CrossValidation:
    """Choose weights on all folds but one and judge them on that one, for each fold.

    Queries without any answer play no part. Raises `SettingsError` where there are fewer judged queries than folds.
    """
    chosen = judged.answerable[: judged.limit]
    searcher = archive.searcher
    searcher.warm_up()
    candidates = [WEIGHTS, *map(_with, drawn(combinations - 1))]
    rows: list[str] = []
    values: list[FloatArray] = []
    for number, query in enumerate(chosen, 1):
        with suppress(InvalidQuery):
            prepared, found = searcher.evidence(judged.request(query), RERANKED)
            values.append(_values(prepared, found, candidates, judged.qrels, query.id))
            rows.append(_row(prepared, found))
        if asked:
            asked(number, len(chosen))
    if len(values) < folds:
        raise SettingsError(f"{folds} folds need as many judged queries; {len(values)} could be asked.")
    return choose(np.array(values), rows, candidates, folds)


def choose(
    values: FloatArray, rows: Sequence[str], candidates: Sequence[Weights], folds: int
) -> CrossValidation:
    """Return the folds of (n_queries, n_candidates) values; the first candidate is what is in use."""
    fold_of = np.random.default_rng(_SEED).permutation(len(values)) % folds
    row_of = np.array(rows)
    held_out = np.zeros(len(values))
    told: list[Fold] = []
    for fold in range(folds):
        for row in FOREIGN:
            here = (fold_of == fold) & (row_of == row)
            others = (fold_of != fold) & (row_of == row)
            if not here.any():
                continue
            best = int(values[others].mean(axis=0).argmax()) if others.any() else 0
            held_out[here] = values[here, best]
            told.append(
                Fold(
                    fold + 1,
                    row,
                    int(here.sum()),
                    getattr(candidates[best], row),
                    float(held_out[here].mean()),
                    float(values[here, 0].mean()),
                )
            )
    low, high = intervals(held_out[:, None])[0].tolist()
    return CrossValidation(
        folds=tuple(told),
        queries=len(values),
        combinations=len(candidates),
        mean=float(held_out.mean()),
        interval=(low, high),
        in_use=float(values[:, 0].mean()),
        difference=compare(held_out, values[:, 0]),
    )


def drawn(count: int) -> list[FusionWeights]:
    """Return so many different weights of the grid, the same at every call."""
    steps = round(1 / _LEG_STEP)
    grid = [
        FusionWeights(meaning / steps, lead / steps, (steps - meaning - lead) / steps, late, title)
        for meaning in range(steps + 1)
        for lead in range(steps + 1 - meaning)
        for late in _LATE
        for title in _TITLE
    ]
    picked = np.random.default_rng(_SEED).permutation(len(grid))[: max(count, 0)]
    return [grid[number] for number in picked.tolist()]


def _with(weights: FusionWeights) -> Weights:
    return WEIGHTS.with_rows(dict.fromkeys(FOREIGN, weights))


def _row(prepared: Prepared, found: Found) -> str:
    """Return the row that most of the articles found in other languages are weighed by."""
    rows = Counter(
        WEIGHTS.row(prepared.language, language, question=prepared.question)
        for language in found.languages.values()
    )
    unless_found = "question" if prepared.question else "words"
    return max(FOREIGN, key=lambda row: (rows[row], row == unless_found))


def _values(
    prepared: Prepared, found: Found, candidates: Sequence[Weights], qrels: Qrels, query_id: str
) -> FloatArray:
    """Return (n_candidates,): what each combination's ranking of one query is worth."""
    named = {str(number): ranking(prepared, found, weights) for number, weights in enumerate(candidates)}
    run = {name: [(article_id, 0.0) for article_id in ids] for name, ids in named.items()}
    same = dict.fromkeys(named, qrels[query_id])
    column: FloatArray = score(same, run, list(named), (MEASURE,))[:, 0]
    return column


def ranking(prepared: Prepared, found: Found, weights: Weights) -> list[str]:
    """Return the best articles in the order of other weights, from what was found with those in use."""
    other = replace(prepared, weights=weights)
    ranked = fused(other, found.legs)
    late: Mapping[str, Interaction] = {
        article_id: found.late[article_id]
        for article_id in to_reread(other, ranked)
        if article_id in found.late
    }
    return [entry.id for entry in rerank(other, ranked, late).fused[:_SHOWN]]
