"""The pages, asked for as a browser does, over a real archive."""

from __future__ import annotations

import csv
import gzip
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import pytest
from flask.testing import FlaskClient
from markupsafe import escape

from indexer.archive import Archive
from indexer.commands.demo import QUESTIONS, SAMPLE
from indexer.search.notices import HAS_THIS_TITLE
from indexer.search.page import ResultPage
from indexer.search.searcher import Searcher
from indexer.settings import load_settings
from tests.fakes import FakeEncoder
from tests.webapp.conftest import ARTICLES, HOSTILE_ID, SCRIPT
from webapp import create_app
from webapp.home import ANSWER, EXAMPLES

FIRST = "/article?id=n1"


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.text[:2000]
    return response.text


def test_the_welcome_page_tells_what_the_archive_holds(client: FlaskClient) -> None:
    assert f"{len(ARTICLES)} articles in 2 languages" in page(client, "/")


def test_the_welcome_page_asks_what_the_demo_asks_where_the_sample_answers(
    client: FlaskClient, tmp_path: Path
) -> None:
    assert EXAMPLES == QUESTIONS
    assert not any(question in page(client, "/") for question in EXAMPLES)
    lines = [line for file in SAMPLE.glob("*.gz") for line in gzip.decompress(file.read_bytes()).splitlines()]
    told = [line for line in lines if ANSWER.encode() in line]
    (tmp_path / "answer.jsonl").write_bytes(b"".join(told))
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path)
    with Archive.open(settings, encoder=FakeEncoder()) as sample:
        assert sample.index([tmp_path / "answer.jsonl"]).stored == 1
        html = page(create_app(sample).test_client(), "/")
    assert all(question in html for question in EXAMPLES)


@pytest.mark.parametrize(
    ("settings", "command"),
    [
        (
            {"archive": "it's empty"},
            "newsarchive --archive &#39;it&#39;&#34;&#39;&#34;&#39;s empty&#39; index",
        ),
        ({"archive": "archive"}, "<code>newsarchive index"),
        ({"engine": "https://me:secret@host:9200"}, "newsarchive --engine https://host:9200 index"),
    ],
)
def test_the_command_that_fills_an_empty_archive_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with Archive.open(load_settings(archive="a", cache=tmp_path), encoder=FakeEncoder()) as empty:
        client = create_app(empty).test_client()
        empty.settings = load_settings(cache=tmp_path, **settings)
        for path in ("/", "/search?q=libya", "/search?q=libya&source=BBC"):
            html = page(client, path)
            assert "This archive is empty." in html
            assert f"{command} FILE-OR-FOLDER" in html
            assert "secret" not in html


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("q=%3F%3F%3F", "all articles are listed"),
        ("q=😀", "all articles are listed"),
        ("q=😀&source=BBC", "all that passes the conditions is listed"),
        ("q=source:BBC", "all that passes the conditions is listed"),
        ("q=-libya", "all that passes the conditions is listed"),
    ],
)
def test_what_holds_no_word_is_browsed_and_said_to_be(client: FlaskClient, query: str, said: str) -> None:
    html = page(client, f"/search?{query}")
    assert said in html
    assert "nearest in meaning" not in html
    assert "Best match" not in html
    assert re.search(r'sort=newest" aria-current="true">Newest', html)
    assert "are listed" not in page(client, "/search?q=libya")


