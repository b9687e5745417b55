"""Read quarantined records again."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from indexer.errors import UnreadableSource
from indexer.ingest.quarantine import Quarantine, Quarantined
from indexer.readers import ReadOptions, Record, read


def records_to_retry(quarantine: Quarantine, options: ReadOptions) -> Iterator[Record]:
    """Yield the records of every file that has quarantined ones, under the place they were first read at.

    A file that still exists is read whole: it may have been mended, and what is stored already costs nothing.
    Of one that is gone (or was standard input) the kept records themselves are read.
    """
    by_file: dict[str, list[Quarantined]] = defaultdict(list)
    for entry in quarantine:
        by_file[entry.file].append(entry)
    for file, entries in by_file.items():
        if Path(file).is_file():
            yield from _read_file(file, options)
        else:
            for entry in entries:
                yield from _read_kept(entry, options)


def _read_file(file: str, options: ReadOptions) -> Iterator[Record]:
    try:
        yield from read([file], options)
    except UnreadableSource as error:
        yield Record(article=None, file=file, line=0, reason=error.message)


def _read_kept(entry: Quarantined, options: ReadOptions) -> Iterator[Record]:
    place = {"file": entry.file, "line": entry.line}
    try:
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8", errors="replace") as kept:
            kept.write(entry.raw + "\n")
            kept.flush()
            for record in read([kept.name], options):
                yield replace(record, **place)
    except UnreadableSource:
        yield Record(article=None, reason=entry.reason, raw=entry.raw, **place)
