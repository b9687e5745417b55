"""The article page: the original text with the matched words marked, and where to go from it.

An id may hold anything (slashes, `..`, quotes), so it is a parameter and not a part of the path.
"""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, abort, render_template, request

from indexer.errors import InvalidQuery
from indexer.search.page import Highlight
from webapp import display, marking
from webapp.context import the_archive
from webapp.formats import FORMATS
from webapp.state import SearchState

blueprint = Blueprint("article", __name__)

SIMILAR = 5
#: What a browser lays out without a pause; longer texts are shown whole on request.
LONG_TEXT = 200_000


@blueprint.get("/article")
def show() -> str:
    article_id = request.args.get("id", "")
    if not article_id:
        abort(404)
    archive = the_archive()
    article = archive.article(article_id)
    state = _state()
    title_marks: tuple[Highlight, ...] = ()
    text_marks: tuple[Highlight, ...] = ()
    if state.text:
        # A query with a slip must not keep an article from being read.
        with suppress(InvalidQuery):
            title_marks, text_marks = archive.highlight(article, state.text)
    whole = len(article.text) <= LONG_TEXT or request.args.get("whole") == "1"
    text = article.text if whole else article.text[:LONG_TEXT]
    paragraphs, hits = marking.paragraphs(text, text_marks)
    return render_template(
        "article.html",
        state=state,
        article=article,
        heading=display.heading(article),
        title_marks=title_marks,
        paragraphs=paragraphs,
        hits=hits,
        whole=whole,
        extra={name: value for name, value in article.extra.items() if not name.startswith("_")},
        formats=FORMATS,
        similar=archive.similar(article_id, SIMILAR),
    )


def _state() -> SearchState:
    """Return the search that the reader comes from, an empty one where its address is broken."""
    try:
        return SearchState.from_args(request.args)
    except InvalidQuery:
        return SearchState()
