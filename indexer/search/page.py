"""What a search answers: results with their reasons, counts, and what the person should know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from indexer.article import Article
from indexer.engines.base import Count, Histogram, StoredPassage
from indexer.search.facets import Unknown
from indexer.search.plan import QueryPlan
from indexer.search.request import SearchRequest


@dataclass(frozen=True, slots=True)
class Highlight:
    """A marked run of the snippet or text; offsets count characters of the text that is marked.

    `kind` is "keyword" (the query's word, or a form of it, stands there) or "meaning" (it answers a query
    word in another language). `word` is the query word that it answers.
    """

    start: int
    end: int
    kind: str = "keyword"
    word: str = ""


@dataclass(frozen=True, slots=True)
class Snippet:
    """The passage that best answers the query. `start` and `end` are offsets into the article's text;
    the highlights' offsets are offsets into `text`."""

    number: int
    text: str
    start: int
    end: int
    language: str
    highlights: tuple[Highlight, ...] = ()


@dataclass(frozen=True, slots=True)
class LegScore:
    """What one leg said of an article: its raw score, its rank from 1, and its share of the final score."""

    leg: str  # of `indexer.search.explain`: "keywords", "meaning", "lead", "known item", "late", "title"
    score: float
    rank: int
    share: float


@dataclass(frozen=True, slots=True)
class WordPair:
    """A word of the query and the words of the article that it met, as they are written there.

    `source` says how (`indexer.search.sources`).
    """

    word: str
    found: str
    source: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an article is where it is. `sentence` is plain English."""

    sentence: str = ""
    legs: tuple[LegScore, ...] = ()
    pairs: tuple[WordPair, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """One article. `rank` counts articles from 1, or stories where they were asked for."""

    rank: int
    article: Article
    score: float
    snippet: Snippet
    title_highlights: tuple[Highlight, ...] = ()
    explanation: Explanation = field(default_factory=Explanation)
    #: Copies and reprints of it that were found, too: the earliest first, undated ones last.
    copies: tuple[Article, ...] = ()
    #: Its first passage, where it came with the codes of its words: what tells its title in English.
    lead: StoredPassage | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ResultPage:
    """One page of results.

    `total` counts the union of keyword matches and the nearest by meaning; `keyword_total` the former alone.
    `copies` is how many of `total` stand beside another article, of the first `compared` of the ranking; the
    rest can be paged through, in `pages`. `notices` are sentences for the person ("results are incomplete ...").
    `stands_out` is False where the best of it is no answer as far as can be told, None where that cannot be told
    (see `indexer.search.standing`). `timings_ms` has a part per stage.
    """

    request: SearchRequest
    results: tuple[Result, ...]
    total: int
    keyword_total: int
    pages: int
    facets: Mapping[str, tuple[Count, ...]] = field(default_factory=dict)
    histogram: Histogram | None = None
    notices: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    copies: int = 0
    compared: int = 0
    stands_out: bool | None = None
    #: The query with its conditions in Arabic, where they are in English and the archive has Arabic articles.
    in_arabic: str = ""
    #: The query with the values of its fields directly behind their colons, where spaces made them words.
    closed: str = ""
    #: Values of filters that no article has, of the query and beside it.
    unknown: tuple[Unknown, ...] = ()
    #: What was searched for each word of the query.
    plan: QueryPlan = field(default_factory=QueryPlan)
