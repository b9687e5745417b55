"""Token codes: one bit a dimension for each word of a passage, and MaxSim over them.

A word's vector is centred (minus the mean word vector of its language and side), rotated by a fixed random
rotation and kept as signs: 48 bytes for 384 dimensions. The query's side stays finer. Measured on XQuAD
and MLQA (nDCG@10 of MaxSim alone): centring each side by its own language instead of by one mean gains
0.015 and 0.026. Late interaction is Khattab and Zaharia's (ColBERT, SIGIR 2020); signs after a random
rotation estimate inner products without bias (RaBitQ, Gao and Long, SIGMOD 2024).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.models.meanings import Meanings, bundled
from indexer.models.signs import inner_products, pack, rotation
from indexer.models.words import WORDS_VERSION

FloatArray = npt.NDArray[np.float32]

#: Part of the fingerprint: codes of different versions cannot be compared.
CODES_VERSION = f"signs-1.{WORDS_VERSION}"
CENTRES_FILE = Path(__file__).with_name("centres.npz")
QUERY, PASSAGE = "query", "passage"


class Coder:
    """Makes codes, and scores queries against them. Holds the rotation and the centres of one model.

    `centres` maps "side.language" to a (dim,) mean word vector; "side.*" serves every other language. `meanings` loads
    English words with the model's vectors; None where there are none of the model.
    """

    def __init__(
        self, centres: dict[str, FloatArray], meanings: Callable[[], Meanings] | None = None
    ) -> None:
        self._centres = centres
        self.meanings = meanings
        self.dimensions = len(next(iter(centres.values())))
        self._rotation = rotation(self.dimensions)

    @classmethod
    def bundled(cls) -> Coder:
        """Return the coder of the bundled encoder; `indexer/models/centres.py` made its centres."""
        with np.load(CENTRES_FILE) as stored:
            centres = {name: stored[name].astype(np.float32) for name in stored.files}
        return cls(centres, bundled)

    @property
    def bytes_per_word(self) -> int:
        return self.dimensions // 8

    def centre(self, words: FloatArray, side: str, language: str) -> FloatArray:
        """Return the words' vectors, (n, dim), centred and of unit length. Zero rows stay zero."""
        centre = self._centres.get(f"{side}.{language}", self._centres[f"{side}.*"])
        spoken = np.any(words, axis=1, keepdims=True)
        centred = np.where(spoken, words - centre, np.float32(0))
        length = np.linalg.norm(centred, axis=1, keepdims=True)
        unit: FloatArray = centred / np.maximum(length, np.float32(1e-9))
        return unit

    def encode(self, words: FloatArray, language: str) -> bytes:
        """Return the codes of a passage's words, `bytes_per_word` each."""
        if not len(words):
            return b""
        rotated = self.centre(words, PASSAGE, language) @ self._rotation
        return pack(rotated > 0).tobytes()

    def rotate_query(self, words: FloatArray) -> FloatArray:
        """Return centred query words, (n, dim), rotated and scaled as `similarities` takes them."""
        rotated: FloatArray = words @ self._rotation
        return rotated / np.float32(np.sqrt(self.dimensions) * _MEAN_ALIGNMENT)

    def similarities(self, query: FloatArray, codes: bytes) -> FloatArray:
        """Return (n_query_words, n_passage_words) estimated cosines of rotated query words with codes."""
        octets = np.frombuffer(codes, np.uint8).reshape(-1, self.bytes_per_word)
        return inner_products(query, octets, bits=_STEP_BITS)


#: E|x . sign(x)| / sqrt(dim) of a random unit vector: dividing by it makes the estimate of a cosine unbiased.
_MEAN_ALIGNMENT = float(np.sqrt(2 / np.pi))
#: Steps of the query's side. 4 bits rank the same and take a third longer (nDCG@10 of 1,926 headlines -0.0013, of XQuAD
#: and MLQA -0.0003 and -0.0001); 2 lose 0.003 on XQuAD.
_STEP_BITS = 3
