"""The searcher on a real engine: what is found, counted, ordered, paged and refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langdetect import DetectorFactory  # type: ignore[import-untyped]

from indexer.article import Article
from indexer.engines.base import (
    Engine,
    Filters,
    Gathered,
    GatherRequest,
    Leg,
    LegResult,
    Manifest,
    Sort,
    VectorLeg,
)
from indexer.engines.embedded import EmbeddedEngine
from indexer.errors import EngineTimeout, InvalidQuery, NoSuchPage
from indexer.search.explain import LATE, TITLE
from indexer.search.page import Result
from indexer.search.paging import WINDOW
from indexer.search.plan import QueryPlan
from indexer.search.request import Demand, PlanEdits, SearchRequest
from indexer.search.results import ResultMaker
from indexer.search.searcher import Searcher
from indexer.search.vocabulary import Vocabulary
from indexer.settings import Settings
from indexer.text import language
from tests.fakes import FakeEncoder
from tests.search.conftest import ARTICLES, article, entry


def ids(searcher: Searcher, text: str = "", **options: object) -> list[str]:
    page = searcher.search(SearchRequest(text, **options))  # type: ignore[arg-type]
    return [result.article.id for result in page.results]


def including(**values: str) -> Filters:
    return Filters(include={facet: frozenset({value}) for facet, value in values.items()})


# -- what is found


def test_words_and_meaning_agree_on_the_first(searcher: Searcher) -> None:
    page = searcher.search(SearchRequest("ceasefire Libya", including(language="en")))
    first = page.results[0]
    assert first.article.id == "libya-en"
    assert first.rank == 1
    assert [leg.leg for leg in first.explanation.legs] == ["keywords", "meaning", "lead"]
    assert sum(leg.share for leg in first.explanation.legs) == pytest.approx(first.score)
    assert [result.rank for result in page.results] == list(range(1, len(page.results) + 1))


def test_meaning_finds_another_language(searcher: Searcher) -> None:
    page = searcher.search(SearchRequest("ceasefire Libya", including(language="ar")))
    first = page.results[0]
    assert first.article.id == "libya-ar"
    assert first.explanation.sentence == (
        "Answers both words (ceasefire هدنة, Libya ليبيا), and is the nearest by meaning."
    )
    assert [(pair.word, pair.found, pair.source) for pair in first.explanation.pairs] == [
        ("ceasefire", "هدنة", "dictionary"),
        ("Libya", "ليبيا", "dictionary"),
    ]
    assert {mark.kind for mark in first.snippet.highlights} == {"meaning"}
    assert page.total == 2


def test_arabic_words_match_in_other_spellings(searcher: Searcher) -> None:
    assert ids(searcher, "اطلاق +هُدنة")[0] == "libya-ar"


def test_totals_count_the_union(searcher: Searcher) -> None:
    page = searcher.search(SearchRequest("election"))
    assert page.keyword_total == 1
    assert page.total == len(ARTICLES)  # fewer than the nearest 200


def test_words_are_demanded_in_whatever_language_they_are_searched(searcher: Searcher) -> None:
    assert len(ids(searcher, "ceasefire Libya")) == len(ARTICLES)
    assert set(ids(searcher, "ceasefire", demand=Demand.SOME)) == {"libya-en", "libya-ar"}
    assert set(ids(searcher, "ceasefire Libya", demand=Demand.ALL)) == {"libya-en", "libya-ar"}
    assert ids(searcher, "ceasefire Libya election", demand=Demand.ALL) == []
    # Neither dates nor what is taken away bring back what is only near in meaning.
    assert ids(searcher, "ceasefire Libya", demand=Demand.ALL, sort=Sort.OLDEST) == ["libya-en", "libya-ar"]
    asked = SearchRequest("ceasefire Libya", demand=Demand.ALL)
    assert set(searcher.ids(asked)) == {"libya-en", "libya-ar"}
    page = searcher.search(asked)
    assert (page.total, page.keyword_total) == (2, 2)
    # Conditions stay what they are.
    assert ids(searcher, "ceasefire Libya -oil", demand=Demand.ALL) == ["libya-ar"]
    assert set(ids(searcher, "-oil", demand=Demand.ALL)) == set(ids(searcher, "-oil"))


def test_a_phrase_is_never_softened_by_meaning(searcher: Searcher) -> None:
    assert ids(searcher, '"crude oil" ceasefire Libya') == ["oil-en"]
    assert ids(searcher, '"وقف إطلاق النار"') == ["libya-ar"]
    assert ids(searcher, '"oil crude"') == []


def test_demanded_and_excluded_words(searcher: Searcher) -> None:
    assert set(ids(searcher, "Libya +oil")) == {"libya-en", "oil-en"}
    assert "libya-en" not in ids(searcher, "Libya -ceasefire")
    assert ids(searcher, "title:oil") == ["oil-en"]
    assert set(ids(searcher, "body:oil")) == {"libya-en", "oil-en"}
    assert set(ids(searcher, '+(election OR "crude oil")')) == {"vote-en", "oil-en"}


def test_only_excluding_lists_what_is_left_newest_first(searcher: Searcher) -> None:
    assert ids(searcher, "-oil") == ["libya-ar", "vote-en", "oil-ar", "undated"]
    page = searcher.search(SearchRequest("-oil -هدنة"))
    assert [result.article.id for result in page.results] == ["vote-en", "oil-ar", "undated"]
    assert page.total == 3


def test_nothing_asked_browses(searcher: Searcher) -> None:
    assert ids(searcher) == ["libya-ar", "oil-en", "libya-en", "vote-en", "oil-ar", "undated"]
    assert ids(searcher, sort=Sort.OLDEST)[0] == "oil-ar"
    assert ids(searcher, "  ?")[0] == "libya-ar"
    page = searcher.search(SearchRequest())
    assert page.keyword_total == 0
    assert page.total == len(ARTICLES)
    assert page.results[0].snippet.text.startswith("بدأت هدنة")


# -- filters


def test_filters_in_the_text_and_beside_it(searcher: Searcher) -> None:
    assert ids(searcher, "source:CNN") == ["vote-en", "oil-ar"]
    assert ids(searcher, "source:CNN", filters=including(language="ar")) == ["oil-ar"]
    assert ids(searcher, "-source:CNN section:economy") == ["oil-en"]
    assert ids(searcher, "date:2018-03") == ["oil-en"]
    assert ids(searcher, "from:2018-03") == ["libya-ar", "oil-en"]
    assert set(ids(searcher, "oil to:2017")) == {"oil-ar", "vote-en"}
    assert ids(searcher, filters=Filters(published_from=date(2018, 4, 1))) == ["libya-ar"]


def test_values_of_facets_need_not_be_exact(searcher: Searcher) -> None:
    assert ids(searcher, "source:bbc") == ["libya-ar", "oil-en", "libya-en"]
    assert ids(searcher, "source:Bbc") == ids(searcher, "source:bbc")
    assert ids(searcher, "language:Arabic") == ["libya-ar", "oil-ar"]
    assert ids(searcher, filters=including(source="bbc arabic")) == ["libya-ar"]
    page = searcher.search(SearchRequest('source:"BBC Arabik"'))
    assert page.total == 0
    assert page.notices == (
        "No article of this archive has the source 'BBC Arabik'. Did you mean BBC Arabic?",
    )


def test_filters_that_contradict_each_other(searcher: Searcher) -> None:
    page = searcher.search(SearchRequest("oil source:CNN", including(source="BBC News")))
    assert (page.total, page.results, page.pages) == (0, (), 0)
    assert page.notices


def test_a_filtering_facet_still_offers_its_other_values(searcher: Searcher) -> None:
    page = searcher.search(SearchRequest("ceasefire Libya", including(language="ar")))
    assert {count.value: count.count for count in page.facets["language"]} == {"ar": 2, "en": 4}
    assert {count.value: count.count for count in page.facets["source"]} == {"BBC Arabic": 1, "CNN": 1}
    page = searcher.search(SearchRequest("", including(section="world", language="en")))
    assert {count.value: count.count for count in page.facets["language"]} == {"ar": 1, "en": 2}
    assert {count.value: count.count for count in page.facets["section"]} == {"world": 2, "economy": 1}
    assert page.total == 2


def test_facets_and_histogram_come_along(searcher: Searcher) -> None:
    page = searcher.search(SearchRequest("oil"))
    assert set(page.facets) == {"language", "source", "section", "author"}
    assert page.histogram is not None


# -- order and pages


def test_order_by_date(searcher: Searcher) -> None:
    assert ids(searcher, "+oil", sort=Sort.NEWEST) == ["oil-en", "libya-en"]
    assert ids(searcher, "+oil", sort=Sort.OLDEST) == ["libya-en", "oil-en"]
    assert ids(searcher, "oil", sort=Sort.OLDEST)[-1] == "undated"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ceasefire -oil", "In Arabic: \u2068-نفط\u2069"),
        ("+Libya", "In Arabic: \u2068+ليبيا\u2069"),
        ("title:Libya", "In Arabic: \u2068title:ليبيا\u2069"),
        ('"prime minister" Libya', 'In Arabic: \u2068"رئيس الوزراء"\u2069'),
        ('"Jamal Khashoggi"', 'In Arabic: \u2068"جمال خاشقجي"\u2069'),
        ('"crude oil"', "as they are written, in no other language."),
        ("!!!", "no word in this question"),
        ("😀 ؟", "no word in this question"),
    ],
)
def test_what_is_looked_for_otherwise_than_one_may_think_is_told(
    searcher: Searcher, text: str, told: str
) -> None:
    notices = searcher.search(SearchRequest(text)).notices
    assert any(told in str(notice) for notice in notices)
    assert set(searcher.word_notices(SearchRequest(text))) <= set(notices)
    assert any(told in str(notice) for notice in searcher.word_notices(SearchRequest(text)))
    assert not any("In Arabic" in n for n in searcher.word_notices(SearchRequest(f"{text} language:en")))
    elsewhere = searcher.search(SearchRequest(f"{text} language:en")).notices
    assert not any("In Arabic" in str(notice) or "in no other" in str(notice) for notice in elsewhere)


@pytest.mark.parametrize(
    ("text", "arabic"),
    [
        ("ceasefire -oil", "ceasefire -نفط"),
        ('title:Libya "prime minister" -oil talks', 'title:ليبيا "رئيس الوزراء" -نفط talks'),
        ("+zzyzx +Libya", "+zzyzx +ليبيا"),
        ("+zzyzx", ""),
        ('title:"Jamal Khashoggi" oil', 'title:"جمال خاشقجي" oil'),
        ("ceasefire Libya", ""),
        ('"هدنة"', ""),
    ],
)
def test_conditions_are_put_into_arabic_where_they_stand(searcher: Searcher, text: str, arabic: str) -> None:
    assert searcher.search(SearchRequest(text)).in_arabic == arabic
    assert searcher.search(SearchRequest(f"{text} language:en")).in_arabic == ""


def test_words_that_no_article_of_the_page_answers_are_told(searcher: Searcher) -> None:
    def told(text: str) -> list[str]:
        return [one for one in searcher.search(SearchRequest(text)).notices if "mentions" in one]

    assert told("ceasefire zzyzx Libya qwxkj") == [
        "No article on this page mentions zzyzx, qwxkj, as far as the archive can tell."
    ]
    assert told("ceasefire Libya") == []
    assert told("zzyzx qwxkj") == []  # that no word is met stands above the results
    assert told("ceasefire Libya 2018") == []  # which articles of 2018 need not say
    assert told("ceasefire in Libya on 7 April 1997") == []  # it is offered to be narrowed to that day
    assert told("zzyzx ceasefire in Libya on 7 April 1997") == [
        "No article on this page mentions zzyzx, as far as the archive can tell."
    ]
    assert told("ceasefire Libya 1997") == [
        "No article on this page mentions 1997, as far as the archive can tell."
    ]


@pytest.mark.parametrize(
    ("text", "told", "closed"),
    [
        ("oil source: BBC", ["source:BBC"], "oil source:BBC"),
        # The next page says that there is none, and what is like it.
        ("source: bcc", ["source:bcc"], "source:bcc"),
        ("oil Source: BBC", ["Source:BBC"], "oil Source:BBC"),  # as phones write at the beginning
        ("title: oil -lang: Arabic", ["title:oil", "lang:Arabic"], "title:oil -lang:Arabic"),
        ("oil Date: 2018", ["Date:2018"], "oil Date:2018"),
        ("from: 2019 to: 2018", ["from:2019", "to:2018"], ""),
        ("source: BBC OR oil", ["source:BBC"], ""),
        ("Source: Reuters. Author: unknown", [], ""),
        ("Letters from: the front, language: barrier", [], ""),
        ("Title: Libya", [], ""),
        ("the source: a leak", [], ""),
    ],
)
def test_a_field_that_a_space_made_a_word_is_told_and_offered(
    searcher: Searcher, text: str, told: list[str], closed: str
) -> None:
    page = searcher.search(SearchRequest(text))
    meant = [str(notice).rpartition("Did you mean ")[2] for notice in page.notices if "its colon" in notice]
    assert meant == [f"{one}?" for one in told]
    assert page.closed == closed
    assert page.request.text == text
    if closed:
        assert not searcher.search(SearchRequest(closed)).closed
    assert [n for n in searcher.word_notices(SearchRequest(text)) if "its colon" in n] == [
        n for n in page.notices if "its colon" in n
    ]


@pytest.mark.parametrize(
    "text", ["", "ceasefire in Libya", "language:ar", '"هدنة"', "-هدنة", "-zzyzx", '"2018"']
)
def test_nothing_is_told_where_nothing_is_to_be_said(searcher: Searcher, text: str) -> None:
    assert not searcher.search(SearchRequest(text)).notices


def test_what_a_person_writes_for_a_source_is_each_that_differs_in_letters_alone(
    engine: Engine, encoder: FakeEncoder
) -> None:
    articles = [
        article(source, "Title", "A truce.", language="en", source=source) for source in ("BBC", "bbc", "CNN")
    ]
    engine.write([entry(encoder, item) for item in articles])
    engine.refresh()
    searcher = Searcher(engine, encoder, Settings())
    for written in ("source:BBC", "source:bbc", "source:Bbc"):
        assert {"BBC", "bbc"} <= set(ids(searcher, f"{written} truce"))
    # What was clicked is the one.
    assert "bbc" not in ids(searcher, "truce", filters=including(source="BBC"))


@pytest.fixture
def many(engine: Engine, encoder: FakeEncoder) -> Searcher:
    """Return a searcher of shallow depth over articles of which most match by words, some only by meaning."""
    more = [
        article(f"n{n:03}", f"number {n}", f"ceasefire {'and oil ' * (n % 7)} word{n}") for n in range(60)
    ]
    more += [article(f"m{n:03}", "هدنة", f"هدنة كلمة{n}", language="ar") for n in range(15)]
    engine.write([entry(encoder, item) for item in more])
    engine.refresh()
    return Searcher(engine, encoder, Settings(), depth=12)


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("text", ["ceasefire", "ceasefire oil", "+ceasefire", "-number", ""])
@pytest.mark.parametrize("size", [1, 7, 100])
def test_pages_neither_repeat_nor_drop_an_article(many: Searcher, text: str, sort: Sort, size: int) -> None:
    first = many.search(SearchRequest(text, sort=sort, size=size))
    seen = []
    for number in range(1, first.pages + 1):
        page = many.search(SearchRequest(text, sort=sort, page=number, size=size))
        assert page.total == first.total
        assert len(page.results) == size or number == first.pages
        seen += [result.article.id for result in page.results]
    assert len(seen) == len(set(seen)) == first.total
    assert list(many.ids(SearchRequest(text, sort=sort))) == seen


def test_what_only_words_bring_follows_the_fused(many: Searcher) -> None:
    page = many.search(SearchRequest("ceasefire", size=100))
    scores = [result.score for result in page.results]
    assert scores == sorted(scores, reverse=True)
    assert page.total > 12 * 2
    assert scores[-1] == 0.0


def test_pages_that_do_not_exist(searcher: Searcher) -> None:
    with pytest.raises(InvalidQuery, match="the last page is 1"):
        searcher.search(SearchRequest("oil", page=2))
    with pytest.raises(InvalidQuery, match="no results"):
        searcher.search(SearchRequest('"no such words"', page=2))
    for text, says in (("oil", r"the last page is \d"), ('"no such words"', "no results")):
        with pytest.raises(InvalidQuery, match=says):
            searcher.search(SearchRequest(text, page=10**9))
    for wrong in (SearchRequest("oil", page=0), SearchRequest("oil", size=0), SearchRequest("oil", size=101)):
        with pytest.raises(InvalidQuery):
            searcher.search(wrong)
    assert ids(searcher, '"no such words"') == []


def test_the_last_page_that_can_be_reached(searcher: Searcher) -> None:
    with pytest.raises(InvalidQuery, match="the last page is"):
        searcher.search(SearchRequest("oil", page=WINDOW // 10, size=10))


def test_the_last_page_of_more_than_can_be_paged_through(
    many: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("searcher", "paging"):
        monkeypatch.setattr(f"indexer.search.{module}.WINDOW", 20)
    for page in (5, 5_000):
        with pytest.raises(NoSuchPage, match=r"first 20 results .* the last page is 4") as refused:
            many.search(SearchRequest("ceasefire", page=page, size=5))
        assert refused.value.last == 4


def test_bad_queries_are_refused(searcher: Searcher) -> None:
    for text in ('"oil', "word " * 10_000, "from:2019 to:2018"):
        with pytest.raises(InvalidQuery):
            searcher.search(SearchRequest(text))
    with pytest.raises(InvalidQuery):
        searcher.search(
            SearchRequest("", Filters(published_from=date(2019, 1, 1), published_to=date(2018, 1, 1)))
        )
    with pytest.raises(InvalidQuery):
        searcher.search(SearchRequest("", including(colour="red")))


# -- what a result shows


def test_snippets_and_titles_are_marked(searcher: Searcher) -> None:
    [result] = searcher.search(SearchRequest('"crude oil" price')).results
    snippet = result.snippet
    assert snippet.text == result.article.text[snippet.start : snippet.end]
    assert [snippet.text[mark.start : mark.end] for mark in snippet.highlights] == ["price", "crude oil"]
    assert [result.article.title[mark.start : mark.end] for mark in result.title_highlights] == ["price"]
    assert result.explanation.sentence.startswith("Holds both words of the query")


def test_the_nearest_passage_is_the_snippet(engine: Engine, encoder: FakeEncoder) -> None:
    text = "Cats sleep here all day. " * 40 + "The ceasefire in Libya was signed. " + "Dogs bark there. " * 40
    engine.write([entry(encoder, article("long", "Animals", text), size=300)])
    engine.refresh()
    page = Searcher(engine, encoder, Settings()).search(SearchRequest("ceasefire Libya signed"))
    [result] = [result for result in page.results if result.article.id == "long"]
    assert "ceasefire in Libya" in result.snippet.text
    assert result.snippet.start > 600


def test_titles_decide_where_they_count_on_a_page_and_in_a_run_alike(tmp_path: Path) -> None:
    coded = FakeEncoder(codes=True)
    # This encoder's codes are of the text alone, which begins with the title here, as real ones do.
    titles = {
        "same": "Truce in Tripoli",
        "more": "A day of cats, dogs and a truce in Tripoli",
        "none": "Animals",
    }
    with EmbeddedEngine.open(tmp_path / "coded") as engine:
        engine.create(Manifest(coded.fingerprint.to_dict(), {}, 1))
        engine.write(
            [entry(coded, article(name, title, f"{title} and cats sleep.")) for name, title in titles.items()]
        )
        engine.refresh()
        made = Searcher(engine, coded, Settings())
        page, run = made.search(SearchRequest("truce Tripoli")), made.rank(SearchRequest("truce Tripoli"))
    scores = [leg.score for result in page.results for leg in result.explanation.legs if leg.leg == TITLE]
    assert [result.article.id for result in page.results] == ["same", "more", "none"]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[1] > 0
    assert dict(run.fused) == pytest.approx({result.article.id: result.score for result in page.results})


def test_behind_the_pool_late_interaction_still_says_which_passage_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has read the first articles for their order; of one behind them it only chooses the passage."""
    for module in ("found", "ranking"):
        monkeypatch.setattr(f"indexer.search.{module}.RERANKED", 1)
    coded = FakeEncoder(codes=True, synonyms={"armistice": "truce", "capital": "tripoli"})
    text = (
        "Tripoli. " + "Cats sleep here all day. " * 40 + "An armistice in the capital. " + "Dogs bark. " * 40
    )
    items = [article("first", "Truce", "The truce in Tripoli holds."), article("long", "Animals", text)]
    with EmbeddedEngine.open(tmp_path / "coded") as engine:
        engine.create(Manifest(coded.fingerprint.to_dict(), {}, 1))
        engine.write([entry(coded, item, size=300) for item in items])
        engine.refresh()
        page = Searcher(engine, coded, Settings()).search(SearchRequest("truce Tripoli"))
    first, second = page.results
    assert (first.article.id, second.article.id) == ("first", "long")
    assert [LATE in [leg.leg for leg in result.explanation.legs] for result in page.results] == [True, False]
    assert "armistice in the capital" in second.snippet.text  # by words alone it would be the first passage


