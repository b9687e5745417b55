"""How values are shown: languages, dates, counts, directions; the filters that templates use."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from flask import Flask, url_for
from hijridate import Gregorian

from indexer.article import UNKNOWN_LANGUAGE, Article, Precision, Published
from indexer.errors import InvalidQuery
from indexer.search.filters import period
from indexer.text import direction
from indexer.wording import say, say_in
from webapp import marking, why
from webapp.language import gettext, language, said

FACET_NAMES = {
    "language": say("Language"),
    "source": say("Source"),
    "section": say("Section"),
    "author": say("Author"),
}
#: What the box is called that searches within a facet.
FIND_NAMES = {
    "language": say("Find a language"),
    "source": say("Find a source"),
    "section": say("Find a section"),
    "author": say("Find an author"),
}
SORT_NAMES = {"relevance": say("Best match"), "newest": say("Newest"), "oldest": say("Oldest")}
#: What may be demanded of an article, as a choice above the results and in a chip ("only with all words").
DEMANDS = {
    "none": say("Near in meaning, too"),
    "some": say("With matching words"),
    "all": say("With all words"),
}
DEMAND_NAMES = {"some": say_in("demand", "matching words"), "all": say_in("demand", "all words")}


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        clean=marking.clean,
        one_line=marking.one_line,
        unbroken=marking.unbroken,
        marked=marking.marked,
        external=marking.external_url,
        language_name=language_name,
        count=count,
        published=published,
        moment=moment,
        hijri=hijri,
        period=period_name,
        reasons=why.reasons,
        facet_value=facet_value,
    )
    app.jinja_env.globals.update(
        asset=asset,
        text_direction=text_direction,
        FACET_NAMES=FACET_NAMES,
        FIND_NAMES=FIND_NAMES,
        SORT_NAMES=SORT_NAMES,
        DEMANDS=DEMANDS,
    )
    app.jinja_env.tests["undetermined"] = lambda code: code in ("", UNKNOWN_LANGUAGE)


def language_name(code: str) -> str:
    """Return the name of a language code: "Arabic", "العربية"; the code itself where it has none."""
    if code in ("", UNKNOWN_LANGUAGE):
        return gettext("Unknown language")
    return _language_name(code, language().code)


@lru_cache(maxsize=1024)
def _language_name(code: str, locale: str) -> str:
    names = Locale(locale).languages
    for candidate in (code.replace("-", "_"), _script_form(code), code.split("-")[0].lower()):
        if name := names.get(candidate):
            return str(name)
    return code


def text_direction(code: str) -> str:
    """Return the `dir` of a text in a language: its own, or `auto` where the language is not known."""
    return "auto" if code in ("", UNKNOWN_LANGUAGE) else direction(code)


def count(number: int) -> str:
    """Return a number with separators; a noun that agrees with it comes from the catalogue (`ngettext`)."""
    return f"{number:,}"


def published(date: Published | None) -> str:
    """Return a date as precisely as it is known, in the zone it was written in.

    Dates are searched in UTC: where it is another day there, that is told, too.
    """
    if date is None:
        return gettext("undated")
    day, in_utc = _day(date), date.at.date().isoformat()
    if date.precision in (Precision.SECOND, Precision.MINUTE) and date.isoformat()[:10] != in_utc:
        return gettext("%(day)s (%(utc)s in UTC)", day=day, utc=period_name(in_utc))
    return day


def _day(date: Published) -> str:
    """Return the day, or the month or year where no more is known, in the zone that was written."""
    return period_name(date.isoformat()[:10])


def moment(date: Published) -> str:
    """Return the full form: day, time and zone as far as they are known."""
    if date.precision not in (Precision.SECOND, Precision.MINUTE):
        return _day(date)
    at = date.isoformat()
    zone = "UTC" if date.offset_minutes in (None, 0) else f"UTC{at[-6:]}"
    return gettext("%(day)s, %(time)s %(zone)s", day=_day(date), time=at[11:16], zone=zone)


def hijri(date: Published) -> str:
    """Return the day in the Hijri calendar (Umm al-Qura): "2 Jumada al-Akhirah 1439 AH".

    Empty where the day is not known, is doubtful, or lies outside of the calendar's tables (1924 to 2077).
    """
    if date.doubtful or date.precision in (Precision.MONTH, Precision.YEAR):
        return ""
    year, month, day = (int(part) for part in date.isoformat()[:10].split("-"))
    try:
        converted = Gregorian(year, month, day).to_hijri()
    except (OverflowError, ValueError):
        return ""
    name = converted.month_name("ar" if language().code == "ar" else "en")
    return gettext(
        "%(day)s %(month)s %(year)s AH", day=str(converted.day), month=name, year=str(converted.year)
    )


def period_name(text: str) -> str:
    """Return `2018`, `2018-02` or `2018-02-18` as `2018`, `Feb 2018`, `18 Feb 2018`; else *text* itself."""
    return _period_name(text, language().code)


@lru_cache(maxsize=4096)
def _period_name(text: str, locale: str) -> str:
    try:
        first, _ = period(text)
    except InvalidQuery:
        return text
    pattern = {4: "y", 7: "MMM y", 10: "d MMM y"}.get(len(text), "d MMM y")
    return format_date(first, pattern, locale=locale)


def facet_value(value: str, facet: str) -> str:
    """Return a facet's value as it is shown."""
    match facet:
        case "language":
            return language_name(value)
        case "date":
            return period_name(value)
        case "sort":
            return said(SORT_NAMES.get(value, value))
        case "words":
            return said(DEMAND_NAMES.get(value, value))
        case "plan":
            return said(value)
    return marking.clean(value)


def heading(article: Article) -> str:
    """Return an article's title for a window, on one line."""
    return marking.one_line(article.title)[:150] or gettext("Untitled article")


def asset(name: str) -> str:
    """Return the address of a static file; it changes with the content, so it may be cached for long."""
    return url_for("static", filename=name, v=_digest(name))


@lru_cache(maxsize=64)
def _digest(name: str) -> str:
    content = (Path(__file__).parent / "static" / name).read_bytes()
    return hashlib.blake2b(content, digest_size=6).hexdigest()


def _script_form(code: str) -> str:
    """Return Babel's name of a Chinese variety: zh-cn -> zh_Hans."""
    return {"zh-cn": "zh_Hans", "zh-tw": "zh_Hant"}.get(code.lower(), code)
