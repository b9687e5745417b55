"""Explanations: why an article is where it is, in figures and in plain English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from indexer.search.page import Explanation, LegScore

KEYWORDS = "keywords"
MEANING = "meaning"

#: From this rank on, the place among the nearest says little, and is told in passing.
_NEAR = 20


def explain(met: Sequence[str], words: int, legs: Sequence[LegScore]) -> Explanation:
    """Return the explanation of a result that meets `met` of the query's `words` words."""
    by_leg = {leg.leg: leg for leg in legs}
    by_words, by_meaning = _by_words(met, words), _by_meaning(by_leg)
    link = "" if not (by_words and by_meaning) else ", and " if met else ", but "
    sentence = by_words + link + by_meaning
    return Explanation(f"{sentence[:1].upper()}{sentence[1:]}." if sentence else "", tuple(legs))


def explain_similar(score: float, rank: int) -> Explanation:
    """Return the explanation of an article that is near to another one."""
    place = "nearest" if rank == 1 else f"{ordinal(rank)} nearest"
    return Explanation(
        f"Is the {place} to that article by meaning.", (LegScore(MEANING, score, rank, score),)
    )


def _by_words(met: Sequence[str], words: int) -> str:
    if not words:
        return ""
    if not met:
        return "holds none of the query's words"
    if len(met) == words:
        return "holds the query's word" if words == 1 else f"holds all {words} words of the query"
    return f"holds {len(met)} of the query's {words} words ({', '.join(met)})"


def _by_meaning(legs: Mapping[str, LegScore]) -> str:
    leg = legs.get(MEANING)
    if leg is None:
        return ""
    if leg.rank == 1:
        return "is the nearest by meaning"
    if leg.rank <= _NEAR:
        return f"is the {ordinal(leg.rank)} nearest by meaning"
    return f"is less near by meaning (place {leg.rank})"


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th, 11th, 21st..."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
