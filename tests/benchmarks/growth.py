"""Archives that grow: the articles of one again and again, with vectors near theirs, in another."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count, islice

import numpy as np

from indexer.archive import Archive
from indexer.engines.base import EncodedPassage, Entry, FloatArray

#: A synthetic passage's vector has about this cosine with the real one that it is made from.
NEARNESS = 0.95
_BATCH = 200
_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Grown:
    """An archive at one size, and the passages that were written a second since the size before."""

    articles: int
    passages: int
    rate: float


def sizes_asked() -> list[int]:
    """Return the numbers of passages at which growth is measured, none unless they are asked for."""
    return [int(number) for number in os.environ.get("BENCH_PASSAGES", "").split(",") if number]


def growing(archive: Archive, source: Archive, sizes: Sequence[int]) -> Iterator[Grown]:
    """Fill a new archive with synthetic entries and the words of `source`; yield at each number of passages."""
    engine = archive.engine
    words = list(source.engine.words())
    for first in range(0, len(words), _WORDS):
        engine.write_words(words[first : first + _WORDS])
    synthetic = synthetic_entries(source)
    passages = articles = 0
    for size in sizes:
        started, before = time.perf_counter(), passages
        while passages < size and (batch := list(islice(synthetic, _BATCH))):
            engine.write(batch)
            articles += len(batch)
            passages += sum(len(entry.passages) for entry in batch)
        engine.refresh()
        yield Grown(articles, passages, (passages - before) / (time.perf_counter() - started))


def entries_of(archive: Archive) -> Iterator[Entry]:
    """Yield what an archive holds as the pipeline handed it over."""
    engine = archive.engine
    for article in engine.scan():
        passages = []
        for stored in engine.passages(article.id, vectors=True):
            assert stored.vector is not None
            passages.append(EncodedPassage(stored.passage, stored.vector, stored.codes))
        yield Entry(article, article.content_hash(), tuple(passages))


def synthetic_entries(archive: Archive) -> Iterator[Entry]:
    """Yield the archive's entries again and again, each time with other ids, dates and vectors."""
    random = np.random.default_rng(0)
    for copy in count():
        for entry in entries_of(archive):
            published = entry.article.published
            moved = published and replace(published, at=published.at + timedelta(days=copy))
            article = replace(entry.article, id=f"{entry.article.id}~{copy}", published=moved)
            passages = tuple(
                replace(passage, vector=_near(passage.vector, random)) for passage in entry.passages
            )
            yield Entry(article, article.content_hash(), passages)


def _near(vector: FloatArray, random: np.random.Generator) -> FloatArray:
    noise = random.standard_normal(len(vector))
    noise *= np.sqrt(1 / NEARNESS**2 - 1) / np.linalg.norm(noise)
    moved = vector + noise
    result: FloatArray = (moved / np.linalg.norm(moved)).astype(np.float32)
    return result
