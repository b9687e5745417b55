"""How long the stages of a search take, and how long they may."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from indexer.errors import EngineTimeout, SearchStopped


class Watch:
    """A search under way as another thread sees it: the stage that it is at, and a way to stop it.

    A search that is stopped ends at its next look at the clock, before the next call of the engine; a call under
    way is ended by the time limit alone.
    """

    def __init__(self) -> None:
        self.stage = ""
        self._stopped = False

    def stop(self) -> None:
        self._stopped = True

    @property
    def stopped(self) -> bool:
        return self._stopped


class Stopwatch:
    """Adds up the milliseconds of each stage."""

    def __init__(self, limit: float, watch: Watch | None = None) -> None:
        """Start now; `limit` is in seconds."""
        self._started = time.perf_counter()
        self._limit = limit
        self._watch = watch or Watch()
        self._stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._watch.stage = name
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = (time.perf_counter() - started) * 1000
            self._stages[name] = self._stages.get(name, 0.0) + spent

    def remaining(self) -> float:
        """Return the seconds that are left. Raises `EngineTimeout` when there are none, and `SearchStopped`."""
        if self._watch.stopped:
            raise SearchStopped("The search was stopped.")
        left = self._limit - (time.perf_counter() - self._started)
        if left <= 0:
            raise EngineTimeout(
                f"The search took longer than {self._limit:g} seconds.",
                remedy="Ask for less, or raise the setting search_timeout.",
            )
        return left

    def check(self) -> None:
        """Raise `EngineTimeout` when no time is left, and `SearchStopped`."""
        self.remaining()

    def timings_ms(self) -> dict[str, float]:
        """Return stage -> milliseconds, with the total since the start."""
        return {**self._stages, "total": (time.perf_counter() - self._started) * 1000}
