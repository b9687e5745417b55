"""Queries made of queries: with another value of a field, without filters, with fields that a space made words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from lark import Token

from indexer.search.filters import language_value
from indexer.search.querytokens import (
    STOPS,
    TEXT_FIELDS,
    field_of,
    is_bare_field,
    plain,
    speaks,
    tokens_of,
    value_of,
)

_COLON_AND_SPACE = re.compile(r"[A-Za-z]:\s")


def with_value(text: str, facet: str, written: str, value: str) -> str:
    """Return a query with another value of a facet where this one is written: `source:BBC` for `source:bcc`."""
    pairs = list(pairwise(tokens_of(plain(text))))
    for name, token in reversed(pairs):  # from the end, so that the places before it stay right
        if name.type == "FIELD" and field_of(name) == facet and _stored(facet, token) == written:
            # A quotation mark within a value could not be written.
            is_word = re.fullmatch(r"\w[\w.-]*", value) and value != "OR"
            quoted = value if is_word else '"' + value.replace('"', " ") + '"'
            text = f"{text[: token.start_pos]}{quoted}{text[token.end_pos :]}"
    return text


def without_filters(text: str) -> str:
    """Return a query without what filters in it: `oil` of `oil source:BBC from:2018`. Conditions on words stay."""
    tokens = tokens_of(plain(text))
    gone: list[Token] = []
    for place, token in enumerate(tokens):
        if token.type == "FIELD" and field_of(token) not in TEXT_FIELDS:
            sign = [before for before in tokens[max(place - 1, 0) : place] if before.type == "SIGN"]
            gone += [*sign, *tokens[place : place + 2]]
        elif token.type == "OR" and gone and gone[-1] is tokens[place - 1]:
            gone.append(token)  # it joins values, and these with nothing else
    for token in reversed(gone):
        text = text[: token.start_pos] + text[token.end_pos :]
    while (bare := re.sub(r"\(\s*\)", " ", text)) != text:
        text = bare
    # A dash stood between two clauses: at an end it would be an operator without a word.
    text = re.sub(r"^(?:\s|[-+]+(?=\s|$))+|(?:\s|(?<=\s)[-+]+)+$", "", text)
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Gap:
    """White space between a field's name and what may be its value: `source: BBC`, which are two words.

    `name` has its colon; `start` and `end` are offsets of the white space.
    """

    name: str
    value: str
    start: int
    end: int

    @property
    def closed(self) -> str:
        """Return the two as a field is written."""
        return f"{self.name}{self.value}"


def gaps(text: str) -> list[Gap]:
    """Return where white space parts a field's name from a word or phrase, in a query that can be parsed."""
    text = plain(text)
    if not _COLON_AND_SPACE.search(text):
        return []
    tokens = tokens_of(text)
    return [
        Gap(str(name), value.rstrip(STOPS), name.end_pos or 0, value.start_pos or 0)
        for before, name, value in zip([None, *tokens], tokens, tokens[1:], strict=False)
        if is_bare_field(name, before)
        and value.type in ("WORD", "PHRASE")
        and speaks(value)
        and not is_bare_field(value, None)
        and text[name.end_pos : value.start_pos].isspace()
    ]


def without_gaps(text: str, closed: Iterable[Gap]) -> str:
    """Return a query in which values stand directly behind the colons of their fields."""
    # From the end, so that the places before it stay right.
    for gap in sorted(closed, key=lambda gap: gap.start, reverse=True):
        text = f"{text[: gap.start]}{text[gap.end :]}"
    return text


def _stored(facet: str, token: Token) -> str:
    """Return the value of a field as the filters have it: of a language, its code."""
    value = value_of(token)
    return language_value(value) if facet == "language" else value
