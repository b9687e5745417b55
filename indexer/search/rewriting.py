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
    wants_value,
)

#: Directly behind a field's colon they make a word of the two.
_NO_VALUE = (":", "/")
_END_OF_WORD = re.compile(r"[\s)]|$")
_COLON_AND_SPACE = re.compile(r"[A-Za-z]:\s")


def with_value(text: str, facet: str, written: str, value: str) -> str:
    """Return a query with another value of a facet where this one is written: `source:BBC` for `source:bcc`."""
    pairs = list(pairwise(tokens_of(plain(text))))
    for name, token in reversed(pairs):  # from the end, so that the places before it stay right
        if name.type == "FIELD" and field_of(name) == facet and _stored(facet, token) == written:
            # A word that touches the next one would be a part of it; a quotation mark within could not be written.
            is_apart = _END_OF_WORD.match(text, token.end_pos or 0)
            is_word = is_apart and re.fullmatch(r"\w[\w.-]*", value) and value != "OR"
            quoted = value if is_word else '"' + value.replace('"', " ") + '"'
            text = f"{text[: token.start_pos]}{quoted}{text[token.end_pos :]}"
    return text


def without_filters(text: str) -> str:
    """Return a query without what filters in it: `oil` of `oil source:BBC from:2018`. Conditions on words stay.

    It is written anew, since dashes and bare fields beside what was cut out would mean something else at an end.
    """
    text = plain(text)
    kept = _unfiltered(tokens_of(text))
    return "".join(
        _space(text, before, token) + _written(before, token, after)
        for before, token, after in zip([None, *kept], kept, [*kept[1:], None], strict=False)
    )


def _unfiltered(tokens: Iterable[Token]) -> list[Token]:
    """Return tokens without filters, the signs and ORs that belong to these, and brackets that hold nothing else."""
    kept: list[Token] = []
    behind_filter = False
    rest = iter(tokens)
    for token in rest:
        if token.type == "FIELD" and field_of(token) not in TEXT_FIELDS:
            next(rest)  # its value
            if kept and kept[-1].type == "SIGN":
                kept.pop()
            behind_filter = True
            continue
        if token.type == "RPAR" and kept and kept[-1].type == "LPAR":
            kept.pop()
        elif token.type != "OR" or not behind_filter:  # there it joins values, and these with nothing else
            kept.append(token)
        behind_filter = False
    return kept


def _space(text: str, before: Token | None, token: Token) -> str:
    """Return what parts a token from the one before it: a space where anything did, and the two may be parted."""
    if before is None or before.type in ("SIGN", "LPAR") or token.type == "RPAR":
        return ""
    if before.type == "FIELD":
        return text[before.end_pos : token.start_pos] if token.startswith(_NO_VALUE) else ""
    return "" if before.end_pos == token.start_pos else " "


def _written(before: Token | None, token: Token, after: Token | None) -> str:
    """Return a token as it is to be written so that it stays what it is."""
    if wants_value(before, token, after):
        return token[:-1]  # what it had behind it is gone
    if token.type == "WORD" and plain(token).rstrip() == "OR":
        return (
            token.lower()
        )  # what made a word of it may be gone: a quotation mark or a bracket that touched it
    return str(token)


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
        and not value.startswith(_NO_VALUE)
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
