"""What is wrong with this archive, its model and this machine, and how to mend it."""

from __future__ import annotations

import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.engines.base import Finding
from indexer.errors import ArchiveError

if TYPE_CHECKING:
    from indexer.archive import Archive

_LEAST_FREE_BYTES = 2_000_000_000
_LIBRARIES = ("numpy", "onnxruntime", "tantivy", "sentence-transformers", "opensearch-py", "flask")


def examine(archive: Archive, *, repair: bool = False) -> list[Finding]:
    """Return the findings, the machine's first, then the model's, then the engine's own."""
    return [
        _versions(),
        _disk(archive.settings.cache),
        _model(archive),
        *archive.engine.check(repair=repair),
        _quarantine(archive),
    ]


def _versions() -> Finding:
    installed = []
    for name in _LIBRARIES:
        try:
            installed.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            return Finding("error", f"{name} is not installed.", "Run `make demo` or install again.")
    return Finding("ok", f"Python {sys.version.split()[0]}, {', '.join(installed)}.")


def _disk(folder: Path) -> Finding:
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    what = f"{free / 1e9:.1f} GB are free where the cache is ({folder})."
    if free < _LEAST_FREE_BYTES:
        return Finding("warning", what, "Free some space, or set NEWSARCHIVE_CACHE to another folder.")
    return Finding("ok", what)


def _model(archive: Archive) -> Finding:
    try:
        fingerprint = archive.encoder.fingerprint
        archive.encoder.warm_up()
    except ArchiveError as error:
        return Finding("error", error.message, error.remedy)
    return Finding("ok", f"The model {fingerprint.name} loads ({fingerprint.dimensions} dimensions).")


def _quarantine(archive: Archive) -> Finding:
    count = sum(1 for _ in archive.quarantine)
    if count:
        return Finding(
            "warning", f"{count} records are in quarantine.", "See them with `newsarchive quarantine list`."
        )
    return Finding("ok", "Nothing is in quarantine.")
