"""The archive's lexicon: which words it keeps, what an update costs, and which words are near."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.engines.base import Engine, Manifest, Word, WordCount
from indexer.engines.embedded import EmbeddedEngine
from indexer.search.lexicon import KIND, STATE, Lexicon, LexiconReport, _bases, update_lexicon
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


def test_a_stem_is_shown_as_it_is_mostly_written(engine: Engine, encoder: FakeEncoder) -> None:
    update_lexicon(engine, encoder)
    lexicon = Lexicon.load(engine)
    truce = next(word for word in lexicon.words if word.stem == "هدن")
    assert truce.surface == "هدنه"  # الهدنة is written once
    assert truce.skeleton


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


# --- many words, so that signs pick candidates ----------------------------------------------------


@pytest.fixture(scope="module")
def many() -> Lexicon:
    """3,000 words, each five of which are near to one another."""
    random = np.random.default_rng(3)
    drawn = 2.0 + np.repeat(random.standard_normal((600, 384)), 5, axis=0)
    drawn = (drawn + 0.8 * random.standard_normal(drawn.shape)).astype(np.float32)
    words = [
        Word(f"stem{n:04}", "ar" if n < 2_000 else "en", f"form{n:04}", n % 7 + 2, "K" if n % 3 else "", row)
        for n, row in enumerate(drawn)
    ]
    return Lexicon(words, {})


def test_candidates_by_signs_find_what_all_cosines_find(many: Lexicon) -> None:
    vectors = many._vectors
    assert vectors is not None
    noise = np.random.default_rng(4).standard_normal((50, 384)).astype(np.float32)
    asked = vectors[:250:5] + 0.03 * noise
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    # One by one: as many at once are few enough words for each to do without signs.
    found = [many.nearest(row[None], 5, ["ar"])[0] for row in asked]
    same = 0
    for row, neighbours in zip(asked, found, strict=True):
        exact = np.argsort(-(vectors[:2_000] @ row), kind="stable")[:5]
        same += len({many.words[place].stem for place in exact} & {n.word.stem for n in neighbours})
        assert [n.similarity for n in neighbours] == sorted((n.similarity for n in neighbours), reverse=True)
    assert same >= 0.97 * 250


def test_centring_removes_what_all_words_of_a_language_share(many: Lexicon) -> None:
    vectors = many._vectors
    assert vectors is not None
    assert np.abs(vectors[:2_000].mean(axis=0)).max() < 0.02
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


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


def test_words_with_and_without_vectors_are_not_mixed() -> None:
    word = Word("a", "en", "a", 2, "", np.ones(8, np.float32))
    with pytest.raises(ValueError, match="'b' has no vector"):
        Lexicon([word, replace(word, stem="b", vector=None)], {})
