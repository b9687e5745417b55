"""The date histogram as a drawing: bars with addresses, ticks, and the way back up.

Bars are drawn in an SVG of `WIDTH` x `HEIGHT` units by the server; each bar is a link to the same search
within its period, so years open into months, and months into days. Time runs as the reader's language does:
from right to left in Arabic. Few articles far from all others are told beside the drawing instead of stretching it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate

from indexer.coverage import coarser
from indexer.engines.base import Histogram
from indexer.wording import say
from webapp.display import period_name
from webapp.language import gettext, language, ngettext
from webapp.state import SearchState

WIDTH, HEIGHT = 320, 84
_LEAST_HEIGHT = 2.0
_WIDEST_BAR = 26.0
# An engine counts the periods that hold something; days of some years are too many to draw with their gaps.
MAX_SLOTS = 130
_WIDER = {"day": "month", "month": "year"}
_TICKS = 4
#: So many bars are wide enough to be seen apart and hit. Where more would be needed, and half of them for the outermost
#: fiftieth of the articles at either end (one article is that, too, of `_FEW` or more), these are left out.
_ROOMY = 40
_FEW = 20
#: A letter of a label, and what is left between two labels, in units of the drawing: an estimate, as the server does
#: not know the font. Labels of 11 units are 5 to 7 wide a letter, in Latin and in Arabic script: 7 are the figures of
#: wide fonts (DejaVu Sans, Verdana), and most of a label is figures.
_LETTER, _LEAST_GAP = 7.0, 6.0
#: Unit -> what the drawing's name says, and what its bars count.
_COUNTS = {"year": say("articles by year"), "month": say("articles by month"), "day": say("articles by day")}
_LABELS = {
    "year": say("Articles by year; each bar narrows the search to its year"),
    "month": say("Articles by month; each bar narrows the search to its month"),
    "day": say("Articles by day; each bar narrows the search to its day"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """`x` and `width` are the whole slot (what can be clicked); the bar itself is `bar_width` wide within."""

    period: str
    title: str
    count: int
    url: str
    x: float
    width: float
    bar_x: float
    bar_width: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the way back: all dates > 2018 > February 2018."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Outside:
    """The articles before the drawing's time, or after it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Chart:
    unit: str
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    undated: int
    doubtful: int
    undated_url: str
    doubtful_url: str
    outside: tuple[Outside, ...] = ()
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def counts(self) -> str:
        """Return what the bars count, in a few words."""
        return _COUNTS[self.unit]

    @property
    def label(self) -> str:
        """Return what the drawing is, and what its bars do."""
        return _LABELS[self.unit]


def draw(histogram: Histogram, state: SearchState) -> Chart | None:
    """Return the drawing, None where there is nothing to draw."""
    counts = {bucket.period: bucket.count for bucket in histogram.buckets if bucket.count}
    if not counts:
        return None
    unit = histogram.unit
    within = _crowd(counts, unit)
    while unit in _WIDER and _slots(*within, unit) > MAX_SLOTS:
        unit = _WIDER[unit]
        counts = {period: count for period, count in coarser(histogram, unit).items() if count}
        within = _crowd(counts, unit)
    outside = _outside(counts, within, state)
    counts = {period: count for period, count in counts.items() if within[0] <= period <= within[1]}
    periods = periods_of(counts, unit)
    slot = min(WIDTH / len(periods), _WIDEST_BAR)
    bar_width = max(slot * 0.8, min(slot, 1.0))
    highest = max(counts.values())
    bars = []
    for index, name in enumerate(periods):
        if name not in counts:
            continue
        height = max(_LEAST_HEIGHT, HEIGHT * counts[name] / highest)
        bars.append(
            Bar(
                period=name,
                title=gettext(
                    "%(period)s: %(articles)s",
                    period=period_name(name),
                    articles=ngettext("%(num)s article", "%(num)s articles", counts[name]),
                ),
                count=counts[name],
                url=state.between(name, name).url(),
                x=_short(index * slot),
                width=_short(slot),
                bar_x=_short(index * slot + (slot - bar_width) / 2),
                bar_width=_short(bar_width),
                y=_short(HEIGHT - height),
                height=_short(height),
            )
        )
    chart = Chart(
        unit=unit,
        bars=tuple(bars),
        ticks=_ticks(periods, slot),
        undated=histogram.undated,
        doubtful=histogram.doubtful,
        undated_url=state.undated().url(),
        doubtful_url=state.doubtful().url(),
        outside=outside,
    )
    return _mirrored(chart) if language().direction == "rtl" else chart


