"""A real engine that takes its time, as a large archive or a busy cluster does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar, cast

from indexer.engines.base import Engine, Gathered, GatherRequest, Leg, LegResult
from indexer.errors import EngineTimeout

T = TypeVar("T")


class SlowEngine:
    """Passes every call on to an engine; `match` and `gather` first wait for `delay` seconds.

    As the contract of an engine says, a call ends with `EngineTimeout` when its `timeout` is over.
    """

    def __init__(self, engine: Engine, delay: float = 0.0) -> None:
        self._engine = engine
        self.delay = delay
        self.calls: list[str] = []
        #: How many calls are waiting now.
        self.waiting = 0
        self._lock = threading.Lock()

    def match(self, legs: Sequence[Leg], *, timeout: float | None = None) -> list[LegResult]:
        return self._engine.match(legs, timeout=self._wait("match", timeout))

    def gather(self, request: GatherRequest, *, timeout: float | None = None) -> Gathered:
        return self._engine.gather(request, timeout=self._wait("gather", timeout))

    def begin(self, ask: Callable[[Engine], T]) -> Callable[[], T]:
        return partial(ask, cast(Engine, self))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def _wait(self, call: str, timeout: float | None) -> float | None:
        with self._lock:
            self.calls.append(call)
            self.waiting += 1
        try:
            time.sleep(min(self.delay, timeout or self.delay))
        finally:
            with self._lock:
                self.waiting -= 1
        if timeout is None:
            return None
        if self.delay >= timeout:
            raise EngineTimeout(f"The archive did not answer within {timeout:g} seconds.")
        return timeout - self.delay
