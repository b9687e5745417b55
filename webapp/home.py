"""The welcome page: the box, questions to try where the archive answers them, and what it holds."""

from __future__ import annotations

import re
import shlex

from flask import Blueprint, render_template

from indexer.engines.base import Sort
from indexer.search.request import SearchRequest
from indexer.settings import Settings
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
#: The first article that answers one of them: an archive without it has nothing to say to them.
ANSWER = "ant-JA-internationalNews-1026-20170601"
NEWEST = 5


@blueprint.get("/")
def welcome() -> str:
    archive = the_archive()
    state = SearchState(sort=Sort.NEWEST)
    page = archive.search(SearchRequest(sort=Sort.NEWEST, size=NEWEST))
    if not page.total:
        return empty(state)
    chart = histogram.draw(page.histogram, state) if page.histogram else None
    gists = reading.gists(page.results)
    examples = EXAMPLES if archive.articles([ANSWER]) else ()
    return render_template("home.html", state=state, page=page, gists=gists, chart=chart, examples=examples)


def empty(state: SearchState) -> str:
    """Return the page of an archive that holds nothing, with the command that puts articles in."""
    return render_template("empty.html", state=state, command=_command(the_archive().settings))


def _command(settings: Settings) -> str:
    """Return how articles are put into this very archive, as a shell takes it."""
    words = ["newsarchive"]
    if settings.engine != Settings.model_fields["engine"].default:
        words += ["--engine", _without_password(settings.engine)]
    elif settings.archive != Settings.model_fields["archive"].default:
        words += ["--archive", str(settings.archive)]
    return f"{shlex.join(words)} index FILE-OR-FOLDER"


def _without_password(url: str) -> str:
    """Return the address of a cluster as every reader of the page may see it."""
    return re.sub(r"(?<=://)[^/]*@", "", url)
