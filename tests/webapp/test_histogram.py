"""The date histogram: bars in proportion, gaps kept, each bar a narrower search."""

from __future__ import annotations

import pytest
from flask import Flask

from indexer.engines.base import Bucket, Histogram
from webapp import histogram as module
from webapp.histogram import HEIGHT, WIDTH, draw, way_back
from webapp.state import SearchState


def histogram(unit: str, **counts: int) -> Histogram:
    buckets = tuple(Bucket(name.strip("_").replace("_", "-"), number) for name, number in counts.items())
    return Histogram(unit, buckets, undated=2, doubtful=1)


def test_nothing_to_draw_is_no_drawing() -> None:
    assert draw(histogram("year"), SearchState()) is None


def test_heights_are_in_proportion_and_gaps_stay() -> None:
    chart = draw(histogram("month", _2017_11=10, _2018_02=5), SearchState(text="x"))
    assert chart is not None
    first, last = chart.bars
    assert first.height == HEIGHT
    assert last.height == HEIGHT / 2
    assert last.y + last.height == HEIGHT
    assert last.x == pytest.approx(3 * first.width, abs=0.1)
    assert last.title.startswith("Feb 2018: ")
    assert last.url == "/search?q=x&from=2018-02&to=2018-02"


@pytest.mark.parametrize(
    ("unit", "first", "last", "periods"),
    [("year", "0987", "2020", 2), ("year", "1990", "2020", 31), ("day", "2018-02-27", "2018-03-02", 4)],
)
def test_bars_stay_inside(unit: str, first: str, last: str, periods: int) -> None:
    chart = draw(Histogram(unit, (Bucket(first, 1), Bucket(last, 1)), 0, 0), SearchState())
    assert chart is not None
    assert chart.bars[-1].x + chart.bars[-1].width <= WIDTH + 0.1
    assert chart.bars[-1].x == pytest.approx((periods - 1) * chart.bars[0].width, abs=0.2)
    assert all(0 <= tick.x <= WIDTH + 0.1 for tick in chart.ticks)


@pytest.mark.parametrize(
    ("unit", "first", "last", "labels"),
    [
        ("month", "2018-02", "2018-09", ["Feb 2018", "Jun 2018", "Sep 2018"]),
        ("month", "2018-02", "2018-07", ["Feb 2018", "Jul 2018"]),
        ("month", "2018-01", "2018-12", ["Jan 2018", "May 2018", "Aug 2018", "Dec 2018"]),
        ("month", "2017-01", "2018-12", ["Jan 2017", "Sep 2017", "Apr 2018", "Dec 2018"]),
        ("day", "2018-05-01", "2018-05-31", ["1 May 2018", "16 May 2018", "31 May 2018"]),
        ("day", "2018-02-27", "2018-03-04", ["27 Feb 2018", "4 Mar 2018"]),
        ("day", "2018-02-22", "2018-02-26", ["22 Feb 2018 – 26 Feb 2018"]),
        ("year", "1990", "2020", ["1990", "2000", "2010", "2020"]),
        ("year", "2018", "2018", ["2018"]),
    ],
)
def test_labels_keep_apart(unit: str, first: str, last: str, labels: list[str]) -> None:
    chart = draw(Histogram(unit, (Bucket(first, 1), Bucket(last, 1)), 0, 0), SearchState())
    assert chart is not None
    assert [tick.label for tick in chart.ticks] == labels


