"""The quality page draws what evaluations have kept; the drawing's places are computed by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from indexer.archive import Archive
from indexer.evaluate.history import KIND, Kept
from webapp.lines import HEIGHT, WIDTH, Value, draw


def moment(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=UTC)


def test_values_stand_where_they_belong() -> None:
    chart = draw(
        [("a", [Value(moment(11), 0.25, "later", 0.0, 0.5), Value(moment(1), 0.5, "first")])], top=1.0
    )
    assert chart is not None
    [line] = chart.lines
    assert [(point.x, point.y) for point in line.points] == [(0.0, HEIGHT / 2), (WIDTH, HEIGHT * 0.75)]
    assert (line.points[1].low, line.points[1].high) == (HEIGHT, HEIGHT / 2)
    assert line.path == f"0.0,{HEIGHT / 2} {WIDTH},{HEIGHT * 0.75}"
    assert [(tick.place, tick.label) for tick in chart.scale][-1] == (0.0, "1.00")
    assert [(tick.place, tick.label) for tick in chart.days] == [(0.0, "1 Jan 2026"), (WIDTH, "11 Jan 2026")]


def test_one_moment_stands_in_the_middle() -> None:
    chart = draw([("a", [Value(moment(1), 30.0, "x")]), ("b", [])])
    assert chart is not None
    assert chart.lines[0].points[0].x == WIDTH / 2
    assert chart.scale[-1].label == "30"
    assert draw([("a", [])]) is None


@pytest.fixture
def history(archive: Archive) -> Iterator[list[Kept]]:
    kept = [
        Kept(
            at=f"2026-0{month}-01T10:00:00.000000+00:00",
            name=name,
            queries=20,
            articles=26,
            measures={"nDCG@10": value, "R@10": 0.9},
            intervals={"nDCG@10": (value - 0.1, value + 0.1)},
            latency_ms={"p50": 20.0, "p95": 41.0},
            version="0.1.0",
        )
        for month, name, value in ((1, "dev", 0.5), (2, "dev", 0.625), (3, "<b>readers", 0.7))
    ]
    archive.engine.put_records(KIND, {one.at: asdict(one) for one in kept})
    yield kept
    archive.engine.delete_records(KIND, [one.at for one in kept])


def test_without_figures_the_page_says_how_to_get_some(client: FlaskClient) -> None:
    assert 'href="/quality"' in client.get("/").text
    assert "newsarchive evaluate --from-judgements --keep" in client.get("/quality").text


@pytest.mark.usefixtures("history")
def test_figures_are_drawn_and_listed(client: FlaskClient) -> None:
    html = client.get("/quality").text
    names = re.findall(r'<h2 id="series-\d"><bdi>([^<]*)</bdi>', html)
    assert names == ["&lt;b&gt;readers", "dev"]  # measured last comes first
    dev = html.partition("<bdi>dev</bdi>")[2]
    assert '<polyline points="0.0,90.0 640.0,67.5"/>' in dev
    assert "<title>1 Feb 2026: nDCG@10 0.625, 20 queries</title>" in dev
    assert re.findall(r'<td class="n">(0\.\d+) <small dir="ltr">', dev) == ["0.625", "0.500"]  # latest first
    assert not re.search(r"<style|\sstyle=", html)
    # In Arabic time runs from right to left, and the scale stands at the right.
    arabic = client.get("/quality", headers={"Accept-Language": "ar"}).text
    assert '<polyline points="640.0,90.0 0.0,67.5"/>' in arabic
    assert '<text x="646.0"' in arabic
