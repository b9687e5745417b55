"""Tests of `indexer.search.lemmas`: inflected English words lead back to the forms a dictionary lists."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.search.lemmas import irregular, lemmas


@pytest.mark.parametrize(
    ("form", "base"),
    [
        ("talks", "talk"), ("cities", "city"), ("crashes", "crash"), ("wives", "wife"), ("wolves", "wolf"),
        ("taxes", "tax"), ("heroes", "hero"), ("denied", "deny"), ("killed", "kill"), ("stopped", "stop"),
        ("banned", "ban"), ("seized", "seize"), ("making", "make"), ("running", "run"), ("dying", "die"),
        ("larger", "large"), ("bigger", "big"), ("earliest", "early"), ("quickly", "quick"),
        ("heavily", "heavy"), ("colour", "color"), ("organise", "organize"), ("defence", "defense"),
        ("centre", "center"), ("colours", "color"), ("travelling", "traveling"), ("russia's", "russia"),
        ("died", "die"), ("fired", "fire"), ("used", "use"), ("agreed", "agree"),
        ("fought", "fight"), ("overthrown", "overthrow"), ("crises", "crisis"),
    ],
)  # fmt: skip
def test_forms_lead_back_to_their_base(form: str, base: str) -> None:
    assert base in lemmas(form)


@pytest.mark.parametrize("word", ["kiss", "bus", "red", "king", "gas", "it", "us", "", "the"])
def test_words_that_only_look_inflected_stay(word: str) -> None:
    assert lemmas(word) == ()


def test_a_short_word_of_one_syllable_would_have_doubled_its_last_letter() -> None:
    """*Fired* is of fire, and no fir tree."""
    assert [lemmas(word)[0] for word in ("fired", "hoping", "rated", "visited", "quoted")] == [
        "fire", "hope", "rate", "visit", "quote",
    ]  # fmt: skip


def test_only_irregular_forms_are_irregular() -> None:
    assert irregular("went") == "go"
    assert irregular("go") is None
    assert irregular("walked") is None


@given(st.text("abcdeginrstuvy'", max_size=12))
@settings(max_examples=300, deadline=None)
def test_proposals_are_few_unlike_the_word_and_of_two_letters_or_more(word: str) -> None:
    proposed = lemmas(word)
    assert len(proposed) == len(set(proposed)) <= 24
    assert all(form != word and len(form) >= 2 for form in proposed)
