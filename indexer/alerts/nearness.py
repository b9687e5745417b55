"""How near the articles of an archive are to a search on the whole: what a new one must surpass.

Cosines of this kind of encoder lie close together (0.75 to 0.9), and where they lie differs from search to search. So
an article's nearness is measured in standard deviations above the mean of a sample of the archive.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.engines.base import Engine, FloatArray, Union
from indexer.search.sample import sample_vectors

#: From so many standard deviations on an article is near. Chosen together with `matching.SHARE`: of 123 stories that
#: are told in twelve languages, the English titles find 68 % of the other tellings, and 5.1 other articles of 1,476;
#: with half of the words and 2.5 deviations it was 58 % and 4.4, by a third of the words alone 80 % and 49.6. In the
#: bundled sample it is 80 % and 1.5 (68 % and 1.8); `python docs/tools/evaluate_alerts.py ARCHIVE`.
DEVIATIONS = 3.0
#: ... and where all words are answered. A name says little of its meaning: of 41 articles with Khashoggi in the title
#: 2 are so near as the rule above asks for, and 40 as this one does; of 32 with Macron, 20 and 32; of 154 with
#: "economy", 20 and 151. Without any, whatever mentions the economy in passing would raise an alert (1,486 for 830).
DEVIATIONS_OF_ALL = 1.0
#: Articles of the sample, and how few are too few to know.
SAMPLE = 300
LEAST = 30
_RUNS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Hurdle:
    """A search's vector, (dim,), and the least cosines: where some of its words are answered, and where all are."""

    vector: FloatArray
    least: float
    least_of_all: float

    def is_passed(self, cosine: float, *, by_all: bool) -> bool:
        return cosine >= (self.least_of_all if by_all else self.least)


@dataclass(frozen=True, slots=True, eq=False)
class UsualNearness:
    """A sample: (n_passages, dim) float32 vectors, and where each article's begin."""

    vectors: FloatArray
    starts: np.ndarray[tuple[int], np.dtype[np.intp]]

    @classmethod
    def of(cls, engine: Engine) -> UsualNearness:
        """Take a sample in runs that are spread evenly over the latest articles."""
        found = sample_vectors(engine, Union(), articles=SAMPLE, runs=_RUNS)
        starts = np.cumsum([0, *(len(vectors) for vectors in found[:-1])]) if found else np.zeros(0)
        return cls(np.concatenate(found) if found else np.zeros((0, 0), np.float32), starts.astype(np.intp))

    def hurdle(self, vector: FloatArray) -> Hurdle | None:
        """Return how near to *vector* an article must be; None for too small a sample."""
        if len(self.starts) < LEAST:
            return None
        nearest = np.maximum.reduceat(self.vectors @ vector, self.starts)
        mean, deviation = float(nearest.mean()), float(nearest.std())
        return Hurdle(vector, mean + DEVIATIONS * deviation, mean + DEVIATIONS_OF_ALL * deviation)
