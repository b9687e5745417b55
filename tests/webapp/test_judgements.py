"""Thumbs beside results: kept with who, when, query, filters and plan, and turned into judged queries."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from indexer.archive import Archive
from indexer.engines.base import Filters
from indexer.evaluate.judgements import KIND, Judgements, judged
from indexer.search.record import plan_record
from indexer.search.request import SearchRequest
from webapp import create_app
from webapp.person import MAX_NAME

SEARCH = "q=ceasefire+in+Libya&language=ar"
FORM = {"article": "n3", "search": f"{SEARCH}&page=2", "rank": "13", "grade": "1"}


@pytest.fixture(autouse=True)
def _no_judgements(archive: Archive) -> Iterator[None]:
    yield
    archive.engine.delete_records(KIND, [key for key, _ in archive.engine.records(KIND)])


def test_who_has_no_name_is_asked_for_one_once(client: FlaskClient, archive: Archive) -> None:
    asked = client.post("/judge", data=FORM)
    assert asked.status_code == 200
    assert "Who judges?" in asked.text
    assert not list(Judgements(archive.engine))
    again = dict(
        re.findall(
            r'<input type="hidden" name="(\w+)" value="([^"]*)">', asked.text.partition('class="fields"')[2]
        )
    )
    sent = {name: value.replace("&amp;", "&") for name, value in again.items()}
    assert sent == FORM
    kept = client.post("/judge", data={**sent, "name": "  منى \u202e Said  "})
    assert kept.status_code == 303
    assert kept.headers["Location"] == f"/search?{SEARCH}&page=2#judge-13"
    second = client.post("/judge", data={**FORM, "article": "n4", "grade": "0"})
    assert second.status_code == 303
    assert {(j.who, j.article, j.grade) for j in Judgements(archive.engine)} == {
        ("منى Said", "n3", 1),
        ("منى Said", "n4", 0),
    }


def test_an_empty_name_is_asked_for_again(client: FlaskClient) -> None:
    assert "Please type a name" in client.post("/judge", data={**FORM, "name": " \u202e "}).text


def test_what_is_kept(client: FlaskClient, archive: Archive) -> None:
    client.post(
        "/judge", data={**FORM, "search": f"{SEARCH}&from=2018-02&drop=ceasefire:x", "name": "a" * 99}
    )
    [judgement] = Judgements(archive.engine)
    assert judgement.who == "a" * MAX_NAME
    assert judgement.search == {
        "text": "ceasefire in Libya",
        "include": {"language": ["ar"]},
        "from": "2018-02-01",
        "removed": {"ceasefire": ["x"]},
        "names": True,
        "spelling": True,
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", judgement.at)


def test_the_plan_is_kept_as_a_search_makes_it_and_nothing_is_searched(
    client: FlaskClient, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = archive.search(SearchRequest("ceasefire in Libya", Filters({"language": frozenset({"ar"})}))).plan
    monkeypatch.setattr(archive, "search", lambda *_: pytest.fail("it is searched"))
    assert client.post("/judge", data={**FORM, "name": "Mona"}).status_code == 303
    [judgement] = Judgements(archive.engine)
    assert judgement.plan == plan_record(plan)
    assert judgement.plan


def test_the_page_shows_what_the_visitor_said_and_takes_it_back(
    client: FlaskClient, archive: Archive
) -> None:
    client.post("/judge", data={**FORM, "name": "Mona"})
    page = client.get(f"/search?{SEARCH}&size=50").text
    assert page.count('name="grade" value="" aria-pressed="true"') == 1
    assert 'name="grade" value="" aria-pressed="true"' not in client.get("/search?q=ceasefire").text
    other = create_app(archive).test_client()
    assert 'aria-pressed="true"' not in other.get(f"/search?{SEARCH}&size=50").text
    client.post("/judge", data={**FORM, "grade": ""})
    assert not list(Judgements(archive.engine))


def test_a_later_word_replaces_the_earlier(client: FlaskClient, archive: Archive) -> None:
    client.post("/judge", data={**FORM, "name": "Mona"})
    client.post("/judge", data={**FORM, "grade": "0"})
    assert [judgement.grade for judgement in Judgements(archive.engine)] == [0]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"grade": "5"}, 400),
        ({"search": "language=ar"}, 400),  # browsing has no ranking to judge
        ({"search": "q=a&page=none"}, 400),
        ({"article": "nothing"}, 404),
    ],
)
def test_what_is_no_judgement_is_refused(client: FlaskClient, change: dict[str, str], status: int) -> None:
    assert client.post("/judge", data={**FORM, "name": "Mona", **change}).status_code == status


def test_a_form_of_another_site_is_refused(client: FlaskClient, archive: Archive) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        response = client.post("/judge", data={**FORM, "name": "Mona"}, headers=headers)
        assert response.status_code == 403
        assert "own pages" in response.text
    assert not list(Judgements(archive.engine))
    ours = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/judge", data={**FORM, "name": "Mona"}, headers=ours).status_code == 303


def test_the_list_of_judgements(client: FlaskClient) -> None:
    assert "Nobody has judged" in client.get("/judgements").text
    client.post("/judge", data={**FORM, "name": "<script>"})
    html = client.get("/judgements").text
    assert "1 judgement by 1 person of 1 search" in html
    assert "<script>" not in html.replace('<script type="module"', "")
    assert "&lt;script&gt;" in html
    assert 'href="/judgements"' in client.get("/").text
    client.post("/judge/forget")
    assert "Who judges?" in client.post("/judge", data=FORM).text


def test_judgements_become_queries_that_can_be_asked(client: FlaskClient, archive: Archive) -> None:
    from indexer.evaluate.runner import evaluate

    client.post("/judge", data={**FORM, "name": "Mona"})
    found = judged(Judgements(archive.engine))
    assert [list(grades.items()) for grades in found.qrels.values()] == [[("n3", 1)]]
    evaluation = evaluate(archive, found)
    assert evaluation.whole.means["R@100"] == 1.0
