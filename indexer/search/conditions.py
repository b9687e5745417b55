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


def query_in_arabic(parsed: ParsedQuery, dictionary: Dictionary) -> str:
    """Return a query with the same conditions put into Arabic, its other words as they are; "" where none can be."""
    text, found = parsed.text, _translated(parsed, dictionary)
    for _, atom, written, _ in reversed(list(found)):  # from the end, so that the places before it stay right
        text = f"{text[: atom.start]}{written}{text[atom.end :]}"
    return "" if text == parsed.text else text


def _written(parsed: ParsedQuery, dictionary: Dictionary) -> Iterator[str]:
    for occur, atom, written, quoted in _translated(parsed, dictionary):
        yield f"{_ISOLATE}{_sign(occur, atom, quoted=quoted)}{written}{_END}"


def _translated(parsed: ParsedQuery, dictionary: Dictionary) -> Iterator[tuple[Occur, Atom, str, bool]]:
    """Yield each condition in English: what it is, its Arabic as it is written in a query, whether that is quoted."""
    for clause in parsed.clauses:
        atom = clause.node
        if clause.occur is Occur.SHOULD or not isinstance(atom, Atom) or not atom.text.isascii():
            continue
        if arabic := dictionary.written(atom.text):
            quoted = atom.phrase or " " in arabic[0]
            yield clause.occur, atom, f'"{arabic[0]}"' if quoted else arabic[0], quoted


def _sign(occur: Occur, atom: Atom, *, quoted: bool) -> str:
    """Return what makes a word the condition that it is: a phrase and a field are one by themselves."""
    field = "" if atom.field is Field.ANY else f"{atom.field.value}:"
    if occur is Occur.MUST_NOT:
        return f"-{field}"
    return field or ("" if quoted else "+")
