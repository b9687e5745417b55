"""Conditions in another language: `-consulate` leaves out what holds the English word, and no Arabic article."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.engines.base import Field
from indexer.search.dictionary import Dictionary
from indexer.search.querytree import Atom, Clause, Occur, ParsedQuery, atoms
from indexer.text import analyse
from indexer.text.transliteration import skeleton

#: In a sentence several stand side by side, and each has its sign where it begins.
_ISOLATE, _END = "\u2068", "\u2069"
#: So many are told, of each so many spellings.
_MOST = _SPELLINGS = 3
_LATIN = re.compile("[A-Za-z]")


def conditions_in_arabic(parsed: ParsedQuery, dictionary: Dictionary) -> tuple[str, ...]:
    """Return the conditions of a query that are written in English as they would be written in Arabic."""
    found = dict.fromkeys(_written(parsed, dictionary))
    return tuple(found)[:_MOST]


def query_in_arabic(parsed: ParsedQuery, dictionary: Dictionary) -> str:
    """Return a query with the same conditions put into Arabic, its other words as they are; "" where none can be."""
    text, found = parsed.text, _translated(parsed, dictionary)
    for _, atom, written in reversed(list(found)):  # from the end, so that the places before it stay right
        text = f"{text[: atom.start]}{written}{text[atom.end :]}"
    return "" if text == parsed.text else text


def only_as_written(parsed: ParsedQuery, dictionary: Dictionary) -> bool:
    """Return whether an article has to hold English words that cannot be put into Arabic."""
    return any(
        all(atom.text.isascii() and _LATIN.search(atom.text) for atom in atoms(clause.node))
        and not any(_arabic(atom, dictionary) for atom in atoms(clause.node))
        for clause in parsed.clauses
        if clause.occur is Occur.MUST
    )


def _written(parsed: ParsedQuery, dictionary: Dictionary) -> Iterator[str]:
    for clause, atom, written in _translated(parsed, dictionary):
        yield f"{_ISOLATE}{_sign(clause, atom, written)}{written}{_END}"


def _translated(parsed: ParsedQuery, dictionary: Dictionary) -> Iterator[tuple[Clause, Atom, str]]:
    """Yield each English word of a condition, by its place, with its Arabic as it is written in a query."""
    for clause in parsed.clauses:
        for atom in atoms(clause.node) if clause.occur is not Occur.SHOULD else ():
            if atom.text.isascii() and (arabic := _arabic(atom, dictionary)):
                written = [f'"{one}"' if atom.phrase or " " in one else one for one in arabic]
                yield clause, atom, f"({' OR '.join(written)})" if len(written) > 1 else written[0]


def _arabic(atom: Atom, dictionary: Dictionary) -> tuple[str, ...]:
    """Return what a word or phrase is in Arabic, in its spellings (ترامب and ترمب of Trump): no other meanings of it.

    A field has one: it stands before a single word.
    """
    first, *others = dictionary.written(atom.text) or (dictionary.full_name(atom.text),)
    if not first:
        return ()
    unlike: dict[tuple[str, ...], str] = {}
    for arabic in (first, *others):
        if skeleton(arabic) == skeleton(first):
            tokens = analyse(arabic, "ar")
            as_written = atom.phrase or len(tokens) > 1  # other words are found by their stems
            forms = tuple(token.exact if as_written else token.stem for token in tokens)
            unlike.setdefault(forms, arabic)
    return tuple(unlike.values())[: _SPELLINGS if atom.field is Field.ANY else 1]


def _sign(clause: Clause, atom: Atom, written: str) -> str:
    """Return what makes a word the condition that it is: a phrase and a field are one by themselves."""
    field = "" if atom.field is Field.ANY else f"{atom.field.value}:"
    if clause.node is not atom:  # its brackets have the sign
        return field
    if clause.occur is Occur.MUST_NOT:
        return f"-{field}"
    return field or ("" if written.startswith(('"', '("')) else "+")
