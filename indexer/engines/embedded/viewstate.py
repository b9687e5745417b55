"""Where the views stand: one small file, replaced in one step, so that both views move together.

It also holds a seal (size, time and checksum) of each of the views' files: a file that is not what its writer
left is found before it is used. A file whose size and time are as they were is not read again.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from indexer.engines.embedded.failures import ViewBroken, view_errors

FILE = "views.json"
#: Raised when the views' own files change shape; older ones are then made anew.
FORMAT = 5
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Seal:
    size: int
    modified: int  # nanoseconds
    checksum: int  # CRC-32 of the first `size` bytes


@dataclass(frozen=True, slots=True)
class ViewState:
    """Both views hold every change up to `sequence`. `folder` is a name inside the views' folder."""

    sequence: int
    #: The token that the database has for this sequence number.
    token: str
    folder: str
    opstamp: int
    passages: int
    dimensions: int
    seals: Mapping[str, Seal]


def read_state(views: Path) -> ViewState | None:
    """Return the state, None where there is none. Raises `ViewBroken` for one that cannot be read."""
    with view_errors():
        try:
            data: dict[str, Any] = orjson.loads((views / FILE).read_bytes())
        except FileNotFoundError:
            return None
        if data.pop("format") != FORMAT:
            raise ViewBroken("The views are of another format.")
        data["seals"] = {name: Seal(*seal) for name, seal in data["seals"].items()}
        return ViewState(**data)


def write_state(views: Path, state: ViewState) -> None:
    """Replace the state in one step, durably."""
    data = asdict(state) | {"format": FORMAT}
    data["seals"] = {name: [s.size, s.modified, s.checksum] for name, s in state.seals.items()}
    temporary = views / f"{FILE}.new"
    with temporary.open("wb") as file:
        file.write(orjson.dumps(data))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(views / FILE)


def seal_files(folder: Path, names: Iterable[str], old: Mapping[str, Seal]) -> dict[str, Seal]:
    """Return the seals of files that are only appended to or never changed; checksums go on from the old ones."""
    return {name: _seal(folder / name, old.get(name)) for name in names}


def broken_seal(folder: Path, seals: Mapping[str, Seal], *, thorough: bool = False) -> str | None:
    """Return the name of a file that is not what its writer left, None where all are well.

    Only a `thorough` look reads files whose size and time are as they were.
    """
    for name, seal in seals.items():
        try:
            status = (folder / name).stat()
        except FileNotFoundError:
            return name
        if not thorough and status.st_size == seal.size and status.st_mtime_ns == seal.modified:
            continue
        if status.st_size < seal.size or _checksum(folder / name, 0, seal.size, 0) != seal.checksum:
            return name
    return None


def _seal(path: Path, old: Seal | None) -> Seal:
    status = path.stat()
    if old and status.st_size == old.size and status.st_mtime_ns == old.modified:
        return old
    start, checksum = (old.size, old.checksum) if old and status.st_size >= old.size else (0, 0)
    return Seal(status.st_size, status.st_mtime_ns, _checksum(path, start, status.st_size, checksum))


def _checksum(path: Path, start: int, end: int, checksum: int) -> int:
    with path.open("rb") as file:
        file.seek(start)
        while start < end and (block := file.read(min(_BLOCK, end - start))):
            checksum = zlib.crc32(block, checksum)
            start += len(block)
    return checksum
