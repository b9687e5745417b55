"""The result page: one search, everything that shapes it, and its answers."""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from indexer.engines.base import FACETS, Sort
from indexer.wording import say
from webapp import histogram, plan, underway
from webapp.context import note_timings, the_archive
from webapp.edits import Edits
from webapp.formats import FORMATS
from webapp.language import said
from webapp.state import SIZES, SearchState

blueprint = Blueprint("results", __name__)

#: Values of a facet on the page; all that were counted are shown on request (`all=source`).
SHOWN = 12

#: What a slow search is doing, by the stages that `indexer.search` measures.
_STAGES = {
    "": say("Waiting for other searches to end"),
    "parse": say("Reading the question"),
    "encode": say("Reading the question"),
    "plan": say("Choosing the archive's words for it"),
    "legs": say("Looking up words and meanings"),
    "fusion": say("Putting the answers in order"),
    "gather": say("Fetching articles and counting"),
    "late": say("Comparing the best articles word by word"),
    "copies": say("Putting copies beside their originals"),
    "snippets": say("Marking the words that match"),
}


@blueprint.get("/search")
def search() -> str | Response:
    state = SearchState.from_args(request.args)
    searches, key = underway.searches(), underway.key_of(state.query_string())
    asked = searches.ask(key, state.to_request(stories=True))
    page = searches.answer(key, asked, current_app.config[underway.PATIENCE])
    if page is None:
        return _not_yet(state, asked)
    note_timings(page)
    return render_template(
        "results.html",
        state=state,
        page=page,
        facets=[
            (facet, values if request.args.get("all") == facet else values[:SHOWN], len(values))
            for facet, values in ((facet, page.facets.get(facet, ())) for facet in FACETS)
        ],
        chart=histogram.draw(page.histogram, state) if page.histogram else None,
        steps=histogram.way_back(state),
        sorts=list(Sort) if state.text else [Sort.NEWEST, Sort.OLDEST],
        sizes=SIZES,
        formats=FORMATS,
        plan=plan.rows(page.plan, state, [count.value for count in page.facets.get("language", ())]),
        no_edits=Edits(),
        pages=_page_numbers(state.page, page.pages),
    )


@blueprint.get("/search/progress")
def progress() -> Response:
    """Answer how far the search of the address is, as JSON, for a page that waits for it."""
    state = SearchState.from_args(request.args)
    asked = underway.searches().find(underway.key_of(state.query_string()))
    response = (
        jsonify(done=True)
        if asked is None or asked.is_done
        else jsonify(done=False, seconds=round(asked.seconds, 1), stage=said(_STAGES.get(asked.stage, "")))
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/search/stop")
def stop() -> BaseResponse:
    """Stop a search of this visitor's that is under way."""
    state = SearchState.from_args(MultiDict(parse_qsl(request.form.get("search", ""))))
    underway.searches().stop(underway.key_of(state.query_string()))
    return redirect(state.url(url_for("results.stopped")), 303)


@blueprint.get("/search/stopped")
def stopped() -> str:
    return render_template("stopped.html", state=SearchState.from_args(request.args))


def _not_yet(state: SearchState, asked: underway.Asked) -> Response:
    """Answer with how far the search is; the page comes back for the result."""
    response = make_response(
        render_template(
            "searching.html",
            state=state,
            seconds=asked.seconds,
            stage=_STAGES.get(asked.stage, ""),
            limit=the_archive().settings.search_timeout,
            progress_url=state.url(url_for("results.progress")),
        ),
        202,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _page_numbers(current: int, pages: int) -> list[int | None]:
    """Return the pages to link to; None stands for those left out between."""
    wanted = {1, pages, *range(current - 2, current + 3)}
    numbers: list[int | None] = []
    for number in sorted(number for number in wanted if 1 <= number <= pages):
        last = numbers[-1] if numbers else 0
        if last is not None and number > last + 1:
            numbers.append(None)
        numbers.append(number)
    return numbers
