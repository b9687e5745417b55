"""The legs of a search: each becomes one search, all of them one round trip (two where equal scores end a leg)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any

import numpy as np

from indexer.engines.base import FloatArray, Leg, LegResult, LexicalLeg, VectorLeg
from indexer.engines.opensearch.client import Cluster
from indexer.engines.opensearch.documents import LEAD, VECTORS
from indexer.engines.opensearch.queries import columns, conditions, scored
from indexer.wording import say

#: How many candidates the graph search keeps. Of the 200 nearest of 103,894 passages in one segment it finds with 400,
#: 600, 800 candidates 0.907, 0.946, 0.965 (of the first 10: 0.980, 0.990, 0.993); of the first ten results of a search
#: 0.986, 0.990, 0.991 are the other engine's, in the same time but for chance. All of them are ranked, so that of
#: equally near articles those with the smallest ids come.
LEAST_EXPLORED = 400
EXPLORED_PER_RESULT = 4
#: The most neighbours that the k-NN plugin gives.
MOST_NEIGHBOURS = 10_000

_ORDER = [{"_score": "desc"}, {"id": "asc"}]
#: The server sorts by id so slowly (half of a leg's time) that so many more articles are asked for and sorted here,
#: where the last of them does not tie with the last that is wanted; deep legs are sorted there.
_SPARE = 16
_SORTED_HERE = 1_000
_LEAST_TIMEOUT = 0.001  # seconds: 0 would be none
_NUMBER = "passages.number"


def run_legs(
    cluster: Cluster, indices: Sequence[str], legs: Sequence[Leg], *, timeout: float | None = None
) -> list[LegResult]:
    """Run the legs, each on its indices, side by side: in one `_msearch`, but for those that want scores of clauses.

    The server gives these only to a search that is sent by itself (`_msearch` knows no such parameter), so they
    travel beside the others, at the same time.
    """
    alone = {place for place, leg in enumerate(legs) if _wants_parts(leg)}
    together = [place for place in range(len(legs)) if place not in alone]

    end = None if timeout is None else monotonic() + timeout

    def search_alone(place: int, *, in_order: bool = False) -> dict[str, Any]:
        body = leg_search(legs[place], in_order=in_order)
        left = None if end is None else max(end - monotonic(), _LEAST_TIMEOUT)
        return cluster.search(indices[place], body, timeout=left, include_named_queries_score="true")

    answers: dict[int, Mapping[str, Any]] = {}
    if len(legs) == len(alone) == 1:
        answers[0] = search_alone(0)
    else:
        pending = {place: cluster.beside.submit(search_alone, place) for place in alone}
        if together:
            searches = [(indices[place], leg_search(legs[place])) for place in together]
            answers.update(zip(together, cluster.msearch(searches, timeout=timeout), strict=True))
        answers.update((place, future.result()) for place, future in pending.items())
    for place, leg in enumerate(legs):
        if _ends_in_a_tie(leg, answers[place]):
            answers[place] = search_alone(place, in_order=True)
    return [leg_result(leg, answers[place]) for place, leg in enumerate(legs)]


def leg_search(leg: Leg, *, in_order: bool = False) -> dict[str, Any]:
    """Return the body of a leg's search; `in_order` lets the server put equal scores in the order of ids."""
    query = _lexical(leg) if isinstance(leg, LexicalLeg) else _nearest(leg)
    body = {"query": query, "size": leg.size, "track_total_hits": True, **columns("id", "language")}
    if in_order or not _is_sorted_here(leg):
        return {**body, "sort": _ORDER, "track_scores": True}
    return {**body, "size": leg.size + _SPARE}


