"""The plan on the page and its forms, over a real archive."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient

from indexer.archive import Archive
from indexer.engines.base import Form
from indexer.search.plan import PlannedWord, QueryPlan, Searched
from indexer.search.sources import DICTIONARY, INFLECTION, NAME, NEAR, SOUND
from webapp.edits import Edits
from webapp.plan import SHOWN, _sure, rows
from webapp.state import SearchState

SEARCH = "/search?q=ceasefire+in+Libya"


def searched(token: str, source: str = NEAR, language: str = "ar", weight: float = 1.0) -> Searched:
    return Searched((token,), token, language, weight, source, 3)


def test_what_stands_for_the_word_comes_before_what_is_like_it() -> None:
    word = PlannedWord(
        "truce",
        "truce",
        (
            searched("guerre", language="fr", weight=2.0),
            searched("حرب", weight=1.5),
            searched("هدنة", DICTIONARY),
        ),
    )
    [row] = rows(QueryPlan((word,)), SearchState("truce"), ["ar", "fr"])
    assert [choice.searched.surface for choice in row.shown] == ["هدنة", "حرب", "guerre"]


def test_a_translation_comes_before_a_name_that_weighs_more() -> None:
    word = PlannedWord("gaza", "gaza", (searched("غازا", NAME, weight=2.0), searched("غزة", DICTIONARY)))
    [row] = rows(QueryPlan((word,)), SearchState("gaza"))
    assert [choice.searched.surface for choice in row.shown] == ["غزة", "غازا"]


def test_what_no_article_holds_comes_behind_and_a_word_before_what_is_written_to_it() -> None:
    absent = Searched(("ابريز",), "إبريز", "ar", 1.0, DICTIONARY)
    unit = Searched(("ذهب", "خالص"), "ذهب خالص", "ar", 0.7, DICTIONARY)
    word = PlannedWord("gold", "gold", (absent, unit, searched("ذهب", DICTIONARY, weight=0.9)))
    forms = [
        Searched((form,), form, "ar", 1.0, NAME, form=Form.EXACT)
        for form in ("الخاشقجي", "خاشقجي", "لخاشقجي")
    ]
    plan = QueryPlan((word, PlannedWord("x", "x", tuple(forms))))
    gold, name = rows(plan, SearchState("gold x"), ["ar"])
    assert [choice.searched.surface for choice in gold.shown] == ["ذهب", "ذهب خالص", "إبريز"]
    assert name.first
    assert name.first.searched.surface == "خاشقجي"


def test_a_form_of_a_word_does_not_stand_for_it() -> None:
    form = searched("بدرعا", INFLECTION)
    words = (
        PlannedWord("درعا", "درعا", (form,)),
        PlannedWord("truce", "truce", (form, searched("هدنة", NEAR))),
    )
    shown = [row.first and row.first.searched.surface for row in rows(QueryPlan(words), SearchState("x"))]
    assert shown == [None, "هدنة"]


def test_a_pinned_word_is_never_hidden() -> None:
    tokens = [f"word{number}" for number in range(SHOWN + 3)]
    word = PlannedWord("x", "x", tuple(searched(token) for token in tokens))
    state = SearchState("x", edits=Edits().pinning("x", tokens[-1]))
    [row] = rows(QueryPlan((word,)), state)
    assert row.shown[0].searched.surface == tokens[-1]
    assert row.shown[0].pinned
    assert len(row.more) == 3
    assert dict(parse_qsl(urlsplit(row.shown[0].drop).query)) == {"q": "x", "drop": f"x:{tokens[-1]}"}
    assert "pin" not in dict(parse_qsl(urlsplit(row.shown[0].toggle).query))


def test_the_page_shows_the_plan_and_takes_an_edit_back(client: FlaskClient) -> None:
    html = client.get(SEARCH).text
    assert 'name="drop" value="libya:ليبيا"' in html
    edited = client.get(SEARCH + "&drop=libya:ليبيا").text
    assert re.search(r'<details class="plan" id="plan" open>', edited)
    assert "put back" in edited
    assert 'name="drop" value="libya:ليبيا"' in edited  # as a hidden field of every other form


@pytest.mark.parametrize(
    ("typed", "pinned"),
    [
        ("هدنه", "libya:هدنه"),
        ("قتال شديد", "libya:قتال شديد"),
        ("zzyzx", "libya:zzyzx"),
        ("!!!", None),
        ("", None),
    ],
)
def test_a_typed_word_is_pinned(client: FlaskClient, typed: str, pinned: str | None) -> None:
    response = client.get("/plan/add", query_string={"q": "Libya", "word": "libya", "add": typed})
    assert response.status_code == 302
    query = dict(parse_qsl(urlsplit(response.location).query))
    assert query.get("pin") == pinned
    assert client.get(response.location).status_code == 200


def test_an_added_latin_word_brings_its_translations(client: FlaskClient) -> None:
    location = client.get("/plan/add?q=Libya&word=libya&add=truce").location
    pins = [value for name, value in parse_qsl(urlsplit(location).query) if name == "pin"]
    assert "libya:هدن" in pins or "libya:هدنه" in pins


@pytest.mark.parametrize(
    ("proposed", "sure"),
    [
        ((), ["اللاجيين", "لاجيه"]),
        (("لين",), ["لين"]),  # what the plan has for the word is what is meant
    ],
)
def test_what_hardly_sounds_like_a_typed_word_is_not_added(
    proposed: tuple[str, ...], sure: list[str]
) -> None:
    found = [searched("اللاجيين", SOUND, weight=0.35), searched("لاجيه", SOUND, weight=0.3)]
    found.append(searched("لين", SOUND, weight=0.24))
    assert [one.surface for one in _sure(found, proposed)] == sure
    named = [searched("حفتر", NAME), *found]
    assert [one.surface for one in _sure(named, ())] == ["حفتر"]


def test_a_mistyped_word_is_searched_as_it_is_meant_until_one_says_otherwise(client: FlaskClient) -> None:
    told = re.compile("No list has .{,9}ceasfire.{,9}; it is searched as .{,9}ceasefire")
    html = client.get("/search?q=ceasfire+in+Libya").text
    assert told.search(html)
    [way] = re.findall(r'href="([^"]+)">Search as it is written', html)
    assert "spelling=off" in way
    as_written = client.get(way.replace("&amp;", "&")).text
    assert not told.search(as_written)
    assert "Search as it is written" not in as_written
    [planned, *_] = client.get("/api/v1/search?q=ceasfire").json["plan"]
    assert (planned["text"], planned["meant"]) == ("ceasfire", "ceasefire")


def test_adding_a_word_searches_nothing(
    client: FlaskClient, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    for name in ("match", "begin", "gather", "browse"):
        monkeypatch.setattr(archive.engine, name, lambda *_, name=name, **__: asked.append(name))
    response = client.get("/plan/add?q=Libya&word=libya&add=truce&page=7")
    assert "pin=" in response.location
    assert not asked


def test_only_words_of_the_plan_are_added_to(client: FlaskClient) -> None:
    response = client.get("/plan/add?q=Libya&word=nothing&add=truce")
    assert response.status_code == 400
    assert "no such word" in response.text
