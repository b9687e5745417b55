"""The order of every ranking: by score, ties by article id, so that it is the same on every engine."""

from __future__ import annotations

from collections.abc import Sequence


def best_first(ids: Sequence[str], scores: Sequence[float]) -> list[int]:
    """Return the places of some articles, the best first, ties by id."""
    places = sorted(range(len(ids)), key=ids.__getitem__)
    # This keeps the order of ids where scores are equal; a key of both for each article takes longer.
    places.sort(key=scores.__getitem__, reverse=True)
    return places
