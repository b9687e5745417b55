"""A query that is an article's title finds the story: what is near to the article, past the filters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.article import Article
from indexer.engines.base import Engine, Filters, LegResult, LexicalLeg, Manifest, Sort
from indexer.engines.embedded import EmbeddedEngine
from indexer.errors import EngineTimeout
from indexer.search.background import LEAST, NO_BACKGROUND, Background, update_background
from indexer.search.explain import KNOWN_ITEM
from indexer.search.knownitem import (
    CROWD,
    MOST,
    TITLES,
    known_item,
    near_article,
    near_known_item,
    title_asked,
    uncrowded,
)
from indexer.search.query import parse
from indexer.search.request import SearchRequest
from indexer.search.searcher import Searcher
from indexer.search.weights import WEIGHTS
from indexer.settings import Settings
from tests.fakes import FakeEncoder
from tests.search.conftest import SYNONYMS, article, entry

TITLE = "Harbour reopens after long silence"
NOTICE = "The archive has an article with this title"
FISH = {"سفن": "ships", "صيادون": "fishermen", "بحر": "sea"}
#: Nothing of the title is in the text, and nothing of the text is in the query.
STORY = (
    article("story-en", TITLE, "ships fishermen sea", language="en", source="BBC News"),
    article("story-ar", "بحر", "سفن صيادون بحر", language="ar", source="BBC Arabic"),
    article("a-other-ar", "نفط", "هدنة نفط", language="ar", source="CNN"),
)
FILLERS = tuple(
    article(f"{language}-{number}", f"{word}{number}", f"{word}{number}x {word}{number}y", language=language)
    for language, word in (("en", "filler"), ("ar", "حشو"))
    for number in range(LEAST)
)


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder(256, synonyms={**SYNONYMS, **FISH})


def write(engine: Engine, encoder: FakeEncoder, items: Sequence[Article]) -> None:
    engine.write([entry(encoder, item) for item in items])
    engine.refresh()


@pytest.fixture
def engine(tmp_path: Path, encoder: FakeEncoder) -> Iterator[Engine]:
    with EmbeddedEngine.open(tmp_path / "archive") as opened:
        opened.create(Manifest(encoder.fingerprint.to_dict(), {}, 1))
        write(opened, encoder, [*STORY, *FILLERS])
        update_background(opened)
        yield opened


def asked(text: str, **filters: str) -> SearchRequest:
    return SearchRequest(
        text, filters=Filters(include={facet: frozenset({value}) for facet, value in filters.items()})
    )


def finds(searcher: Searcher, text: str, **filters: str) -> list[str]:
    return [name for name, _ in searcher.rank(asked(text, **filters)).fused]


def test_the_article_and_its_story_come_first(searcher: Searcher) -> None:
    page = searcher.search(SearchRequest(TITLE))
    assert [result.article.id for result in page.results[:2]] == ["story-en", "story-ar"]
    assert any(NOTICE in notice for notice in page.notices)
    sentences = [result.explanation.sentence for result in page.results[:2]]
    assert "is the article with this title" in sentences[0]
    assert "the 2nd nearest to the article with this title" in sentences[1]
    assert KNOWN_ITEM in [leg.leg for leg in page.results[1].explanation.legs]


def test_the_article_need_not_pass_the_filters(engine: Engine, encoder: FakeEncoder) -> None:
    found = finds(Searcher(engine, encoder, Settings()), TITLE, language="ar")
    assert found[0] == "story-ar"
    assert "story-en" not in found
    plain = Searcher(engine, encoder, Settings(), weights=WEIGHTS.without("known item"))
    assert finds(plain, TITLE, language="ar")[0] != "story-ar"


@pytest.mark.parametrize("filters", [{"source": "CNN"}, {"language": "fr"}, {"source": "BBC News"}])
def test_where_no_other_article_may_tell_the_story_nothing_is_said(
    searcher: Searcher, filters: dict[str, str]
) -> None:
    page = searcher.search(asked(TITLE, **filters))
    assert not any(NOTICE in notice for notice in page.notices)
    assert KNOWN_ITEM not in searcher.rank(asked(TITLE, **filters)).legs


def test_by_date_a_title_is_a_query_like_any_other(searcher: Searcher) -> None:
    page = searcher.search(SearchRequest(TITLE, sort=Sort.NEWEST))
    assert not any(NOTICE in notice for notice in page.notices)
    assert "known item" not in page.timings_ms


@pytest.mark.parametrize(
    ("text", "is_title"),
    [
        (TITLE.upper(), True),
        ("Harbour reopens after long", True),  # nearly the whole of it
        ("Harbour reopens after", False),  # two words that say something
        (f'"{TITLE}"', False),  # conditions are meant as such
        (f"{TITLE} -cats", False),
        ("Harbour OR reopens after OR long silence", False),
        ("(Harbour reopens) after long silence OR cats", False),
        ("after long silence Harbour reopens", False),
        ("", False),
    ],
)
def test_what_is_a_title(searcher: Searcher, text: str, is_title: bool) -> None:
    assert (KNOWN_ITEM in searcher.rank(SearchRequest(text)).legs) == is_title


def test_a_text_of_many_words_is_not_looked_up() -> None:
    words = [f"word{number}" for number in range(MOST + 1)]
    assert title_asked(parse(" ".join(words[:MOST])), "en") is not None
    assert title_asked(parse(" ".join(words)), "en") is None
    assert title_asked(parse("the of and to in"), "en") is None


@pytest.mark.parametrize(
    "text", [f"{TITLE} OR fire", f"(after long) OR {TITLE}", f"+{TITLE}", f'{TITLE} -"x"']
)
def test_who_writes_conditions_or_alternatives_has_no_title_in_mind(text: str) -> None:
    assert title_asked(parse(TITLE), "en") is not None
    assert title_asked(parse(text), "en") is None


def test_it_can_be_taken_out(engine: Engine, encoder: FakeEncoder) -> None:
    plain = Searcher(engine, encoder, Settings(), weights=WEIGHTS.without("known item"))
    assert KNOWN_ITEM not in plain.rank(SearchRequest(TITLE)).legs


# -- which article


def titled(engine: Engine, language: str) -> str | None:
    query = title_asked(parse(TITLE), "en")
    assert query is not None
    [found] = engine.match([LexicalLeg(query, size=10)])
    known = known_item(engine, found, parse(TITLE), language)
    return known.id if known else None


def test_words_that_a_long_title_happens_to_hold_are_no_title(engine: Engine, encoder: FakeEncoder) -> None:
    engine.delete(["story-en"])
    write(engine, encoder, [article("longer", f"{TITLE}, and what three villages say", "ships")])
    assert titled(engine, "en") is None


def test_of_articles_with_one_title_that_in_the_querys_language_is_meant(
    engine: Engine, encoder: FakeEncoder
) -> None:
    engine.delete(["story-en"])
    german = [article(f"a-de-{number}", TITLE, "schiffe", language="de") for number in range(3)]
    write(engine, encoder, [*german, article("b-fr", TITLE, "chats", language="fr")])
    assert titled(engine, "fr") == "b-fr"
    assert titled(engine, "de") == "a-de-0"
    assert titled(engine, "en") == "a-de-0"  # none is in English: the first


def test_a_title_that_many_have_tells_no_story(engine: Engine, encoder: FakeEncoder) -> None:
    write(engine, encoder, [article(f"c-{number}", TITLE, f"day{number}") for number in range(TITLES - 1)])
    assert titled(engine, "en") is not None
    write(engine, encoder, [article("c-more", TITLE, "another")])
    assert titled(engine, "en") is None


def test_an_article_that_was_deleted_meanwhile_is_not_known(engine: Engine) -> None:
    gone = LegResult(["gone"], np.ones(1, np.float32), np.zeros(1, np.int32), 1)
    assert known_item(engine, gone, parse(TITLE), "en") is None
    nothing = LegResult([], np.zeros(0, np.float32), np.zeros(0, np.int32), 0)
    assert known_item(engine, nothing, parse(TITLE), "en") is None
    assert near_article(engine, article("gone", "Gone", "gone"), NO_BACKGROUND) is None


# -- what is near to it


def test_near_articles_are_compared_without_what_their_languages_have_in_common(
    engine: Engine, encoder: FakeEncoder
) -> None:
    known = engine.articles(["story-en"])["story-en"]
    means = {
        language: np.random.default_rng(seed).standard_normal(256).astype(np.float32) / 20
        for seed, language in enumerate(("en", "ar"))
    }
    near = near_article(engine, known, Background(means), size=200)
    assert near is not None
    assert sorted(near.ids) == sorted(item.id for item in (*STORY, *FILLERS))
    vectors = engine.vectors(near.ids)

    def centred(name: str, language: str) -> Any:
        moved = vectors[name][0] - means[language]
        return moved / np.linalg.norm(moved)

    compared = np.stack([centred(*one) for one in zip(near.ids, near.languages, strict=True)])
    among = compared @ compared.T
    crowding = np.array([np.sort(np.delete(row, place))[-CROWD:].mean() for place, row in enumerate(among)])
    expected = compared @ centred("story-en", "en") - (crowding - crowding.mean()) / 2
    assert near.ids[0] == "story-en"
    assert near.scores[0] == 1.0
    np.testing.assert_allclose(near.scores[1:], np.clip(expected[1:], 0, 0.999), atol=2e-5)
    assert list(near.scores) == sorted(near.scores, reverse=True)


def test_other_languages_have_candidates_of_their_own(engine: Engine) -> None:
    """However many articles in the article's language are nearer."""
    known = engine.articles(["story-en"])["story-en"]
    near = near_article(engine, known, Background.load(engine), size=3)
    assert near is not None
    assert len(near.ids) == 3
    assert "story-ar" in near.ids
    without_parts = near_article(engine, known, NO_BACKGROUND, size=200)
    assert without_parts is not None
    assert len(set(without_parts.ids)) == len(STORY) + len(FILLERS)


