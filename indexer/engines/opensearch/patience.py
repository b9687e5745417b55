"""Waiting for a cluster that is away for a moment: what a writer does by itself before it gives up."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from itertools import chain, repeat
from typing import TypeVar

from indexer.engines.opensearch.failures import LastingFailure
from indexer.errors import ArchiveError, EngineTimeout, EngineUnavailable

logger = logging.getLogger(__name__)

#: Seconds from the first failure to the last attempt: longer than a node needs to be replaced.
LONGEST = 90.0
#: Seconds between attempts; the last one again and again.
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
#: A pause of this many seconds is worth telling.
_TOLD = 2.0
_SAID_ONCE_IN = 60.0

T = TypeVar("T")


class Patience:
    """The waiting of one piece of work, which is tried until `wait` raises."""

    def __init__(self) -> None:
        self._end: float | None = None
        self._pauses = chain(PAUSES, repeat(PAUSES[-1]))

    def wait(self, error: ArchiveError) -> None:
        """Sleep until the next attempt; raise *error* where `LONGEST` seconds have passed since the first."""
        now = time.monotonic()
        if self._end is None:
            self._end = now + LONGEST
        if now >= self._end:
            raise error
        pause = next(self._pauses)
        if pause >= _TOLD:
            logger.warning("%s Waiting for it, %g s at the most.", error.message, LONGEST)
        time.sleep(min(pause, self._end - now))


def patiently(ask: Callable[[], T]) -> T:
    """Return what *ask* returns, asking again and again while the cluster does not answer.

    *ask* must be safe to repeat. Raises its last `EngineUnavailable` or `EngineTimeout`, and at once whatever
    waiting does not change.
    """
    patience = Patience()
    while True:
        try:
            return ask()
        except LastingFailure:
            raise
        except (EngineUnavailable, EngineTimeout) as error:
            patience.wait(error)


def once(ask: Callable[[], T]) -> T:
    """Return what *ask* returns, for those who must not wait."""
    return ask()


class _OnceAMinute(logging.Filter):
    """Lets the same warning through once a minute: several threads wait for the same cluster."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        message, now = record.getMessage(), time.monotonic()
        if now - self._said.get(message, -_SAID_ONCE_IN) < _SAID_ONCE_IN:
            return False
        self._said[message] = now
        return True


logger.addFilter(_OnceAMinute())