def test_good_news_do_not_wear_the_colour_of_a_warning(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = Searcher.search

    def noticed(*args: Any, **named: Any) -> ResultPage:
        return replace(search(*args, **named), notices=(HAS_THIS_TITLE, "A warning."))

    monkeypatch.setattr(Searcher, "search", noticed)
    html = page(client, "/search?q=libya")
    assert re.findall(r'<p class="([^"]+)" role="status">', html) == ["notice good", "notice"]


def test_a_value_that_is_left_out_is_marked_and_taken_back(client: FlaskClient) -> None:
    html = page(client, "/search?-source=BBC")
    row = re.search(r'<li class="out">(.*?)</li>', html, re.DOTALL)
    assert row
    assert '<bdi>BBC</bdi><span class="unseen"> left out</span>' in row[1]
    assert '<a class="not" href="/search" aria-label="Do not leave out BBC"' in row[1]
    assert html.count('<li class="out">') == 1


def test_what_is_only_near_in_meaning_can_be_left_out(client: FlaskClient) -> None:
    html = page(client, "/search?q=ceasefire+hostile")
    choices = dict(re.findall(r'<a href="(/search[^"]*)"[^>]*>([^<]+ (?:words|too))</a>', html))
    assert list(choices.values()) == ["Near in meaning, too", "With matching words", "With all words"]
    some, everything = list(choices)[1:]
    assert "26 articles" in page(client, some.replace("&amp;", "&"))
    html = page(client, everything.replace("&amp;", "&"))
    assert "Nothing found" in html
    assert "Leave out “only with <bdi>all words</bdi>”" in html
    # It goes along to the forms that save and take away, and a single word leaves less to choose.
    html = page(client, "/search?q=ceasefire&words=some")
    assert html.count('<input type="hidden" name="words" value="some">') > 2
    assert "With all words" not in html
    assert page(client, "/export?q=ceasefire&words=some&format=csv").count("news.example") == 25
    assert "With matching words" not in page(client, "/search")


@pytest.mark.parametrize(
    ("query", "loose"),
    [
        ('"zzyzx corridor" +nowhere', "zzyzx corridor nowhere"),
        ("-zzyzx", None),
        ("+zzyzx source:BBC", "+zzyzx"),  # what a field narrows is not loosened by leaving signs away
        ("oil OR gas -source:BBC from:2031", "oil OR gas"),
        ("zzyzx source: from:2031", "zzyzx source"),
        ('"zzyzx corridor"- from:2031', '"zzyzx corridor"'),
        ("from:2031", None),  # no words are there to be asked otherwise
    ],
)
def test_where_nothing_is_found_the_words_without_signs_and_fields_are_a_click_away(
    client: FlaskClient, query: str, loose: str | None
) -> None:
    html = page(client, f"/search?{urlencode({'q': query})}")
    wanted = f'<a href="/search?{urlencode({"q": loose})}">Search for <bdi>{escape(loose)}</bdi></a>'
    assert (wanted in html) is (loose is not None)
    assert ("Search for <bdi>" in html) is (loose is not None)
    assert loose is None or client.get("/search", query_string={"q": loose}).status_code == 200
    assert ("other or fewer words" in html) is (loose is not None and ":" not in query)


def test_by_date_what_is_only_near_in_meaning_is_told_of(client: FlaskClient) -> None:
    told = "articles that are only near in meaning stand among the others"
    html = page(client, "/search?q=hostile&sort=newest")
    way = re.search(rf'{told}\. <a href="([^"]+)">Leave them out</a>', html)
    assert way
    assert "sort=newest" in way[1]
    left = page(client, way[1].replace("&amp;", "&"))
    assert "all with matching words" in left
    assert told not in left
    assert told not in page(client, "/search?q=hostile")
    assert told not in page(client, "/search?sort=newest")


def test_a_condition_in_english_has_a_way_to_the_arabic_one(client: FlaskClient) -> None:
    html = page(client, "/search?q=%2BLibya&source=BBC&page=1")
    assert "Nothing found" in html
    way = re.search(r'<p class="way"><a href="([^"]+)">Search for <bdi>\+ليبيا</bdi></a>', html)
    assert way
    found = page(client, way[1].replace("&amp;", "&"))
    assert "13 articles" in found
    assert 'class="way"' not in found


def test_a_date_in_the_question_may_narrow_the_search(client: FlaskClient) -> None:
    html = page(client, "/search?q=ceasefire+in+Libya+on+18+March+2018")
    ways = re.search(
        r'<p class="way">Only articles of: <a href="([^"]+)">18 Mar 2018</a> · <a href="([^"]+)">', html
    )
    assert ways
    day, week = (way.replace("&amp;", "&") for way in ways.groups())
    assert day.endswith("q=ceasefire+in+Libya&from=2018-03-18&to=2018-03-18")
    assert week.endswith("q=ceasefire+in+Libya&from=2018-03-18&to=2018-03-24")
    narrowed = page(client, day)
    assert re.search(r"<h1[^>]*>\s*2 articles", narrowed)
    assert "Only articles of:" not in narrowed
    month = page(client, "/search?q=ceasefire+in+March+2018")
    assert re.search(r'Only articles of: <a href="[^"]+from=2018-03&amp;to=2018-03">Mar 2018</a></p>', month)
    assert "Only articles of:" not in page(client, "/search?q=%22in+March+2018%22")
    # Nothing was published then.
    assert "Only articles of:" not in page(client, "/search?q=ceasefire+on+18+March+1973")


def test_results_carry_language_and_direction(client: FlaskClient) -> None:
    html = page(client, "/search?q=ceasefire+in+Libya")
    assert re.search(
        r'<h2 class="title" dir="rtl" lang="ar"><a href="/article\?id=n\d+&amp;q=ceasefire', html
    )
    assert re.search(r'<p class="snippet" dir="rtl" lang="ar"[ >]', html)
    assert '<span class="source"><bdi>' in html


def test_filters_shape_the_result_and_can_be_taken_away(client: FlaskClient) -> None:
    html = page(client, "/search?source=BBC&-language=en&from=2018-02&to=2018-06")
    assert re.search(r'aria-label="Remove: source BBC"', html)
    assert re.search(r'aria-label="Remove: not language English"', html)
    assert set(re.findall(r'<span class="source"><bdi>([^<]+)</bdi>', html)) == {"BBC"}
    assert "Clear the filters" in html


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ("", ""),
        ("&source=BBC", " (1)"),
        ("&source=BBC&-language=en&from=2018&to=2018", " (3)"),
        ("&from=2017&to=2018", " (2)"),
    ],
)
def test_the_button_of_the_filters_counts_filters_and_dates(
    client: FlaskClient, filters: str, shown: str
) -> None:
    html = page(client, f"/search?q=libya&sort=newest&size=25{filters}")
    assert f">Filters{shown}</button>" in html


