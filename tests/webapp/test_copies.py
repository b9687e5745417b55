"""A story that many papers took over stands once in the results, with the others folded beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from indexer.archive import Archive
from indexer.article import Article, Published
from indexer.settings import load_settings
from tests.fakes import FakeEncoder
from webapp import create_app

STORY = " ".join(f"word{number}" for number in range(80))


def article(number: int, text: str, day: int) -> Article:
    return Article(
        id=f"a{number}", title=f"Title {number}", text=text, source=f"Paper {number}", language="en",
        published=Published(datetime(2020, 6, day, tzinfo=UTC)),
    )  # fmt: skip


#: a0 is the best match; its reprints a1 and a2 rank last, behind a page of other articles.
ARTICLES = [
    article(0, f"{'ceasefire ' * 9} {STORY}", 9),
    article(1, f"ceasefire {STORY} {'filler ' * 40}", 12),
    article(2, f"ceasefire {STORY} {'filler ' * 40}", 3),
    *(
        article(number, f"{'ceasefire ' * 5} {' '.join(f'n{number}w{n}' for n in range(60))}", 15)
        for number in range(3, 16)
    ),
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("copies")
    settings = load_settings(archive=folder / "archive", cache=folder, encode_cache=False)
    with Archive.open(settings, encoder=FakeEncoder()) as archive:
        archive.add([*ARTICLES, Article(id="arabic", title="هدنة", text="هدنة في ليبيا", language="ar")])
        yield create_app(archive).test_client()


def ids(html: str) -> list[str]:
    return re.findall(r'name="id" value="(a\d+)"', html)


def test_copies_are_folded_across_pages(client: FlaskClient) -> None:
    first, second = (client.get(f"/search?q=ceasefire&language=en&page={page}").text for page in (1, 2))
    assert ids(first)[:3] == ["a0", "a2", "a1"]  # the earliest copy first
    assert "+2 copies and reprints" in first
    assert len(ids(first)) == 12
    assert len(ids(second)) == 4
    assert sorted(ids(first) + ids(second)) == sorted(article.id for article in ARTICLES)
    assert client.get("/search?q=ceasefire&language=en&page=3").status_code == 400


def test_copies_are_told_in_english(tmp_path: Path) -> None:
    """Who reads no Arabic sees by that whether it is the same news."""
    text = " ".join(f"كلمة{number}" for number in range(40))
    titles = {"one": "هدنة في ليبيا", "other": "هدنة في سوريا"}
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path, encode_cache=False)
    with Archive.open(settings, encoder=FakeEncoder()) as archive:
        archive.add(
            [Article(id=name, title=title, text=text, language="ar") for name, title in titles.items()]
        )
        client = create_app(archive).test_client()
        address = f"/search?q={quote('هدنة')}"
        folded = client.get(address).text.partition("+1 copy or reprint")[2].partition("</details>")[0]
        assert re.search(r'class="gist".*truce in (Libya|Syria)', folded)
        assert 'class="gist"' not in client.get(address, headers={"Accept-Language": "ar"}).text


def test_totals_say_what_they_count(client: FlaskClient) -> None:
    text = " ".join(re.sub(r"<[^>]+>", " ", client.get("/search?q=ceasefire&language=en").text).split())
    assert "16 articles" in text
    assert "2 copies stand with their originals, which leaves 14 to page through" in text
    assert "or all 16 if none is ticked" in text
    assert client.get("/export?format=csv&q=ceasefire&language=en").text.count("\r\n") == 17


def test_a_copy_is_opened_and_leads_on(client: FlaskClient) -> None:
    page = client.get("/search?q=ceasefire&language=en").text
    address = re.search(r'href="(/article\?id=a1&amp;[^"]+)"', page)
    assert address
    html = client.get(address[1].replace("&amp;", "&")).text
    assert "<b>1 of 14</b>" in html
    assert "Why this article?" not in html  # the reasons are the original's
    assert client.get("/result?q=ceasefire&language=en&rank=14").status_code == 302
    assert "id=a0" in client.get("/result?q=ceasefire&language=en&rank=1").location
    assert "/search" in client.get("/result?q=ceasefire&language=en&rank=15").location


def test_an_article_names_its_copies(client: FlaskClient) -> None:
    html = client.get("/article?id=a2").text
    copies, _, similar = html.partition("Copies and reprints</h2>")[2].partition("Similar articles</h2>")
    assert set(re.findall(r"/article\?id=(a\d+)", copies)) == {"a0", "a1"}
    assert len(set(re.findall(r"/article\?id=(a\d+)", similar))) == 5
    assert not {"a0", "a1"} & set(re.findall(r"/article\?id=(a\d+)", similar))
    assert "Copies and reprints" not in client.get("/article?id=a5").text


def test_what_is_near_in_other_languages_stands_apart(client: FlaskClient) -> None:
    html = client.get("/article?id=a5").text
    abroad = html.partition("In other languages</h2>")[2].partition("</ol>")[0]
    assert re.findall(r"/article\?id=(\w+)", abroad) == ["arabic"]
    assert "Arabic</small>" in abroad
    assert "id=arabic" not in html.partition("Similar articles</h2>")[2]
    assert "Similar articles" not in client.get("/article?id=arabic").text
