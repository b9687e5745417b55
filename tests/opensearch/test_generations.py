"""Building, comparing, promoting and dropping generations while people search and write."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from indexer.article import Article
from indexer.engines.base import Entry, LexicalLeg, LexicalQuery, Term, VectorLeg, Word
from indexer.engines.opensearch import OpenSearchEngine
from indexer.engines.opensearch import generations as g
from indexer.engines.opensearch.switching import switch
from indexer.errors import EngineError, SchemaMismatch
from tests.engines.builders import DIMENSIONS, MANIFEST, entries, entry, stored, vector

COMMON = LexicalLeg(LexicalQuery(should=(Term("common"),)))


@pytest.fixture
def filled(engine: OpenSearchEngine) -> OpenSearchEngine:
    engine.create(MANIFEST)
    engine.write(entries(range(250)))
    engine.write_words([Word("word", "en", "words", 3, "", vector(1))])
    engine.refresh()
    return engine


def test_build_copies_articles_passages_vectors_codes_and_words(filled: OpenSearchEngine) -> None:
    number = g.build(filled)
    assert number == 2
    assert g.check(filled, number).is_none
    other = filled.at_generation(number)
    assert list(other.scan()) == list(filled.scan())
    for one, two in zip(
        filled.passages("article-00005", vectors=True),
        other.passages("article-00005", vectors=True),
        strict=True,
    ):
        assert (one.passage, one.codes) == (two.passage, two.codes)
        np.testing.assert_array_equal(one.vector, two.vector)
    assert [word.stem for word in other.words()] == ["word"]
    assert [(one.number, one.state) for one in g.generations(filled)] == [(1, "in use"), (2, "being built")]


def test_writes_and_deletions_during_a_build_reach_both(filled: OpenSearchEngine) -> None:
    number = g.build(filled)
    filled.write([entry(7, version=1), entry(999)])
    filled.delete(["article-00003"])
    g.promote(filled, number)
    assert filled.indices.live() == number
    assert "version1" in filled.articles(["article-00007"])["article-00007"].text
    assert sorted(filled.articles(["article-00999", "article-00003"])) == ["article-00999"]
    assert filled.stats().articles == 250


def test_promotion_brings_over_what_the_build_missed(filled: OpenSearchEngine) -> None:
    number = g.build(filled)
    articles, _ = filled.names.generation(number)
    filled.cluster.request(
        "POST", "/_aliases", {"actions": [{"remove": {"index": articles, "alias": filled.names.building}}]}
    )
    filled.write([entry(7, version=1), entry(999)])
    filled.delete(["article-00003"])
    filled.refresh()
    difference = g.check(filled, number)
    assert (difference.missing, difference.changed, difference.surplus) == (1, 1, 1)
    g.promote(filled, number)
    assert "version1" in filled.articles(["article-00007"])["article-00007"].text
    assert filled.stats().articles == 250


def test_searches_during_the_swap_see_the_old_or_the_new(filled: OpenSearchEngine) -> None:
    number = g.build(filled)
    totals: list[int] = []
    failures: list[Exception] = []
    stop = threading.Event()

    def search() -> None:
        while not stop.is_set():
            try:
                totals.append(filled.match([COMMON])[0].total)
            except Exception as error:
                failures.append(error)

    thread = threading.Thread(target=search)
    thread.start()
    g.promote(filled, number)
    assert g.rollback(filled) == 1
    g.promote(filled, number)
    stop.set()
    thread.join()
    assert not failures
    assert set(totals) == {250}


def test_what_a_rollback_has_left_is_not_lost_unasked(filled: OpenSearchEngine) -> None:
    number = g.build(filled)
    g.promote(filled, number)
    filled.write([entry(0, version=1), entry(250)])
    assert g.rollback(filled) == 1
    with pytest.raises(EngineError, match=r"left 2 articles in generation 2 .* --discard"):
        g.promote(filled, number)
    assert g.check(filled, number).surplus == 1
    filled.write([entry(0, version=1), entry(250)])  # indexed again
    g.promote(filled, number)
    assert len(list(filled.scan())) == 251

    filled.write([entry(251)])
    g.promote(filled, 1)  # takes it along
    assert len(list(filled.scan())) == 252
    g.promote(filled, number)  # which nobody has rolled back from since
    filled.write([entry(252)])
    g.rollback(filled)
    g.promote(filled, number, discard=True)
    assert len(list(filled.scan())) == 252


def test_a_new_model_is_encoded_anew_and_mixed_with_nothing(filled: OpenSearchEngine) -> None:
    manifest = replace(MANIFEST, model={"name": "larger", "dimensions": DIMENSIONS * 2})

    def encode(articles: list[Article]) -> list[Entry]:
        return [
            Entry(
                article,
                article.content_hash(),
                tuple(
                    replace(passage, vector=np.repeat(passage.vector, 2) / np.float32(np.sqrt(2)))
                    for passage in entry(int(article.id[-5:])).passages
                ),
            )
            for article in articles
        ]

    number = g.build(filled, manifest, encode=encode)
    filled.write([entry(300)])  # of the old model: only where that is in use
    with pytest.raises(SchemaMismatch):
        filled.create(manifest)
    g.promote(filled, number, encode=encode)
    filled.create(manifest)
    query = np.repeat(vector(300, 0, 0), 2) / np.float32(np.sqrt(2))
    (found,) = filled.match([VectorLeg(query, size=3)])
    assert found.ids[0] == "article-00300"
    assert found.scores[0] == pytest.approx(1.0, abs=1e-5)


def test_a_load_that_goes_on_behind_the_promotion_of_another_model_is_refused(
    filled: OpenSearchEngine,
) -> None:
    """Its vectors mean something else, though they have as many dimensions."""

    def encode(articles: list[Article]) -> list[Entry]:
        return [stored(one, [vector(99)]) for one in articles]

    number = g.build(
        filled, replace(MANIFEST, model={"name": "other", "dimensions": DIMENSIONS}), encode=encode
    )
    with OpenSearchEngine.open(filled.settings.engine, filled.settings) as load:
        load.create(MANIFEST)
        load.write([entry(1_000)])
        g.promote(filled, number, encode=encode)
        with pytest.raises(SchemaMismatch, match="generations build"):
            load.write([entry(1_001)])
        with pytest.raises(SchemaMismatch):
            load.write_words([Word("word", "en", "words", 3, "", vector(1))])
    filled.refresh()
    ids = [one.id for one in filled.scan()]
    assert "article-01000" in ids
    assert all(np.allclose(found, vector(99), atol=1e-3) for found in filled.vectors(ids, lead=True).values())


def test_a_batch_that_a_promotion_of_another_model_stops_is_not_written_behind_it(
    filled: OpenSearchEngine,
) -> None:
    number = g.build(filled, replace(MANIFEST, text_version=2))
    articles = filled.names.articles
    filled.cluster.request("PUT", f"/{articles}/_block/write")
    failures: list[Exception] = []

    def write() -> None:
        try:
            filled.write([entry(1_000)])
        except SchemaMismatch as error:
            failures.append(error)

    thread = threading.Thread(target=write)
    thread.start()  # it is refused, and waits
    thread.join(1.0)
    assert thread.is_alive()
    switch(filled.cluster, filled.names, number)
    thread.join()
    assert failures
    filled.refresh()
    assert not filled.articles(["article-01000"])


def test_the_generation_in_use_is_never_dropped(filled: OpenSearchEngine) -> None:
    number = g.build(filled)
    with pytest.raises(EngineError, match="in use"):
        g.drop(filled, 1)
    g.drop(filled, number)
    assert [one.number for one in g.generations(filled)] == [1]
    with pytest.raises(EngineError, match="no generation before"):
        g.rollback(filled)


def test_an_unfinished_build_goes_on(filled: OpenSearchEngine) -> None:
    first = g.build(filled)
    articles, _ = filled.names.generation(first)
    filled.cluster.request(
        "POST",
        f"/{articles}/_delete_by_query",
        {"query": {"term": {"language": "ar"}}},
        params={"refresh": "true"},
    )
    assert g.check(filled, first).missing == 125
    assert any("being built" in finding.what for finding in filled.check())
    encoded: list[str] = []

    def encode(batch: list[Article]) -> list[Entry]:
        encoded.extend(article.id for article in batch)
        return [entry(int(article.id[-5:])) for article in batch]

    assert g.build(filled, encode=encode) == first
    assert len(encoded) == 125  # only what was missing
    assert g.check(filled, first).is_none


def test_a_build_with_another_layout_is_a_generation_of_its_own(filled: OpenSearchEngine) -> None:
    assert g.build(filled) == 2
    settings = filled.settings.model_copy(update={"opensearch_shards": 2})
    assert g.build(OpenSearchEngine(filled.cluster, settings)) == 3
    (shards,) = filled.cluster.request("GET", f"/{filled.names.articles}-000003/_settings").values()
    assert shards["settings"]["index"]["number_of_shards"] == "2"


@pytest.mark.parametrize("text_version", [1, 2], ids=["the same documents", "documents made anew"])
def test_what_is_acknowledged_during_a_promotion_is_in_the_new_generation(
    filled: OpenSearchEngine, text_version: int
) -> None:
    number = g.build(filled, replace(MANIFEST, text_version=text_version))
    acknowledged: list[str] = []
    failures: list[Exception] = []
    promoted = threading.Event()

    def write() -> None:
        following = 1_000
        rounds_after = 3
        while rounds_after and not failures:
            rounds_after -= promoted.is_set()
            batch = entries(range(following, following + 5))
            following += 5
            try:
                filled.write(batch)
                acknowledged.extend(one.article.id for one in batch)
            except Exception as error:
                failures.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        g.promote(filled, number)
    finally:
        promoted.set()
        thread.join()
    # A writer whose documents the new generation does not take is told so, behind the promotion.
    assert [type(failure) for failure in failures] == ([SchemaMismatch] if text_version > 1 else [])
    assert filled.indices.live() == number
    assert sorted(filled.hashes(acknowledged)) == acknowledged
    old, _ = filled.names.generation(1)
    filled.cluster.request("PUT", f"/{old}/_doc/1", {"id": "1"})  # no block is left behind


def test_writers_wait_while_a_promotion_stops_them(filled: OpenSearchEngine) -> None:
    index, _ = filled.names.generation(1)
    filled.cluster.request("PUT", f"/{index}/_block/write")
    body = {"index.blocks.write": None}
    lift = threading.Timer(1.0, lambda: filled.cluster.request("PUT", f"/{index}/_settings", body))
    lift.start()
    filled.write([entry(999)])
    lift.join()
    assert filled.hashes(["article-00999"])