def test_paging_never_repeats_or_drops(client: FlaskClient) -> None:
    seen: list[str] = []
    for number in (1, 2, 3):
        seen += re.findall(r'name="id" value="([^"]+)"', page(client, f"/search?page={number}"))
    assert len(seen) == len(set(seen)) == len(ARTICLES)


def test_a_histogram_bar_narrows_to_its_period(client: FlaskClient) -> None:
    html = page(client, "/search?language=ar")
    url = re.search(r'<a href="([^"]+)" data-period="2018-02"><title>Feb 2018: \d articles', html)
    assert url
    narrowed = page(client, url[1].replace("&amp;", "&"))
    assert set(re.findall(r'<time datetime="(\d{4}-\d\d)', narrowed)) == {"2018-02"}


def test_the_article_page_shows_the_text_and_leads_back(client: FlaskClient) -> None:
    html = page(client, FIRST + "&q=%D9%87%D8%AF%D9%86%D8%A9&language=ar")
    assert '<div class="text" dir="rtl" lang="ar" data-gloss="/gloss?id=n1" ' in html
    assert 'id="m1"' in html
    assert 'href="/search?q=%D9%87%D8%AF%D9%86%D8%A9&amp;language=ar"' in html
    assert 'href="https://news.example/1"' in html
    assert "18 Feb 2018, 10:00 UTC+04:00" in html
    assert "Similar articles" in html


def test_a_broken_search_does_not_keep_an_article_from_being_read(client: FlaskClient) -> None:
    page(client, FIRST + "&page=none")
    page(client, FIRST + '&q="unbalanced')


