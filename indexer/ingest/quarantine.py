"""Records that could not be indexed: kept with file, line and reason until they are mended or dropped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from indexer.engines.base import Engine

KIND = "quarantine"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One bad record. `raw` is the start of it, as it was read."""

    file: str
    line: int
    reason: str
    raw: str = ""
    article_id: str = ""
    at: str = ""

    @property
    def key(self) -> str:
        """One place has one entry, however often it is read."""
        place = f"{self.file}\0{self.line}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(place, digest_size=12).hexdigest()


class Quarantine:
    """The quarantine of one archive, kept by its engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, entries: Iterable[Quarantined]) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        records = {entry.key: {**asdict(entry), "at": entry.at or now} for entry in entries}
        if records:
            self._engine.put_records(KIND, records)

    def __iter__(self) -> Iterator[Quarantined]:
        for _, record in self._engine.records(KIND):
            yield Quarantined(**record)

    def remove(self, keys: Iterable[str]) -> int:
        return self._engine.delete_records(KIND, keys)

    def settle(self, files: Iterable[str], still_bad: set[str]) -> int:
        """Drop the entries of files that were read again and whose records are bad no more."""
        read = set(files)
        return self.remove([entry.key for entry in self if entry.file in read and entry.key not in still_bad])
