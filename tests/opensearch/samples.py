"""Entries for tests of the engine: articles whose texts, dates and vectors follow from a number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np

from indexer.article import Article, Passage, Published
from indexer.engines.base import EncodedPassage, Entry, FloatArray, Manifest

DIMENSIONS = 16
MANIFEST = Manifest(
    model={"name": "test", "dimensions": DIMENSIONS},
    passages={"tokens": 200},
    text_version=1,
    created_at="2026-01-01T00:00:00Z",
)
_SOURCES = ("BBC", "CNN", "Al Jazeera")


def vector(*seed: int) -> FloatArray:
    drawn = np.random.default_rng(seed).standard_normal(DIMENSIONS)
    unit: FloatArray = (drawn / np.linalg.norm(drawn)).astype(np.float32)
    return unit


def entry(number: int, *, text: str = "", version: int = 0) -> Entry:
    """Return an article with 1 to 3 passages; another `version` has another text and other vectors."""
    article = Article(
        id=f"article-{number:05}",
        title=f"Title {number}",
        text=text or f"word{number} common even{number % 2} version{version}. السلام في ليبيا.",
        language="ar" if number % 2 else "en",
        source=_SOURCES[number % 3],
        published=Published(datetime(2018, 1, 1, tzinfo=UTC) + timedelta(days=number)),
    )
    passages = tuple(
        EncodedPassage(
            Passage(part, part, part + 5, article.language), vector(number, part, version), bytes([part]) * 4
        )
        for part in range(1 + number % 3)
    )
    return Entry(article, article.content_hash(), passages)


def entries(numbers: Iterable[int], *, version: int = 0) -> list[Entry]:
    return [entry(number, version=version) for number in numbers]
