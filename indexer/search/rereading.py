"""Reading again: articles and their passages from the engine, and what late interaction says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from indexer.engines.base import Engine, Gathered, GatherRequest, Union
from indexer.models.codes import Coder
from indexer.search.found import Found, Listed
from indexer.search.late import Interaction, interact, title_words
from indexer.search.prepared import Prepared
from indexer.search.ranking import compares_titles, rerank, to_reread
from indexer.search.timing import Stopwatch


class Rereader:
    """Reads articles of one archive again. Safe to use from several threads."""

    def __init__(self, engine: Engine, coder: Coder | None) -> None:
        """Without a *coder* nothing is read for its order, nor to name its best passage."""
        self._engine = engine
        self._coder = coder

    def compares(self, prepared: Prepared) -> bool:
        """Return whether late interaction names the best passages: it has words to compare."""
        words = prepared.encoding.words if prepared.encoding else None
        return self._coder is not None and words is not None and len(words) > 0

    def pool(self, prepared: Prepared, found: Found) -> tuple[str, ...]:
        """Return the articles that late interaction reads for their order."""
        return to_reread(prepared, found) if self.compares(prepared) else ()

    def reread(self, prepared: Prepared, found: Found, clock: Stopwatch) -> Found:
        """Return what was found in the order of late interaction, for those who want no page of it."""
        pool = self.pool(prepared, found)
        if not pool:
            return found
        titles = compares_titles(prepared, found, pool)
        return rerank(prepared, found, self.read_again(prepared, pool, clock, titles=titles))

    def reordered(self, prepared: Prepared, found: Found, pool: Sequence[str], gathered: Gathered) -> Found:
        """Return what was found in the order of late interaction, whose *pool* has been gathered already."""
        titles = compares_titles(prepared, found, pool)
        return rerank(prepared, found, self.interactions(prepared, pool, gathered, titles=titles))

    def read_again(
        self, prepared: Prepared, ids: tuple[str, ...], clock: Stopwatch, *, titles: bool
    ) -> dict[str, Interaction]:
        """Return `interactions` of articles that have yet to be gathered."""
        gathered = self.fetched(ids if titles else (), ids, clock)
        with clock.stage("late"):
            return self.interactions(prepared, ids, gathered, titles=titles)

    def fetched(self, ids: tuple[str, ...], passages_of: tuple[str, ...], clock: Stopwatch) -> Gathered:
        """Return articles, of some of them the passages with their codes, and no counts."""
        with clock.stage("gather"):
            request = GatherRequest(Union(ids=()), ids, passages_of=passages_of, codes=True)
            return self._engine.gather(request, timeout=clock.remaining())

    def completed(
        self,
        gathered: Gathered,
        entries: Sequence[Listed],
        beside: Sequence[Sequence[str]],
        clock: Stopwatch,
    ) -> Gathered:
        """Return what was gathered with what the page turned out to need besides, if anything."""
        shown = [article_id for article_id, _ in entries if article_id not in gathered.passages]
        copies = [article_id for ids in beside for article_id in ids]
        unknown = [article_id for article_id in (*shown, *copies) if article_id not in gathered.articles]
        if not shown and not unknown:
            return gathered
        more = self.fetched(tuple(unknown), tuple(shown), clock)
        return replace(
            gathered,
            articles={**gathered.articles, **more.articles},
            passages={**gathered.passages, **more.passages},
            complete=gathered.complete and more.complete,
            notice=gathered.notice or more.notice,
        )

    def of_page(
        self, prepared: Prepared, found: Found, ids: Sequence[str], gathered: Gathered
    ) -> Mapping[str, Interaction]:
        """Return what late interaction says of a page's articles, and of those that it has read for their order."""
        # What was not read again has its place already; which of its passages is shown has not been said.
        unread = found.unread(ids)
        return {**found.late, **self.interactions(prepared, unread, gathered, titles=False)}

    def interactions(
        self, prepared: Prepared, ids: Sequence[str], gathered: Gathered, *, titles: bool
    ) -> dict[str, Interaction]:
        """Return what late interaction says of articles; `titles`, which say nothing of passages, may be left out."""
        if prepared.encoding is None or self._coder is None or not ids:
            return {}
        read = {article_id: gathered.passages.get(article_id, ()) for article_id in ids}
        articles = {article_id: gathered.articles.get(article_id) for article_id in ids if titles}
        words = {article_id: title_words(article) for article_id, article in articles.items() if article}
        return interact(prepared.encoding, read, self._coder, words)
