"""The query language: what is an operator, what is ordinary text, and what is refused where."""

from __future__ import annotations

import contextlib
import re
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.engines.base import Dating, Field, Filters
from indexer.errors import InvalidQuery
from indexer.search.query import parse
from indexer.search.querytokens import FIELDS
from indexer.search.querytree import Atom, Either, Every, Node, Occur, atoms
from indexer.search.request import MAX_QUERY_LENGTH, MAX_QUERY_WORDS


def shape(node: Node) -> object:
    """Return a node as plain lists: ("any", ...), ("all", ...), "word", '"phrase"', "title:word"."""
    match node:
        case Either(options=parts):
            return ("any", *map(shape, parts))
        case Every(parts=parts):
            return ("all", *map(shape, parts))
        case Atom():
            text = f'"{node.text}"' if node.phrase else node.text
            return text if node.field is Field.ANY else f"{node.field.value}:{text}"


def clauses(text: str) -> list[tuple[str, object]]:
    marks = {Occur.SHOULD: "", Occur.MUST: "+", Occur.MUST_NOT: "-"}
    return [(marks[clause.occur], shape(clause.node)) for clause in parse(text).clauses]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Libya ceasefire", [("", "Libya"), ("", "ceasefire")]),
        ('"cease fire" now', [("+", '"cease fire"'), ("", "now")]),
        ("+Libya -oil", [("+", "Libya"), ("-", "oil")]),
        ('-"crude oil"', [("-", '"crude oil"')]),
        ("truce OR ceasefire Libya", [("", ("any", "truce", "ceasefire")), ("", "Libya")]),
        ("a1 OR b1 OR c1", [("", ("any", "a1", "b1", "c1"))]),
        ('truce OR "cease fire"', [("+", ("any", "truce", '"cease fire"'))]),
        ("+(truce OR ceasefire)", [("+", ("any", "truce", "ceasefire"))]),
        ("-(oil OR gas)", [("-", ("any", "oil", "gas"))]),
        ("(prime minister) OR president", [("", ("any", ("all", "prime", "minister"), "president"))]),
        ("title:Libya -body:oil", [("+", "title:Libya"), ("-", "body:oil")]),
        ('title:"cease fire"', [("+", 'title:"cease fire"')]),
        ("+title:Libya", [("+", "title:Libya")]),
    ],
)
def test_operators(text: str, expected: list[tuple[str, object]]) -> None:
    assert clauses(text) == expected


