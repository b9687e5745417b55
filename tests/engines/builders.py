"""Entries for tests of engines: articles whose texts, dates and vectors follow from what a test says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def vector(*seed: int, dimensions: int = DIMENSIONS) -> FloatArray:
    """Return a unit vector drawn from a generator with this seed."""
    drawn = np.random.default_rng(seed).standard_normal(dimensions)
    unit: FloatArray = (drawn / np.linalg.norm(drawn)).astype(np.float32)
    return unit


def article(
    article_id: str,
    text: str = "some text",
    *,
    title: str = "",
    language: str = "en",
    source: str = "",
    section: str = "",
    author: str = "",
    at: str = "",
    doubtful: bool = False,
) -> Article:
    """Return an article; `at` is its date in ISO 8601, in UTC unless it says otherwise."""
    published = None
    if at:
        moment = datetime.fromisoformat(at)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        published = Published(moment, doubtful=doubtful)
    return Article(
        id=article_id,
        title=title,
        text=text,
        language=language,
        source=source,
        section=section,
        author=author,
        published=published,
    )


def stored(item: Article, vectors: Sequence[FloatArray] = (), codes: Sequence[bytes | None] = ()) -> Entry:
    """Return an entry of an article with one passage for each vector."""
    passages = tuple(
        EncodedPassage(
            Passage(number, number, number + 1, item.language), each, codes[number] if codes else None
        )
        for number, each in enumerate(vectors)
    )
    return Entry(item, item.content_hash(), passages)


def entry(number: int, *, text: str = "", version: int = 0) -> Entry:
    """Return an article with 1 to 3 passages; another `version` has another text and other vectors."""
    item = Article(
        id=f"article-{number:05}",
        title=f"Title {number}",
        text=text or f"word{number} common even{number % 2} version{version}. السلام في ليبيا.",
        language="ar" if number % 2 else "en",
        source=_SOURCES[number % 3],
        published=Published(datetime(2018, 1, 1, tzinfo=UTC) + timedelta(days=number)),
    )
    passages = tuple(
        EncodedPassage(
            Passage(part, part, part + 5, item.language), vector(number, part, version), bytes([part]) * 4
        )
        for part in range(1 + number % 3)
    )
    return Entry(item, item.content_hash(), passages)


def entries(numbers: Iterable[int], *, version: int = 0) -> list[Entry]:
    return [entry(number, version=version) for number in numbers]
