"""Fusion has a closed form: each expected score here is worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.engines.base import LegResult
from indexer.search.fusion import fuse, min_max
from indexer.search.weights import PARTS, ROWS, WEIGHTS


def leg(**scores: float) -> LegResult:
    ids = sorted(scores, key=lambda name: (-scores[name], name))
    values = np.array([scores[name] for name in ids], np.float32)
    return LegResult(ids, values, np.full(len(ids), -1, np.int32), len(ids))


def constant(meaning: float, keywords: float):  # type: ignore[no-untyped-def]
    return lambda leg, ids: [{"meaning": meaning, "keywords": keywords}[leg]] * len(ids)


def test_scores_are_scaled_by_their_own_range() -> None:
    assert min_max(np.array([9.0, 5.0, 1.0], np.float32)).tolist() == [1.0, 0.5, 0.0]


@pytest.mark.parametrize("scores", [[3.0], [0.8, 0.8, 0.8], [0.0]])
def test_scores_without_a_range_become_one(scores: list[float]) -> None:
    assert min_max(np.array(scores, np.float32)).tolist() == [1.0] * len(scores)


def test_nothing_to_scale() -> None:
    assert min_max(np.array([], np.float32)).tolist() == []


def test_weighted_sum() -> None:
    fused = fuse(
        {"meaning": leg(a=0.9, b=0.8, c=0.7), "keywords": leg(c=12.0, b=9.0, d=4.0)}, constant(0.8, 0.2)
    )
    # a: 0.8*1 ; b: 0.8*0.5 + 0.2*(9-4)/(12-4) ; c: 0 + 0.2*1 ; d: 0.2*0
    assert [entry.id for entry in fused] == ["a", "b", "c", "d"]
    assert [entry.score for entry in fused] == pytest.approx([0.8, 0.4 + 0.125, 0.2, 0.0])
    assert dict(fused[1].shares) == pytest.approx({"meaning": 0.4, "keywords": 0.125})


def test_shares_sum_to_the_score() -> None:
    fused = fuse({"meaning": leg(a=0.9, b=0.2), "keywords": leg(a=3.0, c=1.0)}, constant(0.7, 0.3))
    assert all(sum(entry.shares.values()) == pytest.approx(entry.score) for entry in fused)


def test_a_missing_leg_counts_as_its_last_hit() -> None:
    fused = {entry.id: entry.score for entry in fuse({"meaning": leg(a=0.9, b=0.1)}, constant(0.8, 0.2))}
    assert fused == pytest.approx({"a": 0.8, "b": 0.0})


def test_the_last_hit_of_a_complete_leg_counts_more_than_none() -> None:
    legs = {"meaning": leg(a=0.9, b=0.1), "keywords": leg(c=4.0, d=1.0)}
    fused = {entry.id: entry.score for entry in fuse(legs, constant(0.2, 0.8), complete=["keywords"])}
    assert fused == pytest.approx({"a": 0.2, "b": 0.0, "c": 0.8, "d": 0.2})


def test_ties_go_by_id_whatever_the_order_of_the_legs() -> None:
    one, other = leg(z=1.0), leg(a=1.0)
    assert [entry.id for entry in fuse({"meaning": one, "keywords": other}, constant(0.5, 0.5))] == ["a", "z"]
    assert [entry.id for entry in fuse({"keywords": other, "meaning": one}, constant(0.5, 0.5))] == ["a", "z"]


def test_a_weight_may_depend_on_the_article() -> None:
    fused = fuse(
        {"meaning": leg(a=1.0), "keywords": leg(b=1.0)},
        lambda leg, ids: [1.0 if name == "b" else 0.1 for name in ids],
    )
    assert [(entry.id, entry.score) for entry in fused] == [("b", 1.0), ("a", pytest.approx(0.1))]


def test_no_legs() -> None:
    assert fuse({}, constant(1, 1)) == []
    assert fuse({"meaning": leg()}, constant(1, 1)) == []


@pytest.mark.parametrize(
    ("query", "article", "same"),
    [
        ("en", "en", True),
        ("en", "ar", False),
        ("zh-cn", "zh-tw", True),
        ("und", "und", False),
        ("en", "", False),
        ("ar", "en", False),
        ("en", "he", False),
    ],
)
def test_weights_depend_on_a_shared_language(query: str, article: str, same: bool) -> None:
    assert WEIGHTS.fusion(query, article, question=False) == (
        WEIGHTS.same_language
        if same
        else WEIGHTS.words
        if (query, article) == ("en", "ar")
        else WEIGHTS.unlisted
    )
    assert WEIGHTS.fusion(query, article, question=True) == (
        WEIGHTS.same_language if same else WEIGHTS.question
    )


@pytest.mark.parametrize("row", ROWS)
def test_the_legs_weights_sum_to_one(row: str) -> None:
    weights = getattr(WEIGHTS, row)
    assert weights.meaning + weights.lead + weights.keywords == pytest.approx(1.0)


@pytest.mark.parametrize("leg", ["meaning", "lead", "keywords"])
def test_without_a_leg_the_others_keep_their_proportions(leg: str) -> None:
    before, after = WEIGHTS.question, WEIGHTS.without(leg).question
    assert getattr(after, leg) == 0
    assert after.meaning + after.lead + after.keywords == pytest.approx(1.0)
    first, second = (name for name in ("meaning", "lead", "keywords") if name != leg)
    assert getattr(after, first) / getattr(after, second) == pytest.approx(
        getattr(before, first) / getattr(before, second)
    )


@pytest.mark.parametrize("part", PARTS)
def test_every_part_can_be_taken_out(part: str) -> None:
    assert WEIGHTS.without(part) != WEIGHTS


def test_a_part_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no part 'luck'"):
        WEIGHTS.without("luck")
