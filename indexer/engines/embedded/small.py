"""The manifest, words, vocabulary and small records: plain tables, seen as soon as they are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from indexer.engines.base import Manifest, Word, WordCount
from indexer.engines.embedded.database import Database
from indexer.engines.embedded.stored import decode_vector, encode_vector
from indexer.errors import EngineUnavailable

_BATCH = 500


class SmallTables:
    """What the engine stores besides articles. Iterators see the archive as it was when they began."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def manifest(self) -> Manifest | None:
        with self._database.reading() as connection:
            (stored,) = connection.execute("SELECT manifest FROM state").fetchone()
        return None if stored is None else Manifest(**orjson.loads(stored))

    def create(self, manifest: Manifest, remade_by: str) -> None:
        """Store the manifest of a new archive; refuse one that differs from what is stored."""
        with self._database.writing() as connection:
            (stored,) = connection.execute("SELECT manifest FROM state").fetchone()
            if stored is None:
                connection.execute("UPDATE state SET manifest = ?", (orjson.dumps(manifest.to_dict()),))
                return
        Manifest(**orjson.loads(stored)).check(manifest, remade_by)

    def vocabulary(self, min_articles: int) -> Iterator[WordCount]:
        with self._database.moment() as connection:
            rows = connection.execute(
                "SELECT form, stem, language, articles FROM vocabulary WHERE articles >= ? ORDER BY language, form",
                (min_articles,),
            )
            while batch := rows.fetchmany(_BATCH):
                for row in batch:
                    yield WordCount(*row)

    def write_words(self, words: Sequence[Word]) -> None:
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO words (language, stem, surface, articles, skeleton, vector)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (
                        word.language,
                        word.stem,
                        word.surface,
                        word.articles,
                        word.skeleton,
                        None if word.vector is None else encode_vector(word.vector),
                    )
                    for word in words
                ],
            )

    def words(self, vectors: bool) -> Iterator[Word]:
        vector = "vector" if vectors else "NULL"
        with self._database.moment() as connection:
            rows = connection.execute(
                f"SELECT stem, language, surface, articles, skeleton, {vector} FROM words ORDER BY language, stem"
            )
            while batch := rows.fetchmany(_BATCH):
                for stem, language, surface, articles, skeleton, blob in batch:
                    near = None if blob is None else decode_vector(blob)
                    yield Word(stem, language, surface, articles, skeleton, near)

    def put_records(self, kind: str, records: Mapping[str, Mapping[str, Any]]) -> None:
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO records VALUES (?, ?, ?)",
                [(kind, key, orjson.dumps(dict(record))) for key, record in records.items()],
            )

    def records(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        with self._database.moment() as connection:
            rows = connection.execute("SELECT key, record FROM records WHERE kind = ? ORDER BY key", (kind,))
            while batch := rows.fetchmany(_BATCH):
                for key, record in batch:
                    try:
                        yield key, orjson.loads(record)
                    except orjson.JSONDecodeError:
                        raise EngineUnavailable(
                            f"What the archive has stored as {kind} {key!r} is damaged.",
                            remedy="Restore a backup.",
                        ) from None

    def record_kinds(self) -> list[str]:
        with self._database.reading() as connection:
            return [kind for (kind,) in connection.execute("SELECT DISTINCT kind FROM records ORDER BY kind")]

    def delete_records(self, kind: str, keys: Iterable[str]) -> int:
        with self._database.writing() as connection:
            before = connection.total_changes
            connection.executemany(
                "DELETE FROM records WHERE kind = ? AND key = ?", [(kind, key) for key in keys]
            )
            return connection.total_changes - before
