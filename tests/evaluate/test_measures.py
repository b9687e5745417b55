"""Tests of `indexer.evaluate.measures` against values worked out by hand."""

from __future__ import annotations

import re
from math import log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import SettingsError
from indexer.evaluate.measures import MEASURES, check_measures, first_relevant, means, score


def ranking(*articles: str) -> list[tuple[str, float]]:
    return [(article, 1.0 - 0.01 * place) for place, article in enumerate(articles)]


def values_of(qrels: dict[str, int], *articles: str) -> dict[str, float]:
    return means(score({"q": qrels}, {"q": ranking(*articles)}, ["q"]))


def test_one_relevant_article_at_the_third_place() -> None:
    values = values_of({"c": 1}, "a", "b", "c")
    assert values["nDCG@10"] == pytest.approx(1 / log2(4))
    assert values["MRR@10"] == pytest.approx(1 / 3)
    assert (values["R@1"], values["R@10"], values["R@100"]) == (0, 1, 1)


def test_several_relevant_articles() -> None:
    values = values_of({"a": 1, "x": 1, "c": 1, "b": 0}, "a", "b", "c")
    ideal = 1 + 1 / log2(3) + 1 / log2(4)
    assert values["nDCG@10"] == pytest.approx((1 + 1 / log2(4)) / ideal)
    assert values["R@1"] == pytest.approx(1 / 3)
    assert values["R@10"] == pytest.approx(2 / 3)


def test_grades_count_in_ndcg() -> None:
    values = values_of({"a": 1, "b": 3}, "a", "b")
    assert values["nDCG@10"] == pytest.approx((1 + 3 / log2(3)) / (3 + 1 / log2(3)))


def test_places_beyond_the_cut_count_for_nothing() -> None:
    others = [f"x{number}" for number in range(10)]
    values = values_of({"a": 1}, *others, "a")
    assert (values["nDCG@10"], values["MRR@10"], values["R@10"]) == (0, 0, 0)
    assert values["R@100"] == 1


def test_equal_scores_are_judged_in_the_order_that_was_shown() -> None:
    for relevant, expected in (("a", 1.0), ("b", 0.0)):
        values = score({"q": {relevant: 1}}, {"q": [("a", 0.5), ("b", 0.5)]}, ["q"], ["R@1"])
        assert values.tolist() == [[expected]]


def test_a_query_for_which_nothing_was_found_counts_as_0() -> None:
    values = score({"q": {"a": 1}, "r": {"a": 1}}, {"q": ranking("a"), "r": []}, ["q", "r"])
    assert values.tolist() == [[1.0] * len(MEASURES), [0.0] * len(MEASURES)]
    assert means(values)["nDCG@10"] == 0.5


def test_without_any_query_or_run_the_means_are_0() -> None:
    assert set(means(score({}, {}, [])).values()) == {0.0}
    assert set(means(score({"q": {"a": 1}}, {}, ["q"])).values()) == {0.0}


def test_the_rank_of_the_first_relevant_article() -> None:
    qrels = {"q": {"b": 1, "c": 1, "a": 0}, "r": {"z": 1}}
    run = {"q": ranking("a", "b", "c"), "r": ranking("a")}
    assert first_relevant(qrels, run, ["q", "r", "unknown"]) == {"q": 2}


def test_further_measures_are_given_by_name() -> None:
    values = score({"q": {"b": 1}}, {"q": ranking("a", "b")}, ["q"], ["R@20", "AP@100", "MRR@10"])
    assert values.tolist() == [[1.0, 0.5, 0.5]]


@pytest.mark.parametrize("name", ["quality", "R@", "nDCG@ten", "", "__import__('os')", "MRR"])
def test_a_name_that_is_no_measure_is_refused(name: str) -> None:
    if name == "MRR":
        assert score({"q": {"b": 1}}, {"q": ranking("a", "b")}, ["q"], [name]).tolist() == [[0.5]]
        return
    with pytest.raises(SettingsError, match="no measure"):
        score({"q": {"b": 1}}, {"q": ranking("a", "b")}, ["q"], [name])


@pytest.mark.parametrize("name", ["R@0", "P(rel=2)@0", "MRR@0", "nDCG@0", "Judged@0", "Success(cutoff=0)"])
def test_a_measure_that_looks_at_no_article_is_refused(name: str) -> None:
    """`pytrec_eval` ends the process for some of them."""
    with pytest.raises(SettingsError, match="is no measure: it looks at no article"):
        score({"q": {"b": 1}}, {"q": ranking("a", "b")}, ["q"], [name])


@pytest.mark.parametrize("name", ["RBP@10", "P(rel=0)@3", "R@True", "R@9223372036854775808"])
def test_a_measure_that_cannot_be_told_is_refused_by_name(name: str) -> None:
    check_measures(["R@20", "AP@100"])
    with pytest.raises(SettingsError, match=f"'{re.escape(name)}' cannot be told"):
        check_measures(["R@20", name])


@given(st.permutations([f"a{number}" for number in range(12)]), st.integers(0, 11))
@settings(max_examples=50, deadline=None)
def test_with_one_relevant_article_every_measure_follows_from_its_rank(order: list[str], which: int) -> None:
    rank = order.index(f"a{which}") + 1
    values = score({"q": {f"a{which}": 1}}, {"q": ranking(*order)}, ["q"])[0]
    inside = rank <= 10
    expected = [inside / log2(rank + 1), inside / rank, rank == 1, inside, 1]
    assert np.allclose(values, expected)
