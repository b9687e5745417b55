"""Run judged queries through an archive, and turn the rankings into figures.

    evaluation = evaluate(archive, JudgedQueries(read_queries(path), read_qrels(other_path)))
    evaluation.whole.means["nDCG@10"]

Each query is asked once, at a depth of 100 articles; that one answer holds the ranking of every leg and of
the whole, and how long each stage took.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from indexer.errors import InvalidQuery
from indexer.evaluate.datasets import Qrels, Query, Run
from indexer.evaluate.judgedqueries import JudgedQueries
from indexer.evaluate.measures import MEASURES, FloatArray, check_measures, means, score
from indexer.evaluate.significance import Difference, compare, intervals
from indexer.memory import loaded_kept
from indexer.search.explain import KEYWORDS, KNOWN_ITEM, MEANING
from indexer.search.found import Ranking
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
    judged: JudgedQueries,
    *,
    measures: Sequence[str] = MEASURES,
    weights: Weights = WEIGHTS,
    asked: Asked | None = None,
) -> Evaluation:
    """Ask the queries that have a relevant article and score what came.

    `weights` are others than those in use, to see what a part is worth. Queries without any answer count for
    `standing` alone. `asked` is told (done, all) after each query. Raises `SettingsError` for a measure that cannot
    be told.
    """
    check_measures(measures)
    started = time.perf_counter()
    answerable = judged.answerable
    queries, others = answerable[: judged.limit], judged.unanswerable[: judged.limit]
    tell = _teller(asked, len(queries) + len(others))
    searcher = Searcher(archive.engine, archive.encoder, archive.settings, weights=weights)
    archive.encoder.warm_up()
    searcher.warm_up()
    with loaded_kept():  # as the web app keeps it, whose latency is told
        answers = _ask(searcher, judged, queries, tell)
        foreign = _stand_out(searcher, judged, others, tell)
    ids = [query.id for query in queries]
    stages = _latencies(answers.timings)
    return Evaluation(
        queries=tuple(queries),
        whole=scores(judged.qrels, answers.run, ids, measures),
        legs={leg: scores(judged.qrels, run, ids, measures) for leg, run in answers.leg_runs.items()},
        run=answers.run,
        leg_runs=answers.leg_runs,
        latency=stages.pop("total", Latency(0.0, 0.0)),
        stages=stages,
        unjudged=len(judged.queries) - len(answerable),
        seconds=time.perf_counter() - started,
        refused=answers.refused,
        standing=Standing(_share(answers.stand_out), _share(foreign)),
    )


@dataclass(slots=True)
class _Answers:
    """What came of the queries so far; `timings` and `stand_out` have an item for each that could be asked."""

    run: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    leg_runs: dict[str, dict[str, list[tuple[str, float]]]] = field(
        default_factory=lambda: {"dense": {}, "lexical": {}}
    )
    timings: list[Mapping[str, float]] = field(default_factory=list)
    stand_out: list[bool | None] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    def add(self, query: Query, ranking: Ranking, milliseconds: float) -> None:
        """Note the ranking of a query, which took so long as a whole."""
        self.run[query.id] = list(ranking.fused[:DEPTH])
        for leg, result in ranking.legs.items():
            found = zip(result.ids[:DEPTH], result.scores[:DEPTH].tolist(), strict=True)
            self.leg_runs.setdefault(LEG_NAMES.get(leg, leg), {})[query.id] = list(found)
        self.timings.append({**ranking.timings_ms, "total": milliseconds})
        self.stand_out.append(ranking.stands_out)


def _ask(
    searcher: Searcher, judged: JudgedQueries, queries: Sequence[Query], tell: Callable[[], None]
) -> _Answers:
    answers = _Answers()
    for query in queries:
        try:
            began = time.perf_counter()
            ranking = searcher.rank(judged.request(query), DEPTH)
            milliseconds = (time.perf_counter() - began) * 1000
        except InvalidQuery as error:
            answers.refused[query.id] = str(error)
        else:
            answers.add(query, ranking, milliseconds)
        tell()
    return answers


def _stand_out(
    searcher: Searcher, judged: JudgedQueries, queries: Sequence[Query], tell: Callable[[], None]
) -> list[bool | None]:
    """Return of each query that can be asked whether something stands out, None where that cannot be told."""
    told: list[bool | None] = []
    for query in queries:
        with suppress(InvalidQuery):
            told.append(searcher.rank(judged.request(query), DEPTH).stands_out)
        tell()
    return told


def _teller(asked: Asked | None, queries: int) -> Callable[[], None]:
    """Return what is called after each of so many queries, and tells `asked` of it."""
    numbers = count(1)
    return lambda: asked(next(numbers), queries) if asked else None


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
