"""Explanations: why an article is where it is, in figures and in plain English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from indexer.search.legs import INFLECTION, SAME
from indexer.search.page import Explanation, LegScore, WordPair

KEYWORDS = "keywords"
MEANING = "meaning"
LEAD = "lead"
LATE = "late"
TITLE = "title"

#: Pairs in which the article holds the query's own word, and those that only vectors know.
_OWN, _ALIGNED = (SAME, INFLECTION), "aligned"
_EXAMPLES = 3
#: From this rank on, the place among the nearest says little, and is told in passing.
_NEAR = 20


def explain(
    met: Sequence[str], words: int, legs: Sequence[LegScore], pairs: tuple[WordPair, ...] = ()
) -> Explanation:
    """Return the explanation of a result that meets `met` of the query's `words` words."""
    by_leg = {leg.leg: leg for leg in legs}
    by_words, by_meaning = _by_words(met, words, pairs), _by_meaning(by_leg)
    link = "" if not (by_words and by_meaning) else ", and " if met else ", but "
    sentence = by_words + link + by_meaning
    whole = f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""
    return Explanation(whole, tuple(legs), pairs)


def explain_similar(score: float, rank: int) -> Explanation:
    """Return the explanation of an article that is near to another one."""
    place = "nearest" if rank == 1 else f"{ordinal(rank)} nearest"
    return Explanation(
        f"Is the {place} to that article by meaning.", (LegScore(MEANING, score, rank, score),)
    )


def _by_words(met: Sequence[str], words: int, pairs: Sequence[WordPair]) -> str:
    if not words:
        return ""
    if not met:
        return "holds none of the query's words"
    if any(pair.source not in _OWN for pair in pairs):
        return _translated(met, words, pairs)
    if len(met) == words:
        return "holds the query's word" if words == 1 else f"holds all {words} words of the query"
    return f"holds {len(met)} of the query's {words} words ({', '.join(met)})"


def _translated(met: Sequence[str], words: int, pairs: Sequence[WordPair]) -> str:
    """Tell the words that are met in another language, with what is written for them."""
    seen = [f"{pair.word} {pair.found}" for pair in pairs if pair.source not in (*_OWN, _ALIGNED)]
    examples = f" ({', '.join(seen[:_EXAMPLES])})" if seen else ""
    if len(met) == words:
        return f"answers the query's word{examples}" if words == 1 else f"answers all {words} words{examples}"
    return f"answers {len(met)} of the query's {words} words{examples}"


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
