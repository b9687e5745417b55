"""What a searcher knows of its archive beside the engine: lexicon, dictionary and background, kept fresh.

All are read when the first search needs them, and again when someone has noted that they have changed.
"""

from __future__ import annotations

from typing import NamedTuple

from indexer.engines.base import Engine
from indexer.fresh import Fresh
from indexer.memory import keep_reloaded
from indexer.search.background import Background
from indexer.search.dictionary import Dictionary
from indexer.search.lexicon import KIND, STATE, Lexicon
from indexer.search.ownwords import STATE as OWN
from indexer.search.ownwords import OwnWords
from indexer.search.planner import Planner
from indexer.search.weights import WEIGHTS, PlanWeights

_LOOK_AGAIN = 30.0  # seconds between two looks at whether the lexicon has changed


class _Loaded(NamedTuple):
    """What was read, and the state of the archive's words at that time."""

    planner: Planner
    background: Background
    state: object


class Knowledge:
    """The planner and the background of one archive. Safe to use from several threads."""

    def __init__(self, engine: Engine, weights: PlanWeights = WEIGHTS.plan) -> None:
        self._engine = engine
        self._weights = weights
        self._loaded: Fresh[_Loaded] = Fresh(_LOOK_AGAIN)

    @property
    def planner(self) -> Planner:
        """The planner over the archive's words as they were a short while ago."""
        return self._loaded.get(self._look).planner

    @property
    def background(self) -> Background:
        """How near the archive's passages are to a query on the whole."""
        return self._loaded.get(self._look).background

    def forget(self) -> None:
        """Read everything again at the next search: this process has changed it."""
        self._loaded.forget()

    def _look(self, known: _Loaded | None) -> _Loaded:
        """Read what has changed since the last look."""
        records = dict(self._engine.records(KIND))
        state = records.get(STATE), records.get(OWN)
        if known is not None and known.state == state:
            return known
        own = OwnWords(self._engine)
        planner = Planner(Lexicon.load(self._engine), Dictionary(own), self._weights)
        loaded = _Loaded(planner, Background.load(self._engine), state)
        keep_reloaded()
        return loaded