@pytest.mark.parametrize(
    "path", ["/search?q=hostile", "/search", f"/article?id={quote(HOSTILE_ID)}&q=hostile"]
)
def test_hostile_articles_are_text(client: FlaskClient, path: str) -> None:
    html = page(client, path)
    assert SCRIPT not in html
    assert "<img" not in html
    assert "javascript:" not in re.sub(r"<bdi>[^<]*</bdi>", "", html)
    assert "\u202e" not in html
    assert not re.search(r"<[^>]* on\w+=", re.sub(r'"[^"]*"', '""', html))
    if "hostile" in path:
        assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/search?q=%22unbalanced", 400, "quotation mark"),
        ("/search?page=999999999", 400, "page"),
        ("/search?page=0", 400, "from 1"),
        ("/search?from=2018-02&to=2018-01", 400, "before they begin"),
        ("/search?q=" + "w+" * 900, 400, "words"),
        ("/search?size=1000", 400, "100"),
        ("/article?id=nothing", 404, "no such article"),
        ("/article", 404, "nothing here"),
        ("/nowhere", 404, "nothing here"),
        ("/export?format=exe", 400, "no such format"),
    ],
)
def test_what_cannot_be_answered_gets_a_sentence(
    client: FlaskClient, path: str, status: int, sentence: str
) -> None:
    html = page(client, path, status)
    assert sentence in html
    assert "Traceback" not in html


def test_the_place_of_a_mistake_is_marked(client: FlaskClient) -> None:
    html = page(client, "/search?q=%D9%87%D8%AF%D9%86%D8%A9+%22x", 400)
    assert '<p class="caret" dir="auto">هدنة <mark class="here">&#34;</mark>x</p>' in html


SEARCH = "/search?q=libya&source=BBC&-section=sport&sort=newest"


@pytest.mark.parametrize("number", [900, 1001])
def test_a_page_behind_the_last_has_a_way_to_that(client: FlaskClient, number: int) -> None:
    html = page(client, f"/search?q=ceasefire&page={number}", 400)
    way = re.search(r'<a href="([^"]+)">The last page of this search</a>', html)
    assert way
    assert 'rel="next"' not in page(client, way[1].replace("&amp;", "&"))


@pytest.mark.parametrize(
    ("wrong", "title", "way"),
    [
        ("from=18.02.2018", "This date cannot be searched", "The same search without this date"),
        ("from=2019&to=2018", "These dates cannot be searched", "The same search without these dates"),
        ("page=999999999999999", "There is no such page", "The first page of this search"),
        ("page=1001", "There is no such page", "The first page of this search"),
        ("page=900", "There is no such page", "The first page of this search"),
        ("size=1000", "A page cannot hold that many", "The same search with the usual number on a page"),
        ("-author=" + "x" * 9_000, "These filters cannot be used", "The same search without these filters"),
        ("drop=nothing", "This change of the plan cannot", "The same search without this change"),
    ],
)
def test_a_slip_in_the_address_does_not_throw_the_search_away(
    client: FlaskClient, wrong: str, title: str, way: str
) -> None:
    html = page(client, f"{SEARCH}&{wrong}", 400)
    assert f"<h1>{title}" in html
    assert f'<a href="{SEARCH.replace("&", "&amp;")}">{way}</a>' in html
    form = html.partition('role="search"')[2].partition("</form>")[0]
    assert re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', form) == [
        ("source", "BBC"),
        ("-section", "sport"),
        ("sort", "newest"),
    ]


def test_several_slips_have_one_way_out(client: FlaskClient) -> None:
    html = page(client, f"{SEARCH}&from=bad&to=worse&size=0&page=none&drop=x&-author={'x' * 9_000}", 400)
    way = "The same search without what makes no sense in its address"
    assert f'<a href="{SEARCH.replace("&", "&amp;")}">{way}</a>' in html


