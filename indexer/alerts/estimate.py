"""How often a search would have raised an alert: counted in the archive's last weeks, before it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from indexer.alerts.matching import Trigger, make_trigger
from indexer.alerts.nearness import UsualNearness
from indexer.engines.base import Engine, GatherRequest, Leg, LexicalLeg, Union, VectorLeg
from indexer.search.request import SearchRequest

if TYPE_CHECKING:
    from indexer.archive import Archive

#: The last weeks of the archive that are looked at. An archive that is shorter is looked at whole.
WEEKS = 12
#: Articles that are looked at, best first: more are told as "at least".
DEPTH = 2_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """`matches` in the whole archive, `a_week` on average over its last `weeks`; 0 weeks: nothing is dated."""

    matches: int
    a_week: float
    weeks: int
    at_least: bool = False


def estimate(archive: Archive, request: SearchRequest, usual: UsualNearness | None = None) -> Estimate:
    """Return how many articles of the archive would have raised an alert. Raises `InvalidQuery`."""
    usual = usual or UsualNearness.of(archive.engine)
    trigger = make_trigger(archive.searcher.prepare(request), usual)
    if trigger is None:
        return Estimate(0, 0.0, 0)
    engine = archive.engine
    union, at_least = _matching(engine, trigger)
    matched = engine.gather(GatherRequest(union, histogram="day"))
    whole = engine.gather(GatherRequest(Union(), histogram="day")).histogram
    if whole is None or not whole.buckets or matched.histogram is None:
        return Estimate(matched.total, 0.0, 0, at_least)
    first, last = (date.fromisoformat(whole.buckets[place].period) for place in (0, -1))
    weeks = max(1, min(WEEKS, -(-((last - first).days + 1) // 7)))
    since = (last - timedelta(weeks=weeks)).isoformat()
    recent = sum(bucket.count for bucket in matched.histogram.buckets if bucket.period > since)
    return Estimate(matched.total, recent / weeks, weeks, at_least)


def _matching(engine: Engine, trigger: Trigger) -> tuple[Union, bool]:
    """Return the set of articles that match, and whether there may be more."""
    if trigger.query.is_empty:
        return Union(filters=trigger.filters), False
    if not trigger.needed:
        return Union(trigger.query, None, trigger.filters), False
    legs: list[Leg] = [LexicalLeg(trigger.query, trigger.filters, DEPTH, parts=DEPTH)]
    if trigger.near is not None:
        legs.append(VectorLeg(trigger.near.vector, trigger.filters, DEPTH, trigger.query.conditions))
    by_words, *by_meaning = engine.match(legs)
    parts = by_words.parts if by_words.parts is not None else ()
    met = {
        article_id: number
        for article_id, scores in zip(by_words.ids, parts, strict=False)
        if (number := trigger.met(scores.tolist())) >= trigger.needed
    }
    more = by_words.total > len(by_words.ids)
    for leg in by_meaning:
        near = dict(zip(leg.ids, leg.scores.tolist(), strict=True))
        # Behind the last of the nearest there may be some that pass by all of their words.
        more |= len(near) == DEPTH and trigger.is_near(min(near.values()), trigger.count)
        met = {name: number for name, number in met.items() if trigger.is_near(near.get(name, -1.0), number)}
    return Union(ids=tuple(sorted(met))), more
