"""The welcome page: the box, three questions to try, and what the archive holds."""

from __future__ import annotations

from flask import Blueprint, render_template

from indexer.engines.base import Sort
from indexer.search.request import SearchRequest
from indexer.wording import say
from webapp import histogram, reading
from webapp.context import the_archive
from webapp.state import SearchState

blueprint = Blueprint("home", __name__)

#: Questions that the bundled sample answers with Arabic articles (the same as `newsarchive demo` asks); those who
#: read Arabic are offered others.
EXAMPLES = (
    say("Trump withdraws from the Paris climate agreement"),
    say("Russia vetoes resolution on chemical attack in Syria"),
    say("Russia calls for a ceasefire in Libya, Lavrov and Bogdanov"),
)
NEWEST = 5


@blueprint.get("/")
def welcome() -> str:
    archive = the_archive()
    state = SearchState(sort=Sort.NEWEST)
    if not archive.stats().articles:
        return render_template("empty.html", state=state)
    page = archive.search(SearchRequest(sort=Sort.NEWEST, size=NEWEST))
    chart = histogram.draw(page.histogram, state) if page.histogram else None
    gists = reading.gists(page.results)
    return render_template("home.html", state=state, page=page, gists=gists, chart=chart, examples=EXAMPLES)
