"""What the API answers: models whose JSON schemas are the API's description, made from what a search finds.

Every field is always there, empty or null where nothing is known, so that a caller needs no guards.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from indexer.article import Article, Precision
from indexer.engines.base import Count, Histogram
from indexer.search.page import Highlight, Result, ResultPage
from indexer.search.plan import QueryPlan


class Answer(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PublishedAnswer(Answer):
    """When an article says that it was published, as far as it says so."""

    date: Annotated[str, Field(description="`2018`, `2018-02`, `2018-02-18` or `2018-02-18T10:00:00+04:00`.")]
    at: Annotated[str, Field(description="The earliest moment that this can be, in UTC.")]
    precision: Precision
    raw: Annotated[str, Field(description="As the source writes it.")]
    doubtful: Annotated[bool, Field(description="In the future, or before 1900.")]


class ArticleSummary(Answer):
    """An article without its text. All of it is as the source wrote it: escape it before you show it."""

    id: str
    title: str
    title_made: Annotated[bool, Field(description="Made from the first sentence; the source has no title.")]
    gist: Annotated[
        str, Field(description="An Arabic title in English, word for word; empty where there is none.")
    ]
    url: str
    source: str
    section: str
    author: str
    publisher: str
    credit: str
    language: Annotated[str, Field(description="ISO 639 code; `und` where it could not be told.")]
    language_confidence: float
    published: PublishedAnswer | None
    page: Annotated[str, Field(description="Where a person reads it in this archive: a path.")]


class ArticleAnswer(ArticleSummary):
    """A whole article."""

    summary: str
    text: str
    extra: Annotated[dict[str, str], Field(description="Fields of the source that the archive only keeps.")]


class HighlightAnswer(Answer):
    """A marked run: characters `start` to `end` (not included) of the text it belongs to."""

    start: int
    end: int
    kind: Annotated[str, Field(description="`keyword`, or `meaning` for a word of another language.")]
    word: Annotated[str, Field(description="The word of the question that it answers.")]


class SnippetAnswer(Answer):
    """The passage that best answers the question."""

    text: str
    language: str
    start: Annotated[int, Field(description="Where it begins in the article's text.")]
    end: int
    highlights: list[HighlightAnswer]


class LegAnswer(Answer):
    """What one way of searching said of an article."""

    leg: str
    rank: Annotated[int, Field(description="From 1; 0 where this way did not find it.")]
    score: float
    share: Annotated[float, Field(description="Its part of the final score.")]


class PairAnswer(Answer):
    """A word of the question and what it met in the article."""

    word: str
    found: str
    source: str


class SearchedAnswer(Answer):
    """An archive word, or several side by side, that is searched for a word of the question."""

    key: Annotated[str, Field(description="Names it in `drop` and `pin`.")]
    surface: Annotated[str, Field(description="How it is mostly written.")]
    language: str
    weight: float
    source: Annotated[
        str,
        Field(
            description="`dictionary`, `name`, `corrected`, `sound`, `adjective`, `near`, `inflection`, `added`."
        ),
    ]
    articles: Annotated[int, Field(description="How many hold it; 0 where that is not known.")]


class PlannedAnswer(Answer):
    """A word of the question with what is searched for it, weightiest first."""

    text: str
    key: Annotated[str, Field(description="Names it in `drop` and `pin`.")]
    meant: Annotated[str, Field(description="What it is searched as, where it seems to be mistyped.")] = ""
    searched: list[SearchedAnswer]


class ResultAnswer(Answer):
    """One result with its reasons."""

    rank: int
    score: float
    article: ArticleSummary
    snippet: SnippetAnswer
    title_highlights: list[HighlightAnswer]
    reason: Annotated[str, Field(description="Why it came, as an English sentence.")]
    legs: list[LegAnswer]
    pairs: list[PairAnswer]


class CountAnswer(Answer):
    value: str
    count: int


class BucketAnswer(Answer):
    """A period that holds articles."""

    period: Annotated[str, Field(description="`2018`, `2018-02` or `2018-02-18`.")]
    count: int


class HistogramAnswer(Answer):
    """Articles by date; periods without any are left out."""

    unit: Annotated[str, Field(description="`year`, `month` or `day`.")]
    buckets: list[BucketAnswer]
    undated: int
    doubtful: int


class CountsAnswer(Answer):
    """What a search finds, counted."""

    total: Annotated[int, Field(description="Articles found by words or by meaning.")]
    keyword_total: Annotated[int, Field(description="Those of them found by words.")]
    facets: Annotated[
        dict[str, list[CountAnswer]],
        Field(
            description="By field, the most frequent values first. A field that filters is counted as if not."
        ),
    ]
    histogram: HistogramAnswer | None
    notices: Annotated[list[str], Field(description="What a person should know of this answer.")]


class SearchAnswer(CountsAnswer):
    """One page of results."""

    query: Annotated[str, Field(description="The search as a query string, defaults left out.")]
    page: int
    pages: int
    stands_out: Annotated[
        bool | None,
        Field(
            description="False where the nearest is likely no answer, null where that cannot be told "
            "(question and article in one language, another order than by relevance)."
        ),
    ]
    results: list[ResultAnswer]
    plan: Annotated[list[PlannedAnswer], Field(description="What was searched for each word.")]
    next_cursor: Annotated[
        str | None, Field(description="`cursor` of the next page; null after the last that can be paged to.")
    ]
    timings_ms: Annotated[dict[str, float], Field(description="Milliseconds by stage, and `total`.")]


class SimilarAnswer(Answer):
    """The articles nearest to one by meaning, nearest first."""

    results: list[ResultAnswer]


class SavedAnswer(Answer):
    """A saved search."""

    id: str
    name: str
    search: Annotated[str, Field(description="As a query string, defaults left out.")]
    who: str
    created_at: str
    mailed: bool
    posted: Annotated[bool, Field(description="Whether a webhook is told; its address is not.")]
    alerts: int
    unread: int
    problem: Annotated[str, Field(description="What went wrong the last time; empty where all went well.")]
    page: Annotated[str, Field(description="Where a person reads it: a path.")]
    feed: Annotated[str, Field(description="Its Atom feed: a path.")]


class SavedListAnswer(Answer):
    """All saved searches."""

    saved: list[SavedAnswer]


class AlertAnswer(Answer):
    """A new article that answers a saved search."""

    at: str
    reason: Annotated[str, Field(description="What triggered it, as an English sentence.")]
    pairs: list[PairAnswer]
    unread: bool
    article: ArticleSummary | None


class AlertListAnswer(Answer):
    """The alerts of a saved search, the latest first."""

    alerts: list[AlertAnswer]


class ProblemAnswer(BaseModel):
    """A problem (RFC 9457)."""

    type: Annotated[str, Field(description="What kind of problem: where this page explains it.")]
    title: str
    status: int
    detail: str
    remedy: Annotated[str | None, Field(description="What to do, where that is known.")] = None
    column: Annotated[int | None, Field(description="The place in `q` that is wrong, from 0.")] = None


# --- from what a search finds ---------------------------------------------------------------------


def summary_fields(article: Article, page: str, gist: str) -> dict[str, Any]:
    return {
        **{
            name: getattr(article, name)
            for name in (
                "id", "title", "title_made", "url", "source", "section", "author", "publisher", "credit",
                "language", "language_confidence",
            )
        },
        "gist": gist,
        "published": _published(article),
        "page": page,
    }  # fmt: skip


def article_answer(article: Article, page: str, gist: str) -> ArticleAnswer:
    extra = {name: value for name, value in article.extra.items() if not name.startswith("_")}
    return ArticleAnswer(
        **summary_fields(article, page, gist), summary=article.summary, text=article.text, extra=extra
    )


def result_answer(result: Result, page: str, gist: str) -> ResultAnswer:
    snippet, why = result.snippet, result.explanation
    return ResultAnswer(
        rank=result.rank,
        score=result.score,
        article=ArticleSummary(**summary_fields(result.article, page, gist)),
        snippet=SnippetAnswer(
            text=snippet.text,
            language=snippet.language,
            start=snippet.start,
            end=snippet.end,
            highlights=_highlights(snippet.highlights),
        ),
        title_highlights=_highlights(result.title_highlights),
        reason=why.sentence,
        legs=[LegAnswer(leg=leg.leg, rank=leg.rank, score=leg.score, share=leg.share) for leg in why.legs],
        pairs=[PairAnswer(word=pair.word, found=pair.found, source=pair.source) for pair in why.pairs],
    )


def counts(page: ResultPage) -> dict[str, Any]:
    """Return the fields of a `CountsAnswer`."""
    return {
        "total": page.total,
        "keyword_total": page.keyword_total,
        "facets": _facets(page.facets),
        "histogram": _histogram(page.histogram) if page.histogram else None,
        "notices": list(page.notices),
    }


def planned(plan: QueryPlan) -> list[PlannedAnswer]:
    return [
        PlannedAnswer(
            text=word.text,
            key=word.key,
            meant=word.meant,
            searched=[
                SearchedAnswer(
                    key=searched.key,
                    surface=searched.surface,
                    language=searched.language,
                    weight=searched.weight,
                    source=searched.source,
                    articles=searched.articles,
                )
                for searched in word.searched
            ],
        )
        for word in plan.words
    ]


def _published(article: Article) -> PublishedAnswer | None:
    date = article.published
    if date is None:
        return None
    written = date.to_dict()
    return PublishedAnswer(
        date=date.isoformat(),
        at=written["at"],
        precision=date.precision,
        raw=date.raw,
        doubtful=date.doubtful,
    )


def _highlights(highlights: tuple[Highlight, ...]) -> list[HighlightAnswer]:
    return [
        HighlightAnswer(start=mark.start, end=mark.end, kind=mark.kind, word=mark.word) for mark in highlights
    ]


def _facets(facets: Mapping[str, tuple[Count, ...]]) -> dict[str, list[CountAnswer]]:
    return {
        facet: [CountAnswer(value=value.value, count=value.count) for value in values]
        for facet, values in facets.items()
    }


def _histogram(histogram: Histogram) -> HistogramAnswer:
    return HistogramAnswer(
        unit=histogram.unit,
        buckets=[BucketAnswer(period=bucket.period, count=bucket.count) for bucket in histogram.buckets],
        undated=histogram.undated,
        doubtful=histogram.doubtful,
    )
