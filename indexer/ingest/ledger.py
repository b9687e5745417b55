"""What one run has seen, on disk: memory does not grow with the input."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self


class Ledger:
    """Ids and content hashes of one run, in a temporary SQLite database that is deleted with it."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("PRAGMA cache_size=-16000")
        self._database.execute("CREATE TABLE seen (id BLOB PRIMARY KEY, hash TEXT, place TEXT) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def enter(self, article_id: str, content_hash: str, place: str) -> tuple[str, str] | None:
        """Note an article; return (hash, place) of an earlier one with the same id, None for the first."""
        row: tuple[str, str] | None = self._database.execute(
            "SELECT hash, place FROM seen WHERE id = ?", (_digest(article_id),)
        ).fetchone()
        if row is None:
            self._database.execute(
                "INSERT INTO seen VALUES (?, ?, ?)", (_digest(article_id), content_hash, place)
            )
        return row

    def missing(self, ids: Iterable[str]) -> Iterator[str]:
        """Yield those ids that this run has not seen."""
        for article_id in ids:
            found = self._database.execute(
                "SELECT 1 FROM seen WHERE id = ?", (_digest(article_id),)
            ).fetchone()
            if found is None:
                yield article_id


def _digest(article_id: str) -> bytes:
    return hashlib.blake2b(article_id.encode("utf-8", "surrogatepass"), digest_size=16).digest()
