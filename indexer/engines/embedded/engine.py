"""`EmbeddedEngine`: the contract kept with one folder on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np

from indexer.article import Article
from indexer.engines.base import (
    Engine,
    EngineStats,
    Entry,
    Finding,
    FloatArray,
    Gathered,
    GatherRequest,
    Leg,
    LegResult,
    Manifest,
    Sort,
    StoredPassage,
    Union,
    Word,
    WordCount,
)
from indexer.engines.embedded import reading
from indexer.engines.embedded.check import check_archive, folder_size
from indexer.engines.embedded.columns import Positions
from indexer.engines.embedded.database import FILE, Database
from indexer.engines.embedded.failures import Deadline, ViewBroken
from indexer.engines.embedded.small import SmallTables
from indexer.engines.embedded.views import FOLDER, Snapshot, Views
from indexer.engines.embedded.viewstate import FILE as STATE_FILE
from indexer.engines.embedded.writing import ArticleWriter, among, chunks
from indexer.errors import EngineUnavailable

LOCK_TIMEOUT = 10.0  # seconds
#: So many articles may be written before the views are brought up without being asked to.
_UNPUBLISHED_ARTICLES = 2_000

NO_ROWS: Positions = np.zeros(0, np.int64)

T = TypeVar("T")


class EmbeddedEngine:
    """An `indexer.engines.base.Engine` in a folder. Any number of processes may read while one writes."""

    name = "embedded"
    remade_by = "`newsarchive rebuild`"

    def __init__(self, folder: Path, *, read_only: bool, lock_timeout: float) -> None:
        self.folder = folder
        self._database = Database(folder, read_only=read_only, lock_timeout=lock_timeout)
        self._views = Views(folder, self._database, lock_timeout=lock_timeout)
        self._small = SmallTables(self._database)
        self._unpublished = 0

    @classmethod
    def open(
        cls, folder: str | Path, *, read_only: bool = False, lock_timeout: float = LOCK_TIMEOUT
    ) -> EmbeddedEngine:
        """Open an archive. Where there is none yet it reads as empty, and the first writing makes it.

        A folder that cannot be written to is opened for reading only. `lock_timeout` is how many seconds to
        wait for another writer before `EngineUnavailable`. Raises `SchemaMismatch` for a newer archive.
        """
        folder = Path(folder)
        if folder.exists() and not folder.is_dir():
            raise EngineUnavailable(f"{folder} is not a folder.")
        if folder.exists() and not os.access(folder, os.R_OK | os.X_OK):
            raise EngineUnavailable(f"This user may not read the archive's folder {folder}.")
        _refuse_lost(folder)
        read_only = read_only or (folder.exists() and not os.access(folder, os.W_OK))
        if read_only and not folder.exists():
            raise EngineUnavailable(f"There is no archive at {folder}.")
        engine = cls(folder, read_only=read_only, lock_timeout=lock_timeout)
        try:
            engine._database.open_existing()
        except BaseException:
            engine.close()
            raise
        return engine

    # -- life

    def close(self) -> None:
        """Close the archive. What was written stays, and is published by whoever opens it next."""
        self._views.close()
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def manifest(self, *, timeout: float | None = None) -> Manifest | None:
        return self._small.manifest()

    def create(self, manifest: Manifest) -> None:
        self._small.create(manifest, self.remade_by)

    # -- writing

    def write(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        with self._database.writing() as connection:
            self._views.announce()
            writer = ArticleWriter(connection)
            writer.write(entries)
            writer.finish()
        self._count_unpublished(len(entries))

    def delete(self, ids: Iterable[str]) -> int:
        with self._database.writing() as connection:
            self._views.announce()
            writer = ArticleWriter(connection)
            count = writer.delete(dict.fromkeys(ids))
            writer.finish()
        self._count_unpublished(count)
        return count

    def refresh(self) -> None:
        if self._database.exists and not self._database.read_only:
            self._views.refresh()
            self._unpublished = 0

    def settle(self, before: int) -> None:
        """Do nothing: the views are merged as they are brought up."""

    def hashes(self, ids: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        with self._database.reading() as connection:
            for chunk in chunks(ids):
                found.update(
                    connection.execute(
                        f"SELECT id, hash FROM articles WHERE gone IS NULL AND {among('id', chunk)}", chunk
                    ).fetchall()
                )
        return found

    def _count_unpublished(self, count: int) -> None:
        self._unpublished += count
        if self._unpublished >= _UNPUBLISHED_ARTICLES:
            self.refresh()

    # -- looking up

    def begin(self, ask: Callable[[Engine], T]) -> Callable[[], T]:
        return partial(ask, self)

    def match(self, legs: Sequence[Leg], *, timeout: float | None = None) -> list[LegResult]:
        deadline = Deadline(timeout)

        def run(snapshot: Snapshot) -> list[LegResult]:
            results = []
            for leg in legs:
                results.append(reading.run_leg(snapshot, leg))
                deadline.check()
            return results

        nothing = LegResult([], np.zeros(0, np.float32), np.zeros(0, np.int32), 0)
        return self._with_snapshot(run, [nothing] * len(legs))

    def gather(self, request: GatherRequest, *, timeout: float | None = None) -> Gathered:
        deadline = Deadline(timeout)

        def run(snapshot: Snapshot | None) -> Gathered:
            gathered = reading.gather(self._database, snapshot, request)
            deadline.check()
            return gathered

        return self._with_snapshot(run, None) or run(None)

    def browse(
        self, union: Union, *, sort: Sort, size: int, offset: int = 0, timeout: float | None = None
    ) -> tuple[list[str], int]:
        deadline = Deadline(timeout)

        def run(snapshot: Snapshot) -> tuple[list[str], int]:
            page = reading.browse(snapshot, union, sort, size, offset)
            deadline.check()
            return page

        nothing: tuple[list[str], int] = ([], 0)
        return self._with_snapshot(run, nothing)

    def articles(self, ids: Sequence[str]) -> dict[str, Article]:
        with self._database.reading() as connection:
            return reading.articles_by_id(connection, ids)

    def passages(self, article_id: str, *, vectors: bool = False) -> tuple[StoredPassage, ...]:
        with self._database.reading() as connection:
            found = reading.passages_by_id(connection, [article_id], codes=True, vectors=vectors)
        return found.get(article_id, ())

    def vectors(
        self, ids: Sequence[str], *, lead: bool = False, timeout: float | None = None
    ) -> dict[str, FloatArray]:
        deadline = Deadline(timeout)
        with self._database.reading() as connection:
            found = reading.passages_by_id(connection, ids, codes=False, vectors=True, first=lead)
        deadline.check()
        return reading.stacked(found)

    def scan(self, union: Union = Union(), *, batch: int = 500) -> Iterator[Article]:  # noqa: B008 - frozen
        def of(snapshot: Snapshot) -> tuple[int, Positions]:
            return snapshot.columns.sequence, reading.rows_by_id(snapshot, union)

        while True:
            sequence, rows = self._with_snapshot(of, (0, NO_ROWS))
            with self._database.moment() as connection:
                (published,) = connection.execute("SELECT published FROM state").fetchone()
                if published > sequence and len(rows):
                    continue  # versions that the snapshot knows may be gone by now
                yield from reading.articles_of_rows(connection, rows, batch)
                return

    def stats(self) -> EngineStats:
        with self._database.reading() as connection:
            articles, passages, words, sequence, published = connection.execute(
                """SELECT (SELECT count(*) FROM articles WHERE gone IS NULL),
                    (SELECT count(*) FROM passages p JOIN articles a ON a.row = p.article WHERE a.gone IS NULL),
                    (SELECT count(*) FROM words), sequence, published FROM state"""
            ).fetchone()
        return EngineStats(
            articles,
            passages,
            words,
            folder_size(self.folder),
            {
                "database_bytes": folder_size(self.folder, "archive.sqlite3*"),
                "views_bytes": folder_size(self.folder / "views"),
                "changes": sequence,
                "changes_in_views": published,
            },
        )

    def check(self, *, repair: bool = False) -> list[Finding]:
        return check_archive(self.folder, self._database, self._views, repair=repair)

    # -- words and records

    def vocabulary(self, *, min_articles: int = 2) -> Iterator[WordCount]:
        return self._small.vocabulary(min_articles)

    def write_words(self, words: Sequence[Word]) -> None:
        self._small.write_words(words)

    def words(self, *, vectors: bool = True) -> Iterator[Word]:
        return self._small.words(vectors)

    def put_records(self, kind: str, records: Mapping[str, Mapping[str, Any]]) -> None:
        self._small.put_records(kind, records)

    def records(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        return self._small.records(kind)

    def record_kinds(self) -> list[str]:
        return self._small.record_kinds()

    def delete_records(self, kind: str, keys: Iterable[str]) -> int:
        return self._small.delete_records(kind, keys)

    # -- snapshots

    def _with_snapshot(self, read: Callable[[Snapshot], T], nothing: T) -> T:
        """Return what `read` makes of the present snapshot; views that prove broken are made anew, once."""
        snapshot = self._views.current()
        if snapshot is None:
            return nothing
        try:
            return read(snapshot)
        except ViewBroken:
            self._views.rebuild()
        snapshot = self._views.current()
        try:
            return nothing if snapshot is None else read(snapshot)
        except ViewBroken as error:
            raise EngineUnavailable(f"The archive's views cannot be used: {error}") from error


def _refuse_lost(folder: Path) -> None:
    """Raise where views stand beside no database, or an empty one: a new archive must not be begun there."""
    path = folder / FILE
    if (folder / FOLDER / STATE_FILE).exists() and not (path.exists() and path.stat().st_size):
        raise EngineUnavailable(
            f"The archive's database is lost: {path} is {'empty' if path.exists() else 'gone'}.",
            remedy=f"Restore a backup; or delete {folder / FOLDER}, and a new archive is begun.",
        )
