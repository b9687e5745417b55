"""Browsing and scanning: every article once, in the order promised, as at one moment."""

from __future__ import annotations

import itertools

import pytest

from indexer.engines.base import Engine, Filters, Form, LexicalQuery, Sort, Term, Union
from tests.engines.builders import article, entries, entry, stored
from tests.engines.library import LIBRARY
from tests.engines.reference import Reference
from tests.engines.test_gather import UNIONS

REFERENCE = Reference(LIBRARY)


@pytest.fixture(scope="module")
def library(shared_engine: Engine) -> Engine:
    shared_engine.write(LIBRARY)
    shared_engine.refresh()
    return shared_engine


def pages(engine: Engine, union: Union, sort: Sort, size: int) -> list[str]:
    ids: list[str] = []
    for offset in itertools.count(0, size):
        page, total = engine.browse(union, sort=sort, size=size, offset=offset)
        assert len(page) <= size
        ids += page
        if not page:
            assert total == len(ids)
            return ids
    raise AssertionError


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("name", UNIONS)
def test_pages_join_to_the_whole_in_order(library: Engine, name: str, sort: Sort) -> None:
    expected = REFERENCE.browse(UNIONS[name], sort)
    for size in (1, 4, 100):
        assert pages(library, UNIONS[name], sort, size) == expected


def test_undated_articles_come_last_both_ways(library: Engine) -> None:
    newest, total = library.browse(Union(), sort=Sort.NEWEST, size=100)
    oldest, _ = library.browse(Union(), sort=Sort.OLDEST, size=100)
    assert newest[-2:] == oldest[-2:] == ["arabic-2", "undated"]
    assert newest[:2] == ["future", "oil-1"]
    assert oldest[:2] == ["vote-1", "oil-2"]
    assert [id_ for id_ in newest if id_.startswith("same")] == ["same-a", "same-b", "same-c"]
    assert [id_ for id_ in oldest if id_.startswith("same")] == ["same-a", "same-b", "same-c"]
    assert total == len(LIBRARY)


def test_a_page_far_beyond_the_end_is_empty(library: Engine) -> None:
    for offset in (13, 10_001, 10**9):
        assert library.browse(Union(), sort=Sort.NEWEST, size=10, offset=offset) == ([], len(LIBRARY))


def test_deep_pages_go_on_where_the_last_ended(engine: Engine) -> None:
    """More articles than a server gives in one result window; many share a date."""
    made = [stored(article(f"a-{number:05}", at=f"2018-01-{1 + number % 3:02}")) for number in range(10_100)]
    engine.write(made)
    engine.refresh()
    expected = Reference(made).browse(Union(), Sort.NEWEST)
    for offset in (9_980, 9_995, 10_000, 10_095):
        page, total = engine.browse(Union(), sort=Sort.NEWEST, size=20, offset=offset)
        assert page == expected[offset : offset + 20]
        assert total == 10_100
    assert [item.id for item in engine.scan(batch=999)] == sorted(expected)


@pytest.mark.parametrize("name", UNIONS)
@pytest.mark.parametrize("batch", [1, 3, 500])
def test_a_scan_yields_each_article_of_a_union_once_by_id(library: Engine, name: str, batch: int) -> None:
    expected = [REFERENCE.entries[id_].article for id_ in sorted(REFERENCE.union(UNIONS[name]))]
    assert list(library.scan(UNIONS[name], batch=batch)) == expected


def test_a_scan_sees_the_archive_as_it_was_when_it_began(engine: Engine) -> None:
    engine.write(entries(range(30)))
    engine.refresh()
    scan = engine.scan(batch=5)
    seen = [next(scan), next(scan)]
    engine.write([*entries(range(10, 20), version=1), entry(99)])
    engine.delete(["article-00025", "article-00026"])
    engine.refresh()
    seen += scan
    assert seen == [one.article for one in entries(range(30))]
    after = {item.id: item for item in engine.scan()}
    assert len(after) == 29
    assert after["article-00010"] == entry(10, version=1).article


def test_scans_can_be_left_and_run_side_by_side(engine: Engine) -> None:
    engine.write(entries(range(20)))
    engine.refresh()
    left = engine.scan(batch=2)
    next(left)
    left.close()  # type: ignore[attr-defined]
    even = Union(LexicalQuery(should=(Term("even0", Form.EXACT),)))
    english = Union(filters=Filters(include={"language": frozenset({"en"})}))
    for one, two in zip(engine.scan(even, batch=3), engine.scan(english, batch=1), strict=True):
        assert one == two


def test_new_articles_take_their_place_among_the_old(engine: Engine) -> None:
    reference = Reference()
    for step in range(4):
        batch = [
            stored(article(f"a-{(number * 7) % 40:02}", at=f"20{10 + (number + step) % 9}-05-01"))
            for number in range(step * 5, step * 5 + 15)
        ]
        engine.write(batch)
        engine.refresh()
        reference.write(batch)
        for sort in Sort:
            assert pages(engine, Union(), sort, 7) == reference.browse(Union(), sort)
