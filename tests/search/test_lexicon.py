"""The archive's lexicon: which words it keeps, what an update costs, and which words are near."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.engines.base import Engine, FloatArray, Manifest, Word, WordCount
from indexer.engines.embedded import EmbeddedEngine
from indexer.search.lexicon import KIND, STATE, Lexicon, LexiconReport, _bases, _centred, update_lexicon
from indexer.text import stem_word
from tests.fakes import FakeEncoder
from tests.search.conftest import SYNONYMS, article, entry

TEXTS = (
    ("1", "ar", "هدنة في ليبيا"),
    ("2", "ar", "هدنة أخرى والهدنة تنهار في ليبيا"),
    ("3", "ar", "كتاب عن النفط"),
    ("4", "ar", "وكتاب آخر عن كتاب"),
    ("5", "ar", "هذا كتاب وكتاب"),
    ("6", "en", "the oil book"),
    ("7", "en", "oil and books"),
)


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder(codes=True, synonyms=SYNONYMS)


@pytest.fixture
def engine(tmp_path: Path, encoder: FakeEncoder) -> Iterator[Engine]:
    with EmbeddedEngine.open(tmp_path / "archive") as opened:
        opened.create(Manifest(encoder.fingerprint.to_dict(), {}, 1))
        write(opened, encoder, TEXTS)
        yield opened


def write(engine: Engine, encoder: FakeEncoder, texts: tuple[tuple[str, str, str], ...]) -> None:
    engine.write([entry(encoder, article(name, "", text, language=code)) for name, code, text in texts])
    engine.refresh()


def vector_of(encoder: FakeEncoder, word: str) -> np.ndarray:
    vectors = encoder.encode_words([word])
    assert vectors is not None
    return vectors


def counted(articles: dict[str, int]) -> dict[str, WordCount]:
    return {form: WordCount(form, stem_word(form, "ar"), "ar", count) for form, count in articles.items()}


def test_words_of_two_articles_are_kept(engine: Engine, encoder: FakeEncoder) -> None:
    update_lexicon(engine, encoder)
    words = {(word.language, word.surface): word.articles for word in Lexicon.load(engine).words}
    assert words["ar", "ليبيا"] == 2
    assert words["en", "oil"] == 2
    assert ("ar", "تنهار") not in words  # in one article only


def test_numbers_and_what_is_too_long_for_a_word_are_not_kept(engine: Engine, encoder: FakeEncoder) -> None:
    longest = "a" * 40
    text = f"2011 {longest} {longest}a covid19"
    write(engine, encoder, (("8", "en", text), ("9", "en", text)))
    update_lexicon(engine, encoder)
    kept = {word.surface for word in Lexicon.load(engine).words}
    assert {longest, "covid19"} <= kept
    assert not {"2011", f"{longest}a"} & kept


def test_a_stem_is_shown_as_it_is_mostly_written(engine: Engine, encoder: FakeEncoder) -> None:
    update_lexicon(engine, encoder)
    lexicon = Lexicon.load(engine)
    truce = next(word for word in lexicon.words if word.stem == "هدن")
    assert truce.surface == "هدنه"  # الهدنة is written once
    assert truce.skeleton


@pytest.mark.parametrize(("mostly", "seldom"), [("books", "book"), ("book", "books")])
def test_of_two_forms_of_a_stem_that_which_more_articles_have_is_shown(
    engine: Engine, encoder: FakeEncoder, mostly: str, seldom: str
) -> None:
    forms = [*[mostly] * 5, *[seldom] * 3]
    write(engine, encoder, tuple((f"more-{place}", "en", form) for place, form in enumerate(forms)))
    update_lexicon(engine, encoder)
    found = Lexicon.load(engine).get("book", "en")
    assert found is not None
    assert (found.surface, found.articles) == (mostly, 10)  # with the two of `TEXTS`


def test_only_new_words_are_encoded(engine: Engine, encoder: FakeEncoder) -> None:
    first = update_lexicon(engine, encoder)
    assert first.words == first.encoded > 0
    assert update_lexicon(engine, encoder) == LexiconReport(words=first.words, encoded=0)
    write(engine, encoder, (("8", "ar", "سلام"), ("9", "ar", "سلام")))
    assert update_lexicon(engine, encoder) == LexiconReport(words=first.words + 1, encoded=1)


def test_counts_follow_the_archive(engine: Engine, encoder: FakeEncoder) -> None:
    update_lexicon(engine, encoder)
    write(engine, encoder, tuple((f"more-{number}", "en", "oil") for number in range(8)))
    update_lexicon(engine, encoder)
    found = Lexicon.load(engine).get("oil", "en")
    assert found is not None
    assert found.articles == 10


def test_counts_follow_an_archive_that_loses_articles(engine: Engine, encoder: FakeEncoder) -> None:
    write(engine, encoder, tuple((f"more-{number}", "en", "oil") for number in range(8)))
    update_lexicon(engine, encoder)
    engine.delete([f"more-{number}" for number in range(8)])
    engine.refresh()
    update_lexicon(engine, encoder)
    found = Lexicon.load(engine).get("oil", "en")
    assert found is not None
    assert found.articles == 2


def test_each_of_many_words_has_its_own_vector(engine: Engine, encoder: FakeEncoder) -> None:
    forms = [
        f"{first}{second}{'x' * (place % 5)}"
        for place, first in enumerate("abcdefghijklm")
        for second in "nopqrstuvwz"
    ]
    text = " ".join(forms)
    write(engine, encoder, (("8", "de", text), ("9", "de", text)))
    assert update_lexicon(engine, encoder).encoded > len(forms)
    stored = {word.surface: word.vector for word in engine.words(vectors=True) if word.language == "de"}
    assert set(forms) == set(stored)
    for form in forms:
        assert stored[form] == pytest.approx(vector_of(encoder, form)[0], abs=0.02)


def test_an_update_that_changes_something_says_so(engine: Engine, encoder: FakeEncoder) -> None:
    report = update_lexicon(engine, encoder)
    first = dict(engine.records(KIND))[STATE]
    assert first["words"] == report.words
    update_lexicon(engine, encoder)
    assert dict(engine.records(KIND))[STATE] == first
    write(engine, encoder, (("8", "ar", "هدنة"),))  # nothing to encode, but a count
    update_lexicon(engine, encoder)
    assert dict(engine.records(KIND))[STATE]["changes"] > first["changes"]


def test_an_encoder_without_word_vectors_still_gives_words(engine: Engine) -> None:
    update_lexicon(engine, FakeEncoder())
    lexicon = Lexicon.load(engine)
    assert lexicon.get("oil", "en") is not None
    assert lexicon.nearest(np.ones((1, 64), np.float32), 3, ["ar"]) == [[]]


def test_a_letter_written_to_a_word_is_known(engine: Engine, encoder: FakeEncoder) -> None:
    update_lexicon(engine, encoder)
    assert Lexicon.load(engine).variants("كتاب") == ("وكتاب",)
    assert Lexicon.load(engine).variants("تاب") == ()  # the first letter of كتاب is its own


def test_a_stem_that_is_mostly_another_word_is_no_form_of_it() -> None:
    """لبنين (for sons) has the stem of لبنان (Lebanon), which is in many more articles."""
    lebanon = {"لبنان": 3_000, "لبنين": 2, "بنين": 40, "وكتاب": 20, "كتاب": 90}
    assert _bases(counted(lebanon)) == {"وكتاب": "كتاب"}
    assert _bases(counted({"لبنين": 2, "بنين": 40})) == {"لبن": "بن"}


def test_the_word_of_the_same_meaning_is_nearest(engine: Engine, encoder: FakeEncoder) -> None:
    update_lexicon(engine, encoder)
    lexicon = Lexicon.load(engine)
    [[nearest, *_]] = lexicon.nearest(vector_of(encoder, "libya"), 3, ["ar"])
    assert nearest.word.surface == "ليبيا"
    assert {n.word.language for n in lexicon.nearest(vector_of(encoder, "libya"), 3, ["en"])[0]} == {"en"}


def test_an_empty_archive_has_an_empty_lexicon(tmp_path: Path, encoder: FakeEncoder) -> None:
    with EmbeddedEngine.open(tmp_path / "empty") as engine:
        engine.create(Manifest(encoder.fingerprint.to_dict(), {}, 1))
        assert update_lexicon(engine, encoder) == LexiconReport(words=0, encoded=0)
        lexicon = Lexicon.load(engine)
        assert len(lexicon) == 0
        assert lexicon.nearest(vector_of(encoder, "oil"), 3, ["ar"]) == [[]]


# --- many words -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def words() -> list[Word]:
    """3,000 words, each five of which are near to one another."""
    random = np.random.default_rng(3)
    drawn = 2.0 + np.repeat(random.standard_normal((600, 384)), 5, axis=0)
    drawn = (drawn + 0.8 * random.standard_normal(drawn.shape)).astype(np.float32)
    return [
        Word(f"stem{n:04}", "ar" if n < 2_000 else "en", f"form{n:04}", n % 7 + 2, "K" if n % 3 else "", row)
        for n, row in enumerate(drawn)
    ]


@pytest.fixture(scope="module")
def centred(words: list[Word]) -> FloatArray:
    vectors = _centred(words)
    assert vectors is not None
    return vectors


@pytest.fixture(scope="module")
def many(words: list[Word]) -> Lexicon:
    return Lexicon(words, {})


@pytest.mark.parametrize("count", [1, 5, 40, 3_000])
def test_quantised_vectors_find_what_whole_ones_find(many: Lexicon, centred: FloatArray, count: int) -> None:
    noise = np.random.default_rng(4).standard_normal((50, 384)).astype(np.float32)
    asked = centred[:250:5] + 0.03 * noise
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    cosines = asked @ centred.T
    for row, neighbours in zip(cosines, many.nearest(asked, count, ["ar", "en"]), strict=True):
        for language, start, end in (("ar", 0, 2_000), ("en", 2_000, 3_000)):
            own = [n for n in neighbours if n.word.language == language]
            assert len(own) == min(count, end - start)
            # Two whose cosines differ by no more than what is rounded off may change places.
            best = np.sort(row[start:end])[::-1][: len(own)]
            np.testing.assert_allclose([n.similarity for n in own], best, atol=0.003)


def test_one_word_and_many_at_once_have_the_same_nearest_words(many: Lexicon, centred: FloatArray) -> None:
    asked = centred[:2_500:100]
    at_once = many.nearest(asked, 3, ["ar", "en"])
    assert at_once == [many.nearest(row[None], 3, ["ar", "en"])[0] for row in asked]
    for row, found in zip(asked, at_once, strict=True):
        assert [neighbour.word.language for neighbour in found] == ["ar"] * 3 + ["en"] * 3
        for neighbour in found:
            place = many.words.index(neighbour.word)
            assert neighbour.similarity == pytest.approx(float(centred[place] @ row), abs=0.003)
            [similarity] = many.similarity(row, [neighbour.word])
            assert similarity == pytest.approx(neighbour.similarity, abs=0.003)


def test_centring_removes_what_all_words_of_a_language_share(centred: FloatArray) -> None:
    assert np.abs(centred[:2_000].mean(axis=0)).max() < 0.02
    assert np.linalg.norm(centred, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_a_skeleton_brings_the_frequent_first(many: Lexicon) -> None:
    counts = [word.articles for word in many.sounding_like(["K"])]
    assert counts == sorted(counts, reverse=True)
    assert len(counts) == 2_000
    assert many.sounding_like(["none"]) == []


def test_a_stem_of_two_languages_is_that_of_the_language_asked_for() -> None:
    words = [Word("pain", "en", "pain", 9, ""), Word("pain", "fr", "pain", 4, "")]
    lexicon = Lexicon(words, {})
    assert lexicon.get("pain", "fr") is lexicon.words[1]
    assert lexicon.get("pain", "de") is lexicon.words[0]  # the language that has it most
    assert lexicon.get("douleur") is None


def test_the_articles_of_a_stem_are_those_of_all_languages() -> None:
    lexicon = Lexicon([Word("pain", "en", "pain", 9, ""), Word("pain", "fr", "pain", 4, "")], {})
    assert lexicon.articles("pain") == 13
    assert lexicon.articles("douleur") == 0


def test_languages_are_told_with_their_words_the_most_first() -> None:
    words = [Word(f"{language}{n}", language, "", 2, "") for language, count in (("ar", 2), ("en", 1), ("fa", 4))
             for n in range(count)]  # fmt: skip
    assert list(Lexicon(words, {}).languages.items()) == [("fa", 4), ("ar", 2), ("en", 1)]


def test_a_word_is_compared_by_the_vector_of_its_own_language() -> None:
    vectors = np.eye(4, dtype=np.float32)
    words = [
        Word("pain", code, "pain", 9, "", row) for code, row in zip(("de", "en", "fr"), vectors, strict=False)
    ]
    lexicon = Lexicon(words, {})
    asked = _centred(words)[1]  # type: ignore[index]
    missing = Word("other", "en", "other", 9, "")
    other, own, another, none = lexicon.similarity(asked, [*lexicon.words, missing])
    assert own == pytest.approx(1.0, abs=0.003)
    assert other == another == pytest.approx(-0.5, abs=0.003)
    assert none is None
    bare = Lexicon([replace(word, vector=None) for word in words], {})
    assert bare.similarity(asked, bare.words[:1]) == [None]


def test_few_words_of_a_language_are_centred_by_what_all_words_share() -> None:
    """Their own mean would be that of what they say: two words would be each other's opposite."""
    random = np.random.default_rng(5)
    drawn = (3.0 + random.standard_normal((402, 32))).astype(np.float32)
    drawn[401] = drawn[400] + 0.1  # two Persian words that mean the same
    words = [Word(f"w{n:03}", "ar" if n < 400 else "fa", "", 2, "", row) for n, row in enumerate(drawn)]
    vectors = _centred(words)
    assert vectors is not None
    assert vectors[400] @ vectors[401] > 0.9


def test_words_with_and_without_vectors_are_not_mixed() -> None:
    word = Word("a", "en", "a", 2, "", np.ones(8, np.float32))
    with pytest.raises(ValueError, match="'b' has no vector"):
        Lexicon([word, replace(word, stem="b", vector=None)], {})
