"""What an archive covers, counted over a real engine, and gaps found by hand-made days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.archive import Archive
from indexer.article import Article
from indexer.coverage import Gap, coarser, count_copies, cover, find_gaps
from indexer.engines.base import Bucket, Count, Filters, Histogram
from indexer.readers.dates import parse_date
from indexer.settings import load_settings
from tests.fakes import FakeEncoder


def days(*texts: str) -> list[Bucket]:
    return [Bucket(text, 1) for text in texts]


def every(first: str, count: int, step: int = 1) -> list[Bucket]:
    start = date.fromisoformat(first)
    return [Bucket((start + timedelta(days=step * number)).isoformat(), 1) for number in range(count)]


def test_a_week_of_silence_of_a_daily_source_is_a_gap() -> None:
    before, after = every("2018-01-01", 10), every("2018-01-19", 10)
    assert find_gaps([*before, *after]) == (Gap(date(2018, 1, 11), date(2018, 1, 18)),)
    assert find_gaps([*before, *every("2018-01-17", 10)]) == ()  # six days: 11 to 16


def test_a_source_that_writes_seldom_has_longer_breath() -> None:
    monthly = every("2018-01-01", 12, 30)
    assert find_gaps(monthly) == ()
    [gap] = find_gaps([*monthly, Bucket("2019-12-01", 3)])
    assert gap.last == date(2019, 11, 30)


def test_the_longest_gap_comes_first() -> None:
    found = find_gaps(
        days("2018-01-01", "2018-01-02", "2018-01-03", "2018-01-20", "2018-01-21", "2018-03-01")
    )
    assert [gap.days for gap in found] == [38, 16]


def test_a_source_that_falls_silent_for_good_has_a_gap_up_to_the_last_day() -> None:
    daily = every("2018-01-01", 10)
    assert find_gaps(daily, date(2018, 1, 16)) == ()  # six days, as between two articles
    assert find_gaps(daily, date(2018, 1, 17)) == (Gap(date(2018, 1, 11), date(2018, 1, 17), lasts=True),)
    assert find_gaps(every("2018-01-01", 12, 30), date(2019, 1, 1)) == ()
    assert find_gaps(days("2018-01-01"), date(2019, 1, 1)) == find_gaps([], date(2019, 1, 1)) == ()


def test_nothing_has_no_gaps() -> None:
    assert find_gaps([]) == find_gaps(days("2018-01-01")) == ()


@given(st.sets(st.dates(date(1990, 1, 1), date(2030, 1, 1)), max_size=40))
def test_gaps_lie_between_days_and_hold_none(chosen: set[date]) -> None:
    for gap in find_gaps(days(*(day.isoformat() for day in sorted(chosen)))):
        assert gap.first - timedelta(days=1) in chosen
        assert gap.last + timedelta(days=1) in chosen
        assert not any(gap.first <= day <= gap.last for day in chosen)


def test_coarser_periods_keep_the_sum() -> None:
    histogram = Histogram("day", tuple(every("2017-12-30", 5)), 0, 0)
    assert coarser(histogram, "month") == {"2017-12": 2, "2018-01": 3}
    assert coarser(histogram, "year") == {"2017": 2, "2018": 3}
    assert sum(coarser(histogram, "day").values()) == 5


def test_copies_differ_in_case_and_white_space_alone() -> None:
    texts = ["A word.", "a  WORD.\n", "Another word.", "A word", "a word."]
    articles = [Article(id=str(number), title="t", text=text) for number, text in enumerate(texts)]
    copies = count_copies(articles)
    assert (copies.articles, copies.copies, copies.groups) == (5, 2, 1)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    dated = {"a": "2018-01-01", "b": "2018-01-02", "c": "2018-01-03", "d": "2018-02-18", "e": "2097-01-01"}
    articles = [
        Article(
            id=name,
            title="t",
            text=f"text {name}",
            source="Daily" if name != "d" else "Other",
            language="en" if name < "d" else "ar",
            published=parse_date(day),
        )
        for name, day in dated.items()
    ]
    articles.append(Article(id="f", title="t", text="text", language="en"))
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path / "cache", encode_cache=False)
    with Archive.open(settings, encoder=FakeEncoder()) as opened:
        opened.add(articles)
        yield opened


def test_an_archive_is_covered(archive: Archive) -> None:
    coverage = cover(archive.engine)
    assert coverage.articles == 6
    assert coverage.languages == (Count("en", 4), Count("ar", 2))
    assert (coverage.histogram.undated, coverage.histogram.doubtful) == (1, 1)
    assert coverage.without_source == 1
    assert [(source.source, source.articles) for source in coverage.sources] == [("Daily", 4), ("Other", 1)]
    daily = coverage.sources[0]
    assert (daily.first, daily.last, daily.histogram.doubtful) == ("2018-01-01", "2018-01-03", 1)
    assert daily.gaps == (Gap(date(2018, 1, 4), date(2018, 2, 18), lasts=True),)


def test_a_part_of_it_is_covered(archive: Archive) -> None:
    coverage = cover(archive.engine, Filters(include={"language": frozenset({"ar"})}), max_sources=1)
    assert coverage.articles == 2
    assert (coverage.source_count, len(coverage.sources)) == (2, 1)
