"""Dates as news sites write them -> `Published`; what is not written is never filled in.

Numeric dates are read day first (03/06/2020 is 3 June), unless only month first is possible (06/13/2020).
Hijri dates are skipped over, never converted.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple

from indexer.article import Precision, Published
from indexer.readers.calendar_words import (
    FILLERS,
    HIJRI_DATE,
    MONTH,
    MONTHS,
    PM_WORDS,
    WEEKDAYS,
    ZONES,
    fold_date_text,
)

MAX_LENGTH = 120

#: Plausible years of an epoch number, so that an article number is not taken for a date.
_EPOCH_YEARS = range(1985, 2101)
_EPOCH_UNITS = {9: 1, 10: 1, 12: 1_000, 13: 1_000, 16: 1_000_000, 19: 1_000_000_000}

_ISO = re.compile(
    r"(?P<year>\d{4})(?:(?P<separator>[-/.])(?P<month>\d{1,2})(?:(?P=separator)(?P<day>\d{1,2}))?)?(?!\d)"
    r"(?P<rest>.*)"
)
_ISO_WEEK = re.compile(r"(\d{4})-?w(\d{2})(?:-?([1-7]))?")
_COMPACT = re.compile(
    r"(\d{4})(\d{2})(\d{2})(?:[t ]?(\d{2})(\d{2})(\d{2})?(?P<rest>(?:\.\d+)?(?:z|[+-]\d.*)?))?"
)
_NUMERIC = re.compile(r"(?<![\d:.])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4})(?![\d:])")
_YEAR_FIRST = re.compile(r"(?<![\d:.])(\d{4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?![\d:])")
_TIME = re.compile(
    r"(?<![\d:])(?P<hour>\d{1,2})\s?[:h]\s?(?P<minute>\d{2})(?:\s?:\s?(?P<second>\d{2})(?:[.,]\d+)?)?(?![\d:])"
    r"(?:\s*(?P<half>[ap]\.?\s?m\b\.?|صباحا|مساء|ظهرا|عصرا|ليلا|فجرا|ص(?!\w)|م(?!\w)))?"
)
_HOUR_ONLY = re.compile(r"\b(?:الساعه\s+)?\d{1,2}\s?(?:[ap]\.?m\b\.?|صباحا|مساء|ظهرا|عصرا|ليلا|فجرا)")
# Java writes the zone's name in brackets, JavaScript in parentheses.
_OFFSET = re.compile(
    r"\s*(?:\(?(?:gmt|utc)\s?)?([+-])(\d{1,2})(?::?(\d{2}))?\)?(?!\d)(?:\s*(?:\([^()]*\)|\[[^\[\]]*\]))?"
)
_ZONE_NAME = re.compile(r"\s*\(?(?P<name>z|[a-z]{2,5})\b\)?(?P<city>)")
_ZONE_PLACE = re.compile(
    r"\s*(?:بتوقيت\s+)?(?P<name>غرينتش|غرينيتش|جرينتش|مكه(?: المكرمه)?)|\s*بتوقيت\s+(?P<city>\w+)"
)
_COMMENT = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])")
_TOKEN = re.compile(r"\d+|[^\W\d_]+")


class _Clock(NamedTuple):
    """A time of day and its zone: `offset` in minutes, None where none is written."""

    time: time
    precision: Precision
    offset: int | None
    next_day: bool = False


class _Unknown(Exception):
    """The text is not a date that this module understands."""


def parse_date(
    raw: str | int | float | date | None, *, now: datetime | None = None, default_timezone: tzinfo = UTC
) -> Published | None:
    """Return the date that `raw` states, or None where it states none, not all of it, or an impossible one.

    Reads ISO 8601, RFC 2822, epoch numbers (s, ms, us, ns), English, French and Arabic long forms (Levantine,
    Gregorian and Maghrebi months, double months, any decimal digits) and numeric dates. The result is in UTC.
    A time without a zone is taken in `default_timezone`. A time in a zone that is named but not known
    leaves the day alone. More than a day after `now`, or before 1900, is `doubtful`.
    """
    if raw is None or isinstance(raw, bool):
        return None
    if isinstance(raw, date):
        raw = raw.isoformat()
    if isinstance(raw, float):
        raw = repr(int(raw)) if raw.is_integer() else repr(raw)
    written = str(raw).strip()
    if not written or len(written) > MAX_LENGTH:
        return None
    try:
        at, precision, offset = _parse(fold_date_text(written), default_timezone)
    except (_Unknown, ValueError, OverflowError):
        # ValueError: a 31st of February, a 25th hour; OverflowError: a zone that leaves the calendar.
        return None
    limit = (now or datetime.now(UTC)) + timedelta(days=1)
    return Published(at, precision, offset, written, doubtful=at > limit or at.year < 1900)


def _parse(text: str, zone: tzinfo) -> tuple[datetime, Precision, int | None]:
    if at := _epoch(text):
        return at, Precision.SECOND, None
    if match := _COMPACT.fullmatch(text):
        day = date(int(match[1]), int(match[2]), int(match[3]))
        clock = None
        if match[4]:
            colons = ":".join(part for part in match.group(4, 5, 6) if part)
            clock = _only_clock(colons + (match["rest"] or ""))
        return _join(day, Precision.DAY, clock, zone)
    if match := _ISO_WEEK.fullmatch(text):
        return _join(
            date.fromisocalendar(int(match[1]), int(match[2]), int(match[3] or 1)), Precision.DAY, None, zone
        )
    if match := _ISO.fullmatch(text):
        found = _iso(match, zone)
        if found:
            return found
    return _long_form(text, zone)


def _epoch(text: str) -> datetime | None:
    match = re.fullmatch(r"(\d{9,19})(?:\.\d+)?", text)
    unit = _EPOCH_UNITS.get(len(match[1])) if match else None
    if match is None or unit is None:
        return None
    at = datetime.fromtimestamp(int(match[1]) // unit, UTC)
    return at if at.year in _EPOCH_YEARS else None


def _iso(match: re.Match[str], zone: tzinfo) -> tuple[datetime, Precision, int | None] | None:
    year, month, day, rest = match.group("year", "month", "day", "rest")
    rest = rest.strip()
    if day:
        whole = date(int(year), int(month), int(day))
        if not rest:
            return _join(whole, Precision.DAY, None, zone)
        if offset := _OFFSET.fullmatch(rest):
            return _join(whole, Precision.DAY, None, zone, _minutes(offset))
        if rest == "z":
            return _join(whole, Precision.DAY, None, zone, 0)
        if rest[0] == "t" or _TIME.match(rest):
            return _join(whole, Precision.DAY, _only_clock(rest.removeprefix("t")), zone)
        return None
    if rest:
        return None
    # `2018.02` could be a number; with a dash or a slash it is a month.
    if month and match["separator"] == ".":
        raise _Unknown
    precision = Precision.MONTH if month else Precision.YEAR
    return _join(date(int(year), int(month or 1), 1), precision, None, zone)


def _only_clock(text: str) -> _Clock | None:
    clock, rest = _take_clock(text.strip())
    if rest.strip():
        raise _Unknown
    return clock


def _take_clock(text: str) -> tuple[_Clock | None, str]:
    """Cut the time of day and its zone out of `text`.

    The clock is None where there is none, or where its zone is not known: then only the day can be trusted.
    """
    match = _TIME.search(text)
    if match is None:
        return None, _HOUR_ONLY.sub(" ", text)
    hour, minute, second = int(match["hour"]), int(match["minute"]), match["second"]
    half = (match["half"] or "").replace(".", "").replace(" ", "")
    if half:
        if hour > 12 and (hour > 23 or half not in PM_WORDS):
            raise _Unknown
        if half in PM_WORDS and hour < 12:
            # 12 at night and 1 at night are the small hours, 10 at night is not.
            hour += 0 if half == "ليلا" and hour <= 4 else 12
        elif (half not in PM_WORDS or half == "ليلا") and hour == 12:
            hour = 0
    next_day = hour == 24 and minute == 0 and int(second or 0) == 0
    if second and int(second) > 60:
        raise _Unknown
    moment = time(0 if next_day else hour, minute, min(int(second or 0), 59))  # 60: a leap second
    known, offset, end = _zone_at(text, match.end())
    rest = f"{text[: match.start()]} {text[end:]}"
    precision = Precision.SECOND if second else Precision.MINUTE
    return (_Clock(moment, precision, offset, next_day) if known else None), rest


def _zone_at(text: str, position: int) -> tuple[bool, int | None, int]:
    """Return whether the zone at `position` is known (none written counts), its minutes, and its end."""
    if match := _OFFSET.match(text, position):
        return True, _minutes(match), match.end()
    match = _ZONE_PLACE.match(text, position) or _ZONE_NAME.match(text, position)
    if match is None:
        return True, None, position
    name = match["name"] or match["city"]
    if name in ZONES:
        comment = _COMMENT.match(text, match.end())
        return True, ZONES[name], comment.end() if comment else match.end()
    if name in MONTHS or name in WEEKDAYS or name in FILLERS:
        return True, None, position
    return False, None, match.end()


def _minutes(offset: re.Match[str]) -> int:
    hours, minutes = int(offset[2]), int(offset[3] or 0)
    if hours > 15 or minutes > 59:
        raise _Unknown
    return (-1 if offset[1] == "-" else 1) * (hours * 60 + minutes)


def _long_form(text: str, zone: tzinfo) -> tuple[datetime, Precision, int | None]:
    """Read a date in words, or a numeric one with words around it; any word that is not known refuses it."""
    text = HIJRI_DATE.sub(" ", text)
    if numeric := _NUMERIC.search(text) or _YEAR_FIRST.search(text):
        day = _numeric(numeric)
        rest = f"{text[: numeric.start()]} {text[numeric.end() :]}"
        clock, rest = _take_clock(rest)
        if any(token not in WEEKDAYS and token not in FILLERS for token in _TOKEN.findall(rest)):
            raise _Unknown
        return _join(day, Precision.DAY, clock, zone)
    clock, rest = _take_clock(text)
    months = {MONTHS[match[0]] for match in MONTH.finditer(rest)}
    tokens = [token for token in _TOKEN.findall(MONTH.sub(" ", rest)) if token not in WEEKDAYS]
    numbers = [token for token in tokens if token.isdigit()]
    if len(months) > 1 or any(token not in FILLERS and not token.isdigit() for token in tokens):
        raise _Unknown
    years = [int(number) for number in numbers if len(number) == 4]
    days = [int(number) for number in numbers if len(number) <= 2]
    if len(years) != 1 or len(days) > 1 or len(years) + len(days) != len(numbers):
        raise _Unknown
    if months and days:
        return _join(date(years[0], months.pop(), days[0]), Precision.DAY, clock, zone)
    if days or clock:
        raise _Unknown
    if months:
        return _join(date(years[0], months.pop(), 1), Precision.MONTH, None, zone)
    return _join(date(years[0], 1, 1), Precision.YEAR, None, zone)


def _numeric(match: re.Match[str]) -> date:
    if match.re is _YEAR_FIRST:
        return date(int(match[1]), int(match[3]), int(match[4]))
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if second > 12 >= first:
        first, second = second, first
    return date(year, second, first)


def _join(
    day: date, precision: Precision, clock: _Clock | None, zone: tzinfo, offset: int | None = None
) -> tuple[datetime, Precision, int | None]:
    """Put day and time together, in UTC. A day without a time starts at midnight UTC."""
    if clock is None:
        return datetime.combine(day, time(), UTC), precision, offset
    written = zone if clock.offset is None else timezone(timedelta(minutes=clock.offset))
    local = datetime.combine(day, clock.time, written) + timedelta(days=clock.next_day)
    return local.astimezone(UTC), clock.precision, clock.offset
