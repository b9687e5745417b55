"""What an archive covers: its sources over time, the gaps in them, languages, dates that are missing.

    cover(engine).sources[0].gaps

Everything is counted by the engine, one call for the whole and one for each source that is asked for. Only
copies need a look at every article (`count_copies`).
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from indexer.article import Article
from indexer.engines.base import Bucket, Count, Engine, Filters, GatherRequest, Histogram, Union

#: A source that writes daily has a gap after so many silent days; one that writes seldom after so many times its
#: usual distance between two days with articles.
LEAST_GAP_DAYS = 7
USUAL_DISTANCES = 5
MAX_SOURCES = 40
_MOST_VALUES = 1_000


@dataclass(frozen=True, slots=True)
class Gap:
    """Days without an article, both included, between two days that have some.

    One that `lasts` has none behind it: the source is silent until the last day of the archive, or of its part that
    is looked at.
    """

    first: date
    last: date
    lasts: bool = False

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """One source. `histogram` is by day; `gaps` are the longest first."""

    source: str
    articles: int
    histogram: Histogram
    gaps: tuple[Gap, ...]

    @property
    def first(self) -> str:
        return self.histogram.buckets[0].period if self.histogram.buckets else ""

    @property
    def last(self) -> str:
        return self.histogram.buckets[-1].period if self.histogram.buckets else ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole. `histogram` is by day; `sources` are the largest, of `source_count` in all."""

    articles: int
    histogram: Histogram
    languages: tuple[Count, ...]
    sources: tuple[SourceCoverage, ...]
    source_count: int
    without_source: int


@dataclass(frozen=True, slots=True)
class Copies:
    """Articles whose text another article has word for word: `copies` beyond the first of each of `groups`."""

    articles: int
    copies: int
    groups: int


def cover(engine: Engine, filters: Filters | None = None, *, max_sources: int = MAX_SOURCES) -> Coverage:
    """Count what passes *filters*, with the largest sources one by one."""
    filters = filters or Filters()
    whole = engine.gather(
        GatherRequest(
            Union(filters=filters),
            facets={"language": _MOST_VALUES, "source": _MOST_VALUES},
            histogram="day",
        )
    )
    counted = whole.facets.get("source", ())
    days = whole.histogram.buckets if whole.histogram else ()
    last_day = date.fromisoformat(days[-1].period) if days else None
    sources = []
    for count in counted[:max_sources]:
        chosen = replace(filters, include={**filters.include, "source": frozenset({count.value})})
        gathered = engine.gather(GatherRequest(Union(filters=chosen), histogram="day"))
        histogram = gathered.histogram or _EMPTY
        gaps = find_gaps(histogram.buckets, last_day)
        sources.append(SourceCoverage(count.value, gathered.total, histogram, gaps))
    return Coverage(
        articles=whole.total,
        histogram=whole.histogram or _EMPTY,
        languages=whole.facets.get("language", ()),
        sources=tuple(sources),
        source_count=len(counted),
        without_source=max(0, whole.total - sum(count.count for count in counted)),
    )


def find_gaps(buckets: Iterable[Bucket], until: date | None = None) -> tuple[Gap, ...]:
    """Return the gaps between the days of *buckets* and up to *until*, longest first, ties by date."""
    days = [date.fromisoformat(bucket.period) for bucket in buckets if bucket.count]
    distances = [(after - before).days for before, after in pairwise(days)]
    if not distances:
        return ()
    least = max(LEAST_GAP_DAYS, USUAL_DISTANCES * median(distances))
    one = timedelta(days=1)
    gaps = [
        Gap(before + one, after - one)
        for (before, after), distance in zip(pairwise(days), distances, strict=True)
        if distance > least
    ]
    if until is not None and (until - days[-1]).days + 1 > least:
        gaps.append(Gap(days[-1] + one, until, lasts=True))
    return tuple(sorted(gaps, key=lambda gap: (-gap.days, gap.first)))


def count_copies(articles: Iterable[Article]) -> Copies:
    """Count the articles whose text is that of another one, whatever its case and white space.

    Every article is read; a digest of each is held in memory (16 bytes).
    """
    texts = Counter(_digest(article) for article in articles)
    return Copies(
        articles=texts.total(),
        copies=texts.total() - len(texts),
        groups=sum(number > 1 for number in texts.values()),
    )


def coarser(histogram: Histogram, unit: str) -> Mapping[str, int]:
    """Return the counts of a histogram by wider periods, `month` or `year` (or by its own, as they are)."""
    length = {"day": 10, "month": 7, "year": 4}[unit]
    counts: Counter[str] = Counter()
    for bucket in histogram.buckets:
        counts[bucket.period[:length]] += bucket.count
    return counts


def _digest(article: Article) -> bytes:
    words = " ".join(unicodedata.normalize("NFKC", article.text).casefold().split())
    return hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=16).digest()


_EMPTY = Histogram("day", (), 0, 0)
