"""What one run has seen, on disk: memory does not grow with the input."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from indexer.errors import EngineUnavailable

_SCHEMA = """
    CREATE TABLE seen (id BLOB PRIMARY KEY, hash TEXT, place TEXT) WITHOUT ROWID;
    CREATE TABLE files (file BLOB PRIMARY KEY, broken INTEGER, bad INTEGER, name TEXT) WITHOUT ROWID;
    CREATE TABLE kept (key TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Ledger:
    """Ids, files and bad records of one run, in a temporary SQLite database that is deleted with it."""

    def __init__(self) -> None:
        with _errors():
            self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode=OFF")
            self._database.execute("PRAGMA cache_size=-16000")
            self._database.executescript(_SCHEMA)
            self._database.execute("BEGIN")
        self._last_file = self._last_folder = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def enter(self, article_id: str, content_hash: str, place: str) -> tuple[str, str] | None:
        """Note an article; return (hash, place) of an earlier one with the same id, None for the first."""
        key = _digest(article_id)
        with _errors():
            row: tuple[str, str] | None = self._database.execute(
                "SELECT hash, place FROM seen WHERE id = ?", (key,)
            ).fetchone()
            if row is None:
                self._database.execute("INSERT INTO seen VALUES (?, ?, ?)", (key, content_hash, place))
        return row

    def missing(self, ids: Iterable[str]) -> Iterator[str]:
        """Yield those ids that this run has not seen."""
        for article_id in ids:
            with _errors():
                found = self._database.execute(
                    "SELECT 1 FROM seen WHERE id = ?", (_digest(article_id),)
                ).fetchone()
            if found is None:
                yield article_id

    def enter_file(self, file: str) -> None:
        """Note that a record was read from *file*, and so that its folders can be entered."""
        if file == self._last_file:
            return
        folder = os.path.dirname(file)  # noqa: PTH120 (one of thousands in a folder)
        folders = [] if folder == self._last_folder else [str(parent) for parent in Path(file).parents]
        with _errors():
            self._database.executemany(
                "INSERT OR IGNORE INTO files VALUES (?, 0, 0, NULL)",
                [(_digest(name),) for name in (file, *folders)],
            )
        self._last_file, self._last_folder = file, folder

    def enter_bad(self, file: str, line: int) -> int:
        """Note a bad record of *file*; return how many of its lines were bad so far.

        Line 0 stands for the file as a whole, and does not count among its lines.
        """
        with _errors():
            self._database.execute(
                "INSERT INTO files VALUES (?, 1, ?, ?) ON CONFLICT (file)"
                " DO UPDATE SET broken = 1, bad = bad + excluded.bad, name = excluded.name",
                (_digest(file), int(line > 0), file),
            )
        return self.bad_lines(file)

    def bad_lines(self, file: str) -> int:
        """Return how many lines of *file* were bad so far."""
        with _errors():
            row: tuple[int] | None = self._database.execute(
                "SELECT bad FROM files WHERE file = ?", (_digest(file),)
            ).fetchone()
        return row[0] if row else 0

    def worst_files(self, most: int) -> Iterator[tuple[str, int]]:
        """Yield (file, bad lines) of the files that have more than *most* of them."""
        with _errors():
            yield from self._database.execute("SELECT name, bad FROM files WHERE bad > ?", (most,))

    def enter_kept(self, key: str) -> bool:
        """Note the key in quarantine of a bad record of this run; return whether it is a new one."""
        with _errors():
            return self._database.execute("INSERT OR IGNORE INTO kept VALUES (?)", (key,)).rowcount == 1

    def was_kept(self, key: str) -> bool:
        with _errors():
            found = self._database.execute("SELECT 1 FROM kept WHERE key = ?", (key,)).fetchone()
        return found is not None

    def was_read(self, file: str) -> bool:
        return self._broken(file) is not None

    def was_read_whole(self, file: str) -> bool:
        """Say whether *file* was read and gave no bad record (a file that breaks off gives one)."""
        return self._broken(file) == (0,)

    def _broken(self, file: str) -> tuple[int] | None:
        with _errors():
            row: tuple[int] | None = self._database.execute(
                "SELECT broken FROM files WHERE file = ?", (_digest(file),)
            ).fetchone()
        return row


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise EngineUnavailable(
            f"The notes of this run cannot be kept in the folder for temporary files: {error}.",
            remedy="Make space there, or name another with TMPDIR.",
        ) from error
