"""Taking results away: all that a search finds, or those that are ticked, streamed in a citable form."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, islice
from typing import cast

from flask import Blueprint, Flask, Response, current_app, request, stream_with_context
from werkzeug.datastructures import MultiDict

from indexer.errors import InvalidQuery, TooBusy
from indexer.wording import say
from webapp.context import the_archive
from webapp.formats import FORMATS, Exported, ExportFormat, Provenance
from webapp.state import SearchState

blueprint = Blueprint("export", __name__)

_EXTENSION = "newsarchive-exports"
_BATCH = 200
MAX_TICKED = 1_000
MAX_TICKED_BYTES = 500_000


def init_app(app: Flask, most: int) -> None:
    """Let so many exports of whole searches be under way: each takes a thread for as long as its reader needs."""
    app.extensions[_EXTENSION] = threading.BoundedSemaphore(most)


@blueprint.route("/export", methods=["GET", "POST"])
def export() -> Response:
    """Answer an address, or a form: what is ticked on many pages is more than an address holds."""
    request.max_content_length = MAX_TICKED_BYTES
    args = request.form if request.method == "POST" else request.args
    return answer(args, args.get("format", "csv"))


def answer(args: MultiDict[str, str], format_name: str) -> Response:
    """Answer with the articles named by `id` (repeatable), else with all that the search finds.

    Raises `TooBusy` where as many whole searches as may be are exported already.
    """
    chosen = FORMATS.get(format_name)
    if chosen is None:
        raise InvalidQuery(
            say("There is no such format."),
            remedy=say("The formats are %(formats)s.", formats=tuple(FORMATS)),
        )
    state = SearchState.from_args(args).on_page(1)
    ticked = list(dict.fromkeys(args.getlist("id")))
    if len(ticked) > MAX_TICKED:
        raise InvalidQuery(
            say("At most %(most)s articles can be ticked.", most=MAX_TICKED),
            remedy=say("Export the whole search."),
        )
    if ticked:
        return _respond(iter(ticked), state, chosen, ranked=False)
    place = _Place(current_app.extensions[_EXTENSION])
    try:
        response = _respond(the_archive().search_ids(state.to_request()), state, chosen, ranked=True)
    except BaseException:
        place.leave()
        raise
    response.response = place.held_for(cast("Iterator[bytes]", response.response))
    response.call_on_close(place.leave)  # a body that nobody begins to read has no end
    return response


class _Place:
    """The place of one export among those under way, which it leaves once."""

    def __init__(self, places: threading.BoundedSemaphore) -> None:
        """Take a place. Raises `TooBusy` where there is none."""
        if not places.acquire(blocking=False):
            raise TooBusy(say("Too many exports are under way."), remedy=say("Try again in a minute."))
        self._places = places
        self._left = False

    def held_for(self, body: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from body
        finally:
            self.leave()

    def leave(self) -> None:
        if not self._left:
            self._left = True
            self._places.release()


def _respond(ids: Iterator[str], state: SearchState, chosen: ExportFormat, *, ranked: bool) -> Response:
    archive = the_archive()
    # Asked for the first one here, a search that makes no sense is a page with a sentence, not a broken file.
    ids = chain(list(islice(ids, 1)), ids)
    manifest = archive.engine.manifest()
    provenance = Provenance(
        base_url=request.url_root,
        query=state.query_string(),
        retrieved=datetime.now(UTC),
        generation=manifest.created_at if manifest else "",
    )
    exported = _exported(ids, ranked=ranked, gists=chosen.gists)
    body = (part.encode() for part in chosen.write(exported, provenance))
    name = f"{_file_name(state.text)}-{provenance.retrieved:%Y-%m-%d}.{chosen.extension}"
    return Response(
        stream_with_context(body),
        content_type=chosen.content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _exported(ids: Iterator[str], *, ranked: bool, gists: bool) -> Iterator[Exported]:
    """Yield the articles in the order of their ids, a batch in memory at a time."""
    archive = the_archive()
    rank = 0
    while batch := list(islice(ids, _BATCH)):
        found = archive.articles(batch)
        told = archive.gists(list(found.values())) if gists else {}
        for article_id in batch:
            if article := found.get(article_id):
                rank += 1
                yield Exported(article, rank if ranked else 0, told.get(article_id, ""))


def _file_name(text: str) -> str:
    """Return a name for a file that says what was searched for, as far as it is ASCII."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return "-".join(["newsarchive", *words])[:60].rstrip("-")
