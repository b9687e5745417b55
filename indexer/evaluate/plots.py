"""Plots as inline SVG, in the colours of the page around them (`currentColor`, CSS variables).

Every mark has a <title>, so that a pointer or a screen reader learns its value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 720
_LEFT, _RIGHT = 150, 60
_ROW = 26


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with its interval. `kind` chooses the colour: the CSS variable `--kind`."""

    label: str
    value: float
    low: float
    high: float
    kind: str = "whole"


def bars(title: str, rows: Sequence[Bar], *, top: float = 1.0, digits: int = 3, unit: str = "") -> str:
    """Return horizontal bars with whiskers, on a scale from 0 to `top`."""
    scale = (WIDTH - _LEFT - _RIGHT) / (top or 1.0)
    marks = []
    for number, row in enumerate(rows):
        y = number * _ROW
        middle = y + _ROW / 2
        low, high = _LEFT + row.low * scale, _LEFT + min(row.high, top) * scale
        text = f"{row.value:.{digits}f}{unit}"
        marks.append(
            f"<g><title>{escape(row.label)}: {text} [{row.low:.{digits}f}, {row.high:.{digits}f}]</title>"
            f'<text x="{_LEFT - 8}" y="{middle + 4:.1f}" text-anchor="end">{escape(row.label)}</text>'
            f'<rect x="{_LEFT}" y="{y + 5}" width="{max(row.value * scale, 0):.1f}" height="{_ROW - 10}" '
            f'rx="2" fill="var(--{escape(row.kind)})"/>'
            f'<path d="M{low:.1f} {middle - 4}v8m0-4H{high:.1f}m0-4v8" class="whisker"/>'
            f'<text x="{max(high, _LEFT + row.value * scale) + 6:.1f}" y="{middle + 4:.1f}">{text}</text></g>'
        )
    return _svg(title, len(rows) * _ROW + 4, marks)


def columns(title: str, values: Sequence[tuple[str, int]], *, height: int = 180) -> str:
    """Return vertical columns, each with its count above and its name below."""
    largest = max((count for _, count in values), default=0) or 1
    step = WIDTH / max(len(values), 1)
    marks = []
    for number, (name, count) in enumerate(values):
        tall = (height - 44) * count / largest
        x = number * step
        marks.append(
            f"<g><title>{escape(name)}: {count:,}</title>"
            f'<rect x="{x + 4:.1f}" y="{height - 22 - tall:.1f}" width="{step - 8:.1f}" height="{tall:.1f}" '
            f'rx="2" fill="var(--whole)"/>'
            f'<text x="{x + step / 2:.1f}" y="{height - 28 - tall:.1f}" text-anchor="middle">{count:,}</text>'
            f'<text x="{x + step / 2:.1f}" y="{height - 6}" text-anchor="middle">{escape(name)}</text></g>'
        )
    return _svg(title, height, marks)


def differences(title: str, values: Sequence[tuple[str, float]], *, height: int = 200) -> str:
    """Return one thin column a query, up for a gain and down for a loss, in the order given (-1 to 1)."""
    middle = height / 2
    step = WIDTH / max(len(values), 1)
    marks = [f'<path d="M0 {middle}H{WIDTH}" class="axis"/>']
    for number, (name, value) in enumerate(values):
        tall = max(abs(value) * (middle - 6), 0.5)
        y = middle - tall if value > 0 else middle
        kind = "gain" if value > 0 else "loss"
        marks.append(
            f'<rect x="{number * step:.2f}" y="{y:.1f}" width="{max(step - 0.3, 0.4):.2f}" '
            f'height="{tall:.1f}" fill="var(--{kind})"><title>{escape(name)}: {value:+.3f}</title></rect>'
        )
    return _svg(title, height, marks)


def _svg(title: str, height: float, marks: Sequence[str]) -> str:
    opening = f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}">'
    return f"{opening}{''.join(marks)}</svg>"
