"""Snapshots: the views and columns at one sequence number, kept up with what writers publish.

SQLite counts every change. The views follow it at a writer's `refresh`; then the number they are at is
published, and every process goes over to it with its next call. When a writer died before its refresh, the
next reader that may write brings the views up in its place.
"""

from __future__ import annotations

import logging
import tempfile
import threading
from pathlib import Path
from time import monotonic, sleep

from indexer.engines.embedded import lexical
from indexer.engines.embedded.building import LEXICAL, VECTORS, catch_up
from indexer.engines.embedded.columns import Columns
from indexer.engines.embedded.database import Database, State, token_at
from indexer.engines.embedded.failures import ViewBroken, engine_errors
from indexer.engines.embedded.lexical import LexicalReader
from indexer.engines.embedded.locks import FileLock
from indexer.engines.embedded.scoring import Scorer
from indexer.engines.embedded.vectors import VectorReader
from indexer.engines.embedded.viewstate import FILE as STATE
from indexer.engines.embedded.viewstate import ViewState, broken_seal, read_state
from indexer.errors import EngineUnavailable

logger = logging.getLogger(__name__)

FOLDER = "views"
_LOOK_FOR_DEAD_WRITERS = 1.0  # seconds between two looks
_COMMIT_WAIT = 2.0  # seconds that another process may take between its commit and its new state


class Snapshot:
    """The archive as it was at `columns.sequence`. Safe to use from several threads."""

    def __init__(
        self, state: ViewState, columns: Columns, text: LexicalReader, vectors: VectorReader
    ) -> None:
        self.state = state
        self.columns = columns
        self.lexical = Scorer(text, columns)
        self.vectors = vectors


