"""Run judged queries through an archive, and turn the rankings into figures.

    evaluation = evaluate(archive, read_queries(path), read_qrels(other_path))
    evaluation.whole.means["nDCG@10"]

Each query is asked once, at a depth of 100 articles; that one answer holds the ranking of every leg and of
the whole, and how long each stage took.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from indexer.engines.base import Filters
from indexer.errors import InvalidQuery
from indexer.evaluate.datasets import Qrels, Query, Run, plain
from indexer.evaluate.measures import MEASURES, FloatArray, answerable, check_measures, means, score
from indexer.evaluate.significance import Difference, compare, intervals
from indexer.memory import loaded_kept
from indexer.search.explain import KEYWORDS, KNOWN_ITEM, MEANING
from indexer.search.filters import combine
from indexer.search.found import Ranking
from indexer.search.request import SearchRequest
from indexer.search.searcher import Searcher
from indexer.search.weights import WEIGHTS, Weights

if TYPE_CHECKING:
    from indexer.archive import Archive

DEPTH = 100

#: A leg's name in search results -> its name in reports, which is the usual one in retrieval research.
LEG_NAMES = {KEYWORDS: "lexical", MEANING: "dense", KNOWN_ITEM: "known-item"}

Asked = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What one ranking is worth. `values` is (n_queries, n_measures), `intervals` (n_measures, 2)."""

    measures: tuple[str, ...]
    values: FloatArray
    intervals: FloatArray

    @property
    def means(self) -> dict[str, float]:
        return means(self.values, self.measures)

    def column(self, measure: str) -> FloatArray:
        """Return (n_queries,): one measure's values."""
        column: FloatArray = self.values[:, self.measures.index(measure)]
        return column


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds at the 50th and 95th percentile of the queries."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Change:
    """One query whose value differs from the baseline's."""

    query: Query
    baseline: float
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A run beside a baseline run, measure by measure, and query by query for the first measure."""

    name: str
    baseline: Scores
    differences: Mapping[str, Difference]
    changes: tuple[Change, ...]  # largest loss first, largest gain last


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """The figures of one evaluation. `leg_runs` and `legs` go by leg; `run` is the ranking of the whole."""

    queries: tuple[Query, ...]  # those that were asked and have a relevant article
    whole: Scores
    legs: Mapping[str, Scores]
    run: Run
    leg_runs: Mapping[str, Run]
    latency: Latency
    stages: Mapping[str, Latency]
    unjudged: int  # queries left out, as no article is relevant to them
    seconds: float
    refused: Mapping[str, str] = field(default_factory=dict)  # query id -> why it could not be asked
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How well the ranking knows what it knows (see `indexer.search.standing`).

    `answerable` is the share of judged queries of which it says that something stands out, of those that it could
    tell; `unanswerable` the same of queries that the archive has no answer to, None where none were given.
    """

    answerable: float | None
    unanswerable: float | None


