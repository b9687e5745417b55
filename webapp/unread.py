"""How many alerts nobody has read yet: the number beside the link to the saved searches, on every page.

Counting reads the alerts of all saved searches, which may be many, so it is done at most every `SECONDS`, by one thread
beside the answers. A page waits for it no longer than `PATIENCE`, and else shows what was counted last.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app

from indexer.alerts.saved import SavedSearches

if TYPE_CHECKING:
    from indexer.archive import Archive

log = logging.getLogger(__name__)

SECONDS = 30.0
PATIENCE = 0.05
_EXTENSION = "newsarchive-unread"


def init_app(app: Flask, archive: Archive) -> None:
    app.extensions[_EXTENSION] = Unread(archive)
    app.jinja_env.globals["unread_alerts"] = lambda: the_unread().total()


def the_unread() -> Unread:
    """Return the running application's count."""
    return cast("Unread", current_app.extensions[_EXTENSION])


class Unread:
    """The number of unread alerts of all saved searches, a little old at times."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._total = 0
        self._stale_at = 0.0
        self._lock = threading.Lock()

    def total(self) -> int:
        """Return the number as it was counted last."""
        if time.monotonic() >= self._stale_at and self._lock.acquire(blocking=False):
            self._stale_at = time.monotonic() + SECONDS
            counting = threading.Thread(target=self._count, daemon=True)
            counting.start()
            counting.join(PATIENCE)
        return self._total

    def forget(self) -> None:
        """Count anew for the next page: alerts were read here, or deleted."""
        self._stale_at = 0.0

    def _count(self) -> None:
        try:
            self._total = SavedSearches(self._archive.engine).unread()
        except Exception:
            # Whatever it is, it is told where it matters: a number beside a link is not worth a page.
            log.debug("The unread alerts could not be counted.", exc_info=True)
        finally:
            self._lock.release()