class Views:
    """Keeps this process's snapshot, and the views on the disk when this process writes."""

    def __init__(self, folder: Path, database: Database, *, lock_timeout: float) -> None:
        self._folder = folder / FOLDER
        self._database = database
        self._lock_timeout = lock_timeout
        self._lock = threading.RLock()
        #: Why the views could not be brought up when that was last tried.
        self._trouble: EngineUnavailable | None = None
        self._snapshot: Snapshot | None = None
        self._verified = ""
        self._looked = 0.0
        self._building = FileLock(folder / "views.lock")
        #: Shared by every process that has written and not refreshed yet; gone when such a process dies.
        self._unpublished = FileLock(folder / "writers.lock")
        self._private: tempfile.TemporaryDirectory[str] | None = None

    def close(self) -> None:
        with self._lock:
            self._snapshot = None
            self._unpublished.release()
            if self._private is not None:
                self._private.cleanup()
                self._private = None

    # -- for writers

    def announce(self) -> None:
        """Tell other processes that this one has written something that it will refresh."""
        if not self._unpublished.held:
            self._unpublished.acquire(shared=True, timeout=1.0)

    def refresh(self) -> None:
        """Bring the views up to the last change and publish it."""
        with engine_errors():
            with self._building.holding(self._lock_timeout) as taken:
                if not taken:
                    raise _busy()
                self._bring_up()
            self._unpublished.release()

    def _bring_up(self) -> None:
        try:
            sequence = catch_up(self._database, self._folder)
        except ViewBroken as error:
            raise EngineUnavailable(f"The archive's views cannot be made: {error}") from error
        with self._database.writing() as connection:
            connection.execute("UPDATE state SET published = max(published, ?)", (sequence,))
            # No snapshot that is opened from now on needs the versions that these replaced.
            connection.execute("DELETE FROM articles WHERE gone <= ?", (sequence,))

    def _build(self, patience: float, *, anew: bool = False) -> bool:
        """Bring the views up, or make them `anew`; return False where another process has been building."""
        with self._building.holding(patience) as taken:
            if taken:
                if anew:
                    (self._folder / STATE).unlink(missing_ok=True)
                self._bring_up()
            return taken

    def rebuild(self) -> None:
        """Forget the views as they are: they turned out to be broken in use."""
        with self._lock:
            self._snapshot = None
            self._verified = ""
            if not self._may_write() or self._private is not None:
                self._use_private()
                return
            with engine_errors():
                self._build(self._lock_timeout, anew=True)

    # -- for readers

    def current(self) -> Snapshot | None:
        """Return the snapshot to answer from, None where there is no archive yet."""
        if not self._database.exists:
            return None
        state = self._database.state()
        snapshot = self._snapshot
        at = snapshot.columns.sequence if snapshot else -1
        mend = at < state.sequence > state.published and self._may_write() and self._writer_is_gone()
        if snapshot and at >= state.published and not mend:
            return self._answering(snapshot, state)
        with self._lock, engine_errors():
            if self._snapshot is snapshot:
                self._snapshot = self._next(snapshot, state, mend)
            elif self._snapshot is None:
                self._snapshot = self._next(None, state, mend)
            return self._snapshot

    def _writer_is_gone(self) -> bool:
        """Say whether no living process has written and not refreshed. Looked at once a second at most."""
        if self._unpublished.held or monotonic() - self._looked < _LOOK_FOR_DEAD_WRITERS:
            return False
        self._looked = monotonic()
        with FileLock(self._unpublished.path).holding(0.0) as alone:
            return alone

    def _next(self, last: Snapshot | None, state: State, mend: bool) -> Snapshot:
        newest = self._load(last)
        target = state.sequence if mend else state.published
        if newest and newest.columns.sequence >= target:
            return self._answering(newest, state)
        if not self._may_write():
            return self._use_private()
        # Wait for a build that is under way only when there is nothing to answer from.
        patience = 0.0 if newest or last else self._lock_timeout
        try:
            built = self._build(patience)
        except EngineUnavailable as error:
            # A full disk, say: what is there still answers, if there is anything.
            usable = newest or last
            if usable is None:
                raise
            self._trouble = error
            logger.warning("Answers are of an earlier state of the archive: %s", error)
            return self._answering(usable, state)
        self._trouble = None
        loaded = self._load(last)
        if loaded is None and built:
            # They looked right to the builder and cannot be used.
            self._build(patience, anew=True)
            loaded = self._load(last)
        loaded = loaded or newest or last
        if loaded is None:
            raise _busy()
        return loaded

    def _answering(self, snapshot: Snapshot, state: State) -> Snapshot:
        """Return the snapshot, or raise why there is no later one where it is that of an archive without articles."""
        if self._trouble and not len(snapshot.columns) and snapshot.columns.sequence < state.sequence:
            raise self._trouble
        return snapshot

    def _may_write(self) -> bool:
        return not self._database.read_only

    def _use_private(self) -> Snapshot:
        """Build views of this process's own: those of the folder are of no use and may not be mended."""
        if self._private is None:
            self._private = tempfile.TemporaryDirectory(prefix="newsarchive-")
            self._folder = Path(self._private.name)
        try:
            catch_up(self._database, self._folder)
        except ViewBroken as error:
            raise EngineUnavailable(f"The archive's views cannot be made: {error}") from error
        loaded = self._load(self._snapshot)
        if loaded is None:
            raise EngineUnavailable("The archive's views cannot be used.")
        return loaded

    def _load(self, last: Snapshot | None) -> Snapshot | None:
        """Return a snapshot of what the views' state says; None where it cannot be had as it is."""
        end = monotonic() + _COMMIT_WAIT
        while True:
            state = None
            try:
                state = read_state(self._folder)
                if state is None:
                    return None
                if last and state == last.state:
                    return last
                snapshot = self._open(state, last)
            except ViewBroken:
                # A build may just have replaced the folder that the state named.
                snapshot = None
                if self._state_is(state):
                    return None
            if snapshot:
                return snapshot
            if monotonic() > end or self._nobody_builds():
                return None
            sleep(0.005)

    def _open(self, state: ViewState, last: Snapshot | None) -> Snapshot | None:
        folder = self._folder / state.folder
        if self._verified != state.folder:
            name = broken_seal(folder, state.seals)
            if name is not None:
                raise ViewBroken(f"{name} was damaged.")
            self._verified = state.folder
        if lexical.opstamp(folder / LEXICAL) != state.opstamp:
            return None  # committed, but not yet in the state
        text = LexicalReader(folder / LEXICAL)
        if lexical.opstamp(folder / LEXICAL) != state.opstamp:
            return None
        with self._database.moment() as connection:
            if state.token != token_at(connection, state.sequence):
                raise ViewBroken("The views are of another archive.")
            (published,) = connection.execute("SELECT published FROM state").fetchone()
            if published > state.sequence:
                return None  # versions that were alive then may be gone
            before = last.columns if last and last.columns.sequence <= state.sequence else Columns.empty()
            columns = before.advanced(connection, state.sequence)
        vectors = VectorReader(folder / VECTORS, state.dimensions, state.passages, columns)
        return Snapshot(state, columns, text, vectors)

    def _state_is(self, state: ViewState | None) -> bool:
        try:
            return read_state(self._folder) == state
        except ViewBroken:
            return True

    def _nobody_builds(self) -> bool:
        if not self._may_write():
            return self._private is not None
        with self._building.holding(0.0) as taken:
            return taken


def _busy() -> EngineUnavailable:
    return EngineUnavailable(
        "Another process is building this archive's views.", remedy="Try again when it has finished."
    )
