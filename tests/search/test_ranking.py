"""What each leg counts for an article, by the language that it shares with the query or does not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from indexer.engines.base import Filters, LegResult
from indexer.search.legs import look_up
from indexer.search.query import parse
from indexer.search.ranking import Prepared, head, leg_weights
from indexer.search.weights import CROSS_LANGUAGE, SAME_LANGUAGE, FusionWeights


def prepared(language: str, *chosen: str) -> Prepared:
    parsed = parse("oil")
    include = {"language": frozenset(chosen)} if chosen else {}
    return Prepared(parsed, language, look_up(parsed), Filters(include=include))


def result(ids: Sequence[str], languages: Sequence[str] = ()) -> LegResult:
    count = len(ids)
    scores, passages = np.arange(count, 0, -1).astype(np.float32), np.zeros(count, np.int32)
    return LegResult(list(ids), scores, passages, count, languages=languages)


def counted(asked: Prepared, legs: dict[str, LegResult], article_id: str) -> FusionWeights:
    weight = leg_weights(asked, legs)
    return FusionWeights(weight("meaning", article_id), weight("keywords", article_id))


def test_each_article_is_weighed_by_its_own_language() -> None:
    legs = {"keywords": result(["a", "b"], ["en", "ar"]), "meaning": result(["c"], ["en"])}
    assert counted(prepared("en"), legs, "a") == SAME_LANGUAGE
    assert counted(prepared("en"), legs, "b") == CROSS_LANGUAGE
    assert counted(prepared("en"), legs, "c") == SAME_LANGUAGE


@pytest.mark.parametrize(
    ("chosen", "weights"),
    [
        ((), CROSS_LANGUAGE),
        (("en",), SAME_LANGUAGE),
        (("ar",), CROSS_LANGUAGE),
        (("ar", "en"), CROSS_LANGUAGE),
    ],
)
def test_an_engine_that_names_no_languages_leaves_the_filter(
    chosen: tuple[str, ...], weights: FusionWeights
) -> None:
    assert counted(prepared("en", *chosen), {"meaning": result(["a"])}, "a") == weights


def test_the_head_of_a_leg_keeps_its_columns_together() -> None:
    cut = head(result(["a", "b", "c"], ["en", "ar", "fr"]), 2)
    assert (cut.ids, list(cut.languages), cut.total) == (["a", "b"], ["en", "ar"], 3)
    assert len(cut.scores) == len(cut.passages) == 2
