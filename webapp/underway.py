"""Searches under way: a page waits for its search a moment, then says how far it is and offers to stop it.

Each search runs in a thread of a small pool and belongs to the visitor who asked it, by address, browser and the login
that a proxy asked for, as there are no accounts. The page that comes back for it (the same address again) finds it
here. One that is stopped, that nobody comes back for, or whose time is up gives its thread back at its next look at the
clock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from time import monotonic

from flask import Flask, current_app, request

from indexer.errors import SearchStopped, TooBusy
from indexer.search.page import ResultPage
from indexer.search.request import SearchRequest
from indexer.search.timing import Watch
from indexer.wording import say

_EXTENSION = "newsarchive-underway"
#: Seconds that a page waits before it says that the search is slow; in the application's config.
PATIENCE = "SEARCH_PATIENCE"
#: Seconds after which nobody seems to wait any more, and after which an answer is not fetched any more.
_ABANDONED = 15.0
_KEPT = 60.0
#: Searches that may wait for a thread, for each thread.
_QUEUE = 16

Search = Callable[[SearchRequest, Watch], ResultPage]
Key = tuple[str, str]


class Asked(Watch):
    """One search that somebody waits for."""

    def __init__(self) -> None:
        super().__init__()
        self.future: Future[ResultPage] = Future()
        self.began = self.seen = monotonic()
        #: How many requests wait for it at this moment.
        self.waiting = 0

    @property
    def stopped(self) -> bool:
        return super().stopped or (not self.waiting and monotonic() - self.seen > _ABANDONED)

    @property
    def seconds(self) -> float:
        return monotonic() - self.began

    @property
    def is_done(self) -> bool:
        return self.future.done()


class Searches:
    """The searches under way of one application."""

    def __init__(self, search: Search, threads: int) -> None:
        self._search = search
        self._most = threads * _QUEUE
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="search")
        self._asked: dict[Key, Asked] = {}
        self._lock = threading.Lock()

    def ask(self, key: Key, asked: SearchRequest) -> Asked:
        """Begin a search, or come back to the one that this visitor has under way."""
        with self._lock:
            self._sweep()
            found = self._asked.get(key)
            if found is None:
                if len(self._asked) >= self._most:
                    raise TooBusy(
                        say("Too many searches are under way."), remedy=say("Try again in a minute.")
                    )
                found = self._asked[key] = Asked()
                found.future = self._pool.submit(self._run, found, asked)
            found.seen = monotonic()
            return found

    def answer(self, key: Key, found: Asked, patience: float) -> ResultPage | None:
        """Return the answer, None if there is none within *patience* seconds. Raises what the search raised."""
        with self._waiting(found):
            done = wait([found.future], patience).done
        if not done:
            return None
        self._forget(key, found)
        try:
            return found.future.result()
        except CancelledError:
            raise SearchStopped("The search was stopped.") from None

    @contextmanager
    def _waiting(self, found: Asked) -> Iterator[None]:
        with self._lock:
            found.waiting += 1
        try:
            yield
        finally:
            with self._lock:
                found.waiting -= 1
                found.seen = monotonic()

    def find(self, key: Key) -> Asked | None:
        """Return a visitor's search if it is under way, and note that it is waited for."""
        with self._lock:
            found = self._asked.get(key)
            if found:
                found.seen = monotonic()
            return found

    def stop(self, key: Key) -> None:
        """Stop a search; one that has not begun never does."""
        found = self.find(key)
        if found:
            found.stop()
            found.future.cancel()
            self._forget(key, found)

    def _run(self, found: Asked, asked: SearchRequest) -> ResultPage:
        found.began = monotonic()  # the time in the queue is no part of the time limit
        if found.stopped:
            raise SearchStopped("The search was stopped.")
        return self._search(asked, found)

    def _forget(self, key: Key, found: Asked) -> None:
        with self._lock:
            if self._asked.get(key) is found:
                del self._asked[key]

    def _sweep(self) -> None:
        """Forget the answers that nobody came back for."""
        for key, found in list(self._asked.items()):
            if found.is_done and monotonic() - found.seen > _KEPT:
                del self._asked[key]


def init_app(app: Flask, search: Search, threads: int) -> None:
    app.extensions[_EXTENSION] = Searches(search, threads)
    app.config.setdefault(PATIENCE, 2.0)


def searches() -> Searches:
    """Return the running application's searches."""
    found: Searches = current_app.extensions[_EXTENSION]
    return found


def key_of(query_string: str) -> Key:
    """Return what a visitor's search is found by again."""
    login = hash(request.headers.get("Authorization", ""))  # behind a proxy all have one address
    return f"{request.remote_addr} {login} {request.user_agent.string}", query_string