def test_of_headlines_only_the_shown_articles_are_read_and_not_for_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No list has these two for the question's words: by words alone another passage would be shown.
    coded = FakeEncoder(codes=True, synonyms={"متاركة": "ceasefire", "حاضرة": "capital", "هدنة": "ceasefire"})
    text = "هدنة. " + "تنام القطط هنا كل يوم. " * 40 + "متاركة في حاضرة. " + "تنبح الكلاب هناك. " * 40
    items = [article(f"a{number}", "قطط", text, language="ar") for number in range(4)]
    read: list[tuple[str, ...]] = []
    with EmbeddedEngine.open(tmp_path / "coded") as engine:
        engine.create(Manifest(coded.fingerprint.to_dict(), {}, 1))
        engine.write([entry(coded, item, size=300) for item in items])
        engine.refresh()
        gather = engine.gather

        def watched(request: GatherRequest, *, timeout: float | None = None) -> Gathered:
            if request.ids:
                read.append(request.passages_of)
            return gather(request, timeout=timeout)

        monkeypatch.setattr(engine, "gather", watched)
        searcher = Searcher(engine, coded, Settings())
        headline = searcher.search(SearchRequest("ceasefire capital", size=2))
        question = searcher.search(SearchRequest("ceasefire capital?", size=2))
    assert [len(passages_of) for passages_of in read] == [2, 4]
    for page, reread in ((headline, False), (question, True)):
        for result in page.results:
            assert "متاركة في حاضرة" in result.snippet.text
            assert (LATE in [leg.leg for leg in result.explanation.legs]) is reread


