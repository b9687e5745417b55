"""Pages: which there are, and everything that was found as one list in the order of its dates."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.engines.base import Engine, Sort, Union
from indexer.errors import InvalidQuery, NoSuchPage
from indexer.search.filters import check_filters
from indexer.search.found import Listed
from indexer.search.page import ResultPage
from indexer.search.prepared import Prepared
from indexer.search.request import MAX_PAGE_SIZE, SearchRequest
from indexer.search.timing import Stopwatch
from indexer.wording import say

#: Results that can be paged through; what lies behind is reached by narrowing, sorting by date or exporting.
WINDOW = 10_000
_BATCH = 500


class ByDate:
    """Everything that a request finds, in the order of its dates; pages are cut as of `Found`."""

    def __init__(self, engine: Engine, whole: Union, sort: Sort, clock: Stopwatch) -> None:
        self._engine = engine
        self._whole = whole
        # Without a question there is no best match, and the newest come first.
        self._sort = Sort.NEWEST if sort is Sort.RELEVANCE else sort
        self._clock = clock

    def page(self, offset: int, size: int) -> list[Listed]:
        """Return (id, None) of one page."""
        with self._clock.stage("legs"):
            ids, _ = self._engine.browse(
                self._whole, sort=self._sort, size=size, offset=offset, timeout=self._clock.remaining()
            )
        return [(article_id, None) for article_id in ids]

    def ids(self) -> Iterator[str]:
        """Yield the ids of the first `WINDOW` articles; no time limit holds, as who reads them sets the pace."""
        for offset in range(0, WINDOW, _BATCH):
            ids, _ = self._engine.browse(self._whole, sort=self._sort, size=_BATCH, offset=offset)
            yield from ids
            if len(ids) < _BATCH:
                return


def check_request(request: SearchRequest) -> None:
    """Raise `InvalidQuery` for a request that cannot be answered, before any work is done."""
    if not 1 <= request.size <= MAX_PAGE_SIZE:
        raise InvalidQuery(
            say("A page has 1 to %(most)s results, not %(given)s.", most=MAX_PAGE_SIZE, given=request.size)
        )
    if request.page < 1:
        raise NoSuchPage(say("Pages count from 1; there is no page %(page)s.", page=request.page))
    check_filters(request.filters)


def is_beyond(request: SearchRequest) -> bool:
    """Return whether a page begins behind what can be paged through, whatever is found."""
    return (request.page - 1) * request.size >= WINDOW


def check_page(request: SearchRequest, pages: int, total: int) -> None:
    """Raise `NoSuchPage` for one behind the last of *pages*; *total* is how many articles were found."""
    if request.page <= max(pages, 1):
        return
    there_is = say("the last page is %(page)s", page=pages) if total else say("there are no results")
    remedy = ""
    if total > WINDOW:
        there_is = say(
            "only the first %(most)s results can be paged through, and the last page is %(page)s",
            most=WINDOW,
            page=pages,
        )
        remedy = say("Narrow the search, for example by its dates, or export everything.")
    raise NoSuchPage(
        say("There is no page %(page)s: %(there_is)s.", page=request.page, there_is=there_is),
        last=pages if total else 0,
        remedy=remedy,
    )


def is_by_date(request: SearchRequest, asked: Prepared) -> bool:
    """Return whether dates order what a request finds: they are asked for, or nothing is that could be ranked."""
    return asked.browses or request.sort is not Sort.RELEVANCE


def empty_page(request: SearchRequest, asked: Prepared, clock: Stopwatch) -> ResultPage:
    """Return the page of filters that contradict each other (source:A, with a filter on source B)."""
    check_page(request, 0, 0)
    return ResultPage(
        request=request,
        results=(),
        total=0,
        keyword_total=0,
        pages=0,
        notices=(
            *(one.notice for one in asked.unknown),
            say("No article can pass the filters of the query and those beside it together."),
        ),
        timings_ms=clock.timings_ms(),
        unknown=asked.unknown,
    )
