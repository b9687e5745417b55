"""Archives that are cut up by time: what goes where, what a search asks, and what is left when a writer is cut off."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import Published
from indexer.engines.base import (
    Dating,
    EncodedPassage,
    Entry,
    Filters,
    GatherRequest,
    LexicalLeg,
    LexicalQuery,
    Sort,
    Term,
    Union,
    VectorLeg,
)
from indexer.engines.opensearch import OpenSearchEngine, patience, placing
from indexer.engines.opensearch import generations as g
from indexer.engines.opensearch.failures import LastingFailure, translate
from indexer.engines.opensearch.partitions import REST, Unit, keys_for, partition_of
from indexer.errors import ArticlesRefused
from indexer.settings import Settings
from tests.engines.builders import MANIFEST, article, entries, stored, vector

COMMON = LexicalLeg(LexicalQuery(should=(Term("common"),)))
_DAYS = st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31))


@pytest.fixture
def engine(opensearch_settings: Settings) -> Iterator[OpenSearchEngine]:
    """An empty archive that is cut up by month."""
    settings = opensearch_settings.model_copy(update={"opensearch_partition": "month"})
    with OpenSearchEngine.open(settings.engine, settings) as opened:
        opened.create(MANIFEST)
        yield opened


def dated(number: int, at: str, version: int = 0, **more: Any) -> Entry:
    text = f"common word{number} version{version}"
    return stored(article(f"a-{number}", text, at=at, **more), [vector(number, version)])


def partitions(engine: OpenSearchEngine) -> dict[str, list[str]]:
    """Return which articles stand in which partition."""
    engine.refresh()
    body = {"size": 100, "sort": ["id"], "_source": ["id"]}
    hits = engine.cluster.request("POST", f"/{engine.names.articles}/_search", body)["hits"]["hits"]
    found: dict[str, list[str]] = {}
    for hit in hits:
        parsed = engine.names.parsed(hit["_index"])
        assert parsed
        found.setdefault(parsed[2], []).append(hit["_source"]["id"])
    return found


def places(engine: OpenSearchEngine, *ids: str) -> dict[str, placing.Place]:
    live = engine.indices.homes().live
    assert live
    return placing.places(engine.cluster, live, ids)


def levels(engine: OpenSearchEngine, *, repair: bool = False) -> set[str]:
    """Return how bad the findings about partitions and places are."""
    said = [finding for finding in engine.check(repair=repair) if "articles" in finding.what]
    return {finding.level for finding in said}


# --- which partitions ---------------------------------------------------------------------------


@given(day=_DAYS, first=st.none() | _DAYS, last=st.none() | _DAYS)
def test_a_range_names_the_partitions_of_its_days_and_no_other_months(
    day: date, first: date | None, last: date | None
) -> None:
    assert keys_for(Filters(published_from=first, published_to=last, dating=Dating.NONE)) == [REST]
    keys = keys_for(Filters(published_from=first, published_to=last))
    if keys is None:
        assert first is last is None
        return
    assert REST in keys
    assert len(keys) < 100  # however many centuries: 24 months, and beginnings of years
    earliest, latest = first or date.min, last or date.max
    at = Published(datetime(day.year, day.month, day.day, tzinfo=UTC))
    asked = {unit: any(fnmatchcase(partition_of(at, unit), key) for key in keys[1:]) for unit in Unit}
    if earliest <= latest:
        month = (day.year, day.month)
        assert asked[Unit.MONTH] == ((earliest.year, earliest.month) <= month <= (latest.year, latest.month))
        assert asked[Unit.YEAR] == (earliest.year <= day.year <= latest.year)
    else:
        assert not any(asked.values())


def test_articles_go_to_the_partition_of_their_date_in_utc(engine: OpenSearchEngine) -> None:
    engine.write(
        [
            dated(1, "2017-12-31T22:30:00-04:00"),
            dated(2, "2018-01-05"),
            dated(3, "2018-02-01"),
            dated(4, ""),
            dated(5, "2999-01-01", doubtful=True),
        ]
    )
    assert partitions(engine) == {"2018-01": ["a-1", "a-2"], "2018-02": ["a-3"], REST: ["a-4", "a-5"]}
    assert engine.stats().details["partitions"] == "3 by month"
    assert engine.indices.has_replicas(engine.names.articles) == engine.indices.has_replicas(
        engine.names.partition(engine.names.articles, REST)
    )


def test_a_range_is_asked_of_its_partitions_only(engine: OpenSearchEngine) -> None:
    engine.write([dated(month, f"{2010 + month % 3}-{month:02}-10") for month in range(1, 13)])
    engine.refresh()
    filters = Filters(published_from=date(2011, 2, 1), published_to=date(2011, 5, 1))
    expected = ["a-4"]  # of 2011 there are the months 1, 4, 7 and 10
    union = Union(filters=filters)
    before = asked(engine)
    (near,) = engine.match([VectorLeg(vector(1), filters)])
    assert near.ids == expected
    assert engine.gather(GatherRequest(union)).total == 1
    assert engine.browse(union, sort=Sort.NEWEST, size=5) == (expected, 1)
    assert [found.id for found in engine.scan(union)] == expected
    after = asked(engine)
    assert {key for key in after if after[key] > before[key]} == {REST, "2011-04"}
    # By words all are asked, for their statistics: scores are those of the whole archive.
    (within,) = engine.match([replace(COMMON, filters=filters)])
    (everywhere,) = engine.match([COMMON])
    assert within.ids == expected
    assert within.scores[0] == pytest.approx(everywhere.scores[everywhere.ids.index("a-4")], rel=1e-5)


def asked(engine: OpenSearchEngine) -> dict[str, int]:
    """Return how many searches each partition has seen."""
    found = engine.cluster.request("GET", f"/{engine.names.articles}/_stats/search")["indices"]
    keys = {index: engine.names.parsed(index) for index in found}
    return {
        parsed[2]: found[index]["total"]["search"]["query_total"] for index, parsed in keys.items() if parsed
    }


# --- articles that move -------------------------------------------------------------------------


def test_an_article_whose_date_moves_is_not_doubled(engine: OpenSearchEngine) -> None:
    engine.write([dated(1, "2018-01-05"), dated(2, "2018-01-06")])
    for version, at in enumerate(("2018-02-01", "", "2018-01-07"), 1):
        moved = dated(1, at, version)
        engine.write([moved])
        assert engine.hashes(["a-1"]) == {"a-1": moved.content_hash}
        found = partitions(engine)
        assert sorted(id_ for ids in found.values() for id_ in ids) == ["a-1", "a-2"]
        assert "a-1" in found[at[:7] or REST]
        assert engine.stats().articles == 2
        assert f"version{version}" in engine.articles(["a-1"])["a-1"].text
    assert engine.delete(["a-1", "a-1", "unknown"]) == 1
    assert places(engine, "a-1", "a-2") == {"a-2": placing.Place(("2018-01",))}
    assert levels(engine) == {"ok"}


def test_of_one_id_in_a_batch_the_last_counts_whatever_its_date(engine: OpenSearchEngine) -> None:
    engine.write([dated(1, "2018-01-05"), dated(1, "2018-02-05", 1)])
    assert partitions(engine) == {"2018-02": ["a-1"]}


def test_a_refused_article_leaves_the_old_one_and_no_place_of_its_own(engine: OpenSearchEngine) -> None:
    engine.write([dated(1, "2018-01-05")])
    bad = [
        replace(one, passages=(EncodedPassage(one.passages[0].passage, one.passages[0].vector[:3]),))
        for one in (dated(1, "2018-02-05", 1), dated(2, "2018-02-05"))
    ]
    with pytest.raises(ArticlesRefused):
        engine.write(bad)
    assert partitions(engine) == {"2018-01": ["a-1"]}
    assert list(places(engine, "a-1", "a-2")) == ["a-1"]
    assert levels(engine) == {"warning"}
    assert levels(engine, repair=True) == {"ok"}
    assert places(engine, "a-1") == {"a-1": placing.Place(("2018-01",))}


class Killed(BaseException):
    """Stands for the end of the process at this point."""


@pytest.fixture
def half_moved(engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch) -> OpenSearchEngine:
    """An archive whose writer ended between writing an article's new version and deleting its old one."""

    def killed(*_: object) -> None:
        raise Killed

    engine.write([dated(1, "2018-01-05"), dated(2, "2018-01-06")])
    with monkeypatch.context() as patched:
        patched.setattr(placing, "leave", killed)
        with pytest.raises(Killed):
            engine.write([dated(1, "2018-02-05", 1)])
    assert partitions(engine) == {"2018-01": ["a-1", "a-2"], "2018-02": ["a-1"]}
    return engine