def test_a_source_that_was_mistyped_can_be_put_right(client: FlaskClient) -> None:
    for path, way in (
        ("/search?q=source:bcc+oil", "/search?q=source%3ABBC+oil"),
        ("/search?q=oil&source=bcc", "/search?q=oil&amp;source=BBC"),
        ("/search?q=oil&-source=bcc", "/search?q=oil&amp;-source=BBC"),
        ("/search?q=source:bcc&source=سكاي+نيوز", "/search?q=source%3ABBC&amp;source="),
        ("/search?q=source:bcc+oil&source=bcc", "/search?q=source%3ABBC+oil&amp;source=BBC"),
    ):
        html = page(client, path)
        assert html.count("Did you mean BBC?") == html.count('<p class="way">') == 1
        assert f'<a href="{way}' in html.partition('<p class="way">')[2], path


def test_reasons_have_points_where_results_are_ordered_by_them(client: FlaskClient) -> None:
    best, newest = (page(client, f"/search?q=ceasefire{sort}") for sort in ("", "&sort=newest"))
    assert best.count("<tfoot>") == best.count('<table class="parts">') > 0
    assert newest.count('<table class="parts">') > 0
    assert not re.search(r"<tfoot|<meter|Points|\b0\.00\b", newest)


def test_a_field_before_a_space_can_be_put_right(client: FlaskClient) -> None:
    html = page(client, "/search?q=oil+source:+BBC&sort=newest")
    assert "Did you mean source:BBC?" in html
    assert '<p class="way"><a href="/search?q=oil+source%3ABBC&amp;sort=newest">Search for <bdi>' in html
    assert "Did you mean" not in page(client, "/search?q=oil+source:BBC")


def test_a_wrong_date_can_be_corrected_where_it_is_told(client: FlaskClient) -> None:
    html = page(client, "/search?q=oil&source=BBC&from=31.12.2018&to=2019", 400)
    form = html.partition('class="dates" action="/search"')[2].partition("</form>")[0]
    fields = re.findall(r'<input (?:type="hidden" )?name="([^"]+)" value="([^"]+)"', form)
    assert fields == [("q", "oil"), ("source", "BBC"), ("from", "31.12.2018"), ("to", "2019")]
    assert re.findall(r'value="([^"]+)"[^>]* aria-invalid="true" aria-describedby="wrong"', form) == [
        "31.12.2018"
    ]
    assert "not a date" in html.partition('<p id="wrong">')[2].partition("</p>")[0]
    assert 'class="dates" action="/coverage"' in page(client, "/coverage?to=soon", 400)
    assert 'class="dates"' not in page(client, "/search?q=oil&size=0", 400)
    # The sentence is about the page, the search that was posted is not in the address: no form corrects these.
    assert 'class="dates"' not in page(client, "/search?q=oil&page=0&from=31.12.2018", 400)
    assert 'class="dates"' not in page(client, "/saved/new?q=oil&from=31.12.2018", 400)


def test_a_slip_in_the_question_leaves_the_filters_in_the_form(client: FlaskClient) -> None:
    html = page(client, "/search?q=%22unbalanced&source=BBC&sort=best&from=2018", 400)
    assert '<input type="hidden" name="source" value="BBC">' in html
    html = page(client, "/search?q=%22unbalanced&source=BBC&from=2018", 400)
    assert "This question cannot be searched" in html
    assert '<input type="hidden" name="from" value="2018">' in html
    assert "The same search" not in html


def test_the_way_back_from_a_wrong_date_stays_on_the_page_of_coverage(client: FlaskClient) -> None:
    html = page(client, "/coverage?source=BBC&from=2018-13", 400)
    assert '<a href="/coverage?source=BBC">The same search without this date</a>' in html


def test_an_unforeseen_error_says_nothing_of_the_inside(archive: Archive) -> None:
    app = create_app(archive)
    app.add_url_rule("/broken", view_func=lambda: {}["secret-key"])
    html = page(app.test_client(), "/broken", 500)
    assert "Something went wrong" in html
    assert "secret-key" not in html


