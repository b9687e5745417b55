"""An archive's life: nothing there yet, made, opened again, refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.engines.base import (
    Engine,
    GatherRequest,
    LexicalLeg,
    LexicalQuery,
    Manifest,
    Sort,
    Term,
    Union,
    VectorLeg,
)
from indexer.errors import SchemaMismatch
from tests.engines.builders import DIMENSIONS, MANIFEST, entry, vector
from tests.engines.conftest import Opener


def test_a_new_archive_has_no_manifest_until_it_is_created(opener: Opener) -> None:
    with opener() as engine:
        assert engine.manifest() is None
        engine.create(MANIFEST)
        assert engine.manifest() == MANIFEST


def test_where_there_is_no_archive_yet_everything_reads_as_empty(opener: Opener) -> None:
    with opener() as engine:
        legs = [LexicalLeg(LexicalQuery(should=(Term("word"),))), VectorLeg(vector(1))]
        assert [(result.ids, result.total) for result in engine.match(legs)] == [([], 0), ([], 0)]
        asked = GatherRequest(Union(), ("a",), {"source": 3}, "auto", ("a",), codes=True)
        gathered = engine.gather(asked)
        assert (gathered.total, gathered.facets, gathered.articles) == (0, {"source": ()}, {})
        assert gathered.histogram is not None
        assert not gathered.histogram.buckets
        assert engine.browse(Union(), sort=Sort.NEWEST, size=10) == ([], 0)
        assert engine.hashes(["a"]) == engine.articles(["a"]) == {}
        assert engine.passages("a") == ()
        for iterator in (engine.scan(), engine.vocabulary(), engine.words(), engine.records("kind")):
            assert list(iterator) == []
        assert engine.record_kinds() == []
        stats = engine.stats()
        assert (stats.articles, stats.passages, stats.words) == (0, 0, 0)
        assert engine.delete(["a"]) == 0
        engine.refresh()
        assert not any(finding.level == "error" for finding in engine.check())
        assert engine.manifest() is None


def test_an_empty_archive_answers_too(engine: Engine) -> None:
    legs = [LexicalLeg(LexicalQuery(must_not=(Term("word"),))), VectorLeg(vector(1))]
    assert [(result.ids, result.total) for result in engine.match(legs)] == [([], 0), ([], 0)]
    assert engine.gather(GatherRequest(Union())).total == 0
    assert list(engine.scan()) == []


def test_creating_again_with_an_equal_manifest_does_nothing(engine: Engine, opener: Opener) -> None:
    engine.write([entry(1)])
    engine.refresh()
    with opener() as second:
        second.create(replace(MANIFEST, created_at="2031-01-01T00:00:00Z"))
        assert second.manifest() == MANIFEST
        assert second.stats().articles == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(MANIFEST, model={"name": "other", "dimensions": DIMENSIONS}),
        replace(MANIFEST, passages={"tokens": 100}),
        replace(MANIFEST, text_version=2),
    ],
    ids=["model", "passages", "text"],
)
def test_another_manifest_is_refused_with_a_remedy(engine: Engine, opener: Opener, other: Manifest) -> None:
    with opener() as second:
        with pytest.raises(SchemaMismatch) as refused:
            second.create(other)
        assert "newsarchive" in refused.value.remedy
        assert second.manifest() == MANIFEST


def test_a_manifest_keeps_its_values_whatever_they_are(opener: Opener) -> None:
    manifest = Manifest(
        model={"name": "m", "dimensions": DIMENSIONS, "prefixes": ["query: ", "نص: "], "codes": None},
        passages={"tokens": 200, "overlap": 0.5, "rules": {"version": 3}},
        text_version=7,
        created_at="2026-01-01T00:00:00Z",
    )
    with opener() as engine:
        engine.create(manifest)
        engine.create(manifest)
    with opener() as engine:
        assert engine.manifest() == manifest


def test_what_was_written_is_there_when_it_is_opened_again(opener: Opener) -> None:
    with opener() as engine:
        engine.create(MANIFEST)
        engine.write([entry(1), entry(2)])  # closed without a refresh
    with opener() as engine:
        assert set(engine.hashes([entry(1).article.id, entry(2).article.id])) == {
            entry(1).article.id,
            entry(2).article.id,
        }
        engine.refresh()
        (found,) = engine.match([LexicalLeg(LexicalQuery(should=(Term("common"),)))])
        assert found.total == 2
