"""The legs of a search: each becomes one search, all of them one round trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from indexer.engines.base import FloatArray, Leg, LegResult, LexicalLeg, VectorLeg
from indexer.engines.opensearch.client import Cluster
from indexer.engines.opensearch.documents import LEAD, VECTORS
from indexer.engines.opensearch.queries import columns, conditions, scored
from indexer.wording import say

#: How many candidates the graph search keeps: at this many, recall@100 is over 0.99 on real vectors. All of
#: them are ranked, so that of equally near articles those with the smallest ids come.
LEAST_EXPLORED = 400
EXPLORED_PER_RESULT = 4
#: The most neighbours that the k-NN plugin gives.
MOST_NEIGHBOURS = 10_000

_ORDER = [{"_score": "desc"}, {"id": "asc"}]
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

    def search_alone(place: int) -> dict[str, Any]:
        return cluster.search(
            indices[place], leg_search(legs[place]), timeout=timeout, include_named_queries_score="true"
        )

    if len(legs) == len(alone) == 1:
        return [leg_result(legs[0], search_alone(0))]
    answers: dict[int, Mapping[str, Any]] = {}
    pending = {place: cluster.beside.submit(search_alone, place) for place in alone}
    if together:
        searches = [(indices[place], leg_search(legs[place])) for place in together]
        answers.update(zip(together, cluster.msearch(searches, timeout=timeout), strict=True))
    answers.update((place, future.result()) for place, future in pending.items())
    return [leg_result(leg, answers[place]) for place, leg in enumerate(legs)]


def leg_search(leg: Leg) -> dict[str, Any]:
    """Return the body of a leg's search."""
    query = _lexical(leg) if isinstance(leg, LexicalLeg) else _nearest(leg)
    return {
        "query": query,
        "size": leg.size,
        "sort": _ORDER,
        "track_scores": True,
        "track_total_hits": True,
        **columns("id", "language"),
    }


def leg_result(leg: Leg, response: Mapping[str, Any]) -> LegResult:
    hits = response["hits"]["hits"]
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
