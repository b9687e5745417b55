"""The database's schema, as a list of small named changes; the applied names are kept in a table."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

from indexer.errors import SchemaMismatch

Migration = Callable[[sqlite3.Connection], None]


def applied(connection: sqlite3.Connection) -> set[str]:
    """Return the names of the migrations that a database has had."""
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").fetchone()
    return {name for (name,) in connection.execute("SELECT name FROM migrations")} if known else set()


def is_current(connection: sqlite3.Connection) -> bool:
    """Say whether nothing is left to migrate. Raises `SchemaMismatch` for a database of a newer version."""
    done = applied(connection)
    newer = sorted(done - {migration.__name__ for migration in MIGRATIONS})
    if newer:
        raise SchemaMismatch(
            f"This archive was made by a newer version of newsarchive ({', '.join(newer)}).",
            remedy="Install that version: `pip install --upgrade newsarchive`.",
        )
    return len(done) == len(MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> None:
    """Apply what is missing. The caller has begun a write transaction and commits it."""
    if is_current(connection):
        return
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)"
    )
    done = applied(connection)
    for migration in MIGRATIONS:
        if migration.__name__ not in done:
            migration(connection)
            connection.execute(
                "INSERT INTO migrations VALUES (?, ?)",
                (migration.__name__, datetime.now(UTC).isoformat(timespec="seconds")),
            )


def m001_state(connection: sqlite3.Connection) -> None:
    """`sequence` counts changes; up to `published` they are in the views and visible to readers."""
    connection.execute(
        """CREATE TABLE state (
            only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
            sequence INTEGER NOT NULL DEFAULT 0,
            published INTEGER NOT NULL DEFAULT 0,
            dimensions INTEGER,
            manifest BLOB
        )"""
    )
    connection.execute("INSERT INTO state (only_row) VALUES (1)")


def m002_articles(connection: sqlite3.Connection) -> None:
    """A `row` is one version of an article: its number is the sequence number of its writing.

    A version that was replaced or deleted is kept, with the number of that change in `gone`, until the views
    have passed it: so a reader sees the archive as it was at one moment.
    """
    connection.execute(
        "CREATE TABLE facet_values (code INTEGER PRIMARY KEY, facet TEXT NOT NULL, value TEXT NOT NULL,"
        " UNIQUE (facet, value))"
    )
    connection.execute(
        """CREATE TABLE articles (
            row INTEGER PRIMARY KEY,
            id TEXT NOT NULL,
            hash TEXT NOT NULL,
            language INTEGER NOT NULL REFERENCES facet_values,
            source INTEGER NOT NULL REFERENCES facet_values,
            section INTEGER NOT NULL REFERENCES facet_values,
            author INTEGER NOT NULL REFERENCES facet_values,
            published INTEGER,  -- microseconds since 1970, UTC
            doubtful INTEGER NOT NULL,
            gone INTEGER,
            body BLOB NOT NULL  -- the whole article, JSON, zstd
        )"""
    )
    connection.execute("CREATE UNIQUE INDEX articles_id ON articles (id) WHERE gone IS NULL")
    connection.execute("CREATE INDEX articles_gone ON articles (gone) WHERE gone IS NOT NULL")
    connection.execute("CREATE TABLE deletions (sequence INTEGER PRIMARY KEY, row INTEGER NOT NULL)")


def m003_passages(connection: sqlite3.Connection) -> None:
    # `codes` comes last: they are long, and reading the columns before them need not touch their pages.
    connection.execute(
        """CREATE TABLE passages (
            article INTEGER NOT NULL REFERENCES articles (row) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            start INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            language TEXT NOT NULL,
            vector BLOB NOT NULL,  -- float16, little-endian
            codes BLOB,
            PRIMARY KEY (article, number)
        )"""
    )


def m004_vocabulary(connection: sqlite3.Connection) -> None:
    connection.execute(
        """CREATE TABLE vocabulary (
            language TEXT NOT NULL,
            form TEXT NOT NULL,
            stem TEXT NOT NULL,
            articles INTEGER NOT NULL,
            PRIMARY KEY (language, form)
        ) WITHOUT ROWID"""
    )


def m005_words(connection: sqlite3.Connection) -> None:
    connection.execute(
        """CREATE TABLE words (
            language TEXT NOT NULL,
            stem TEXT NOT NULL,
            surface TEXT NOT NULL,
            articles INTEGER NOT NULL,
            skeleton TEXT NOT NULL,
            vector BLOB,  -- float16, little-endian
            PRIMARY KEY (language, stem)
        )"""
    )


def m006_records(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE records (kind TEXT NOT NULL, key TEXT NOT NULL, record BLOB NOT NULL,"
        " PRIMARY KEY (kind, key))"
    )


def m007_commits(connection: sqlite3.Connection) -> None:
    """A random token for the last change of each transaction: the views name the one that they are at.

    So views are known to be of this database, and of this past of it: after an older copy was put back, the
    same sequence number stands for another change.
    """
    connection.execute("CREATE TABLE commits (sequence INTEGER PRIMARY KEY, token TEXT NOT NULL)")
    connection.execute("INSERT INTO commits SELECT sequence, lower(hex(randomblob(8))) FROM state")


#: In the order they are applied. Never change or remove one that was released: add another.
MIGRATIONS: tuple[Migration, ...] = (
    m001_state,
    m002_articles,
    m003_passages,
    m004_vocabulary,
    m005_words,
    m006_records,
    m007_commits,
)
