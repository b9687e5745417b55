"""Make an archive anew from its own articles: for another model, other passages, a newer text analysis."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.archive import Archive
from indexer.engines import EMBEDDED, open_engine
from indexer.errors import SchemaMismatch, SettingsError
from indexer.ingest import quarantine

if TYPE_CHECKING:
    from indexer.engines.base import Engine
    from indexer.ingest.pipeline import Progress
    from indexer.ingest.report import IngestReport
    from indexer.settings import Settings

#: What an archive keeps beside its articles that cannot be made from them.
RECORD_KINDS = (quarantine.KIND,)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    report: IngestReport
    #: Where the archive as it was now lies; None when the run was interrupted and nothing was replaced.
    before: Path | None


def rebuild(settings: Settings, *, progress: Progress | None = None) -> Rebuilt:
    """Build the archive beside itself with the settings of now, then put it in its own place.

    An interrupted rebuild goes on when it is run again. The archive as it was is kept. Raises `SettingsError`
    where there is nothing to rebuild.
    """
    if settings.engine != EMBEDDED:
        raise SettingsError(
            "Only an archive in a folder can be rebuilt.",
            remedy="On a cluster `newsarchive generations build` does this beside the archive in use.",
        )
    folder = settings.archive.absolute()
    with open_engine(settings) as old:
        if old.manifest() is None:
            raise SettingsError(f"There is no archive in {settings.archive}.")
        with _open_new(settings, folder.with_name(f"{folder.name}.rebuilding")) as new:
            report = new.add(old.scan(), progress=progress)
            if report.interrupted:
                return Rebuilt(report, None)
            _copy_records(old, new.engine)
    before = _free_name(folder)
    folder.rename(before)
    new.settings.archive.rename(folder)
    return Rebuilt(report, before)


def _open_new(settings: Settings, building: Path) -> Archive:
    """Open what an interrupted rebuild has left; an empty archive where its settings were other ones."""
    building_settings = settings.model_copy(update={"archive": building})
    try:
        return Archive.open(building_settings)
    except SchemaMismatch:
        shutil.rmtree(building)
        return Archive.open(building_settings)


def _copy_records(old: Engine, new: Engine) -> None:
    for kind in RECORD_KINDS:
        records = dict(old.records(kind))
        if records:
            new.put_records(kind, records)


def _free_name(folder: Path) -> Path:
    number = 1
    while (candidate := folder.with_name(f"{folder.name}.before-{number}")).exists():
        number += 1
    return candidate
