"""Which articles raise an alert: by hand, and against what the engine finds with the same query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from indexer.alerts.estimate import estimate
from indexer.alerts.matching import Candidate, Trigger, make_trigger
from indexer.alerts.nearness import LEAST, Hurdle, UsualNearness
from indexer.archive import Archive
from indexer.article import Article
from indexer.engines.base import Field, Filters, Form, LexicalLeg, LexicalQuery
from indexer.search.legs import Option, SearchedWord
from indexer.search.request import Demand, PlanEdits, SearchRequest
from indexer.settings import load_settings
from tests.alerts.conftest import article
from tests.fakes import FakeEncoder, archive_of

ARTICLES = [
    article("all", "The ceasefire in Libya holds in Tripoli.", day="2018-03-01"),
    article("two", "Ceasefires were agreed. Libya waits.", day="2018-03-08"),
    article("one", "Libya exports oil.", day="2018-03-09", source="CNN"),
    article("title", "Nothing here.", title="Libya ceasefire, Tripoli", day="2018-01-01"),
    article("arabic", "اتفق الطرفان على وقف إطلاق النار في ليبيا.", language="ar", title="هدنة في ليبيا"),
    article("cease", "Cease fire, said Libya.", day="2018-03-10"),
    article("none", "A football match.", day="2018-02-20"),
]
QUERIES = [
    "Libya ceasefire Tripoli",
    "ceasefire",
    '"ceasefire in Libya"',
    "+Libya -oil",
    "Libya (ceasefire OR truce)",
    "title:Libya",
    "source:BBC Libya",
    "-football",
    "What did Libya say about the ceasefire?",
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with archive_of(tmp_path_factory.mktemp("matching"), ARTICLES) as opened:
        yield opened


def matching(archive: Archive, request: SearchRequest) -> set[str]:
    trigger = make_trigger(archive.searcher.prepare(request), UsualNearness.of(archive.engine))
    if trigger is None:
        return set()
    return {one.id for one in ARTICLES if trigger.matches(Candidate(one)) is not None}


def test_in_a_small_archive_two_thirds_of_the_words_are_needed(archive: Archive) -> None:
    found = matching(
        archive, SearchRequest("Libya ceasefire Tripoli", Filters(include={"language": frozenset({"en"})}))
    )
    assert found == {"all", "two", "title"}


def test_conditions_are_conditions(archive: Archive) -> None:
    assert matching(archive, SearchRequest('"ceasefire in Libya"')) == {"all"}
    assert matching(archive, SearchRequest("title:Libya")) == {"title"}
    assert "one" not in matching(archive, SearchRequest("+Libya -oil"))


def test_demanded_words_are_conditions_of_alerts_too(archive: Archive) -> None:
    for demand in (Demand.SOME, Demand.ALL):
        request = SearchRequest("Libya ceasefire Tripoli", demand=demand)
        found = set(archive.searcher.ids(request))
        assert matching(archive, request) == matching(archive, replace(request, demand=Demand.NONE)) & found
    assert matching(archive, request) == {"all", "title"}


def test_filters_are_the_engines(archive: Archive) -> None:
    by_source = Filters(include={"source": frozenset({"CNN"})})
    assert matching(archive, SearchRequest("", by_source)) == {"one"}
    dated = Filters(published_from=date(2018, 3, 8), published_to=date(2018, 3, 9))
    assert matching(archive, SearchRequest("Libya", dated)) == {"two", "one"}
    assert matching(archive, SearchRequest("Libya date:none")) == matching(
        archive, SearchRequest("Libya")
    ) - matching(archive, SearchRequest("Libya", Filters(published_to=date.max)))
    assert matching(archive, SearchRequest("Libya date:doubtful")) == set()
    assert (
        matching(archive, SearchRequest("source:CNN", Filters(include={"source": frozenset({"BBC"})})))
        == set()
    )


def test_another_language_answers_through_the_plan(archive: Archive) -> None:
    request = SearchRequest("Libya ceasefire")
    trigger = make_trigger(archive.searcher.prepare(request), UsualNearness.of(archive.engine))
    assert trigger is not None
    pairs = trigger.matches(Candidate(ARTICLES[4]))
    assert pairs is not None
    assert {pair.word.casefold() for pair in pairs} == {"libya", "ceasefire"}
    assert all(pair.found in f"{ARTICLES[4].title} {ARTICLES[4].text}" for pair in pairs)
    # What the reader takes out of the plan raises no alert.
    planned = archive.searcher.prepare(request).plan.words
    removed = {word.key: frozenset(searched.key for searched in word.searched) for word in planned}
    assert "arabic" not in matching(
        archive, SearchRequest("Libya ceasefire", edits=PlanEdits(removed=removed))
    )


@pytest.mark.parametrize("text", QUERIES)
def test_the_engine_finds_the_same(archive: Archive, text: str) -> None:
    trigger = make_trigger(archive.searcher.prepare(SearchRequest(text)), UsualNearness.of(archive.engine))
    assert trigger is not None
    [leg] = archive.engine.match([LexicalLeg(trigger.query, trigger.filters, 100, parts=100)])
    parts = leg.parts if leg.parts is not None else [()] * len(leg.ids)
    found = {
        name
        for name, scores in zip(leg.ids, parts, strict=True)
        if trigger.met(list(scores)) >= trigger.needed
    }
    assert found == matching(archive, SearchRequest(text))
    assert found


def test_an_estimate_counts_the_last_weeks(archive: Archive) -> None:
    english = Filters(include={"language": frozenset({"en"})})
    found = estimate(archive, SearchRequest("Libya ceasefire Tripoli", english))
    # 1 January to 10 March are ten weeks: three articles.
    assert (found.matches, found.weeks, found.at_least) == (3, 10, False)
    assert found.a_week == pytest.approx(0.3)
    browsing = estimate(archive, SearchRequest("", english))
    assert browsing.matches == 6
    nothing = estimate(archive, SearchRequest("source:CNN", Filters(include={"source": frozenset({"BBC"})})))
    assert (nothing.matches, nothing.weeks) == (0, 0)


def test_phrases_stand_side_by_side() -> None:
    from indexer.engines.base import Field, Form

    words = Candidate(Article(id="a", title="red sea", text="the sea is red; red red sea", language="en"))
    assert words.found(("red", "sea"), Form.EXACT, Field.BODY) == "red sea"
    assert words.found(("sea", "red"), Form.EXACT, Field.ANY) is None
    assert words.found(("red", "red", "sea"), Form.EXACT, Field.ANY) == "red red sea"
    assert words.found(("red", "red", "sea"), Form.EXACT, Field.TITLE) is None


# --- where the usual nearness is known ------------------------------------------------------------


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Articles of different words each, so that those about Libya stand out."""
    folder: Path = tmp_path_factory.mktemp("large")
    settings = load_settings(archive=folder / "archive", cache=folder / "cache", encode_cache=False)
    others = [
        article(
            f"other{number}", " ".join(f"word{number}x{place}" for place in range(12)), title=f"Title{number}"
        )
        for number in range(2 * LEAST)
    ]
    with Archive.open(settings, encoder=FakeEncoder()) as opened:
        opened.add(
            [
                *others,
                article("near", "Libya ceasefire talks", title="Libya ceasefire"),
                article("half", "Libya talks", title="Libya"),
                article("far", "ceasefire " + " ".join(f"other{n}" for n in range(60)), title="Football"),
            ]
        )
        yield opened