def test_the_words_of_a_phrase_that_is_met_are_not_met_once_more(tmp_path: Path) -> None:
    coded = FakeEncoder(codes=True)
    with EmbeddedEngine.open(tmp_path / "coded") as engine:
        engine.create(Manifest(coded.fingerprint.to_dict(), {}, 1))
        engine.write([entry(coded, article("a", "cats", "The price of crude oil fell."))])
        engine.refresh()
        searcher = Searcher(engine, coded, Settings())
        for text, told in (
            ('"crude oil" tax', "Holds 1 of the query's 2 words"),
            ("crude oil", "both words"),
        ):
            (found,) = searcher.search(SearchRequest(text)).results
            assert told in found.explanation.sentence
            assert "perhaps" not in found.explanation.sentence


@pytest.mark.parametrize("codes", [True, False])
def test_the_engine_names_passages_where_there_are_no_words_to_compare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codes: bool
) -> None:
    coded = FakeEncoder(codes=codes)
    seen: list[bool] = []
    with EmbeddedEngine.open(tmp_path / "coded") as engine:
        engine.create(Manifest(coded.fingerprint.to_dict(), {}, 1))
        engine.write([entry(coded, article("first", "Truce", "The truce in Tripoli holds."))])
        engine.refresh()
        match = engine.match

        def spied(legs: Sequence[Leg], *, timeout: float | None = None) -> list[LegResult]:
            seen.extend(leg.numbers for leg in legs if isinstance(leg, VectorLeg) and not leg.lead)
            return match(legs, timeout=timeout)

        monkeypatch.setattr(engine, "match", spied)
        Searcher(engine, coded, Settings()).search(SearchRequest("truce Tripoli"))
    assert seen == [not codes]


