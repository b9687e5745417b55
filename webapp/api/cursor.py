"""Cursors: which page comes next, and of which search, in one word that a caller hands back as it is."""

from __future__ import annotations

import hashlib
import re

from indexer.errors import InvalidQuery
from indexer.search.page import ResultPage
from indexer.search.paging import WINDOW
from webapp.state import SearchState

_CURSOR = re.compile(r"([1-9][0-9]{0,6})-([0-9a-f]{16})", re.ASCII)


def next_cursor(state: SearchState, page: ResultPage) -> str | None:
    """Return the cursor of the page after, None where there is none that can be paged to."""
    if state.page >= page.pages or state.page * state.size >= WINDOW:
        return None
    return f"{state.page + 1}-{_digest(state)}"


def page_of(cursor: str, state: SearchState) -> int:
    """Return the page that a cursor stands for. Raises `InvalidQuery` for one of another search."""
    found = _CURSOR.fullmatch(cursor)
    if not found:
        raise InvalidQuery("The cursor is not one that this archive gave.")
    if found[2] != _digest(state):
        raise InvalidQuery(
            "The cursor belongs to another search.", remedy="Send it with the parameters it was given for."
        )
    return int(found[1])


def _digest(state: SearchState) -> str:
    return hashlib.blake2b(state.on_page(1).query_string().encode(), digest_size=8).hexdigest()
