"""Late interaction: the best articles of the fused ranking are read again, word by word.

Every word of the query looks for its best partner among the words of a passage, by their codes, and the mean
of these best cosines is the passage's score (MaxSim; Khattab and Zaharia, ColBERT, SIGIR 2020). An article
counts as its best passage. All passages are scored in one multiplication; torch is not needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.engines.base import StoredPassage
from indexer.models.base import Encoding
from indexer.models.codes import Coder

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Interaction:
    """What late interaction says of an article: its best passage's MaxSim, and which passage that is."""

    score: float
    passage: int


def interact(
    encoding: Encoding, passages: Mapping[str, Sequence[StoredPassage]], coder: Coder
) -> dict[str, Interaction]:
    """Return MaxSim of the articles that have codes.

    `encoding` is the query's with its word vectors. Articles without codes are left out.
    """
    if encoding.words is None or not len(encoding.words):
        return {}
    width = coder.bytes_per_word
    coded = [
        (article_id, stored.passage.number, stored.codes)
        for article_id, stored_passages in passages.items()
        for stored in stored_passages
        if stored.codes
    ]
    if not coded:
        return {}
    similarities = coder.similarities(
        coder.rotate_query(encoding.words), b"".join(codes for _, _, codes in coded)
    )
    starts = np.cumsum([0, *(len(codes) // width for _, _, codes in coded[:-1])])
    best = np.maximum.reduceat(similarities, starts, axis=1).mean(axis=0)
    found: dict[str, Interaction] = {}
    for (article_id, number, _), score in zip(coded, best.tolist(), strict=True):
        if article_id not in found or score > found[article_id].score:
            found[article_id] = Interaction(score, number)
    return found
