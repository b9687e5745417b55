"""What is done to a leg's answer as a whole: its columns are cut, put in another order and joined together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from indexer.engines.base import FloatArray, LegResult
from indexer.engines.order import best_first


def head(result: LegResult, depth: int) -> LegResult:
    """Return the first `depth` articles of a leg's answer."""
    return replace(
        result,
        ids=result.ids[:depth],
        scores=result.scores[:depth],
        passages=result.passages[:depth],
        languages=result.languages[:depth],
        parts=None if result.parts is None else result.parts[:depth],
    )


def taken(result: LegResult, places: Sequence[int]) -> LegResult:
    """Return the articles at some places, in their order. `parts` must be of all articles, or of none."""
    rows = np.asarray(places, np.int64)
    return replace(
        result,
        ids=[result.ids[place] for place in places],
        scores=result.scores[rows],
        passages=result.passages[rows],
        languages=[result.languages[place] for place in places] if result.languages else (),
        parts=None if result.parts is None else result.parts[rows],
    )


def rescored(result: LegResult, scores: FloatArray) -> LegResult:
    """Return the same articles by other scores, (n,), best first, ties by id; `parts` as for `taken`."""
    return taken(replace(result, scores=scores), best_first(result.ids, scores.tolist()))


def joined(results: Sequence[LegResult]) -> LegResult:
    """Return the answers of one leg over parts of the archive as one, best first, without `parts`."""
    if len(results) == 1:
        return results[0]
    whole = LegResult(
        ids=[name for result in results for name in result.ids],
        scores=np.concatenate([result.scores for result in results]),
        passages=np.concatenate([result.passages for result in results]),
        total=sum(result.total for result in results),
        complete=all(result.complete for result in results),
        notice=next((result.notice for result in results if result.notice), ""),
        languages=[language for result in results for language in result.languages],
    )
    return rescored(whole, whole.scores)
