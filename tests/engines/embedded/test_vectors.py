"""The quick first look at signs: what it finds against brute force, and how its centre follows the archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.engines.base import Entry, Filters, FloatArray, Manifest, VectorLeg
from indexer.engines.embedded import EmbeddedEngine, vectors
from indexer.engines.embedded.vectors import _HALF_TO_SINGLE, EXACT, _shifted, signs_of
from indexer.engines.embedded.viewstate import read_state
from indexer.models.signs import inner_products, rotation
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
    cosines = {one.article.id: max(float(p.vector @ query) for p in one.passages) for one in entries}
    return sorted(cosines, key=lambda id_: (-cosines[id_], id_))[:size]


@pytest.mark.parametrize(("size", "least"), [(10, 0.99), (100, 0.98)])
def test_signs_lose_next_to_nothing(
    engine: EmbeddedEngine, entries: list[Entry], topics: FloatArray, size: int, least: float
) -> None:
    """Made vectors are harder than an encoder's: they differ in all dimensions alike."""
    found = wanted = 0
    for seed in range(20):
        query = passages_of(1_000 + seed, topics)[0]
        (result,) = engine.match([VectorLeg(query, size=size)])
        assert len(result.ids) == size
        found += len(set(result.ids) & set(best(entries, query, size)))
        wanted += size
    assert found / wanted >= least


def test_first_passages_are_searched_by_signs_too(
    engine: EmbeddedEngine, entries: list[Entry], topics: FloatArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "EXACT", 100)
    monkeypatch.setattr(vectors, "_LEAD_CANDIDATES", 300)
    leads = [replace(one, passages=one.passages[:1]) for one in entries]
    found = 0
    for seed in range(20):
        query = passages_of(3_000 + seed, topics)[0]
        (result,) = engine.match([VectorLeg(query, size=50, lead=True)])
        assert set(result.passages.tolist()) == {0}
        found += len(set(result.ids) & set(best(leads, query, 50)))
    assert found / (20 * 50) >= 0.97


def test_a_filter_that_leaves_many_is_searched_by_signs_too(
    engine: EmbeddedEngine, entries: list[Entry], topics: FloatArray
) -> None:
    passing = [one for one in entries if one.article.source == "s1"]
    assert len(passing) * PASSAGES > EXACT
    query = passages_of(2_000, topics)[0]
    filters = Filters(include={"source": frozenset({"s1"})})
    (result,) = engine.match([VectorLeg(query, filters, size=10)])
    assert len(set(result.ids) & set(best(passing, query, 10))) >= 9
    assert {int(id_[2:]) % 4 for id_ in result.ids} == {1}


def test_all_that_pass_come_back_however_far_they_are(engine: EmbeddedEngine) -> None:
    """More articles are wanted than the first candidates hold: the search goes on until it has them."""
    query = np.full(DIMENSIONS, -1 / np.sqrt(DIMENSIONS), np.float32)
    (result,) = engine.match([VectorLeg(query, size=1_000)])
    assert len(set(result.ids)) == 1_000


def test_the_centre_of_the_signs_follows_a_growing_archive(folder: Path, topics: FloatArray) -> None:
    """A centre made from the first few passages is of no use for thousands."""
    with EmbeddedEngine.open(folder) as engine:
        engine.create(Manifest({"dimensions": DIMENSIONS}, {}, 1))
        made_from = []
        for first, last in ((0, 5), (5, 100), (100, 150), (150, 620)):
            engine.write(
                [stored(article(f"a-{n:03}"), list(passages_of(n, topics))) for n in range(first, last)]
            )
            engine.refresh()
            state = read_state(folder / "views")
            assert state
            assert state.passages == last * PASSAGES
            made_from.append(state.centred_on)
        # Made anew when there are more than a quick look needs, and four times as many as it was made from.
        assert made_from == [100, 100, 3_000, 12_400]
        query = passages_of(5, topics)[3]
        (result,) = engine.match([VectorLeg(query, size=1)])
        assert (result.ids, result.passages.tolist()) == (["a-005"], [3])


@pytest.mark.parametrize("dimensions", [1, 7, 64, 65, 384])
def test_estimates_differ_from_inner_products_by_one_number(dimensions: int) -> None:
    """By what is the same for every passage: the query's own share, which orders nothing."""
    drawn = np.random.default_rng(2)
    centre, query = drawn.standard_normal((2, dimensions)).astype(np.float32)
    vectors = centre + 0.5 * drawn.standard_normal((500, dimensions)).astype(np.float32)
    signs, factors = signs_of(vectors, centre)
    assert signs.shape == (500, -(-dimensions // 64))
    turned = (query - centre) @ rotation(dimensions)
    products = inner_products(turned[np.newaxis], signs.T, bits=4)[0]
    estimates = products * factors[:, 0] + factors[:, 1] + query @ centre - centre @ centre
    error = estimates - vectors @ query
    length = np.linalg.norm(query - centre) * 0.5
    assert abs(error.mean()) < 0.1 * length
    assert error.std() < (1.0 if dimensions > 1 else 0.2) * length


def test_every_finite_half_is_read_as_the_number_that_it_is() -> None:
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)]
    np.testing.assert_array_equal(_shifted(halves) * _HALF_TO_SINGLE, halves.astype(np.float32))


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
