"""Nodes are killed and paused while articles are loaded and people search: nothing that was stored is lost.

`.venv/bin/pytest -m nightly tests/opensearch/test_cluster.py -s` prints the gaps in answers.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.archive import Archive
from indexer.article import Article
from indexer.engines.opensearch import patience
from indexer.errors import EngineUnavailable
from indexer.ingest.report import IngestReport
from indexer.search.request import SearchRequest
from indexer.settings import Settings, load_settings
from tests.engines.builders import entry
from tests.fakes import FakeEncoder
from tests.opensearch.nodes import Node
from tests.opensearch.three import ThreeNodes, searching

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.timeout(900),
    pytest.mark.usefixtures("opensearch_node_ready"),
]

COMMON = SearchRequest("common word5")
AWAY = 5.0
PAUSE = 30.0
#: An answer may be late by so much while the cluster notices a loss; measured: see docs/opensearch.md.
LONGEST_GAP = 30.0


@pytest.fixture(scope="module")
def cluster(opensearch_node_ready: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeNodes]:
    with ThreeNodes(tmp_path_factory.mktemp("three")) as nodes:
        yield nodes


def test_the_leading_node_is_killed_during_a_load_and_searches(cluster: ThreeNodes, tmp_path: Path) -> None:
    settings = archive_on(cluster.address, "killed", tmp_path)
    load(settings, some_articles(0, 400))
    cluster.wait_until_green()
    leader = cluster.manager()
    with opened(settings) as reader:
        reader.search(COMMON)
        with searching(reader, COMMON) as asked:
            report = load(settings, disturbed(some_articles(400, 1_600), 600, leader.kill))
    print(f"\nkilled: {report.stored} articles in {report.seconds:.1f} s; {asked}")
    assert report.stored == 1_200
    assert all(answer.total > 0 for answer in asked.whole)  # fewer only where it is told
    assert asked.longest_gap() < LONGEST_GAP
    leader.start()
    cluster.wait_until_green()
    assert_same(settings, some_articles(0, 1_600), tmp_path)


def test_a_first_load_waits_for_the_node_that_holds_the_only_copy(
    cluster: ThreeNodes, tmp_path: Path
) -> None:
    """An archive is filled without replicas: the loader needs the node back, and then goes on by itself."""
    settings = archive_on(cluster.address, "first", tmp_path)
    report = load(settings, disturbed(some_articles(0, 1_200), 600, killed_for(AWAY, cluster.manager())))
    assert report.stored == 1_200
    cluster.wait_until_green()  # and so it has its replicas
    assert_same(settings, some_articles(0, 1_200), tmp_path)


def test_the_only_node_is_killed_during_a_load(tmp_path: Path) -> None:
    node = Node(tmp_path / "node")
    node.start()
    try:
        settings = archive_on(node.url, "alone", tmp_path)
        report = load(settings, disturbed(some_articles(0, 1_200), 600, killed_for(AWAY, node)))
        print(
            f"\nthe only node killed and away for {AWAY:g} s: {report.stored} articles in {report.seconds:.1f} s"
        )
        assert report.stored == 1_200
        assert_same(settings, some_articles(0, 1_200), tmp_path)
    finally:
        node.stop()


def test_a_load_whose_only_node_stays_away_ends_with_a_sentence_and_goes_on_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(patience, "LONGEST", 8.0)
    node = Node(tmp_path / "node")
    node.start()
    try:
        settings = archive_on(node.url, "away", tmp_path)
        killed: list[float] = []

        def kill() -> None:
            wait_until_written(node, "away")
            node.kill()
            killed.append(time.monotonic())

        with pytest.raises(EngineUnavailable, match="Start the cluster"):
            load(settings, disturbed(some_articles(0, 600), 300, kill))
        waited = time.monotonic() - killed[0]
        assert 8.0 <= waited < 30.0  # once, not once a stage
        assert "Waiting for it, 8 s at the most" in caplog.text
        node.start()
        report = load(settings, some_articles(0, 600))
        print(
            f"\nended after {waited:.1f} s; then {report.unchanged} were there and {report.stored} were stored"
        )
        assert report.unchanged > 0
        assert report.unchanged + report.stored == 600
        assert_same(settings, some_articles(0, 600), tmp_path)
    finally:
        node.stop()


def test_a_node_stands_still_during_a_load_and_searches(cluster: ThreeNodes, tmp_path: Path) -> None:
    """As when a network is cut: connections stay open, and nothing answers."""
    settings = archive_on(cluster.address, "paused", tmp_path)
    load(settings, some_articles(0, 400))
    cluster.wait_until_green()
    victim = cluster.manager()

    def pause() -> None:
        victim.pause()
        threading.Timer(PAUSE, victim.go_on).start()

    with opened(settings) as reader:
        reader.search(COMMON)
        with searching(reader, COMMON) as asked:
            report = load(settings, disturbed(some_articles(400, 1_600), 600, pause))
    print(f"\npaused: {report.stored} articles in {report.seconds:.1f} s; {asked}")
    assert report.stored == 1_200
    cluster.wait_until_green()
    assert_same(settings, some_articles(0, 1_600), tmp_path)


def killed_for(seconds: float, node: Node) -> Callable[[], None]:
    """Return what kills a node and starts it again later."""

    def kill() -> None:
        node.kill()
        threading.Timer(seconds, node.start, kwargs={"wait": False}).start()

    return kill


def archive_on(address: str, prefix: str, folder: Path) -> Settings:
    """Settings of an archive of three parts on the nodes."""
    return load_settings(
        engine=address,
        opensearch_prefix=prefix,
        opensearch_shards=3,
        cache=folder / "cache",
        encode_cache=False,
    )


def opened(settings: Settings) -> Archive:
    return Archive.open(settings, encoder=FakeEncoder(64, codes=True))


def load(settings: Settings, articles: Iterable[Article]) -> IngestReport:
    with opened(settings) as archive:
        return archive.add(articles)


def some_articles(first: int, last: int) -> list[Article]:
    return [
        replace(entry(number).article, text=f"{entry(number).article.text} " + "A sentence of filling. " * 10)
        for number in range(first, last)
    ]


def disturbed(articles: Sequence[Article], after: int, disturb: Callable[[], object]) -> Iterator[Article]:
    """Yield the articles, and call *disturb* in between, while those before are being encoded and written."""
    yield from articles[:after]
    disturb()
    yield from articles[after:]


def wait_until_written(node: Node, prefix: str) -> None:
    """Return when the node has taken articles and no more come: reading may be far ahead of writing."""
    deadline = time.monotonic() + 30
    before = 0
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"{node.url}/{prefix}-articles/_stats/indexing", timeout=10) as answer:
            written = json.load(answer)["_all"]["primaries"]["indexing"]["index_total"]
        if written and written == before:
            return
        before = written
        time.sleep(0.5)
    raise AssertionError("no article was written within 30 s")


def assert_same(settings: Settings, articles: Sequence[Article], folder: Path) -> None:
    """Compare with an archive into which the same articles were loaded undisturbed."""
    undisturbed = settings.model_copy(update={"engine": "embedded", "archive": folder / "undisturbed"})
    with opened(settings) as one, opened(undisturbed) as other:
        other.add(articles)
        assert list(one.scan()) == list(other.scan())
        assert one.stats().passages == other.stats().passages
        ids = [article.id for article in articles]
        assert one.engine.hashes(ids) == other.engine.hashes(ids)
        for id_ in ids[::7]:
            for mine, theirs in zip(
                one.engine.passages(id_, vectors=True),
                other.engine.passages(id_, vectors=True),
                strict=True,
            ):
                assert (mine.passage, mine.codes) == (theirs.passage, theirs.codes)
                assert mine.vector is not None and theirs.vector is not None  # noqa: PT018
                np.testing.assert_allclose(mine.vector, theirs.vector, atol=1e-3)
        words, others = (
            {(word.language, word.stem): word.articles for word in archive.engine.words(vectors=False)}
            for archive in (one, other)
        )
        assert words.keys() == others.keys()