def test_the_last_page_that_can_be_reached_asks_for_no_more_than_the_window(
    engine: Engine, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    match = engine.match

    def spied(legs: Sequence[Leg], *, timeout: float | None = None) -> list[LegResult]:
        sizes.extend(leg.size for leg in legs)
        return match(legs, timeout=timeout)

    monkeypatch.setattr(engine, "match", spied)
    request = SearchRequest("oil", page=WINDOW // 20, size=20, stories=True)
    with pytest.raises(InvalidQuery):
        Searcher(engine, encoder, Settings()).search(request)
    assert max(sizes) == WINDOW


def test_highlights_of_a_whole_article(searcher: Searcher) -> None:
    title, text = searcher.highlight(ARTICLES[1], "oil -price")
    assert [ARTICLES[1].title[mark.start : mark.end] for mark in title] == ["Oil"]
    assert [ARTICLES[1].text[mark.start : mark.end] for mark in text] == ["oil", "oil"]
    with pytest.raises(InvalidQuery):
        searcher.highlight(ARTICLES[1], '"oil')


def test_timings_name_each_stage(searcher: Searcher) -> None:
    timings = searcher.search(SearchRequest("oil")).timings_ms
    assert set(timings) == {
        "parse", "encode", "plan", "legs", "fusion", "gather", "snippets", "counts", "total",
    }  # fmt: skip
    assert all(milliseconds > 0 for milliseconds in timings.values())
    assert sum(timings.values()) <= 2 * timings["total"]


def test_a_cluster_answers_while_there_is_other_work(
    engine: Engine, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine elsewhere looks for the nearest while words are planned, and counts while the page is made."""
    seen: list[str] = []
    searcher = Searcher(engine, encoder, Settings())
    planner, results = searcher.knowledge.planner, ResultMaker.page
    plan = planner.plan

    def elsewhere(ask: Callable[[Engine], Any]) -> Callable[[], Any]:
        seen.append("begun")
        answer = ask(engine)

        def wait() -> Any:
            seen.append("awaited")
            return answer

        return wait

    def planned(*arguments: Any, **named: Any) -> QueryPlan:
        seen.append("planned")
        return plan(*arguments, **named)

    def made(*arguments: Any, **named: Any) -> Iterator[Result]:
        seen.append("made")
        return results(*arguments, **named)

    plain = searcher.search(SearchRequest("oil source:Reuters"))
    monkeypatch.setattr(engine, "begin", elsewhere)
    monkeypatch.setattr(planner, "plan", planned)
    monkeypatch.setattr(ResultMaker, "page", made)
    page = searcher.search(SearchRequest("oil source:Reuters"))
    # The last two are the counts, and those of the sources as if none were chosen.
    assert seen == ["begun", "planned", "awaited", "begun", "begun", "made", "awaited", "awaited"]
    assert page.results == plain.results
    assert (page.total, page.facets, page.histogram) == (plain.total, plain.facets, plain.histogram)


def test_the_time_limit_holds(engine: Engine, encoder: FakeEncoder) -> None:
    hurried = Searcher(engine, encoder, Settings(search_timeout=1e-9))
    with pytest.raises(EngineTimeout):
        hurried.search(SearchRequest("oil"))


def test_a_word_that_was_added_in_vain_is_told(searcher: Searcher) -> None:
    added = frozenset({"ليبيا", "قرصان", "ليبيا قرصان"})
    page = searcher.search(SearchRequest("Libya", edits=PlanEdits(pinned={"libya": added})))
    missed = [notice for notice in page.notices if "which you added to Libya" in notice]
    assert {notice.split(",")[0] for notice in missed} == {
        "No article has قرصان",
        "No article has ليبيا قرصان",
    }


# -- the other doors


def test_a_warm_searcher_does_not_wait_for_what_tells_languages(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    language._factory.cache_clear()
    searcher.warm_up()
    monkeypatch.setattr(
        DetectorFactory, "load_profile", lambda *_: pytest.fail("read at the first French question")
    )
    searcher.search(SearchRequest("le président de la république rencontre les ministres"))


def test_a_warm_searcher_knows_the_words_of_the_newest_articles(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt = Vocabulary()
    monkeypatch.setattr("indexer.search.warming.VOCABULARY", learnt)
    monkeypatch.setattr("indexer.search.warming._LEARNT_ARTICLES", 2)
    monkeypatch.setattr("indexer.search.warming._LEARNT_BATCH", 1)
    searcher.learn_words()
    newest = [
        result.article for result in searcher.search(SearchRequest("", sort=Sort.NEWEST, size=3)).results
    ]

    def known(article: Article) -> bool:
        runs = set(article.text.split())
        return runs <= learnt.seek(article.language, ()).table.known

    assert [known(article) for article in newest] == [True, True, False]


def test_so_many_characters_are_learnt_at_the_start(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An article may have megabytes: nobody waits for a program to start."""
    texts: list[str] = []
    monkeypatch.setattr(Vocabulary, "learn", lambda _, text, language: texts.append(text))
    monkeypatch.setattr("indexer.search.warming._LEARNT_CHARACTERS", 70)
    searcher.learn_words()
    assert sum(map(len, texts)) == 70


def test_an_archive_that_is_slow_to_read_is_searched_all_the_same(
    engine: Engine, searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object, **__: object) -> tuple[list[str], int]:
        raise EngineTimeout("The search took longer than 10 seconds.")

    monkeypatch.setattr(engine, "browse", slow)
    searcher.learn_words()


def test_warming_up_outlasts_the_time_limit_once(
    engine: Engine, searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first search after an upgrade may have to wait for the archive's views."""
    match = engine.match
    # Each search asks twice: by words, and for what is near by meaning.
    late = iter([True, False, False, True, True])

    def slow(legs: Sequence[Leg], *, timeout: float | None = None) -> list[LegResult]:
        if next(late):
            raise EngineTimeout("The search took longer than 10 seconds.")
        return match(legs, timeout=timeout)

    monkeypatch.setattr(engine, "match", slow)
    searcher.warm_up()
    with pytest.raises(EngineTimeout):
        searcher.warm_up()


def test_ranking_for_evaluation(searcher: Searcher) -> None:
    ranking = searcher.rank(SearchRequest("ceasefire Libya language:en"), depth=3)
    assert ranking.fused[0][0] == "libya-en"
    assert len(ranking.fused) == 3
    assert set(ranking.legs) == {"keywords", "meaning", "lead"}
    for leg in ranking.legs.values():
        assert len(leg.ids) == len(leg.scores) == len(leg.passages) <= 3


def test_similar_articles(searcher: Searcher) -> None:
    near = searcher.similar("libya-en", size=3)
    assert [result.rank for result in near] == [1, 2, 3]
    assert near[0].article.id in ("libya-ar", "oil-en")
    assert "libya-en" not in [result.article.id for result in near]
    assert near[0].explanation.sentence == "Is the nearest to that article by meaning."
    assert near[0].score >= near[1].score
    assert searcher.similar("no such article") == []


def test_an_empty_archive(engine: Engine, searcher: Searcher) -> None:
    engine.delete([item.id for item in ARTICLES])
    engine.refresh()
    for text in ("oil", "", "-oil", '"oil"'):
        page = searcher.search(SearchRequest(text))
        assert (page.total, page.results, page.pages) == (0, (), 0)


def test_ids_of_everything_behind_the_window(many: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(many.ids(SearchRequest("ceasefire")))
    monkeypatch.setattr("indexer.search.searcher.WINDOW", 20)
    limited = list(many.ids(SearchRequest("ceasefire")))
    assert limited[:20] == whole[:20]
    assert sorted(limited) == sorted(whole)


def test_a_request_is_a_value(searcher: Searcher) -> None:
    request = SearchRequest("oil", size=2)
    page = searcher.search(replace(request, page=2))
    assert page.request == SearchRequest("oil", size=2, page=2)
    assert len(page.results) == 2
