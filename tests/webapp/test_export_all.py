"""An export is everything, however much that is, and is streamed in little memory.

10,500 articles are past every limit of paging; the nightly run has as many as the archive of the first analyst, 30,178.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass

import pybtex.database
import pytest
import rispy
from flask.testing import FlaskClient

from indexer.archive import Archive
from indexer.article import Article
from indexer.search.paging import WINDOW
from indexer.settings import load_settings
from tests.fakes import FakeEncoder
from webapp import create_app

pytestmark = pytest.mark.slow

#: Megabytes that an export may need, whatever its size: the ranking of `WINDOW` articles, and a batch of them.
MOST_MEGABYTES = 10
#: Of each article, and never searched; long enough that those of all articles would not fit into that.
NOTE = "As the ministry of foreign affairs said on Wednesday. " * 50


@dataclass(frozen=True)
class Big:
    """An archive of `count` articles about a ceasefire, and one about something else."""

    count: int
    archive: Archive
    client: FlaskClient

    @property
    def ids(self) -> set[str]:
        return {f"n{number}" for number in range(self.count)}


def articles(count: int) -> Iterator[Article]:
    for number in range(count):
        yield Article(
            id=f"n{number}",
            title=f"=Headline {number}" if number % 100 == 0 else f"خبر رقم {number}",
            text=f"A ceasefire in Libya, report number {number}.",
            source=f"Paper {number % 7}",
            language="en",
            url=f"https://news.example/{number}",
            extra={"note": NOTE},
        )
    yield Article(id="other", title="Weather", text="Rain.", language="en")


@pytest.fixture(
    scope="module", params=[10_500, pytest.param(30_178, marks=pytest.mark.nightly)], ids=["small", "whole"]
)
def big(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Big]:
    folder = tmp_path_factory.mktemp("big")
    settings = load_settings(archive=folder / "archive", cache=folder, encode_cache=False, search_timeout=120)
    assert request.param > WINDOW
    with Archive.open(settings, encoder=FakeEncoder(8)) as archive:
        report = archive.add(articles(request.param))
        assert report.stored == request.param + 1
        yield Big(request.param, archive, create_app(archive).test_client())


def exported(big: Big, form: str) -> str:
    response = big.client.get(f"/export?format={form}&q=ceasefire")
    assert response.status_code == 200
    return response.text


def test_the_page_says_how_many(big: Big) -> None:
    html = big.client.get("/search?q=ceasefire").text
    while "Searching…" in html:
        html = big.client.get("/search?q=ceasefire").text
    assert f"or all {big.count:,} if none is ticked" in html


def test_csv_and_json_lines_hold_every_article_once(big: Big) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(big, "csv").removeprefix("\ufeff"), newline="")))
    assert len(rows) == big.count
    assert {row["id"] for row in rows} == big.ids
    assert sum(row["title"].startswith("'=") for row in rows) == -(-big.count // 100)
    found = [json.loads(line)["id"] for line in exported(big, "jsonl").splitlines()]
    assert len(found) == big.count
    assert set(found) == big.ids


def test_citations_are_read_by_parsers(big: Big) -> None:
    references = rispy.loads(exported(big, "ris"))
    assert len(references) == big.count
    assert {reference["urls"][0] for reference in references} == {
        f"https://news.example/{number}" for number in range(big.count)
    }
    entries = json.loads(exported(big, "csl"))
    assert len(entries) == len({entry["id"] for entry in entries}) == big.count
    bibtex = exported(big, "bibtex")
    assert len(re.findall(r"^@", bibtex, re.MULTILINE)) == big.count
    # The parser needs a minute for all of them: the first, and the last with what stands before it.
    for part in (bibtex[: bibtex.index("\n@", 100_000)], bibtex[bibtex.rindex("\n@", 0, -100_000) :]):
        assert len(pybtex.database.parse_string(part, "bibtex").entries) > 50


def test_it_is_streamed_in_little_memory(big: Big) -> None:
    exported(big, "csv")  # what stays in memory is there now
    tracemalloc.start()
    try:
        response = big.client.get("/export?format=jsonl&q=ceasefire", buffered=False)
        size = sum(len(part) for part in response.iter_encoded())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert response.is_streamed
    assert size > big.count * len(NOTE)
    assert peak < MOST_MEGABYTES * 1_000_000 < size, f"{peak / 1e6:.1f} MB for {size / 1e6:.1f} MB"


def test_the_first_articles_come_before_the_last_are_read(big: Big, monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0
    articles_of = big.archive.engine.articles

    def counting(ids: list[str]) -> dict[str, Article]:
        nonlocal read
        read += len(ids)
        return articles_of(ids)

    monkeypatch.setattr(big.archive.engine, "articles", counting)
    response = big.client.get("/export?format=csv&q=ceasefire", buffered=False)
    parts = response.iter_encoded()
    assert [next(parts) for _ in range(3)]
    assert read <= 1_000
    response.close()