def hits(archive: Archive, text: str) -> set[str]:
    trigger = make_trigger(archive.searcher.prepare(SearchRequest(text)), UsualNearness.of(archive.engine))
    assert trigger is not None
    return {one.article.id for one in candidates(archive) if trigger.matches(one) is not None}


def candidates(archive: Archive) -> list[Candidate]:
    articles = list(archive.scan())
    vectors = archive.engine.vectors([one.id for one in articles])
    return [Candidate(one, vectors.get(one.id)) for one in articles]


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("Libya", 1),
        ("Libya ceasefire talks", 1),
        ("Libya ceasefire talks Qatar", 2),
        ("Libya ceasefire talks Qatar Doha Tunis", 2),
        ("+Libya ceasefire", 1),
    ],
)
def test_a_third_of_the_words_must_be_answered(large: Archive, text: str, least: int) -> None:
    trigger = make_trigger(large.searcher.prepare(SearchRequest(text)), UsualNearness.of(large.engine))
    assert trigger is not None
    assert trigger.needed == least


def test_some_of_the_words_do_where_the_article_is_near(large: Archive) -> None:
    assert hits(large, "Libya ceasefire") == {"near", "half"}
    # It holds the word, but is about something else.
    assert hits(large, "ceasefire") == {"near"}
    # A condition is exact: nearness is not asked.
    assert hits(large, "+ceasefire") == {"near", "far"}
    # ... and none of the words of which some must be answered.
    assert hits(large, "+Libya ceasefire") == {"near"}


def test_the_estimate_asks_for_nearness_too(large: Archive) -> None:
    assert estimate(large, SearchRequest("Libya ceasefire")).matches == 2
    assert estimate(large, SearchRequest("ceasefire")).matches == 1
    assert estimate(large, SearchRequest("+ceasefire")).matches == 2


def test_the_background_is_a_mean_and_a_deviation(large: Archive) -> None:
    usual = UsualNearness.of(large.engine)
    vector = large.searcher.prepare(SearchRequest("Libya ceasefire")).encoding
    assert vector is not None
    best = [one.nearness(vector.vector) for one in candidates(large)]
    assert len(usual.starts) == len(best)  # all of so few
    hurdle = usual.hurdle(vector.vector)
    assert hurdle is not None
    assert hurdle.least == pytest.approx(np.mean(best) + 3.0 * np.std(best), abs=1e-5)
    assert hurdle.least_of_all == pytest.approx(np.mean(best) + np.std(best), abs=1e-5)


def test_too_small_a_sample_says_nothing(archive: Archive) -> None:
    assert UsualNearness.of(archive.engine).hurdle(np.zeros(64, np.float32)) is None


@pytest.mark.parametrize(
    ("met", "near", "told"), [(2, 0.5, True), (2, 0.3, False), (1, 0.5, False), (1, 0.9, True)]
)
def test_who_answers_all_words_need_not_be_as_near(met: int, near: float, told: bool) -> None:
    vector = np.array([1, 0], np.float32)
    words = tuple(
        SearchedWord(name, (Option((name,), Form.EXACT),), covers=(number,))
        for number, name in enumerate(("libya", "ceasefire"))
    )
    trigger = Trigger(
        LexicalQuery(should=tuple(word.options[0].term(Field.ANY) for word in words)), words, (), Filters(),
        count=2, needed=1, near=Hurdle(vector, least=0.8, least_of_all=0.4),
    )  # fmt: skip
    text = " ".join(("libya", "ceasefire")[:met])
    passages = np.array([[near, (1 - near**2) ** 0.5]], np.float32)
    assert (trigger.matches(Candidate(article("a", text), passages)) is not None) == told
