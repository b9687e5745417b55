"""What a query says, as a tree: clauses of words, phrases, alternatives and groups, with filters beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from indexer.engines.base import Field, Filters


class Occur(StrEnum):
    SHOULD = "should"
    MUST = "must"
    MUST_NOT = "must_not"


@dataclass(frozen=True, slots=True)
class Atom:
    """A word as it was written (it may analyse into several tokens), or a quoted phrase without its quotes.

    `start` and `end` are offsets into the query.
    """

    text: str
    start: int
    end: int
    phrase: bool = False
    field: Field = Field.ANY


@dataclass(frozen=True, slots=True)
class Either:
    """Alternatives: `a OR b`."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """What stands together in brackets beside an OR or an operator: `(a b) OR c`."""

    parts: tuple[Node, ...]


Node = Atom | Either | Every


@dataclass(frozen=True, slots=True)
class Clause:
    occur: Occur
    node: Node


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query in parts. `free_text` holds the positive words and phrases, as written, for the encoder."""

    text: str
    free_text: str = ""
    clauses: tuple[Clause, ...] = ()
    filters: Filters = field(default_factory=Filters)

    @property
    def is_hard(self) -> bool:
        """Whether some articles are ruled out by words (quotes, +, -, title:, body:)."""
        return any(clause.occur is not Occur.SHOULD for clause in self.clauses)


def atoms(node: Node) -> Iterator[Atom]:
    """Yield the words and phrases of a node in order."""
    match node:
        case Atom():
            yield node
        case Either(options=parts) | Every(parts=parts):
            for part in parts:
                yield from atoms(part)


def is_hard(node: Node) -> bool:
    """Whether a node holds a phrase or a field: what is written so is meant so."""
    return any(atom.phrase or atom.field is not Field.ANY for atom in atoms(node))
