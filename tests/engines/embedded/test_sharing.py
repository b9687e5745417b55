"""Several processes at one archive: writers wait for each other or say so, readers never see half a change."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.embedded.database import Database
from indexer.engines.embedded.locks import FileLock
from indexer.errors import EngineUnavailable
from tests.engines.builders import MANIFEST, entries, entry
from tests.engines.embedded.processes import COMMON, Process, apply, change, look, watch, write_range


@pytest.mark.slow
def test_writers_take_turns(folder: Path) -> None:
    """Three processes make one archive together, from the first moment on."""
    writers = [Process(write_range, folder, first, 60) for first in (0, 60, 120)]
    assert [writer.result() for writer in writers] == ["done"] * 3
    with EmbeddedEngine.open(folder) as engine:
        assert engine.match([COMMON])[0].total == 180
        assert [item.id for item in engine.scan()] == [f"article-{number:05}" for number in range(180)]
        assert engine.stats().passages == sum(len(one.passages) for one in entries(range(180)))
        assert look(engine, 3) == ""
        assert "The views are up to date." in {finding.what for finding in engine.check()}


def test_processes_that_make_one_archive_at_once_make_one(tmp_path: Path) -> None:
    for attempt in range(4):
        folder = tmp_path / str(attempt)
        writers = [Process(write_range, folder, first, 1) for first in range(5)]
        assert [writer.result() for writer in writers] == ["done"] * 5
        with EmbeddedEngine.open(folder) as engine:
            assert engine.manifest() == MANIFEST
            assert engine.stats().articles == 5


def test_a_writer_that_waits_too_long_says_why(filled: Path) -> None:
    other = sqlite3.connect(filled / "archive.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with EmbeddedEngine.open(filled, lock_timeout=0.2) as engine:
        with pytest.raises(EngineUnavailable, match=r"Another process is writing .* Try again later"):
            engine.write([entry(1, version=1)])
        assert engine.match([COMMON])[0].total == 40  # reading goes on
        other.execute("ROLLBACK")
        engine.write([entry(1, version=1)])
        engine.refresh()
        assert "version1" in engine.articles(["article-00001"])["article-00001"].text
    other.close()


def test_a_scan_loses_no_article_that_another_process_replaces_as_it_begins(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = Database.moment

    @contextmanager
    def replaced_meanwhile(database: Database) -> Iterator[sqlite3.Connection]:
        with moment(database) as connection:
            monkeypatch.undo()
            other.write([entry(3, version=1)])
            other.refresh()
            yield connection

    with EmbeddedEngine.open(filled) as engine, EmbeddedEngine.open(filled) as other:
        assert engine.match([COMMON])[0].total == 40  # the snapshot is at hand
        monkeypatch.setattr(Database, "moment", replaced_meanwhile)
        assert list(engine.scan()) == [one.article for one in entries(range(40))]
        assert "version1" in {item.id: item for item in engine.scan()}["article-00003"].text


def test_a_refresh_that_waits_too_long_says_why(filled: Path) -> None:
    building = FileLock(filled / "views.lock")
    assert building.acquire()
    with EmbeddedEngine.open(filled, lock_timeout=0.2) as engine:
        engine.write([entry(50)])
        with pytest.raises(EngineUnavailable, match="Another process is building"):
            engine.refresh()
        assert engine.match([COMMON])[0].total == 40
        building.release()
        engine.refresh()
        assert engine.match([COMMON])[0].total == 41


def test_a_lock_that_another_thread_takes_as_it_is_released_stays_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, other = FileLock(tmp_path / "a.lock"), FileLock(tmp_path / "a.lock")
    assert lock.acquire()
    close = os.close

    def taken_meanwhile(descriptor: int) -> None:
        close(descriptor)
        monkeypatch.undo()
        assert lock.acquire()  # as a thread that waits for it does

    monkeypatch.setattr(os, "close", taken_meanwhile)
    lock.release()
    assert lock.held
    assert not other.acquire()
    lock.release()
    assert other.acquire()
    other.release()


@pytest.mark.slow
@pytest.mark.parametrize("read_only", [False, True], ids=["may-write", "read-only"])
def test_readers_never_see_half_a_change(filled: Path, read_only: bool) -> None:
    readers = [Process(watch, filled, read_only) for _ in range(2)]
    for reader in readers:
        assert next(reader.messages()) == "watching"
    end = time.monotonic() + 3.0
    changes = 0
    with EmbeddedEngine.open(filled) as engine:
        while time.monotonic() < end or changes < 30:
            apply(engine, change(changes))
            if changes % 3 == 0:
                engine.refresh()
            changes += 1
    for reader in readers:
        reader.connection.send("stop")
    for reader in readers:
        looks, wrong = reader.result()
        assert wrong == ""
        assert looks >= 3


def test_a_long_load_is_published_by_and_by(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that never refreshes is found all the same, so many articles later."""
    monkeypatch.setattr("indexer.engines.embedded.engine._UNPUBLISHED_ARTICLES", 20)
    with EmbeddedEngine.open(filled) as writer, EmbeddedEngine.open(filled, read_only=True) as reader:
        for number in range(40, 65):
            writer.write([entry(number)])
        assert reader.match([COMMON])[0].total == 60


def test_a_reader_follows_what_another_publishes(filled: Path) -> None:
    with EmbeddedEngine.open(filled, read_only=True) as reader, EmbeddedEngine.open(filled) as writer:
        assert reader.match([COMMON])[0].total == 40
        for number in range(40, 45):
            writer.write([entry(number)])
            assert reader.match([COMMON])[0].total == number
            writer.refresh()
            assert reader.match([COMMON])[0].total == number + 1
