"""The query language: what a person types becomes clauses, filters and the text that is encoded.

    parse('Libya ceasefire -oil "وقف إطلاق النار" source:BBC from:2018-02')

The grammar is in `query.lark`; docs/query-language.md is for users. Text that was never meant as a query
language (headlines, questions, addresses) must pass without an error, so only what is plainly an operator
is one:

- A field is a known name, a colon and a value without a space between them. A name and a colon with nothing behind
  them want a value; with a space and a word behind them they are words, and `gaps` says where.
- Any other `name:value` is two words (10:30, http://…, "WWE:Raw"), unless it must be a slip: the name is
  nearly a field's (`sorce:BBC`), or its value is quoted. That is an error which names the field.
- A dash with spaces on both sides, and a bracket without a partner, are punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from lark import Lark, Token, Tree, UnexpectedInput
from lark.lark import PostLex

from indexer.engines.base import Field, Filters
from indexer.errors import InvalidQuery
from indexer.search.filters import FilterBuilder, language_value
from indexer.search.request import MAX_QUERY_LENGTH, MAX_QUERY_WORDS
from indexer.wording import Text, say

MAX_DEPTH = 5  # brackets in brackets

#: What may be written before the colon -> its one name.
FIELDS = {
    "source": "source", "section": "section", "author": "author", "language": "language", "lang": "language",
    "title": "title", "intitle": "title", "body": "body",
    "date": "date", "published": "date", "from": "from", "after": "from", "since": "from",
    "to": "to", "before": "to", "until": "to",
}  # fmt: skip
_TEXT_FIELDS = {"title": Field.TITLE, "body": Field.BODY}
#: The one name -> a value that it may have, for who has given none.
_EXAMPLES = {
    "source": "BBC", "section": "sport", "author": "Reuters", "language": "ar", "title": "oil", "body": "oil",
    "date": "2018-02", "from": "2018-02", "to": "2018-02",
}  # fmt: skip

_QUOTES = '"“”„«»'
#: They end a value, and are no part of it.
_STOPS = ",،;؛"
_SURROGATES = re.compile("[\ud800-\udfff]")
# Some may stand inside a word: these are taken out behind one alone.
_DIRECTIONS = re.compile(
    "[\u202a-\u202e\u2066-\u2069]|[\u200e\u200f\u061c]+(?=[\\s)\u202a-\u202e\u2066-\u2069]|$)"
)
_UNKNOWN_FIELD = re.compile(r"([A-Za-z]{4,12}):(?=\w)")
_COLON_AND_SPACE = re.compile(r"[A-Za-z]:\s")


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


def parse(text: str) -> ParsedQuery:
    """Return the parts of a query. Raises `InvalidQuery` with the column (from 0) and a sentence."""
    _check_size(text)
    text = _plain(text)
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise _unreadable(error, text) from None
    reader = _Reader()
    clauses = tuple(reader.sequence(_subtree(tree)))
    free_text = " ".join(
        atom.text for clause in clauses if clause.occur is not Occur.MUST_NOT for atom in atoms(clause.node)
    )
    return ParsedQuery(text, free_text, clauses, reader.filters.build())


def with_value(text: str, facet: str, written: str, value: str) -> str:
    """Return a query with another value of a facet where this one is written: `source:BBC` for `source:bcc`."""
    pairs = list(pairwise(_parser().lex(_plain(text))))
    for name, token in reversed(pairs):  # from the end, so that the places before it stay right
        if name.type == "FIELD" and FIELDS[name[:-1].lower()] == facet and _stored(facet, token) == written:
            # A quotation mark within a value could not be written.
            plain = re.fullmatch(r"\w[\w.-]*", value) and value != "OR"
            quoted = value if plain else '"' + value.replace('"', " ") + '"'
            text = f"{text[: token.start_pos]}{quoted}{text[token.end_pos :]}"
    return text


def without_filters(text: str) -> str:
    """Return a query without what filters in it: `oil` of `oil source:BBC from:2018`. Conditions on words stay."""
    tokens = list(_parser().lex(_plain(text)))
    gone: list[Token] = []
    for place, token in enumerate(tokens):
        if token.type == "FIELD" and FIELDS[token[:-1].lower()] not in _TEXT_FIELDS:
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
    text = _plain(text)
    if not _COLON_AND_SPACE.search(text):
        return []
    tokens = list(_parser().lex(text))
    return [
        Gap(str(name), value.rstrip(_STOPS), name.end_pos or 0, value.start_pos or 0)
        for before, name, value in zip([None, *tokens], tokens, tokens[1:], strict=False)
        if _is_bare_field(name, before)
        and value.type in ("WORD", "PHRASE")
        and _speaks(value)
        and not _is_bare_field(value, None)
        and text[name.end_pos : value.start_pos].isspace()
    ]


def without_gaps(text: str, closed: Iterable[Gap]) -> str:
    """Return a query in which values stand directly behind the colons of their fields."""
    # From the end, so that the places before it stay right.
    for gap in sorted(closed, key=lambda gap: gap.start, reverse=True):
        text = f"{text[: gap.start]}{text[gap.end :]}"
    return text


def _plain(text: str) -> str:
    """Return a text of the same length that the encoder's tokeniser takes, whose signs stand where words begin.

    Lone surrogates are no text. What was copied from a page may have marks around it that keep its direction: they are
    no letters, and hide no sign behind them.
    """
    return _DIRECTIONS.sub(" ", _SURROGATES.sub("\ufffd", text))


def atoms(node: Node) -> Iterator[Atom]:
    """Yield the words and phrases of a node in order."""
    match node:
        case Atom():
            yield node
        case Either(options=parts) | Every(parts=parts):
            for part in parts:
                yield from atoms(part)


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


# --- from characters to a tree ------------------------------------------------------------------


class _Tidy(PostLex):
    """Takes out the tokens that mean nothing, and refuses operators that have nothing to work on."""

    always_accept = ("DASH",)  # the grammar does not know it, and the lexer would drop it

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        # Held as a list: a query is short, and a bracket's partner may be its last token.
        tokens = list(stream)
        _check_ends(tokens)
        _check_bare_fields(tokens)
        tokens = _without_noise(tokens)
        for index, token in enumerate(tokens):
            _check_neighbours(token, tokens[index - 1] if index else None, tokens[index + 1 : index + 2])
        return iter(tokens)


_OPENS = frozenset({"WORD", "PHRASE", "FIELD", "SIGN", "LPAR"})  # what an operand starts with
_CLOSES = frozenset({"WORD", "PHRASE", "RPAR"})


def _check_ends(tokens: list[Token]) -> None:
    for token in tokens[:1] + tokens[-1:]:
        if token.type == "DASH" and len(token) == 1:
            raise _stands_alone(token)


def _check_bare_fields(tokens: list[Token]) -> None:
    """Refuse a field's name and colon where nothing follows that could be meant as its value."""
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        if _is_bare_field(token, before) and (after is None or after.type in ("RPAR", "OR")):
            raise _error(
                token,
                say("%(field)s needs a value directly after it", field=str(token)),
                say(
                    "Write it as in %(example)s, or leave the colon away, if you mean the word.",
                    example=f"{token}{_EXAMPLES[FIELDS[token[:-1].lower()]]}",
                ),
            )


