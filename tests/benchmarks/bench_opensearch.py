"""What an archive on a cluster costs: start-up of a node, bulk load, searches, a promotion, and growth.

    .venv/bin/pytest tests/benchmarks/bench_opensearch.py -s -p no:cacheprovider -o python_files="bench_*.py"

    BENCH_ARTICLES=3000                    # real articles; vectors come from the encode cache where it has them
    BENCH_QUESTIONS=200
    BENCH_PASSAGES=30000,100000,300000     # synthetic passages at which growth is measured (unset: not at all)
    BENCH_CLUSTER=http://127.0.0.1:9200    # -k test_searches: an archive that is in service, with the settings' prefix

One node on this machine does the work of the cluster, with the JVM's full optimisation, beside the loader and the
searcher: they share the cores. The bare bulk loop and the bare legs are what opensearch-py and the server need at
least for the same documents and the same words; they run in the same rounds as what they are compared with.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from indexer.archive import Archive
from indexer.engines.base import Filters
from indexer.engines.opensearch import OpenSearchEngine
from indexer.engines.opensearch import generations as g
from indexer.evaluate.datasets import plain, read_queries
from indexer.ingest.report import IngestReport
from indexer.memory import keep_loaded
from indexer.models.base import Encoder
from indexer.models.load import load_encoder
from indexer.search.request import SearchRequest
from indexer.settings import load_settings
from tests.benchmarks.bench_ingest import first_lines
from tests.benchmarks.bench_search import QUESTIONS, narrow, percentile
from tests.benchmarks.cluster_costs import (
    Took,
    bare_bulk,
    bare_legs,
    engine_of,
    machine,
    running,
    timed,
)
from tests.benchmarks.growth import entries_of, growing, sizes_asked
from tests.opensearch.nodes import RUN, Node, environment

PASSAGES = sizes_asked()
_WARM_UP = 50

pytestmark = [pytest.mark.timeout(0), pytest.mark.usefixtures("opensearch_node_ready")]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The same articles in both engines, and how long it took."""

    embedded: Archive
    cluster: Archive
    reports: dict[str, IngestReport]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(load_settings())


