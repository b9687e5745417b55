"""The coarse scan of quantised vectors loses nothing that brute force finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.engines.base import Entry, Filters, FloatArray, Manifest, VectorLeg
from indexer.engines.embedded import EmbeddedEngine, vectors
from indexer.engines.embedded.columns import Positions
from indexer.engines.embedded.vectors import EXACT, Nearest, VectorReader
from tests.engines.builders import article, stored

DIMENSIONS = 384
PASSAGES = 20  # of each article


def passages_of(number: int, topics: FloatArray) -> FloatArray:
    """Return (PASSAGES, DIMENSIONS) unit vectors that lie as an encoder's do: in a cone, around some topics."""
    drawn = np.random.default_rng((7, number))
    chosen = topics[drawn.integers(len(topics), size=2)].mean(axis=0)
    spread = 0.5 + chosen + 0.6 * drawn.standard_normal((PASSAGES, DIMENSIONS))
    unit: FloatArray = (spread / np.linalg.norm(spread, axis=1, keepdims=True)).astype(np.float32)
    return unit


@pytest.fixture(scope="module")
def topics() -> FloatArray:
    return np.random.default_rng(1).standard_normal((40, DIMENSIONS)).astype(np.float32)


@pytest.fixture(scope="module")
def entries(topics: FloatArray) -> list[Entry]:
    """20,000 passages."""
    return [
        stored(article(f"a-{number:03}", source=f"s{number % 4}"), list(passages_of(number, topics)))
        for number in range(1_000)
    ]


