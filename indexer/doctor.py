"""What is wrong with this machine, the model and the archive, and how to mend it."""

from __future__ import annotations

import re
import shutil
import sqlite3
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.engines.base import Finding
from indexer.errors import ArchiveError, EngineError
from indexer.wording import counted

if TYPE_CHECKING:
    from indexer.archive import Archive
    from indexer.settings import Settings

DISTRIBUTION = "newsarchive"
_LEAST_FREE_BYTES = 2_000_000_000
_NAMED = ("numpy", "onnxruntime", "tantivy", "sentence-transformers", "opensearch-py", "flask")
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)\s*(?:(?P<relation>>=|==)\s*(?P<version>[\d.]+))?")


def examine(archive: Archive, *, repair: bool = False) -> list[Finding]:
    """Return the findings, the machine's first, then the model's, then the archive's own."""
    findings = [
        *examine_machine(archive.settings),
        _model(archive),
        *archive.engine.check(repair=repair),
    ]
    missing: ArchiveError | None
    try:
        missing = archive.missing()
    except EngineError as error:
        missing = error
    if missing:
        return [*findings, Finding("error", missing.message, missing.remedy)]
    return [*findings, _words(archive, repair), _quarantine(archive)]


def examine_machine(settings: Settings) -> list[Finding]:
    """Return what can be said without an archive, as when it cannot be opened."""
    return [_versions(settings), _disk(settings.cache), *_encode_cache(settings), *_translation(settings)]


_TORCH = re.compile(r"torch\b")


def wrong_versions(requirements: list[str]) -> list[str]:
    """Return what is missing or too old among requirements such as `numpy>=2.3`, in words."""
    wrong = []
    for requirement in requirements:
        match = _REQUIREMENT.match(requirement)
        if match is None:
            continue
        name, relation, wanted = match.group("name", "relation", "version")
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{name} is not installed")
            continue
        have, want = _numbers(installed), _numbers(wanted or "0")
        if relation == "==" and have != want:
            wrong.append(f"{name} {installed} is installed, {wanted} is needed")
        elif have < want:
            wrong.append(f"{name} {installed} is older than {wanted}")
    return wrong


def _numbers(version: str) -> tuple[int, ...]:
    """Return the release of a version, without zeros at its end (2.0 is 2)."""
    numbers = [int(number) for number in re.findall(r"\d+", re.split(r"[^\d.]", version, maxsplit=1)[0])]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _versions(settings: Settings) -> Finding:
    try:
        # A marker after a semicolon belongs to an extra or to another system.
        requirements = [text for text in metadata.requires(DISTRIBUTION) or () if ";" not in text]
    except metadata.PackageNotFoundError:
        requirements = list(_NAMED)  # run from its source, without being installed
    if settings.backend == "onnx":  # as in the image, which leaves it out
        requirements = [text for text in requirements if not _TORCH.match(text)]
    if wrong := wrong_versions(requirements):
        return Finding("error", f"{'; '.join(wrong)}.", "Install again: `make install`, or with pip.")
    installed = ", ".join(f"{name} {metadata.version(name)}" for name in _NAMED)
    return Finding(
        "ok", f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}, {installed} are installed."
    )


def _disk(folder: Path) -> Finding:
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    what = f"{free / 1e9:.1f} GB are free where the cache is ({folder})."
    if free < _LEAST_FREE_BYTES:
        return Finding("warning", what, "Free some space, or set NEWSARCHIVE_CACHE to another folder.")
    return Finding("ok", what)


def _encode_cache(settings: Settings) -> list[Finding]:
    from indexer.models.cache import FILE_NAME, EncodeCache

    path = settings.cache / FILE_NAME
    if not settings.encode_cache or not path.exists():
        return []
    try:
        EncodeCache(settings.cache).close()
    except ArchiveError as error:
        return [Finding("error", error.message, error.remedy)]
    return [Finding("ok", f"The encode cache can be used ({path.stat().st_size / 1e6:,.0f} MB).")]


def _translation(settings: Settings) -> list[Finding]:
    from indexer.translation.folders import find_models

    if settings.translation_models is None:
        return []
    models, unusable = find_models(settings.translation_models)
    findings = [
        Finding("warning", f"{item.path} is no translation model that can be used: {item.reason}.")
        for item in unusable
    ]
    missing = wrong_versions(["ctranslate2", "sentencepiece"])
    if models and missing:
        remedy = 'Install them: pip install "newsarchive[translate]".'
        findings.append(Finding("error", f"Articles cannot be translated: {'; '.join(missing)}.", remedy))
    elif models:
        names = ", ".join(found.model.name for found in models)
        findings.append(Finding("ok", f"Articles are translated by {names}."))
    else:
        findings.append(Finding("error", f"There is no translation model in {settings.translation_models}."))
    return findings


def _model(archive: Archive) -> Finding:
    try:
        fingerprint = archive.encoder.fingerprint
        archive.encoder.warm_up()
    except ArchiveError as error:
        return Finding("error", error.message, error.remedy)
    except Exception as error:
        # Each library has its own words for a damaged file; none of them may end the examination.
        return Finding(
            "error",
            f"The model cannot be loaded: {error}.",
            f"Delete {archive.settings.cache / 'models'}: what is in it is made anew.",
        )
    return Finding("ok", f"The model {fingerprint.name} loads ({fingerprint.dimensions} dimensions).")


def _words(archive: Archive, repair: bool) -> Finding:
    from indexer.ingest.unfinished import articles_before

    if articles_before(archive.engine) is None:
        return Finding("ok", "The words of the archive are up to date.")
    if not repair:
        return Finding(
            "warning",
            "The words of the archive are behind its articles: a run was cut off, or is going on.",
            "`newsarchive doctor --repair` mends it, as does the same `newsarchive index` again.",
        )
    try:
        words = archive.catch_up()
    except ArchiveError as error:
        return Finding("error", error.message, error.remedy)
    return Finding("ok", f"The words of the archive were brought up to date ({words.encoded:,} are new).")


def _quarantine(archive: Archive) -> Finding:
    count = sum(1 for _ in archive.quarantine)
    if count:
        return Finding(
            "warning",
            f"{counted(count, 'record')} in quarantine.",
            "See them with `newsarchive quarantine list`.",
        )
    return Finding("ok", "Nothing is in quarantine.")