def _is_bare_field(token: Token, before: Token | None) -> bool:
    """Whether this is the name of a field and its colon, without a value, and no value itself (`title:source:`)."""
    is_name = token.type == "WORD" and token.endswith(":") and token[:-1].lower() in FIELDS
    return is_name and (before is None or before.type != "FIELD")


def _without_noise(tokens: list[Token]) -> list[Token]:
    partners = _bracket_pairs(tokens)
    kept: list[Token] = []
    depth = 0
    for index, token in enumerate(tokens):
        after_field = bool(kept) and kept[-1].type == "FIELD"
        match token.type:
            case "DASH":
                continue
            case "LPAR" | "RPAR" if index not in partners:
                continue
            case "LPAR" | "RPAR":
                depth += 1 if token.type == "LPAR" else -1
                if depth > MAX_DEPTH:
                    raise _error(token, say("more than %(most)s brackets are open", most=MAX_DEPTH))
            case "WORD" if not after_field and not _speaks(token):
                continue
        kept.append(token)
    return kept


def _bracket_pairs(tokens: list[Token]) -> set[int]:
    pairs: set[int] = set()
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.type == "LPAR":
            opened.append(index)
        elif token.type == "RPAR" and opened:
            pairs |= {opened.pop(), index}
    return pairs


def _check_neighbours(token: Token, before: Token | None, after: list[Token]) -> None:
    follows = after[0].type if after else ""
    match token.type:
        case "OR":
            if before is None or before.type not in _CLOSES or follows not in _OPENS:
                raise _error(
                    token,
                    say("OR needs a word on both sides"),
                    say('Write "or" in small letters, if you mean the word.'),
                )
        case "SIGN":
            if follows not in _OPENS - {"SIGN"}:
                raise _stands_alone(token)
        case "FIELD":
            if follows not in ("WORD", "PHRASE"):
                raise _error(
                    token,
                    say("%(field)s needs a value directly after it", field=str(token)),
                    say("Several values are joined with OR: %(field)sone OR %(field)stwo.", field=str(token)),
                )
        case "PHRASE" if not _speaks(token):
            raise _error(token, say("the quoted phrase is empty"))
        case "WORD":
            if before is None or before.type != "FIELD":
                _check_unknown_field(token, after)


