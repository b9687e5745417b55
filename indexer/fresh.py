"""What a process knows of a store that others change: read once, and looked at again now and then."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

from indexer.errors import EngineTimeout, EngineUnavailable

T = TypeVar("T")


class Fresh(Generic[T]):
    """A value that is at most some seconds old, where the store answers. Safe to use from several threads.

    A known value serves on while another thread looks, and where the store does not answer now: a search does without
    what is away. Where looking fails otherwise, nothing is known any more: whoever asks next looks, and waits for
    others who do.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._known: tuple[float, T] | None = None  # when it was looked at, and what was seen
        #: Of the last look, where nothing is known.
        self._failure: EngineUnavailable | EngineTimeout | None = None

    def get(self, look: Callable[[T | None], T], within: float | None = None) -> T:
        """Return the value, which `look` brings: it is given the one that is known, None where there is none.

        It is at most *within* seconds old where that is given, which is said by who misses something in it.

        Raises what `look` raises, `EngineUnavailable` and `EngineTimeout` only where nothing is known. It is not kept
        here: a method of who holds this would hold its object for ever (see `indexer.memory`).
        """
        seconds = self._seconds if within is None else within
        known = self._known
        if known is not None and _is_fresh(known, seconds):
            return known[1]
        failure = self._failure
        if not self._lock.acquire(blocking=known is None):
            assert known is not None
            return known[1]
        try:
            if self._failure is not None and self._failure is not failure:
                raise self._failure  # whom this one waited for had no answer: it would not be the last to wait
            return self._looked(look, seconds)
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Look at once when asked next."""
        with self._lock:
            self._known = None

    def _looked(self, look: Callable[[T | None], T], seconds: float) -> T:
        known = self._known
        if known is not None and _is_fresh(known, seconds):  # another thread was quicker
            return known[1]
        try:
            value = look(known[1] if known else None)
        except (EngineUnavailable, EngineTimeout) as error:
            if known is None:
                self._failure = error
                raise
            value = known[1]  # until the next look
        except BaseException:
            self._known = None
            raise
        self._known, self._failure = (monotonic(), value), None
        return value


def _is_fresh(known: tuple[float, object], seconds: float) -> bool:
    return monotonic() - known[0] <= seconds
