"""A small real archive that saved searches wait on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.alerts.saved import SavedSearch, SavedSearches
from indexer.archive import Archive
from indexer.article import Article
from indexer.readers.dates import parse_date
from indexer.search.record import to_record
from indexer.search.request import SearchRequest
from indexer.settings import Settings, load_settings
from tests.fakes import FakeEncoder


def article(name: str, text: str, *, day: str = "", **fields: Any) -> Article:
    given = {"title": f"Title {name}", "language": "en", "source": "BBC", **fields}
    return Article(id=name, text=text, published=parse_date(day) if day else None, **given)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(archive=tmp_path / "archive", cache=tmp_path / "cache", encode_cache=False)


@pytest.fixture
def archive(settings: Settings) -> Iterator[Archive]:
    with Archive.open(settings, encoder=FakeEncoder()) as opened:
        opened.add([article("old", "A ceasefire in Libya was agreed.", day="2018-02-01")])
        yield opened


@pytest.fixture
def store(archive: Archive) -> SavedSearches:
    return SavedSearches(archive.engine)


def save(store: SavedSearches, text: str, name: str = "", **fields: Any) -> SavedSearch:
    saved = SavedSearch(name=name or text, search=to_record(SearchRequest(text)), **fields)
    store.put(saved)
    return saved