def evaluate(
    archive: Archive,
    queries: Sequence[Query],
    qrels: Qrels,
    *,
    measures: Sequence[str] = MEASURES,
    filters: Filters | None = None,
    syntax: bool = False,
    limit: int | None = None,
    weights: Weights = WEIGHTS,
    unanswerable: Sequence[Query] = (),
    asked: Asked | None = None,
) -> Evaluation:
    """Ask the queries that have a relevant article (the first `limit` of them) and score what came.

    `filters` hold for every query, beside its own. With `syntax` the texts are in the query language;
    otherwise they are plain questions. `weights` are others than those in use, to see what a part is worth.
    `unanswerable` are queries without any answer in the archive: they count for `standing` alone.
    `asked` is told (done, all) after each query. Raises `SettingsError` for a measure that cannot be told.
    """
    check_measures(measures)
    judged = set(answerable(qrels))
    chosen = [query for query in queries if query.id in judged]
    unjudged = len(queries) - len(chosen)
    chosen = chosen[:limit]
    started = time.perf_counter()
    run: dict[str, list[tuple[str, float]]] = {}
    leg_runs: dict[str, dict[str, list[tuple[str, float]]]] = {"dense": {}, "lexical": {}}
    timings: list[Mapping[str, float]] = []
    refused: dict[str, str] = {}
    stand_out: list[bool | None] = []
    others = unanswerable[:limit]
    searcher = Searcher(archive.engine, archive.encoder, archive.settings, weights=weights)

    def ask(query: Query) -> Ranking:
        return searcher.rank(request_of(query, filters, syntax=syntax), DEPTH)

    archive.encoder.warm_up()
    searcher.warm_up()
    foreign: list[bool | None] = []
    with loaded_kept():  # as the web app keeps it, whose latency is told
        for number, query in enumerate(chosen, 1):
            try:
                began = time.perf_counter()
                ranking = ask(query)
                total = (time.perf_counter() - began) * 1000
            except InvalidQuery as error:
                refused[query.id] = str(error)
            else:
                run[query.id] = list(ranking.fused[:DEPTH])
                for leg, result in ranking.legs.items():
                    found = zip(result.ids[:DEPTH], result.scores[:DEPTH].tolist(), strict=True)
                    leg_runs.setdefault(LEG_NAMES.get(leg, leg), {})[query.id] = list(found)
                timings.append({**ranking.timings_ms, "total": total})
                stand_out.append(ranking.stands_out)
            if asked:
                asked(number, len(chosen) + len(others))
        for number, query in enumerate(others, len(chosen) + 1):
            with suppress(InvalidQuery):
                foreign.append(ask(query).stands_out)
            if asked:
                asked(number, len(chosen) + len(others))
    ids = [query.id for query in chosen]
    stages = _latencies(timings)
    return Evaluation(
        queries=tuple(chosen),
        whole=scores(qrels, run, ids, measures),
        legs={leg: scores(qrels, leg_run, ids, measures) for leg, leg_run in leg_runs.items()},
        run=run,
        leg_runs=leg_runs,
        latency=stages.pop("total", Latency(0.0, 0.0)),
        stages=stages,
        unjudged=unjudged,
        seconds=time.perf_counter() - started,
        refused=refused,
        standing=Standing(_share(stand_out), _share(foreign)),
    )


def scores(qrels: Qrels, run: Run, ids: Sequence[str], measures: Sequence[str] = MEASURES) -> Scores:
    """Return a run's values for the queries *ids*, with their confidence intervals."""
    values = score(qrels, run, ids, measures)
    return Scores(tuple(measures), values, intervals(values))


def against(evaluation: Evaluation, name: str, baseline: Run, qrels: Qrels) -> Comparison:
    """Return what changed from a baseline run to the evaluation's whole ranking, over its queries."""
    ids = [query.id for query in evaluation.queries]
    measures = evaluation.whole.measures
    before = scores(qrels, baseline, ids, measures)
    first = measures[0]
    changes = [
        Change(query, float(old), float(new))
        for query, old, new in zip(
            evaluation.queries, before.column(first), evaluation.whole.column(first), strict=True
        )
        if old != new
    ]
    return Comparison(
        name=name,
        baseline=before,
        differences={
            measure: compare(evaluation.whole.column(measure), before.column(measure)) for measure in measures
        },
        changes=tuple(sorted(changes, key=lambda change: (change.value - change.baseline, change.query.id))),
    )


def request_of(query: Query, filters: Filters | None, *, syntax: bool) -> SearchRequest:
    """Return what is asked for a query; see `evaluate`. Raises `InvalidQuery` as `merge` does."""
    text = query.text if syntax else plain(query.text)
    return SearchRequest(text, merge(query.filters, filters), edits=query.edits)


def merge(own: Filters, common: Filters | None) -> Filters:
    """Return filters that let pass what both let pass. Raises `InvalidQuery` where that can be nothing."""
    if common is None or common.is_empty:
        return own
    both = combine(own, common)
    if both is None:
        raise InvalidQuery("The query's own filters and those given for all queries exclude each other.")
    return both


def _share(told: Sequence[bool | None]) -> float | None:
    known = [one for one in told if one is not None]
    return sum(known) / len(known) if known else None


def _latencies(timings: Sequence[Mapping[str, float]]) -> dict[str, Latency]:
    """Return stage -> latency, the stages in the order in which they first came."""
    stages: dict[str, list[float]] = {}
    for timing in timings:
        for stage, milliseconds in timing.items():
            stages.setdefault(stage, []).append(milliseconds)
    return {
        stage: Latency(float(np.percentile(values, 50)), float(np.percentile(values, 95)))
        for stage, values in stages.items()
    }
