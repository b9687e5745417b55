"""OpenSearch's own snapshots keep an archive, as docs/opensearch.md says they do."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexer.archive import Archive
from indexer.article import Article, Published
from indexer.engines.opensearch import OpenSearchEngine
from indexer.engines.opensearch import generations as g
from indexer.search.request import SearchRequest
from indexer.settings import Settings
from tests.fakes import FakeEncoder
from tests.opensearch.fixture import OTHER_SERVER

ARTICLES = [
    Article(
        f"a{number}",
        f"Title {number}",
        f"Ceasefire talks in city{number} go on.",
        language="en",
        published=Published(datetime(2018, 1 + number % 3, 18, tzinfo=UTC)),
    )
    for number in range(30)
]


@pytest.mark.skipif(OTHER_SERVER in os.environ, reason="another server may have no folder for snapshots")
@pytest.mark.parametrize("partition", ["none", "month"])
def test_an_archive_comes_back_from_a_snapshot(
    opensearch_settings: Settings, tmp_path: Path, partition: str
) -> None:
    settings = opensearch_settings.model_copy(
        update={"cache": tmp_path / "cache", "opensearch_partition": partition}
    )
    ours = f"{settings.opensearch_prefix}-*"
    repository = f"/_snapshot/{settings.opensearch_prefix}"
    wait = {"wait_for_completion": "true"}
    with opened(settings) as archive:
        archive.add(ARTICLES)
        archive.engine.put_records("kind", {"key": {"value": 1}})
        assert archive.stats().details["partitions"] == ("none" if partition == "none" else "4 by month")
        before = content(archive)
    with OpenSearchEngine.open(settings.engine, settings) as engine:
        location = {"type": "fs", "settings": {"location": settings.opensearch_prefix}}
        engine.cluster.request("PUT", repository, location)
        engine.cluster.request("PUT", f"{repository}/one", {"indices": ours}, params=wait)
        engine.cluster.request("DELETE", f"/{ours}")
        engine.cluster.request("POST", f"{repository}/one/_restore", {"indices": ours}, params=wait)
    with opened(settings) as archive:
        assert content(archive) == before
        assert archive.search(SearchRequest("talks in city7")).results[0].article.id == "a7"
        assert archive.delete(["a0"]) == 1
        assert archive.add(ARTICLES).stored == 1
        assert isinstance(archive.engine, OpenSearchEngine)
        number = g.build(archive.engine)
        g.promote(archive.engine, number)
        assert archive.stats().articles == 30


def opened(settings: Settings) -> Archive:
    return Archive.open(settings, encoder=FakeEncoder(codes=True))


def content(archive: Archive) -> list[object]:
    """Return all that an archive holds."""
    passages = [
        (stored.passage, stored.codes, None if stored.vector is None else stored.vector.tobytes())
        for article in ARTICLES
        for stored in archive.engine.passages(article.id, vectors=True)
    ]
    words = [(word.stem, word.articles) for word in archive.engine.words()]
    return [list(archive.scan()), passages, words, list(archive.engine.records("kind"))]
