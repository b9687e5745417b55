"""Conditions in another language: `-consulate` leaves out what holds the English word, and no Arabic article."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.engines.base import Field
from indexer.search.dictionary import Dictionary
from indexer.search.query import Atom, Clause, Occur, ParsedQuery

#: In a sentence several stand side by side, and each has its sign where it begins.
_ISOLATE, _END = "\u2068", "\u2069"
#: So many are told.
_MOST = 3
_LATIN = re.compile("[A-Za-z]")


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


def only_as_written(parsed: ParsedQuery, dictionary: Dictionary) -> bool:
    """Return whether an article has to hold English words that cannot be put into Arabic."""
    return any(
        clause.occur is Occur.MUST and _LATIN.search(atom.text) is not None and not _arabic(atom, dictionary)
        for clause, atom in _in_english(parsed)
    )


def _written(parsed: ParsedQuery, dictionary: Dictionary) -> Iterator[str]:
    for occur, atom, written, quoted in _translated(parsed, dictionary):
        yield f"{_ISOLATE}{_sign(occur, atom, quoted=quoted)}{written}{_END}"


def _translated(parsed: ParsedQuery, dictionary: Dictionary) -> Iterator[tuple[Occur, Atom, str, bool]]:
    """Yield each condition in English: what it is, its Arabic as it is written in a query, whether that is quoted."""
    for clause, atom in _in_english(parsed):
        if arabic := _arabic(atom, dictionary):
            quoted = atom.phrase or " " in arabic
            yield clause.occur, atom, f'"{arabic}"' if quoted else arabic, quoted


def _in_english(parsed: ParsedQuery) -> Iterator[tuple[Clause, Atom]]:
    """Yield the conditions that are one word or phrase of plain letters and digits."""
    for clause in parsed.clauses:
        if clause.occur is not Occur.SHOULD and isinstance(clause.node, Atom) and clause.node.text.isascii():
            yield clause, clause.node


def _arabic(atom: Atom, dictionary: Dictionary) -> str:
    return next(iter(dictionary.written(atom.text)), "") or dictionary.full_name(atom.text)


def _sign(occur: Occur, atom: Atom, *, quoted: bool) -> str:
    """Return what makes a word the condition that it is: a phrase and a field are one by themselves."""
    field = "" if atom.field is Field.ANY else f"{atom.field.value}:"
    if occur is Occur.MUST_NOT:
        return f"-{field}"
    return field or ("" if quoted else "+")
