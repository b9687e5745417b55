"""Articles that no saved search has looked at yet: noted while they are written, taken by the alerts.

A note is made before its article is stored, so that none is missed whatever is killed when. It names the hash that the
article is stored with: alerts may be run while a load goes on, and a note whose article readers do not see yet waits
for the next run. One that has waited for long is of an article that was never stored, or was changed or deleted since.
Where nobody has saved a search nothing is noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from indexer.article import Article
from indexer.engines.base import Engine
from indexer.ingest.origins import split_hash

#: Kind of the records of saved searches; `indexer.alerts.saved` says what is in them.
SAVED = "saved-search"
KIND = "fresh"
#: After so long a note is taken whatever is stored under its id: no load needs a day for one batch.
LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Note:
    """One article that is new or has changed. Those of an older version of this program name no hash."""

    key: str
    article: str
    hash: str = ""
    at: str = ""

    def waits_for(self, seen: Article | None) -> bool:
        """Say whether *seen*, what readers see under this id, is not yet the article that was noted."""
        if not self.hash or (seen is not None and split_hash(seen)[1] == self.hash):
            return False
        return datetime.now(UTC) - datetime.fromisoformat(self.at) < LONGEST


class Fresh:
    """The notes of one archive, kept by its engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def is_wanted(self) -> bool:
        """Say whether there is a saved search that waits for new articles."""
        return next(iter(self._engine.records(SAVED)), None) is not None

    def note(self, hashes: Mapping[str, str]) -> None:
        """Note articles that are about to be stored: id -> the hash that each is stored with."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        if hashes:
            # The hash is in the key, so that what is done with one version takes no note of the next.
            notes = {
                f"{hash_} {article_id}": {"article": article_id, "hash": hash_, "at": now}
                for article_id, hash_ in hashes.items()
            }
            self._engine.put_records(KIND, notes)

    def batches(self, size: int) -> Iterator[list[Note]]:
        """Yield the notes, each once and so many at a time, those made meanwhile too."""
        given: set[str] = set()
        while batch := list(islice(self._notes(given), size)):
            given.update(note.key for note in batch)
            yield batch

    def done(self, notes: Iterable[Note]) -> None:
        self._engine.delete_records(KIND, [note.key for note in notes])

    def _notes(self, given: set[str]) -> Iterator[Note]:
        for key, record in self._engine.records(KIND):
            if key not in given:
                yield _note(key, record)


def _note(key: str, record: Mapping[str, Any]) -> Note:
    return Note(key, **record) if record else Note(key, key)
