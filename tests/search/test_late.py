"""Late interaction and alignment: the passage that answers word by word, and which word answers which."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import Article, Passage
from indexer.engines.base import StoredPassage
from indexer.models.base import Encoding, PassageText
from indexer.search.align import align
from indexer.search.late import both_ways, interact, title_words
from tests.fakes import FakeEncoder

SYNONYMS = {"هدنة": "ceasefire", "ليبيا": "libya", "نفط": "oil"}


@pytest.fixture(scope="module")
def encoder() -> FakeEncoder:
    return FakeEncoder(384, codes=True, synonyms=SYNONYMS)


def stored(encoder: FakeEncoder, text: str, number: int = 0, language: str = "ar") -> StoredPassage:
    [encoded] = encoder.encode_passages([PassageText("", text, language)])
    return StoredPassage(Passage(number, 0, len(text), language), encoded.codes)


def asked(encoder: FakeEncoder, text: str) -> Encoding:
    return encoder.encode_query(text, words=True)


# --- late interaction -----------------------------------------------------------------------------


def test_the_article_that_answers_every_word_scores_most(encoder: FakeEncoder) -> None:
    read = {
        "both": [stored(encoder, "بدأت هدنة في ليبيا")],
        "one": [stored(encoder, "سعر نفط ليبيا هبط")],
        "none": [stored(encoder, "القط ينام طوال اليوم")],
    }
    assert encoder.coder is not None
    found = interact(asked(encoder, "libya ceasefire"), read, encoder.coder)
    assert found["both"].score > found["one"].score > found["none"].score
    assert found["both"].score == pytest.approx(1.0, abs=0.1)
    assert found["none"].score < 0.3


def test_an_article_counts_as_its_best_passage(encoder: FakeEncoder) -> None:
    passages = [stored(encoder, text, n) for n, text in enumerate(["القط ينام", "هدنة في ليبيا", "سعر نفط"])]
    assert encoder.coder is not None
    found = interact(asked(encoder, "libya ceasefire"), {"a": passages, "b": passages[1:2]}, encoder.coder)
    assert found["a"].passage == 1
    assert found["a"].score == found["b"].score
    assert found["a"].similarities is not None
    assert found["b"].similarities is not None
    np.testing.assert_array_equal(found["a"].similarities, found["b"].similarities)


def test_the_first_of_the_best_passages_counts(encoder: FakeEncoder) -> None:
    passages = [stored(encoder, text, n) for n, text in enumerate(["هدنة في ليبيا", "هدنة في ليبيا", "هدنة"])]
    assert encoder.coder is not None
    assert interact(asked(encoder, "libya ceasefire"), {"a": passages}, encoder.coder)["a"].passage == 0


def test_titles_are_compared_in_both_directions_and_apart() -> None:
    similarities = np.array([[0.9, 0.1, 0.5, 0.2], [0.3, 0.7, 0.4, 0.8]], np.float32)
    scores = both_ways(similarities, [(0, 2), (2, 2), (2, 4)])
    # To the first title 0.9 and 0.7, and back from it the same; an empty one; to the last 0.5 and 0.8, and back.
    assert scores == pytest.approx([0.8, 0.0, 0.65])
    assert both_ways(similarities, []) == []
    assert both_ways(similarities, [(1, 1)]) == [0.0]


def test_a_title_longer_than_what_was_read_ends_with_it(encoder: FakeEncoder) -> None:
    assert encoder.coder is not None
    query = asked(encoder, "libya ceasefire")
    read = {"a": [stored(encoder, "هدنة")], "b": [stored(encoder, "ليبيا")]}
    alone = interact(query, {"a": read["a"]}, encoder.coder, {"a": 1})
    assert interact(query, read, encoder.coder, {"a": 9, "b": 9})["a"].title == pytest.approx(
        alone["a"].title
    )


def test_articles_without_codes_are_left_out(encoder: FakeEncoder) -> None:
    assert encoder.coder is not None
    bare = StoredPassage(Passage(0, 0, 4, "ar"), None)
    empty = StoredPassage(Passage(0, 0, 4, "ar"), b"")
    coded = stored(encoder, "هدنة")
    found = interact(asked(encoder, "ceasefire"), {"a": [bare], "b": [empty, coded], "c": []}, encoder.coder)
    assert set(found) == {"b"}
    assert interact(asked(encoder, "ceasefire"), {"a": [bare]}, encoder.coder) == {}


def test_a_query_without_words_says_nothing(encoder: FakeEncoder) -> None:
    assert encoder.coder is not None
    read = {"a": [stored(encoder, "هدنة")]}
    assert interact(asked(encoder, "?!"), read, encoder.coder) == {}
    assert interact(encoder.encode_query("oil"), read, encoder.coder) == {}  # encoded without words


def test_a_title_that_says_the_same_and_no_more_is_nearer(encoder: FakeEncoder) -> None:
    assert encoder.coder is not None
    titles = {"same": "هدنة ليبيا", "more": "هدنة ليبيا بعد حرب طويلة دمرت المدن", "other": "سعر نفط هبط"}
    read = {
        name: [
            StoredPassage(
                Passage(number, 0, 9, "ar"),
                (stored(encoder, title).codes or b"") + (stored(encoder, "القط ينام").codes or b""),
            )
            for number in range(2)
        ]
        for name, title in titles.items()
    }
    words = {name: len(title.split()) for name, title in titles.items()}
    found = interact(asked(encoder, "libya ceasefire"), read, encoder.coder, words)
    assert found["same"].title == pytest.approx(1.0, abs=0.1)
    assert found["same"].title > found["more"].title > found["other"].title
    assert interact(asked(encoder, "libya ceasefire"), read, encoder.coder)["same"].title == 0.0


def test_a_title_that_was_made_has_no_words_in_the_codes() -> None:
    article = Article(id="a", title="هدنة ليبيا", text="هدنة ليبيا", title_made=True)
    assert title_words(article) == 0
    assert title_words(replace(article, title_made=False)) == 2


# --- alignment ------------------------------------------------------------------------------------


def pairs(
    encoder: FakeEncoder, query: str, text: str, numbers: list[int] | None = None
) -> list[tuple[str, str]]:
    assert encoder.coder is not None
    encoding = asked(encoder, query)
    found = align(encoding, stored(encoder, text), text, encoder.coder, numbers=numbers)
    return [(query[slice(*encoding.spans[pair.number])], text[pair.start : pair.end]) for pair in found]


def test_words_are_paired_across_languages(encoder: FakeEncoder) -> None:
    assert pairs(encoder, "Libya wants a ceasefire", "بدأت هدنة في ليبيا.") == [
        ("Libya", "ليبيا"),
        ("ceasefire", "هدنة"),
    ]


def test_a_word_without_a_partner_has_no_pair(encoder: FakeEncoder) -> None:
    assert pairs(encoder, "gold price", "بدأت هدنة في ليبيا") == []


def test_marks_around_a_word_are_not_part_of_the_pair(encoder: FakeEncoder) -> None:
    assert pairs(encoder, "ceasefire", "إنها «هدنة»، قال") == [("ceasefire", "هدنة")]


@pytest.mark.parametrize(("language", "paired"), [("es", []), ("en", ["por"])])
def test_a_function_word_of_the_passages_language_answers_nothing(language: str, paired: list[str]) -> None:
    encoder = FakeEncoder(384, codes=True, synonyms={"por": "price"})
    assert encoder.coder is not None
    text = "aranceles por 60 millones"
    found = align(asked(encoder, "oil price"), stored(encoder, text, language=language), text, encoder.coder)
    assert [text[pair.start : pair.end] for pair in found] == paired


def test_only_mutual_partners_pair(encoder: FakeEncoder) -> None:
    """Two words of the query want the same word: the nearer one gets it."""
    assert pairs(encoder, "oil oil", "سعر نفط هبط") == [("oil", "نفط")]


def test_words_that_are_not_asked_for_compete_all_the_same(encoder: FakeEncoder) -> None:
    assert pairs(encoder, "Libya ceasefire", "بدأت هدنة في ليبيا", [1]) == [("ceasefire", "هدنة")]
    assert pairs(encoder, "oil oil", "سعر نفط هبط", [0]) == [("oil", "نفط")]
    assert pairs(encoder, "oil oil", "سعر نفط هبط", [1]) == []
    assert pairs(encoder, "oil price", "سعر نفط هبط", []) == []


def test_the_title_takes_part_but_forms_no_pair(encoder: FakeEncoder) -> None:
    """Passages are encoded with their title before them: its words come first in the codes."""
    assert encoder.coder is not None
    title, text = "هدنة ليبيا", "سعر نفط هبط"
    codes = (stored(encoder, title).codes or b"") + (stored(encoder, text).codes or b"")
    whole = StoredPassage(Passage(0, 0, len(text), "ar"), codes)
    found = align(asked(encoder, "oil in libya"), whole, text, encoder.coder)
    assert [text[pair.start : pair.end] for pair in found] == ["نفط"]


def test_a_passage_that_was_read_in_part_has_no_pairs(encoder: FakeEncoder) -> None:
    assert encoder.coder is not None
    text = "سعر نفط هبط"
    codes = (stored(encoder, text).codes or b"")[: encoder.coder.bytes_per_word]
    assert (
        align(asked(encoder, "oil"), StoredPassage(Passage(0, 0, 11, "ar"), codes), text, encoder.coder) == []
    )


@given(st.text(max_size=200), st.text(max_size=60))
def test_pairs_cut_both_texts(text: str, query: str) -> None:
    encoder = FakeEncoder(64, codes=True)
    assert encoder.coder is not None
    for pair in align(asked(encoder, query), stored(encoder, text), text, encoder.coder):
        assert 0 <= pair.start < pair.end <= len(text)
        assert 0 <= pair.number < len(asked(encoder, query).spans)
        assert text[pair.start : pair.end].strip() == text[pair.start : pair.end]


def test_signs_keep_the_order_of_cosines() -> None:
    """What the codes cost: estimated cosines of 384 signs are within a few hundredths."""
    encoder = FakeEncoder(384, codes=True)
    assert encoder.coder is not None
    random = np.random.default_rng(5)
    words = random.standard_normal((200, 384)).astype(np.float32)
    noise = random.standard_normal((10, 384)).astype(np.float32)
    query = ((words[:10] + noise) / 2).astype(np.float32)
    unit = encoder.coder.centre(words, "passage", "ar")
    asked_for = encoder.coder.centre(query, "query", "en")
    estimated = encoder.coder.similarities(
        encoder.coder.rotate_query(asked_for), encoder.coder.encode(words, "ar")
    )
    assert np.abs(estimated - asked_for @ unit.T).max() < 0.2
    assert (estimated.argmax(axis=1) == np.arange(10)).all()
