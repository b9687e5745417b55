"""What a search found: a ranking whose articles can tell what each leg said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count

from indexer.engines.base import LegResult
from indexer.search.explain import KEYWORDS, KNOWN_ITEM, LATE, LEAD, MEANING, TITLE
from indexer.search.fusion import Fused
from indexer.search.late import Interaction
from indexer.search.page import LegScore
from indexer.search.weights import NEAREST, RERANKED

#: An article of a listing, with its place in the fused ranking where it has one.
Listed = tuple[str, Fused | None]


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """What a search found, best first. `fused` holds (article id, score); `legs` what each leg said.

    `stands_out` is as in `ResultPage`.
    """

    fused: Sequence[tuple[str, float]]
    legs: Mapping[str, LegResult]
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    stands_out: bool | None = None


@dataclass(frozen=True, eq=False)
class Found:
    """The articles of one search: the fused ones, then those that only their words bring."""

    fused: Sequence[Fused]
    tail: Sequence[str]
    legs: Mapping[str, LegResult]
    languages: Mapping[str, str] = field(default_factory=dict)
    #: The legs that count by other scores than the engine's, in the order of these.
    compared: Mapping[str, LegResult] = field(default_factory=dict)
    #: What late interaction said of the articles that it read.
    late: Mapping[str, Interaction] = field(default_factory=dict)
    #: Facet -> the nearest by meaning when that facet's filter is lifted.
    lifted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    @property
    def nearest(self) -> tuple[str, ...]:
        """The articles that are found by meaning."""
        return tuple(dict.fromkeys(nearest_ids(self._counted)))

    @property
    def keyword_total(self) -> int:
        return self.legs[KEYWORDS].total if KEYWORDS in self.legs else 0

    @property
    def complete(self) -> bool:
        """Whether all parts of the archive have answered; `notices` say what did not."""
        return all(result.complete for result in self.legs.values())

    @property
    def first(self) -> tuple[str, ...]:
        """The articles that late interaction may read."""
        return tuple(entry.id for entry in self.fused[:RERANKED])

    @property
    def _counted(self) -> dict[str, LegResult]:
        """The legs as they count."""
        return {**self.legs, **self.compared}

    @cached_property
    def _places(self) -> dict[str, dict[str, int]]:
        """Leg -> article -> its place, by the scores that count."""
        return {leg: dict(zip(r.ids, count(), strict=False)) for leg, r in self._counted.items()}

    @cached_property
    def _rows(self) -> dict[str, dict[str, int]]:
        """Leg -> article -> its row in the engine's own answer."""
        return {
            leg: dict(zip(r.ids, count(), strict=False)) if leg in self.compared else self._places[leg]
            for leg, r in self.legs.items()
        }

    def page(self, offset: int, size: int) -> list[Listed]:
        """Return (id, fused entry) of one page; None for an article of the tail."""
        end = offset + size
        page: list[Listed] = [(entry.id, entry) for entry in self.fused[offset:end]]
        behind = len(self.fused)
        page += [
            (article_id, None) for article_id in self.tail[max(offset - behind, 0) : max(end - behind, 0)]
        ]
        return page

    def leg_scores(self, article_id: str, entry: Fused | None) -> tuple[LegScore, ...]:
        """Return what each leg, and late interaction, said of an article: the leg's own score, its place as counted."""
        shares = entry.shares if entry else {}
        scores = [
            LegScore(
                leg,
                float(self.legs[leg].scores[rows[article_id]]),
                self._places[leg][article_id] + 1,
                shares.get(leg, 0.0),
            )
            for leg, rows in self._rows.items()
            if article_id in self._places[leg]
        ]
        if article_id in self.late:
            mine, others = self.late[article_id], self.late.values()
            place = 1 + sum(other.score > mine.score for other in others)
            scores.append(LegScore(LATE, mine.score, place, shares.get(LATE, 0.0)))
            if shares.get(TITLE):
                place = 1 + sum(other.title > mine.title for other in others)
                scores.append(LegScore(TITLE, mine.title, place, shares[TITLE]))
        return tuple(scores)

    def passage_number(self, article_id: str) -> int | None:
        """Return the passage that answers best, None where that is not known."""
        if article_id in self.late:
            return self.late[article_id].passage
        for leg in (MEANING, LEAD):
            if article_id in (rows := self._rows.get(leg, {})):
                number = int(self.legs[leg].passages[rows[article_id]])
                return None if number < 0 else number
        return None

    def unread(self, ids: Sequence[str]) -> list[str]:
        """Return those among the first, or found by meaning, that late interaction has not read."""
        near, first = self._places.get(MEANING, {}), self.first
        return [one for one in ids if (one in near or one in first) and one not in self.late]


def nearest_ids(legs: Mapping[str, LegResult]) -> list[str]:
    """Return the articles that count as found by meaning, leg by leg; those that two legs found stand twice."""
    return [name for leg in (MEANING, LEAD, KNOWN_ITEM) if leg in legs for name in legs[leg].ids[:NEAREST]]
