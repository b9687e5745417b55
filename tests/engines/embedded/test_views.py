"""The views can be deleted, damaged or old: they are made again from SQLite, and every answer stays right."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexer.engines.base import Sort, Union
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.embedded.viewstate import read_state
from tests.engines.builders import MANIFEST, entries, entry
from tests.engines.embedded.processes import COMMON, look

PARTS = {
    "all views": "",
    "their state": "views.json",
    "the generation": "*/",
    "the keyword index": "*/lexical",
    "its table of contents": "*/lexical/meta.json",
    "its managed files": "*/lexical/.managed.json",
    "its words": "*/lexical/*.term",
    "its postings": "*/lexical/*.idx",
    "its positions": "*/lexical/*.pos",
    "its lengths": "*/lexical/*.fieldnorm",
    "its numbers": "*/lexical/*.fast",
    "its deletions": "*/lexical/*.del",
    "the vectors": "*/vectors",
    "the matrix": "*/vectors/matrix.f16",
    "the quantised vectors": "*/vectors/quantised.i8",
    "the owners": "*/vectors/owners.i64",
    "the scales": "*/vectors/scales.f32",
}
FILES = [name for name, pattern in PARTS.items() if "." in pattern.removeprefix("*/").split("/")[-1]]


@pytest.fixture(scope="module")
def varied_once(filled_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("varied") / "archive"
    shutil.copytree(filled_once, folder)
    with EmbeddedEngine.open(folder) as engine:
        engine.write(entries(range(35, 45), version=1))
        engine.refresh()
        engine.delete(["article-00003"])
        engine.refresh()
        assert_right(engine)
    return folder


@pytest.fixture
def varied(varied_once: Path, folder: Path) -> Path:
    """An archive whose views have more than one segment, and deletions."""
    return Path(shutil.copytree(varied_once, folder))


def assert_right(engine: EmbeddedEngine, total: int = 44) -> None:
    assert engine.match([COMMON])[0].total == total
    assert look(engine, 1) == ""


def part(folder: Path, name: str) -> list[Path]:
    found = sorted((folder / "views").glob(PARTS[name])) if PARTS[name] else [folder / "views"]
    assert found, f"{PARTS[name]} is not there"
    return found


def delete(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def scramble(path: Path) -> None:
    """Overwrite with as many random bytes."""
    path.write_bytes(np.random.default_rng(4).bytes(path.stat().st_size))


def nibble(path: Path) -> None:
    """Change one byte in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(data)


@pytest.mark.parametrize("name", PARTS)
def test_what_is_deleted_is_made_again(varied: Path, name: str) -> None:
    with EmbeddedEngine.open(varied) as onlooker:
        assert_right(onlooker)
        for path in part(varied, name):
            delete(path)
        with EmbeddedEngine.open(varied) as engine:
            assert_right(engine)
        assert_right(onlooker)
        onlooker.write([entry(99)])
        onlooker.refresh()
        assert_right(onlooker, 45)
        assert "The views are up to date." in {finding.what for finding in onlooker.check()}


@pytest.mark.parametrize("damage", [truncate, empty, scramble, nibble])
@pytest.mark.parametrize("name", FILES)
def test_what_is_damaged_is_made_again(varied: Path, name: str, damage: Callable[[Path], None]) -> None:
    for path in part(varied, name):
        damage(path)
    with EmbeddedEngine.open(varied) as engine:
        assert_right(engine)
        engine.write([entry(99)])
        engine.refresh()
        assert_right(engine, 45)


@pytest.mark.parametrize("name", ["the matrix", "its words", "its postings"])
def test_a_writer_does_not_build_on_damage(varied: Path, name: str) -> None:
    """It refreshes without ever having read, and so without having noticed."""
    for path in part(varied, name):
        scramble(path)
    with EmbeddedEngine.open(varied) as engine:
        engine.write([entry(99)])
        engine.refresh()
        assert_right(engine, 45)


@pytest.mark.parametrize("name", ["the matrix", "its postings", "the quantised vectors"])
def test_check_finds_and_mends_silent_damage(varied: Path, name: str) -> None:
    """A disk that lost bytes leaves a file's size and time as they were: only a thorough look sees it."""
    for path in part(varied, name):
        status = path.stat()
        nibble(path)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with EmbeddedEngine.open(varied) as engine:
        (found,) = [finding for finding in engine.check() if "damaged" in finding.what]
        assert (found.level, "--repair" in found.remedy) == ("warning", True)
        (mended,) = [finding for finding in engine.check(repair=True) if "damaged" in finding.what]
        assert mended.level == "ok"
        assert "The views are up to date." in {finding.what for finding in engine.check()}
        assert_right(engine)
    with EmbeddedEngine.open(varied) as engine:
        assert_right(engine)


