"""Short queues between the threads of a run, which end when the run does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

Item = TypeVar("Item")

#: A thread that waits looks so often whether the run has ended, and tells that it is idle.
POLL_SECONDS = 0.1


class Stopped(Exception):
    """Another stage has failed or the person has interrupted: wind down."""


class Stop:
    """Tells all threads of a run that it ends."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        self._event.set()

    def check(self) -> None:
        """Raise `Stopped` where the run ends."""
        if self._event.is_set():
            raise Stopped


class Handover(Generic[Item]):
    """Hands items from one thread to another; one that has no room, or nothing to take, waits.

    Who waits calls *idle* meanwhile. Raises `Stopped` when the run ends.
    """

    def __init__(self, stop: Stop, size: int) -> None:
        self._stop = stop
        self._queue: Queue[Item] = Queue(size)

    def put(self, item: Item, *, idle: Callable[[], None] | None = None) -> None:
        while True:
            self._stop.check()
            try:
                return self._queue.put(item, timeout=POLL_SECONDS)
            except Full:
                if idle:
                    idle()

    def get(self, *, idle: Callable[[], None] | None = None) -> Item:
        while True:
            self._stop.check()
            try:
                return self._queue.get(timeout=POLL_SECONDS)
            except Empty:
                if idle:
                    idle()