def test_writing_again_finishes_what_was_cut_off(half_moved: OpenSearchEngine) -> None:
    # The same article is read again, since it does not count as stored ...
    assert list(half_moved.hashes(["a-1", "a-2"])) == ["a-2"]
    half_moved.write([dated(1, "2018-02-05", 1)])
    assert partitions(half_moved) == {"2018-01": ["a-2"], "2018-02": ["a-1"]}
    assert levels(half_moved) == {"ok"}


def test_another_date_finishes_it_too(half_moved: OpenSearchEngine) -> None:
    half_moved.write([dated(1, "2018-01-05", 2)])
    assert partitions(half_moved) == {"2018-01": ["a-1", "a-2"]}
    assert "version2" in half_moved.articles(["a-1"])["a-1"].text


def test_a_deletion_reaches_both(half_moved: OpenSearchEngine) -> None:
    assert half_moved.delete(["a-1"]) == 1
    assert partitions(half_moved) == {"2018-01": ["a-2"]}


def test_an_export_has_it_once(half_moved: OpenSearchEngine) -> None:
    for batch in (1, 2, 500):
        assert [one.id for one in half_moved.scan(batch=batch)] == ["a-1", "a-2"]


def test_doctor_finds_and_mends_what_was_cut_off(half_moved: OpenSearchEngine) -> None:
    assert levels(half_moved) == {"warning"}
    assert levels(half_moved, repair=True) == {"ok"}
    assert partitions(half_moved) == {"2018-01": ["a-2"], "2018-02": ["a-1"]}
    assert "version1" in half_moved.articles(["a-1"])["a-1"].text
    assert levels(half_moved) == {"ok"}


