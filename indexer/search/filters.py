"""Filters from what a person wrote: values of facets, days, months and years; and two filters as one."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date

from indexer.article import UNKNOWN_LANGUAGE
from indexer.engines.base import FACETS, Dating, Filters
from indexer.errors import InvalidQuery
from indexer.text import base_language
from indexer.wording import say

_PERIOD = re.compile(r"(\d{4})(?:[-/](\d{1,2}))?(?:[-/](\d{1,2}))?")
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_DATINGS = {dating.value: dating for dating in Dating}
_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})?")


class FilterBuilder:
    """Collects the filters of one query. Values of a facet add up; dates narrow each other."""

    def __init__(self) -> None:
        self._include: dict[str, set[str]] = {}
        self._exclude: dict[str, set[str]] = {}
        self._from: date | None = None
        self._to: date | None = None
        self._dating: Dating | None = None

    def add_value(self, facet: str, value: str, column: int, *, exclude: bool) -> None:
        if facet == "language":
            value = language_value(value, column)
        (self._exclude if exclude else self._include).setdefault(facet, set()).add(value)

    def add_date(self, name: str, value: str, column: int) -> None:
        """Add `date` (the whole period, or what may be wrong with it), `from` (its first day on) or `to` (its last)."""
        if name == "date" and (dating := _DATINGS.get(value.casefold())):
            if self._dating not in (None, dating):
                raise InvalidQuery(say("No article is undated and has a doubtful date."), column=column)
            self._dating = dating
            return
        first, last = period(value, column)
        if name in ("date", "from"):
            self._from = max(self._from or first, first)
        if name in ("date", "to"):
            self._to = min(self._to or last, last)
        if self._from and self._to and self._from > self._to:
            raise InvalidQuery(
                say(
                    "The dates of the query leave no day: they begin with %(start)s and end with %(end)s.",
                    start=str(self._from),
                    end=str(self._to),
                ),
                column=column,
            )

    def build(self) -> Filters:
        return Filters(
            include={facet: frozenset(values) for facet, values in self._include.items()},
            exclude={facet: frozenset(values) for facet, values in self._exclude.items()},
            published_from=self._from,
            published_to=self._to,
            dating=self._dating,
        )


def apart(filters: Filters, language: str, known: Iterable[str]) -> list[Filters]:
    """Return filters for the articles in a language and for those in others, where `filters` leave both.

    `known` are languages of the archive.
    """
    left = languages_left(filters, known)
    own = frozenset(name for name in left if base_language(name) == base_language(language))
    if not own or len(own) == len(left):
        return [filters]
    barred = filters.exclude.get("language", frozenset())
    return [
        replace(filters, include={**filters.include, "language": own}),
        replace(filters, exclude={**filters.exclude, "language": barred | own}),
    ]


def languages_left(filters: Filters, known: Iterable[str]) -> list[str]:
    """Return those languages among *known* whose articles may pass, in the order of these."""
    chosen = filters.include.get("language", frozenset())
    barred = filters.exclude.get("language", frozenset())
    return [name for name in known if name not in barred and (not chosen or name in chosen)]


def period(text: str, column: int | None = None) -> tuple[date, date]:
    """Return the first and last day of a year, month or day (`2018`, `2018-02`, `2018-02-18`).

    Digits of any script are read. Raises `InvalidQuery`.
    """
    given = _PERIOD.fullmatch(text)
    try:
        if not given:
            raise ValueError
        year, month, day = (int(part) if part else None for part in given.groups())
        assert year is not None
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return date(year, month, day), date(year, month, day)
    except (ValueError, calendar.IllegalMonthError):
        raise InvalidQuery(
            say("%(value)s is not a date.", value=repr(text)),
            column=column,
            remedy=_as_it_is_written(text) or say("Write 2018, 2018-02 or 2018-02-18."),
        ) from None


def _as_it_is_written(text: str) -> str:
    """Return what to write for a date with the year last, "" for anything else.

    With full stops the day is first everywhere; with other signs that depends on who writes.
    """
    given = _DAY_FIRST.fullmatch(text)
    if not given:
        return ""
    one, other, year = int(given[1]), int(given[3]), int(given[4])
    meant = []
    for month, day in ((other, one), (one, other))[: 1 if given[2] == "." else 2]:
        with suppress(ValueError):
            meant.append(date(year, month, day).isoformat())
    match list(dict.fromkeys(meant)):
        case [only]:
            return say("Write %(date)s.", date=only)
        case [first, second]:
            return say("Write %(date)s or %(other)s.", date=first, other=second)
    return ""


def language_value(text: str, column: int | None = None) -> str:
    """Return the code of a language given by code or name. Raises `InvalidQuery`."""
    from indexer.readers.languages import language_code  # babel takes a while, and few queries need it

    if text.casefold() in (UNKNOWN_LANGUAGE, "unknown"):
        return UNKNOWN_LANGUAGE
    code = language_code(text)
    if code == UNKNOWN_LANGUAGE:
        raise InvalidQuery(
            say("%(value)s is not a language.", value=repr(text)),
            column=column,
            remedy=say("Write a code (ar, en) or a name (Arabic)."),
        )
    # The archive may tell apart what the short code does not (zh-cn, zh-tw).
    return (
        text.casefold().replace("_", "-") if _CODE.fullmatch(text) and "-" in text.replace("_", "-") else code
    )


def check_filters(filters: Filters) -> None:
    """Raise `InvalidQuery` for filters that make no sense."""
    for facet in {*filters.include, *filters.exclude}:
        if facet not in FACETS:
            raise InvalidQuery(
                say("There is no filter %(name)s.", name=repr(facet)),
                remedy=say("The filters are %(names)s.", names=FACETS),
            )
    start, end = filters.published_from, filters.published_to
    if start and end and start > end:
        raise InvalidQuery(
            say("The dates end (%(end)s) before they begin (%(start)s).", end=str(end), start=str(start))
        )


def combine(one: Filters, other: Filters) -> Filters | None:
    """Return filters that let pass what both let pass; None where that is nothing."""
    include = {facet: values for facet, values in one.include.items() if values}
    for facet, values in other.include.items():
        if not values:
            continue
        include[facet] = include[facet] & values if facet in include else values
        if not include[facet]:
            return None
    first = max(filter(None, (one.published_from, other.published_from)), default=None)
    last = min(filter(None, (one.published_to, other.published_to)), default=None)
    if first and last and first > last:
        return None
    if (one.dating or other.dating) is Dating.NONE and (first or last):
        return None
    if one.dating and other.dating and one.dating is not other.dating:
        return None
    exclude = {
        facet: one.exclude.get(facet, frozenset()) | other.exclude.get(facet, frozenset())
        for facet in (*one.exclude, *other.exclude)
    }
    return Filters(include, exclude, first, last, one.dating or other.dating)


def without(filters: Filters, facet: str) -> Filters:
    """Return the filters less one facet's."""

    def others(values: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
        return {name: chosen for name, chosen in values.items() if name != facet}

    return replace(filters, include=others(filters.include), exclude=others(filters.exclude))
