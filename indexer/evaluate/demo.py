"""The bundled evaluation: XQuAD's English questions about Arabic paragraphs, in a temporary archive."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.evaluate.datasets import read_qrels, read_queries
from indexer.evaluate.judgedqueries import JudgedQueries

if TYPE_CHECKING:
    from indexer.archive import Archive
    from indexer.ingest.pipeline import Progress
    from indexer.settings import Settings


@contextmanager
def demo_folder() -> Iterator[Path]:
    """Yield the folder of the bundled articles, queries and qrels."""
    with as_file(files("indexer") / "data" / "demo-evaluation") as folder:
        yield folder


@contextmanager
def demo(settings: Settings, *, progress: Progress | None = None) -> Iterator[tuple[Archive, JudgedQueries]]:
    """Yield a temporary embedded archive of the bundled paragraphs, and the judged questions.

    The encode cache of the settings is used, so that a second time takes a second.
    """
    from indexer.archive import Archive

    with demo_folder() as data, tempfile.TemporaryDirectory(prefix="newsarchive-") as folder:
        chosen = settings.model_copy(update={"archive": Path(folder), "engine": "embedded"})
        with Archive.open(chosen) as archive:
            archive.index([data / "articles.jsonl.gz"], progress=progress)
            yield archive, JudgedQueries(read_queries(data / "queries.tsv"), read_qrels(data / "qrels.txt"))
