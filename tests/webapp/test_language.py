"""Which language the pages are in, and that a sentence is said in it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from indexer.archive import Archive
from indexer.wording import ordinal, say, say_in, say_n, sentence
from webapp import create_app
from webapp.language import COOKIE, LANGUAGES, Language, catalogue, language, said

ENGLISH, ARABIC = '<html lang="en" dir="ltr">', '<html lang="ar" dir="rtl">'


@pytest.mark.parametrize(
    ("wanted", "start"),
    [
        ("", ENGLISH),
        ("ar", ARABIC),
        ("ar-EG,en;q=0.5", ARABIC),
        ("de,fr;q=0.8", ENGLISH),
        ("fr,AR;q=0.5", ARABIC),
        ("ar;q=0,en", ENGLISH),
        ("en-US,en;q=0.9,ar;q=0.8", ENGLISH),
    ],
)
def test_a_first_visit_is_in_the_browsers_language(client: FlaskClient, wanted: str, start: str) -> None:
    answer = client.get("/names", headers={"Accept-Language": wanted})
    assert start in answer.text
    assert {"accept-language", "cookie"} <= {name.lower() for name in answer.vary}


def test_what_is_the_same_in_every_language_does_not_vary(client: FlaskClient) -> None:
    assert "أرشيف" in client.get("/opensearch.xml", headers={"Accept-Language": "ar"}).text
    assert "Cookie" in client.get("/opensearch.xml").vary
    for path in ("/healthz", "/static/app.css", "/api/v1/search?q=x"):
        assert "Cookie" not in client.get(path).vary


def test_a_reader_chooses_and_stays_on_the_page(client: FlaskClient) -> None:
    page = client.get("/search?q=هدنة&sort=newest")
    assert ENGLISH in page.text
    answer = client.post("/language", data={"language": "ar", "back": "/search?q=هدنة&sort=newest"})
    assert answer.status_code == 303
    followed = client.get(answer.location)
    assert followed.request.args["q"] == "هدنة"
    # What was chosen counts for more than what the browser prefers, on every page.
    assert ARABIC in followed.text
    assert ARABIC in client.get("/names", headers={"Accept-Language": "en"}).text
    client.post("/language", data={"language": "en", "back": "/"})
    assert ENGLISH in client.get("/names", headers={"Accept-Language": "ar"}).text


def test_each_page_leads_back_to_itself(client: FlaskClient) -> None:
    assert 'name="back" value="/names?name=a&amp;x=%22"' in client.get("/names?name=a&x=%22").text
    # What answers a form has no address to come back to.
    client.set_cookie(COOKIE, "ar")
    refused = client.post("/saved", data={"search": "q=x", "name": ""})
    assert refused.status_code == 400
    assert 'name="back" value="/"' in refused.text


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "",
             "/\t/elsewhere.example", "/\n//elsewhere.example"],
)  # fmt: skip
def test_nobody_is_led_to_another_site(client: FlaskClient, back: str) -> None:
    assert client.post("/language", data={"language": "ar", "back": back}).location == "/"


def test_an_unknown_language_changes_nothing(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.post("/language", data={"language": "xx", "back": "/"}).headers
    client.set_cookie(COOKIE, "../xx")
    assert ENGLISH in client.get("/names").text


def test_another_site_cannot_choose(client: FlaskClient) -> None:
    answer = client.post("/language", data={"language": "ar"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_whoever_runs_the_archive_can_choose_the_first_language(archive: Archive) -> None:
    class Kept:
        """The archive with another setting; it is opened once for all tests."""

        def __getattr__(self, name: str) -> object:
            return getattr(archive, name)

        settings = archive.settings.model_copy(update={"web_language": "ar"})

    client = create_app(Kept()).test_client()  # type: ignore[arg-type]
    assert ARABIC in client.get("/names").text
    assert ARABIC in client.get("/names", headers={"Accept-Language": "en"}).text


def test_answers_for_programs_stay_english(client: FlaskClient) -> None:
    client.set_cookie(COOKIE, "ar")
    assert "unbalanced" not in client.get("/api/v1/search?q=%22unbalanced").json["detail"]  # type: ignore[index]
    assert client.get("/api/v1/search?q=%22unbalanced").json["detail"].isascii()  # type: ignore[index]


def test_a_sentence_is_said_in_the_readers_language(app: Flask) -> None:
    text = say("Names")
    assert said(text) == text == "Names"
    with app.test_request_context("/", headers={"Accept-Language": "ar"}):
        assert language() == LANGUAGES["ar"]
        assert said(text) == "الأسماء"
        assert said("Names") == "Names"  # a string is an article's, or a person's: never translated
        assert said(say("Never heard of, %(who)s", who="x")) == "Never heard of, x"


def test_sentences_are_english_by_themselves() -> None:
    assert say("%(count)s of %(list)s, 100 %%", count=12_345, list=("a", "b")) == "12,345 of a, b, 100 %"
    assert [say_n("one article", "%(num)s articles", num) for num in (0, 1, 2_000)] == [
        "0 articles", "one article", "2,000 articles",
    ]  # fmt: skip
    assert say_in("place", "in") == "in"
    assert [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 112, 1_002)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th", "1002nd",
    ]  # fmt: skip
    assert sentence(say("is the %(place)s", place=ordinal(2))) == "Is the 2nd."


def test_markup_of_values_is_escaped_and_that_of_sentences_stays(app: Flask) -> None:
    template = app.jinja_env.from_string("{% trans name=name %}<b>{{ name }}</b> 5 %{% endtrans %}")
    assert template.render(name="<i>") == "<b>&lt;i&gt;</b> 5 %"
    assert template.render(name=Markup("<i>")) == "<b><i></b> 5 %"


def test_each_language_has_a_catalogue_that_can_be_read() -> None:
    for code, known in LANGUAGES.items():
        assert isinstance(known, Language)
        assert known.code == code
        if code != "en":
            assert catalogue(code).gettext("News archive") != "News archive"


@pytest.mark.parametrize(
    ("path", "dates"),
    [
        ("/search?q=abc&from=2018-13", ["&#39;2018-13&#39;", "2018-02", "2018-02-18"]),
        ("/search?q=abc&from=2019&to=2018", ["2018-12-31", "2019-01-01"]),
        ("/search?q=from:2019+to:2018", ["2019-01-01", "2018-12-31"]),
    ],
)
def test_dates_in_arabic_sentences_read_from_left_to_right(
    client: FlaskClient, path: str, dates: list[str]
) -> None:
    page = client.get(path, headers={"Accept-Language": "ar"}).text
    said = page.partition("<h1>")[2].partition('<p class="caret"')[0]
    for tag in ('<span class="day">', "</span>"):
        said = said.replace(tag, "")
    assert re.findall("\u2066(.*?)\u2069", said) == dates
    assert "\u2066" not in client.get(path).text


def test_what_an_arabic_sentence_quotes_does_not_turn_it_round(client: FlaskClient) -> None:
    page = client.get("/search?q=abc&from=zzz", headers={"Accept-Language": "ar"}).text
    assert '<bdi dir="rtl">&#39;zzz&#39; ليس تاريخًا.</bdi>' in page
    assert '<bdi dir="ltr">&#39;zzz&#39; is not' in client.get("/search?q=abc&from=zzz").text


def test_dates_do_not_break_across_lines(client: FlaskClient) -> None:
    page = client.get("/search?q=abc&from=2018-13").text
    assert '&#39;<span class="day">2018-13</span>&#39; is not a date' in page
    assert re.findall(r'<span class="day">([^<]+)', page) == ["2018-13", "2018-02", "2018-02-18"]


def test_every_date_of_a_translation_is_isolated() -> None:
    bare = re.compile("(?<![\u2066\\d-])\\d+(?:-\\d+)+(?!\u2069)")
    catalog = catalogue("ar")._catalog  # type: ignore[attr-defined]
    assert [text for message, text in catalog.items() if message and bare.search(text)] == []


def test_a_date_that_was_copied_from_an_arabic_page_is_read(client: FlaskClient) -> None:
    assert client.get("/search", query_string={"from": "\u20662018-02\u2069"}).status_code == 200
