"""Connections to the archive's SQLite file: a pool for readers, one for the writer, all with the same settings."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

from indexer.engines.embedded import migrations
from indexer.engines.embedded.failures import engine_errors
from indexer.errors import EngineUnavailable, SchemaMismatch

FILE = "archive.sqlite3"
_PAGE_SIZE = 8192  # token codes of a passage (about 6 kB) fit a page
_CACHE_KIB = 16_384
#: Bytes of the file that readers map: the passages of a page (half a megabyte of codes) come in half the time.
#: SQLite maps no more than 2 GB, and reads what lies behind.
_MAPPED = 1 << 40
_POLL = 0.02  # seconds


@dataclass(frozen=True, slots=True)
class State:
    """`sequence` is the number of the last change; changes up to `published` are visible to readers."""

    sequence: int
    published: int


def token_at(connection: sqlite3.Connection, sequence: int) -> str:
    """Return the token of the transaction that ended with this change, "" where none did."""
    found = connection.execute("SELECT token FROM commits WHERE sequence = ?", (sequence,)).fetchone()
    return str(found[0]) if found else ""


class Database:
    """The file, or nothing yet: an archive without a file reads as an empty one.

    Reading is safe from several threads. `lock_timeout` is how many seconds a writer waits for another.
    """

    def __init__(self, folder: Path, *, read_only: bool, lock_timeout: float) -> None:
        self.path = folder / FILE
        self.read_only = read_only
        self._lock_timeout = lock_timeout
        self._idle: list[sqlite3.Connection] = []
        self._pool_lock = threading.Lock()
        self._write_lock = threading.RLock()
        self._writer: sqlite3.Connection | None = None
        self._closed = False
        self._checked = False
        self._opened: tuple[int, int] | None = None

    @property
    def exists(self) -> bool:
        """Whether there is a file. Raises `EngineUnavailable` where it is not the one that was opened."""
        self._check_same_file()
        return self.path.is_file()

    def open_existing(self) -> None:
        """Bring an existing file's schema up to date, or raise `SchemaMismatch`; make nothing."""
        if not self.exists:
            return
        with self.reading() as connection:
            current = migrations.is_current(connection)
        if not current:
            with self.writing():
                pass  # opening the writer migrates

    def close(self) -> None:
        """Close every connection; those in use are closed when they come back."""
        with self._pool_lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection. Read its cursors to their end before giving it back."""
        with engine_errors():
            if (connection := self._take()) is None:
                with closing(_empty_database()) as empty:
                    yield empty
                return
            try:
                yield connection
            finally:
                self._give_back(connection)

    @contextmanager
    def moment(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that sees the database as it is now for as long as it is held."""
        with self.reading() as connection:
            connection.execute("BEGIN")
            try:
                connection.execute("SELECT sequence FROM state").fetchone()
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend the writer's connection in a transaction that is durable when the block has ended."""
        with engine_errors(), self._write_lock:
            connection = self._open_writer()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def state(self) -> State:
        with self.reading() as connection:
            return State(*connection.execute("SELECT sequence, published FROM state").fetchone())

    # -- connections

    def _take(self) -> sqlite3.Connection | None:
        """Return a connection to the file; None where there is no file."""
        with self._pool_lock:
            if self._closed:
                raise EngineUnavailable("The archive has been closed.")
            self._check_same_file()
            if self._idle:
                return self._idle.pop()
        return self._connect_reader() if self.exists else None

    def _check_same_file(self) -> None:
        """Raise where another file has taken the place of the one that was opened: answers would mix the two."""
        if self._opened and self._opened != _identity(self.path):
            raise EngineUnavailable(
                f"The archive that was open is no longer in {self.path.parent}: it was replaced or removed.",
                remedy="End this program and start it again, to go on with what is there now.",
            )

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._pool_lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _connect_reader(self) -> sqlite3.Connection:
        if not self.read_only:
            return self._connect("rw", query_only=True)
        try:
            connection = self._connect("ro", query_only=True)
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            # A WAL database in a folder that cannot be written needs this, and allows it when its WAL is empty.
            if not error.sqlite_errorname.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
                raise
            connection = self._connect_immutable()
        self._check_schema(connection)
        return connection

    def _connect_immutable(self) -> sqlite3.Connection:
        wal = self.path.with_name(FILE + "-wal")
        if wal.exists() and wal.stat().st_size:
            raise EngineUnavailable(
                "The archive's folder cannot be written to, and its last writer was interrupted.",
                remedy="Open it once where it can be written to: `newsarchive stats`.",
            )
        return self._connect("ro&immutable=1", query_only=True)

    def _connect(self, mode: str, *, query_only: bool = False) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(os.fspath(self.path.absolute()))}?mode={mode}",
            uri=True,
            timeout=self._lock_timeout,
            isolation_level=None,
            check_same_thread=False,
        )
        self._opened = self._opened or _identity(self.path)
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(
            "PRAGMA synchronous = FULL"
        )  # in WAL mode only FULL makes a commit survive a power cut
        if query_only:
            connection.execute("PRAGMA query_only = ON")
            connection.execute(f"PRAGMA mmap_size = {_MAPPED}")
        return connection

    def _check_schema(self, connection: sqlite3.Connection) -> None:
        if not self._checked and not migrations.is_current(connection):
            connection.close()
            raise SchemaMismatch(
                "This archive was made by an older version of newsarchive.",
                remedy="Open it once where it can be written to, and it is brought up to date: `newsarchive stats`.",
            )
        self._checked = True

    def _open_writer(self) -> sqlite3.Connection:
        if self._closed:
            raise EngineUnavailable("The archive has been closed.")
        if self.read_only:
            raise EngineUnavailable(
                "This archive was opened for reading only, or its folder cannot be written to."
            )
        self._check_same_file()
        if self._writer is None:
            self._writer = self._prepare()
        return self._writer

    def _prepare(self) -> sqlite3.Connection:
        """Make the file if there is none, bring its schema up to date, and return a connection that may write."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        end = monotonic() + self._lock_timeout
        while True:
            try:
                return self._connect_writer()
            except sqlite3.OperationalError as error:
                # A new file's change to WAL mode does not wait for another process that is making it too.
                if not error.sqlite_errorname.startswith("SQLITE_BUSY") or monotonic() > end:
                    raise
            sleep(_POLL)

    def _connect_writer(self) -> sqlite3.Connection:
        connection = self._connect("rwc")
        try:
            connection.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
            connection.execute("PRAGMA journal_mode = WAL")
            if not migrations.is_current(connection):
                connection.execute("BEGIN IMMEDIATE")
                migrations.migrate(connection)
                connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        return connection


def _empty_database() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    migrations.migrate(connection)
    return connection


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from any other; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
