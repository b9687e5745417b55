"""From legs to one ranking: weights by language, saturated words, late interaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from indexer.engines.base import Filters, LegResult
from indexer.models.base import Encoding
from indexer.search.background import Background
from indexer.search.columns import head, joined, rescored, taken
from indexer.search.explain import KEYWORDS, LATE, LEAD, MEANING, TITLE
from indexer.search.found import Found
from indexer.search.fusion import Fused
from indexer.search.late import Interaction
from indexer.search.legs import look_up
from indexer.search.prepared import Prepared
from indexer.search.query import parse
from indexer.search.querylanguage import QueryLanguage
from indexer.search.ranking import (
    _languages,
    compares_titles,
    fused,
    rerank,
    saturated,
    specific,
    to_reread,
)
from indexer.search.weights import RERANKED, WEIGHTS, FusionWeights

#: Saturation.
K = WEIGHTS.saturation


def prepared(language: str, *chosen: str, question: bool = False) -> Prepared:
    parsed = parse("oil price")
    include = {"language": frozenset(chosen)} if chosen else {}
    spoken = QueryLanguage(language)
    return Prepared(parsed, spoken, look_up(parsed), Filters(include=include), question=question)


def result(
    ids: Sequence[str], languages: Sequence[str] = (), parts: Sequence[Sequence[float]] | None = None
) -> LegResult:
    count = len(ids)
    scores, passages = np.arange(count, 0, -1).astype(np.float32), np.zeros(count, np.int32)
    matrix = None
    if parts is not None:
        matrix = np.array(parts, np.float32)
        scores = matrix.sum(axis=1)
    return LegResult(list(ids), scores, passages, count, languages=languages, parts=matrix)


def counted(asked: Prepared, legs: Mapping[str, LegResult], article_id: str) -> FusionWeights:
    return asked.fusion_weights(_languages(asked, legs)[article_id])


@pytest.mark.parametrize(
    ("text", "question", "total", "first"),
    [
        ("UNRWA", False, 2, ["long", "short"]),
        ("UNRWA schools", False, 2, ["long", "short"]),
        ("UNRWA schools reopen", False, 2, ["long", "near"]),
        ("UNRWA", True, 2, ["long", "near"]),
        ("UNRWA", False, 300, ["long", "near"]),  # others hold it, too
    ],
)
def test_what_holds_the_words_of_a_short_query_comes_before_what_is_near_to_it(
    text: str, question: bool, total: int, first: Sequence[str]
) -> None:
    asked = replace(prepared("en", question=question), lookup=look_up(parse(text)))
    words = replace(result(["long", "short"], ["ar"] * 2), total=total)
    words = rescored(words, np.array([3.0, 1.8], np.float32))
    legs = {KEYWORDS: words, LEAD: result(["near", "far"], ["ar"] * 2)}
    assert [entry.id for entry in fused(asked, legs).fused][:2] == first


def test_each_article_is_weighed_by_its_own_language() -> None:
    legs = {KEYWORDS: result(["a", "b"], ["en", "ar"]), MEANING: result(["c"], ["en"])}
    assert counted(prepared("en"), legs, "a") == WEIGHTS.same_language
    assert counted(prepared("en"), legs, "b") == WEIGHTS.words
    assert counted(prepared("en", question=True), legs, "b") == WEIGHTS.question
    assert counted(prepared("en"), legs, "c") == WEIGHTS.same_language


@pytest.mark.parametrize(
    ("chosen", "weights"),
    [
        ((), WEIGHTS.unlisted),
        (("en",), WEIGHTS.same_language),
        (("ar",), WEIGHTS.words),
        (("ar", "en"), WEIGHTS.unlisted),
    ],
)
def test_an_engine_that_names_no_languages_leaves_the_filter(
    chosen: tuple[str, ...], weights: FusionWeights
) -> None:
    assert counted(prepared("en", *chosen), {MEANING: result(["a"])}, "a") == weights


def test_the_head_of_a_leg_keeps_its_columns_together() -> None:
    cut = head(result(["a", "b", "c"], ["en", "ar", "fr"], [[3.0], [2.0], [1.0]]), 2)
    assert (cut.ids, list(cut.languages), cut.total) == (["a", "b"], ["en", "ar"], 3)
    assert cut.parts is not None
    assert len(cut.scores) == len(cut.passages) == len(cut.parts) == 2


def in_two_languages(french: int, hebrew_place: int) -> LegResult:
    """Return a leg of so many French articles and one in Hebrew, whose cosines fall by 0.001."""
    ids = [f"fr-{number:03}" for number in range(french)]
    ids.insert(hebrew_place, "he")
    scores = np.array([0.9 - 0.001 * place for place in range(len(ids))], np.float32)
    languages = ["he" if name == "he" else "fr" for name in ids]
    return LegResult(ids, scores, np.zeros(len(ids), np.int32), len(ids), languages=languages)


def balancing(**means: list[float]) -> Prepared:
    background = Background({language: np.array(mean, np.float32) for language, mean in means.items()})
    return replace(prepared("en"), encoding=Encoding(np.array([1, 0], np.float32)), background=background)


def test_languages_are_compared_by_what_is_expected_of_each() -> None:
    asked = balancing(fr=[0.85, 0.2], he=[0.65, 0.3], ar=[0.1, 0.4])
    legs = {MEANING: in_two_languages(2, 1)}
    found = fused(asked, legs)
    assert [entry.id for entry in found.fused] == ["he", "fr-000", "fr-001"]
    # The place is the one that counts, and the score stays the cosine.
    [score] = found.leg_scores("he", found.fused[0])
    assert (score.rank, score.score) == (1, pytest.approx(0.899))
    plain = replace(asked, weights=WEIGHTS.without("balance"))
    assert [entry.id for entry in fused(plain, legs).fused] == ["fr-000", "he", "fr-001"]


def test_what_is_near_for_its_language_is_found_behind_a_hundred_others() -> None:
    found = fused(balancing(fr=[0.85, 0.2], he=[0.65, 0.3]), {MEANING: in_two_languages(150, 121)})
    assert found.fused[0].id == "he"
    assert "he" in found.nearest


def test_of_legs_over_parts_of_the_archive_the_best_count() -> None:
    """What is far only widens the scale."""
    found = fused(balancing(fr=[0.85, 0.2], he=[0.65, 0.3]), {MEANING: in_two_languages(9, 5)}, depth=4)
    scored = {entry.id: entry.shares[MEANING] for entry in found.fused}
    assert list(scored) == ["he", "fr-000", "fr-001", "fr-002"]
    assert scored["fr-002"] == 0
    assert found.leg_scores("fr-008", None) == ()


def test_words_are_as_rare_as_in_their_own_language() -> None:
    leg = result(["en", "ar"], ["en", "ar"], [[8.0], [6.0]])
    means = {language: np.zeros(2, np.float32) for language in ("en", "ar")}
    asked = replace(prepared("en"), background=Background(means, {"en": 100, "ar": 30_000}))
    few, many = (np.log1p(count / 2) / np.log1p(30_100 / 2) for count in (100, 30_000))
    assert specific(asked, leg).scores.tolist() == pytest.approx([8 * few**0.5, 6 * many**0.5], abs=1e-4)
    for same in (
        replace(asked, weights=WEIGHTS.without("balance")),
        replace(asked, background=Background(means, {"en": 100, "ar": 100})),
        replace(asked, background=Background(means, {"ar": 100})),
        replace(asked, lookup=look_up(parse("oil"))),  # one word is equally rare in all languages
    ):
        assert specific(same, leg) is leg
    one_language = result(["a", "b"], ["ar", "ar"], [[8.0], [6.0]])
    assert specific(asked, one_language) is one_language


def test_answers_over_parts_of_the_archive_are_one_answer() -> None:
    one, other = result(["a", "b"], ["en", "en"]), result(["c"], ["ar"])
    assert joined([one]) is one
    whole = joined([one, replace(other, complete=False, notice="1 of 2 parts")])
    assert (whole.ids, list(whole.languages)) == (["a", "b", "c"], ["en", "en", "ar"])
    assert whole.scores.tolist() == [2, 1, 1]
    assert (whole.total, whole.complete, whole.notice) == (3, False, "1 of 2 parts")
    assert taken(whole, [2, 0]).ids == ["c", "a"]
    assert joined([result([]), result([])]).ids == []


def test_two_words_pass_one_rare_word() -> None:
    leg = saturated(result(["rare", "both"], ["ar", "ar"], [[12.0, 0.0], [4.0, 4.0]]), K)
    assert leg.ids == ["both", "rare"]
    assert leg.scores.tolist() == pytest.approx([K * (0.5 + 0.5), K * 12 / (12 + K)], abs=1e-4)


def test_conditions_count_as_one_word_more() -> None:
    """All of these articles meet them: how well decides between equals, and not against a word that some meet."""
    leg = result(["often", "both", "one"], ["ar"] * 3, [[0.0], [4.0], [0.0]])
    with_conditions = LegResult(
        leg.ids, leg.scores + np.array([12, 5, 7], np.float32), leg.passages, 3,
        languages=leg.languages, parts=leg.parts,
    )  # fmt: skip
    counted = saturated(with_conditions, K)
    assert counted.ids == ["both", "often", "one"]
    assert counted.scores.tolist() == pytest.approx(
        [K * (4 / (4 + K) + 5 / (5 + K)), K * 12 / (12 + K), K * 7 / (7 + K)], abs=1e-4
    )


def test_saturated_ties_go_by_id() -> None:
    assert saturated(result(["b", "a"], ["ar", "ar"], [[1.0, 2.0], [2.0, 1.0]]), K).ids == ["a", "b"]


def test_late_interaction_orders_what_it_has_read() -> None:
    fused = [Fused("a", 0.5, {}), Fused("b", 0.4, {}), Fused("c", 0.3, {})]
    late = {"a": Interaction(0.2, 0), "b": Interaction(0.6, 3), "c": Interaction(0.4, 1)}
    found = rerank(prepared("en", question=True), Found(fused, (), {}), late)
    assert [(entry.id, round(entry.score, 6)) for entry in found.fused] == [
        ("b", round(0.4 + WEIGHTS.question.late, 6)),
        ("c", round(0.3 + WEIGHTS.question.late / 2, 6)),
        ("a", 0.5),
    ]
    assert found.fused[0].shares[LATE] == pytest.approx(WEIGHTS.question.late)
    assert found.passage_number("b") == 3
    assert [(score.leg, score.rank) for score in found.leg_scores("c", found.fused[1])] == [(LATE, 2)]


def test_a_headline_is_compared_with_titles() -> None:
    fused = [Fused("a", 0.5, {}), Fused("b", 0.4, {}), Fused("c", 0.3, {})]
    late = {"a": Interaction(0.2, 0, 0.1), "b": Interaction(0.2, 0, 0.9), "c": Interaction(0.2, 0, 0.5)}
    found = rerank(prepared("en"), Found(fused, (), {}), late)
    assert found.fused[0].id == "b"
    assert found.fused[0].shares[TITLE] == pytest.approx(WEIGHTS.unlisted.title)
    scores = found.leg_scores("b", found.fused[0])
    assert [(score.leg, score.rank) for score in scores] == [(LATE, 1), (TITLE, 1)]
    [third] = [entry for entry in found.fused if entry.id == "c"]
    assert [(score.leg, score.rank) for score in found.leg_scores("c", third)] == [(LATE, 1), (TITLE, 2)]


def test_late_interaction_reads_no_more_than_the_first() -> None:
    fused = [Fused(f"{number:03}", 1.0, {}) for number in range(RERANKED + 2)]
    assert to_reread(prepared("en"), Found(fused, (), {})) == tuple(entry.id for entry in fused[:RERANKED])


@pytest.mark.parametrize(
    ("languages", "question", "read"),
    [
        (("ar", "ar"), False, False),
        (("ar", "ar"), True, True),
        (("ar", "fa"), False, True),
        (("ar", "en"), False, True),
        (("fa", "fa"), False, True),
        (("en", "en"), False, True),
    ],
)
def test_headlines_are_not_read_again_where_a_dictionary_joins_all_of_the_first(
    languages: tuple[str, ...], question: bool, read: bool
) -> None:
    fused = [Fused("a", 0.5, {}), Fused("b", 0.4, {})]
    found = Found(fused, (), {}, languages=dict(zip("ab", languages, strict=True)))
    assert to_reread(prepared("en", question=question), found) == (("a", "b") if read else ())


@pytest.mark.parametrize(
    ("languages", "question", "compared"),
    [
        (("ar", "ar"), True, False),
        (("ar", "fa"), True, False),
        (("ar", "en"), True, True),
        (("ar", "fa"), False, True),
    ],
)
def test_titles_are_compared_where_they_count(
    languages: tuple[str, ...], question: bool, compared: bool
) -> None:
    found = Found([Fused("a", 0.5, {}), Fused("b", 0.4, {})], (), {}, dict(zip("ab", languages, strict=True)))
    assert compares_titles(prepared("en", question=question), found, ("a", "b")) is compared


def test_what_stands_behind_the_first_says_not_whether_they_are_read_again() -> None:
    fused = [Fused(f"{number:03}", 1.0, {}) for number in range(RERANKED + 1)]
    languages = {entry.id: "ar" for entry in fused} | {fused[-1].id: "fa"}
    assert to_reread(prepared("en"), Found(fused, (), {}, languages=languages)) == ()


@pytest.mark.parametrize("offset", range(7))
@pytest.mark.parametrize("size", range(6))
def test_pages_go_on_with_what_only_words_bring(offset: int, size: int) -> None:
    fused = [Fused("a", 0.5, {}), Fused("b", 0.4, {})]
    whole = [("a", fused[0]), ("b", fused[1]), ("c", None), ("d", None), ("e", None)]
    assert Found(fused, ("c", "d", "e"), {}).page(offset, size) == whole[offset : offset + size]


def test_what_was_not_read_stays_behind() -> None:
    fused = [Fused(f"{number:03}", 1.0, {}) for number in range(RERANKED + 2)]
    late = {entry.id: Interaction(0.1, 0) for entry in fused[:RERANKED]}
    found = rerank(prepared("en"), Found(fused, (), {}), late)
    assert [entry.id for entry in found.fused[RERANKED:]] == [f"{RERANKED:03}", f"{RERANKED + 1:03}"]


def test_an_archive_without_codes_keeps_its_order() -> None:
    found = Found([Fused("a", 0.5, {})], (), {})
    assert rerank(prepared("en"), found, {}) is found


def test_the_lead_names_a_passage_when_nothing_better_does() -> None:
    found = Found([], (), {LEAD: result(["a"]), KEYWORDS: result(["b"])})
    assert found.passage_number("a") == 0
    assert found.passage_number("b") is None


def test_a_leg_that_was_not_asked_names_no_passage() -> None:
    near = replace(result(["a", "b", "c"]), passages=np.full(3, -1, np.int32))
    fused = [Fused("d", 1.0, {})]
    found = Found(fused, ("x",), {MEANING: near, LEAD: result(["a"])}, late={"b": Interaction(0.2, 3)})
    assert found.passage_number("a") is None  # not the lead: another passage may be nearer
    assert found.passage_number("b") == 3
    assert found.unread(["c", "b", "x", "a", "d"]) == ["c", "a", "d"]
