"""The coverage page: what the archive holds of each source and month, and what it lacks.

Bars and cells lead deeper on this page (year, month, day); every number leads to the articles it counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, render_template, request

from indexer.coverage import Copies, Coverage, Gap, SourceCoverage, coarser, count_copies, cover
from indexer.engines.base import Sort, Union
from webapp import histogram
from webapp.context import the_archive
from webapp.display import period_name
from webapp.language import gettext, language, ngettext
from webapp.public import at_root
from webapp.state import SearchState

blueprint = Blueprint("coverage", __name__)

_PATH = "/coverage"
_GAPS_SHOWN = 15
STRIP_WIDTH, STRIP_HEIGHT = 390.0, 14.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One period of one source. `strength` is between 0.15 and 1: more articles, more ink."""

    x: float
    width: float
    strength: float
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """One source: its figures, and its cells side by side."""

    source: SourceCoverage
    cells: tuple[Cell, ...]
    url: str


@dataclass(frozen=True, slots=True)
class ListedGap:
    """A gap with the source it is of, and the search that begins before it and ends after."""

    source: str
    gap: Gap
    url: str


@blueprint.get("/coverage")
def show() -> str:
    """Show the whole archive, or the part that the filters in the address let pass."""
    given = SearchState.from_args(request.args)
    state = SearchState(
        include=given.include,
        exclude=given.exclude,
        date_from=given.date_from,
        date_to=given.date_to,
        sort=Sort.NEWEST,
    )
    archive = the_archive()
    coverage = cover(archive.engine, state.filters())
    chart = histogram.draw(coverage.histogram, state)
    copies: Copies | None = None
    if request.args.get("copies") == "1":
        copies = count_copies(archive.scan(Union(filters=state.filters())))
    return render_template(
        "coverage.html",
        state=SearchState(),
        shown=state,
        coverage=coverage,
        chart=_deeper(chart, state) if chart else None,
        steps=[replace(step, url=_here(step.url)) for step in histogram.way_back(state)],
        rows=_rows(coverage, state, chart),
        strip=(STRIP_WIDTH, STRIP_HEIGHT),
        gaps=_gaps(coverage, state),
        copies=copies,
        copies_url=_with_copies(state),
    )


def _rows(coverage: Coverage, state: SearchState, chart: histogram.Chart | None) -> list[Row]:
    """Return the sources with their cells, all over the time of the chart."""
    if chart is None:
        return [_row(source, (), state) for source in coverage.sources]
    drawn = {bar.period for bar in chart.bars}
    periods = histogram.periods_of(drawn, chart.unit)
    counts = [
        {period: count for period, count in coarser(source.histogram, chart.unit).items() if period in drawn}
        for source in coverage.sources
    ]
    width = STRIP_WIDTH / len(periods)
    mirrored = language().direction == "rtl"
    rows = []
    for source, counted in zip(coverage.sources, counts, strict=True):
        most = max(counted.values(), default=1)
        cells = tuple(
            Cell(
                x=round((len(periods) - 1 - place if mirrored else place) * width, 2),
                width=round(max(width * 0.9, 0.8), 2),
                strength=round(0.15 + 0.85 * counted[period] / most, 2),
                label=gettext(
                    "%(period)s: %(articles)s",
                    period=period_name(period),
                    articles=ngettext("%(num)s article", "%(num)s articles", counted[period]),
                ),
                url=state.with_value("source", source.source).between(period, period).url(),
            )
            for place, period in enumerate(periods)
            if counted.get(period)
        )
        rows.append(_row(source, cells, state))
    return rows


def _row(source: SourceCoverage, cells: tuple[Cell, ...], state: SearchState) -> Row:
    return Row(source, cells, state.with_value("source", source.source).url())


def _gaps(coverage: Coverage, state: SearchState) -> list[ListedGap]:
    """Return the longest gaps of all sources, longest first."""
    found = [
        ListedGap(
            source.source,
            gap,
            state.with_value("source", source.source)
            .between(gap.first.replace(day=1).isoformat()[:7], gap.last.isoformat()[:7])
            .url(),
        )
        for source in coverage.sources
        for gap in source.gaps
    ]
    found.sort(key=lambda listed: (-listed.gap.days, listed.source, listed.gap.first))
    return found[:_GAPS_SHOWN]


def _deeper(chart: histogram.Chart, state: SearchState) -> histogram.Chart:
    """Return the chart with bars that stay on this page, but for days, which lead to their articles."""
    if chart.unit == "day":
        return chart
    return replace(
        chart,
        bars=tuple(replace(bar, url=_here(bar.url)) for bar in chart.bars),
        outside=tuple(replace(part, url=_here(part.url)) for part in chart.outside),
    )


def _here(url: str) -> str:
    return at_root(_PATH) + url.removeprefix(at_root("/search"))


def _with_copies(state: SearchState) -> str:
    url = state.url(_PATH)
    return f"{url}{'&' if '?' in url else '?'}copies=1#copies"
