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

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from indexer.engines.base import Engine, Filters, FloatArray, GatherRequest, Union
from indexer.search.explain import KEYWORDS, MEANING
from indexer.search.ranking import Found, Prepared
from indexer.search.sample import sample_vectors
from indexer.text import base_language

#: Small records: model.language -> {"articles": how many there were, "mean": of a sample's passage vectors}.
KIND = "background"
MET = 0.2
HEADLINE, QUESTION = 0.32, 0.245
#: Articles of a language that are sampled, and how few are too few to know.
SAMPLE = 120
LEAST = 30
_RUNS = 6
_LANGUAGES = 30
_FIRST = 10
#: The sample is taken anew when the language has grown or shrunk by this much.
_GROWTH = 1.2


class Background:
    """The mean passage vector of each language of an archive."""

    def __init__(self, means: Mapping[str, FloatArray]) -> None:
        self._means = means

    @classmethod
    def load(cls, engine: Engine) -> Background:
        """Read what `update_background` has stored; a language that it has not sampled has no mean."""
        return cls(
            {language: np.asarray(record["mean"], np.float32) for language, record in _stored(engine).items()}
        )

    def cosine(self, vector: FloatArray, language: str) -> float | None:
        """Return the cosine of *vector* with the passages of a language on the whole, None where not known."""
        mean = self._means.get(language)
        return None if mean is None else float(vector @ mean)


def update_background(engine: Engine) -> None:
    """Sample the passages of each language anew whose number of articles has changed much since the last time."""
    stored, model = _stored(engine), _model(engine)
    counted = engine.gather(GatherRequest(Union(), facets={"language": _LANGUAGES})).facets["language"]
    records = {}
    for count in counted:
        known = stored.get(count.value, {}).get("articles", 0)
        if count.count < LEAST or known / _GROWTH <= count.count <= known * _GROWTH:
            continue
        union = Union(filters=Filters(include={"language": frozenset({count.value})}))
        vectors = sample_vectors(engine, union, articles=SAMPLE, runs=_RUNS)
        if vectors:
            mean = [round(value, 6) for value in np.concatenate(vectors).mean(axis=0).tolist()]
            records[f"{model}.{count.value}"] = {"articles": count.count, "mean": mean}
    if records:
        engine.put_records(KIND, records)


def _stored(engine: Engine) -> dict[str, dict[str, Any]]:
    """Return language -> record, of the archive's model: small records outlive a change of it."""
    prefix = f"{_model(engine)}."
    return {
        key.removeprefix(prefix): record for key, record in engine.records(KIND) if key.startswith(prefix)
    }


def _model(engine: Engine) -> str:
    manifest = engine.manifest()
    model = orjson.dumps(manifest.model if manifest else None, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(model).hexdigest()[:12]


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


def standing(prepared: Prepared, found: Found, background: Background) -> Standing | None:
    """Return how far what was found stands out; None where that cannot be said."""
    nearest = found.legs.get(MEANING)
    if prepared.encoding is None or nearest is None or not nearest.ids:
        return None
    language = found.languages.get(nearest.ids[0], "")
    if base_language(language) == base_language(prepared.language):
        return None
    expected = background.cosine(prepared.encoding.vector, language)
    if expected is None or expected >= 1:
        return None
    return Standing(
        near=(float(nearest.scores[0]) - expected) / (1 - expected),
        met=_met(found),
        least=QUESTION if prepared.question else HEADLINE,
    )


def _met(found: Found) -> float:
    leg = found.legs.get(KEYWORDS)
    if leg is None or leg.parts is None or not leg.parts.size:
        return 0.0
    places = {article_id: place for place, article_id in enumerate(leg.ids[: len(leg.parts)])}
    rows = [places[entry.id] for entry in found.fused[:_FIRST] if entry.id in places]
    parts = leg.parts[rows]
    return float((parts / (parts + 1)).mean(axis=1).max(initial=0.0))
