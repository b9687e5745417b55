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
from indexer.errors import EngineError, SchemaMismatch
from tests.engines.builders import DIMENSIONS, MANIFEST, entries, entry, vector

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


def test_the_generation_in_use_is_never_dropped(filled: OpenSearchEngine) -> None:
    number = g.build(filled)
    with pytest.raises(EngineError, match="in use"):
        g.drop(filled, 1)
    g.drop(filled, number)
    assert [one.number for one in g.generations(filled)] == [1]
    with pytest.raises(EngineError, match="no generation before"):
        g.rollback(filled)


def test_an_unfinished_build_is_begun_again(filled: OpenSearchEngine) -> None:
    first = g.build(filled)
    second = g.build(filled)
    assert (first, second) == (2, 2)
    assert any("being built" in finding.what for finding in filled.check())