def test_candidates_that_are_gone_are_left_out(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    known = engine.articles(["story-en"])["story-en"]
    vectors = engine.vectors

    def some(ids: Sequence[str], **given: Any) -> dict[str, Any]:
        return {name: found for name, found in vectors(ids, **given).items() if name != "story-ar"}

    monkeypatch.setattr(engine, "vectors", some)
    near = near_article(engine, known, Background.load(engine))
    assert near is not None
    assert "story-en" in near.ids
    assert "story-ar" not in near.ids


def test_too_little_known_of_its_language_is_not_enough(engine: Engine) -> None:
    known = engine.articles(["story-en"])["story-en"]
    assert near_known_item(engine, known, Background.load(engine), Filters()) is not None
    assert near_known_item(engine, known, NO_BACKGROUND, Filters()) is None


def test_no_page_is_lost_for_want_of_time(
    engine: Engine, searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object, timeout: float | None = None, **__: object) -> dict[str, Any]:
        assert timeout is not None
        raise EngineTimeout("too long")

    monkeypatch.setattr(engine, "vectors", slow)
    page = searcher.search(SearchRequest(TITLE))
    assert page.results
    assert any("no time to look for an article with this title" in notice for notice in page.notices)


def test_similar_articles_are_found_the_same_way(engine: Engine, searcher: Searcher) -> None:
    near = searcher.similar("story-en", size=5)
    known = engine.articles(["story-en"])["story-en"]
    leg = near_article(engine, known, Background.load(engine))
    assert leg is not None
    assert [result.article.id for result in near] == [name for name in leg.ids if name != "story-en"][:5]
    assert near[0].article.id == "story-ar"
    assert searcher.similar("story-en", size=0) == []


def test_what_is_near_to_many_counts_less_than_what_is_near_to_this_article() -> None:
    """Twenty candidates on one topic are a little nearer to the article than its other telling is."""
    drawn = np.random.default_rng(5)
    topic, story, noise = np.linalg.qr(drawn.standard_normal((64, 64)))[0].reshape(64, 64)[:3]
    asked = 0.8 * topic + 0.6 * story
    own = drawn.standard_normal((20, 64)).astype(np.float32)
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    crowd = 0.9 * topic + 0.4 * own
    telling = 0.3 * topic + 0.85 * story + 0.4 * noise
    vectors = np.vstack([crowd, telling]).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = vectors @ asked.astype(np.float32)
    assert cosines[-1] < cosines[:-1].max()
    scaled = uncrowded(cosines, vectors)
    assert scaled.argmax() == len(vectors) - 1
    assert scaled.mean() == pytest.approx(cosines.mean(), abs=1e-6)


def test_equal_vectors_count_alike_wherever_they_stand() -> None:
    drawn = np.random.default_rng(3).standard_normal((30, 64)).astype(np.float32)
    vectors = drawn[[*range(30), 4, 4, 4]] / 8
    scaled = uncrowded(vectors @ vectors[0], vectors)
    assert len({float(scaled[place]) for place in (4, 30, 31, 32)}) == 1


def test_copies_of_the_article_are_it_and_nothing_else_is(engine: Engine, encoder: FakeEncoder) -> None:
    story = STORY[0]
    copies = [
        article(f"a-copy-{n}", TITLE, story.text, language="en", source="CNN") for n in range(CROWD + 2)
    ]
    write(engine, encoder, copies)
    near = near_article(engine, story, Background.load(engine), size=200)
    assert near is not None
    same = [name for name, score in zip(near.ids, near.scores, strict=True) if score == 1.0]
    assert same == sorted([*(copy.id for copy in copies), story.id])
    assert max(near.scores[len(same) :]) <= 0.999
    assert min(near.scores) >= 0.0


@pytest.mark.parametrize("moved", [-5.0, 5.0])
def test_what_is_near_is_said_by_cosines_whatever_is_taken_off(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, moved: float
) -> None:
    known = engine.articles(["story-en"])["story-en"]
    expected = near_known_item(engine, known, Background.load(engine), Filters())
    monkeypatch.setattr("indexer.search.knownitem.uncrowded", lambda cosines, _: cosines + moved)
    near = near_known_item(engine, known, Background.load(engine), Filters())
    assert expected is not None
    assert near is not None
    assert set(near.ids) == set(expected.ids)
    assert all(0 <= score <= 0.999 for score in near.scores[1:])
    assert near.scores[0] == 1.0


@pytest.mark.parametrize(
    ("crowd", "expected"),
    [
        # Two neighbours each, on the mean at 0.4, 0.7 and 0.3: half of what is above or below the mean of these counts.
        (CROWD, [0.53333, 0.38333, 0.58333]),
        # The nearest neighbour alone, at 0.8, 0.8 and 0.6.
        (1, [0.46667, 0.46667, 0.56667]),
    ],
)
def test_what_is_near_to_many_counts_less(
    monkeypatch: pytest.MonkeyPatch, crowd: int, expected: list[float]
) -> None:
    monkeypatch.setattr("indexer.search.knownitem.CROWD", crowd)
    vectors = np.array([[1, 0], [0.8, 0.6], [0, 1]], np.float32)
    np.testing.assert_allclose(uncrowded(np.full(3, 0.5, np.float32), vectors), expected, atol=1e-5)


@pytest.mark.parametrize("count", [1, 2])
def test_few_candidates_have_no_crowd(count: int) -> None:
    vectors = np.eye(count, 4, dtype=np.float32)
    cosines = np.linspace(0.9, 0.5, count).astype(np.float32)
    np.testing.assert_allclose(uncrowded(cosines, vectors), cosines)
