"""The result page: one search, everything that shapes it, and its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from indexer.engines.base import FACETS, Count, Filters, Sort
from indexer.search.dates import period_in
from indexer.search.filters import period
from indexer.search.notices import HAS_THIS_TITLE
from indexer.search.page import ResultPage
from indexer.search.query import parse
from indexer.search.querytree import ParsedQuery
from indexer.search.request import Demand
from indexer.search.rewriting import without_filters
from indexer.wording import say
from webapp import histogram, home, plan, reading, underway
from webapp.context import note_timings, the_archive
from webapp.display import facet_value
from webapp.edits import Edits
from webapp.formats import FORMATS
from webapp.language import said
from webapp.state import SIZES, SearchState

blueprint = Blueprint("results", __name__)

#: Values of a facet on the page; so many on request (`all=source`), and those that hold a text (`find=bbc`).
SHOWN = 12
LISTED = 200

#: What a slow search is doing, by the stages that `indexer.search` measures.
_STAGES = {
    "": say("Waiting for other searches to end"),
    "parse": say("Reading the question"),
    "encode": say("Reading the question"),
    "plan": say("Choosing the archive's words for it"),
    "legs": say("Looking up words and meanings"),
    "known item": say("Reading the article that has this title"),
    "fusion": say("Putting the answers in order"),
    "gather": say("Fetching articles"),
    "late": say("Comparing the best articles word by word"),
    "copies": say("Putting copies beside their originals"),
    "snippets": say("Marking the words that match"),
    "counts": say("Counting what was found"),
}


#: Notices that warn of nothing.
_GOOD_NEWS = {HAS_THIS_TITLE}
#: To export more articles than this takes as long as people wonder about (a spreadsheet some ms each).
_MANY = 3_000


@blueprint.get("/search")
def search() -> str | Response:
    state = SearchState.from_args(request.args)
    listed = request.args.get("all", "")
    searches, key = underway.searches(), _key(state, request.args)
    asked = searches.ask(key, state.to_request(stories=True, whole_facet=listed))
    page = searches.answer(key, asked, current_app.config[underway.PATIENCE])
    if page is None:
        return _not_yet(state, asked)
    note_timings(page)
    if not page.total and not the_archive().count():
        return home.empty(state)  # no words are to blame
    # Signs and filters alone are no question: then the archive is browsed, whatever stands in the box.
    parsed = parse(state.text)
    browses = not parsed.free_text
    order = Sort.NEWEST if browses and state.sort is Sort.RELEVANCE else state.sort
    demands = _demands(page, state)
    return render_template(
        "results.html",
        state=state,
        browses=browses,
        times=_times(parsed, page, state),
        unfiltered=without_filters(state.text) if parsed.filters != Filters() else "",
        loosely=parsed.free_text if parsed.is_hard and parsed.filters == Filters() else "",
        narrowed=state.is_narrowed or bool(parsed.clauses) or parsed.filters != Filters(),
        order=order,
        good_news=_GOOD_NEWS,
        page=page,
        many=_MANY,
        # Who reads no Arabic sees by them whether what stands beside a result is the same news.
        gists=reading.gists([*page.results, *(copy for result in page.results for copy in result.copies)]),
        facets=[_facet(facet, page.facets.get(facet, ()), facet == listed) for facet in FACETS],
        chart=histogram.draw(page.histogram, state) if page.histogram else None,
        steps=histogram.way_back(state),
        sorts=[Sort.NEWEST, Sort.OLDEST] if browses else list(Sort),
        sizes=SIZES,
        formats=FORMATS,
        plan=plan.rows(page.plan, state, [count.value for count in page.facets.get("language", ())]),
        no_edits=Edits(),
        demands=demands,
        # By relevance they come last; by date one that is hardly near may be the first.
        strays=demands
        and order is not Sort.RELEVANCE
        and state.demand is Demand.NONE
        and page.keyword_total < page.total,
        pages=_page_numbers(state.page, page.pages),
    )


@blueprint.get("/search/progress")
def progress() -> Response:
    """Answer how far the search of the address is, as JSON, for a page that waits for it."""
    state = SearchState.from_args(request.args)
    asked = underway.searches().find(_key(state, request.args))
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
    args = MultiDict(parse_qsl(request.form.get("search", "")))
    state = SearchState.from_args(args)
    underway.searches().stop(_key(state, args))
    return redirect(state.url("/search/stopped"), 303)


@blueprint.get("/search/stopped")
def stopped() -> str:
    return render_template("stopped.html", state=SearchState.from_args(request.args))


@dataclass(frozen=True, slots=True)
class FacetList:
    """A facet beside the results. `counted` is how many values there are to choose from."""

    facet: str
    values: Sequence[Count]
    counted: int
    #: What its values are searched for, "" for nothing.
    find: str = ""


def _facet(facet: str, values: Sequence[Count], listed: bool) -> FacetList:
    """Return the most frequent values, or where the facet is `listed` those that hold the text looked for."""
    if not listed:
        return FacetList(facet, values[:SHOWN], len(values))
    find = request.args.get("find", "").strip()
    found = [
        value
        for value in values
        if find.casefold() in value.value.casefold()
        or find.casefold() in facet_value(value.value, facet).casefold()
    ]
    return FacetList(facet, found[:LISTED], len(found), find)


def _key(state: SearchState, args: MultiDict[str, str]) -> underway.Key:
    """Return what a search is found by again: also the facet that is counted as a whole."""
    query = state.query_string()
    listed = args.get("all", "")
    return underway.key_of(f"{query}&{urlencode({'all': listed})}" if listed else query)


def _not_yet(state: SearchState, asked: underway.Asked) -> Response:
    """Answer with how far the search is; the page comes back for the result."""
    response = make_response(
        render_template(
            "searching.html",
            state=state,
            seconds=asked.seconds,
            stage=_STAGES.get(asked.stage, ""),
            limit=the_archive().settings.search_timeout,
            search=_key(state, request.args)[1],
        ),
        202,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _times(parsed: ParsedQuery, page: ResultPage, state: SearchState) -> list[SearchState]:
    """Return the searches of the time that the question names, where something was published then.

    News of a day is told in the days after it, too. Its words are no longer looked for: they are met by other news.
    """
    dates = (state.date_from, state.date_to, parsed.filters.published_from, parsed.filters.published_to)
    # In quotation marks it is text, and a sign may belong to it.
    named = None if any(dates) or parsed.is_hard else period_in(state.text)
    if named is None or page.histogram is None:
        return []
    found = [bucket.period for bucket in page.histogram.buckets if bucket.count]
    if not any(one.startswith(named.period) or named.period.startswith(one) for one in found):
        return []
    first, last = period(named.period)
    ends = [named.period, *([] if first != last else [(first + timedelta(days=6)).isoformat()])]
    return [state.asking(named.rest).between(named.period, end) for end in ends]


def _demands(page: ResultPage, state: SearchState) -> list[Demand]:
    """Return what may be demanded of the words of a question, where there is something to choose."""
    if not (page.keyword_total or state.demand is not Demand.NONE) or not page.plan.words:
        return []
    return list(Demand) if len(page.plan.words) > 1 else [Demand.NONE, Demand.SOME]


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
