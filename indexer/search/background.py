"""The background of an archive: how near its passages are to a query on the whole, language by language.

Vectors of one encoder lie in a narrow cone, and those of each language in a corner of it: a passage of the query's own
language, or of one that the encoder knows better, is nearer than another that says the same. The mean passage vector
of each language tells by how much. What stands out is judged by it (`indexer.search.standing`), and languages are
compared by it (`balanced`).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson

from indexer.engines.base import Engine, Filters, FloatArray, GatherRequest, Union
from indexer.search.sample import sample_vectors

#: Small records: model.language -> {"articles": how many there were, "mean": of a sample's passage vectors}.
KIND = "background"
#: Articles of a language that are sampled, and how few are too few to know.
SAMPLE = 120
LEAST = 30
_RUNS = 6
_LANGUAGES = 30
#: The sample is taken anew when the language has grown or shrunk by this much.
_GROWTH = 1.2
#: Articles that hold a rare word.
_RARE = 2


class Background:
    """The mean passage vector of each language of an archive, and how many articles it has."""

    def __init__(self, means: Mapping[str, FloatArray], articles: Mapping[str, int] | None = None) -> None:
        """*means* are the languages' mean passage vectors, (dim,); *articles* how many articles each has."""
        self._means = means
        self._articles = dict(articles or {})
        #: What is taken off a language of which nothing is known.
        self._usual = sum(means.values(), np.float32(0)) / np.float32(max(len(means), 1))

    @classmethod
    def load(cls, engine: Engine) -> Background:
        """Read what `update_background` has stored; a language that it has not sampled has no mean."""
        stored = _stored(engine)
        return cls(
            {language: np.asarray(record["mean"], np.float32) for language, record in stored.items()},
            {language: record["articles"] for language, record in stored.items()},
        )

    @property
    def languages(self) -> Sequence[str]:
        """The languages of which something is known."""
        return tuple(self._means)

    def expected(self, vector: FloatArray) -> dict[str, float]:
        """Return language -> the cosine of *vector*, (dim,), with its passages on the whole, where that is known."""
        return {language: float(vector @ mean) for language, mean in self._means.items()}

    def specificity(self, languages: Sequence[str]) -> FloatArray | None:
        """Return what the keyword scores of articles in *languages*, (n,), are multiplied by; None where by nothing.

        BM25 weighs a word by how few of all articles hold it. A word of a language that few articles are in is rare
        for that alone, and would outweigh any word of the others. So a rare word's weight is brought half the way (the
        geometric mean) to what it were among the articles of its own language: idf among these over idf among all, for
        a word that two articles hold.
        """
        if len(self._articles) < 2:
            return None
        whole = math.log1p(sum(self._articles.values()) / _RARE)
        known = {
            language: math.sqrt(math.log1p(self._articles.get(language, LEAST) / _RARE) / whole)
            for language in {*languages}
        }
        if len(set(known.values())) < 2:
            return None
        return np.array([known[language] for language in languages], np.float32)

    def centred(self, vectors: FloatArray, language: str) -> FloatArray:
        """Return passages' vectors, (n, dim), without what those of their language have in common, at unit length.

        A language of which nothing is known has what the known ones have on the mean.
        """
        if not self._means:
            return vectors
        moved = vectors - self._means.get(language, self._usual)
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        centred: FloatArray = moved / np.maximum(lengths, np.float32(1e-12))
        return centred


#: Of an archive of which nothing is known.
NO_BACKGROUND = Background({})


def update_background(engine: Engine) -> int:
    """Sample the passages of each language anew whose number of articles has changed much since the last time.

    Returns how many languages these are.
    """
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
    return len(records)


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


def balanced(scores: FloatArray, languages: Sequence[str], expected: Mapping[str, float]) -> FloatArray:
    """Return the cosines of passages, (n,), as if all languages were equally near to the query.

    What is expected of a passage's language (see `Background.expected`) is taken off, and what is expected of the
    languages on the mean is put back: cosines stay cosines, and within a language nothing moves. A language of which
    nothing is known counts as the mean. Over twelve languages, the first twenty articles for the headline of a story
    then held all twelve translations for 70 % of the queries in place of 47 %, by vectors alone.
    """
    known = {language: expected[language] for language in {*languages} & expected.keys()}
    if len(known) < 2:
        return scores
    usual = sum(known.values()) / len(known)
    return scores - np.array([known.get(language, usual) - usual for language in languages], np.float32)
