"""Ctrl-C and kill -9 at random moments of a real `newsarchive index`: nothing acknowledged is lost, nothing doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from indexer.archive import Archive
from indexer.engines.embedded.engine import EmbeddedEngine
from indexer.errors import ArchiveError
from indexer.search.request import SearchRequest
from indexer.settings import load_settings
from tests.conftest import ROOT
from tests.ingest.conftest import story

COUNT = 400
PATIENCE = 240.0  # seconds; a busy machine takes its time
KILLS = 4


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "many.jsonl"
    with path.open("wb") as lines:
        for number in range(COUNT):
            lines.write(orjson.dumps(story(f"{number:04}")) + b"\n")
    return path


@contextmanager
def indexing(source: Path) -> Iterator[subprocess.Popen[str]]:
    """Start `newsarchive index` in the source's folder; whatever happens, it does not outlive the test."""
    process = subprocess.Popen(
        [sys.executable, "-m", "indexer", "index", source.name, "--json", "--threads", "1"],
        cwd=source.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NEWSARCHIVE_ENCODE_CACHE": "false"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def stored(folder: Path) -> set[str]:
    """Return the ids that the archive has acknowledged, as another process sees them."""
    ids = [f"{number:04}" for number in range(COUNT)]
    try:
        with EmbeddedEngine.open(folder) as engine:
            return set(engine.hashes(ids))
    except ArchiveError:
        return set()  # it is being made


def wait_for_more(folder: Path, before: int, process: subprocess.Popen[str]) -> None:
    """Return when the process has stored something or has ended."""
    deadline = time.monotonic() + PATIENCE
    while len(stored(folder)) <= before and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def check_whole(folder: Path) -> None:
    """Every article is there once, with its passages, and can be found; the archive has no complaint."""
    with Archive.open(load_settings(archive=folder)) as archive:
        articles = list(archive.scan())
        assert [article.id for article in articles] == [f"{number:04}" for number in range(COUNT)]
        for article in articles:
            assert article.text == story(article.id)["text"]
        stats = archive.stats()
        assert (stats.articles, stats.passages) == (COUNT, COUNT)
        assert archive.search(SearchRequest("+0123")).results[0].article.id == "0123"
        assert archive.search(SearchRequest("+harbour")).total == COUNT
        assert [finding for finding in archive.engine.check() if finding.level != "ok"] == []
        assert list(archive.quarantine) == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_kills_at_random_moments_lose_nothing(source: Path) -> None:
    folder = source.parent / "archive"
    moments = random.Random(8)
    acknowledged: set[str] = set()
    for _ in range(KILLS):
        with indexing(source) as process:
            wait_for_more(folder, len(acknowledged), process)
            time.sleep(moments.uniform(0, 0.4))
            seen = stored(folder)
            process.kill()
            process.wait()
        assert acknowledged <= seen
        acknowledged = stored(folder)
        assert seen <= acknowledged
    with indexing(source) as process:  # the last one hits what comes after the last article
        wait_for_more(folder, COUNT - 1, process)
        process.kill()
        process.wait()
    assert len(stored(folder)) == COUNT
    with indexing(source) as process:
        output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    report = orjson.loads(output)
    assert (report["unchanged"], report["stored"]) == (COUNT, 0)
    check_whole(folder)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_ctrl_c_says_that_it_goes_on_and_does(source: Path) -> None:
    folder = source.parent / "archive"
    moments = random.Random(9)
    with indexing(source) as process:  # while Python and the encoder are being loaded
        time.sleep(moments.uniform(0.1, 1.0))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    before = len(stored(folder))
    for _ in range(2):
        with indexing(source) as process:
            wait_for_more(folder, before, process)
            time.sleep(moments.uniform(0, 0.2))
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=PATIENCE)
        if process.returncode == 0:  # it had ended by then
            break
        assert process.returncode == 130, errors
        assert "Traceback" not in errors
        assert "goes on from here" in errors
        report = orjson.loads(output)
        assert report["interrupted"]
        assert report["unchanged"] == before
        assert len(stored(folder)) == before + report["stored"]
        before = len(stored(folder))
    with indexing(source) as process:
        output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    check_whole(folder)
