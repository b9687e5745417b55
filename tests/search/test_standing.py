"""Does anything stand out: the background of an archive, and what is told from it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.engines.base import Engine, LegResult, LexicalQuery, Manifest, Sort
from indexer.engines.embedded import EmbeddedEngine
from indexer.models.base import Encoding
from indexer.search.background import KIND, LEAST, NO_BACKGROUND, Background, balanced, update_background
from indexer.search.explain import KEYWORDS, MEANING
from indexer.search.found import Found
from indexer.search.fusion import Fused
from indexer.search.legs import Lookup
from indexer.search.prepared import Prepared
from indexer.search.query import parse
from indexer.search.querylanguage import QueryLanguage
from indexer.search.request import SearchRequest
from indexer.search.searcher import Searcher
from indexer.search.standing import HEADLINE, MET, QUESTION, Standing, standing
from indexer.settings import Settings
from tests.fakes import FakeEncoder
from tests.search.conftest import SYNONYMS, article, entry

LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
COMMON = ("أمس", "خبر", "قال", "يوم")


def text_of(number: int) -> str:
    """Return eight words that no other article has, and four that all have."""
    drawn = random.Random(number)
    return " ".join([*COMMON, *("".join(drawn.choices(LETTERS, k=7)) for _ in range(8))])


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder(synonyms={"خبر": "news", **SYNONYMS})


@pytest.fixture
def engine(tmp_path: Path, encoder: FakeEncoder) -> Iterator[Engine]:
    """Forty Arabic articles on nothing, and one on oil in Libya."""
    with EmbeddedEngine.open(tmp_path / "archive") as opened:
        opened.create(Manifest(encoder.fingerprint.to_dict(), {}, 1))
        items = [article(f"a-{number:02}", "خبر", text_of(number), language="ar") for number in range(40)]
        items.append(article("oil", "نفط ليبيا", "نفط ليبيا هدنة", language="ar"))
        items.append(article("english", "Oil in Libya", "oil libya ceasefire", language="en"))
        opened.write([entry(encoder, item) for item in items])
        opened.refresh()
        yield opened


@pytest.fixture
def searcher(engine: Engine, encoder: FakeEncoder) -> Searcher:
    update_background(engine)
    return Searcher(engine, encoder, Settings())


def ask(searcher: Searcher, text: str, language: str = "ar", sort: Sort = Sort.RELEVANCE) -> bool | None:
    return searcher.search(SearchRequest(f"{text} language:{language}", sort=sort)).stands_out


# -- the background


def test_the_background_is_the_mean_of_a_language(engine: Engine) -> None:
    update_background(engine)
    ids = [f"a-{number:02}" for number in range(40)]
    passages = [*engine.vectors([*ids, "oil"]).values()]
    mean = np.concatenate(passages).mean(axis=0)
    query = np.random.default_rng(0).standard_normal(64).astype(np.float32)
    # One article in English is too few to know.
    expected = pytest.approx({"ar": float(query @ mean)}, abs=1e-3)
    assert Background.load(engine).expected(query) == expected


def test_the_background_is_taken_anew_when_the_archive_has_grown(
    engine: Engine, encoder: FakeEncoder
) -> None:
    update_background(engine)
    [before] = dict(engine.records(KIND)).values()
    assert before["articles"] == 41
    for number, expected in ((41, 41), (60, 60)):
        fresh = [article(f"a-{n:02}", "خبر", text_of(n), language="ar") for n in range(40, number - 1)]
        engine.write([entry(encoder, item) for item in fresh])
        engine.refresh()
        update_background(engine)
        [after] = dict(engine.records(KIND)).values()
        assert after["articles"] == expected
    assert after["mean"] != before["mean"]


def test_another_model_has_another_background(engine: Engine, tmp_path: Path) -> None:
    update_background(engine)
    other = FakeEncoder(name="other")
    with EmbeddedEngine.open(tmp_path / "other") as opened:
        opened.create(Manifest(other.fingerprint.to_dict(), {}, 1))
        opened.put_records(KIND, dict(engine.records(KIND)))  # as small records outlive a change of model
        assert Background.load(opened).expected(np.ones(64, np.float32)) == {}


def test_few_articles_have_no_background(tmp_path: Path, encoder: FakeEncoder) -> None:
    with EmbeddedEngine.open(tmp_path / "few") as opened:
        opened.create(Manifest(encoder.fingerprint.to_dict(), {}, 1))
        update_background(opened)
        items = [article(f"a-{n}", "خبر", text_of(n), language="ar") for n in range(LEAST - 1)]
        opened.write([entry(encoder, item) for item in items])
        opened.refresh()
        update_background(opened)
        assert not dict(opened.records(KIND))
        assert Searcher(opened, encoder, Settings()).search(SearchRequest("oil")).stands_out is None


def test_languages_are_balanced() -> None:
    scores = np.array([0.9, 0.8, 0.7], np.float32)
    expected = {"en": 0.8, "ar": 0.6}
    # A language that nothing is known of counts as the mean, 0.7.
    assert balanced(scores, ["en", "ar", "sw"], expected).tolist() == pytest.approx([0.8, 0.9, 0.7])
    for languages in (["ar", "ar", "ar"], ["ar", "sw", "ar"], ["sw", "yo", "sw"]):
        assert balanced(scores, languages, expected) is scores
    assert len(balanced(scores[:0], [], expected)) == 0


def test_centred_vectors_lack_what_their_language_has_in_common() -> None:
    background = Background({"en": np.array([1, 0], np.float32), "ar": np.array([0, 1], np.float32)})
    vectors = np.array([[1, 2], [3, 1]], np.float32)
    assert background.centred(vectors, "en").tolist() == [[0, 1], pytest.approx([0.894427, 0.447214])]
    assert background.centred(vectors[1:], "ar").tolist() == [[1, 0]]
    # Of Swahili nothing is known: the mean of both is taken off.
    assert background.centred(np.array([[0.5, 0.5]], np.float32), "sw").tolist() == [[0, 0]]
    assert NO_BACKGROUND.centred(vectors, "en") is vectors


# -- what is told from it


def test_an_answer_stands_out_and_the_nearest_of_nothing_does_not(searcher: Searcher) -> None:
    assert ask(searcher, "oil libya ceasefire") is True
    page = searcher.search(SearchRequest("football striker transfer language:ar"))
    assert page.results  # the nearest are shown all the same
    assert page.stands_out is False
    assert page.notices[0].startswith("Nothing here stands out")


def test_not_judged_in_one_language_or_in_another_order(searcher: Searcher) -> None:
    assert ask(searcher, "football striker transfer", "en") is None
    assert ask(searcher, "football striker transfer", sort=Sort.NEWEST) is None
    assert searcher.search(SearchRequest("language:ar")).stands_out is None


def test_not_judged_without_a_background(engine: Engine, encoder: FakeEncoder) -> None:
    page = Searcher(engine, encoder, Settings()).search(
        SearchRequest("football striker transfer language:ar")
    )
    assert page.stands_out is None
    assert not page.notices


def test_an_evaluation_is_told_the_same(searcher: Searcher) -> None:
    assert searcher.rank(SearchRequest("oil libya ceasefire language:ar")).stands_out is True
    assert searcher.rank(SearchRequest("football striker transfer language:ar")).stands_out is False


def prepared(expected: float = 0.6) -> Prepared:
    """Return a question of which Arabic passages have this cosine on the whole."""
    encoding = Encoding(np.array([1, 0], np.float32))
    background = Background({"ar": np.array([expected, 0], np.float32)})
    lookup = Lookup(LexicalQuery())
    return Prepared(
        parse("oil"), QueryLanguage("en"), lookup, None, encoding, question=True, background=background
    )


def found(*ids: str, parts: list[list[float]] | None = None) -> Found:
    """Return articles in this order, the first at a cosine of 0.8, of which the first have these keyword scores."""

    def leg(scores: np.ndarray, parts: np.ndarray | None = None) -> LegResult:
        count = len(scores)
        return LegResult(list(ids[:count]), scores, np.full(count, -1, np.int32), count, parts=parts)

    legs = {MEANING: leg(np.linspace(0.8, 0.1, len(ids)).astype(np.float32))}
    if parts is not None:
        some = np.array(parts, np.float32)
        legs[KEYWORDS] = leg(some.sum(axis=1), some)
    fused = [Fused(name, 1.0, {}) for name in ids]
    return Found(fused, (), legs, dict.fromkeys(ids, "ar"))


def test_near_is_how_much_of_the_way_from_the_usual_to_the_same_is_gone() -> None:
    told = standing(prepared(), found("a", "b"))
    assert told is not None
    assert (told.near, told.met, told.least) == (pytest.approx(0.5), 0.0, QUESTION)


def test_met_is_what_the_best_of_the_first_articles_meets_of_the_words() -> None:
    told = standing(prepared(), found("a", "b", "c", parts=[[1, 0], [3, 1]]))
    assert told is not None
    assert told.met == pytest.approx((3 / 4 + 1 / 2) / 2)
    # The eleventh is not among the first.
    ids = [f"a{number:02}" for number in range(11)]
    told = standing(prepared(), found(*ids, parts=[*([[1.0, 0.0]] * 10), [3.0, 1.0]]))
    assert told is not None
    assert told.met == pytest.approx(1 / 4)


def test_nothing_is_said_of_nothing() -> None:
    assert standing(prepared(), found()) is None
    assert standing(prepared(), Found((), (), {})) is None
    assert standing(prepared(expected=1.0), found("a")) is None
    assert standing(replace(prepared(), encoding=None), found("a")) is None


def test_words_that_are_met_help_what_is_less_near() -> None:
    one = Standing(near=HEADLINE - MET / 2, met=0.0, least=HEADLINE)
    assert not one.stands_out
    assert replace(one, met=0.5).stands_out
    assert QUESTION < HEADLINE  # a passage says more than the question that it answers
