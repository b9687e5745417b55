"""Locks between processes, which the system gives back when a process dies in whatever way."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

_POLL = 0.02


class FileLock:
    """An advisory lock on a file of its own; locks of two objects exclude each other, in one process too."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    def acquire(self, *, shared: bool = False, timeout: float = 0.0) -> bool:
        """Take the lock and return True, or False when others have held it for `timeout` seconds."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        end = monotonic() + timeout
        while True:
            try:
                fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            except BlockingIOError:
                if monotonic() >= end:
                    os.close(descriptor)
                    return False
                sleep(_POLL)
            except BaseException:
                os.close(descriptor)
                raise
            else:
                self._descriptor = descriptor
                return True

    def release(self) -> None:
        # Forgotten first: once it is closed, a thread that waits in `acquire` may set its own.
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    @contextmanager
    def holding(self, timeout: float) -> Iterator[bool]:
        """Say whether the lock was taken; it is given back at the end of the block."""
        taken = self.acquire(timeout=timeout)
        try:
            yield taken
        finally:
            if taken:
                self.release()
