"""What a view needs from its application: the archive, and a search that is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app, g

if TYPE_CHECKING:
    from collections.abc import Mapping

    from indexer.archive import Archive
    from indexer.search.page import ResultPage
    from indexer.search.request import SearchRequest

EXTENSION = "newsarchive"


def the_archive() -> Archive:
    """Return the archive that the running application was made for."""
    return cast("Archive", current_app.extensions[EXTENSION])


def run_search(request: SearchRequest) -> ResultPage:
    """Search, and note for the metrics how long each stage took."""
    page = the_archive().search(request)
    note_timings(page)
    return page


def note_timings(page: ResultPage) -> None:
    """Keep for the metrics how long a search of this request took."""
    g.search_timings_ms = page.timings_ms


def search_timings() -> Mapping[str, float]:
    """Return stage -> milliseconds of the search that this request made, empty if it made none."""
    return cast("Mapping[str, float]", g.get("search_timings_ms", {}))
