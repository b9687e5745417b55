"""What other processes do with an archive while a test looks on, kills them or fills their disk.

The processes are real ones, forked from a server that has only imported this module: they start in some
hundredths of a second, with no thread or lock of the test's own.
"""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from indexer.engines.base import Entry, GatherRequest, LexicalLeg, LexicalQuery, Term, Union, VectorLeg
from indexer.engines.embedded import EmbeddedEngine
from indexer.errors import EngineUnavailable
from tests.engines.builders import MANIFEST, entries, entry, vector

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["__main__", __name__])

ARTICLES = 60
COMMON = LexicalLeg(LexicalQuery(should=(Term("common"),)), size=10_000)


@dataclass(frozen=True)
class Change:
    """One call of a writer: articles written, or ids deleted."""

    written: tuple[Entry, ...] = ()
    deleted: tuple[str, ...] = ()

    def apply(self, state: dict[str, str]) -> dict[str, str]:
        """Return id -> content hash after the change."""
        after = state | {one.article.id: one.content_hash for one in self.written}
        return {id_: digest for id_, digest in after.items() if id_ not in self.deleted}


def change(number: int) -> Change:
    """Return the n-th change of the story that a writer plays, the same in every process."""
    if number % 4 == 3:
        return Change(deleted=tuple(f"article-{(number * 11 + k) % ARTICLES:05}" for k in range(3)))
    return Change(written=tuple(entries([(number * 7 + k) % ARTICLES for k in range(6)], version=number)))


def apply(engine: EmbeddedEngine, what: Change) -> None:
    if what.written:
        engine.write(what.written)
    else:
        engine.delete(what.deleted)


class Process:
    """A process that runs `target(connection, *arguments)` until it ends or is killed."""

    def __init__(self, target: Any, *arguments: Any) -> None:
        self.connection, theirs = CONTEXT.Pipe()
        self._process = CONTEXT.Process(target=_run, args=(target, theirs, arguments), daemon=True)
        self._process.start()
        theirs.close()

    def kill(self) -> None:
        """kill -9, and wait until it is dead."""
        self._process.kill()
        self._process.join()

    def messages(self) -> Iterator[Any]:
        """Yield what it sends until it ends; raise what it raised."""
        while True:
            try:
                message = self.connection.recv()
            except (EOFError, ConnectionResetError):
                self._process.join()
                return
            if isinstance(message, BaseException):
                self._process.join()
                raise message
            yield message

    def result(self) -> Any:
        """Return the last thing that it sends."""
        last = None
        for message in self.messages():
            last = message
        return last


def _run(target: Any, connection: Connection, arguments: tuple[Any, ...]) -> None:
    try:
        target(connection, *arguments)
    except Exception as error:
        connection.send(RuntimeError(f"{type(error).__name__}: {error}"))


# -- what they do


def play(connection: Connection, folder: Path, first: int) -> None:
    """Make change after change, and tell the number of each when the engine has acknowledged it."""
    with EmbeddedEngine.open(folder) as engine:
        for number in range(first, first + 10_000):
            apply(engine, change(number))
            connection.send(number)
            if number % 2:
                engine.refresh()


def write_range(connection: Connection, folder: Path, first: int, count: int) -> None:
    """Write articles one batch at a time, as one of several writers."""
    with EmbeddedEngine.open(folder) as engine:
        engine.create(MANIFEST)
        for start in range(first, first + count, 5):
            engine.write(entries(range(start, min(start + 5, first + count))))
            if start % 4 == 0:
                engine.refresh()
        engine.refresh()
    connection.send("done")


def read_once(connection: Connection, folder: Path) -> None:
    """Open and search: where a writer has died this brings the views up in its place."""
    connection.send("here")
    with EmbeddedEngine.open(folder) as engine:
        engine.match([COMMON])


def watch(connection: Connection, folder: Path, read_only: bool) -> None:
    """Read until told to stop; send how often, and the first thing that was wrong."""
    looks, wrong = 0, ""
    with EmbeddedEngine.open(folder, read_only=read_only) as engine:
        connection.send("watching")
        while not (connection.poll() or wrong):
            wrong = look(engine, looks)
            looks += 1
    connection.send((looks, wrong))


def look(engine: EmbeddedEngine, seed: int) -> str:
    """Return what is wrong with what a reader sees, "" where nothing is."""
    found, near = engine.match([COMMON, VectorLeg(vector(seed), size=10_000)])
    if sorted(found.ids) != sorted(near.ids) or found.total != near.total:
        return f"words find {len(found.ids)} articles of {found.total}, vectors {near.total}"
    ids = tuple(near.ids[:20])
    gathered = engine.gather(GatherRequest(Union(ids=ids), ids, {"source": 5}, "auto", ids, codes=True))
    if gathered.articles.keys() != gathered.passages.keys():
        return f"articles without passages: {gathered.articles.keys() ^ gathered.passages.keys()}"
    for id_, article in gathered.articles.items():
        version = int(article.text.split("version")[1].split(".")[0])
        expected = entry(int(id_[-5:]), version=version)
        if article != expected.article:
            return f"{id_} is not as it was written"
        if [one.passage for one in gathered.passages[id_]] != [one.passage for one in expected.passages]:
            return f"{id_} has passages of another version"
    id_ = ids[seed % len(ids)] if ids else ""
    stored = engine.passages(id_, vectors=True)
    versions = {_version_of(one.vector, int(id_[-5:]), number) for number, one in enumerate(stored)}
    return "" if len(versions) <= 1 else f"{id_} mixes vectors of versions {versions}"


def _version_of(near: Any, number: int, part: int) -> int:
    return next(v for v in range(10_000) if np.allclose(near, vector(number, part, v), atol=2e-3))


def fill(connection: Connection, folder: Path, limit: int | None) -> None:
    """Write until there is no more room; send what was acknowledged, and what the person is told."""
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    acknowledged: list[str] = []
    with EmbeddedEngine.open(folder) as engine:
        try:
            engine.create(MANIFEST)
            for start in range(0, 100_000, 20):
                batch = entries(range(start, start + 20))
                engine.write(batch)
                acknowledged += [one.article.id for one in batch]
                if start % 100 == 0:
                    engine.refresh()
        except EngineUnavailable as error:
            connection.send((acknowledged, str(error)))
            if look(engine, 1):
                raise AssertionError(look(engine, 1)) from error
