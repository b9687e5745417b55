"""Gathering: counts over a union, facets, histograms, articles and passages, in one round trip."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from indexer.article import Article, Published
from indexer.engines.base import (
    FACETS,
    Bucket,
    Count,
    Engine,
    Filters,
    Form,
    GatherRequest,
    Histogram,
    LexicalQuery,
    Term,
    Union,
)
from tests.engines.builders import article, stored
from tests.engines.library import LIBRARY
from tests.engines.reference import Reference

REFERENCE = Reference(LIBRARY)
OIL = LexicalQuery(should=(Term("oil", Form.EXACT),))
UNIONS = {
    "everything": Union(),
    "a query": Union(OIL),
    "ids": Union(ids=("vote-1", "undated", "unknown", "vote-1")),
    "a query and ids": Union(OIL, ("vote-1", "oil-1", "future")),
    "no ids": Union(ids=()),
    "a query and no ids": Union(OIL, ()),
    "a query that finds nothing": Union(LexicalQuery(should=(Term("nowhere"),)), ("vote-1",)),
    "an empty query": Union(LexicalQuery(), ("vote-2",)),
    "an exclusion": Union(LexicalQuery(must_not=(Term("oil"),))),
    "a filter": Union(filters=Filters(include={"source": frozenset({"BBC"})})),
    "a filter over a query and ids": Union(
        OIL, ("vote-1", "libya-2"), Filters(include={"source": frozenset({"CNN", "BBC"})})
    ),
    "days over ids": Union(
        ids=tuple(REFERENCE.entries), filters=Filters(published_from=date(2018, 2, 18), published_to=date(2018, 2, 19))
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def library(shared_engine: Engine) -> Engine:
    shared_engine.write(LIBRARY)
    shared_engine.refresh()
    return shared_engine


@pytest.mark.parametrize("name", UNIONS)
def test_counts_are_those_of_the_union(library: Engine, name: str) -> None:
    union = UNIONS[name]
    for unit in ("year", "month", "day", "auto"):
        gathered = library.gather(GatherRequest(union, facets=dict.fromkeys(FACETS, 10), histogram=unit))
        assert gathered.total == len(REFERENCE.union(union))
        assert gathered.facets == {facet: REFERENCE.facet(union, facet, 10) for facet in FACETS}
        assert gathered.histogram == REFERENCE.histogram(union, unit)
        assert (gathered.complete, gathered.notice) == (True, "")


def test_facets_are_most_frequent_first_and_by_value(library: Engine) -> None:
    gathered = library.gather(GatherRequest(Union(), facets={"source": 3, "section": 100}))
    assert gathered.facets["source"] == (Count("BBC", 4), Count("CNN", 4), Count("Al Jazeera", 1))
    assert gathered.facets["section"] == (Count("world", 4), Count("economy", 3), Count("politics", 2))
    assert "language" not in gathered.facets
    assert gathered.histogram is None


def test_the_histogram_leaves_out_what_has_no_certain_date(library: Engine) -> None:
    gathered = library.gather(GatherRequest(Union(), histogram="year"))
    assert gathered.histogram == Histogram(
        "year", (Bucket("2016", 1), Bucket("2018", 9)), undated=2, doubtful=1
    )
    months = library.gather(GatherRequest(Union(OIL), histogram="month")).histogram
    assert months == Histogram(
        "month", (Bucket("2018-01", 1), Bucket("2018-02", 1), Bucket("2018-03", 1)), 0, 0
    )


def test_the_articles_asked_for_come_with_their_passages(library: Engine) -> None:
    request = GatherRequest(
        Union(OIL), ("vote-1", "arabic-1", "unknown"), passages_of=("arabic-1", "undated", "unknown")
    )
    for codes in (False, True):
        gathered = library.gather(
            GatherRequest(request.union, request.ids, passages_of=request.passages_of, codes=codes)
        )
        assert gathered.articles == {name: REFERENCE.entries[name].article for name in ("vote-1", "arabic-1")}
        assert set(gathered.passages) == {"arabic-1", "undated"}
        for name, passages in gathered.passages.items():
            expected = REFERENCE.entries[name].passages
            assert [one.passage for one in passages] == [one.passage for one in expected]
            assert [one.codes for one in passages] == [one.codes if codes else None for one in expected]
        assert gathered.total == 3


def test_more_articles_than_a_page_come_back_at_once(engine: Engine) -> None:
    made = [stored(article(f"a-{number:04}")) for number in range(1_500)]
    engine.write(made)
    engine.refresh()
    ids = tuple(one.article.id for one in made)
    gathered = engine.gather(GatherRequest(Union(ids=ids), ids))
    assert gathered.total == len(gathered.articles) == 1_500


def test_automatic_histograms_have_at_most_120_buckets(engine: Engine) -> None:
    start = datetime(2001, 1, 1, tzinfo=UTC)
    steps = [timedelta(days=number) for number in range(119)]
    items = [
        Article(f"a-{number:04}", "t", "x", published=Published(start + step))
        for number, step in enumerate(steps)
    ]

    def unit_after(*more: datetime) -> tuple[str, int]:
        new = [
            Article(f"b-{len(items) + place:04}", "t", "x", published=Published(at))
            for place, at in enumerate(more)
        ]
        items.extend(new)
        engine.write([stored(item) for item in items])
        engine.refresh()
        histogram = engine.gather(GatherRequest(Union(), histogram="auto")).histogram
        assert histogram is not None
        return histogram.unit, len(histogram.buckets)

    assert unit_after(datetime(2002, 1, 1, tzinfo=UTC)) == ("day", 120)
    assert unit_after(datetime(2002, 1, 2, tzinfo=UTC)) == ("month", 5)
    months = [datetime(1990 + number // 12, 1 + number % 12, 1, tzinfo=UTC) for number in range(120)]
    assert unit_after(*months) == ("year", 12)


def test_facet_values_are_whatever_they_are(engine: Engine) -> None:
    values = ['a "b"', "a/b\\c", "سي إن إن", "😀", " leading", "line\nbreak", "A", "a", "x" * 5_000]
    engine.write([stored(article(f"a-{place}", source=value)) for place, value in enumerate(values)])
    engine.refresh()
    gathered = engine.gather(GatherRequest(Union(), facets={"source": 20, "author": 5}))
    assert gathered.facets["source"] == tuple(Count(value, 1) for value in sorted(values))
    assert gathered.facets["author"] == ()
    for value in values:
        union = Union(filters=Filters(include={"source": frozenset({value})}))
        assert engine.gather(GatherRequest(union)).total == 1
