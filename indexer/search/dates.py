"""The date in a question ("on 15 March 2018"): what it may be narrowed to, which words alone do not do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from indexer.readers.calendar_words import MONTH, MONTHS, fold_date_text

_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er)?"
_MONTH = rf"(?P<month>{MONTH.pattern})"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?![\d-])"
#: As people write them; a year alone (World Cup 2018) is a date only after a word that says so.
_WRITTEN = tuple(
    re.compile(rf"(?<!\w){pattern}")
    for pattern in (
        r"(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)(?:-(?P<day>\d\d))?(?![\d-])",
        rf"(?:{_DAY}\s*(?:of\s+|من\s+)?)?{_MONTH}\.?,?\s*(?:of\s+|عام\s+|سنه\s+)?{_YEAR}",
        rf"{_MONTH}\.?\s*{_DAY},?\s+{_YEAR}",
        rf"(?:in|during|عام|سنه)\s+(?:the year\s+)?{_YEAR}",
    )
)


def period_in(text: str) -> str:
    """Return the year, month or day that a question names (`2018`, `2018-03`, `2018-03-15`); "" for none or several.

    Words are English, French and Arabic, and digits of any script.
    """
    named = set(_named(fold_date_text(text)))
    return named.pop() if len(named) == 1 else ""


def _named(text: str) -> Iterator[str]:
    for pattern in _WRITTEN:
        for found in pattern.finditer(text):
            parts = found.groupdict()
            month = MONTHS.get(parts.get("month") or "", parts.get("month"))
            numbers = [int(part) for part in (parts["year"], month, parts.get("day")) if part]
            try:
                date(*numbers, *(1,) * (3 - len(numbers)))
            except ValueError:
                continue
            yield "-".join(f"{number:02}" for number in numbers)
