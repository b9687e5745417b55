"""Waiting for a cluster that is away for a moment: what a writer does by itself before it gives up."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from indexer.engines.opensearch.failures import LastingFailure
from indexer.errors import EngineTimeout, EngineUnavailable

logger = logging.getLogger(__name__)

#: Waits between attempts, in seconds: a minute and a half in all, longer than a node needs to be replaced.
WAITS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0, 15.0, 15.0)

T = TypeVar("T")


def patiently(ask: Callable[[], T]) -> T:
    """Return what *ask* returns, asking again after each of `WAITS` while the cluster does not answer.

    *ask* must be safe to repeat. Raises its last `EngineUnavailable` or `EngineTimeout`, and at once whatever
    waiting does not change.
    """
    for pause in WAITS:
        try:
            return ask()
        except LastingFailure:
            raise
        except (EngineUnavailable, EngineTimeout) as error:
            logger.info("Waiting %g s for the cluster: %s", pause, error.message)
            time.sleep(pause)
    return ask()
