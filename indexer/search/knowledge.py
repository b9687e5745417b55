"""What a searcher knows of its archive beside the engine: the lexicon and the dictionary, kept fresh.

Both are read when the first search needs them, and again when ingest has noted that the lexicon has changed.
"""

from __future__ import annotations

import threading
from time import monotonic

from indexer.engines.base import Engine
from indexer.search.dictionary import Dictionary, Pair
from indexer.search.lexicon import KIND, STATE, Lexicon
from indexer.search.plan import Planner
from indexer.search.weights import WEIGHTS, PlanWeights

#: Records of the analyst's own word pairs: {"english": ..., "arabic": ...}.
USER_WORDS = "user-lexicon"
_LOOK_AGAIN = 30.0  # seconds between two looks at whether the lexicon has changed


class Knowledge:
    """The planner of one archive. Safe to use from several threads."""

    def __init__(self, engine: Engine, weights: PlanWeights = WEIGHTS.plan) -> None:
        self._engine = engine
        self._weights = weights
        self._lock = threading.Lock()
        self._planner: Planner | None = None
        self._state: object = None
        self._looked = 0.0

    @property
    def planner(self) -> Planner:
        """The planner over the archive's words as they were a short while ago."""
        now = monotonic()
        with self._lock:
            if self._planner is None or now - self._looked > _LOOK_AGAIN:
                self._looked = now
                state = dict(self._engine.records(KIND)).get(STATE)
                if self._planner is None or state != self._state:
                    self._state = state
                    self._planner = Planner(Lexicon.load(self._engine), self._dictionary(), self._weights)
            return self._planner

    def forget(self) -> None:
        """Read everything again at the next search: this process has changed it."""
        with self._lock:
            self._planner = None

    def _dictionary(self) -> Dictionary:
        pairs = (Pair(record["english"], record["arabic"]) for _, record in self._engine.records(USER_WORDS))
        return Dictionary(pairs)
