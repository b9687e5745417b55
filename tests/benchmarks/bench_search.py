"""How long a search takes, stage by stage, from question to page, and what it costs on disk and in memory.

    make bench                                                   # 3,000 articles, encoded first
    BENCH_ARCHIVE=archive .venv/bin/pytest tests/benchmarks/bench_search.py -s      # one that is there
    BENCH_PASSAGES=100000,300000 (the same) -k growth            # with more and more synthetic passages

The questions are English headlines over Arabic news. Everything runs in this process, on one thread, through the
web app: `page` is the whole answer, HTML and all; the stages are the searcher's own. Wall time is what a person
waits, CPU time what it costs; they differ where numpy uses several cores.
"""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import threadpoolctl
from flask.testing import FlaskClient

from indexer.archive import Archive
from indexer.article import Article
from indexer.engines.base import Filters
from indexer.evaluate.datasets import plain, read_queries
from indexer.memory import keep_loaded
from indexer.search.request import SearchRequest
from indexer.settings import load_settings
from tests.benchmarks.bench_ingest import first_lines
from tests.benchmarks.growth import growing, sizes_asked
from webapp import create_app
from webapp.context import search_timings

QUESTIONS = int(os.environ.get("BENCH_QUESTIONS", "200"))
_WARM_UP = 20
_APPENDED = 500
#: A filter that leaves about this share of the archive.
_NARROW = 0.04


