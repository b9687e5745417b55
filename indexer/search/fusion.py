"""Fusion: the legs' rankings become one, by a weighted sum of scaled scores.

Each leg's scores are scaled to [0, 1] by their own minimum and maximum and summed with weights: Fox and
Shaw, "Combination of Multiple Searches" (TREC-2, 1994); for dense and lexical legs, Bruch, Gai and Ingber,
"An Analysis of Fusion Functions for Hybrid Retrieval" (ACM TOIS 42, 2023), who find it better than
reciprocal ranks, which throw away how far apart scores are. Measured here, equal-weight reciprocal ranks
were worse than vectors alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from indexer.engines.base import FloatArray, LegResult
from indexer.engines.order import best_first

#: (leg, article ids) -> what the leg counts for each of these articles.
Weighing = Callable[[str, Sequence[str]], Sequence[float]]


class Fused(NamedTuple):
    """An article's place in the fused ranking. `shares` has each leg's part of the score; they sum to it."""

    id: str
    score: float
    shares: Mapping[str, float]


def min_max(scores: FloatArray, least: float | None = None) -> FloatArray:
    """Scale scores, (n,), to [0, 1], from the lowest of them, or from `least` where that is known to be none's.

    Equal scores (a leg with a single hit, too) all become 1.
    """
    if not len(scores):
        return scores
    low, high = scores.min() if least is None else least, scores.max()
    if high <= low:
        return np.ones_like(scores)
    scaled: FloatArray = (scores - low) / (high - low)
    return scaled


def fuse(
    legs: Mapping[str, LegResult],
    weights: Weighing,
    *,
    absolute: Collection[str] = (),
    complete: Collection[str] = (),
) -> list[Fused]:
    """Return the union of the legs' articles, best first, ties by article id.

    An article that a leg did not return gets 0 from it: no more than the last one that it did return. Of `complete`
    legs, which returned all that they find, the last one has more than those without a score. Scores of `absolute`
    legs are counted as they are.
    """
    shares: dict[str, dict[str, float]] = {}
    for leg, result in legs.items():
        least = 0.0 if leg in complete else None
        scores = result.scores if leg in absolute else min_max(result.scores, least)
        weighted = scores.astype(np.float64) * weights(leg, result.ids)
        for article_id, share in zip(result.ids, weighted.tolist(), strict=True):
            if article_id in shares:
                shares[article_id][leg] = share
            else:
                shares[article_id] = {leg: share}
    fused = [Fused(article_id, sum(parts.values()), parts) for article_id, parts in shares.items()]
    return [fused[place] for place in best_first(list(shares), [entry.score for entry in fused])]
