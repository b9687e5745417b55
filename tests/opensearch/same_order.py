"""The same articles in both engines, the same questions to both: how far the answers agree."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from indexer.archive import Archive
from indexer.article import Article
from indexer.engines.base import Filters
from indexer.evaluate.datasets import plain
from indexer.models.base import Encoder
from indexer.search.page import ResultPage
from indexer.search.request import SearchRequest
from indexer.settings import Settings

DEPTH = 10
#: Scores that are nearer to each other than this are alike.
_ALIKE = 5e-5
_WORD = re.compile(r"\w{3,}")


@dataclass(slots=True)
class Agreement:
    """What was compared: the first `DEPTH` articles of every answer, and what was counted."""

    queries: int = 0
    same_order: int = 0
    overlap: float = 0.0  # sum over the queries
    same_total: int = 0
    same_facets: int = 0
    differing: list[str] = field(default_factory=list)

    @property
    def mean_overlap(self) -> float:
        return self.overlap / self.queries

    def __str__(self) -> str:
        return (
            f"{self.queries} queries: {self.same_order} in the same order, overlap@{DEPTH} "
            f"{self.mean_overlap:.4f}, {self.same_total} with the same total, {self.same_facets} with the same "
            f"facets; differing: {self.differing}"
        )


@contextmanager
def both(
    articles: Sequence[Article], encoder: Encoder, cluster: Settings, folder: Path
) -> Iterator[tuple[Archive, Archive]]:
    """Yield an embedded archive and one on a cluster that hold *articles*."""
    embedded = cluster.model_copy(update={"engine": "embedded", "archive": folder})
    with (
        Archive.open(embedded, encoder=encoder) as one,
        Archive.open(cluster, encoder=encoder) as other,
    ):
        one.add(articles)
        other.add(articles)
        yield one, other


def requests(articles: Sequence[Article], questions: Sequence[str], count: int) -> list[SearchRequest]:
    """Return *count* requests, every second with filters: questions and titles, words, phrases, conditions.

    Each question is asked once without filters and once with: where two articles are so near to each other at the end
    of a leg that the engines take one each, it should not count for several.
    """
    draw = random.Random(count)
    made = []
    for number in range(count):
        article = draw.choice(articles)
        words = _WORD.findall(article.text)[:60] or ["nothing"]
        place = draw.randrange(max(1, len(words) - 4))
        if number % 4 < 2:
            text = questions[number // 4] if number // 4 < len(questions) else plain(article.title)
        else:
            text = draw.choice(
                [
                    " ".join(words[place : place + 4]),
                    f'"{" ".join(words[place : place + 2])}"',
                    f"+{words[place]} {words[-1]}",
                    f"{words[place]} -{words[-1]}",
                    f'{words[place]} OR "{" ".join(words[-2:])}"',
                ]
            )
        made.append(SearchRequest(text, _filters(draw, article) if number % 2 else Filters(), size=DEPTH))
    return made


def compare(one: Archive, other: Archive, asked: Sequence[SearchRequest]) -> Agreement:
    agreement = Agreement()
    for request in asked:
        first, second = one.search(request), other.search(request)
        ids, others = ([result.article.id for result in page.results] for page in (first, second))
        agreement.queries += 1
        same = _same_order(first, second)
        agreement.same_order += same
        most = max(len(ids), len(others))
        agreement.overlap += len(set(ids) & set(others)) / most if most else 1.0
        agreement.same_total += first.total == second.total
        agreement.same_facets += first.facets == second.facets
        if not same:
            agreement.differing.append(request.text)
    return agreement


def _same_order(first: ResultPage, second: ResultPage) -> bool:
    """Return whether both pages hold the same articles in one order, but for those that score alike.

    The engines' cosines and term scores differ in the fifth digit: what is nearer to each other than that may stand
    either way.
    """
    scores = {result.article.id: result.score for result in first.results}
    others = {result.article.id for result in second.results}
    return scores.keys() == others and all(
        abs(one.score - scores[other.article.id]) < _ALIKE
        for one, other in zip(first.results, second.results, strict=True)
    )


def _filters(draw: random.Random, article: Article) -> Filters:
    year = article.published.at.year if article.published else 2018
    return draw.choice(
        [
            Filters(include={"language": frozenset({article.language})}),
            Filters(exclude={"language": frozenset({article.language})}),
            Filters(include={"source": frozenset({article.source or "none"})}),
            Filters(published_from=date(year, 1, 1), published_to=date(year, 6, 30)),
            Filters(include={"language": frozenset({"ar"})}, published_from=date(year, 1, 1)),
        ]
    )
