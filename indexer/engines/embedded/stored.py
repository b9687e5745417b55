"""How articles and vectors are written in SQLite, and read back."""

from __future__ import annotations

import threading

import numpy as np
import orjson
import zstandard

from indexer.article import Article
from indexer.engines.base import FloatArray
from indexer.errors import EngineUnavailable

_threads = threading.local()  # a zstd context must not be used by two threads at once


def encode_article(article: Article) -> bytes:
    """Return an article as compressed JSON."""
    if not hasattr(_threads, "compressor"):
        _threads.compressor = zstandard.ZstdCompressor(level=3)
    packed: bytes = _threads.compressor.compress(orjson.dumps(article.to_dict()))
    return packed


class DamagedArticle(EngineUnavailable):
    """What is stored of an article cannot be read: a disk has lost bytes of it."""

    def __init__(self, article_id: str) -> None:
        super().__init__(
            f"What the archive has stored of the article {article_id!r} is damaged.",
            remedy="Index it again or delete it (`newsarchive delete`); `newsarchive doctor` names all such articles.",
        )


def decode_article(article_id: str, body: bytes) -> Article:
    """Undo `encode_article`. Raises `DamagedArticle`."""
    if not hasattr(_threads, "decompressor"):
        _threads.decompressor = zstandard.ZstdDecompressor()
    try:
        return Article.from_dict(orjson.loads(_threads.decompressor.decompress(body)))
    except (zstandard.ZstdError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise DamagedArticle(article_id) from error


def encode_vector(vector: FloatArray) -> bytes:
    """Return a vector as little-endian float16: cosines keep three decimals, at half the bytes."""
    return np.asarray(vector).astype("<f2").tobytes()


def decode_vector(blob: bytes) -> FloatArray:
    return np.frombuffer(blob, "<f2").astype(np.float32)
