"""Records that could not be indexed: kept with file, line and reason until they are mended or dropped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from heapq import nsmallest
from itertools import islice
from typing import Any

from indexer.article import UNKNOWN_LANGUAGE
from indexer.engines.base import Engine
from indexer.ingest.origins import without_origin
from indexer.readers import Record
from indexer.readers.base import raw_of

KIND = "quarantine"
#: So many bad records of a file are kept; the others are counted, so that a file of another kind that is taken
#: for articles does not fill the archive.
MOST_OF_A_FILE = 1_000
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One bad record. `raw` is the start of it, as it was read.

    Of an article that was refused later, and was no JSON object of its own, it is the start of what an export writes.
    """

    file: str
    line: int
    reason: str
    raw: str = ""
    article_id: str = ""
    at: str = ""
    #: What its file was read with (`ReadOptions.said`), so that a retry reads it in the same way.
    options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Record, reason: str, options: Mapping[str, Any] | None = None) -> Quarantined:
        """Return the entry for a record."""
        article = record.article
        raw = record.raw
        if article is not None and not raw:
            data = without_origin(article).to_dict()
            if article.language == UNKNOWN_LANGUAGE:  # nobody wrote it
                del data["language"]
            raw = raw_of(json.dumps(data, ensure_ascii=False))
        article_id = _clean(article.id) if article else ""
        return cls(
            _clean(record.file),
            record.line,
            _clean(reason),
            _clean(raw),
            article_id,
            options=_clean_options(options),
        )

    @classmethod
    def of_the_others(cls, file: str, bad: int, options: Mapping[str, Any] | None = None) -> Quarantined:
        """Return the entry that stands for the bad records of a file which are only counted."""
        others = bad - MOST_OF_A_FILE
        reason = f"{others:,} more of its records are bad; only the first {MOST_OF_A_FILE:,} are kept."
        return cls(_clean(file), 0, reason, options=_clean_options(options))

    @property
    def key(self) -> str:
        """The same record at the same place has one entry, however often it is read.

        A line may hold several records (a JSON array), so the place alone is not enough.
        """
        whole = f"{self.file}\0{self.line}\0{self.article_id}\0{self.raw}".encode()
        return hashlib.blake2b(whole, digest_size=12).hexdigest()


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
        """Yield the entries by key, without holding them all."""
        for _, record in self._engine.records(KIND):
            yield Quarantined(**record)

    def in_order(self, most: int | None = None) -> list[Quarantined]:
        """Return the entries, at most the first *most*, by file and line; what is told of a whole file comes last."""

        def place(entry: Quarantined) -> tuple[str, bool, int]:
            return entry.file, not entry.line, entry.line

        return sorted(self, key=place) if most is None else nsmallest(most, self, key=place)

    def remove(self, keys: Iterable[str]) -> int:
        """Drop entries; return how many there were."""
        keys = iter(keys)
        count = 0
        while batch := list(islice(keys, _BATCH)):
            count += self._engine.delete_records(KIND, batch)
        return count

    def settle(self, was_read: Callable[[str], bool], was_kept: Callable[[str], bool]) -> int:
        """Drop the entries of files that were read again, less those that were kept anew."""
        stale = [
            key
            for key, record in self._engine.records(KIND)
            if was_read(record["file"]) and not was_kept(key)
        ]  # a list: an engine need not bear deleting while it is read
        return self.remove(stale)


def _clean_options(options: Mapping[str, Any] | None) -> dict[str, Any]:
    cleaned: dict[str, Any] = json.loads(_clean(json.dumps(dict(options or {}), ensure_ascii=False)))
    return cleaned


def _clean(text: str) -> str:
    """Return text that any store takes: lone surrogates become question marks."""
    return text.encode("utf-8", "replace").decode()
