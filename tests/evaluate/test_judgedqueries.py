"""Tests of `indexer.evaluate.judgedqueries`."""

from __future__ import annotations

from datetime import date

import pytest

from indexer.engines.base import Filters
from indexer.errors import InvalidQuery
from indexer.evaluate.datasets import Query
from indexer.evaluate.judgedqueries import JudgedQueries, merge


def test_queries_without_a_relevant_article_cannot_be_answered() -> None:
    queries = [Query(name, name) for name in ("unjudged", "q", "r", "s")]
    judged = JudgedQueries(queries, {"q": {"a": 0}, "r": {"a": 0, "b": 1}, "s": {}})
    assert [query.id for query in judged.answerable] == ["r"]


def test_merged_filters_let_pass_what_both_do() -> None:
    own = Filters(
        include={"language": frozenset({"ar", "fr"})},
        exclude={"source": frozenset({"BBC"})},
        published_from=date(2018, 1, 1),
        published_to=date(2018, 6, 1),
    )
    common = Filters(
        include={"language": frozenset({"ar"}), "section": frozenset({"world"})},
        exclude={"source": frozenset({"CNN"})},
        published_from=date(2018, 2, 1),
        published_to=date(2018, 9, 1),
    )
    assert merge(own, common) == Filters(
        include={"language": frozenset({"ar"}), "section": frozenset({"world"})},
        exclude={"source": frozenset({"BBC", "CNN"})},
        published_from=date(2018, 2, 1),
        published_to=date(2018, 6, 1),
    )
    assert merge(own, Filters()) is own


def test_filters_that_exclude_each_other_are_refused() -> None:
    """An empty set of values would let everything pass."""
    french, arabic = (Filters(include={"language": frozenset({code})}) for code in ("fr", "ar"))
    with pytest.raises(InvalidQuery, match="exclude each other"):
        merge(french, arabic)
    with pytest.raises(InvalidQuery, match="exclude each other"):
        merge(Filters(published_from=date(2019, 1, 1)), Filters(published_to=date(2018, 1, 1)))