@pytest.fixture(scope="module")
def loaded(encoder: Encoder, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("bench")
    source = first_lines(shared_data / "ant" / "articles.jsonl.gz", folder / "articles.jsonl.gz")
    with running(folder / "node", heap="1g") as node:
        alone = load_settings(archive=folder / "archive", threads=1)
        together = load_settings(engine=node.url, opensearch_prefix="bench", threads=1, search_timeout=60.0)
        with Archive.open(load_settings(archive=folder / "first"), encoder=encoder) as first:
            first.index([source])  # what the encode cache lacks it has now
        with (
            Archive.open(alone, encoder=encoder) as embedded,
            Archive.open(together, encoder=encoder) as cluster,
        ):
            reports = {
                name: archive.index([source])
                for name, archive in (("embedded", embedded), ("cluster", cluster))
            }
            cluster.warm_up()
            keep_loaded()  # as the web app does
            yield Loaded(embedded, cluster, reports)


def test_start_up(tmp_path: Path) -> None:
    """Cold: the parts are copied, compiled and their classes recorded. Warm: an empty node, then one with data."""
    print(machine())
    if shutil.which("mvn"):
        cold = {**environment(), "OPENSEARCH_TEST_CACHE": str(tmp_path / "cache")}
        with timed("prepare, with Maven's repository filled"):
            subprocess.run([RUN, "prepare"], env=cold, check=True, capture_output=True)
    node = Node(tmp_path / "node")
    for what in ("start on an empty folder", "start on existing data"):
        with timed(what):
            node.start()
        node.stop()


def test_bulk_load(loaded: Loaded) -> None:
    entries = list(entries_of(loaded.embedded))
    bare = bare_bulk(engine_of(loaded.cluster), entries)
    passages = sum(len(entry.passages) for entry in entries)
    print(machine())
    print(f"bulk load of {len(entries):,} articles, {passages:,} passages, vectors cached")
    took = {name: report.articles_seconds for name, report in loaded.reports.items()}
    for name, seconds in (*took.items(), ("bare loop", bare)):
        print(
            f"  {name:<10} {seconds:7.1f} s {len(entries) / seconds:8.1f} articles/s "
            f"{passages / seconds:8.1f} passages/s"
        )
    stages = ", ".join(
        f"{stage} {seconds:.1f} s" for stage, seconds in loaded.reports["cluster"].stages.items()
    )
    print(f"  the cluster's loader: {stages} (CPU; encode: wall)")
    print(f"  the loader's rate is {bare / took['cluster']:.0%} of the bare loop's")
    for report in loaded.reports.values():
        assert report.stored == len(entries)


@pytest.fixture
def searched(request: pytest.FixtureRequest, encoder: Encoder) -> Iterator[Archive]:
    """The archive to search: what was just loaded, or one that is there. Nothing is written to it."""
    if not (given := os.environ.get("BENCH_CLUSTER")):
        yield request.getfixturevalue("loaded").cluster
        return
    settings = load_settings(engine=given, threads=1, search_timeout=60.0)
    with Archive.open(settings, encoder=encoder) as opened:
        opened.warm_up()
        keep_loaded()
        yield opened


def test_searches(searched: Archive, shared_data: Path) -> None:
    texts = questions(shared_data)
    print(machine())
    stats = searched.stats()
    print(f"{stats.articles:,} articles, {stats.passages:,} passages, {stats.bytes_on_disk / 1e6:,.0f} MB")
    for name, filters in (
        ("no filter", Filters()),
        ("half of the dates", narrow(searched, 0.5)),
        ("4 % of the dates", narrow(searched)),
    ):
        print(f" {name}")
        print(measure(searched, texts, filters))


def test_a_promotion(loaded: Loaded) -> None:
    engine = engine_of(loaded.cluster)
    articles = loaded.cluster.stats().articles
    print(machine())
    with timed(f"build of a generation of {articles:,} articles, vectors taken over"):
        number = g.build(engine)
    with timed("promotion"):
        g.promote(engine, number)
    assert loaded.cluster.stats().articles == articles


@pytest.mark.skipif(not PASSAGES, reason="BENCH_PASSAGES says at how many passages growth is measured")
def test_growth(loaded: Loaded, shared_data: Path, tmp_path: Path) -> None:
    """The archive's articles again and again, with vectors near theirs, until there are enough passages."""
    texts = questions(shared_data)[: _WARM_UP + 100]
    print(machine())
    with running(tmp_path / "node", heap="2g") as node:
        settings = load_settings(engine=node.url, opensearch_prefix="growth", threads=1, search_timeout=60.0)
        with Archive.open(settings, encoder=loaded.cluster.encoder) as archive:
            archive.create()
            engine = engine_of(archive)
            for grown in growing(archive, loaded.embedded, PASSAGES):
                print(f"{grown.articles:,} articles, {grown.passages:,} passages")
                print(f"  written at {grown.rate:.0f} passages/s; {footprint(engine)}")
                with timed("merging, as after a load of so many"):
                    engine.settle(0)
                print(f"  {footprint(engine)}", flush=True)
                print(measure(archive, texts, Filters()))
                print(" 4 % of the dates")
                print(measure(archive, texts, narrow(archive)))


# --- what is measured ----------------------------------------------------------------------------------


def measure(archive: Archive, texts: list[str], filters: Filters) -> str:
    """Return percentiles of whole searches and of bare legs, question by question in turns."""
    engine = engine_of(archive)
    took = Took(engine.cluster)
    columns: dict[str, list[float]] = {
        name: [] for name in ("whole search", "without encoding", "server's took", "bare legs", "their took")
    }
    for number, text in enumerate(texts):
        request = SearchRequest(text, filters)
        searches = bare_legs(archive, request)
        with took.recording() as server:
            started = time.perf_counter()
            page = archive.search(request)
            wall = (time.perf_counter() - started) * 1000
        with took.recording() as bare_server:
            started = time.perf_counter()
            engine.cluster.msearch(searches)
            bare = (time.perf_counter() - started) * 1000
        assert not any("incomplete" in notice for notice in page.notices)
        if number >= _WARM_UP:
            encoding = page.timings_ms.get("encode", 0.0)
            row = (wall, wall - encoding, server.milliseconds, bare, bare_server.milliseconds)
            for values, value in zip(columns.values(), row, strict=True):
                values.append(value)
    took.end()
    lines = [
        f"  {name:<17} p50 {percentile(values, 50):7.1f} ms   p95 {percentile(values, 95):7.1f} ms   "
        f"p99 {percentile(values, 99):7.1f} ms"
        for name, values in columns.items()
    ]
    share = np.median(columns["server's took"]) / np.median(columns["without encoding"])
    times = np.median(columns["without encoding"]) / np.median(columns["bare legs"])
    lines.append(
        f"  {share:.0%} of a search without encoding is the server's; it takes {times:.2f} times the bare legs"
    )
    return "\n".join(lines)


def questions(shared_data: Path) -> list[str]:
    queries = read_queries(shared_data / "ant" / "queries.dev.tsv")
    return [plain(query.text) for query in queries[: QUESTIONS + _WARM_UP]]


def footprint(engine: OpenSearchEngine) -> str:
    stored, details = engine.indices.storage(engine.names.articles)
    (node,) = engine.cluster.request("GET", "/_nodes/stats/jvm")["nodes"].values()
    heap = node["jvm"]["mem"]
    return (
        f"index {stored / 1e6:,.0f} MB in {details['segments']} segments, heap {heap['heap_used_in_bytes'] / 1e6:,.0f}"
        f" of {heap['heap_max_in_bytes'] / 1e6:,.0f} MB"
    )
