"""Bringing the views up to SQLite: what was written since they were last at it, or everything."""

from __future__ import annotations

import logging
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from indexer.engines.embedded import lexical, vectors
from indexer.engines.embedded.database import Database, token_at
from indexer.engines.embedded.failures import ViewBroken, view_errors
from indexer.engines.embedded.stored import DamagedArticle, decode_article
from indexer.engines.embedded.viewstate import ViewState, broken_seal, read_state, seal_files, write_state
from indexer.engines.fields import lexical_fields

logger = logging.getLogger(__name__)

_BATCH = 500
LEXICAL, VECTORS = "lexical", "vectors"

#: Views of which more than half is deleted are made anew, from this many articles or passages on.
_WORTH_REBUILDING = 5_000

_ARTICLES = """
    SELECT row, id, body FROM articles
    WHERE row > ? AND row <= ? AND gone IS NULL ORDER BY row
"""
_PASSAGES = """
    SELECT p.article, p.number, p.vector FROM passages p JOIN articles a ON a.row = p.article
    WHERE p.article > ? AND p.article <= ? AND a.gone IS NULL ORDER BY p.article, p.number
"""


def catch_up(database: Database, views: Path) -> int:
    """Bring the views up to the last change and return its number. The caller holds the views' lock."""
    views.mkdir(parents=True, exist_ok=True)
    try:
        return _advance(database, views, _usable_state(views))
    except ViewBroken:
        # Whatever is wrong with the views, SQLite has it all.
        return _advance(database, views, None)


def _usable_state(views: Path) -> ViewState | None:
    state = read_state(views)
    if state is None:
        return None
    folder = views / state.folder
    name = broken_seal(folder, state.seals)
    if name is not None:
        raise ViewBroken(f"{name} was damaged.")
    documents, deleted = lexical.deleted_share(folder / LEXICAL)
    if documents > _WORTH_REBUILDING and deleted > 0.5:
        return None
    return state


def _advance(database: Database, views: Path, state: ViewState | None) -> int:
    with database.moment() as connection:
        sequence, dimensions = connection.execute("SELECT sequence, dimensions FROM state").fetchone()
        if state and state.token != token_at(connection, state.sequence):
            state = None  # another database lay here before, or an older copy of this one was put back
        if state and state.dimensions not in (0, dimensions or 0):
            state = None
        if state and _mostly_deleted(connection, state):
            state = None
        if (
            state
            and state.sequence == sequence
            and state.opstamp == lexical.opstamp(views / state.folder / LEXICAL)
        ):
            return int(sequence)
        name = state.folder if state else secrets.token_hex(8)
        folder = views / name
        since = state.sequence if state else 0
        try:
            count = _follow_passages(connection, folder / VECTORS, dimensions or 0, state, sequence)
            _follow_articles(connection, folder / LEXICAL, since, sequence)
            with view_errors():
                seals = seal_files(folder, _sealed(folder), state.seals if state else {})
                write_state(
                    views,
                    ViewState(
                        sequence=sequence,
                        token=token_at(connection, sequence),
                        folder=name,
                        opstamp=lexical.opstamp(folder / LEXICAL),
                        passages=count,
                        dimensions=dimensions or 0,
                        seals=seals,
                    ),
                )
        except BaseException:
            if state is None:
                shutil.rmtree(folder, ignore_errors=True)
            raise
    _remove_others(views, name)
    return int(sequence)


def _mostly_deleted(connection: sqlite3.Connection, state: ViewState) -> bool:
    """Return whether most of the vectors are passed over, as their articles are gone."""
    if state.passages <= _WORTH_REBUILDING:
        return False
    (alive,) = connection.execute(
        """SELECT (SELECT count(*) FROM passages) - (
            SELECT count(*) FROM articles a JOIN passages p ON p.article = a.row WHERE a.gone IS NOT NULL
        )"""
    ).fetchone()
    return bool(state.passages > 2 * alive)


def _follow_passages(
    connection: sqlite3.Connection, folder: Path, dimensions: int, state: ViewState | None, sequence: int
) -> int:
    """Append the vectors of new passages. Those of articles that are gone stay, and are passed over."""
    if not dimensions:
        return 0
    writer = vectors.VectorWriter(folder, dimensions, state.passages if state else 0)
    try:
        new = connection.execute(_PASSAGES, (state.sequence if state else 0, sequence))
        while batch := new.fetchmany(_BATCH):
            rows, numbers, blobs = zip(*batch, strict=True)
            writer.append(list(rows), list(numbers), list(blobs))
    finally:
        writer.close()
    return writer.count


def _follow_articles(connection: sqlite3.Connection, folder: Path, since: int, sequence: int) -> None:
    """Add new articles and remove those that are gone. Doing it twice does no harm."""
    writer = lexical.LexicalWriter(folder)
    if since:
        gone = connection.execute(
            "SELECT row FROM deletions WHERE sequence > ? AND sequence <= ?", (since, sequence)
        )
        writer.remove([row for (row,) in gone])
        writer.remove_after(since)  # what a writer left that died between its commit and the state's
    for row, article_id, body in _batched(connection.execute(_ARTICLES, (since, sequence))):
        try:
            writer.add(row, lexical_fields(decode_article(article_id, body)))
        except DamagedArticle as error:
            logger.warning("%s Its words are not found.", error.message)
    writer.commit()


def _batched(cursor: sqlite3.Cursor) -> Iterator[tuple[int, str, bytes]]:
    while batch := cursor.fetchmany(_BATCH):
        yield from batch


def _sealed(folder: Path) -> list[str]:
    """Return the files to seal: tantivy's segments, which never change, and the vectors', which only grow."""
    return sorted(
        str(file.relative_to(folder))
        for part in (LEXICAL, VECTORS)
        for file in (folder / part).glob("*")
        if file.suffix not in (".lock", ".json")
    )


def _remove_others(views: Path, name: str) -> None:
    for other in views.iterdir():
        if other.is_dir() and other.name != name:
            shutil.rmtree(other, ignore_errors=True)
