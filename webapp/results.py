"""The result page: one search, everything that shapes it, and its answers."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from indexer.engines.base import FACETS, Sort
from webapp import copies, histogram, plan
from webapp.context import run_search
from webapp.edits import Edits
from webapp.formats import FORMATS
from webapp.state import SIZES, SearchState

blueprint = Blueprint("results", __name__)

#: Values of a facet on the page; all that were counted are shown on request (`all=source`).
SHOWN = 12


@blueprint.get("/search")
def search() -> str:
    state = SearchState.from_args(request.args)
    page = run_search(state.to_request())
    return render_template(
        "results.html",
        state=state,
        page=page,
        groups=copies.grouped(page.results),
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
