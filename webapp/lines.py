"""Figures over time as a drawing: one line a measure, with points, intervals and ticks.

Drawn by the server in an SVG of `WIDTH` x `HEIGHT` units, like the histogram (`webapp.histogram`); time runs as the
reader's language does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from webapp.display import period_name
from webapp.language import language

WIDTH, HEIGHT = 640.0, 180.0
_STEPS = 4  # ticks of the scale
_DAYS = 4  # ticks of the time


@dataclass(frozen=True, slots=True)
class Value:
    """One figure. `low` and `high` are its confidence interval, None where there is none."""

    at: datetime
    value: float
    label: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    label: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """`number` counts from 0, for its colour."""

    name: str
    number: int
    points: tuple[Point, ...]

    @property
    def path(self) -> str:
        """Return the `points` of a polyline."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)


@dataclass(frozen=True, slots=True)
class Tick:
    place: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class LineChart:
    lines: tuple[Line, ...]
    scale: tuple[Tick, ...]
    days: tuple[Tick, ...]
    width: float = WIDTH
    height: float = HEIGHT


def draw(series: Sequence[tuple[str, Sequence[Value]]], *, top: float | None = None) -> LineChart | None:
    """Return the drawing of named series from 0 to `top` (else their highest value); None without a value."""
    values = [value for _, line in series for value in line]
    if not values:
        return None
    highest = top or max(max(value.high or 0.0, value.value) for value in values) or 1.0
    times = [value.at.timestamp() for value in values]
    first, span = min(times), max(times) - min(times)

    def x(value: Value) -> float:
        # A single moment stands in the middle.
        return _turned(WIDTH * ((value.at.timestamp() - first) / span if span else 0.5))

    def y(figure: float) -> float:
        return round(HEIGHT * (1 - min(max(figure / highest, 0.0), 1.0)), 2)

    lines = tuple(
        Line(
            name,
            number,
            tuple(
                Point(
                    x(value),
                    y(value.value),
                    value.label,
                    None if value.low is None else y(value.low),
                    None if value.high is None else y(value.high),
                )
                for value in sorted(line, key=lambda value: value.at)
            ),
        )
        for number, (name, line) in enumerate(series)
    )
    scale = tuple(
        Tick(y(highest * step / _STEPS), _figure(highest * step / _STEPS, highest))
        for step in range(_STEPS + 1)
    )
    return LineChart(lines, scale, _days(values, x))


def _days(values: Sequence[Value], x: Callable[[Value], float]) -> tuple[Tick, ...]:
    """Label some of the days on which there is a value, the first and the last among them."""
    by_day = {value.at.date().isoformat(): x(value) for value in sorted(values, key=lambda value: value.at)}
    days = list(by_day)
    if len(days) == 1:
        return (Tick(WIDTH / 2, period_name(days[0])),)
    ticks: list[Tick] = []
    for place in sorted({round((len(days) - 1) * step / (_DAYS - 1)) for step in range(_DAYS)}):
        anchor = {0: "start", len(days) - 1: "end"}.get(place, "middle")
        at = {"start": _turned(0.0), "end": _turned(WIDTH)}.get(anchor, by_day[days[place]])
        if anchor == "middle" and not WIDTH * 0.2 < at < WIDTH * 0.8:
            continue  # it would be written over its neighbour
        ticks.append(Tick(at, period_name(days[place]), anchor))
    return tuple(ticks)


def _turned(x: float) -> float:
    """Return a place on the axis of time, counted from the right where the reader's language is written so."""
    return round(WIDTH - x if language().direction == "rtl" else x, 2)


def _figure(value: float, highest: float) -> str:
    return f"{value:.2f}" if highest <= 1 else f"{value:,.0f}"
