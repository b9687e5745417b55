"""What a searcher knows of its archive beside the engine: lexicon, dictionary and background, kept fresh.

All are read when the first search needs them, and again when someone has noted that they have changed.
"""

from __future__ import annotations

import threading
from time import monotonic

from indexer.engines.base import Engine
from indexer.errors import EngineTimeout, EngineUnavailable
from indexer.memory import keep_reloaded
from indexer.search.background import Background
from indexer.search.dictionary import Dictionary
from indexer.search.lexicon import KIND, STATE, Lexicon
from indexer.search.ownwords import STATE as OWN
from indexer.search.ownwords import OwnWords
from indexer.search.plan import Planner
from indexer.search.weights import WEIGHTS, PlanWeights

_LOOK_AGAIN = 30.0  # seconds between two looks at whether the lexicon has changed


class Knowledge:
    """The planner and the background of one archive. Safe to use from several threads."""

    def __init__(self, engine: Engine, weights: PlanWeights = WEIGHTS.plan) -> None:
        self._engine = engine
        self._weights = weights
        self._lock = threading.Lock()
        self._loaded: tuple[Planner, Background] | None = None
        self._state: object = None
        self._looked = 0.0

    @property
    def planner(self) -> Planner:
        """The planner over the archive's words as they were a short while ago."""
        return self._fresh()[0]

    @property
    def background(self) -> Background:
        """How near the archive's passages are to a query on the whole."""
        return self._fresh()[1]

    def forget(self) -> None:
        """Read everything again at the next search: this process has changed it."""
        with self._lock:
            self._loaded = None

    def _fresh(self) -> tuple[Planner, Background]:
        known = self._loaded
        if known is not None and monotonic() - self._looked <= _LOOK_AGAIN:
            return known
        # What was known a while ago serves while another search looks, and where the store does not answer now.
        if not self._lock.acquire(blocking=known is None):
            assert known is not None
            return known
        try:
            return self._look()
        except (EngineUnavailable, EngineTimeout):
            if known is None:
                raise
            return known
        finally:
            self._lock.release()

    def _look(self) -> tuple[Planner, Background]:
        """Read what has changed since the last look; to be called under the lock."""
        now = monotonic()
        if self._loaded is None or now - self._looked > _LOOK_AGAIN:
            self._looked = now
            records = dict(self._engine.records(KIND))
            state = records.get(STATE), records.get(OWN)
            if self._loaded is None or state != self._state:
                self._loaded = self._load()
                self._state = state
                keep_reloaded()
        return self._loaded

    def _load(self) -> tuple[Planner, Background]:
        own = OwnWords(self._engine)
        planner = Planner(Lexicon.load(self._engine), Dictionary(own), self._weights)
        return planner, Background.load(self._engine)
