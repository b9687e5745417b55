"""The vectors of saved searches, kept in the archive: a search is encoded once and not at every run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson

from indexer.engines.base import Engine, FloatArray
from indexer.models.base import Encoder, Encoding

KIND = "saved-encoding"


class StoredEncodings:
    """Encodes queries, or remembers how it did. What is remembered is exact, so that nothing else changes."""

    def __init__(self, engine: Engine, encoder: Encoder) -> None:
        self._engine = engine
        self._encoder = encoder
        self._model = orjson.dumps(encoder.fingerprint.to_dict(), option=orjson.OPT_SORT_KEYS)
        self._stored = dict(engine.records(KIND))
        self._asked: set[str] = set()
        self._new: dict[str, dict[str, Any]] = {}

    def encode(self, text: str, language: str) -> Encoding:
        """Return the encoding of a query with its words, in place of `Encoder.encode_query`."""
        key = self._key(text, language)
        self._asked.add(key)
        if key in self._stored:
            return _from_record(self._stored[key])
        encoding = self._encoder.encode_query(text, words=True, language=language)
        self._stored[key] = self._new[key] = _to_record(encoding)
        return encoding

    def keep(self) -> None:
        """Store what was encoded, and drop what was not asked for: of searches and models that are gone."""
        if self._new:
            self._engine.put_records(KIND, self._new)
        if stale := self._stored.keys() - self._asked:
            self._engine.delete_records(KIND, stale)

    def _key(self, text: str, language: str) -> str:
        named = b"\x00".join([self._model, language.encode(), text.encode("utf-8", "surrogatepass")])
        return hashlib.blake2b(named, digest_size=16).hexdigest()


def _to_record(encoding: Encoding) -> dict[str, Any]:
    return {
        "vector": _packed(encoding.vector),
        "words": None if encoding.words is None else _packed(encoding.words),
        "spans": [list(span) for span in encoding.spans],
    }


def _from_record(record: Mapping[str, Any]) -> Encoding:
    vector = _unpacked(record["vector"])
    words = None if record["words"] is None else _unpacked(record["words"]).reshape(-1, len(vector))
    return Encoding(vector, words, tuple((start, end) for start, end in record["spans"]))


def _packed(array: FloatArray) -> str:
    return base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode("ascii")


def _unpacked(text: str) -> FloatArray:
    return np.frombuffer(base64.b64decode(text), "<f4").astype(np.float32)
