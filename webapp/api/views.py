"""The operations of the API: thin calls of the archive."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, request, url_for
from werkzeug.datastructures import MultiDict

from indexer.article import Article
from indexer.errors import InvalidQuery
from indexer.search.page import Result
from webapp import export as exporting
from webapp.api import answers
from webapp.api.cursor import next_cursor, page_of
from webapp.api.operations import operation
from webapp.api.parameters import (
    ArticleParameters,
    ExportParameters,
    PagedParameters,
    SearchParameters,
    SimilarParameters,
)
from webapp.context import run_search, the_archive
from webapp.formats import FORMATS
from webapp.state import SearchState

#: What an export may be, its own choice first; without the parameters that go along in an answer.
MEDIA_TYPES = tuple(
    FORMATS[name].content_type.partition(";")[0] for name in sorted(FORMATS, key=lambda name: name != "jsonl")
)


@operation("/search", PagedParameters, answers.SearchAnswer)
def search(given: PagedParameters) -> answers.SearchAnswer:
    """Search the archive.

    Takes what the address of a search page holds behind its question mark. Follow `next_cursor` for the pages
    after this one; only the first 10,000 results can be paged through, `/api/v1/export` has all of them. A
    cursor is a place in a ranking: articles that are added meanwhile may move a result to another page.
    """
    state = SearchState.from_args(_without(request.args, "cursor"))
    if given.cursor:
        if given.page is not None:
            raise InvalidQuery("Give a cursor or a page, not both.")
        state = state.on_page(page_of(given.cursor, state))
    page = run_search(state.to_request())
    return answers.SearchAnswer(
        **answers.counts(page),
        query=state.query_string(),
        page=state.page,
        pages=page.pages,
        stands_out=page.stands_out,
        results=_results(page.results),
        plan=answers.planned(page.plan),
        next_cursor=next_cursor(state, page),
        timings_ms=dict(page.timings_ms),
    )


@operation("/facets", SearchParameters, answers.CountsAnswer)
def facets(given: SearchParameters) -> answers.CountsAnswer:
    """Count what a search finds, by field and by date."""
    state = SearchState.from_args(request.args)
    return answers.CountsAnswer(**answers.counts(run_search(state.to_request())))


@operation("/article", ArticleParameters, answers.ArticleAnswer, errors=(404,))
def article(given: ArticleParameters) -> answers.ArticleAnswer:
    """Return one article with its text.

    The id is a parameter, not a part of the path: it may hold anything, slashes too.
    """
    found = the_archive().article(given.id)
    return answers.article_answer(found, _page(found), the_archive().gists([found]).get(found.id, ""))


@operation("/similar", SimilarParameters, answers.SimilarAnswer, errors=(404,))
def similar(given: SimilarParameters) -> answers.SimilarAnswer:
    """Return the articles nearest to one by meaning, whatever their language."""
    return answers.SimilarAnswer(results=_results(the_archive().similar(given.id, given.size)))


@operation("/export", ExportParameters, None, media_types=MEDIA_TYPES)
def export(given: ExportParameters) -> Response:
    """Stream everything that a search finds, or the articles named by `id`.

    JSON Lines unless another format is asked for: a whole article a line, in the form that `newsarchive index`
    takes back. There is no limit to their number; the order holds for the first 10,000, the others come by id.
    """
    return exporting.answer(request.args, given.format)


def _results(results: Sequence[Result]) -> list[answers.ResultAnswer]:
    gists = the_archive().gists(results)
    return [
        answers.result_answer(result, _page(result.article), gists.get(result.article.id, ""))
        for result in results
    ]


def _without(args: MultiDict[str, str], name: str) -> MultiDict[str, str]:
    return MultiDict([pair for pair in args.items(multi=True) if pair[0] != name])


def _page(article: Article) -> str:
    return url_for("article.show", id=article.id)
