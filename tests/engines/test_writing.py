"""Writing, replacing and deleting articles; what comes back is what was stored."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from indexer.article import Article, Passage, Precision, Published
from indexer.engines.base import (
    EncodedPassage,
    Engine,
    Entry,
    LexicalLeg,
    LexicalQuery,
    Sort,
    Term,
    Union,
    VectorLeg,
)
from tests.engines.builders import article, entries, entry, stored, vector
from tests.engines.conftest import Opener

FULL = Article(
    id="full",
    title="عنوان الخبر",
    text="قالت روسيا إن الهدنة في ليبيا قائمة.\n\nThe second paragraph, with “quotes” & <tags>.\u200f 🕊",
    url="https://example.org/a?b=c&d=%D9%84",
    summary="ملخص",
    source="BBC عربي",
    section="العالم",
    author='سعاد "O\'Neil"',
    language="ar",
    language_confidence=0.9375,
    published=Published(
        datetime(2018, 2, 18, 9, 30, tzinfo=UTC), Precision.MINUTE, 240, "18 شباط 2018 13:30", False
    ),
    publisher="BBC",
    credit="Reuters",
    title_made=True,
    extra={"tags": "ليبيا; روسيا", "a.b": "dotted", "": "no name"},
)


def matching(engine: Engine, token: str) -> list[str]:
    (found,) = engine.match([LexicalLeg(LexicalQuery(should=(Term(token),)))])
    assert found.total == len(found.ids)
    return found.ids


def test_an_article_comes_back_as_it_was_written(engine: Engine) -> None:
    bare = Article(id="bare", title="", text="x")
    year = Article(
        "year", "t", "x", published=Published(datetime(1850, 1, 1, tzinfo=UTC), Precision.YEAR, doubtful=True)
    )
    first = Article("first", "t", "x", published=Published(datetime(1, 1, 1, tzinfo=UTC), doubtful=True))
    last = Article(
        "last", "t", "x", published=Published(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), doubtful=True)
    )
    written = {item.id: item for item in (FULL, bare, year, first, last)}
    engine.write([stored(item) for item in written.values()])
    engine.refresh()
    assert engine.articles([*written, "unknown"]) == written
    assert {item.id: item for item in engine.scan()} == written
    assert engine.articles(["full"])["full"].content_hash() == FULL.content_hash()


def test_passages_come_back_in_order_with_codes_and_where_asked_with_vectors(engine: Engine) -> None:
    codes = [b"\x00\x01\xff" * 7, None, b"z"]
    spans = [Passage(0, 0, 12, "ar"), Passage(1, 10, 30, "en"), Passage(2, 30, 41, "und")]
    passages = [EncodedPassage(p, vector(p.number), c) for p, c in zip(spans, codes, strict=True)]
    engine.write([Entry(FULL, "hash", tuple(passages))])
    engine.refresh()
    plain = engine.passages("full")
    assert [one.passage for one in plain] == spans
    assert [one.codes for one in plain] == codes
    assert [one.vector for one in plain] == [None, None, None]
    for number, one in enumerate(engine.passages("full", vectors=True)):
        assert one.vector is not None
        assert one.vector.dtype == np.float32
        np.testing.assert_allclose(one.vector, vector(number), atol=1e-3)
    assert engine.passages("unknown") == ()


def test_vectors_of_many_articles_come_at_once(engine: Engine) -> None:
    assert engine.vectors(["a"]) == {}
    made = [
        stored(article(f"a-{number:03}"), [vector(number, part) for part in range(number % 4)])
        for number in range(250)
    ]
    engine.write(made)
    engine.refresh()
    found = engine.vectors([*(one.article.id for one in made), "unknown"])
    assert sorted(found) == [one.article.id for one in made if one.passages]
    for one in made:
        if one.passages:
            rows = found[one.article.id]
            assert rows.dtype == np.float32
            np.testing.assert_allclose(rows, [each.vector for each in one.passages], atol=1e-3)
    leads = engine.vectors([one.article.id for one in made], lead=True)
    assert {name: rows.tolist() for name, rows in leads.items()} == {
        name: rows[:1].tolist() for name, rows in found.items()
    }
    assert engine.vectors([]) == {}


def test_an_article_without_passages_is_found_by_its_words_alone(engine: Engine) -> None:
    engine.write([stored(article("wordless", "lonely words")), stored(article("other", "else"), [vector(1)])])
    engine.refresh()
    assert matching(engine, "lone") == ["wordless"]
    assert engine.passages("wordless") == ()
    (found,) = engine.match([VectorLeg(vector(1))])
    assert found.ids == ["other"]


def test_an_archive_without_any_passage_has_no_neighbours(engine: Engine) -> None:
    engine.write([stored(article("a"))])
    engine.refresh()
    (found,) = engine.match([VectorLeg(vector(1))])
    assert (found.ids, found.total) == ([], 0)


def test_a_replaced_article_leaves_nothing_of_what_it_was(engine: Engine) -> None:
    engine.write([stored(article("a", "oldword here", source="Old"), [vector(1), vector(2), vector(3)])])
    engine.refresh()
    engine.write([stored(article("a", "newword here", source="New"), [vector(4)])])
    engine.refresh()
    assert matching(engine, "oldword") == []
    assert matching(engine, "newword") == ["a"]
    (found,) = engine.match([VectorLeg(vector(3))])
    assert found.scores[0] == pytest.approx(float(np.dot(vector(3), vector(4))), abs=2e-3)
    assert len(engine.passages("a")) == 1
    assert (engine.stats().articles, engine.stats().passages) == (1, 1)


def test_the_last_of_one_id_in_a_batch_counts(engine: Engine) -> None:
    batch = [stored(article("twice", "firstword"), [vector(1)]), *entries(range(120))]
    batch.append(stored(article("twice", "lastword"), [vector(2)]))
    engine.write(batch)
    engine.refresh()
    assert matching(engine, "lastword") == ["twice"]
    assert matching(engine, "firstword") == []
    assert engine.hashes(["twice"]) == {"twice": batch[-1].content_hash}
    assert engine.stats().articles == 121


def test_writing_the_same_batch_again_changes_nothing(engine: Engine) -> None:
    engine.write(entries(range(10)))
    engine.refresh()
    before = list(engine.scan())
    passages = engine.stats().passages
    engine.write(entries(range(10)))
    engine.refresh()
    assert list(engine.scan()) == before
    assert (engine.stats().articles, engine.stats().passages) == (10, passages)


def test_an_empty_batch_is_fine(engine: Engine) -> None:
    engine.write([])
    engine.refresh()
    assert engine.stats().articles == 0


def test_hashes_are_known_at_once(engine: Engine) -> None:
    """A run that was interrupted goes on by them: they do not wait for a refresh."""
    written = entries(range(5))
    engine.write(written)
    expected = {one.article.id: one.content_hash for one in written}
    assert engine.hashes([*expected, "unknown", ""]) == expected
    engine.write([Entry(written[0].article, "another hash", ())])
    assert engine.hashes([written[0].article.id]) == {written[0].article.id: "another hash"}
    engine.delete([written[1].article.id])
    assert engine.hashes([written[1].article.id]) == {}
    assert engine.hashes([]) == {}


def test_hashes_of_many_ids_at_once(engine: Engine) -> None:
    engine.write(entries([7]))
    asked = [f"article-{number:05}" for number in range(2_500)]
    assert list(engine.hashes(asked)) == ["article-00007"]


def test_deleting_counts_what_there_was(engine: Engine) -> None:
    engine.write(entries(range(6)))
    engine.refresh()
    ids = ["article-00001", "unknown", "article-00002", "article-00001"]
    assert engine.delete(iter(ids)) == 2
    engine.refresh()
    assert engine.delete(ids) == 0
    left = [f"article-{number:05}" for number in (0, 3, 4, 5)]
    assert sorted(matching(engine, "common")) == left
    assert engine.browse(Union(), sort=Sort.RELEVANCE, size=10) == (left, 4)
    (found,) = engine.match([VectorLeg(vector(1, 0, 0), size=10)])
    assert sorted(found.ids) == left
    assert engine.passages("article-00001") == ()
    assert engine.delete([]) == 0


def test_a_deleted_article_can_come_back(engine: Engine) -> None:
    for _ in range(3):
        engine.write([entry(1)])
        assert engine.delete(["article-00001"]) == 1
    engine.write([entry(1)])
    engine.refresh()
    assert matching(engine, "common") == ["article-00001"]
    assert engine.stats().passages == len(entry(1).passages)


def test_a_refresh_shows_every_reader_what_was_written(engine: Engine, opener: Opener) -> None:
    with opener() as reader:
        engine.write(entries(range(3)))
        engine.refresh()
        assert len(matching(reader, "common")) == 3
        engine.write([entry(3)])
        engine.delete(["article-00000"])
        engine.refresh()
        assert sorted(matching(reader, "common")) == [f"article-{number:05}" for number in (1, 2, 3)]
        assert len(reader.articles([f"article-{number:05}" for number in range(4)])) == 3


def test_counts_are_of_what_is_there(engine: Engine) -> None:
    engine.write(entries(range(9)))
    engine.delete(["article-00004"])
    engine.refresh()
    stats = engine.stats()
    assert stats.articles == 8
    assert stats.passages == sum(
        len(one.passages) for one in entries(range(9)) if one.article.id != "article-00004"
    )
    assert stats.bytes_on_disk > 0
