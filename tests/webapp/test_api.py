"""The API, asked for as a program does, over a real archive."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import orjson
import pytest
from flask.testing import FlaskClient

from indexer.archive import Archive
from indexer.engines.base import FACETS, Sort
from indexer.search.request import Demand
from tests.webapp.conftest import ARTICLES, HOSTILE_ID, SCRIPT
from webapp import create_app
from webapp.api.description import document
from webapp.api.operations import OPERATIONS
from webapp.api.parameters import PagedParameters
from webapp.edits import Edits
from webapp.state import SearchState


def ask(client: FlaskClient, path: str, status: int = 200) -> dict[str, Any]:
    response = client.get(path)
    assert response.status_code == status, response.text[:2000]
    assert response.content_type == ("application/json" if status == 200 else "application/problem+json")
    answer: dict[str, Any] = response.json  # type: ignore[assignment]
    return answer


def test_a_search_answers_what_the_page_shows(client: FlaskClient) -> None:
    answer = ask(client, "/api/v1/search?q=ceasefire+in+Libya&language=ar&size=5")
    assert answer["query"] == "q=ceasefire+in+Libya&language=ar&size=5"
    assert [result["rank"] for result in answer["results"]] == [1, 2, 3, 4, 5]
    first = answer["results"][0]
    assert first["article"]["language"] == "ar"
    assert first["article"]["published"]["date"].endswith("T10:00:00+04:00")
    assert first["reason"]
    shown = client.get("/search?q=ceasefire+in+Libya&language=ar&size=5").text
    assert re.findall(r'name="id" value="(n\d+)"', shown) == [
        result["article"]["id"] for result in answer["results"]
    ]
    assert client.get(first["article"]["page"]).status_code == 200


def test_arabic_titles_are_told_in_english(client: FlaskClient) -> None:
    def gist(article: dict[str, Any]) -> str:
        return article["gist"]

    listed = ask(client, "/api/v1/search?q=ceasefire+in+Libya&size=30")["results"]
    assert {bool(gist(one["article"])) for one in listed if one["article"]["language"] == "ar"} == {True}
    assert "Libya" in gist(listed[0]["article"])
    assert "Libya" in gist(ask(client, "/api/v1/article?id=n3"))
    assert "Libya" in gist(ask(client, "/api/v1/similar?id=n3")["results"][0]["article"])
    assert gist(ask(client, f"/api/v1/article?id={quote(HOSTILE_ID)}")) == ""


def test_highlights_cut_the_snippet(client: FlaskClient) -> None:
    found = ask(client, f"/api/v1/search?q={quote('هدنة')}")["results"][:3]
    assert len(found) == 3
    for result in found:
        snippet = result["snippet"]
        words = [snippet["text"][mark["start"] : mark["end"]] for mark in snippet["highlights"]]
        assert "هدنة" in words


def test_cursors_lead_through_everything_once(client: FlaskClient) -> None:
    search = "source=BBC&source=" + quote("سكاي نيوز") + "&size=7"
    seen: list[str] = []
    cursor = ""
    while True:
        answer = ask(client, f"/api/v1/search?{search}{cursor}")
        seen += [result["article"]["id"] for result in answer["results"]]
        if answer["next_cursor"] is None:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    assert len(seen) == len(set(seen)) == answer["total"] == 25


def test_a_cursor_is_for_its_own_search(client: FlaskClient) -> None:
    cursor = ask(client, "/api/v1/search?size=5")["next_cursor"]
    assert ask(client, f"/api/v1/search?size=5&cursor={cursor}")["page"] == 2
    other = ask(client, f"/api/v1/search?size=6&cursor={cursor}", 400)
    assert "another search" in other["detail"]
    assert "not both" in ask(client, f"/api/v1/search?size=5&page=2&cursor={cursor}", 400)["detail"]
    assert "not one that" in ask(client, "/api/v1/search?cursor=2-x", 400)["detail"]


def test_an_article_comes_whole_and_as_it_is(client: FlaskClient, archive: Archive) -> None:
    answer = ask(client, f"/api/v1/article?id={quote(HOSTILE_ID)}")
    assert answer["id"] == HOSTILE_ID
    assert answer["title"].startswith(SCRIPT)  # JSON is not HTML: nothing is changed
    assert answer["text"] == archive.article(HOSTILE_ID).text
    assert answer["published"] is None


def test_facets_count_the_archive(client: FlaskClient) -> None:
    answer = ask(client, "/api/v1/facets")
    assert answer["total"] == len(ARTICLES)
    assert {"value": "ar", "count": 25} in answer["facets"]["language"]
    assert sum(bucket["count"] for bucket in answer["histogram"]["buckets"]) == 25
    assert answer["histogram"]["undated"] == 1


def test_similar_articles(client: FlaskClient) -> None:
    answer = ask(client, "/api/v1/similar?id=n1&size=3")
    assert len(answer["results"]) == 3
    assert "n1" not in {result["article"]["id"] for result in answer["results"]}
    ask(client, "/api/v1/similar?id=none", 404)


def test_an_export_streams_what_index_takes_back(client: FlaskClient) -> None:
    response = client.get("/api/v1/export?source=BBC")
    assert response.content_type.startswith("application/x-ndjson")
    articles = [orjson.loads(line) for line in response.text.splitlines()]
    assert len(articles) == 13
    assert {article["source"] for article in articles} == {"BBC"}
    named = client.get("/api/v1/export?id=n3&id=n2&format=ris").text
    assert named.count("TY  - NEWS") == 2


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/api/v1/search?souce=BBC", 400, "'souce'"),
        ("/api/v1/search?size=1000", 400, "'size'"),
        ("/api/v1/search?size=", 400, "'size'"),
        ("/api/v1/search?sort=best", 400, "'sort'"),
        ("/api/v1/search?q=a&q=b", 400, "2 times"),
        ("/api/v1/search?from=2018-02&to=2018-01", 400, "before they begin"),
        ("/api/v1/search?page=77", 400, "page"),
        ("/api/v1/facets?page=2", 400, "'page'"),
        ("/api/v1/article", 400, "'id'"),
        ("/api/v1/article?id=nothing", 404, "id"),
        ("/api/v1/export?format=exe", 400, "'format'"),
        ("/api/v1/nowhere", 404, "address"),
    ],
)
def test_problems_say_what_is_wrong(client: FlaskClient, path: str, status: int, word: str) -> None:
    problem = ask(client, path, status)
    assert problem["status"] == status
    assert word in problem["detail"]
    place, _, anchor = problem["type"].partition("#")
    assert f'id="{anchor}"' in client.get(place).text


def test_the_place_of_a_mistake_is_told(client: FlaskClient) -> None:
    assert ask(client, "/api/v1/search?q=a+%22x", 400)["column"] == 2


def test_another_kind_of_request_is_told_what_goes(client: FlaskClient) -> None:
    response = client.post("/api/v1/search", json={})
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert response.json["status"] == 405  # type: ignore[index]


def test_an_unforeseen_error_tells_a_program_nothing_of_the_inside(archive: Archive) -> None:
    app = create_app(archive)
    app.add_url_rule("/api/v1/broken", view_func=lambda: {}["secret-key"])
    response = app.test_client().get("/api/v1/broken")
    assert response.status_code == 500
    assert response.content_type == "application/problem+json"
    assert "secret-key" not in response.text


def test_whatever_a_permalink_holds_the_api_takes(client: FlaskClient) -> None:
    state = SearchState(
        text="ceasefire",
        include=dict.fromkeys(FACETS, ("a",)),
        exclude=dict.fromkeys(FACETS, ("b",)),
        date_from="2018",
        date_to="2019",
        sort=Sort.OLDEST,
        page=1,
        size=25,
        edits=Edits(removed={"a": ("b",)}, pinned={"c": ("d",)}, names=False, spelling=False),
        demand=Demand.ALL,
    )
    pairs = state.params()
    assert {name for name, _ in parse_qsl(state.query_string())} | {"page", "cursor"} == {
        field.alias or name for name, field in PagedParameters.model_fields.items()
    }
    assert ask(client, f"/api/v1/search?{urlencode(pairs)}")["query"] == state.query_string()


def test_the_description_is_made_from_the_operations(client: FlaskClient) -> None:
    description = client.get("/api/openapi.json").json
    assert description == {**document(), "servers": [{"url": "/"}]}
    assert description["openapi"].startswith("3.1.")
    assert set(description["paths"]) == {operation.path for operation in OPERATIONS}
    text = orjson.dumps(description).decode()
    for reference in re.findall(r'"#/components/schemas/(\w+)"', text):
        assert reference in description["components"]["schemas"]


def test_the_page_shows_the_description(client: FlaskClient) -> None:
    html = client.get("/api/").text
    for path, operations in document()["paths"].items():
        for method, described in operations.items():
            assert f"{method.upper()} {path}</code>" in html
            for parameter in described["parameters"]:
                assert f"<code>{parameter['name']}</code>" in html
    assert not re.search(r'(?:src|href)="https?:', html)
    for anchor in re.findall(r'href="#(\w+)"', html):
        assert f'id="{anchor}"' in html
    assert 'href="/api/"' in client.get("/").text
