"""A prepared request becomes one ranking: both legs in one call, then fusion.

The fused ranking has a fixed depth. What matches by words alone follows it in the order of the lexical leg,
so that the whole is one list, whatever page of it is asked for: no page repeats or drops an article.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from indexer.article import UNKNOWN_LANGUAGE
from indexer.engines.base import Engine, Filters, FloatArray, LegResult, LexicalLeg, Union, VectorLeg
from indexer.search.explain import KEYWORDS, MEANING
from indexer.search.filters import without
from indexer.search.fusion import Fused, fuse
from indexer.search.legs import Lookup
from indexer.search.page import LegScore
from indexer.search.query import ParsedQuery
from indexer.search.timing import Stopwatch
from indexer.search.weights import fusion_weights


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A request made ready for the engine. `filters` is None where they let nothing pass."""

    parsed: ParsedQuery
    language: str
    lookup: Lookup
    filters: Filters | None
    vector: FloatArray | None = None

    @property
    def browses(self) -> bool:
        """Whether nothing is asked that could be ranked."""
        return self.vector is None and (self.lookup.query.is_empty or self.lookup.only_excludes)


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """What a search found, best first. `fused` holds (article id, score); `legs` what each leg said."""

    fused: Sequence[tuple[str, float]]
    legs: Mapping[str, LegResult]
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The articles of one search: the fused ones, then those that only their words bring."""

    fused: Sequence[Fused]
    tail: Sequence[str]
    legs: Mapping[str, LegResult]
    #: Facet -> the nearest by meaning when that facet's filter is lifted.
    lifted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    @property
    def nearest(self) -> tuple[str, ...]:
        return tuple(self.legs[MEANING].ids) if MEANING in self.legs else ()

    @property
    def keyword_total(self) -> int:
        return self.legs[KEYWORDS].total if KEYWORDS in self.legs else 0

    def page(self, offset: int, size: int) -> list[tuple[str, Fused | None]]:
        """Return (id, fused entry) of one page; None for an article of the tail."""
        whole: list[tuple[str, Fused | None]] = [(entry.id, entry) for entry in self.fused]
        whole += [(article_id, None) for article_id in self.tail]
        return whole[offset : offset + size]

    def leg_scores(self, article_id: str, entry: Fused | None) -> tuple[LegScore, ...]:
        """Return what each leg said of an article."""
        scores: list[LegScore] = []
        for leg, result in self.legs.items():
            if article_id in result.ids:
                place = result.ids.index(article_id)
                share = entry.shares.get(leg, 0.0) if entry else 0.0
                scores.append(LegScore(leg, float(result.scores[place]), place + 1, share))
        return tuple(scores)

    def passage_number(self, article_id: str) -> int | None:
        """Return the passage that is nearest by meaning, None for an article that this leg did not bring."""
        result = self.legs.get(MEANING)
        if result is None or article_id not in result.ids:
            return None
        return int(result.passages[result.ids.index(article_id)])


def find(
    engine: Engine,
    prepared: Prepared,
    clock: Stopwatch,
    *,
    depth: int,
    reach: int = 0,
    lift: Sequence[str] = (),
) -> Found:
    """Run the legs and fuse them.

    `reach` is how many articles are wanted in all; `lift` names facets (see `Found.lifted`).
    """
    filters = prepared.filters
    if filters is None:
        return Found((), (), {})
    legs: dict[str, LexicalLeg | VectorLeg] = {}
    query = prepared.lookup.query
    if query.should or query.must:
        # Deep enough for the page: what the other leg has, too, makes the list only longer.
        legs[KEYWORDS] = LexicalLeg(query, filters, max(depth, reach))
    if prepared.vector is not None:
        conditions = prepared.lookup.conditions
        legs[MEANING] = VectorLeg(prepared.vector, filters, depth, conditions)
        for facet in lift:
            legs[facet] = VectorLeg(prepared.vector, without(filters, facet), depth, conditions)
    if not legs:
        return Found((), (), {})
    with clock.stage("legs"):
        answers = dict(zip(legs, engine.match(list(legs.values()), timeout=clock.remaining()), strict=True))
    results = {leg: answers[leg] for leg in (KEYWORDS, MEANING) if leg in answers}
    with clock.stage("fusion"):
        top = {leg: head(result, depth) for leg, result in results.items()}
        fused = fuse(top, leg_weights(prepared, top))
        known = {entry.id for entry in fused}
        deep = results[KEYWORDS].ids[depth:] if KEYWORDS in results else []
        tail = [article_id for article_id in deep if article_id not in known]
    notices = dict.fromkeys(
        answer.notice or "Results are incomplete: a part of the archive did not answer."
        for answer in answers.values()
        if answer.notice or not answer.complete
    )
    lifted = {facet: tuple(answers[facet].ids) for facet in lift if facet in answers}
    return Found(fused, tail, results, lifted, tuple(notices))


def union(prepared: Prepared, found: Found) -> Union:
    """Return everything that a search found: what matches by words, and the nearest by meaning."""
    query = prepared.lookup.query
    filters = prepared.filters or Filters()
    if prepared.browses:
        return Union(None if query.is_empty else query, None, filters)
    return Union(query if query.should or query.must else None, found.nearest, filters)


def head(result: LegResult, depth: int) -> LegResult:
    """Return the first `depth` articles of a leg's answer."""
    return replace(
        result,
        ids=result.ids[:depth],
        scores=result.scores[:depth],
        passages=result.passages[:depth],
        languages=result.languages[:depth],
    )


def leg_weights(prepared: Prepared, legs: Mapping[str, LegResult]) -> Callable[[str, str], float]:
    """Return what each leg counts for an article, by the languages of query and article."""
    chosen = prepared.filters.include.get("language", frozenset()) if prepared.filters else frozenset()
    only = next(iter(chosen)) if len(chosen) == 1 else UNKNOWN_LANGUAGE
    languages = {
        article_id: language
        for result in legs.values()
        for article_id, language in zip(result.ids, result.languages, strict=False)
    }

    def weight(leg: str, article_id: str) -> float:
        weights = fusion_weights(prepared.language, languages.get(article_id, only))
        return weights.keywords if leg == KEYWORDS else weights.meaning

    return weight
