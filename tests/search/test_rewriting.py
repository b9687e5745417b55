"""Queries made of queries: another value, no filters, fields that a space made words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.engines.base import Filters
from indexer.errors import InvalidQuery
from indexer.search.query import parse
from indexer.search.querytokens import plain, tokens_of
from indexer.search.querytree import Atom, Either, Every, Node, ParsedQuery
from indexer.search.rewriting import gaps, with_value, without_filters, without_gaps
from indexer.text import analyse

#: What queries are made of here: words, operators, filters, and what may stand beside them.
_PIECES = st.sampled_from(
    [*"+-()\"«»,:/ '", "oil", "ليبيا", "ה", 'צה"ל', "x:y", "OR", " OR ", "--", "+-", "\u200f", "\u202b", "\ufeff",
     "\n", "\ud800", "source:", "source: BBC", "source: /x", "from: 2018", "title: ", "title:", "title:oil", "body:x",
     '"a b"', "”a b”", "»a b«", "(a OR b)", "-(a", "source:BBC", 'source:"BBC"', "-source:CNN", "+source:BBC",
     "source:BBC OR source:CNN", 'author:"A B"', "section:»a b«", "language:ar", "date:2018", "from:2018-02",
     "to:2019", "date:none", "(from:2018)", "(source:BBC gas)"]
)  # fmt: skip
#: How a query is refused whose words and signs can be read, and not its fields.
_OF_VALUES = (
    "OR joins a filter|joined with OR|cannot be left out|leave no day|No article is undated|holds no words"
    "|is not a date|is not a language"
)


def is_readable(text: str) -> bool:
    try:
        parse(text)
    except InvalidQuery:
        return False
    return True


_QUERIES = (
    st.lists(st.tuples(_PIECES, st.sampled_from(["", " "])), min_size=1, max_size=9)
    .map(lambda pieces: "".join(piece + space for piece, space in pieces))
    .filter(is_readable)
)


def said(parsed: ParsedQuery) -> list[tuple[object, ...]]:
    """Return what a query says of words, however it is written: its conditions with the tokens of their words."""
    return [(clause.occur, *_said(clause.node)) for clause in parsed.clauses]


def _said(node: Node) -> tuple[object, ...]:
    match node:
        case Either(options=parts):
            return ("any", *map(_said, parts))
        case Every(parts=parts):
            return ("all", *map(_said, parts))
        case Atom():
            return (node.field, node.phrase, *(token.exact for token in analyse(node.text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("oil source:bcc", 'oil source:"BBC Arabic"'),
        ('-source:"bcc" bcc SOURCE:bcc, x', '-source:"BBC Arabic" bcc SOURCE:"BBC Arabic" x'),
        ("section:bcc source:bbc", "section:bcc source:bbc"),
        ("\u2066source:bcc\u2069", '\u2066source:"BBC Arabic"\u2069'),
        ("(gas OR oil) source:bbc OR source:bcc", '(gas OR oil) source:bbc OR source:"BBC Arabic"'),
    ],
)
def test_a_value_is_written_in_place_of_another(text: str, expected: str) -> None:
    assert with_value(text, "source", "bcc", "BBC Arabic") == expected
    assert with_value("(source:bcc)", "source", "bcc", "rt.com") == "(source:rt.com)"


def test_a_value_that_touches_a_word_keeps_its_quotation_marks() -> None:
    assert with_value('source:"bcc"oil', "source", "bcc", "BBC") == 'source:"BBC"oil'


@pytest.mark.parametrize("value", ["OR", "-bbc", "(x)", "a:b", "BBC Arabic", "rt.com", ".x", "a,"])
def test_any_value_is_written_so_that_it_is_read(value: str) -> None:
    assert parse(with_value("source:bcc", "source", "bcc", value)).filters.include["source"] == {value}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(_QUERIES, st.sampled_from(["CNN", "Sky News", "ה"]))
def test_another_value_changes_nothing_else(text: str, value: str) -> None:
    asked = parse(text)
    for facet, values in asked.filters.include.items():
        for written in values if facet != "language" else ():
            changed = parse(with_value(text, facet, written, value))
            assert changed.filters.include[facet] == values - {written} | {value}
            assert said(changed) == said(asked)


def test_a_language_that_is_written_by_its_name_is_replaced() -> None:
    assert with_value("x lang:Swahili", "language", "sw", "ar") == "x lang:ar"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('oil -source:"BBC Arabic" from:2018 "world cup"', 'oil "world cup"'),
        ("source:bbc OR source:cnn, gas OR oil", "gas OR oil"),
        ("(source:bbc OR source:cnn) title:gas", "title:gas"),
        ("zzyzx - source:BBC from:2031", "zzyzx"),
        ("source:bbc - oil -- from:2018", "oil"),
        ("oil - source:bbc -gas", "oil -gas"),
        ("-gas \u200fsource:bbc", "-gas"),
        ("oil source: from:2031", "oil source"),
        ('"crude oil"- from:2031', '"crude oil"'),
        ("(oil source: from:2031) OR gas", "(oil source) OR gas"),
        ("source: , OR gas from:2031", "source OR gas"),
        ("title:source: from:2031", "title:source:"),
        ("f(x)-source:bbc ((from:2031) oil ) gas", "f(x) (oil) gas"),
        ("title:\u200f/x from:2031", "title:\u200f/x"),
        ("a1 OR\u200f(from:2031)", "a1 or"),
        ("source:bbc", ""),
        ("oil", "oil"),
    ],
)
def test_what_filters_is_taken_out_of_a_query(text: str, expected: str) -> None:
    parse(text)
    assert without_filters(text).rstrip("\u200f") == expected
    left = parse(without_filters(text))
    assert left.filters == Filters()
    assert said(left) == said(parse(text))


@settings(max_examples=500, deadline=None, derandomize=True)
@given(_QUERIES)
def test_a_query_without_its_filters_says_the_same_of_words(text: str) -> None:
    left = parse(without_filters(text))
    assert left.filters == Filters()
    assert said(left) == said(parse(text))
    assert len(left.text) <= len(text)


@pytest.mark.parametrize(
    ("text", "found", "closed"),
    [
        ("source: BBC", ["source:BBC"], "source:BBC"),
        ("oil -Source: \t BBC, lang: ar", ["Source:BBC", "lang:ar"], "oil -Source:BBC, lang:ar"),
        ('title: "cease fire"', ['title:"cease fire"'], 'title:"cease fire"'),
        ("(source: BBC)", ["source:BBC"], "(source:BBC)"),
        ("source:BBC at 10: 30 WWE: Raw", [], None),
        ("source: (BBC)", [], None),
        ("source: - BBC", [], None),
        ("title:source: BBC", [], None),
        ("source: ? and then", [], None),
        ("source: /x", [], None),
        ("title: :x", [], None),
        ("\u200f\u200f source: BBC", ["source:BBC"], "\u200f\u200f source:BBC"),
        ("source: from: 2018", ["from:2018"], "source: from:2018"),
    ],
)
def test_where_a_space_parts_a_field_from_its_value(text: str, found: list[str], closed: str | None) -> None:
    assert [gap.closed for gap in gaps(text)] == found
    if closed is not None:
        assert without_gaps(text, gaps(text)) == closed


@settings(max_examples=500, deadline=None, derandomize=True)
@given(_QUERIES)
def test_a_closed_gap_makes_a_field_of_a_name_and_changes_nothing_else(text: str) -> None:
    before, found = tokens_of(plain(text)), gaps(text)
    for closed in (found, *([gap] for gap in found)):
        ends = {gap.start for gap in closed}
        expected = [("FIELD" if token.end_pos in ends else token.type, str(token)) for token in before]
        left = plain(without_gaps(text, closed))
        assert [(token.type, str(token)) for token in tokens_of(left)] == expected
        if not is_readable(left):  # nothing but what the values say, or where they stand
            with pytest.raises(InvalidQuery, match=_OF_VALUES):
                parse(left)