def leg_result(leg: Leg, response: Mapping[str, Any]) -> LegResult:
    hits = response["hits"]["hits"]
    if _is_sorted_here(leg):
        hits = sorted(hits, key=lambda hit: (-hit["_score"], hit["fields"]["id"][0]))[: leg.size]
    scores = np.fromiter((hit["_score"] for hit in hits), np.float32, len(hits))
    passages = np.full(len(hits), -1, np.int32)
    total = response["hits"]["total"]["value"]
    if isinstance(leg, VectorLeg):
        scores = 2.0 * scores - 1.0  # Lucene's score of a cosine c is (1 + c) / 2
        if leg.numbers:
            passages = np.fromiter(map(_first if leg.lead else _best_passage, hits), np.int32, len(hits))
        total = len(hits)
    notice = incomplete([response])
    ids = [hit["fields"]["id"][0] for hit in hits]
    languages = [hit["fields"].get("language", [""])[0] for hit in hits]
    parts = None
    if isinstance(leg, LexicalLeg) and _wants_parts(leg):
        parts = _parts(hits[: leg.parts], len(leg.query.should))
    return LegResult(ids, scores.astype(np.float32), passages, total, not notice, notice, languages, parts)


def incomplete(responses: Sequence[Mapping[str, Any]]) -> str:
    """Return a sentence where parts of the archive did not answer, "" where all did."""
    # Not `failed`: a part that no node holds now is among the total, but not counted as a failure.
    failed = max((r["_shards"]["total"] - r["_shards"]["successful"] for r in responses), default=0)
    total = max((response["_shards"]["total"] for response in responses), default=0)
    if failed:
        return say(
            "%(failed)s of %(total)s parts of the archive did not answer; results are incomplete.",
            failed=failed,
            total=total,
        )
    if any(response.get("timed_out") for response in responses):
        return say("The archive did not answer everything in time; results are incomplete.")
    return ""


def _is_sorted_here(leg: Leg) -> bool:
    return 0 < leg.size <= _SORTED_HERE


def _ends_in_a_tie(leg: Leg, response: Mapping[str, Any]) -> bool:
    """Return whether articles that did not come may tie with the last that is wanted."""
    hits = response["hits"]["hits"]
    if not _is_sorted_here(leg) or len(hits) < leg.size + _SPARE:
        return False
    return bool(hits[-1]["_score"] == hits[leg.size - 1]["_score"])


def _wants_parts(leg: Leg) -> bool:
    return isinstance(leg, LexicalLeg) and leg.parts > 0


def _parts(hits: Sequence[Mapping[str, Any]], clauses: int) -> FloatArray:
    """Return (n_hits, n_clauses): the scores that the server gives with the names of the clauses."""
    parts = np.zeros((len(hits), clauses), np.float32)
    for row, hit in enumerate(hits):
        for name, score in hit.get("matched_queries", {}).items():
            parts[row, int(name)] = score
    return parts


def _lexical(leg: LexicalLeg) -> dict[str, Any]:
    return scored(leg.query, leg.filters, named=leg.parts > 0)


def _nearest(leg: VectorLeg) -> dict[str, Any]:
    """Search the passages, nested in their articles: the server returns each article once, by its best.

    The first passages' vectors stand in the articles themselves as well, since a condition on a nested document
    and conditions on its article do not go together in one filter. Conditions stand inside the k-NN clause, where
    they hold while the graph is searched (and where few articles pass, the server compares them all): so as many
    articles as asked for come back.
    """
    explored = min(max(LEAST_EXPLORED, EXPLORED_PER_RESULT * leg.size), MOST_NEIGHBOURS)
    knn: dict[str, Any] = {
        "vector": leg.vector,
        "k": explored,
        "method_parameters": {"ef_search": explored},
    }
    only = conditions(leg.only, leg.filters)
    if only:
        knn["filter"] = only
    if leg.lead:
        return {"knn": {LEAD: knn}}
    nested: dict[str, Any] = {"path": "passages", "score_mode": "max", "query": {"knn": {VECTORS: knn}}}
    if leg.numbers:
        nested["inner_hits"] = {"size": 1, **columns(_NUMBER)}
    return {"nested": nested}


def _first(_: Mapping[str, Any]) -> int:
    return 0


def _best_passage(hit: Mapping[str, Any]) -> int:
    best = hit["inner_hits"]["passages"]["hits"]["hits"][0]
    return int(best["fields"][_NUMBER][0])