def test_days_that_are_too_many_are_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One article of a wrong year among thousands must not cost each page a second."""
    monkeypatch.setattr(module, "timedelta", None)
    chart = draw(histogram("day", _0001_01_01=1, _2018_02_18=5, _2018_03_01=2), SearchState())
    assert chart is not None
    assert (chart.unit, [bar.period for bar in chart.bars]) == ("year", ["0001", "2018"])
    assert [bar.count for bar in chart.bars] == [1, 7]


def test_time_runs_from_right_to_left_in_arabic(app: Flask) -> None:
    found = histogram("month", _2017_11=10, _2018_02=5)
    english = draw(found, SearchState())
    with app.test_request_context("/", headers={"Accept-Language": "ar"}):
        arabic = draw(found, SearchState())
    assert english is not None
    assert arabic is not None
    assert [bar.url for bar in arabic.bars] == [bar.url for bar in english.bars]
    for one, other in zip(english.bars, arabic.bars, strict=True):
        assert other.x == pytest.approx(WIDTH - one.x - one.width, abs=0.01)
        assert other.x <= other.bar_x
        assert other.bar_x + other.bar_width <= other.x + other.width + 0.01
    assert arabic.bars[0].x > arabic.bars[1].x
    assert [tick.x for tick in arabic.ticks] == [WIDTH - tick.x for tick in english.ticks]
    assert arabic.bars[1].title.startswith("فبراير 2018")


def test_few_articles_far_from_all_others_do_not_squeeze_the_drawing() -> None:
    months = {f"_2018_{month:02}": 40 for month in range(1, 10)}
    chart = draw(histogram("month", _1970_01=2, _2003_05=1, **months, _2030_01=1), SearchState(text="x"))
    assert chart is not None
    assert (chart.unit, [bar.period for bar in chart.bars]) == ("month", [f"2018-0{n}" for n in range(1, 10)])
    assert [(part.label, part.url) for part in chart.outside] == [
        ("3 articles before Jan 2018", "/search?q=x&from=1970-01&to=2003-05"),
        ("1 article after Sep 2018", "/search?q=x&from=2030-01&to=2030-01"),
    ]


def test_bars_beside_what_is_left_out_hold_whole_periods() -> None:
    """Days are cut as the months that are drawn: what a bar counts is what its link finds."""
    days = {f"_2018_{month:02}_{day:02}": 2 for month in range(1, 10) for day in (3, 4, 20, 21)}
    chart = draw(histogram("day", _1970_01_01=1, **days, _2018_09_30=1), SearchState())
    assert chart is not None
    assert [(bar.period, bar.count) for bar in chart.bars] == [
        *((f"2018-0{month}", 8) for month in range(1, 9)),
        ("2018-09", 9),
    ]
    assert [part.label for part in chart.outside] == ["1 article before Jan 2018"]


def test_the_few_before_a_crowd_stay_where_no_gap_parts_them() -> None:
    counts = {f"_2018_{month:02}": 100 for month in range(3, 13)}
    chart = draw(histogram("month", _2012_10=1, _2018_01=1, _2018_02=1, **counts), SearchState())
    assert chart is not None
    assert chart.bars[0].period == "2018-01"
    assert [part.label for part in chart.outside] == ["1 article before Jan 2018"]


@pytest.mark.parametrize(
    "counts",
    [
        {"1970": 1, "2018": 18},  # few
        {"1970": 4, "2018": 100},  # more than a fiftieth
        {"2000": 1, "2018": 100},  # there is room for all
        {"1970": 1, "1980": 50, "2018": 50},  # most of the time would stay
    ],
)
def test_nothing_is_left_out_of_a_drawing_without_need(counts: dict[str, int]) -> None:
    buckets = tuple(Bucket(period, count) for period, count in counts.items())
    chart = draw(Histogram("year", buckets, 0, 0), SearchState())
    assert chart is not None
    assert [bar.count for bar in chart.bars] == list(counts.values())
    assert not chart.outside


def test_days_far_apart_are_drawn_as_months() -> None:
    chart = draw(histogram("day", _2017_11_03=1, _2017_11_30=2, _2018_12_01=4), SearchState())
    assert chart is not None
    assert chart.unit == "month"
    assert [(bar.period, bar.count) for bar in chart.bars] == [("2017-11", 3), ("2018-12", 4)]


def test_the_way_back_leads_through_wider_periods() -> None:
    state = SearchState(text="x", date_from="2018-02-18", date_to="2018-02-18")
    assert [(step.label, step.url) for step in way_back(state)] == [
        ("All dates", "/search?q=x"),
        ("2018", "/search?q=x&from=2018&to=2018"),
        ("Feb 2018", "/search?q=x&from=2018-02&to=2018-02"),
    ]
    assert way_back(SearchState()) == []
    assert [step.label for step in way_back(SearchState(date_from="2018"))] == ["All dates"]
