"""Reading help: glosses of words, and texts with English above, safe whatever they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.archive import Archive
from indexer.article import Article, Precision, Published
from indexer.engines.base import Gathered, GatherRequest
from indexer.errors import EngineTimeout
from indexer.search.dictionary import Dictionary
from indexer.search.glosses import Gloss, Glossary, Source
from indexer.search.page import Highlight
from indexer.search.request import SearchRequest
from indexer.search.wordforword import WordForWord
from indexer.settings import load_settings
from tests.fakes import FakeEncoder
from tests.webapp.conftest import HOSTILE_ID
from webapp import create_app
from webapp.context import the_archive
from webapp.display import hijri
from webapp.marking import paragraphs
from webapp.reading import with_glosses


def test_a_word_is_explained(client: FlaskClient) -> None:
    answer = client.get("/gloss", query_string={"w": "وزارة"}).json
    assert answer is not None
    assert answer["glosses"][0] == "ministry"
    assert answer["sounds"] == "Wazara"


def test_grammar_comes_before_the_dictionary(client: FlaskClient) -> None:
    answer = client.get("/gloss", query_string={"w": "من"}).json
    assert answer is not None
    assert answer["glosses"] == ["from", "of"]


def test_a_word_is_explained_as_its_article_uses_it(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Article | None] = []

    class OfThisArticle(WordForWord):
        def glosses(self, arabic: str) -> tuple[Gloss, ...]:
            return Gloss("ceasefire", Source.WRITTEN), Gloss("calm", Source.NEAR)

    def word_for_word(self: Archive, article: Article | None = None) -> WordForWord:
        asked.append(article)
        return OfThisArticle(Glossary(Dictionary()))

    monkeypatch.setattr(Archive, "word_for_word", word_for_word)
    answer = client.get("/gloss", query_string={"w": "هدنة", "id": "n1"}).json
    assert answer is not None
    assert answer["glosses"] == ["ceasefire", "≈ calm"]  # a guess is told from what is listed
    assert client.get("/gloss", query_string={"w": "هدنة", "id": "unknown"}).status_code == 200
    assert client.get("/gloss", query_string={"w": "هدنة"}).status_code == 200
    assert [article.id if article else None for article in asked] == ["n1", None, None]


def test_what_a_phrase_means_comes_first_for_its_words(client: FlaskClient) -> None:
    def told(word: str, **beside: str) -> list[str]:
        answer = client.get("/gloss", query_string={"w": word, "id": "n1", **beside}).json
        assert answer is not None
        glosses: list[str] = answer["glosses"]
        return glosses

    assert told("المتحدة")[0] == "united"
    assert told("المتحدة", before="في الولايات")[:2] == ["United States", "united"]
    assert told("الولايات", after="المتحدة قال")[0] == "United States"
    assert told("في", after="الولايات المتحدة") == ["in"]


@pytest.mark.parametrize("address", ["/", "/search?q=ceasefire", "/search", "/article?id=n1"])
def test_arabic_titles_are_told_word_for_word(client: FlaskClient, address: str) -> None:
    gist = re.compile(r'class="gist".*?<span lang="en" dir="ltr">truce in Libya \d+</span>', re.DOTALL)
    page = client.get(address).text
    assert gist.search(page)
    assert len(gist.findall(page)) == len(re.findall('<h[12] class="title" dir="rtl"', page)) + len(
        re.findall('<li><a dir="rtl"', page)
    )
    # Who reads the pages in Arabic reads the titles, too.
    assert 'class="gist"' not in client.get(address, headers={"Accept-Language": "ar"}).text


def test_neighbours_of_an_english_article_are_told_as_well(client: FlaskClient) -> None:
    page = client.get("/article", query_string={"id": HOSTILE_ID}).text
    assert len(re.findall('<li><a dir="rtl"', page)) == page.count('class="gist"') > 0


@pytest.fixture
def with_codes(tmp_path: Path) -> Iterator[Archive]:
    """An archive that keeps the codes of words, by which meanings are told apart."""
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path / "cache", encode_cache=False)
    articles = [
        Article(f"n{number}", f"هدنة في ليبيا {number}", "اتفق الطرفان على هدنة في ليبيا.", language="ar")
        for number in range(3)
    ]
    with Archive.open(settings, encoder=FakeEncoder(codes=True)) as archive:
        archive.add(articles)
        yield archive


def test_codes_that_came_with_a_page_are_not_asked_for_again(
    with_codes: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = with_codes.search(SearchRequest("ليبيا")).results
    told = with_codes.gists([result.article for result in results])
    assert len(told) == 3
    monkeypatch.setattr(with_codes.engine, "gather", None)
    assert with_codes.gists(results) == told


def test_pages_are_shown_without_it_where_the_engine_fails(
    with_codes: Archive, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = create_app(with_codes).test_client()
    gather = with_codes.engine.gather

    def without_codes_alone(request: GatherRequest, **options: Any) -> Gathered:
        if request.codes and not request.ids:  # what titles are told by; the page itself is answered
            raise EngineTimeout("The engine took too long.")
        return gather(request, **options)

    assert 'class="gist"' in client.get("/article?id=n1").text
    monkeypatch.setattr(with_codes.engine, "gather", without_codes_alone)
    answer = client.get("/article?id=n1")
    assert answer.status_code == 200
    assert 'class="gist"' not in answer.text
    assert "took too long" in caplog.text


@pytest.mark.parametrize("word", ["", "ceasefire", "<script>", "ـ", "ء" * 500, "\u202e"])
def test_what_is_no_arabic_word_has_no_glosses(client: FlaskClient, word: str) -> None:
    answer = client.get("/gloss", query_string={"w": word}).json
    assert answer is not None
    assert answer["glosses"] == []


def glossed(app: Flask, text: str, *marked: str) -> str:
    """Return the only paragraph of a text with glosses, and some parts of it marked."""
    marks = [Highlight(text.index(part), text.index(part) + len(part)) for part in marked]
    with app.test_request_context():
        compose = partial(with_glosses, the_archive().word_for_word())
        [paragraph], total = paragraphs(text, marks, compose=compose)
    assert total == len(marked)
    return str(paragraph.html)


def plain(html: str) -> str:
    return re.sub(r"<rt.*?</rt>|<[^>]+>", "", html)


def test_a_word_of_which_a_part_is_marked_stays_whole_and_is_glossed_as_one(app: Flask) -> None:
    html = glossed(app, "خطط لجمال المدينة.", "جمال")
    [word] = re.findall(r"<ruby>((?:(?!</ruby>).)*<mark.*?)</ruby>", html)
    assert plain(word) == "لجمال"
    assert word.count("<rt") == 1
    assert re.search('<a class="hit" id="m1" href="#m1"><mark [^>]+>جمال</mark></a><rt', word)
    assert plain(html) == "خطط لجمال المدينة."


def test_a_mark_of_several_words_has_their_glosses_in_it(app: Flask) -> None:
    html = glossed(app, "في ليبيا وزارة قال.", "ليبيا وزارة")
    mark = re.search("<mark[^>]+>(.*)</mark>", html)
    assert mark
    assert mark[1].count("<ruby>") == 2
    assert plain(mark[1]) == "ليبيا وزارة"
    assert plain(html) == "في ليبيا وزارة قال."


_WORDS = st.sampled_from(
    ["لجمال", "وزارة", "ليبيا", "الولايات", "المتحدة", "في", "<b>", "&", "«قال»", "x", "\u202e", "9"]
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.lists(_WORDS, min_size=1, max_size=8).map(" ".join),
    cuts=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), max_size=5),
)
def test_wherever_marks_fall_the_text_stays_what_it_is(
    app: Flask, text: str, cuts: list[tuple[int, int]]
) -> None:
    marks = [Highlight(start, start + length) for start, length in cuts]
    with app.test_request_context():
        compose = partial(with_glosses, the_archive().word_for_word())
        found, total = paragraphs(text, marks, compose=compose)
        bare, _ = paragraphs(text, marks)
    html, expected = ("".join(str(one.html) for one in some) for some in (found, bare))
    assert plain(html) == plain(expected)
    assert re.findall(r' id="(m\d+)"', html) == [f"m{number + 1}" for number in range(total)]


def test_english_stands_above_and_the_text_stays_what_it_is(app: Flask) -> None:
    text = '"وزارة" <b>&amp; في ليبيا'
    html = glossed(app, text)
    assert '<ruby>وزارة&#34;<rt lang="en" dir="ltr">ministry</rt></ruby>' in html
    assert "<b>" not in html
    assert plain(html) == "&#34;وزارة&#34; &lt;b&gt;&amp;amp; في ليبيا"


def test_help_is_offered_for_arabic_only(client: FlaskClient) -> None:
    html = client.get("/article?id=n1&q=x&help=1").text
    assert "<rt" in html
    assert "Romanised automatically" in html
    assert "data-gloss" not in html
    english = client.get("/article", query_string={"id": HOSTILE_ID, "help": "1"}).text
    assert "<rt" not in english
    assert "Romanised" not in english
    # Who reads the pages in Arabic needs no Latin letters.
    arabic = client.get("/article?id=n1", headers={"Accept-Language": "ar"}).text
    assert 'class="romanised"' in html
    assert 'class="romanised"' not in arabic


def published(year: int, month: int, day: int, precision: Precision = Precision.DAY) -> Published:
    return Published(datetime(year, month, day, tzinfo=UTC), precision)


def test_days_have_a_hijri_date() -> None:
    # Known days: the Islamic new year 1440 and the first of Ramadan 1441 (Umm al-Qura).
    assert hijri(published(2018, 9, 11)) == "1 Muharram 1440 AH"
    assert hijri(published(2020, 4, 24)) == "1 Ramadan 1441 AH"


def test_what_is_no_known_day_has_none() -> None:
    assert hijri(published(2018, 9, 1, Precision.MONTH)) == ""
    assert hijri(published(1900, 1, 1)) == ""
    assert hijri(published(2500, 1, 1)) == ""
