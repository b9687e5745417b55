"""The searcher: a request in, a page of results out, the same on every engine.

A search asks the engine twice: what the legs find (`match`), then the articles with their passages, and the counts
(`gather`). What is known before the words are planned, as what is near by meaning, is asked for by itself: a cluster
answers that while the plan is made, and counts while the page is. Where the query is the title of an article, four
calls more read that and what is near to it (`indexer.search.knownitem`). Ordered by date there is one more, `browse`,
as only the engine knows all dates; each facet that filters adds a `gather` that counts its other values. Where copies
leave more places of a page than the `_SPARE` articles that come with it fill, the others are read in one more call.

This module is the order of these calls; what each step does is in a module of its own: `preparing`, `ranking`,
`paging`, `counting`, `rereading`, `copies`, `results` and `notices`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from indexer.article import Article
from indexer.engines.base import Engine, Field, GatherRequest, Union
from indexer.errors import EngineTimeout, EngineUnavailable
from indexer.models.base import Encoder
from indexer.search import alike
from indexer.search.columns import head
from indexer.search.copies import HORIZON, Stories, stories
from indexer.search.counting import begin_counting
from indexer.search.facets import FacetValues, filtered_facets
from indexer.search.found import Found, Ranking
from indexer.search.knowledge import Knowledge
from indexer.search.knownitem import CANDIDATES, near_article
from indexer.search.notices import (
    Notices,
    of_corrections,
    of_missing_parts,
    of_ranking,
    unmentioned,
    with_fields_closed,
)
from indexer.search.page import Highlight, Result, ResultPage
from indexer.search.paging import (
    WINDOW,
    ByDate,
    check_page,
    check_request,
    empty_page,
    is_beyond,
    is_by_date,
)
from indexer.search.plan import QueryPlan
from indexer.search.prepared import Prepared
from indexer.search.preparing import Encode, Preparer
from indexer.search.query import parse
from indexer.search.querylanguage import QueryLanguage
from indexer.search.ranking import Answers, early_legs, find, run, union
from indexer.search.request import Demand, PlanEdits, SearchRequest
from indexer.search.rereading import Rereader
from indexer.search.results import ResultMaker, similar_result
from indexer.search.snippets import Marker
from indexer.search.spellings import NameSpellings, name_spellings
from indexer.search.standing import stands_out
from indexer.search.timing import Stopwatch, Watch
from indexer.search.warming import learn_words
from indexer.search.weights import DEPTH, WEIGHTS, Weights
from indexer.search.wholenames import WholeName, whole_name
from indexer.settings import Settings
from indexer.text import load_detector

#: Articles behind a page that come with their passages, as copies among its own make room for them.
_SPARE = 3


class Searcher:
    """Searches one archive. Safe to use from several threads."""

    def __init__(
        self,
        engine: Engine,
        encoder: Encoder,
        settings: Settings,
        *,
        depth: int = DEPTH,
        weights: Weights = WEIGHTS,
    ) -> None:
        self._engine = engine
        self._coder = encoder.coder
        self._timeout = settings.search_timeout
        self._depth = depth
        self.knowledge = Knowledge(engine, weights.plan)
        facet_values = FacetValues(engine, settings.search_timeout)
        self._preparer = Preparer(encoder, facet_values, self.knowledge, weights)
        self._rereader = Rereader(engine, self._coder)
        self._notices = Notices(engine, facet_values, self.knowledge)

    def warm_up(self) -> None:
        """Read what the first searches would wait for: lexicon, dictionaries, facets' values, profiles of languages."""
        load_detector()
        alike.load()
        first = SearchRequest("the first question")
        try:
            self.search(first)
        except EngineTimeout:
            # What took so long is done now, when it was an archive's views that had to be made.
            self.search(first)

    def learn_words(self) -> None:
        """Learn the words of the newest articles, which marking the first pages would take time for."""
        learn_words(self._engine, Stopwatch(self._timeout))

    # -- the whole

    def search(self, request: SearchRequest, watch: Watch | None = None) -> ResultPage:
        """Return a page of results. Another thread may follow and stop the search by its `watch`.

        Raises `InvalidQuery` for a query, filter or page that makes no sense, `EngineTimeout`, `SearchStopped`.
        """
        check_request(request)
        if is_beyond(request):
            # The first page tells the number of the last one, and costs less than to rank so many.
            first = self.search(replace(request, page=1), watch)
            check_page(request, first.pages, first.total)
        clock = Stopwatch(self._timeout, watch)
        asked = self._preparer.understood(request, clock)
        if asked.filters is None:
            return empty_page(request, asked, clock)
        by_date = is_by_date(request, asked)
        lift = filtered_facets(asked.filters)
        prepared, early = self._planned_and_begun(asked, request, clock, self._depth, lift)
        notices = [one.notice for one in prepared.unknown]
        slips = self._notices.slips(prepared.parsed)
        notices += self._notices.of_words(prepared.parsed, prepared.lookup, prepared.filters, slips)
        notices += of_corrections(prepared.plan.corrections)
        notices += self._notices.additions_missed(prepared.plan, clock)
        offset = (request.page - 1) * request.size
        # Where copies stand beside others, so many more articles may come before the page's last.
        horizon = HORIZON if request.stories else 0
        reach = 0 if by_date else min(WINDOW, horizon + offset + request.size)
        found = find(self._engine, prepared, clock, early, depth=self._depth, reach=reach)
        whole = union(prepared, found)
        counting = begin_counting(self._engine, found, whole, clock, request.whole_facet)
        listing: Found | ByDate = ByDate(self._engine, whole, request.sort, clock) if by_date else found
        stretch = listing.page(0, horizon) if horizon else []
        entries = stretch[offset : offset + request.size] or listing.page(offset, request.size)
        pool = () if by_date else self._rereader.pool(prepared, found)
        # What is read again, or follows where copies stand beside others, may move to this page: one call brings all.
        following = stretch[offset + request.size :][: horizon if by_date else _SPARE]
        read = tuple(dict.fromkeys([*(article_id for article_id, _ in (*entries, *following)), *pool]))
        wanted = tuple(dict.fromkeys([*(article_id for article_id, _ in stretch), *read]))
        gathered = self._rereader.fetched(wanted, read, clock)
        if pool:
            clock.check()
            with clock.stage("late"):
                found = self._rereader.reordered(prepared, found, pool, gathered)
                # The same articles in another order.
                listing = found
                stretch, entries = found.page(0, horizon), found.page(offset, request.size)
        grouped = Stories()
        beside: list[tuple[str, ...]] = []
        if request.stories:
            clock.check()
            with clock.stage("copies"):
                grouped = stories([article_id for article_id, _ in stretch], gathered.articles)
                places, behind = grouped.places(offset, request.size)
                entries = [stretch[place] for place in places]
                beside = [grouped.copies.get(place, ()) for place in places]
            if len(entries) < request.size:
                entries += listing.page(behind, request.size - len(entries))
            gathered = self._rereader.completed(gathered, entries, beside, clock)
        clock.check()
        with clock.stage("snippets"):
            shown = [article_id for article_id, _ in entries]
            late = self._rereader.of_page(prepared, found, shown, gathered)
            maker = ResultMaker(prepared, self._coder)
            results = tuple(maker.page(found, entries, gathered, late, offset=offset, beside=beside))
        with clock.stage("counts"):
            counted, facets = counting()
        pages = -(-(min(counted.total, WINDOW) - grouped.hidden) // request.size)
        check_page(request, pages, counted.total)
        answers = None if by_date else stands_out(prepared, found)
        notices = [
            *of_ranking(found, answers),
            *notices,
            *unmentioned(prepared.parsed.free_text, prepared.lookup, results),
            *of_missing_parts((counted, gathered)),
            *found.notices,
        ]
        return ResultPage(
            request=request,
            results=results,
            total=counted.total,
            keyword_total=found.keyword_total,
            pages=pages,
            facets=facets,
            histogram=counted.histogram,
            notices=tuple(dict.fromkeys(notices)),
            timings_ms=clock.timings_ms(),
            copies=grouped.hidden,
            compared=grouped.compared,
            stands_out=answers,
            in_arabic=self._notices.in_arabic(prepared.parsed, prepared.filters),
            closed=with_fields_closed(prepared.parsed, slips),
            unknown=prepared.unknown,
            plan=prepared.plan,
        )

    def prepare(self, request: SearchRequest, encode: Encode | None = None) -> Prepared:
        """Return a request parsed, encoded and planned, for those who match articles themselves.

        *encode* may remember what the encoder would say of a text in a language.
        """
        return self._preparer.prepare(request, Stopwatch(self._timeout), encode)

    def rank(self, request: SearchRequest, depth: int = DEPTH) -> Ranking:
        """Return the best `depth` articles with what each leg said: what `newsarchive evaluate` judges."""
        clock = Stopwatch(self._timeout)
        check_request(request)
        prepared, found = self._found(request, clock, depth=max(depth, self._depth))
        found = self._rereader.reread(prepared, found, clock)
        fused = [(entry.id, entry.score) for entry in found.fused[:depth]]
        legs = {leg: head(result, depth) for leg, result in found.legs.items()}
        return Ranking(fused, legs, clock.timings_ms(), stands_out(prepared, found))

    def evidence(self, request: SearchRequest, best: int = 0) -> tuple[Prepared, Found]:
        """Return what the legs found, and what late interaction says of the `best` articles of each leg.

        These are more than it reads again for a page: whoever tries other weights has what they would need.
        """
        clock = Stopwatch(self._timeout)
        check_request(request)
        prepared, found = self._found(request, clock, depth=self._depth)
        read = dict.fromkeys(found.first)
        for result in found.legs.values():
            read |= dict.fromkeys(result.ids[:best])
        return prepared, replace(
            found, late=self._rereader.read_again(prepared, tuple(read), clock, titles=True)
        )

    def ids(self, request: SearchRequest) -> Iterator[str]:
        """Yield the ids of everything that a request finds, in its order, whatever its page.

        The order is kept for the first `WINDOW` articles; those behind come by id. Raises `EngineUnavailable` where a
        part of the archive does not answer.
        """
        clock = Stopwatch(self._timeout)
        check_request(replace(request, page=1))
        prepared, found = self._found(request, clock, depth=self._depth, reach=WINDOW)
        if prepared.filters is None:
            return
        # A page can tell that articles are missing; nobody would see that a list lacks them.
        if not found.complete:
            raise EngineUnavailable(found.notices[0])
        whole = union(prepared, found)
        if is_by_date(request, prepared):
            listed = ByDate(self._engine, whole, request.sort, clock).ids()
        else:
            found = self._rereader.reread(prepared, found, clock)
            listed = (article_id for article_id, _ in found.page(0, WINDOW))
        seen: set[str] = set()
        for article_id in islice(listed, WINDOW):
            seen.add(article_id)
            yield article_id
        if len(seen) == WINDOW:
            for article in self._engine.scan(whole):
                if article.id not in seen:
                    yield article.id

    def similar(self, article_id: str, size: int = 10) -> list[Result]:
        """Return the articles nearest to one by meaning, nearest first, without itself.

        What an article is about is said by its first passage (see `near_article`). Empty for an unknown id.
        """
        article = self._engine.articles([article_id]).get(article_id) if size > 0 else None
        leg = None
        if article is not None:
            deep = max(CANDIDATES, size + 1)
            leg = near_article(
                self._engine, article, self.knowledge.background, size=deep, timeout=self._timeout
            )
        if leg is None:
            return []
        near = [
            (other, float(score), int(number))
            for other, score, number in zip(leg.ids, leg.scores, leg.passages, strict=True)
            if other != article_id
        ][:size]
        ids = tuple(other for other, _, _ in near)
        gathered = self._engine.gather(
            GatherRequest(Union(ids=ids), ids=ids, passages_of=ids, codes=True), timeout=self._timeout
        )
        results: list[Result] = []
        for other, score, number in near:
            if article := gathered.articles.get(other):
                passages = gathered.passages.get(other, ())
                results.append(
                    similar_result(len(results) + 1, article, passages, score=score, nearest=number)
                )
        return results

    def highlight(
        self, article: Article, query: str, edits: PlanEdits | None = None
    ) -> tuple[tuple[Highlight, ...], tuple[Highlight, ...]]:
        """Return the marked runs of an article's title and of its whole text. Raises `InvalidQuery`."""
        request = SearchRequest(query, edits=edits or PlanEdits())
        prepared = self._preparer.prepare(request, Stopwatch(self._timeout))
        marker = Marker(prepared.lookup.words)
        return (
            marker.highlights(marker.marks(article.title, article.language, Field.TITLE)),
            marker.highlights(marker.marks(article.text, article.language, Field.BODY)),
        )

    def word_notices(self, request: SearchRequest) -> list[str]:
        """Return what a search says of words that it looks for otherwise than who asks may think, without searching."""
        parsed = parse(request.text)
        filters, _ = self._preparer.filtered(request, parsed)
        lookup = self._preparer.look_up(parsed, QueryPlan(), QueryLanguage())
        return [
            *self._notices.of_words(parsed, lookup, filters, self._notices.slips(parsed)),
            *of_corrections(self._preparer.corrections(request, parsed, filters).items()),
        ]

    def spellings(self, name: str) -> list[NameSpellings]:
        """Return the spellings of each part of a name in this archive, with how many articles hold them."""
        planner = self.knowledge.planner
        return name_spellings(self._engine, planner.lexicon, planner.dictionary, name, timeout=self._timeout)

    def whole_name(self, name: str, chosen: Sequence[Sequence[str]]) -> WholeName:
        """Return how the parts of a name stand side by side, *chosen* being the spellings of each that are meant."""
        dictionary = self.knowledge.planner.dictionary
        return whole_name(self._engine, dictionary, name, chosen, timeout=self._timeout)

    # -- stages

    def _begin_early(
        self, first: Prepared, clock: Stopwatch, depth: int, *, stories: bool, lift: Sequence[str]
    ) -> Callable[[], Answers] | None:
        """Ask what can be asked before there is a plan; return what waits for the answers."""
        stories = stories and first.weights.known_item > 0
        legs = early_legs(
            first, depth, numbers=not self._rereader.compares(first), stories=stories, lift=lift
        )
        return self._engine.begin(lambda engine: run(engine, legs, clock.remaining())) if legs else None

    def _planned_and_begun(
        self,
        first: Prepared,
        request: SearchRequest,
        clock: Stopwatch,
        depth: int,
        lift: Sequence[str] = (),
    ) -> tuple[Prepared, Callable[[], Answers] | None]:
        """Return a request planned, and what waits for the answers that need no plan.

        Where words are demanded these do need it: which archive words stand for them is what it says. Nor is the story
        of an article with this title wanted then, whatever words it is told in.
        """
        if request.demand is not Demand.NONE:
            prepared = self._preparer.planned(first, request, clock)
            return prepared, self._begin_early(prepared, clock, depth, stories=False, lift=lift)
        early = self._begin_early(first, clock, depth, stories=not is_by_date(request, first), lift=lift)
        return self._preparer.planned(first, request, clock), early

    def _found(
        self, request: SearchRequest, clock: Stopwatch, *, depth: int, reach: int = 0
    ) -> tuple[Prepared, Found]:
        """Return a request with what its legs find, for those who want no page of it."""
        first = self._preparer.understood(request, clock)
        prepared, early = self._planned_and_begun(first, request, clock, depth)
        reach = 0 if is_by_date(request, first) else reach
        return prepared, find(self._engine, prepared, clock, early, depth=depth, reach=reach)
