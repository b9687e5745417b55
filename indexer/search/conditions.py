"""Conditions in another language: `-consulate` leaves out what holds the English word, and no Arabic article."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.engines.base import Field
from indexer.search.dictionary import Dictionary
from indexer.search.query import Atom, Occur, ParsedQuery

#: In a sentence several stand side by side, and each has its sign where it begins.
_ISOLATE, _END = "\u2068", "\u2069"
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
            written = f'"{arabic[0]}"' if quoted else arabic[0]
            yield f"{_ISOLATE}{_sign(clause.occur, atom, quoted=quoted)}{written}{_END}"


def _sign(occur: Occur, atom: Atom, *, quoted: bool) -> str:
    """Return what makes a word the condition that it is: a phrase and a field are one by themselves."""
    field = "" if atom.field is Field.ANY else f"{atom.field.value}:"
    if occur is Occur.MUST_NOT:
        return f"-{field}"
    return field or ("" if quoted else "+")
