"""Facets beside the results: choosing, leaving out, and finding a value among many, without a script."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from indexer.archive import Archive
from indexer.article import Article
from indexer.settings import load_settings
from tests.fakes import FakeEncoder
from webapp import create_app, results

WRITERS = 300


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """300 writers; the first twenty have a second article."""
    folder = tmp_path_factory.mktemp("facets")
    settings = load_settings(archive=folder / "archive", cache=folder, encode_cache=False)
    numbers = [*range(WRITERS), *range(20)]
    with Archive.open(settings, encoder=FakeEncoder()) as archive:
        archive.add(
            Article(
                id=f"a{place}", title="Truce", text=f"A ceasefire, number {place}.", source="BBC",
                author=f"كاتب {number}", language="ar" if number % 2 else "fr",
            )
            for place, number in enumerate(numbers)
        )  # fmt: skip
        yield create_app(archive).test_client()


def facet(client: FlaskClient, address: str, name: str = "author") -> tuple[list[str], str]:
    """Return the values of a facet as they are listed, and its whole text."""
    page = client.get(address).text
    section = page.partition(f'aria-labelledby="facet-{name}"')[2].partition("</section>")[0]
    return re.findall(r'class="value"[^>]*><bdi>([^<]+)</bdi>', section), section


def test_the_most_frequent_are_listed_and_the_others_can_be(client: FlaskClient) -> None:
    values, section = facet(client, "/search?q=ceasefire")
    assert len(values) == results.SHOWN
    assert 'href="/search?q=ceasefire&amp;all=author#facet-author">Show all' in section
    values, section = facet(client, "/search?q=ceasefire&all=author")
    assert len(values) == results.LISTED
    assert f"{results.LISTED} of {WRITERS}; type a part of a name" in section


@pytest.mark.parametrize("find", ["كاتب 277", "277", "  277 "])
def test_a_rare_value_is_found(client: FlaskClient, find: str) -> None:
    values, section = facet(client, f"/search?q=ceasefire&all=author&find={find}")
    assert values == ["كاتب 277"]
    address = re.search(r'class="value" href="([^"]+)"', section)
    assert address
    chosen = client.get(markup.unescape(address[1])).text
    assert "1 article" in chosen
    assert "Remove: author كاتب 277" in chosen


def test_values_are_found_by_the_name_that_is_shown(client: FlaskClient) -> None:
    assert facet(client, "/search?all=language&find=arab", "language")[0] == ["Arabic"]
    assert facet(client, "/search?all=language&find=fr", "language")[0] == ["French"]


def test_the_box_keeps_the_search(client: FlaskClient) -> None:
    _, section = facet(client, "/search?q=ceasefire&-source=CNN&all=author&find=nobody")
    assert "No value holds “nobody”" in section
    form = section.partition("<form")[2].partition("</form>")[0]
    assert dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form)) == {
        "q": "ceasefire", "-source": "CNN", "all": "author", "find": "nobody",
    }  # fmt: skip


def test_what_is_looked_for_is_text(client: FlaskClient) -> None:
    page = client.get(
        "/search", query_string={"all": "author", "find": '"><script>alert(1)</script>\u202e'}
    ).text
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert client.get("/search?all=nothing&find=x").status_code == 200


def test_a_value_is_chosen_left_out_and_taken_back(client: FlaskClient) -> None:
    _, section = facet(client, "/search?q=ceasefire", "language")
    chosen, left_out = (
        markup.unescape(found)
        for found in re.search(
            r'class="value" href="([^"]+)".*?class="not" href="([^"]+)"', section, re.S
        ).groups()  # type: ignore[union-attr]
    )
    assert "160 articles" in client.get(chosen).text
    without = client.get(left_out).text
    assert "160 articles" in without
    assert re.search(r'aria-label="Remove: not language (Arabic|French)"', without)
    # A facet that filters still offers its other values.
    assert len(facet(client, chosen, "language")[0]) == 2
