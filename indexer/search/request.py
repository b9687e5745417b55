"""What a person asks for: words, filters, order, page."""

from __future__ import annotations

from dataclasses import dataclass, field

from indexer.engines.base import Filters, Sort

MAX_QUERY_LENGTH = 2_000  # characters
MAX_QUERY_WORDS = 100
MAX_PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search. `text` is in the query language (`indexer.search.query`); empty text browses.

    `page` counts from 1. `filters` are combined with those written in the text (`source:BBC`).
    """

    text: str = ""
    filters: Filters = field(default_factory=Filters)
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    size: int = 10
