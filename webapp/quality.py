"""The quality page: the figures of this archive's own evaluations, over time.

They are what `newsarchive evaluate --keep` has stored. Evaluations of other queries are other drawings: their
figures cannot be compared.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template

from indexer.evaluate.history import History, Kept
from webapp import lines
from webapp.context import the_archive
from webapp.display import period_name
from webapp.language import gettext, ngettext
from webapp.lines import LineChart, Value
from webapp.state import SearchState

blueprint = Blueprint("quality", __name__)

_DRAWN = ("nDCG@10", "MRR@10", "R@10")
_ROWS = 50


@dataclass(frozen=True, slots=True)
class Series:
    """The evaluations of one set of queries: drawings, and the latest figures, latest first."""

    name: str
    quality: LineChart | None
    latency: LineChart | None
    measures: tuple[str, ...]
    rows: tuple[Kept, ...]
    count: int


@blueprint.get("/quality")
def show() -> str:
    kept: dict[str, list[Kept]] = defaultdict(list)
    for evaluation in History(the_archive().engine):
        kept[evaluation.name].append(evaluation)
    # What was measured last comes first.
    order = sorted(kept, key=lambda name: kept[name][-1].at, reverse=True)
    return render_template(
        "quality.html", state=SearchState(), series=[_series(name, kept[name]) for name in order]
    )


def _series(name: str, evaluations: list[Kept]) -> Series:
    measures = tuple(dict.fromkeys(measure for kept in evaluations for measure in kept.measures))
    return Series(
        name=name,
        quality=lines.draw(
            [(measure, _values(evaluations, measure)) for measure in _DRAWN if measure in measures], top=1.0
        ),
        latency=lines.draw(
            [
                (
                    percentile,
                    [
                        Value(
                            _moment(kept),
                            kept.latency_ms[percentile],
                            _label(kept, percentile, gettext("ms")),
                        )
                        for kept in evaluations
                        if percentile in kept.latency_ms
                    ],
                )
                for percentile in ("p50", "p95")
            ]
        ),
        measures=measures,
        rows=tuple(reversed(evaluations[-_ROWS:])),
        count=len(evaluations),
    )


def _values(evaluations: list[Kept], measure: str) -> list[Value]:
    found = []
    for kept in evaluations:
        if measure in kept.measures:
            low, high = kept.intervals.get(measure, (None, None))
            found.append(Value(_moment(kept), kept.measures[measure], _label(kept, measure), low, high))
    return found


def _label(kept: Kept, measure: str, unit: str = "") -> str:
    value = f"{kept.latency_ms[measure]:.0f} {unit}" if unit else f"{kept.measures[measure]:.3f}"
    return ngettext(
        "%(day)s: %(measure)s %(value)s, %(num)s query",
        "%(day)s: %(measure)s %(value)s, %(num)s queries",
        kept.queries,
        day=period_name(kept.at[:10]),
        measure=measure,
        value=value,
    )


def _moment(kept: Kept) -> datetime:
    return datetime.fromisoformat(kept.at)
