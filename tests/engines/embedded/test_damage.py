"""A disk that has lost some bytes: what is whole goes on, and what is not is named and can be replaced."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from indexer.engines.base import Finding, GatherRequest, Manifest, Union
from indexer.engines.embedded import EmbeddedEngine
from indexer.errors import EngineUnavailable
from tests.engines.builders import entries, entry
from tests.engines.embedded.processes import COMMON

DAMAGED = "article-00003"


def damage(folder: Path, article_id: str = DAMAGED) -> None:
    connection = sqlite3.connect(folder / "archive.sqlite3")
    with connection:
        (body,) = connection.execute("SELECT body FROM articles WHERE id = ?", (article_id,)).fetchone()
        broken = body[:20] + bytes([body[20] ^ 255]) + body[21:]
        connection.execute("UPDATE articles SET body = ? WHERE id = ?", (broken, article_id))
    connection.close()


def errors(engine: EmbeddedEngine) -> list[Finding]:
    return [finding for finding in engine.check() if finding.level == "error"]


def test_a_damaged_article_is_named(filled: Path) -> None:
    damage(filled)
    with EmbeddedEngine.open(filled) as engine:
        [finding] = errors(engine)
        assert DAMAGED in finding.what
        for read in (lambda: list(engine.scan()), lambda: engine.articles([DAMAGED])):
            with pytest.raises(EngineUnavailable, match=f"{DAMAGED}.*newsarchive delete"):
                read()


def test_a_page_is_shown_without_it(filled: Path) -> None:
    damage(filled)
    ids = (DAMAGED, "article-00004")
    with EmbeddedEngine.open(filled) as engine:
        assert engine.match([COMMON])[0].total == 40
        assert set(engine.gather(GatherRequest(Union(), ids)).articles) == {"article-00004"}


def test_it_can_be_replaced(filled: Path) -> None:
    damage(filled)
    with EmbeddedEngine.open(filled) as engine:
        engine.write([entry(3, version=1)])
        engine.refresh()
        assert errors(engine) == []
        assert "version1" in {item.id: item for item in engine.scan()}[DAMAGED].text


def test_it_can_be_deleted(filled: Path) -> None:
    damage(filled)
    with EmbeddedEngine.open(filled) as engine:
        assert engine.delete([DAMAGED]) == 1
        engine.refresh()
        assert errors(engine) == []
        assert len(list(engine.scan())) == 39


def test_views_are_made_anew_beside_it(filled: Path) -> None:
    damage(filled)
    with EmbeddedEngine.open(filled) as engine:
        engine._views.rebuild()
        assert engine.match([COMMON])[0].total == 39  # its words cannot be read


def test_a_damaged_record_is_named(filled: Path) -> None:
    with EmbeddedEngine.open(filled) as engine:
        engine.put_records("kind", {"key": {"a": 1}})
        connection = sqlite3.connect(filled / "archive.sqlite3")
        with connection:
            connection.execute("UPDATE records SET record = ?", (b'{"a": \xff',))
        connection.close()
        with pytest.raises(EngineUnavailable, match="kind 'key' is damaged"):
            list(engine.records("kind"))


@pytest.mark.parametrize("left", ["another", "nothing"])
def test_an_archive_that_was_replaced_is_not_mixed_with_the_other(filled: Path, left: str) -> None:
    """A folder is renamed by a rebuild, or restored from a backup, while a web app has it open."""
    with EmbeddedEngine.open(filled) as engine:
        assert engine.articles([DAMAGED])
        filled.rename(filled.with_name("before"))
        if left == "another":
            with EmbeddedEngine.open(filled) as other:
                other.create(Manifest({"dimensions": 2}, {}, 1))
                other.write(entries(range(1)))
        for ask in (
            lambda: engine.articles([DAMAGED]),
            lambda: engine.gather(GatherRequest(Union())),
            lambda: engine.match([COMMON]),
            engine.stats,
            lambda: engine.write(entries(range(2))),
        ):
            with pytest.raises(EngineUnavailable, match="it was replaced or removed"):
                ask()
    assert filled.exists() == (left == "another")


@pytest.mark.parametrize("empty", [True, False])
def test_no_new_archive_is_begun_where_the_database_is_lost(filled: Path, empty: bool) -> None:
    database = filled / "archive.sqlite3"
    database.unlink()
    if empty:
        database.touch()
    with pytest.raises(EngineUnavailable, match=r"database is lost: .* Restore a backup"):
        EmbeddedEngine.open(filled)
    assert database.exists() == empty
    # A folder in which an archive was only just begun has no views yet.
    fresh = filled.with_name("fresh")
    fresh.mkdir()
    (fresh / "archive.sqlite3").touch()
    with EmbeddedEngine.open(fresh) as engine:
        engine.write(entries(range(1)))
