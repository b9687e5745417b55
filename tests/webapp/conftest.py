"""A small real archive with honest and hostile articles, and the web app over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer.archive import Archive
from indexer.settings import load_settings
from tests.fakes import FakeEncoder
from webapp import create_app

SCRIPT = "<script>alert(1)</script>"
HOSTILE_ID = "evil/../'\"<x>?a=b&c#d"

ARTICLES = [
    {
        "id": f"n{number}",
        "title": f"هدنة في ليبيا {number}",
        "text": f"اتفق الطرفان على هدنة في ليبيا برعاية دولية.\n\nالفقرة الثانية من الخبر رقم {number}.",
        "url": f"https://news.example/{number}",
        "source": ("سكاي نيوز", "BBC")[number % 2],
        "section": "سياسة",
        "author": "علي",
        "language": "ar",
        "published_at": f"2018-{number % 12 + 1:02}-18T10:00:00+04:00",
    }
    for number in range(1, 26)
] + [
    {
        "id": HOSTILE_ID,
        "title": f"{SCRIPT} \u202egpj.exe",
        "text": f"{SCRIPT} hostile words </p></div><img src=x onerror=alert(1)>",
        "url": "javascript:alert(1)",
        "source": "\"><img src=x onerror=alert(2)>",
        "section": "</title><script>alert(3)</script>",
        "author": "'onmouseover='alert(4)",
        "language": "en",
    }
]  # fmt: skip


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("web")
    source: Path = folder / "articles.jsonl"
    source.write_bytes(b"\n".join(orjson.dumps(article) for article in ARTICLES))
    settings = load_settings(archive=folder / "archive", cache=folder / "cache", encode_cache=False)
    encoder = FakeEncoder(synonyms={"هدنة": "ceasefire", "ليبيا": "libya"})
    with Archive.open(settings, encoder=encoder) as opened:
        report = opened.index([source])
        assert report.stored == len(ARTICLES)
        yield opened


@pytest.fixture
def app(archive: Archive) -> Flask:
    return create_app(archive)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
