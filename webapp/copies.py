"""Copies and reprints on one page of results, so that a story which many papers took over stands there once.

Two texts are copies where most runs of four words of the shorter one stand in the other (Broder 1997, "On the
resemblance and containment of documents": containment, as reprints are often cut). Only the page is compared:
copies that rank far apart are on different pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.article import Article
from indexer.search.page import Result

#: Share of the shorter text's runs that the longer one holds.
CONTAINED = 0.6
_RUN = 4  # words
#: Texts with fewer runs say too little; of longer ones the beginning decides.
_FEWEST_RUNS = 30
_MOST_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Group:
    """A result with its copies on the same page, the earliest first, undated ones last."""

    first: Result
    copies: tuple[Result, ...] = ()


def grouped(results: Sequence[Result]) -> list[Group]:
    """Return the results, each copy with the best-ranked article that it is a copy of."""
    runs = [frozenset(_runs(result.article)) for result in results]
    holders: dict[int, list[int]] = {}
    leaders: list[int] = []
    copies: dict[int, list[Result]] = {}
    for number, own in enumerate(runs):
        shared = Counter(leader for run in own for leader in holders.get(run, ()))
        leader = next((leader for leader, _ in shared.most_common() if _is_copy(own, runs[leader])), None)
        if leader is not None:
            copies[leader].append(results[number])
            continue
        leaders.append(number)
        copies[number] = []
        for run in own:
            holders.setdefault(run, []).append(number)
    return [Group(results[leader], tuple(sorted(copies[leader], key=_when))) for leader in leaders]


def _is_copy(one: frozenset[int], other: frozenset[int]) -> bool:
    shorter = min(len(one), len(other))
    return shorter >= _FEWEST_RUNS and len(one & other) >= CONTAINED * shorter


def _runs(article: Article) -> Iterator[int]:
    words = article.text.casefold().split(maxsplit=_MOST_WORDS)[:_MOST_WORDS]
    return (hash(tuple(words[place : place + _RUN])) for place in range(len(words) - _RUN + 1))


def _when(result: Result) -> tuple[bool, float, int]:
    published = result.article.published
    return published is None, published.at.timestamp() if published else 0.0, result.rank
