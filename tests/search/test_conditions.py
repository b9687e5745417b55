"""Conditions in English are offered in Arabic, wherever they stand in a query, in all their spellings."""

from __future__ import annotations

import pytest

from indexer.search.conditions import conditions_in_arabic, only_as_written, query_in_arabic
from indexer.search.dictionary import Dictionary
from indexer.search.query import parse


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return Dictionary()


@pytest.mark.parametrize(
    ("query", "arabic", "told"),
    [
        ("+Libya oil", "+ليبيا oil", ["+ليبيا"]),
        ("oil -Trump", "oil -(ترامب OR ترمب)", ["-(ترامب OR ترمب)"]),
        ("+chemical attack", "+(كيماوي OR كيميائي OR كيمياوي) attack", ["+(كيماوي OR كيميائي OR كيمياوي)"]),
        ('"climate change"', '("تغير المناخ" OR "التغير المناخي")', ['("تغير المناخ" OR "التغير المناخي")']),
        # A bank of a river is another word; of the first its plural may stand there, too.
        ("+bank", "+(بنك OR بنوك)", ["+(بنك OR بنوك)"]),
        # A field stands before a single word.
        ("-title:Trump", "-title:ترامب", ["-title:ترامب"]),
        # What stands in brackets has their sign.
        ("Trump -(Russia OR Putin)", "Trump -(روسيا OR (بوتين OR بوتن))", ["روسيا", "(بوتين OR بوتن)"]),
        ("+(qwertyx OR Iran)", "+(qwertyx OR إيران)", ["إيران"]),
        ("+(oil (price OR 5)) x", "+(نفط (سعر OR 5)) x", ["نفط", "سعر"]),
        ('"oil price" OR "gas price"', '"أسعار النفط" OR "gas price"', ['"أسعار النفط"']),
        ("(oil OR gas) price", "", []),
        ("+نفط", "", []),
    ],
)
def test_conditions_are_put_into_arabic(
    dictionary: Dictionary, query: str, arabic: str, told: list[str]
) -> None:
    parsed = parse(query)
    assert query_in_arabic(parsed, dictionary) == arabic
    assert [one.strip("\u2068\u2069") for one in conditions_in_arabic(parsed, dictionary)] == told
    if arabic:
        assert [clause.occur for clause in parse(arabic).clauses] == [
            clause.occur for clause in parsed.clauses
        ]


@pytest.mark.parametrize(
    ("query", "only"),
    [
        ("+qwertyx", True), ("+(qwertyx OR zxcvbn) oil", True), ("+(qwertyx OR Iran)", False),
        ("+(qwertyx OR نفط)", False), ("-qwertyx", False), ("qwertyx", False), ("+2018", False),
    ],
)  # fmt: skip
def test_what_no_arabic_article_can_meet_is_told(dictionary: Dictionary, query: str, only: bool) -> None:
    assert only_as_written(parse(query), dictionary) is only
