"""Explanations are sentences a person can check."""

from __future__ import annotations

import pytest

from indexer.search.explain import KEYWORDS, KNOWN_ITEM, MEANING, explain, explain_similar
from indexer.search.page import LegScore, WordPair
from indexer.search.sources import ALIGNED, INFLECTION, NAME, SAME


def sentence(met: list[str], words: int, rank: int | None) -> str:
    legs = [LegScore(KEYWORDS, 9.0, 1, 0.2)]
    if rank:
        legs.append(LegScore(MEANING, 0.9, rank, 0.8))
    return explain(met, (), words, legs).sentence


@pytest.mark.parametrize(
    ("met", "words", "rank", "expected"),
    [
        (["oil", "gas"], 2, 1, "Holds both words of the query, and is the nearest by meaning."),
        (["oil", "gas", "tax"], 3, 1, "Holds all 3 words of the query, and is the nearest by meaning."),
        (["oil"], 1, 2, "Holds the query's word, and is the 2nd nearest by meaning."),
        (["oil"], 3, 11, "Holds 1 of the query's 3 words (oil), and is the 11th nearest by meaning."),
        ([], 3, 1, "Holds none of the query's words, but is the nearest by meaning."),
        (["oil"], 3, 150, "Holds 1 of the query's 3 words (oil)."),
        (["oil"], 3, None, "Holds 1 of the query's 3 words (oil)."),
        ([], 3, 133, "Holds none of the query's words, but is the 133rd nearest by meaning."),
        ([], 0, 3, "Is the 3rd nearest by meaning."),
        ([], 0, None, ""),
    ],
)
def test_sentences(met: list[str], words: int, rank: int | None, expected: str) -> None:
    assert sentence(met, words, rank) == expected


def test_a_reason_says_that_there_are_more_words_than_it_names() -> None:
    words = ["oil", "gas", "tax", "war", "sea", "law"]
    pairs = tuple(WordPair(word, word[::-1], NAME) for word in words)
    told = explain(words[:5], (), 6, [LegScore(KEYWORDS, 9.0, 1, 0.2)], pairs[:5]).sentence
    assert told == "Answers 5 of the query's 6 words (oil lio, gas sag, tax xat, war raw, …)."
    told = explain(words[:4], (), 6, [LegScore(KEYWORDS, 9.0, 1, 0.2)], pairs[:4]).sentence
    assert told == "Answers 4 of the query's 6 words (oil lio, gas sag, tax xat, war raw)."


def test_a_form_of_a_translation_answers_a_word_that_the_article_does_not_hold() -> None:
    pairs = (WordPair("won", "فوز", INFLECTION), WordPair("2018", "2018", SAME))
    assert (
        explain(["won", "2018"], (), 3, (), pairs).sentence == "Answers 2 of the query's 3 words (won فوز)."
    )


@pytest.mark.parametrize(
    ("met", "words", "sources", "expected"),
    [
        (["oil"], 2, {"oil": SAME}, "Holds 1 of the query's 2 words (oil), perhaps 1 more (tax ضريبة)."),
        (
            ["oil"],
            2,
            {"oil": NAME},
            "Answers 1 of the query's 2 words (oil نفط), perhaps 1 more (tax ضريبة).",
        ),
        ([], 2, {}, "Perhaps answers 1 of the query's 2 words (tax ضريبة)."),
        ([], 1, {}, "Perhaps answers the query's word (tax ضريبة)."),
        (["oil", "gas"], 2, {"oil": SAME, "gas": SAME}, "Holds both words of the query."),
    ],
)
def test_words_that_only_vectors_pair_are_told_as_they_are_marked(
    met: list[str], words: int, sources: dict[str, str], expected: str
) -> None:
    pairs = tuple(WordPair(word, "نفط", source) for word, source in sources.items())
    aligned = (WordPair("tax", "ضريبة", ALIGNED), WordPair("tax", "الضريبة", ALIGNED))
    assert explain(met, (), words, (), (*pairs, *aligned)).sentence == expected


def test_a_phrase_is_told_once_and_what_is_missing_is_named() -> None:
    pairs = tuple(
        WordPair(word, found, NAME)
        for word, found in (
            ("Qatar", "قطر"),
            ("World", "العالم"),
            ("Cup", "كأس"),
            ("World Cup", "كأس العالم"),
        )
    )
    met = ["Qatar", "World", "Cup"]
    told = "Answers 3 of the query's 4 words (Qatar قطر, World Cup كأس العالم)"
    assert explain(met, ["stadium"], 4, (), pairs).sentence == f"{told} but not stadium."
    assert explain(met, [], 4, (), pairs).sentence == f"{told}."
    many = explain(met, ["a", "b", "c"], 6, (), pairs).sentence
    assert many == "Answers 3 of the query's 6 words (Qatar قطر, World Cup كأس العالم)."
    assert explain([], ["a"], 1, (), ()).sentence == "Holds none of the query's words."


@pytest.mark.parametrize(
    ("score", "rank", "expected"),
    [
        (1.0, 1, "Is the article with this title, or opens as it does."),
        (0.7, 1, "Is the nearest to the article with this title."),
        (0.7, 3, "Is the 3rd nearest to the article with this title."),
        (0.2, 60, "Is the nearest by meaning."),
    ],
)
def test_nearness_to_a_known_article(score: float, rank: int, expected: str) -> None:
    legs = [LegScore(MEANING, 0.9, 1, 0.8), LegScore(KNOWN_ITEM, score, rank, 0.8)]
    assert explain([], (), 0, legs).sentence == expected


def test_legs_are_kept() -> None:
    legs = (LegScore(MEANING, 0.9, 1, 0.8),)
    assert explain([], (), 0, legs).legs == legs


def test_similar_articles() -> None:
    assert explain_similar(0.9, 1).sentence == "Is the nearest to that article by meaning."
    assert explain_similar(0.9, 2).sentence == "Is the 2nd nearest to that article by meaning."