def test_doctor_mends_orphans_of_every_kind(engine: OpenSearchEngine) -> None:
    engine.write([dated(number, f"2018-0{number}-05") for number in range(1, 5)])
    home = engine.indices.homes().live
    assert home
    placing.delete_places(engine.cluster, home, ["a-1"])  # an article that no writer would find
    placing.leave(engine.cluster, home, {"a-2": ["2018-02"]})  # a place of an article that is not there
    placing.put_places(engine.cluster, home, {"a-3": placing.Place(("2018-04",))})  # a wrong place
    placing.delete_places(engine.cluster, home, ["a-4"])
    assert levels(engine) == {"warning"}
    assert levels(engine, repair=True) == {"ok"}
    assert {id_: place.keys for id_, place in places(engine, "a-1", "a-2", "a-3", "a-4").items()} == {
        "a-1": ("2018-01",),
        "a-3": ("2018-03",),
        "a-4": ("2018-04",),
    }
    assert levels(engine) == {"ok"}


def test_doctor_finds_defects_whose_numbers_make_up_for_each_other(engine: OpenSearchEngine) -> None:
    engine.write([dated(number, f"2018-0{number}-05") for number in range(1, 4)])
    home = engine.indices.homes().live
    assert home
    placing.delete_places(engine.cluster, home, ["a-1"])  # an article without a place
    placing.leave(engine.cluster, home, {"a-2": ["2018-02"]})  # and a place without an article
    assert levels(engine) == {"warning"}
    assert levels(engine, repair=True) == {"ok"}
    assert {id_: place.keys for id_, place in places(engine, "a-1", "a-2", "a-3").items()} == {
        "a-1": ("2018-01",),
        "a-3": ("2018-03",),
    }
    assert levels(engine) == {"ok"}


# --- generations --------------------------------------------------------------------------------


def cut_by(engine: OpenSearchEngine, unit: str) -> OpenSearchEngine:
    settings = engine.settings.model_copy(update={"opensearch_partition": unit})
    return OpenSearchEngine(engine.cluster, settings)


def test_an_archive_is_cut_up_otherwise_by_a_generation(engine: OpenSearchEngine) -> None:
    months = ["2017-11-05", "2018-01-05", "2018-02-01", ""]
    engine.write([dated(number, at) for number, at in enumerate(months)])
    engine.refresh()
    kept = list(engine.scan())
    reader = OpenSearchEngine(engine.cluster, engine.settings)  # opened while it was cut up by month
    assert reader.manifest()
    recent = Filters(published_from=date(2018, 1, 1))
    expected = [{"2017-11", "2018-01", "2018-02", REST}, {"2017", "2018", REST}, {REST}]
    for unit, keys in zip(("month", "year", "none"), expected, strict=True):
        engine = cut_by(engine, unit)
        if unit != "month":
            number = g.build(engine)
            engine.write([dated(9, "2016-03-03")])  # to both
            engine.delete(["a-9"])
            assert g.check(engine, number).is_none
            g.promote(engine, number)
        home = engine.indices.homes().live
        assert home
        assert home.keys >= keys
        assert set(partitions(engine)) == keys
        assert list(reader.scan()) == kept
        assert {found.id for found in reader.scan(Union(filters=recent))} == {"a-1", "a-2"}
        assert levels(engine) <= {"ok"}
    assert g.rollback(engine) == 2
    assert set(partitions(engine)) == {"2017", "2018", REST}
    for number in (1, 3):
        g.drop(engine, number)
    assert [one.number for one in g.generations(engine)] == [2]
    left = engine.cluster.request("GET", f"/{engine.names.prefix}-*/_alias")
    assert not [index for index in left if "-000001" in index and "records" not in index]
    engine.write([dated(9, "2016-03-03")])
    assert partitions(engine)["2016"] == ["a-9"]


