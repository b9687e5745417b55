"""From result to result, from a name to its articles: pages that lead to pages."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

SEARCH = "q=ceasefire+in+Libya&language=ar"


def test_an_article_knows_its_place_among_the_results(client: FlaskClient) -> None:
    ids = re.findall(r'name="id" value="(n\d+)"', client.get(f"/search?{SEARCH}&size=25").text)
    html = client.get(f"/article?id={ids[9]}&{SEARCH}&rank=10").text
    assert re.search(r"<b>10 of 2\d</b>", html)
    assert "Why this article?" in html
    for step, place in ((9, 8), (11, 10)):
        response = client.get(f"/result?{SEARCH}&rank={step}")
        assert response.status_code == 302
        query = parse_qs(urlsplit(response.location).query)
        assert query["id"] == [ids[place]]
        assert query["rank"] == [str(step)]
        assert f"/result?{SEARCH.replace('&', '&amp;')}" in html


def test_the_way_back_leads_to_the_result_that_was_read(client: FlaskClient) -> None:
    article = client.get(f"/result?{SEARCH}&rank=12").location
    address = re.search(r'<a href="([^"]+)">‹ Back', client.get(article).text)
    assert address
    path, _, anchor = address[1].replace("&amp;", "&").partition("#")
    assert anchor == "r12"
    back = client.get(path).text
    found = re.search(r'<li class="card" id="r12".*?<a href="([^"]+)"', back, re.DOTALL)
    assert found
    assert found[1].replace("&amp;", "&") == article


def test_the_first_result_has_none_before_it(client: FlaskClient) -> None:
    location = client.get(f"/result?{SEARCH}&rank=1").location
    html = client.get(location).text
    assert "Next result" in html
    assert "Previous result" not in html


@pytest.mark.parametrize("rank", ["0", "-1", "x", "99999999999", "٣", "²", "400", "000000001" + "0" * 4_500])
def test_a_place_that_is_none_is_no_error(client: FlaskClient, rank: str) -> None:
    html = client.get(f"/article?id=n1&{SEARCH}&rank={rank}")
    assert html.status_code == 200
    assert "Back to the results" in html.text
    assert client.get(f"/result?{SEARCH}&rank={rank}").status_code in (302, 400)


def test_browsing_has_places_too(client: FlaskClient) -> None:
    html = client.get(client.get("/result?source=BBC&rank=2").location).text
    assert re.search(r"<b>2 of 13</b>", html)
    assert "Why this article?" not in html


def test_the_workbench_leads_to_a_search(client: FlaskClient) -> None:
    response = client.get("/names/search?part0=القذافي&part0=gaddafi&part1=معمر&part7=")
    assert parse_qs(urlsplit(response.location).query)["q"] == ["+(القذافي OR gaddafi) +معمر"]
    assert client.get(response.location).status_code == 200
    assert client.get("/names/search", query_string={"part²": "x", "part99": "y"}).status_code == 302


@pytest.mark.parametrize("value", ["", '"', ") OR (", "-", "source:BBC", "+" * 50])
def test_signs_in_a_spelling_are_no_operators(client: FlaskClient, value: str) -> None:
    response = client.get("/names/search", query_string={"part0": value})
    assert client.get(response.location).status_code == 200


def test_the_workbench_shows_spellings_with_counts(client: FlaskClient) -> None:
    html = client.get("/names?name=Libya").text
    assert re.search(r"ليبيا</bdi>\s*<span class=\"n\">25 articles", html)
    assert "No spelling of" in client.get("/names?name=Zzyzx").text
    assert client.get("/names", query_string={"name": "<script>" * 40}).status_code == 200
