"""The query language: what a person types becomes clauses, filters and the text that is encoded.

    parse('Libya ceasefire -oil "وقف إطلاق النار" source:BBC from:2018-02')

The grammar is in `query.lark`, `querytokens` makes the tokens for it, and `querytree` has the model of what a query
says; docs/query-language.md is for users. Text that was never meant as a query language (headlines, questions,
addresses) must pass without an error, so only what is plainly an operator is one:

- A field is a known name, a colon and a value without a space between them. A name and a colon with nothing behind
  them want a value; with a space and a word behind them they are words, and `rewriting.gaps` says where.
- Any other `name:value` is two words (10:30, http://…, "WWE:Raw"), unless it must be a slip: the name is
  nearly a field's (`sorce:BBC`), or its value is quoted. That is an error which names the field.
- A dash with spaces on both sides, and a bracket without a partner, are punctuation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lark import Token, Tree

from indexer.engines.base import Field
from indexer.errors import InvalidQuery
from indexer.search.filters import FilterBuilder
from indexer.search.querytokens import TEXT_FIELDS, field_of, plain, refusal, speaks, tree_of, value_of
from indexer.search.querytree import Atom, Clause, Either, Every, Node, Occur, ParsedQuery, atoms, is_hard
from indexer.search.request import MAX_QUERY_LENGTH, MAX_QUERY_WORDS
from indexer.wording import say


def parse(text: str) -> ParsedQuery:
    """Return the parts of a query. Raises `InvalidQuery` with the column (from 0) and a sentence."""
    _check_size(text)
    text = plain(text)
    reader = _Reader()
    clauses = tuple(reader.sequence(_subtree(tree_of(text))))
    free_text = " ".join(
        atom.text for clause in clauses if clause.occur is not Occur.MUST_NOT for atom in atoms(clause.node)
    )
    return ParsedQuery(text, free_text, clauses, reader.filters.build())


def _check_size(text: str) -> None:
    if len(text) > MAX_QUERY_LENGTH:
        raise InvalidQuery(
            say(
                "The query has %(given)s characters; %(most)s are allowed.",
                given=len(text),
                most=MAX_QUERY_LENGTH,
            ),
            column=MAX_QUERY_LENGTH,
            remedy=say("Search for a few words or one sentence."),
        )
    words = text.split()
    if len(words) > MAX_QUERY_WORDS:
        too_many = text.split(maxsplit=MAX_QUERY_WORDS)[-1]
        raise InvalidQuery(
            say(
                "The query has %(given)s words; %(most)s are allowed.", given=len(words), most=MAX_QUERY_WORDS
            ),
            column=len(text) - len(too_many),
            remedy=say("Search for a few words or one sentence."),
        )


@dataclass(frozen=True, slots=True)
class _Value:
    """A field that filters: where it stands and what it asks for."""

    token: Token
    name: str
    value: str


_Part = Node | _Value | list[Clause]


class _Reader:
    """Walks the tree once; filters are collected on the way."""

    def __init__(self) -> None:
        self.filters = FilterBuilder()

    def sequence(self, tree: Tree[Token]) -> Iterator[Clause]:
        for clause in tree.children:
            yield from self._clause(_operands(clause))

    def _clause(self, operands: list[Tree[Token]]) -> Iterator[Clause]:
        if len(operands) == 1:
            sign, part = self._operand(operands[0])
            yield from self._single(sign, part)
            return
        parts: list[tuple[Token | None, _Part]] = []
        for operand in operands:
            sign, part = self._operand(operand)
            if sign == "-":
                raise refusal(
                    sign, say("'-' stands beside an OR"), say("Leave words out with a '-' of their own.")
                )
            parts.append((sign, part))
        values = [part for _, part in parts if isinstance(part, _Value)]
        if values:
            if len(values) < len(parts) or len({value.name for value in values}) > 1:
                raise refusal(
                    values[0].token,
                    say("OR joins a filter with something else"),
                    say("OR can join words, or values of one field: source:BBC OR source:CNN."),
                )
            for value in values:
                self._filter(value, None, joined=True)
            return
        nodes = [_node(part, sign) for sign, part in parts if not isinstance(part, _Value)]
        hard = any(sign == "+" for sign, _ in parts) or any(map(is_hard, nodes))
        yield Clause(Occur.MUST if hard else Occur.SHOULD, Either(tuple(nodes)))

    def _single(self, sign: Token | None, part: _Part) -> Iterator[Clause]:
        if isinstance(part, _Value):
            self._filter(part, sign)
        elif isinstance(part, list) and sign is None:
            yield from part  # brackets that group nothing: NATO (North Atlantic Treaty Organization)
        else:
            node = _node(part, sign)
            if sign is None:
                yield Clause(Occur.MUST if is_hard(node) else Occur.SHOULD, node)
            else:
                yield Clause(Occur.MUST_NOT if sign == "-" else Occur.MUST, node)

    def _operand(self, tree: Tree[Token]) -> tuple[Token | None, _Part]:
        first = tree.children[0]
        sign = first if isinstance(first, Token) else None
        body = _subtree(tree)
        match str(body.data):
            case "group":
                return sign, list(self.sequence(_subtree(body)))
            case "field":
                return sign, self._field(*_tokens(body))
            case _:
                return sign, _atom(_tokens(body)[0], Field.ANY)

    def _field(self, name_token: Token, value: Token) -> _Part:
        name = field_of(name_token)
        if name in TEXT_FIELDS:
            atom = _atom(value, TEXT_FIELDS[name])
            if not speaks(atom.text):
                raise refusal(value, say("%(field)s needs a word after it", field=str(name_token)))
            return atom
        text = value_of(value)
        if not text:
            raise refusal(value, say("%(field)s needs a value after it", field=str(name_token)))
        return _Value(name_token, name, text)

    def _filter(self, value: _Value, sign: Token | None, *, joined: bool = False) -> None:
        column = value.token.start_pos or 0
        if value.name in ("date", "from", "to"):
            if sign == "-" or joined:
                what = say("dates cannot be left out") if sign else say("dates cannot be joined with OR")
                raise refusal(value.token, what, say("Use from: and to: for a period."))
            self.filters.add_date(value.name, value.value, column)
        else:
            self.filters.add_value(value.name, value.value, column, exclude=sign == "-")


def _subtree(tree: Tree[Token]) -> Tree[Token]:
    child = tree.children[-1]
    assert isinstance(child, Tree)
    return child


def _operands(clause: Tree[Token] | Token) -> list[Tree[Token]]:
    assert isinstance(clause, Tree)
    return [child for child in clause.children if isinstance(child, Tree)]


def _tokens(tree: Tree[Token]) -> list[Token]:
    return [child for child in tree.children if isinstance(child, Token)]


def _atom(token: Token, part: Field) -> Atom:
    start, end = token.start_pos or 0, token.end_pos or 0
    if token.type == "PHRASE":
        return Atom(token[1:-1].strip(), start, end, phrase=True, field=part)
    return Atom(str(token), start, end, field=part)


def _node(part: Node | list[Clause], sign: Token | None) -> Node:
    """Return a group as one node. Raises `InvalidQuery` for what cannot stand in an operand."""
    if not isinstance(part, list):
        return part
    if not part or any(clause.occur is Occur.MUST_NOT for clause in part):
        column = sign.start_pos if sign is not None else None
        raise InvalidQuery(
            say("A group in brackets beside an operator holds a '-'.")
            if part
            else say("A group in brackets beside an operator holds no words."),
            column=column,
            remedy=say("Write the words to be left out as clauses of their own."),
        )
    return part[0].node if len(part) == 1 else Every(tuple(clause.node for clause in part))
