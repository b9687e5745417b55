"""Archives of other versions, and archives that may only be read."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.engines.base import Sort, Union
from indexer.engines.embedded import EmbeddedEngine, migrations
from indexer.errors import ArchiveError, EngineUnavailable, SchemaMismatch
from tests.engines.builders import MANIFEST, entries, entry
from tests.engines.embedded.processes import COMMON, look

DATABASE = "archive.sqlite3"


def m900_notes(connection: sqlite3.Connection) -> None:
    """A migration that a later version might bring."""
    connection.execute("ALTER TABLE articles ADD COLUMN notes TEXT NOT NULL DEFAULT 'none'")
    connection.execute("UPDATE articles SET notes = 'migrated'")


def m901_fails(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE half_done (x)")
    connection.execute("INSERT INTO nowhere VALUES (1)")


def later_version(monkeypatch: pytest.MonkeyPatch, *new: migrations.Migration) -> None:
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, *new))


@pytest.mark.parametrize("had", range(len(migrations.MIGRATIONS)))
def test_an_archive_of_any_older_version_is_brought_up_to_date(
    folder: Path, monkeypatch: pytest.MonkeyPatch, had: int
) -> None:
    folder.mkdir()
    with monkeypatch.context() as older:
        older.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:had])
        connection = sqlite3.connect(folder / DATABASE)
        migrations.migrate(connection)
        connection.commit()
        connection.close()
    with EmbeddedEngine.open(folder) as engine:
        assert engine.manifest() is None
        engine.create(MANIFEST)
        engine.write(entries(range(3)))
        engine.refresh()
        assert look(engine, 0) == ""
    connection = sqlite3.connect(folder / DATABASE)
    assert migrations.applied(connection) == {one.__name__ for one in migrations.MIGRATIONS}
    connection.close()


def test_a_migration_keeps_what_is_there(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later_version(monkeypatch, m900_notes)
    with EmbeddedEngine.open(filled) as engine:
        assert look(engine, 0) == ""
        engine.write([entry(77)])
        engine.refresh()
        assert engine.match([COMMON])[0].total == 41
    connection = sqlite3.connect(filled / DATABASE)
    notes = dict(connection.execute("SELECT notes, count(*) FROM articles GROUP BY notes"))
    connection.close()
    assert notes == {"migrated": 40, "none": 1}


def test_a_migration_that_fails_leaves_the_archive_as_it_was(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:
        later_version(later, m900_notes, m901_fails)
        with pytest.raises(EngineUnavailable, match="nowhere"):
            EmbeddedEngine.open(filled)
    with EmbeddedEngine.open(filled) as engine:
        assert look(engine, 0) == ""
        engine.write([entry(77)])


def test_an_archive_of_a_newer_version_is_refused(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later_version(later, m900_notes)
        EmbeddedEngine.open(filled).close()
    for read_only in (False, True):
        with pytest.raises(SchemaMismatch, match=r"newer version .*m900_notes.*pip install --upgrade"):
            EmbeddedEngine.open(filled, read_only=read_only)


def test_an_older_archive_that_may_only_be_read_is_refused(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later_version(monkeypatch, m900_notes)
    with pytest.raises(SchemaMismatch, match=r"older version .*newsarchive stats"):
        EmbeddedEngine.open(filled, read_only=True)


# -- for reading only


def test_a_folder_that_cannot_be_written_to_is_read(
    filled: Path, read_only_copy: Callable[[Path], Path]
) -> None:
    with EmbeddedEngine.open(read_only_copy(filled)) as engine:
        assert engine.manifest() == MANIFEST
        assert engine.match([COMMON])[0].total == 40
        assert look(engine, 0) == ""
        assert [item.id for item in engine.scan()] == [one.article.id for one in entries(range(40))]
        assert engine.browse(Union(), sort=Sort.NEWEST, size=1) == (["article-00039"], 40)
        assert engine.stats().articles == 40
        assert not [finding for finding in engine.check() if finding.level == "error"]
        engine.refresh()
        for refused in (
            lambda: engine.write([entry(1)]),
            lambda: engine.delete(["article-00001"]),
            lambda: engine.create(MANIFEST),
            lambda: engine.put_records("kind", {"a": {}}),
        ):
            with pytest.raises(EngineUnavailable, match="cannot be written to"):
                refused()


@pytest.mark.parametrize("lost", ["views", "views/views.json"])
def test_a_folder_that_cannot_be_written_to_needs_no_views(
    filled: Path, read_only_copy: Callable[[Path], Path], lost: str
) -> None:
    path = filled / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with EmbeddedEngine.open(read_only_copy(filled)) as engine:
        assert engine.match([COMMON])[0].total == 40
        assert look(engine, 0) == ""


def test_views_that_are_behind_where_nobody_may_write(
    filled: Path, read_only_copy: Callable[[Path], Path]
) -> None:
    with EmbeddedEngine.open(filled) as engine:
        engine.write(entries(range(40, 45)))  # closed without a refresh
    with EmbeddedEngine.open(read_only_copy(filled)) as engine:
        assert look(engine, 0) == ""
        assert engine.match([COMMON])[0].total in (40, 45)


def test_an_interrupted_writer_where_nobody_may_write(
    filled: Path, read_only_copy: Callable[[Path], Path], tmp_path: Path
) -> None:
    """What is in the write-ahead log is read, or the person is told why it cannot be: never left out."""
    with EmbeddedEngine.open(filled) as engine:
        engine.write([entry(90)])
        (tmp_path / "copied").mkdir()
        for file in filled.glob(f"{DATABASE}*"):  # as a killed writer would leave it
            shutil.copy(file, tmp_path / "copied")
    with EmbeddedEngine.open(read_only_copy(tmp_path / "copied")) as engine:
        assert engine.hashes(["article-00090"])
        assert look(engine, 0) == ""


def test_where_there_is_no_archive_nothing_can_be_read_only(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="There is no archive"):
        EmbeddedEngine.open(tmp_path / "none", read_only=True)
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArchiveError, match="is not a folder"):
        EmbeddedEngine.open(tmp_path / "file")


def test_a_damaged_database_is_told_and_never_mended_silently(filled: Path) -> None:
    path = filled / DATABASE
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 3)
        file.write(b"\xff" * (size // 2))
    with EmbeddedEngine.open(filled) as engine:
        (finding, *_) = engine.check(repair=True)
        assert finding.level == "error"
        assert "backup" in finding.remedy
    path.write_bytes(b"not a database" * 1_000)
    for file in filled.glob(f"{DATABASE}-*"):
        file.unlink()
    with pytest.raises(EngineUnavailable, match="damaged"):
        EmbeddedEngine.open(filled)


def test_a_closed_engine_says_so(filled: Path) -> None:
    engine = EmbeddedEngine.open(filled)
    engine.close()
    engine.close()
    for use in (lambda: engine.match([COMMON]), lambda: engine.write([entry(1)]), engine.stats):
        with pytest.raises(EngineUnavailable, match="closed"):
            use()
