"""Conditions in another language: `-consulate` leaves out what holds the English word, and no Arabic article."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.engines.base import Field
from indexer.search.dictionary import Dictionary
from indexer.search.query import Atom, Occur, ParsedQuery

_FIELDS = {Field.TITLE: "title:", Field.BODY: "body:", Field.ANY: ""}
#: So many are told.
_MOST = 3


def conditions_in_arabic(parsed: ParsedQuery, dictionary: Dictionary) -> tuple[str, ...]:
    """Return the conditions of a query that are written in English as they would be written in Arabic."""
    found = dict.fromkeys(_written(parsed, dictionary))
    return tuple(found)[:_MOST]


def _written(parsed: ParsedQuery, dictionary: Dictionary) -> Iterator[str]:
    for clause in parsed.clauses:
        atom = clause.node
        if clause.occur is Occur.SHOULD or not isinstance(atom, Atom) or not atom.text.isascii():
            continue
        if arabic := dictionary.written(atom.text):
            quoted = atom.phrase or " " in arabic[0]
            sign = (
                "-"
                if clause.occur is Occur.MUST_NOT
                else ""
                if quoted or atom.field is not Field.ANY
                else "+"
            )
            yield (
                f'{sign}{_FIELDS[atom.field]}"{arabic[0]}"'
                if quoted
                else f"{sign}{_FIELDS[atom.field]}{arabic[0]}"
            )
