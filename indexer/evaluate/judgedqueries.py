"""What an archive is judged by: queries with the articles that are relevant to them, and how they are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer.engines.base import Filters
from indexer.errors import InvalidQuery
from indexer.evaluate.datasets import Qrels, Query, plain
from indexer.search.filters import combine
from indexer.search.request import SearchRequest


@dataclass(frozen=True, slots=True)
class JudgedQueries:
    """Queries with their judgements.

    `filters` hold for every query, beside its own. With `syntax` the texts are in the query language; otherwise they
    are plain questions. Of each kind of queries only the first `limit` are asked. `unanswerable` are queries without
    any answer in the archive.
    """

    queries: Sequence[Query]
    qrels: Qrels
    filters: Filters = field(default_factory=Filters)
    syntax: bool = False
    limit: int | None = None
    unanswerable: Sequence[Query] = ()

    @property
    def answerable(self) -> list[Query]:
        """The queries that have at least one relevant article."""
        return [
            query
            for query in self.queries
            if any(grade > 0 for grade in self.qrels.get(query.id, {}).values())
        ]

    def request(self, query: Query) -> SearchRequest:
        """Return what is asked for one of the queries. Raises `InvalidQuery` as `merge` does."""
        text = query.text if self.syntax else plain(query.text)
        return SearchRequest(text, merge(query.filters, self.filters), edits=query.edits)


def merge(own: Filters, common: Filters) -> Filters:
    """Return filters that let pass what both let pass. Raises `InvalidQuery` where that can be nothing."""
    if common.is_empty:
        return own
    both = combine(own, common)
    if both is None:
        raise InvalidQuery("The query's own filters and those given for all queries exclude each other.")
    return both