@pytest.mark.parametrize(
    ("opening", "closing"),
    [('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"), ("”", "“"), ("»", "«"), ("“", '"')],
)
def test_quotation_marks_of_the_world(opening: str, closing: str) -> None:
    assert clauses(f"{opening}وقف إطلاق النار{closing} ليبيا") == [("+", '"وقف إطلاق النار"'), ("", "ليبيا")]


@pytest.mark.parametrize(
    "text",
    [
        "Who won the World Cup?",
        "don't panic, it's l'Algérie",
        "at 10:30 and 3:2",
        "https://example.org/a?b=c&d=e#f",
        "Covid-19 and F-16",
        "the U.S. and the U.N.",
        "WWE: Raw or WWE:Raw",
        "Letters from: the front",
        "Source: Reuters. Author: unknown",
        "source: BBC",
        "oil title: Libya",
        "date: ?",
        "source:: and body:/ stay",
        "Libya - what next",
        "Libya — what next – really",
        "and -- then",
        "Oil - gas",
        "-- what next --",
        "(1) oil (2) gas (3) coal (4) tin (5) iron (6) gold",
        "NATO (North Atlantic Treaty Organization)",
        "f(x) and :) and 1) first 2) second",
        "هل توقف إطلاق النار، في ليبيا؟",
        "C++ is not C",
        'צה"ל פתח',
        "100% of $5 & more",
        "AT&T's Q&A @ 5 #tag",
        "Romeo AND Juliet NOT Paris or London",
    ],
)
def test_ordinary_text_has_no_operators(text: str) -> None:
    parsed = parse(text)
    assert {clause.occur for clause in parsed.clauses} == {Occur.SHOULD}
    assert all(isinstance(clause.node, Atom) for clause in parsed.clauses)
    assert parsed.filters.is_empty


def test_free_text_keeps_positive_words_as_written() -> None:
    parsed = parse(
        'Why U.S. troops, -oil +Syria "cease fire" (a1 OR b1) title:Idlib source:BBC from:2018 today?'
    )
    assert parsed.free_text == "Why U.S. troops, Syria cease fire a1 b1 Idlib today?"


@pytest.mark.parametrize("text", ["", "   ", "?!", "()", "\u200f", "… — &"])
def test_text_without_words_asks_nothing(text: str) -> None:
    parsed = parse(text)
    assert parsed.clauses == ()
    assert parsed.free_text == ""
    assert parsed.filters.is_empty


def test_filters() -> None:
    filters = parse(
        'source:BBC source:"Sky News" -section:sport, language:Arabic lang:EN author:O\'Brien'
    ).filters
    assert filters.include == {
        "source": {"BBC", "Sky News"},
        "language": {"ar", "en"},
        "author": {"O'Brien"},
    }
    assert filters.exclude == {"section": {"sport"}}


def test_values_of_one_field_may_be_joined() -> None:
    parsed = parse("source:BBC OR source:CNN")
    assert parsed.filters.include == {"source": {"BBC", "CNN"}}
    assert parsed.clauses == ()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("date:2018", date(2018, 1, 1), date(2018, 12, 31)),
        ("date:2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("date:2018-02-18", date(2018, 2, 18), date(2018, 2, 18)),
        ("date:٢٠١٨-٠٢", date(2018, 2, 1), date(2018, 2, 28)),
        ("from:2018-02", date(2018, 2, 1), None),
        ("after:2018 before:2019-06", date(2018, 1, 1), date(2019, 6, 30)),
        ("to:2018", None, date(2018, 12, 31)),
        ("date:2018 from:2018-05", date(2018, 5, 1), date(2018, 12, 31)),
    ],
)
def test_dates(text: str, first: date | None, last: date | None) -> None:
    filters = parse(text).filters
    assert (filters.published_from, filters.published_to) == (first, last)


def test_what_may_be_wrong_with_a_date() -> None:
    assert parse("oil date:none").filters == Filters(dating=Dating.NONE)
    assert parse("oil date:Doubtful from:2018").filters == Filters(
        published_from=date(2018, 1, 1), dating=Dating.DOUBTFUL
    )
    with pytest.raises(InvalidQuery, match="No article is"):
        parse("date:none date:doubtful")
    with pytest.raises(InvalidQuery, match="not a date"):
        parse("from:none")


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ('say "cease fire', 4, "no partner"),
        ("cease fire” now", 10, "no partner"),
        ("« وقف", 0, "no partner"),
        ('""', 0, "empty"),
        ('Libya " . "', 6, "empty"),
        ("OR Libya", 0, "OR needs a word"),
        ("Libya OR", 6, "OR needs a word"),
        ("Libya OR OR oil", 6, "OR needs a word"),
        ("Libya OR ?", 6, "OR needs a word"),
        ("(Libya OR) oil", 7, "OR needs a word"),
        ("Libya (OR oil)", 7, "OR needs a word"),
        ("-", 0, "'-' stands alone"),
        ("Libya -", 6, "'-' stands alone"),
        ("+ Libya", 0, "'+' stands alone"),
        ("Libya -?", 6, "'-' stands alone"),
        ("-oil OR Libya", 0, "beside an OR"),
        ("Libya OR -oil", 9, "beside an OR"),
        ("-(Libya -oil)", 0, "holds a '-'"),
        ("Libya +()", 6, "holds no words"),
        ("Libya sorce:BBC", 6, "no field 'sorce'"),
        ("Autor:BBC", 0, "author:"),
        ('site:"BBC"', 0, "no field 'site'"),
        ("source:(BBC OR CNN)", 0, "needs a value"),
        ("title:", 0, "title: needs a value"),
        ("source:  ", 0, "source: needs a value"),
        ("oil From:", 4, "From: needs a value"),
        ("date:\u200f", 0, "date: needs a value"),
        ("oil -source:", 5, "source: needs a value"),
        ("(oil source: ) gas", 5, "source: needs a value"),
        ("author: OR title:x", 0, "author: needs a value"),
        ("source:-BBC", 0, "needs a value"),
        ('Libya source:""', 13, "empty"),
        ("source:BBC OR Libya", 0, "OR joins a filter"),
        ("source:BBC OR section:sport", 0, "OR joins a filter"),
        ("language:Klingonish", 0, "not a language"),
        ("Libya date:2018-13", 6, "not a date"),
        ("from:yesterday", 0, "not a date"),
        ("date:2018-02-30", 0, "not a date"),
        ("date:0000", 0, "not a date"),
        ("-date:2018", 1, "left out"),
        ("date:2018 OR date:2019", 0, "joined with OR"),
        ("from:2019 to:2018", 10, "leave no day"),
        ("title:&", 6, "needs a word"),
        ("((((((Libya))))))", 5, "brackets"),
    ],
)
def test_refused_with_a_column(text: str, column: int, says: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse(text)
    assert caught.value.column == column
    assert says in str(caught.value)


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_without_a_value_is_refused_with_what_to_write(name: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse(f"oil {name}:")
    assert str(caught.value).startswith(f"At character 5 of the query, {name}: needs a value")
    example = re.search(r"as in (\S+), or leave the colon away", caught.value.remedy or "")
    assert example
    assert example[1].startswith(f"{name}:")
    parse(example[1])


def test_too_long_is_refused_at_once() -> None:
    started = time.perf_counter()
    with pytest.raises(InvalidQuery, match="characters"):
        parse("word " * 10_000)
    with pytest.raises(InvalidQuery, match="101 words"):
        parse("w " * (MAX_QUERY_WORDS + 1))
    with pytest.raises(InvalidQuery, match="characters"):
        parse('"' * (MAX_QUERY_LENGTH + 1))
    assert time.perf_counter() - started < 0.5


def test_what_is_just_short_enough_is_read() -> None:
    assert len(parse("w " * MAX_QUERY_WORDS).clauses) == MAX_QUERY_WORDS
    assert parse("w" * MAX_QUERY_LENGTH).free_text == "w" * MAX_QUERY_LENGTH


def test_the_first_word_too_many_is_pointed_at() -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse(f"  {'w  ' * MAX_QUERY_WORDS}one too many ")
    assert caught.value.column == 2 + 3 * MAX_QUERY_WORDS


def test_direction_marks_do_not_hide_operators() -> None:
    assert clauses("\u200fليبيا \u200f-نفط \u202b+هدنة\u202c")[1:] == [("-", "نفط"), ("+", "هدنة")]


def test_lone_surrogates_are_replaced() -> None:
    assert parse("Libya \ud800x").free_text == "Libya \ufffdx"


@pytest.mark.parametrize(
    "nasty", ["(" * 1999, ")" * 1999, "+" * 1999, "- " * 99 + "a", '""' * 900, "a OR " * 33 + "b"]
)
def test_hostile_queries_answer_fast(nasty: str) -> None:
    parse("warm up")
    started = time.perf_counter()
    with contextlib.suppress(InvalidQuery):
        parse(nasty)
    assert time.perf_counter() - started < 0.5


def test_the_users_page_knows_every_field() -> None:
    page = (Path(__file__).parents[2] / "docs" / "query-language.md").read_text(encoding="utf-8")
    written = set(re.findall(r"`([a-z]+):`", page))
    assert written == set(FIELDS)


def test_the_examples_of_the_users_page_are_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "query-language.md").read_text(encoding="utf-8")
    table = page.partition("| write |")[2].partition("\n\n")[0]
    examples = [
        example for row in table.splitlines()[2:] for example in re.findall(r"`([^`]+)`", row.split("|")[3])
    ]
    assert len(examples) >= 7
    for example in examples:
        assert parse(example).text == example


_PIECES = st.sampled_from(
    [
        *'"“”«»-+():& \u200f\ud800\x00',
        "OR",
        "Libya",
        "نار",
        "source:",
        "date:",
        "title:",
        "2018",
        "中文",
        'צה"ל',
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=12).map("".join) | st.text(max_size=30))
def test_any_string_parses_or_is_refused_inside_itself(text: str) -> None:
    problem, parsed = None, None
    try:
        parsed = parse(text)
    except InvalidQuery as error:
        problem = error
    if problem:
        assert problem.column is None or 0 <= problem.column < max(1, len(text))
        assert str(problem)
    if parsed:
        assert not any("\ud800" <= character <= "\udfff" for character in parsed.free_text)
        for atom in (atom for clause in parsed.clauses for atom in atoms(clause.node)):
            assert 0 <= atom.start < atom.end <= len(text)
            assert atom.text in parsed.text[atom.start : atom.end]


@pytest.mark.parametrize("sign", ["-", "+", ""])
def test_marks_of_direction_around_what_was_copied_are_no_part_of_it(sign: str) -> None:
    copied, typed = parse(f"خبر \u2068{sign}قنصلية\u2069"), parse(f"خبر  {sign}قنصلية ")
    assert copied.clauses == typed.clauses
    assert parse('\u2068"ولي العهد"\u2069 \u202bنفط\u202c').free_text == "ولي العهد نفط"


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u061c", "\ufeff"])
@pytest.mark.parametrize(
    "text", ["|source:bcc oil", "oil |source:|bcc|", "|-gas oil", '|"crude oil"|', "|(gas OR| oil)|"]
)
def test_marks_that_may_stand_inside_a_word_hide_no_sign_before_it(text: str, mark: str) -> None:
    copied, typed = parse(text.replace("|", mark)), parse(text.replace("|", ""))
    assert (copied.free_text, copied.filters) == (typed.free_text, typed.filters)
    assert [clause.occur for clause in copied.clauses] == [clause.occur for clause in typed.clauses]


def test_marks_are_passed_over_where_offsets_count_them() -> None:
    [word] = parse("\u202b\u200f\u200f \u200e\u200eoil\u200f\u200f").clauses
    assert isinstance(word.node, Atom)
    assert (word.node.text, word.node.start, word.node.end) == ("oil", 6, 9)
    with pytest.raises(InvalidQuery) as caught:
        parse("oil\u200f\u200f source:")
    assert caught.value.column == 6


@pytest.mark.parametrize("text", ["نف|ط", "كوفيد|-19", "F|-16 crash", "rt|.com", '-|"crude oil" gas', "ا||ب"])
def test_marks_inside_a_word_stay_there(text: str) -> None:
    copied, typed = parse(text.replace("|", "\u200f")), parse(text.replace("|", ""))
    assert copied.free_text.replace("\u200f", "") == typed.free_text
    assert [clause.occur for clause in copied.clauses] == [clause.occur for clause in typed.clauses]
