"""Make an archive anew from its own articles: for another model, other passages, a newer text analysis."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.archive import Archive, no_archive
from indexer.durable import sync
from indexer.engines import EMBEDDED, open_engine
from indexer.errors import SchemaMismatch, SettingsError
from indexer.ingest.report import IngestReport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from indexer.engines.base import Engine
    from indexer.ingest.pipeline import Progress
    from indexer.models.base import Encoder
    from indexer.settings import Settings

_BATCH = 500
#: A file in a rebuilt archive that has everything, until it stands in its place.
_FINISHED = "rebuild-finished"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    report: IngestReport
    #: Where the archive as it was now lies; None when the run was interrupted and nothing was replaced.
    before: Path | None


def rebuild(
    settings: Settings, *, encoder: Encoder | None = None, progress: Progress | None = None
) -> Rebuilt:
    """Build the archive beside itself with the settings of now, then put it in its own place.

    An interrupted rebuild goes on when it is run again. The archive as it was is kept. Nobody should write to it
    meanwhile. Raises `SettingsError` where there is nothing to rebuild, as where only an unfinished rebuild is there.
    """
    if settings.engine != EMBEDDED:
        raise SettingsError(
            "Only an archive in a folder can be rebuilt.",
            remedy="On a cluster `newsarchive generations build` does this beside the archive in use.",
        )
    folder = settings.archive.resolve()  # a link to it stays one
    if folder.is_mount():
        raise SettingsError(
            f"{folder} is a mount point, so that a rebuilt archive cannot take its place.",
            remedy="Move what is in it to a folder below, name that one as the archive, and rebuild it there.",
        )
    building = folder.with_name(f"{folder.name}.rebuilding")
    before = _free_name(folder)
    finished = building / _FINISHED
    if building.exists() and not folder.exists():
        if not finished.exists():
            raise SettingsError(
                f"{no_archive(settings).message} {building} is an unfinished rebuild.",
                remedy="Put the archive back in its place and run `newsarchive rebuild` again, or delete that folder.",
            )
        # A rebuild died between its two renamings, with everything done but the last.
        _put_in_place(building, folder)
        return Rebuilt(IngestReport(), _last_name(folder))
    finished.unlink(missing_ok=True)  # the archive may have changed since
    with open_engine(settings) as old:
        if old.manifest() is None:
            raise no_archive(settings)
        with _open_new(settings, building, encoder) as new:
            _drop_deleted(old, new.engine)
            report = new.add(old.scan(), progress=progress)
            if report.interrupted:
                return Rebuilt(report, None)
            _copy_records(old, new.engine)
    finished.touch()
    for path in (finished, building):
        sync(path)
    folder.rename(before)
    _put_in_place(building, folder)
    return Rebuilt(report, before)


def _put_in_place(building: Path, folder: Path) -> None:
    building.rename(folder)
    (folder / _FINISHED).unlink()


def _open_new(settings: Settings, building: Path, encoder: Encoder | None) -> Archive:
    """Open what an interrupted rebuild has left; an empty archive where its settings were other ones."""
    building_settings = settings.model_copy(update={"archive": building})
    try:
        return Archive.open(building_settings, encoder=encoder)
    except SchemaMismatch:
        shutil.rmtree(building)
        return Archive.open(building_settings, encoder=encoder)


def _drop_deleted(old: Engine, new: Engine) -> None:
    """Delete what an interrupted rebuild has taken over and the archive has lost since."""

    def batches() -> Iterator[list[str]]:
        ids = (article.id for article in new.scan())
        while batch := list(islice(ids, _BATCH)):
            yield batch

    for batch in batches():
        there = old.hashes(batch)
        new.delete([article_id for article_id in batch if article_id not in there])


def _copy_records(old: Engine, new: Engine) -> None:
    """Take over what an archive keeps beside its articles, but for what has been made from them anew."""
    from indexer.search.derived import DERIVED

    for kind in old.record_kinds():
        if kind not in DERIVED:
            new.put_records(kind, dict(old.records(kind)))


def _free_name(folder: Path) -> Path:
    return next(name for name in _names_before(folder) if not name.exists())


def _last_name(folder: Path) -> Path | None:
    last = None
    for name in _names_before(folder):
        if not name.exists():
            break
        last = name
    return last


def _names_before(folder: Path) -> Iterator[Path]:
    return (folder.with_name(f"{folder.name}.before-{number}") for number in count(1))
