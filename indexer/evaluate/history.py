"""The figures of an archive's evaluations over time: kept by the archive, shown on its quality page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import indexer
from indexer.engines.base import Engine
from indexer.evaluate.runner import Evaluation

KIND = "evaluation"


@dataclass(frozen=True, slots=True)
class Kept:
    """One evaluation's figures. `name` says which queries were asked; only equal names are comparable."""

    at: str  # UTC, ISO 8601
    name: str
    queries: int
    articles: int
    measures: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    latency_ms: Mapping[str, float]
    version: str


class History:
    """The kept evaluations of one archive."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, evaluation: Evaluation, name: str) -> Kept:
        """Keep an evaluation's figures, with the moment and the number of articles of now."""
        whole = evaluation.whole
        kept = Kept(
            at=datetime.now(UTC).isoformat(timespec="microseconds"),
            name=name,
            queries=len(evaluation.queries),
            articles=self._engine.stats().articles,
            measures=whole.means,
            intervals={
                measure: (float(low), float(high))
                for measure, (low, high) in zip(whole.measures, whole.intervals, strict=True)
            },
            latency_ms={"p50": evaluation.latency.p50, "p95": evaluation.latency.p95},
            version=indexer.__version__,
        )
        self._engine.put_records(KIND, {kept.at: asdict(kept)})
        return kept

    def __iter__(self) -> Iterator[Kept]:
        """Yield the kept evaluations, earliest first."""
        for _, record in self._engine.records(KIND):
            intervals = {name: (low, high) for name, (low, high) in record.pop("intervals").items()}
            yield Kept(**record, intervals=intervals)
