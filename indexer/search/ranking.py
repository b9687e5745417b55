"""A prepared request becomes one ranking: the legs, fusion, then late interaction.

For a query that is an article's title a few calls more bring what is near to that article.

The fused ranking has a fixed depth. What matches by words alone follows it in the order of the lexical leg, so
that the whole is one list, whatever page of it is asked for: no page repeats or drops an article.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice, repeat

import numpy as np

from indexer.article import UNKNOWN_LANGUAGE
from indexer.engines.base import FACETS, Engine, Filters, LegResult, LexicalLeg, Union, VectorLeg
from indexer.errors import EngineTimeout
from indexer.search.background import balanced
from indexer.search.columns import head, joined, rescored
from indexer.search.explain import KEYWORDS, KNOWN_ITEM, LATE, LEAD, MEANING, TITLE
from indexer.search.filters import apart, without
from indexer.search.found import Found, nearest_ids
from indexer.search.fusion import Fused, Weighing, fuse
from indexer.search.knownitem import known_item, near_known_item, title_asked
from indexer.search.late import Interaction
from indexer.search.prepared import Prepared
from indexer.search.timing import Stopwatch
from indexer.search.weights import DEPTH, NEAREST, RERANKED
from indexer.wording import say

#: What is asked of the engine, by the name of the leg, and what it answers.
Legs = dict[str, list[LexicalLeg | VectorLeg]]
Answers = dict[str, LegResult]

#: The leg that looks for an article with the query as its title, and how many it finds.
_TITLED = "titled"
_TITLES = 10
#: What may be spent on one call for a known item: the page must not be lost for it.
_EXTRA_SECONDS = 2.0
_FEW_WORDS = 2


def early_legs(
    prepared: Prepared, depth: int, *, numbers: bool, stories: bool = True, lift: Sequence[str] = ()
) -> Legs:
    """Return the legs that are known before the plan is: they may run while it is made.

    These are the two by meaning, the one for an article with the query as its title (`stories`), and for each facet in
    `lift` what is near when that facet's filter is lifted (see `Found.lifted`). Without `numbers` the best passages
    are left to late interaction.
    """
    if prepared.encoding is None or prepared.filters is None:
        return {}
    vector, only = prepared.encoding.vector, prepared.lookup.query.conditions
    # Raw cosines favour the query's own language so much that others would not be among the nearest.
    parts = apart(prepared.filters, prepared.language, prepared.background.languages)
    legs: Legs = {
        MEANING: [VectorLeg(vector, part, depth, only, numbers=numbers) for part in parts],
        LEAD: [VectorLeg(vector, part, depth, only, lead=True) for part in parts],
    }
    if stories and (title := title_asked(prepared.parsed, prepared.language)):
        legs[_TITLED] = [LexicalLeg(title, size=_TITLES)]
    for facet in lift:
        legs[facet] = [VectorLeg(vector, without(prepared.filters, facet), NEAREST, only, numbers=False)]
    return legs


def run(engine: Engine, legs: Legs, timeout: float) -> Answers:
    """Return the answers to all legs; those of one that was run for several parts of the archive are joined."""
    told = iter(engine.match([one for ones in legs.values() for one in ones], timeout=timeout))
    return {leg: joined(list(islice(told, len(ones)))) for leg, ones in legs.items()}


def find(
    engine: Engine,
    prepared: Prepared,
    clock: Stopwatch,
    early: Callable[[], Answers] | None,
    *,
    depth: int,
    reach: int = 0,
) -> Found:
    """Run the leg by words and fuse it with the `early` ones: what brings the answers to `early_legs`.

    `reach` is how many articles are wanted in all.
    """
    filters = prepared.filters
    if filters is None:
        return Found((), (), {})
    legs: Legs = {}
    query = prepared.lookup.query
    if query.should or query.must:
        # Deep enough for the page: what the other legs have, too, makes the list only longer.
        legs[KEYWORDS] = [LexicalLeg(query, filters, max(depth, reach), parts=depth)]
    with clock.stage("legs"):
        answers = run(engine, legs, clock.remaining()) if legs else {}
        if early is not None:
            answers |= early()
    if not answers:
        return Found((), (), {})
    notices = [
        answer.notice or say("Results are incomplete: a part of the archive did not answer.")
        for answer in answers.values()
        if answer.notice or not answer.complete
    ]
    if _TITLED in answers:
        with clock.stage(KNOWN_ITEM):
            told, notice = _near_known_item(engine, prepared, filters, answers[_TITLED], clock)
        if told is not None:
            answers[KNOWN_ITEM] = told
        notices += [notice] if notice else []
    results = {leg: answers[leg] for leg in (KEYWORDS, MEANING, LEAD, KNOWN_ITEM) if leg in answers}
    with clock.stage("fusion"):
        deep = results[KEYWORDS].ids[depth:] if KEYWORDS in results else []
        if KEYWORDS in results:
            results[KEYWORDS] = saturated(
                specific(prepared, head(results[KEYWORDS], depth)), prepared.weights.saturation
            )
        found = fused(prepared, results, deep, depth)
    lifted = {name: tuple(answer.ids) for name, answer in answers.items() if name in FACETS}
    return replace(found, lifted=lifted, notices=tuple(dict.fromkeys(notices)))


def _near_known_item(
    engine: Engine, prepared: Prepared, filters: Filters, found: LegResult, clock: Stopwatch
) -> tuple[LegResult | None, str]:
    """Return the articles near to the one that the query is the title of, if there is one, and a notice."""
    limit = min(clock.remaining(), _EXTRA_SECONDS)
    try:
        known = known_item(engine, found, prepared.parsed, prepared.language, timeout=limit)
        if known is None:
            return None, ""
        near = near_known_item(engine, known, prepared.background, filters, timeout=limit)
    except EngineTimeout:
        clock.check()
        return None, say("There was no time to look for an article with this title, and for its story.")
    return near, near.notice if near else ""


def fused(
    prepared: Prepared, results: Mapping[str, LegResult], deep: Sequence[str] = (), depth: int = DEPTH
) -> Found:
    """Return the legs' answers as one ranking, by the weights of `prepared`; `deep` is what only words bring.

    Of legs that were run for several parts of the archive, the best `depth` count.
    """
    languages = _languages(prepared, results)
    compared: dict[str, LegResult] = {}
    if prepared.weights.balance and (expected := prepared.expected):
        for leg in (MEANING, LEAD):
            if leg in results:
                compared[leg] = head(_balanced(results[leg], languages, expected), depth)
    legs = {**results, **compared}
    wanted = {*nearest_ids(legs), *(results[KEYWORDS].ids if KEYWORDS in results else ())}
    ranked = fuse(
        legs,
        _leg_weights(prepared, languages),
        absolute=(KNOWN_ITEM,),
        complete=[KEYWORDS] if KEYWORDS in legs and _says_little(prepared, legs[KEYWORDS]) else (),
    )
    entries = [entry for entry in ranked if entry.id in wanted]
    known = {entry.id for entry in entries}
    tail = [article_id for article_id in deep if article_id not in known]
    return Found(entries, tail, results, languages, compared)


def _says_little(prepared: Prepared, keywords: LegResult) -> bool:
    """Return whether a query is a word or two, no question, and all articles that hold them are at hand.

    Who asks for UNRWA wants the ten articles that name it, however long they are, before those that are near to it.
    Of longer queries an article may well hold one word in passing: there this ranks no better (headlines +0.0002, XQuAD
    -0.0016, MLQA -0.0022 nDCG@10, all within chance).
    """
    few = len(prepared.lookup.names) <= _FEW_WORDS and not prepared.question
    return few and keywords.total <= len(keywords.ids)


def to_reread(prepared: Prepared, found: Found) -> tuple[str, ...]:
    """Return the articles that late interaction reads for their order; none where that is not worth its time."""
    languages = {found.languages.get(article_id, "") for article_id in found.first}
    rows = {
        prepared.weights.row(prepared.language, language, question=prepared.question)
        for language in languages
    }
    return () if rows <= prepared.weights.read_once else found.first


def compares_titles(prepared: Prepared, found: Found, ids: Sequence[str]) -> bool:
    """Return whether the titles of some of these articles count: they do for headlines, not for questions."""
    languages = {found.languages.get(article_id, "") for article_id in ids}
    return any(prepared.fusion_weights(language).title for language in languages)


def rerank(prepared: Prepared, found: Found, late: Mapping[str, Interaction]) -> Found:
    """Return what was found with its best articles in the order that late interaction gives them.

    MaxSim of passages and of titles are each scaled to [0, 1] by the articles that were read; one without codes
    gets 0 of them. What was not read stays behind what was.
    """
    if not late:
        return found
    passages = _scaled({article_id: interaction.score for article_id, interaction in late.items()})
    titles = _scaled({article_id: interaction.title for article_id, interaction in late.items()})
    pool: list[Fused] = []
    for entry in found.fused[:RERANKED]:
        weights = prepared.fusion_weights(found.languages.get(entry.id, ""))
        shares = {
            LATE: weights.late * passages.get(entry.id, 0.0),
            TITLE: weights.title * titles.get(entry.id, 0.0),
        }
        pool.append(Fused(entry.id, entry.score + sum(shares.values()), {**entry.shares, **shares}))
    pool.sort(key=lambda entry: (-entry.score, entry.id))
    return replace(found, fused=(*pool, *found.fused[RERANKED:]), late=late)


def _scaled(scores: Mapping[str, float]) -> dict[str, float]:
    low, high = min(scores.values()), max(scores.values())
    if high <= low:
        return dict.fromkeys(scores, 1.0)
    return {name: (score - low) / (high - low) for name, score in scores.items()}


def specific(prepared: Prepared, result: LegResult) -> LegResult:
    """Return a lexical leg whose words weigh what they do among the articles of their language.

    What is searched for a single word is equally rare in all languages (`indexer.search.rarity`).
    """
    if result.parts is None or prepared.one_word or not prepared.weights.balance or not result.languages:
        return result
    factors = prepared.background.specificity(result.languages)
    if factors is None:
        return result
    conditions = result.scores - result.parts.sum(axis=1)
    parts = result.parts * factors[:, None]
    return replace(result, scores=parts.sum(axis=1) + conditions, parts=parts)


def saturated(result: LegResult, saturation: float) -> LegResult:
    """Return the articles of a lexical leg, scored by their saturated parts.

    The score of a query word (the best of what is searched for it) counts as s / (s + saturation), so that an
    article that meets several words passes one that meets a single rare word often. Conditions, which all of these
    articles meet, count as one word together. Saturation is what BM25 does to a term's frequency (Robertson and
    Walker, SIGIR 1994), done here to the whole word.
    """
    if result.parts is None or not len(result.ids) or math.isinf(saturation):
        return result
    conditions = np.maximum(result.scores - result.parts.sum(axis=1), 0)
    scores = np.concatenate([result.parts, conditions[:, np.newaxis]], axis=1)
    counted = saturation * (scores / (scores + saturation)).sum(axis=1)
    # Rounded, so that sums which differ by their order of addition alone tie on every engine.
    counted = np.round(counted, 5).astype(np.float32)
    return rescored(result, counted)


def union(prepared: Prepared, found: Found) -> Union:
    """Return everything that a search found: what matches by words, and the nearest by meaning."""
    query = prepared.lookup.query
    filters = prepared.filters or Filters()
    if prepared.browses:
        return Union(None if query.is_empty else query, None, filters)
    return Union(query if query.should or query.must else None, found.nearest, filters)


def _balanced(result: LegResult, languages: Mapping[str, str], expected: Mapping[str, float]) -> LegResult:
    scores = balanced(result.scores, [languages[name] for name in result.ids], expected)
    return result if scores is result.scores else rescored(result, scores)


def _languages(prepared: Prepared, legs: Mapping[str, LegResult]) -> dict[str, str]:
    """Return article id -> language, as far as the legs say so or the filters leave only one."""
    chosen = prepared.filters.include.get("language", frozenset()) if prepared.filters else frozenset()
    only = next(iter(chosen)) if len(chosen) == 1 else UNKNOWN_LANGUAGE
    languages: dict[str, str] = {}
    for result in legs.values():
        languages.update(zip(result.ids, result.languages or repeat(only), strict=False))
    return languages


def _leg_weights(prepared: Prepared, languages: Mapping[str, str]) -> Weighing:
    by_language = {language: prepared.fusion_weights(language) for language in set(languages.values())}
    by_leg = {
        KEYWORDS: {language: weights.keywords for language, weights in by_language.items()},
        MEANING: {language: weights.meaning for language, weights in by_language.items()},
        LEAD: {language: weights.lead for language, weights in by_language.items()},
        KNOWN_ITEM: dict.fromkeys(by_language, prepared.weights.known_item),
    }
    return lambda leg, ids: [by_leg[leg][languages[article_id]] for article_id in ids]
