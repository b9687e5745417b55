"""Make `indexer/models/meanings.npz`: the vectors of the English words that the shipped dictionaries list.

    python docs/tools/make_meanings.py

To be run after `make_lexicon.py`, or when the bundled model changes. Takes half a minute.
"""

from __future__ import annotations

import sys

import numpy as np

from indexer.models.codes import Coder
from indexer.models.meanings import FILE, packed
from indexer.models.onnx_encoder import OnnxEncoder
from indexer.search.dictionary import Dictionary
from indexer.settings import load_settings

_BATCH = 64


def main() -> None:
    encoder = OnnxEncoder(load_settings().cache / "models")
    words = sorted({pair.english for pair in Dictionary().shipped_pairs() if " " not in pair.arabic})
    by_length = sorted(words, key=len)  # a batch takes as long as its longest
    vectors = np.concatenate(
        [encoder.encode_words(by_length[at : at + _BATCH]) for at in range(0, len(by_length), _BATCH)]
    )
    centred = vectors - vectors.mean(axis=0)
    unit = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    steps, scale = packed(Coder.bundled().rotate_query(unit))
    listed = np.frombuffer("\n".join(by_length).encode(), np.uint8)
    np.savez(FILE, words=listed, steps=steps, scale=scale)
    sys.stdout.write(f"{len(by_length):,} words, {FILE.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
