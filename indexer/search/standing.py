"""Does anything stand out? Whether the best that was found is an answer, or only the least far from one.

A search by meaning always finds something. Two figures tell an answer from what is merely nearest:

    near   how much nearer the nearest passage is than the archive's passages are on the whole:
           (cosine - background) / (1 - background), where the background is the cosine with their mean
    met    what the best of the first articles meets of the query's words: the mean over them of s / (s + 1)
           of their keyword scores

A page stands out where near + `MET` * met reaches a threshold, of which questions and headlines have one each:
98 of 100 queries that the development archives answer do. docs/ranking.md says how many others do as well. It is
not judged where query and article share a language, for which nothing was measured.
"""

from __future__ import annotations

from dataclasses import dataclass

from indexer.search.explain import KEYWORDS, MEANING
from indexer.search.found import Found
from indexer.search.prepared import Prepared
from indexer.text import base_language

MET = 0.2
HEADLINE, QUESTION = 0.32, 0.23
_FIRST = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the best of a page stands out; see above for the two figures."""

    near: float
    met: float
    least: float

    @property
    def score(self) -> float:
        return self.near + MET * self.met

    @property
    def stands_out(self) -> bool:
        return self.score >= self.least


def standing(prepared: Prepared, found: Found) -> Standing | None:
    """Return how far what was found stands out; None where that cannot be said."""
    nearest = found.legs.get(MEANING)
    if prepared.encoding is None or nearest is None or not nearest.ids:
        return None
    language = found.languages.get(nearest.ids[0], "")
    if base_language(language) == base_language(prepared.language):
        return None
    expected = prepared.expected.get(language)
    if expected is None or expected >= 1:
        return None
    return Standing(
        near=(float(nearest.scores[0]) - expected) / (1 - expected),
        met=_met(found),
        least=QUESTION if prepared.question else HEADLINE,
    )


def stands_out(prepared: Prepared, found: Found) -> bool | None:
    """Return whether what was found answers, as far as can be told; None where that cannot be said."""
    told = standing(prepared, found)
    return None if told is None else told.stands_out


def _met(found: Found) -> float:
    leg = found.legs.get(KEYWORDS)
    if leg is None or leg.parts is None or not leg.parts.size:
        return 0.0
    places = {article_id: place for place, article_id in enumerate(leg.ids[: len(leg.parts)])}
    rows = [places[entry.id] for entry in found.fused[:_FIRST] if entry.id in places]
    parts = leg.parts[rows]
    return float((parts / (parts + 1)).mean(axis=1).max(initial=0.0))
