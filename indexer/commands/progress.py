"""The progress bar of ingest, on stderr: articles, passages, articles a second, time left."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from indexer.errors import ArchiveError
from indexer.ingest.report import Phase
from indexer.readers.files import find_files, format_of_name
from indexer.readers.opening import BrokenSource, Stream
from indexer.wording import counted

if TYPE_CHECKING:
    from indexer.ingest.pipeline import Progress as Callback
    from indexer.ingest.report import IngestReport

_PLAIN_SECONDS = 15.0
_DOING = {
    Phase.ARTICLES: "Indexing",
    Phase.WORDS: "Gathering the archive's words",
    Phase.SETTLING: "Settling what is stored",
}


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f} articles/s" if speed else "", style="cyan")


@contextmanager
def ingest_progress(sources: Iterable[str | Path]) -> Iterator[Callback]:
    """Show a bar while the body runs; yield what the pipeline calls with its report.

    Without a terminal a line is written now and then instead, for logs.
    """
    if not sys.stderr.isatty():
        yield _plain_lines()
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} articles, {task.fields[passages]:,} passages"),
        _Rate(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    task = bar.add_task("Loading the encoder", total=None, passages=0)
    # The total is for the time left only, so it is counted beside the work and not before it.
    stop = threading.Event()
    counter = threading.Thread(
        target=lambda: bar.update(task, total=count_records(sources, stop)), name="count-records", daemon=True
    )

    def update(report: IngestReport) -> None:
        bar.update(task, description=_DOING[report.phase], completed=_done(report), passages=report.passages)

    with bar:
        counter.start()
        try:
            yield update
        finally:
            stop.set()
            counter.join()


def count_records(sources: Iterable[str | Path], stop: threading.Event) -> int | None:
    """Return about how many records *sources* hold (lines; one for a text file); None if that is unknown."""
    total = 0
    try:
        for found in find_files(list(sources)):
            if found.path is None or stop.is_set():
                return None
            total += _count(found.path, stop)
    except (ArchiveError, OSError, BrokenSource):
        return None  # the reader will say what is wrong
    return None if stop.is_set() else total or None


def _count(file: Path, stop: threading.Event) -> int:
    format_ = format_of_name(file.name)
    if format_ == "text":
        return 1
    lines = 0
    last = b"\n"
    with Stream(str(file), file.open("rb"), max_bytes=sys.maxsize) as stream:
        for chunk in stream:
            if stop.is_set():
                break
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    return max(0, lines + (last != b"\n") - (format_ in ("csv", "tsv")))


def _plain_lines() -> Callback:
    last, phase = 0.0, Phase.ARTICLES

    def update(report: IngestReport) -> None:
        nonlocal last, phase
        if report.phase is not phase:
            phase = report.phase
            if report.seconds >= _PLAIN_SECONDS:
                sys.stderr.write(f"{_DOING[phase]}\n")
        elif report.seconds - last >= _PLAIN_SECONDS:
            last = report.seconds
            rate = _done(report) / report.seconds
            sys.stderr.write(
                f"{counted(_done(report), 'article')}, {counted(report.passages, 'passage')}, {rate:.1f} articles/s\n"
            )

    return update


def _done(report: IngestReport) -> int:
    return report.stored + report.unchanged + report.repeated + report.quarantined