@pytest.fixture(scope="module")
def engine(entries: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine.open(tmp_path_factory.mktemp("vectors") / "archive") as engine:
        engine.create(Manifest({"dimensions": DIMENSIONS}, {}, 1))
        engine.write(entries)
        engine.refresh()
        yield engine


def best(entries: list[Entry], query: FloatArray, size: int) -> list[str]:
    cosines = {
        one.article.id: max(float(p.vector.astype(np.float16).astype(float) @ query) for p in one.passages)
        for one in entries
    }
    return sorted(cosines, key=lambda id_: (-cosines[id_], id_))[:size]


def followed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return where the numbers of passages are noted that are compared exactly."""
    compared: list[int] = []
    rank = VectorReader._rank

    def noted(self: VectorReader, rows: Positions, *args: Any) -> Nearest:
        compared.append(len(rows))
        return rank(self, rows, *args)

    monkeypatch.setattr(VectorReader, "_rank", noted)
    return compared


@pytest.mark.parametrize("size", [1, 10, 100])
def test_the_nearest_are_found_by_a_look_at_few(
    engine: EmbeddedEngine,
    entries: list[Entry],
    topics: FloatArray,
    size: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = followed(monkeypatch)
    for seed in range(20):
        query = passages_of(1_000 + seed, topics)[0]
        (result,) = engine.match([VectorLeg(query, size=size)])
        assert result.ids == best(entries, query, size)
    assert max(compared) < 2_000, "of 20,000"


def test_first_passages_are_found_by_a_look_at_few(
    engine: EmbeddedEngine, entries: list[Entry], topics: FloatArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "EXACT", 100)
    compared = followed(monkeypatch)
    leads = [replace(one, passages=one.passages[:1]) for one in entries]
    for seed in range(20):
        query = passages_of(3_000 + seed, topics)[0]
        (result,) = engine.match([VectorLeg(query, size=50, lead=True)])
        assert set(result.passages.tolist()) == {0}
        assert result.ids == best(leads, query, 50)
    assert max(compared) < 300, "of 1,000"


def test_a_filter_that_leaves_many_loses_none(
    engine: EmbeddedEngine, entries: list[Entry], topics: FloatArray
) -> None:
    passing = [one for one in entries if one.article.source == "s1"]
    assert len(passing) * PASSAGES > EXACT
    query = passages_of(2_000, topics)[0]
    filters = Filters(include={"source": frozenset({"s1"})})
    (result,) = engine.match([VectorLeg(query, filters, size=10)])
    assert result.ids == best(passing, query, 10)


@pytest.mark.parametrize("size", [999, 1_000, 2_000])
def test_all_that_pass_come_back_however_far_they_are(
    engine: EmbeddedEngine, entries: list[Entry], size: int
) -> None:
    query = np.full(DIMENSIONS, -1 / np.sqrt(DIMENSIONS), np.float32)
    (result,) = engine.match([VectorLeg(query, size=size)])
    assert result.ids == best(entries, query, size)


def reader_of(engine: EmbeddedEngine) -> VectorReader:
    snapshot = engine._views.current()
    assert snapshot
    return snapshot.vectors


@pytest.mark.parametrize("outlier", [False, True])
def test_cosines_lie_within_their_bounds(engine: EmbeddedEngine, topics: FloatArray, outlier: bool) -> None:
    """A query with one large value has a large scale, and bounds that are wider."""
    reader = reader_of(engine)
    exact = np.asarray(reader._matrix, np.float32)
    for seed in range(20):
        query = passages_of(4_000 + seed, topics)[0]
        query[seed] += 3.0 * outlier
        query /= np.linalg.norm(query)
        lower, upper = reader._bounds(query)
        cosines = exact @ query
        assert (lower <= cosines).all()
        assert (cosines <= upper).all()
        assert (upper - lower).max() < (0.04 if outlier else 0.01)


@pytest.mark.parametrize("lead", [False, True])
@pytest.mark.parametrize("width", [0.0, 0.01, 0.1])
def test_nothing_is_lost_wherever_within_the_bounds_cosines_lie(
    engine: EmbeddedEngine,
    entries: list[Entry],
    topics: FloatArray,
    width: float,
    lead: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = np.random.default_rng(9)
    exact = np.asarray(reader_of(engine)._matrix, np.float32)
    monkeypatch.setattr(vectors, "EXACT", 100)

    def bounds(_: VectorReader, query: FloatArray) -> tuple[FloatArray, FloatArray]:
        cosines = exact @ query
        # Each at one of its bounds: the worst that may be.
        below = width * drawn.integers(0, 2, len(cosines)).astype(np.float32) + np.float32(1e-6)
        return cosines - below, cosines + (np.float32(width + 2e-6) - below)

    monkeypatch.setattr(VectorReader, "_bounds", bounds)
    compared = [replace(one, passages=one.passages[:1]) for one in entries] if lead else entries
    for seed in range(5):
        query = passages_of(5_000 + seed, topics)[0]
        (result,) = engine.match([VectorLeg(query, size=30, lead=lead)])
        assert result.ids == best(compared, query, 30)


def test_one_odd_passage_makes_no_other_uncertain(
    folder: Path, topics: FloatArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is all in one dimension has a scale ten times as large as others have."""
    compared = followed(monkeypatch)
    odd = np.eye(1, DIMENSIONS, dtype=np.float32)[0]
    usual = [stored(article(f"a-{n:03}"), list(passages_of(n, topics))) for n in range(150)]
    query = passages_of(6_000, topics)[0]
    with EmbeddedEngine.open(folder) as engine:
        engine.create(Manifest({"dimensions": DIMENSIONS}, {}, 1))
        for entries in (usual, [stored(article("odd"), [odd])]):
            engine.write(entries)
            engine.refresh()
            engine.match([VectorLeg(query, size=10)])
    few, still_few = compared
    assert still_few <= few + 1 < 300


@pytest.mark.parametrize("dimension", [0, 5])
def test_any_array_of_the_right_values_is_a_query(
    engine: EmbeddedEngine, entries: list[Entry], topics: FloatArray, dimension: int
) -> None:
    """A column of a matrix, or a view that runs backwards, does not lie in memory as it reads."""
    query = passages_of(7_000, topics)[0]
    column = np.repeat(query[:, np.newaxis], 9, axis=1)[:, dimension]
    for given in (column, query[::-1].copy()[::-1], query.astype(float)):
        (result,) = engine.match([VectorLeg(given, size=10)])
        assert result.ids == best(entries, query, 10)


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_query_of_no_numbers_is_near_to_nothing(engine: EmbeddedEngine, broken: float) -> None:
    query = np.full(DIMENSIONS, 1 / np.sqrt(DIMENSIONS), np.float32)
    query[7] = broken
    (result,) = engine.match([VectorLeg(query, size=10)])
    assert result.ids == []


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_vector_of_no_numbers_is_near_to_nothing(tmp_path: Path, broken: float) -> None:
    drawn = np.random.default_rng(2).standard_normal((5, DIMENSIONS)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    vectors = np.vstack([drawn, np.full((1, DIMENSIONS), broken, np.float32)])
    with EmbeddedEngine.open(tmp_path / "archive") as engine:
        engine.create(Manifest({"dimensions": DIMENSIONS}, {}, 1))
        engine.write([stored(article(f"a-{number}"), [vector]) for number, vector in enumerate(vectors)])
        engine.refresh()
        for query in drawn:
            [found] = engine.match([VectorLeg(query, Filters(), 10)])
            assert max(found.scores) <= 1.0001
            assert found.ids[0] != "a-5"
