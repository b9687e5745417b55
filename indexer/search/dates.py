"""The date in a question ("on 15 March 2018"): what it may be narrowed to, which words alone do not do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from indexer.readers.calendar_words import MONTH, MONTHS, fold_date_text

_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er)?"
_MONTH = rf"(?P<month>{MONTH.pattern})"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?![\d-])"
_BEFORE = r"(?:(?:on|in|of|during|from|since|at|le|du|en|يوم|في|بتاريخ|منذ)\s+)*(?:the\s+)?"
#: As people write them; a year alone (World Cup 2018) is a date only after a word that says so.
_WRITTEN = tuple(
    re.compile(rf"(?<!\w){_BEFORE}{pattern}")
    for pattern in (
        r"(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)(?:-(?P<day>\d\d))?(?![\d-])",
        rf"(?:{_DAY}\s*(?:of\s+|من\s+)?)?{_MONTH}\.?,?\s*(?:of\s+|عام\s+|سنه\s+)?{_YEAR}",
        rf"{_MONTH}\.?\s*{_DAY},?\s+{_YEAR}",
        rf"(?:in|during|عام|سنه)\s+(?:the year\s+)?{_YEAR}",
    )
)


@dataclass(frozen=True, slots=True)
class NamedPeriod:
    """A year, month or day that a question names (`2018`, `2018-03`, `2018-03-15`), and the question without it."""

    period: str
    rest: str


def period_in(text: str) -> NamedPeriod | None:
    """Return the period that a question names; None where it names none, or several.

    Words are English, French and Arabic, and digits of any script.
    """
    text = " ".join(text.split())
    folded = fold_date_text(text)
    named = list(_named(folded))
    if len({period for period, _, _ in named}) != 1:
        return None
    period, start, end = max(named, key=lambda one: one[2] - one[1])
    if len(folded) != len(text):
        return NamedPeriod(period, text)  # places in the one are none in the other
    return NamedPeriod(period, " ".join(f"{text[:start]} {text[end:]}".split()).replace(" ?", "?"))


def _named(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each period of a folded text, with where it stands."""
    for pattern in _WRITTEN:
        for found in pattern.finditer(text):
            parts = found.groupdict()
            month = MONTHS.get(parts.get("month") or "", parts.get("month"))
            numbers = [int(part) for part in (parts["year"], month, parts.get("day")) if part]
            try:
                date(*numbers, *(1,) * (3 - len(numbers)))
            except ValueError:
                continue
            yield "-".join(f"{number:02}" for number in numbers), found.start(), found.end()
