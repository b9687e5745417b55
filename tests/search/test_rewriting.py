"""Queries made of queries: another value, no filters, fields that a space made words."""

from __future__ import annotations

import pytest

from indexer.engines.base import Filters
from indexer.search.query import parse
from indexer.search.rewriting import gaps, with_value, without_filters, without_gaps


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
    assert with_value("source:bcc", "source", "bcc", "rt.com") == "source:rt.com"


@pytest.mark.parametrize("value", ["OR", "-bbc", "(x)", "a:b", "BBC Arabic", "rt.com", ".x", "a,"])
def test_any_value_is_written_so_that_it_is_read(value: str) -> None:
    assert parse(with_value("source:bcc", "source", "bcc", value)).filters.include["source"] == {value}


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
        ("oil - source:bbc -gas", "oil - -gas"),
        ("-gas \u200fsource:bbc", "-gas"),
        ("source:bbc", ""),
        ("oil", "oil"),
    ],
)
def test_what_filters_is_taken_out_of_a_query(text: str, expected: str) -> None:
    parse(text)
    assert without_filters(text).strip("\u200f ") == expected
    left = parse(without_filters(text))
    assert left.filters == Filters()
    assert left.free_text == parse(text).free_text


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
        ("source: from: 2018", ["from:2018"], "source: from:2018"),
    ],
)
def test_where_a_space_parts_a_field_from_its_value(text: str, found: list[str], closed: str | None) -> None:
    assert [gap.closed for gap in gaps(text)] == found
    if closed is not None:
        assert without_gaps(text, gaps(text)) == closed