def _check_unknown_field(token: Token, after: list[Token]) -> None:
    """Refuse what must be the slip of a person who meant a field; see the module's docstring."""
    known = tuple(f"{name}:" for name in dict.fromkeys(FIELDS.values()))
    quoted = re.fullmatch(r"([A-Za-z]{2,12}):", token)
    if quoted and after and after[0].type == "PHRASE" and after[0].start_pos == token.end_pos:
        raise _error(
            token,
            say("there is no field %(name)s", name=repr(quoted[1])),
            say("The fields are %(names)s.", names=known),
        )
    found = _UNKNOWN_FIELD.match(token)
    near = get_close_matches(found[1].lower(), FIELDS, n=1, cutoff=0.81) if found else []
    if found and near:
        raise _error(
            token,
            say("there is no field %(name)s", name=repr(found[1])),
            say("Did you mean %(name)s:? The fields are %(names)s.", name=near[0], names=known),
        )


def _speaks(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _error(token: Token, what: Text, remedy: str = "") -> InvalidQuery:
    column = token.start_pos or 0
    message = say("At character %(place)s of the query, %(what)s.", place=column + 1, what=what)
    return InvalidQuery(message, column=column, remedy=remedy)


def _stands_alone(sign: Token) -> InvalidQuery:
    return _error(
        sign,
        say("%(sign)s stands alone", sign=repr(str(sign))),
        say("Write it directly before a word to leave that word out, or leave it away.")
        if sign == "-"
        else say("Write it directly before a word to demand that word, or leave it away."),
    )


@lru_cache(maxsize=1)
def _parser() -> Lark:
    """Return the parser; building it takes some 20 ms, so that it is built at first use."""
    return Lark.open("query.lark", rel_to=__file__, parser="lalr", lexer="basic", postlex=_Tidy())


def _unreadable(error: UnexpectedInput, text: str) -> InvalidQuery:
    """Return what is wrong where no token begins: a quotation mark without a partner."""
    column = min(error.pos_in_stream or 0, len(text) - 1)
    return InvalidQuery(
        say(
            "The quotation mark %(mark)s at character %(place)s of the query has no partner.",
            mark=text[column],
            place=column + 1,
        ),
        column=column,
        remedy=say("Close the phrase, or leave the mark away."),
    )


# --- from the tree to clauses -------------------------------------------------------------------


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
                raise _error(
                    sign, say("'-' stands beside an OR"), say("Leave words out with a '-' of their own.")
                )
            parts.append((sign, part))
        values = [part for _, part in parts if isinstance(part, _Value)]
        if values:
            if len(values) < len(parts) or len({value.name for value in values}) > 1:
                raise _error(
                    values[0].token,
                    say("OR joins a filter with something else"),
                    say("OR can join words, or values of one field: source:BBC OR source:CNN."),
                )
            for value in values:
                self._filter(value, None, joined=True)
            return
        nodes = [_node(part, sign) for sign, part in parts if not isinstance(part, _Value)]
        hard = any(sign == "+" for sign, _ in parts) or any(map(_is_hard, nodes))
        yield Clause(Occur.MUST if hard else Occur.SHOULD, Either(tuple(nodes)))

    def _single(self, sign: Token | None, part: _Part) -> Iterator[Clause]:
        if isinstance(part, _Value):
            self._filter(part, sign)
        elif isinstance(part, list) and sign is None:
            yield from part  # brackets that group nothing: NATO (North Atlantic Treaty Organization)
        else:
            node = _node(part, sign)
            if sign is None:
                yield Clause(Occur.MUST if _is_hard(node) else Occur.SHOULD, node)
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
        name = FIELDS[name_token[:-1].lower()]
        if name in _TEXT_FIELDS:
            atom = _atom(value, _TEXT_FIELDS[name])
            if not _speaks(atom.text):
                raise _error(value, say("%(field)s needs a word after it", field=str(name_token)))
            return atom
        text = _value_of(value)
        if not text:
            raise _error(value, say("%(field)s needs a value after it", field=str(name_token)))
        return _Value(name_token, name, text)

    def _filter(self, value: _Value, sign: Token | None, *, joined: bool = False) -> None:
        column = value.token.start_pos or 0
        if value.name in ("date", "from", "to"):
            if sign == "-" or joined:
                what = say("dates cannot be left out") if sign else say("dates cannot be joined with OR")
                raise _error(value.token, what, say("Use from: and to: for a period."))
            self.filters.add_date(value.name, value.value, column)
        else:
            self.filters.add_value(value.name, value.value, column, exclude=sign == "-")


def _stored(facet: str, token: Token) -> str:
    """Return the value of a field as the filters have it: of a language, its code."""
    value = _value_of(token)
    return language_value(value) if facet == "language" else value


def _value_of(token: Token) -> str:
    """Return the value of a field as it is written."""
    return (token[1:-1] if token.type == "PHRASE" else token.rstrip(_STOPS)).strip()


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


def _is_hard(node: Node) -> bool:
    """Whether a node holds a phrase or a field: what is written so is meant so."""
    return any(atom.phrase or atom.field is not Field.ANY for atom in atoms(node))
