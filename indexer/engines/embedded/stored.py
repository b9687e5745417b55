"""How articles and vectors are written in SQLite, and read back."""

from __future__ import annotations

import threading

import numpy as np
import orjson
import zstandard

from indexer.article import Article
from indexer.engines.base import FloatArray

_threads = threading.local()  # a zstd context must not be used by two threads at once


def encode_article(article: Article) -> bytes:
    """Return an article as compressed JSON."""
    if not hasattr(_threads, "compressor"):
        _threads.compressor = zstandard.ZstdCompressor(level=3)
    packed: bytes = _threads.compressor.compress(orjson.dumps(article.to_dict()))
    return packed


def decode_article(body: bytes) -> Article:
    """Undo `encode_article`."""
    if not hasattr(_threads, "decompressor"):
        _threads.decompressor = zstandard.ZstdDecompressor()
    return Article.from_dict(orjson.loads(_threads.decompressor.decompress(body)))


def encode_vector(vector: FloatArray) -> bytes:
    """Return a vector as little-endian float16: cosines keep three decimals, at half the bytes."""
    return np.asarray(vector).astype("<f2").tobytes()


def decode_vector(blob: bytes) -> FloatArray:
    return np.frombuffer(blob, "<f2").astype(np.float32)
