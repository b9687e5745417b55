"""Sentences in English that remember what they were made of, so that an interface can say them in another language.

    raise InvalidQuery(say("%(value)s is not a date.", value=repr(text)))

is a plain English string to the command, the log and the API. The web app looks the template up in its catalogue
(`webapp.language`) and fills in the same values. Templates are written as gettext wants them; values are strings,
whole numbers (written with separators), other sentences, or tuples of these (written as a list).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

Value = str | int | tuple[str, ...]


class Text(str):
    """An English sentence with its template. `plural` is the template for other numbers than one (`num`)."""

    template: str
    values: Mapping[str, Value]
    plural: str
    context: str

    def __new__(
        cls,
        english: str,
        template: str = "",
        values: Mapping[str, Value] | None = None,
        *,
        plural: str = "",
        context: str = "",
    ) -> Self:
        text = super().__new__(cls, english)
        text.template, text.values = template or english.replace("%", "%%"), values or {}
        text.plural, text.context = plural, context
        return text


def say(template: str, /, **values: Value) -> Text:
    """Return a sentence. A percent sign in the template is written twice."""
    return Text(_filled(template, values), template, values)


def say_n(one: str, many: str, num: int, /, **values: Value) -> Text:
    """Return a sentence that agrees with a number, which is `num` in both templates."""
    values = {"num": num, **values}
    return Text(_filled(one if num == 1 else many, values), one, values, plural=many)


def say_in(context: str, template: str, /, **values: Value) -> Text:
    """Return a sentence that says different things in different places; *context* names the place."""
    return Text(_filled(template, values), template, values, context=context)


def worded(english: str, template: str, /, **values: Value) -> Text:
    """Return a sentence that is not made by its template in English alone."""
    return Text(english, template, values)


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun, as the command says it: `1 article`, `2,000 articles`, `0 searches`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def ordinal(number: int) -> Text:
    """Return 1st, 2nd, 3rd, 4th, 11th, 21st..."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return worded(f"{number}{ending}", "%(number)sth", number=number)


def sentence(clause: Text) -> Text:
    """Return a clause as a sentence: with a capital letter and a full stop."""
    return worded(f"{clause[:1].upper()}{clause[1:]}.", "%(clause)s.", clause=clause)


def _filled(template: str, values: Mapping[str, Value]) -> str:
    return template % {name: _english(value) for name, value in values.items()}


def _english(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return value if isinstance(value, str) else f"{value:,}"
