"""The article page: the original text with the matched words marked, help for reading it, and where to go from it.

An id may hold anything (slashes, `..`, quotes), so it is a parameter and not a part of the path.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from indexer.article import Article
from indexer.errors import InvalidQuery
from indexer.search.copies import are_copies, wording_of
from indexer.search.page import Highlight, Result
from indexer.search.paging import WINDOW
from indexer.text import base_language
from webapp import display, marking, reading, translation
from webapp.context import run_search, the_archive
from webapp.formats import FORMATS
from webapp.public import at_root
from webapp.state import MAX_DIGITS, SearchState

blueprint = Blueprint("article", __name__)

SIMILAR = 5
#: The nearest articles, among which copies and those in other languages are looked for.
NEAR = 25
#: What a browser lays out without a pause; longer texts are shown whole on request.
LONG_TEXT = 200_000
#: With a gloss above each word a text takes six times as much.
LONG_TEXT_WITH_HELP = 30_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article stands among the results that the reader comes from; addresses are "" at the ends.

    A copy stands where its original does, and has no `result` of its own.
    """

    rank: int
    total: int
    previous: str
    next: str
    result: Result | None


@blueprint.get("/article")
def show() -> str:
    article_id = request.args.get("id", "")
    if not article_id:
        abort(404)
    archive = the_archive()
    article = archive.article(article_id)
    state = _state()
    place = _place(state, article_id)
    title_marks, text_marks = _marks(article, state, place)
    can_translate = translation.can_translate(article)
    translates = request.args.get("translate") == "1" and can_translate
    with_help = request.args.get("help") == "1" and reading.helps(article) and not translates
    longest = LONG_TEXT_WITH_HELP if with_help else LONG_TEXT
    whole = len(article.text) <= longest or request.args.get("whole") == "1"
    snippet = place.result.snippet if place and place.result else None
    best = (snippet.start, snippet.end) if snippet else (0, 0)
    side = translation.side_by_side(article, text_marks, best=best) if translates else None
    if side:
        paragraphs, hits = [row.original for row in side.rows], side.hits
    else:
        paragraphs, hits = marking.paragraphs(
            article.text if whole else article.text[:longest],
            text_marks,
            best=best,
            compose=partial(reading.with_glosses, archive.word_for_word(article)) if with_help else None,
        )
    near = archive.similar(article_id, NEAR)
    copies = _copies(article, [result.article for result in near])
    others = [result for result in near if result.article.id not in copies]
    abroad = [result for result in others if _language(result.article) != _language(article)][:SIMILAR]
    similar = [result for result in others if _language(result.article) == _language(article)][:SIMILAR]
    beside = [result for result in near if result.article.id in copies]
    return render_template(
        "article.html",
        state=state,
        article=article,
        heading=display.heading(article),
        place=place,
        title_marks=title_marks,
        paragraphs=paragraphs,
        passage=next((paragraph for paragraph in paragraphs if paragraph.best), None),
        hits=hits,
        whole=whole,
        can_help=reading.helps(article),
        with_help=with_help,
        help_url=_same_page(help="" if with_help else "1", translate=""),
        can_translate=can_translate,
        translates=translates,
        side=side,
        translate_url=_same_page(translate="" if translates else "1", help=""),
        further_url=_same_page(),
        whole_url=_same_page(whole="1"),
        romanised=reading.romanised_title(article),
        gists=reading.gists([article, *beside, *abroad, *similar]),
        extra={name: value for name, value in article.extra.items() if not name.startswith("_")},
        formats=FORMATS,
        copies=beside,
        abroad=abroad,
        similar=similar,
    )


@blueprint.get("/result")
def result() -> Response:
    """Lead to the article at one place (`rank`) of a search: what "next result" points to."""
    state = SearchState.from_args(request.args)
    rank = _rank() or 1
    page = run_search(replace(state, page=-(-rank // state.size)).to_request(stories=True))
    found = next((result for result in page.results if result.rank == rank), None)
    if found is None:
        return redirect(state.url())
    return redirect(f"{url_for('article.show', id=found.article.id)}&{_of_place(state, rank)}")


def _copies(article: Article, others: Sequence[Article]) -> frozenset[str]:
    """Return the ids of those that are copies of an article, or that it is a copy of."""
    own = wording_of(article.text)
    return frozenset(other.id for other in others if are_copies(own, wording_of(other.text)))


def _language(article: Article) -> str:
    return base_language(article.language)


def _state() -> SearchState:
    """Return the search that the reader comes from, an empty one where its address is broken."""
    try:
        return SearchState.from_args(request.args)
    except InvalidQuery:
        return SearchState()


def _rank() -> int | None:
    value = request.args.get("rank", "")
    rank = int(value) if value.isascii() and value.isdigit() and len(value) <= MAX_DIGITS else 0
    return rank if 0 < rank <= WINDOW else None


def _place(state: SearchState, article_id: str) -> Place | None:
    """Return the article's place, None where the address names none or the archive has changed since."""
    rank = _rank()
    if rank is None or state.is_empty:
        return None
    try:
        page = run_search(replace(state, page=-(-rank // state.size)).to_request(stories=True))
    except InvalidQuery:
        return None
    found = next(
        (
            result
            for result in page.results
            if article_id in (result.article.id, *(copy.id for copy in result.copies))
        ),
        None,
    )
    if found is None:
        return None
    stories = page.total - page.copies
    last = min(page.total, WINDOW) - page.copies
    return Place(
        found.rank,
        stories,
        _address(state, found.rank - 1) if found.rank > 1 else "",
        _address(state, found.rank + 1) if found.rank < last else "",
        found if found.article.id == article_id else None,
    )


def _address(state: SearchState, rank: int) -> str:
    return f"{url_for('article.result')}?{_of_place(state, rank)}"


def _of_place(state: SearchState, rank: int) -> str:
    query = replace(state, page=-(-rank // state.size)).query_string()
    return f"{query}&rank={rank}" if query else f"rank={rank}"


def _marks(
    article: Article, state: SearchState, place: Place | None
) -> tuple[tuple[Highlight, ...], tuple[Highlight, ...]]:
    """Return the marks of title and text; of the matched passage also those that only vectors know."""
    title: tuple[Highlight, ...] = ()
    text: tuple[Highlight, ...] = ()
    if state.text:
        # A query with a slip must not keep an article from being read.
        with suppress(InvalidQuery):
            title, text = the_archive().highlight(article, state.text, state.edits.to_plan_edits())
    if place is None or place.result is None:
        return title, text
    snippet = place.result.snippet
    aligned = (
        Highlight(mark.start + snippet.start, mark.end + snippet.start, mark.kind, mark.word)
        for mark in snippet.highlights
    )
    more = tuple(
        mark for mark in aligned if all(mark.end <= other.start or other.end <= mark.start for other in text)
    )
    return title, tuple(sorted((*text, *more), key=lambda mark: mark.start))


def _same_page(**changes: str) -> str:
    """Return this page's address with some parameters changed; an empty value takes one away."""
    kept = [pair for pair in request.args.items(multi=True) if pair[0] not in changes]
    pairs = [*kept, *(pair for pair in changes.items() if pair[1])]
    return f"{at_root(request.path)}?{urlencode(pairs)}"
