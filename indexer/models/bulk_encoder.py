"""The bundled encoder where the CPU has matrix instructions: onnxruntime for a few texts, torch for many.

With AMX, torch in bfloat16 encodes passages 2.1 times as fast as the int8 graph and closer to float32 (cosine
0.99996 against 0.9988), but takes some seconds and a gigabyte to load. So the first passages of a process, and
all queries, go to onnxruntime, and only who brings many waits for torch. The vectors are of one model either
way, and one fingerprint.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from indexer.models.base import Encoder, Encoding, Fingerprint, PassageEncoding, PassageText

#: Passages after which torch is loaded: about what int8 encodes while it loads, on two cores.
BULK_AFTER = 128


class BulkEncoder:
    """`Encoder` that takes over from *quick* with the encoder that *load_bulk* makes, after `BULK_AFTER` passages."""

    def __init__(self, quick: Encoder, load_bulk: Callable[[], Encoder]) -> None:
        self._quick = quick
        self._load_bulk = load_bulk
        self._bulk: Encoder | None = None
        self._encoded = 0
        self._lock = threading.Lock()
        self.coder = quick.coder

    @property
    def fingerprint(self) -> Fingerprint:
        return self._quick.fingerprint

    def warm_up(self) -> None:
        self._quick.warm_up()

    def encode_query(self, text: str, *, words: bool = False, language: str = "en") -> Encoding:
        return self._quick.encode_query(text, words=words, language=language)

    def encode_words(self, words: Sequence[str]) -> npt.NDArray[np.float32] | None:
        return self._quick.encode_words(words)

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageEncoding]:
        return self._for_passages(len(passages)).encode_passages(passages)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._quick.count_tokens(texts)

    def token_starts(self, text: str) -> npt.NDArray[np.int32]:
        return self._quick.token_starts(text)

    def _for_passages(self, count: int) -> Encoder:
        with self._lock:
            if self._bulk is None and self._encoded >= BULK_AFTER:
                self._bulk = self._load_bulk()
            self._encoded += count
            return self._bulk or self._quick