def test_damage_that_a_search_is_the_first_to_meet_is_mended(varied: Path) -> None:
    """tantivy reads a field when the first word is asked for: the files were well when the archive was opened."""
    with EmbeddedEngine.open(varied) as engine:
        assert engine.browse(Union(), sort=Sort.NEWEST, size=1)[1] == 44
        for path in part(varied, "its words"):
            with path.open("r+b") as file:  # in place, as it is mapped
                data = file.read()
                file.seek(0)
                file.write(bytes(byte ^ 0x55 for byte in data[:-100]))
        assert_right(engine)


def test_check_tells_of_views_that_are_missing_or_behind(varied: Path) -> None:
    with EmbeddedEngine.open(varied) as engine:
        engine.write(entries(range(50, 53)))
        behind = [
            finding for finding in engine.check() if finding.level == "warning" and "views" in finding.what
        ]
        assert [finding.what for finding in behind] == ["The views are 3 changes behind."]
        shutil.rmtree(varied / "views")
        missing = [
            finding for finding in engine.check() if finding.level == "warning" and "views" in finding.what
        ]
        assert [finding.what for finding in missing] == ["The views are missing."]
        assert any("brought up to date" in finding.what for finding in engine.check(repair=True))
        assert_right(engine, 47)


def test_check_removes_passages_without_an_article(varied: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(varied / "archive.sqlite3")
    connection.execute("INSERT INTO passages VALUES (99999, 0, 0, 1, 'en', x'0000', NULL)")
    connection.commit()
    connection.close()
    with EmbeddedEngine.open(varied) as engine:
        assert "1 passage without an article." in {finding.what for finding in engine.check()}
        engine.check(repair=True)
        assert "Every passage has its article." in {finding.what for finding in engine.check()}


def test_views_catch_up_instead_of_being_made_anew(varied: Path, tmp_path: Path) -> None:
    old = tmp_path / "old-views"
    shutil.copytree(varied / "views", old)
    before = read_state(varied / "views")
    with EmbeddedEngine.open(varied) as engine:
        engine.write(entries(range(44, 60)))
        engine.delete(["article-00010"])
    with EmbeddedEngine.open(varied) as engine:
        assert_right(engine, 58)
    after = read_state(varied / "views")
    assert before
    assert after
    assert after.folder == before.folder
    assert after.sequence == before.sequence + 18  # 16 written, one of them again, one deleted
    # Older views, put back from a copy, catch up too.
    shutil.rmtree(varied / "views")
    shutil.copytree(old, varied / "views")
    with EmbeddedEngine.open(varied) as engine:
        assert_right(engine, 58)
    assert after.sequence == (read_state(varied / "views") or before).sequence


def test_views_of_another_archive_are_not_used(varied: Path, tmp_path: Path) -> None:
    with EmbeddedEngine.open(tmp_path / "other") as engine:
        engine.create(MANIFEST)
        engine.write(entries(range(100, 300)))
        engine.refresh()
    shutil.rmtree(varied / "views")
    shutil.copytree(tmp_path / "other" / "views", varied / "views")
    with EmbeddedEngine.open(varied) as engine:
        assert_right(engine)


def test_views_newer_than_a_database_that_was_put_back_are_not_used(varied: Path, tmp_path: Path) -> None:
    """A backup of the database alone is enough, also when it has since gone past where the views were."""
    backup = tmp_path / "backup.sqlite3"
    shutil.copy(varied / "archive.sqlite3", backup)
    with EmbeddedEngine.open(varied) as engine:
        engine.write(entries(range(60, 80)))
        engine.refresh()
    for file in varied.glob("archive.sqlite3*"):
        file.unlink()
    shutil.copy(backup, varied / "archive.sqlite3")
    with EmbeddedEngine.open(varied) as engine:
        assert_right(engine)
    with EmbeddedEngine.open(varied) as engine:
        engine.write(entries(range(60, 80), version=2))
        engine.write(entries(range(80, 90), version=2))
        assert "The views are 30 changes behind." in {finding.what for finding in engine.check()}
        engine.refresh()
        assert_right(engine, 74)


def test_views_of_another_format_are_made_anew(varied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.engines.embedded.viewstate.FORMAT", 2)
    with EmbeddedEngine.open(varied) as engine:
        assert_right(engine)


def test_a_large_change_does_not_leave_a_wasteful_index(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Replacing most of an archive again and again does not let the views grow without end."""
    monkeypatch.setattr("indexer.engines.embedded.building._WORTH_REBUILDING", 100)
    sizes = []
    with EmbeddedEngine.open(folder) as engine:
        engine.create(MANIFEST)
        for version in range(6):
            engine.write(entries(range(120), version=version))
            engine.refresh()
            assert_right(engine, 120)
            state = read_state(folder / "views")
            assert state
            sizes.append(state.passages)
    alive = sum(len(one.passages) for one in entries(range(120)))
    assert max(sizes) <= 3 * alive
