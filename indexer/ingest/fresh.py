"""Articles that no saved search has looked at yet: noted while they are written, taken by the alerts.

A note is made before its article is stored, so that none is missed whatever is killed when; a note without an
article is passed over. Where nobody has saved a search nothing is noted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from indexer.engines.base import Engine

#: Kind of the records of saved searches; `indexer.alerts.saved` says what is in them.
SAVED = "saved-search"
KIND = "fresh"


class Fresh:
    """The notes of one archive, kept by its engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def is_wanted(self) -> bool:
        """Say whether there is a saved search that waits for new articles."""
        return next(iter(self._engine.records(SAVED)), None) is not None

    def note(self, ids: Sequence[str]) -> None:
        if ids:
            self._engine.put_records(KIND, {article_id: {} for article_id in ids})

    def batches(self, size: int) -> Iterator[list[str]]:
        """Yield the noted ids, so many at a time, those noted meanwhile too; each batch must be done first."""
        while batch := [article_id for article_id, _ in islice(self._engine.records(KIND), size)]:
            yield batch

    def done(self, ids: Sequence[str]) -> None:
        self._engine.delete_records(KIND, ids)