@pytest.fixture(scope="module")
def archive(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """The archive to search, on one thread; one that is made here for the purpose may be written to."""
    if given := os.environ.get("BENCH_ARCHIVE"):
        with Archive.open(load_settings(archive=given, threads=1)) as opened:
            yield opened
        return
    folder = tmp_path_factory.mktemp("bench")
    source = first_lines(shared_data / "ant" / "articles.jsonl.gz", folder / "articles.jsonl.gz")
    with Archive.open(load_settings(archive=folder / "archive")) as building:
        building.index([source])
    with Archive.open(load_settings(archive=folder / "archive", threads=1)) as opened:
        yield opened


@pytest.fixture(scope="module")
def questions(shared_data: Path) -> list[str]:
    queries = read_queries(shared_data / "ant" / "queries.dev.tsv")
    return [plain(query.text) for query in queries[: QUESTIONS + _WARM_UP]]


@pytest.fixture(scope="module", autouse=True)
def one_core() -> Iterator[None]:
    """Keep numpy's products on one core, as the command does."""
    with threadpoolctl.threadpool_limits(1, user_api="blas"):
        yield


@pytest.mark.timeout(0)
def test_a_search(archive: Archive, questions: list[str]) -> None:
    """CPU of searches beside their encoding: of a process that has just started, and of one that has answered long."""
    archive.warm_up()
    keep_loaded()
    costs = []
    for text in questions:
        started = time.process_time()
        page = archive.search(SearchRequest(text))
        costs.append((time.process_time() - started) * 1000 - page.timings_ms.get("encode", 0.0))
    half = len(costs) // 2
    for name, some in (("first", costs[_WARM_UP:half]), ("later", costs[half:])):
        print(f"\n{name} searches: CPU without encoding p50 {percentile(some, 50):.1f}", end="")
        print(f" ms, p95 {percentile(some, 95):.1f} ms", end="")
    print(f" ({archive.stats().articles:,} articles, {len(costs)} questions)")


@pytest.mark.timeout(0)
def test_a_page_of_results(archive: Archive, questions: list[str]) -> None:
    archive.warm_up()
    keep_loaded()  # as the web app does
    client = create_app(archive).test_client()
    stages: dict[str, list[float]] = defaultdict(list)
    for number, text in enumerate(questions):
        wall, cpu, timings = ask(client, text)
        if number < _WARM_UP:
            continue
        for stage, milliseconds in timings.items():
            stages[stage].append(milliseconds)
        stages["rendering"].append(wall - timings["total"])
        stages["page"].append(wall)
        stages["page, CPU"].append(cpu)
        stages["page, CPU, without encoding"].append(cpu - timings.get("encode", 0.0))
    stats = archive.stats()
    print(f"\n{stats.articles:,} articles, {stats.passages:,} passages, {QUESTIONS} questions, one thread")
    for stage, values in stages.items():
        print(f"  {stage:<28} p50 {percentile(values, 50):7.1f} ms   p95 {percentile(values, 95):7.1f} ms")
    print(f"  on disk: {stats.bytes_on_disk / max(stats.articles, 1):,.0f} bytes an article")
    print(f"  resident memory of this process, at most: {peak_megabytes():,.0f} MB")
    assert len(stages["page"]) == len(questions) - _WARM_UP


@pytest.mark.timeout(0)
def test_a_narrow_filter(archive: Archive, questions: list[str]) -> None:
    """A filter that leaves little finds a full page all the same, and takes no longer."""
    filters = narrow(archive)
    with_filter, without, hits = [], [], []
    for text in questions:
        request = SearchRequest(text)
        without.append(milliseconds(archive, request))
        started = time.perf_counter()
        page = archive.search(replace(request, filters=filters))
        with_filter.append((time.perf_counter() - started) * 1000)
        hits.append(len(page.results))
    passing = archive.search(SearchRequest("", filters=filters)).total
    ratio = statistics.median(with_filter) / statistics.median(without)
    print(f"\na filter that leaves {passing:,} articles: {ratio:.2f} times the unfiltered time")
    print(f"  {min(hits)} results at the least on a page of 10")
    assert min(hits) == min(10, passing)


@pytest.mark.timeout(0)
def test_after_articles_were_appended(archive: Archive, questions: list[str]) -> None:
    """Articles that came since cost later searches little, with no maintenance."""
    if os.environ.get("BENCH_ARCHIVE"):
        pytest.skip("BENCH_ARCHIVE is somebody's archive: nothing is added to it")
    before = [milliseconds(archive, SearchRequest(text)) for text in questions]
    archive.add(appended(archive))
    after = [milliseconds(archive, SearchRequest(text)) for text in questions]
    ratio = statistics.median(after) / statistics.median(before)
    print(f"\nafter {_APPENDED} more articles: {ratio:.2f} times the time before")
    assert archive.stats().articles >= _APPENDED


@pytest.mark.timeout(0)
@pytest.mark.skipif(not sizes_asked(), reason="BENCH_PASSAGES says at how many passages growth is measured")
def test_growth(archive: Archive, questions: list[str], tmp_path: Path) -> None:
    """The archive's articles again and again, with vectors near theirs, until there are enough passages."""
    settings = load_settings(archive=tmp_path / "grown", threads=1, search_timeout=60.0)
    with Archive.open(settings, encoder=archive.encoder) as one:
        one.create()
        for grown in growing(one, archive, sizes_asked()):
            started = time.perf_counter()
            one.warm_up()
            warm = time.perf_counter() - started
            keep_loaded()
            walls, costs = [], []
            for text in questions:
                started, cpu = time.perf_counter(), time.process_time()
                encoding = one.search(SearchRequest(text)).timings_ms.get("encode", 0.0)
                costs.append((time.process_time() - cpu) * 1000 - encoding)
                walls.append((time.perf_counter() - started) * 1000 - encoding)
            filters = narrow(one)
            few = [milliseconds(one, SearchRequest(text, filters)) for text in questions]
            size = one.stats()
            print(
                f"\n{size.articles:,} articles, {size.passages:,} passages, {grown.rate:.0f} written a second"
            )
            print(
                f"  on disk {size.bytes_on_disk / 1e9:.1f} GB; at most {peak_megabytes():,.0f} MB of memory",
                end="",
            )
            print(f"; warm-up {warm:.1f} s")
            for name, some in (("wall", walls), ("CPU", costs)):
                print(f"  {name} without encoding p50 {percentile(some[_WARM_UP:], 50):.0f} ms", end="")
                print(f", p95 {percentile(some[_WARM_UP:], 95):.0f} ms")
            print(
                f"  4 % of the dates, with encoding: p50 {percentile(few[_WARM_UP:], 50):.0f} ms", flush=True
            )


def ask(client: FlaskClient, text: str) -> tuple[float, float, Mapping[str, float]]:
    """Return milliseconds of wall and CPU time of one page, and the searcher's stages within it."""
    with client:
        cpu, wall = time.process_time(), time.perf_counter()
        answer = client.get("/search", query_string={"q": text})
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        assert answer.status_code == 200
        return wall * 1000, cpu * 1000, search_timings()


def milliseconds(archive: Archive, request: SearchRequest) -> float:
    started = time.perf_counter()
    archive.search(request)
    return (time.perf_counter() - started) * 1000


def narrow(archive: Archive, share: float = _NARROW) -> Filters:
    """Return the filter by dates that leaves about this share of the archive, from the middle of its time."""
    days = sorted(
        article.published.at.date()
        for article in archive.scan()
        if article.published and not article.published.doubtful
    )
    first = int((1 - share) / 2 * len(days))
    return Filters(published_from=days[first], published_to=days[first + int(share * len(days))])


def appended(archive: Archive) -> Iterator[Article]:
    """Yield new articles, made of those that are there: their words come in other orders."""
    random = np.random.default_rng(8)
    for number, article in enumerate(archive.scan()):
        if number == _APPENDED:
            return
        words = article.text.split()
        random.shuffle(words)
        yield replace(article, id=f"appended-{number}", text=" ".join(words))


def percentile(values: list[float], share: float) -> float:
    return float(np.percentile(values, share))


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