def test_every_answer_has_the_headers(client: FlaskClient) -> None:
    for path in ("/", "/search?q=x", FIRST, "/nowhere", "/healthz", "/static/app.css"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_pages_need_nothing_that_the_policy_forbids(client: FlaskClient) -> None:
    for path in ("/", "/search?q=ceasefire", FIRST):
        html = page(client, path)
        assert not re.search(r"<style|\sstyle=|<script(?![^>]* src=)", html)
        assert not re.search(r'(?:src|href)="(?:https?:)?//(?!news\.example)', html)
        assert len(html.encode()) < 50_000
        # A drawing is made once, and shown by its name.
        assert not {
            name for name in re.findall(r'<use href="#(\w+)"', html) if html.count(f'id="{name}"') != 1
        }


def test_a_foreign_name_is_not_answered(client: FlaskClient) -> None:
    response = client.get("/search?q=ceasefire", headers={"Host": "evil.example"})
    assert response.status_code == 421
    assert "news.example" not in response.text


def test_health(client: FlaskClient) -> None:
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").json == {"ready": True, "articles": len(ARTICLES)}


def test_export_streams_all_or_what_is_ticked(client: FlaskClient) -> None:
    response = client.get("/export?format=csv")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="newsarchive-2')
    assert len(response.text.splitlines()) == len(ARTICLES) + 1
    ticked = client.get("/export?format=jsonl&id=n2&id=n1&id=gone").text.splitlines()
    assert [re.search(r'"id":"(\w+)"', line)[1] for line in ticked] == ["n2", "n1"]  # type: ignore[index]
    assert client.get("/export?format=ris&source=BBC").text.count("TY  - NEWS") == 13


def test_a_csv_has_places_and_titles_in_english(client: FlaskClient) -> None:
    def rows(path: str) -> list[dict[str, str]]:
        text = client.get(path).text.removeprefix("\ufeff")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    found = rows("/export?format=csv&q=ceasefire")
    assert [row["rank"] for row in found] == [str(rank) for rank in range(1, len(found) + 1)]
    assert {bool(row["gist"]) for row in found if row["language"] == "ar"} == {True}
    assert {row["gist"] for row in found if row["language"] == "en"} == {""}
    (ticked,) = rows("/export?format=csv&q=ceasefire&id=n3")
    assert ticked["rank"] == ""
    assert "Libya" in ticked["gist"]


def test_a_thousand_ticks_come_as_a_form(client: FlaskClient) -> None:
    ids = ["n2", "n1", *(f"https://news.example/{'x' * 60}/{number}" for number in range(998))]
    lines = client.post("/export", data={"format": "jsonl", "q": "libya", "id": ids}).text.splitlines()
    assert [re.search(r'"id":"(\w+)"', line)[1] for line in lines] == ["n2", "n1"]  # type: ignore[index]
    assert client.post("/export", data={"format": "jsonl", "id": [*ids, "n3"]}).status_code == 400
    assert client.post("/export", data={"id": ["x" * 600_000]}).status_code == 413
    assert client.post("/export", data={}, headers={"Origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize(("title", "ended"), [("ماذا حدث؟", "؟"), ("Title", "."), ("Who knows...", "...")])
def test_a_citation_has_one_stop_behind_the_title_and_an_address(
    tmp_path: Path, title: str, ended: str
) -> None:
    article = {"id": "a", "title": title, "text": "Text of it.", "source": "BBC"}
    (tmp_path / "a.jsonl").write_bytes(orjson.dumps(article))
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path)
    with Archive.open(settings, encoder=FakeEncoder()) as archive:
        assert archive.index([tmp_path / "a.jsonl"]).stored == 1
        html = page(create_app(archive).test_client(), "/article?id=a")
    [citation] = re.findall('<p class="citation">(.*?)</p>', html)
    text = re.sub("<[^>]+>", "", citation)
    assert text.startswith(f"{title.rstrip('.؟')}{ended} BBC, ")
    assert text.endswith(". http://localhost/article?id=a")