def _crowd(counts: Mapping[str, int], unit: str) -> tuple[str, str]:
    """Return the first and the last period to be drawn: of all articles, or of all but a few that are far from them."""
    periods = sorted(counts)
    whole = _slots(periods[0], periods[-1], unit)
    total = sum(counts.values())
    if total >= _FEW and whole > _ROOMY:
        spare = max(total // 50, 1)
        first, last = (_near(counts, order, spare, unit) for order in (periods, periods[::-1]))
        if 2 * _slots(first, last, unit) <= whole:
            return first, last
    return periods[0], periods[-1]


def _near(counts: Mapping[str, int], periods: Sequence[str], spare: int, unit: str) -> str:
    """Return the first period up to which there are more than `spare` articles, or that no gap parts from it."""
    sums = accumulate(counts[period] for period in periods)
    place = next(place for place, so_far in enumerate(sums) if so_far > spare)
    while place:
        earlier, later = sorted(periods[place - 1 : place + 1])
        if _slots(earlier, later, unit) > 2:
            break
        place -= 1
    return periods[place]


def _outside(counts: Mapping[str, int], within: tuple[str, str], state: SearchState) -> tuple[Outside, ...]:
    """Return what lies before and after a drawing's first and last period, where something does."""
    first, last = within
    before = {period: count for period, count in counts.items() if period < first}
    after = {period: count for period, count in counts.items() if period > last}
    told = (
        (
            before,
            ngettext(
                "%(num)s article before %(period)s",
                "%(num)s articles before %(period)s",
                sum(before.values()),
                period=period_name(first),
            ),
        ),
        (
            after,
            ngettext(
                "%(num)s article after %(period)s",
                "%(num)s articles after %(period)s",
                sum(after.values()),
                period=period_name(last),
            ),
        ),
    )
    return tuple(
        Outside(label, state.between(min(periods), max(periods)).url()) for periods, label in told if periods
    )


def way_back(state: SearchState) -> list[Step]:
    """Return the wider periods of a chosen one, widest first; none where no single period is chosen."""
    chosen = state.date_from
    if not chosen or chosen != state.date_to:
        return [Step(gettext("All dates"), state.between("", "").url())] if chosen or state.date_to else []
    wider = [chosen[:length] for length in (4, 7) if len(chosen) > length]
    return [
        Step(gettext("All dates"), state.between("", "").url()),
        *(Step(period_name(name), state.between(name, name).url()) for name in wider),
    ]


def periods_of(counts: Collection[str], unit: str) -> list[str]:
    """Return every period from the first to the last; of more than can be drawn, those that are there."""
    first, last = min(counts), max(counts)
    if _slots(first, last, unit) > MAX_SLOTS:  # centuries with gaps
        return sorted(counts)
    if unit == "year":
        return [f"{year:04}" for year in range(int(first), int(last) + 1)]
    if unit == "month":
        low, high = (int(name[:4]) * 12 + int(name[5:7]) - 1 for name in (first, last))
        return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(low, high + 1)]
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [(start + timedelta(days=day)).isoformat() for day in range((end - start).days + 1)]


def _slots(first: str, last: str, unit: str) -> int:
    """Return how many periods there are from one to another."""
    start, end = (date.fromisoformat(f"{name}-01-01"[:10]) for name in (first, last))
    if unit == "day":
        return (end - start).days + 1
    months = (end.year - start.year) * 12 + end.month - start.month
    return (months if unit == "month" else end.year - start.year) + 1


def _mirrored(chart: Chart) -> Chart:
    """Return the drawing with time from right to left. Where a text starts is turned by its own direction."""
    return replace(
        chart,
        bars=tuple(
            replace(
                bar,
                x=_short(WIDTH - bar.x - bar.width),
                bar_x=_short(WIDTH - bar.bar_x - bar.bar_width),
            )
            for bar in chart.bars
        ),
        ticks=tuple(replace(tick, x=_short(WIDTH - tick.x)) for tick in chart.ticks),
    )


def _short(number: float) -> float:
    """Return a number as it is drawn, without the ".0" of whole ones: a page has hundreds of them."""
    rounded = round(number, 2)
    return int(rounded) if rounded == int(rounded) else rounded


def _ticks(periods: list[str], slot: float) -> tuple[Tick, ...]:
    """Label the first period, the last, and those between for which there is room."""
    last = len(periods) - 1
    if last * slot < WIDTH / 3:
        return (Tick(0, _span(periods), "start"),)
    ends = [_tick(periods, 0, slot, "start"), _tick(periods, last, slot, "end")]
    if not _apart(*ends):
        return (Tick(0, _span(periods), "start"),)
    between = sorted({round(last * step / (_TICKS - 1)) for step in range(1, _TICKS - 1)} - {0, last})
    ticks = [_tick(periods, index, slot, "middle") for index in between]
    row = [ends[0], *ticks, ends[1]]
    if not all(map(_apart, row, row[1:])):
        # One in the middle, as two at a third do not fit.
        row = [ends[0], _tick(periods, round(last / 2), slot, "middle"), ends[1]]
    return tuple(row if all(map(_apart, row, row[1:])) else ends)


def _tick(periods: list[str], index: int, slot: float, anchor: str) -> Tick:
    x = index * slot + {"start": 0.0, "end": slot}.get(anchor, slot / 2)
    return Tick(_short(x), period_name(periods[index]), anchor)


def _apart(left: Tick, right: Tick) -> bool:
    """Whether two labels leave a gap between them, in the order of time."""
    return _edges(left)[1] + _LEAST_GAP <= _edges(right)[0]


def _edges(tick: Tick) -> tuple[float, float]:
    width = len(tick.label) * _LETTER
    start = tick.x - {"start": 0.0, "middle": width / 2, "end": width}[tick.anchor]
    return start, start + width


def _span(periods: list[str]) -> str:
    first, last = period_name(periods[0]), period_name(periods[-1])
    return first if first == last else f"{first} – {last}"