def test_articles_of_new_months_during_a_promotion_stand_in_the_new_generation_once(
    engine: OpenSearchEngine,
) -> None:
    engine.write(entries(range(0, 300, 10)))
    engine = cut_by(engine, "year")
    number = g.build(engine)
    acknowledged: list[str] = []
    failures: list[Exception] = []
    promoted = threading.Event()

    def write() -> None:
        step, rounds_after = 0, 2
        while rounds_after and not failures:
            rounds_after -= promoted.is_set()
            step += 1
            at = date(1950, 1, 1) + timedelta(days=40 * step)
            batch = [dated(1_000 + step, at.isoformat()), dated(1_000, at.isoformat(), step)]
            try:
                engine.write(batch)
                acknowledged.extend(one.article.id for one in batch)
            except Exception as error:
                failures.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        g.promote(engine, number)
    finally:
        promoted.set()
        thread.join()
    assert not failures
    assert engine.indices.live() == number
    engine.refresh()
    ids = [found.id for found in engine.scan()]
    assert len(ids) == len(set(ids)) == engine.stats().articles
    assert set(acknowledged) <= set(ids)
    assert sorted(engine.hashes(ids)) == sorted(ids)
    assert levels(engine) == {"ok"}


def test_an_article_that_a_build_and_a_writer_have_put_in_two_partitions_is_promoted_once(
    engine: OpenSearchEngine,
) -> None:
    """Both found it nowhere: the build puts the version that it has read beside the writer's."""
    engine.write([dated(1, "2018-01-05"), dated(2, "2018-02-05"), dated(3, "2018-02-05")])
    number = g.build(engine)
    building = engine.indices.homes().building
    assert building
    for id_, at in ((1, "2018-02-05"), (3, "2018-01-05")):
        place = placing.places(engine.cluster, building, [f"a-{id_}"])
        placing.delete_places(engine.cluster, building, place)
        placing.write(engine.cluster, [building], [dated(id_, at)], engine.document)
    placing.put_places(engine.cluster, building, place)  # of the third the writer's place was written last
    g.promote(engine, number)
    assert partitions(engine) == {"2018-01": ["a-1"], "2018-02": ["a-2", "a-3"]}
    assert levels(engine) == {"ok"}


def test_a_promotion_that_was_cut_off_is_mended(engine: OpenSearchEngine) -> None:
    home = engine.indices.homes().live
    assert home
    engine.write([dated(1, "2018-01-05")])
    engine.cluster.request(
        "POST", "/_aliases", {"actions": [{"remove": {"index": home.rest, "alias": engine.names.open}}]}
    )
    engine.write([dated(2, "2018-01-05")])  # of a month that is there
    assert levels(engine) == {"error", "ok"}
    writer = threading.Thread(target=engine.write, args=([dated(3, "2018-02-05")],))
    writer.start()  # waits
    assert levels(engine, repair=True) == {"ok"}
    writer.join()
    assert partitions(engine) == {"2018-01": ["a-1", "a-2"], "2018-02": ["a-3"]}


def test_a_promotion_that_was_cut_off_is_mended_for_the_generation_that_is_built_too(
    engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.write([dated(1, "2018-01-05")])
    number = g.build(engine)
    rests = [home.rest for home in engine.indices.homes()]
    assert len(rests) == 2
    marks = [{"remove": {"index": rest, "alias": engine.names.open}} for rest in rests]
    engine.cluster.request("POST", "/_aliases", {"actions": marks})
    engine.check(repair=True)
    monkeypatch.setattr(patience, "LONGEST", 5.0)
    engine.write([dated(2, "2018-02-05")])  # of a new month, to both
    g.promote(engine, number)
    assert partitions(engine) == {"2018-01": ["a-1"], "2018-02": ["a-2"]}


def test_too_many_indices_are_told() -> None:
    reason = (
        "this action would add [1] total shards, but this cluster currently has [9]/[9] maximum shards open;"
    )
    failure = translate((400, {"type": "validation_exception", "reason": reason}), "https://host:9200")
    assert type(failure) is LastingFailure
    assert "PARTITION=year" in failure.remedy
