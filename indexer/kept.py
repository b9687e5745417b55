"""What took long to make, kept by its digest in one SQLite file that several archives and processes share.

Nothing in such a file is the only copy of anything: it may be deleted at any time, and what is lost with the power is
made again, so commits need not wait for the disk.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from indexer.errors import EngineUnavailable

_CHUNK = 500  # keys a statement: SQLite allows at least 999 parameters


class KeptRows:
    """Rows of one table, whose first column is the key. Safe across processes and threads.

    `what` and `remedy` name the file in errors (`EngineUnavailable`).
    """

    def __init__(self, path: Path, table: str, columns: str, *, what: str, remedy: str) -> None:
        self.path = path
        self._table, self._what, self._remedy = table, what, remedy
        self._lock = threading.Lock()
        with self._errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=NORMAL")
            self._database.execute(f"CREATE TABLE IF NOT EXISTS {table} {columns}")

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def get(self, keys: Sequence[bytes]) -> list[tuple[Any, ...]]:
        """Return the rows that exist, in no order."""
        found: list[tuple[Any, ...]] = []
        with self._errors(), self._lock:
            for first in range(0, len(keys), _CHUNK):
                chunk = keys[first : first + _CHUNK]
                marks = ",".join("?" * len(chunk))
                found += self._database.execute(
                    f"SELECT * FROM {self._table} WHERE key IN ({marks})", chunk
                ).fetchall()
        return found

    def put(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Keep rows, all or none of them; one of a key that is there replaces it."""
        if not rows:
            return
        marks = ", ".join("?" * len(rows[0]))
        with self._errors(), self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                self._database.executemany(f"INSERT OR REPLACE INTO {self._table} VALUES ({marks})", rows)
                self._database.execute("COMMIT")
            except BaseException:  # Ctrl-C too: an open transaction would lock out every other archive
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise EngineUnavailable(
                f"The {self._what} {self.path} cannot be used: {error}.", remedy=self._remedy
            ) from error
