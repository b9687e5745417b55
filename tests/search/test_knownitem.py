"""A query that is an article's title finds the story: what is near to the article, past the filters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from indexer.engines.base import Engine, Filters, FloatArray, LexicalLeg, Manifest
from indexer.engines.embedded import EmbeddedEngine
from indexer.search.background import NO_BACKGROUND, Background
from indexer.search.explain import KNOWN_ITEM
from indexer.search.knownitem import MOST, known_item, near_article, title_asked
from indexer.search.query import parse
from indexer.search.request import SearchRequest
from indexer.search.searcher import Searcher
from indexer.search.weights import WEIGHTS
from indexer.settings import Settings
from tests.fakes import FakeEncoder
from tests.search.conftest import ARTICLES, SYNONYMS, article, entry

TITLE = "Harbour reopens after long silence"
#: Nothing of the title is in the text, and nothing of the text is in the query.
STORY = (
    article("story-en", TITLE, "ceasefire libya oil", language="en"),
    article("story-ar", "ميناء", "هدنة ليبيا نفط", language="ar"),
    article("other-ar", "قطط", "قطط كلاب طيور", language="ar"),
)


@pytest.fixture
def engine(tmp_path: Path, encoder: FakeEncoder) -> Iterator[Engine]:
    with EmbeddedEngine.open(tmp_path / "archive") as opened:
        opened.create(Manifest(encoder.fingerprint.to_dict(), {}, 1))
        opened.write([entry(encoder, item) for item in (*ARTICLES, *STORY)])
        opened.refresh()
        yield opened


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder(synonyms=SYNONYMS)


def finds(searcher: Searcher, text: str, **filters: str) -> list[str]:
    chosen = Filters(include={facet: frozenset({value}) for facet, value in filters.items()})
    return [name for name, _ in searcher.rank(SearchRequest(text, filters=chosen)).fused]


def test_the_article_and_its_story_come_first(searcher: Searcher) -> None:
    page = searcher.search(SearchRequest(TITLE))
    assert [result.article.id for result in page.results[:2]] == ["story-en", "story-ar"]
    assert "The archive has an article with this title" in page.notices[0]
    sentences = [result.explanation.sentence for result in page.results[:2]]
    assert "opens as the article with this title does" in sentences[0]
    assert "the article with this title" in sentences[1]
    assert KNOWN_ITEM in [leg.leg for leg in page.results[1].explanation.legs]


def test_the_article_need_not_pass_the_filters(searcher: Searcher) -> None:
    assert finds(searcher, TITLE, language="ar")[0] == "story-ar"
    assert "story-en" not in finds(searcher, TITLE, language="ar")


@pytest.mark.parametrize(
    ("text", "is_title"),
    [
        (TITLE.upper(), True),
        ("Harbour reopens after long", True),  # nearly the whole of it
        (f'"{TITLE}"', False),  # conditions are meant as such
        (f"{TITLE} -cats", False),
        ("Harbour reopens", False),  # too short to be sure
        ("after long silence Harbour reopens", False),
        ("", False),
    ],
)
def test_what_is_a_title(searcher: Searcher, text: str, is_title: bool) -> None:
    assert (KNOWN_ITEM in searcher.rank(SearchRequest(text)).legs) == is_title


def test_words_that_a_long_title_happens_to_hold_are_no_title(
    engine: Engine, encoder: FakeEncoder, searcher: Searcher
) -> None:
    longer = article("longer", f"{TITLE}, and what the fishermen of three villages say of it", "cats")
    engine.write([entry(encoder, longer)])
    engine.delete(["story-en"])
    engine.refresh()
    ranking = searcher.rank(SearchRequest(TITLE))
    assert KNOWN_ITEM not in ranking.legs


def test_of_articles_with_one_title_that_in_the_querys_language_is_meant(
    engine: Engine, encoder: FakeEncoder
) -> None:
    items = [article("a-fr", TITLE, "chats", language="fr"), article("b-en", TITLE, "oil", language="en")]
    engine.delete(["story-en"])
    engine.write([entry(encoder, item) for item in items])
    engine.refresh()
    asked = title_asked(parse(TITLE), "en")
    assert asked is not None
    [found] = engine.match([LexicalLeg(asked, size=3)])
    assert found.ids[:2] == ["a-fr", "b-en"]
    for language, name in (("en", "b-en"), ("fr", "a-fr"), ("de", "a-fr")):
        known = known_item(engine, found, parse(TITLE), language)
        assert known is not None
        assert known.id == name


def test_it_can_be_taken_out(engine: Engine, encoder: FakeEncoder) -> None:
    plain = Searcher(engine, encoder, Settings(), weights=WEIGHTS.without("known item"))
    assert KNOWN_ITEM not in plain.rank(SearchRequest(TITLE)).legs


def test_a_text_of_many_words_is_not_looked_up() -> None:
    words = [f"word{number}" for number in range(MOST + 1)]
    assert title_asked(parse(" ".join(words[:MOST])), "en") is not None
    assert title_asked(parse(" ".join(words)), "en") is None
    assert title_asked(parse("the of and to in"), "en") is None


def test_near_articles_are_compared_without_what_their_languages_have_in_common(
    engine: Engine, encoder: FakeEncoder
) -> None:
    known = engine.articles(["story-en"])["story-en"]
    leg = near_article(engine, known, NO_BACKGROUND)
    assert leg is not None
    assert leg.ids[0] == "story-en"
    assert leg.scores[0] == pytest.approx(1, abs=1e-3)
    means = {
        language: np.random.default_rng(seed).standard_normal(64).astype(np.float32) / 20
        for seed, language in enumerate(("en", "ar"))
    }
    background = Background(means)
    moved = near_article(engine, known, background)
    assert moved is not None
    vectors = engine.vectors(moved.ids)

    def centred(name: str, language: str) -> FloatArray:
        moved = vectors[name] - means[language]
        return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)

    for name, score, language in zip(moved.ids, moved.scores, moved.languages, strict=True):
        cosines = centred("story-en", "en") @ centred(name, language).T
        expected = (cosines[0, 0] + np.mean([max(row) for row in cosines])) / 2
        assert score == pytest.approx(expected, abs=1e-5)
    assert list(moved.scores) == sorted(moved.scores, reverse=True)


def test_an_article_that_is_gone_is_near_to_nothing(engine: Engine) -> None:
    gone = article("gone", "Gone", "gone")
    assert near_article(engine, gone, NO_BACKGROUND) is None
