"""Weights are judged on queries that they were not chosen on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.archive import Archive
from indexer.errors import SettingsError
from indexer.evaluate.crossvalidation import choose, cross_validate, drawn, ranking
from indexer.evaluate.datasets import Query
from indexer.evaluate.judgedqueries import JudgedQueries
from indexer.evaluate.report import validation_to_json, validation_to_text
from indexer.search.request import SearchRequest
from indexer.search.weights import ROWS, WEIGHTS, FusionWeights, Weights
from tests.evaluate.archives import archive_of
from tests.fakes import FakeEncoder

WORDS = ("ceasefire", "harvest", "football", "earthquake", "museum", "parliament", "vaccine", "pipeline")
QUERIES = [Query(f"q-{word}", word) for word in WORDS]
JUDGED = JudgedQueries(QUERIES, {f"q-{word}": {word: 1} for word in WORDS})


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("crossvalidation")
    records = [
        {"id": word, "title": f"The {word}", "text": f"A {word} and a {other} today.", "language": "en"}
        for word, other in zip(WORDS, WORDS[1:] + WORDS[:1], strict=True)
    ]
    with archive_of(folder, records, FakeEncoder(codes=True)) as opened:
        yield opened


def _candidates(count: int) -> list[Weights]:
    return [WEIGHTS, *(Weights(question=weights, words=weights) for weights in drawn(count - 1))]


def test_what_is_better_everywhere_is_chosen_for_the_row_where_it_is() -> None:
    rows = ["question", "words"] * 20
    values = np.full((40, 3), 0.5)
    values[1::2, 2] = 0.8  # the third is better for words,
    values[::2, 2] = 0.1  # and worse for questions
    found = choose(values, rows, _candidates(3), 5)
    assert (found.mean, found.in_use) == (pytest.approx(0.65), pytest.approx(0.5))
    assert {fold.chosen for fold in found.folds if fold.row == "question"} == {WEIGHTS.question}
    assert {fold.chosen for fold in found.folds if fold.row == "words"} == {_candidates(3)[2].words}
    assert found.difference.p < 0.05
    assert sum(fold.queries for fold in found.folds) == 40


def test_luck_on_the_queries_chosen_on_is_not_counted() -> None:
    """Every candidate is right for one query alone: the best in sample is worth nothing out of it."""
    values = np.eye(50)
    found = choose(values, ["words"] * 50, _candidates(50), 5)
    assert values.mean(axis=0).max() > 0
    assert found.mean == 0


def test_weights_in_use_give_the_searchers_own_order(archive: Archive) -> None:
    for query in QUERIES:
        request = SearchRequest(query.text)
        prepared, found = archive.searcher.evidence(request, 50)
        assert ranking(prepared, found, WEIGHTS) == [
            name for name, _ in archive.searcher.rank(request).fused[:10]
        ]
        only_lead = FusionWeights(meaning=0, lead=1, keywords=0, late=0, title=0)
        other = WEIGHTS.with_rows(dict.fromkeys(ROWS, only_lead))
        assert ranking(prepared, found, other)[: len(found.legs["lead"].ids)] == found.legs["lead"].ids[:10]


#: Words that a list has for *ceasefire*, that only the encoder knows for it, and others, in twelve mixtures.
MIXED = [
    " ".join(
        ["هدنة"] * (n % 4) + ["متاركة"] * (n % 3 == 0) + [f"قطط{n}{other}" for other in range(2 + 5 * n % 7)]
    )
    for n in range(12)
]


@pytest.mark.parametrize("text", ["ceasefire", "ceasefire?"])
def test_pages_lists_and_evaluation_agree_whether_articles_are_read_again_or_not(
    tmp_path: Path, text: str
) -> None:
    records = [
        {"id": f"a{n:02}", "title": "", "text": mixed, "language": "ar"} for n, mixed in enumerate(MIXED)
    ]
    with archive_of(tmp_path, records, FakeEncoder(codes=True, synonyms={"متاركة": "ceasefire"})) as opened:
        searcher = opened.searcher
        request = SearchRequest(text)
        order = [entry.article.id for entry in searcher.search(request).results]
        assert len(order) == 10
        assert list(searcher.ids(request))[:10] == order
        assert [name for name, _ in searcher.rank(request).fused][:10] == order
        prepared, found = searcher.evidence(request)
        assert ranking(prepared, found, WEIGHTS) == order
        # It is seen which was done: the other way gives another order.
        turned = frozenset() if text == "ceasefire" else frozenset({"question"})
        assert ranking(prepared, found, replace(WEIGHTS, read_once=turned)) != order


def test_the_grid_is_drawn_without_repetition_and_sums_to_one() -> None:
    weights = drawn(150)
    assert len(set(weights)) == 150
    assert all(one.meaning + one.lead + one.keywords == pytest.approx(1) for one in weights)
    assert drawn(150) == weights


def test_an_archive_is_cross_validated(archive: Archive) -> None:
    told: list[tuple[int, int]] = []
    found = cross_validate(
        archive, JUDGED, folds=4, combinations=5, asked=lambda done, every: told.append((done, every))
    )
    assert (found.queries, found.combinations, told[-1]) == (8, 5, (8, 8))
    assert 0 < found.mean <= 1
    assert validation_to_json(found)["folds"][0]["chosen"].keys() == {
        "meaning",
        "lead",
        "keywords",
        "late",
        "title",
    }
    assert "weights in use" in validation_to_text(found)


def test_fewer_queries_than_folds_are_refused(archive: Archive) -> None:
    with pytest.raises(SettingsError, match="9 folds need as many judged queries; 8 could be asked"):
        cross_validate(archive, JUDGED, folds=9, combinations=2)
