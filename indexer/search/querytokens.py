"""From the characters of a query to tokens that mean something, and the parser of `query.lark`.

What may stand between operators is any text at all. Tokens that mean nothing are taken out between lexer and
parser, and operators that have nothing to work on are refused there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache

from lark import Lark, Token, Tree, UnexpectedInput
from lark.lark import PostLex

from indexer.engines.base import Field
from indexer.errors import InvalidQuery
from indexer.wording import Text, say

MAX_DEPTH = 5  # brackets in brackets

#: What may be written before the colon -> its one name.
FIELDS = {
    "source": "source", "section": "section", "author": "author", "language": "language", "lang": "language",
    "title": "title", "intitle": "title", "body": "body",
    "date": "date", "published": "date", "from": "from", "after": "from", "since": "from",
    "to": "to", "before": "to", "until": "to",
}  # fmt: skip
TEXT_FIELDS = {"title": Field.TITLE, "body": Field.BODY}
#: The one name -> a value that it may have, for who has given none.
_EXAMPLES = {
    "source": "BBC", "section": "sport", "author": "Reuters", "language": "ar", "title": "oil", "body": "oil",
    "date": "2018-02", "from": "2018-02", "to": "2018-02",
}  # fmt: skip

#: They end a value, and are no part of it.
STOPS = ",،;؛"
_SURROGATES = re.compile("[\ud800-\udfff]")
# Some may stand inside a word: these are taken out behind one alone.
_DIRECTIONS = re.compile(
    "[\u202a-\u202e\u2066-\u2069]|[\u200e\u200f\u061c\ufeff]+(?=[\\s)\u202a-\u202e\u2066-\u2069]|$)"
)
_OPENS = frozenset({"WORD", "PHRASE", "FIELD", "SIGN", "LPAR"})  # what an operand starts with
_CLOSES = frozenset({"WORD", "PHRASE", "RPAR"})
_UNKNOWN_FIELD = re.compile(r"([A-Za-z]{4,12}):(?=\w)")


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a plain text, without those that mean nothing. Raises `InvalidQuery`."""
    try:
        return list(_parser().lex(text))
    except UnexpectedInput as error:
        raise _unreadable(error, text) from None


def tree_of(text: str) -> Tree[Token]:
    """Return the tree of a plain text: a `start` with the `sequence` of its clauses. Raises `InvalidQuery`."""
    try:
        return _parser().parse(text)
    except UnexpectedInput as error:
        raise _unreadable(error, text) from None


def plain(text: str) -> str:
    """Return a text of the same length that the encoder's tokeniser takes, whose signs stand where words begin.

    Lone surrogates are no text. What was copied from a page may have marks around it that keep its direction: they are
    no letters, and hide no sign behind them.
    """
    return _DIRECTIONS.sub(lambda marks: " " * len(marks[0]), _SURROGATES.sub("\ufffd", text))


def field_of(token: Token) -> str:
    """Return the one name of the field that a name with its colon stands for: `from` of `Since:`."""
    return FIELDS[token[:-1].lower()]


def value_of(token: Token) -> str:
    """Return the value of a field as it is written."""
    return (token[1:-1] if token.type == "PHRASE" else token.rstrip(STOPS)).strip()


def is_bare_field(token: Token, before: Token | None) -> bool:
    """Whether this is the name of a field and its colon, without a value, and no value itself (`title:source:`)."""
    is_name = token.type == "WORD" and token.endswith(":") and token[:-1].lower() in FIELDS
    return is_name and (before is None or before.type != "FIELD")


def wants_value(before: Token | None, token: Token, after: Token | None) -> bool:
    """Whether this is a field's name and colon where nothing follows that could be meant as its value."""
    return is_bare_field(token, before) and (after is None or after.type in ("RPAR", "OR"))


def speaks(text: str) -> bool:
    """Whether a text has a letter or digit, and so something to look up."""
    return any(character.isalnum() for character in text)


def refusal(token: Token, what: Text, remedy: str = "") -> InvalidQuery:
    """Return the error of a query in which something is wrong where a token begins."""
    column = token.start_pos or 0
    message = say("At character %(place)s of the query, %(what)s.", place=column + 1, what=what)
    return InvalidQuery(message, column=column, remedy=remedy)


# --- from characters to tokens


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
                    raise refusal(token, say("more than %(most)s brackets are open", most=MAX_DEPTH))
            case "WORD" if not after_field and not speaks(token):
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


# --- what is refused


def _check_ends(tokens: list[Token]) -> None:
    for token in tokens[:1] + tokens[-1:]:
        if token.type == "DASH" and len(token) == 1:
            raise _stands_alone(token)


def _check_bare_fields(tokens: list[Token]) -> None:
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        if wants_value(before, token, after):
            raise refusal(
                token,
                say("%(field)s needs a value directly after it", field=str(token)),
                say(
                    "Write it as in %(example)s, or leave the colon away, if you mean the word.",
                    example=f"{token}{_EXAMPLES[field_of(token)]}",
                ),
            )


def _check_neighbours(token: Token, before: Token | None, after: list[Token]) -> None:
    follows = after[0].type if after else ""
    match token.type:
        case "OR":
            if before is None or before.type not in _CLOSES or follows not in _OPENS:
                raise refusal(
                    token,
                    say("OR needs a word on both sides"),
                    say('Write "or" in small letters, if you mean the word.'),
                )
        case "SIGN":
            if follows not in _OPENS - {"SIGN"}:
                raise _stands_alone(token)
        case "FIELD":
            if follows not in ("WORD", "PHRASE"):
                raise refusal(
                    token,
                    say("%(field)s needs a value directly after it", field=str(token)),
                    say("Several values are joined with OR: %(field)sone OR %(field)stwo.", field=str(token)),
                )
        case "PHRASE" if not speaks(token):
            raise refusal(token, say("the quoted phrase is empty"))
        case "WORD":
            if before is None or before.type != "FIELD":
                _check_unknown_field(token, after)


def _check_unknown_field(token: Token, after: list[Token]) -> None:
    """Refuse what must be the slip of a person who meant a field; see the docstring of `indexer.search.query`."""
    known = tuple(f"{name}:" for name in dict.fromkeys(FIELDS.values()))
    quoted = re.fullmatch(r"([A-Za-z]{2,12}):", token)
    if quoted and after and after[0].type == "PHRASE" and after[0].start_pos == token.end_pos:
        raise refusal(
            token,
            say("there is no field %(name)s", name=repr(quoted[1])),
            say("The fields are %(names)s.", names=known),
        )
    found = _UNKNOWN_FIELD.match(token)
    near = get_close_matches(found[1].lower(), FIELDS, n=1, cutoff=0.81) if found else []
    if found and near:
        raise refusal(
            token,
            say("there is no field %(name)s", name=repr(found[1])),
            say("Did you mean %(name)s:? The fields are %(names)s.", name=near[0], names=known),
        )


def _stands_alone(sign: Token) -> InvalidQuery:
    return refusal(
        sign,
        say("%(sign)s stands alone", sign=repr(str(sign))),
        say("Write it directly before a word to leave that word out, or leave it away.")
        if sign == "-"
        else say("Write it directly before a word to demand that word, or leave it away."),
    )
