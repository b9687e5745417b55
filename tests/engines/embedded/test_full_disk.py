"""A full disk: a sentence for the person, nothing acknowledged lost, and on it goes when there is room again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from indexer.engines.embedded import EmbeddedEngine
from indexer.errors import EngineUnavailable
from tests.engines.builders import MANIFEST, entries
from tests.engines.embedded.processes import COMMON, Process, fill, look


def assert_holds(folder: Path, acknowledged: list[str]) -> None:
    """Everything acknowledged is there and found, nothing is broken, and writing goes on."""
    with EmbeddedEngine.open(folder) as engine:
        assert sorted(engine.hashes(acknowledged)) == sorted(acknowledged)
        engine.refresh()
        assert engine.match([COMMON])[0].total == engine.stats().articles >= len(acknowledged)
        assert look(engine, 1) == ""
        engine.write(entries(range(90_000, 90_010)))
        engine.refresh()
        assert look(engine, 2) == ""
        assert "The views are up to date." in {finding.what for finding in engine.check()}


@pytest.mark.parametrize("limit", [200_000, 600_000, 1_500_000])
def test_a_file_that_may_not_grow(folder: Path, limit: int) -> None:
    acknowledged, told = Process(fill, folder, limit).result()
    assert "full" in told
    assert "nothing that was stored is lost" in told
    assert_holds(folder, acknowledged)


def test_a_disk_that_is_full(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 4_000_000)
    acknowledged, told = Process(fill, small_disk / "archive", None).result()
    assert "full" in told
    assert acknowledged
    with EmbeddedEngine.open(small_disk / "archive") as engine:  # still full: reading works
        assert sorted(engine.hashes(acknowledged)) == sorted(acknowledged)
        assert look(engine, 0) == ""
        with pytest.raises(EngineUnavailable, match="full"):
            engine.write(entries(range(10_000), version=1))
        assert any("disk" in finding.what for finding in engine.check() if finding.level == "warning")
    ballast.unlink()
    assert_holds(small_disk / "archive", acknowledged)


def test_a_disk_without_room_for_the_views(small_disk: Path, tmp_path: Path) -> None:
    """The articles fit and their views do not: they are found as soon as there is room."""
    whole = tmp_path / "whole"
    with EmbeddedEngine.open(whole) as engine:
        engine.create(MANIFEST)
        engine.write(entries(range(300)))
    (small_disk / "archive").mkdir()
    shutil.copy(whole / "archive.sqlite3", small_disk / "archive")
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 100_000))
    with EmbeddedEngine.open(small_disk / "archive") as engine:
        with pytest.raises(EngineUnavailable, match="full"):
            engine.match([COMMON])
        with pytest.raises(EngineUnavailable, match="full"):
            engine.refresh()
        assert len(engine.articles(["article-00007"])) == 1
        ballast.unlink()
        assert engine.match([COMMON])[0].total == 300


def test_views_of_nothing_do_not_answer_for_an_archive_that_has_articles(
    small_disk: Path, tmp_path: Path
) -> None:
    """The run that filled the disk had published its views when there was nothing yet."""
    whole = tmp_path / "whole"
    with EmbeddedEngine.open(whole) as engine:
        engine.create(MANIFEST)
        engine.write(entries(range(1)))
        engine.delete(["article-00000"])
        engine.refresh()
        shutil.copytree(whole / "views", small_disk / "archive" / "views")
        engine.write(entries(range(300)))
    shutil.copy(whole / "archive.sqlite3", small_disk / "archive")
    (small_disk / "ballast").write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 100_000))
    with EmbeddedEngine.open(small_disk / "archive") as engine:
        for read in (lambda: engine.match([COMMON]), lambda: list(engine.scan())):
            with pytest.raises(EngineUnavailable, match="full"):
                read()
