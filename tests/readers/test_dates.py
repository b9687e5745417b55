"""Dates: every way of writing one, and never one that was not written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.article import Precision, Published
from indexer.readers import parse_date

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def read(raw: str | int | float) -> Published | None:
    return parse_date(raw, now=NOW)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # ISO 8601
        ("2020", "2020"),
        ("2020-06", "2020-06"),
        ("2020-06-03", "2020-06-03"),
        ("2020/6/3", "2020-06-03"),
        ("2020.06.03", "2020-06-03"),
        ("20200603", "2020-06-03"),
        ("2020-W23-3", "2020-06-03"),
        ("2020-06-03T10:15", "2020-06-03T10:15+00:00"),
        ("2020-06-03 10:15:30", "2020-06-03T10:15:30+00:00"),
        ("2020-06-03T10:15:30Z", "2020-06-03T10:15:30+00:00"),
        ("2020-06-03T10:15:30.123456+04:00", "2020-06-03T10:15:30+04:00"),
        ("2020-06-03T10:15:30-0530", "2020-06-03T10:15:30-05:30"),
        ("2020-06-03T10:15:30+04", "2020-06-03T10:15:30+04:00"),
        ("20200603T101530Z", "2020-06-03T10:15:30+00:00"),
        ("20200603101530", "2020-06-03T10:15:30+00:00"),
        ("2020-06-03T10:15:30+04:00[Asia/Dubai]", "2020-06-03T10:15:30+04:00"),
        ("2020-06-03T24:00:00Z", "2020-06-04T00:00:00+00:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59+00:00"),
        ("20200603T1015", "2020-06-03T10:15+00:00"),
        ("20200603T101530.5+0300", "2020-06-03T10:15:30+03:00"),
        ("2020-W23", "2020-06-01"),
        ("2020-06-03Z", "2020-06-03"),
        ("2020-06-03+04:00", "2020-06-03"),
        # RFC 2822, JavaScript, ctime
        ("Wed, 03 Jun 2020 10:15:30 +0300", "2020-06-03T10:15:30+03:00"),
        ("Wed, 3 Jun 2020 10:15:30 GMT", "2020-06-03T10:15:30+00:00"),
        ("3 Jun 2020 10:15 EST", "2020-06-03T10:15-05:00"),
        ("Wed Jun 03 2020 10:15:30 GMT+0300 (Moscow Standard Time)", "2020-06-03T10:15:30+03:00"),
        ("Wed Jun  3 10:15:30 2020", "2020-06-03T10:15:30+00:00"),
        # Epoch numbers
        (1591179330, "2020-06-03T10:15:30+00:00"),
        (1591179330.75, "2020-06-03T10:15:30+00:00"),
        ("1591179330000", "2020-06-03T10:15:30+00:00"),
        (20200603, "2020-06-03"),
        (20200603.0, "2020-06-03"),
        (2020, "2020"),
        # Arabic: Levantine, Gregorian, double, Maghrebi, Moroccan, digits, days, times
        ("3 حزيران 2020", "2020-06-03"),
        ("3 يونيو 2020", "2020-06-03"),
        ("3 حزيران/يونيو 2020", "2020-06-03"),
        ("3 حزيران/ يونيو 2020", "2020-06-03"),
        ("3 يونيو (حزيران) 2020", "2020-06-03"),
        ("3 جوان 2020", "2020-06-03"),
        ("18 جانفي 2017", "2017-01-18"),
        ("7 فيفري 2017", "2017-02-07"),
        ("7 أفريل 2017", "2017-04-07"),
        ("7 ماي 2017", "2017-05-07"),
        ("7 جويلية 2017", "2017-07-07"),
        ("7 أوت 2017", "2017-08-07"),
        ("7 يوليوز 2017", "2017-07-07"),
        ("7 غشت 2017", "2017-08-07"),
        ("7 شتنبر 2017", "2017-09-07"),
        ("7 نونبر 2017", "2017-11-07"),
        ("7 دجنبر 2017", "2017-12-07"),
        ("19 كانون الثاني/ يناير 2020", "2020-01-19"),
        ("19 كانون الأول 2019", "2019-12-19"),
        ("تشرين الأول 2019", "2019-10"),
        ("آب 2019", "2019-08"),
        ("٣ يونيو ٢٠٢٠", "2020-06-03"),
        ("۳ ژوئن ۲۰۲۰", None),
        ("۲۰۲۰-۰۶-۰۳", "2020-06-03"),
        ("٢٠٢٠/٠٦/٠٣", "2020-06-03"),
        ("الأربعاء، 3 حزيران 2020", "2020-06-03"),
        ("نشر في: الأربعاء 3 يونيو 2020 - 10:15 صباحاً", "2020-06-03T10:15+00:00"),
        ("3 يونيو 2020 الساعة 10:15 مساءً", "2020-06-03T22:15+00:00"),
        ("2020/06/03 12:05 ص", "2020-06-03T00:05+00:00"),
        ("2020/06/03 12:05 م", "2020-06-03T12:05+00:00"),
        ("3 يونيو 2020 14:30 مساء", "2020-06-03T14:30+00:00"),
        ("3 يونيو 2020 1:30 ليلا", "2020-06-03T01:30+00:00"),
        ("3 يونيو 2020 4:00 ليلا", "2020-06-03T04:00+00:00"),
        ("3 يونيو 2020 10:30 ليلا", "2020-06-03T22:30+00:00"),
        ("3 يونيو 2020 12:30 ليلا", "2020-06-03T00:30+00:00"),
        ("3 يونيو 2020 00:15 صباحا", "2020-06-03T00:15+00:00"),
        ("3 يونيو 2020 10:15 بتوقيت غرينتش", "2020-06-03T10:15+00:00"),
        ("11 شوال 1441 هـ - 3 يونيو 2020 م", "2020-06-03"),
        ("\u200f3\u00a0يونيـــو\u200f 2020", "2020-06-03"),
        # English and French
        ("June 3, 2020", "2020-06-03"),
        ("June 3rd, 2020 at 10:15 PM", "2020-06-03T22:15+00:00"),
        ("June 3, 2020 12:30 AM", "2020-06-03T00:30+00:00"),
        ("June 3, 2020 00:30 AM", "2020-06-03T00:30+00:00"),
        ("June 3, 2020 12:30 PM", "2020-06-03T12:30+00:00"),
        ("Wednesday 3 June 2020", "2020-06-03"),
        ("10:15 June 3, 2020", "2020-06-03T10:15+00:00"),
        ("10:15 Wed 3 June 2020", "2020-06-03T10:15+00:00"),
        ("10:15 on 3 June 2020", "2020-06-03T10:15+00:00"),
        ("Sept. 3, 2020", "2020-09-03"),
        ("June 2020", "2020-06"),
        ("3 juin 2020", "2020-06-03"),
        ("1er août 2020 à 14h30", "2020-08-01T14:30+00:00"),
        ("Publié le 3 février 2020", "2020-02-03"),
        # Numbers, day first; month first only where nothing else is possible
        ("03/06/2020", "2020-06-03"),
        ("3-6-2020", "2020-06-03"),
        ("03.06.2020 14:05", "2020-06-03T14:05+00:00"),
        ("06/13/2020", "2020-06-13"),
        ("Wed 3/6/2020 at 10:15", "2020-06-03T10:15+00:00"),
        ("الأربعاء 2020/6/3", "2020-06-03"),
        # A zone that is named but means several offsets leaves the day alone
        ("3 June 2020 10:15 IST", "2020-06-03"),
        ("2020-06-03 10:15 بتوقيت القاهرة", "2020-06-03"),
    ],
)
def test_written_dates(raw: str | int | float, expected: str | None) -> None:
    found = read(raw)
    assert (found.isoformat() if found else None) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "الأربعاء 3 حزيران/يونيو",  # the seed article's: no year
        "يوم الأربعاء الماضي 3 حزيران/ يونيو",
        "3 June",
        "Wednesday",
        "10:15",
        "3",
        "June",
        "yesterday",
        "منذ ساعتين",
        "2 hours ago",
        "31/02/2020",
        "2019-02-29",
        "2020-13-01",
        "2020-06-03T25:00",
        "2020-06-03T10:61",
        "2020-06-03T10:15:61",
        "2020-06-03T24:30",
        "2020-06-03T24:00:05",
        "2020-06-03T10:15+16:00",
        "2020-06-03T10:15+04:75",
        "June 3, 2020 14:30 AM",
        "June 3, 2020 24:15 PM",
        "2020-06 revised",
        "2020.06",  # a number, it may be
        "32 يونيو 2020",
        "3 حزيران/يوليو 2020",  # two different months
        "3 and 4 June 2020",
        "3 June 2020 2021",
        "11 شوال 1441",  # Hijri alone is not converted
        "3 June 20",
        "3 June 20 2020",
        "June 123, 2020",
        "June 2020 10:15",
        "في 3 سنة 2020",
        "3/6/2020 revised",
        "06-Nov-94",
        "0000-00-00 00:00:00",
        "12345",
        "123456789012345",
        "Article 2020 of the law, June 3",
        "nan",
        "-",
        "",
        "2020-06-03" * 20,
        True,
        None,
        float("nan"),
        float("inf"),
    ],
)
def test_what_is_not_written_is_not_read(raw: str | float | None) -> None:
    assert parse_date(raw, now=NOW) is None


def test_a_date_is_stored_in_utc_with_its_zone_and_precision() -> None:
    found = read("2018-02-18T21:35:43+04:00")
    assert found == Published(
        datetime(2018, 2, 18, 17, 35, 43, tzinfo=UTC), Precision.SECOND, 240, "2018-02-18T21:35:43+04:00"
    )


@pytest.mark.parametrize(
    ("raw", "month"), [("2020", 1), ("2020-06", 6), ("سنة 2020", 1), ("June 2020", 6), ("آب 2020", 8)]
)
def test_a_month_or_year_begins_with_its_first_day(raw: str, month: int) -> None:
    found = read(raw)
    assert found is not None
    assert found.at == datetime(2020, month, 1, tzinfo=UTC)


def test_a_day_keeps_the_zone_that_is_written_to_it() -> None:
    zones = {raw: found.offset_minutes for raw in ("2020-06-03Z", "2020-06-03+04:00") if (found := read(raw))}
    assert zones == {"2020-06-03Z": 0, "2020-06-03+04:00": 240}


def test_a_time_without_a_zone_is_taken_in_the_default_zone() -> None:
    found = parse_date("2020-06-03 10:15", now=NOW, default_timezone=ZoneInfo("Africa/Cairo"))
    assert found is not None
    assert found.at == datetime(2020, 6, 3, 8, 15, tzinfo=UTC)
    assert found.offset_minutes is None


def test_a_day_does_not_move_with_the_default_zone() -> None:
    found = parse_date("2020-06-03", now=NOW, default_timezone=timezone(timedelta(hours=-11)))
    assert found is not None
    assert found.isoformat() == "2020-06-03"


@pytest.mark.parametrize(
    ("raw", "doubtful"),
    [
        ("2026-01-01T23:00Z", False),
        ("2026-01-03", True),
        ("2050", True),
        ("1899-12-31", True),
        ("1900-01-01", False),
        ("0001-01-01T00:00:00", True),
    ],
)
def test_future_and_very_old_dates_are_kept_but_doubtful(raw: str, doubtful: bool) -> None:
    found = read(raw)
    assert found is not None
    assert found.doubtful is doubtful


@settings(max_examples=100)
@given(st.datetimes(), st.integers(-14 * 60, 14 * 60))
def test_what_is_written_as_iso_is_read_back(moment: datetime, offset: int) -> None:
    local = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=offset)))
    try:
        at = local.astimezone(UTC)
    except OverflowError:
        return
    found = read(local.isoformat())
    assert found is not None
    assert (found.at, found.offset_minutes) == (at, offset)
    assert read(found.isoformat()) == Published(
        at, Precision.SECOND, offset, found.isoformat(), found.doubtful
    )


@settings(max_examples=200)
@given(
    st.text(max_size=40)
    | st.from_regex(r"[0-9 :/.+\-TZ]{1,30}", fullmatch=True)
    | st.floats()
    | st.integers()
)
def test_nothing_makes_it_fail(raw: str | float | int) -> None:
    found = read(raw)
    assert found is None or found.at.tzinfo is UTC


@settings(max_examples=100)
@given(
    st.lists(
        st.sampled_from("3 12 2020 1999 june يونيو حزيران الأربعاء 10:15 +03:00 pm في / , - 6".split()),
        max_size=6,
    )
)
def test_day_month_and_year_always_come_from_the_text(words: list[str]) -> None:
    """Two readings on different days agree, and the year stands in the text."""
    raw = " ".join(words)
    first = parse_date(raw, now=datetime(2001, 2, 3, tzinfo=UTC))
    second = parse_date(raw, now=datetime(2031, 9, 17, tzinfo=UTC))
    assert (first and first.at) == (second and second.at)
    if first:
        assert any(str(first.at.year + shift) in raw for shift in (-1, 0, 1))
