"""Read quarantined records again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from indexer.errors import UnreadableSource
from indexer.ingest.quarantine import Quarantine, Quarantined
from indexer.readers import ReadOptions, Record, read, read_raw


def records_to_retry(quarantine: Quarantine, options: ReadOptions) -> Iterator[Record]:
    """Yield the records of every file that has quarantined ones, under the place they were first read at.

    A file that still exists (or a folder that could not be entered) is read whole: it may have been mended, and
    what is stored already costs nothing. Of one that is gone (or was standard input) the kept records themselves
    are read. Each is read with what its file was indexed with, unless *options* say something else.
    """
    last = options_by_file(quarantine)
    gone = {file for file in last if not _is_there(file)}
    for file in sorted(last):
        if file not in gone:
            yield from _read_file(file, options.over(last[file]))
    for entry in quarantine if gone else ():
        if entry.file in gone:
            yield _read_kept(entry, options.over(entry.options))


def options_by_file(quarantine: Quarantine) -> dict[str, Mapping[str, Any]]:
    """Return for each file that has quarantined records what it was read with the last time."""
    at: dict[str, str] = {}
    last: dict[str, Mapping[str, Any]] = {}
    for entry in quarantine:
        if entry.at >= at.get(entry.file, ""):
            at[entry.file], last[entry.file] = entry.at, entry.options
    return last


def _is_there(file: str) -> bool:
    try:
        return Path(file).is_file() or Path(file).is_dir()
    except OSError:
        return False


def _read_file(file: str, options: ReadOptions) -> Iterator[Record]:
    try:
        yield from read([file], options)
    except UnreadableSource as error:
        yield Record(None, file, 0, str(error))


def _read_kept(entry: Quarantined, options: ReadOptions) -> Record:
    # Anything else would be taken for a pasted text, and broken JSON is none.
    if entry.raw.lstrip().startswith("{"):
        record = read_raw(entry.raw, options, file=entry.file, line=entry.line)
        if record.article is not None:
            return record
    return Record(None, entry.file, entry.line, entry.reason, entry.raw)
