"""What a person asks for: words, filters, order, page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from indexer.engines.base import Filters, Sort

MAX_QUERY_LENGTH = 2_000  # characters
MAX_QUERY_WORDS = 100
MAX_PAGE_SIZE = 100


class Demand(StrEnum):
    """Which plain words of a question an article must hold, in whatever language they are searched: none of them
    (being near in meaning is enough), some, or all."""

    NONE = "none"
    SOME = "some"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class PlanEdits:
    """What the analyst changed in the query plan, by the exact form of the query word (or unit).

    `removed` holds the tokens that are not to be searched, `pinned` those that count in full; a pinned one
    that the plan does not propose is added. Without `names` no spelling of a name is guessed, and without `spelling` no
    word is taken to be mistyped.
    """

    removed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    pinned: Mapping[str, frozenset[str]] = field(default_factory=dict)
    names: bool = True
    spelling: bool = True


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search. `text` is in the query language (`indexer.search.query`); empty text browses.

    `page` counts from 1. `filters` are combined with those written in the text (`source:BBC`). With `stories`
    copies stand beside the best-ranked of them (`indexer.search.copies`), and pages count stories. `whole_facet`
    names one of which all values are counted, as far as that is possible, and not the most frequent only.
    A `demand` leaves out what is near in meaning alone.
    """

    text: str = ""
    filters: Filters = field(default_factory=Filters)
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    size: int = 10
    edits: PlanEdits = field(default_factory=PlanEdits)
    demand: Demand = Demand.NONE
    stories: bool = False
    whole_facet: str = ""
