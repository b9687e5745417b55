"""Judgements as judged queries: majorities, edits of plans, and the command over an archive's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from indexer.archive import Archive
from indexer.commands.evaluate import evaluate_
from indexer.engines.base import FACETS, Dating, Filters
from indexer.errors import UnreadableSource
from indexer.evaluate.history import History
from indexer.evaluate.judgements import Judgement, Judgements, judged
from indexer.evaluate.runner import evaluate
from indexer.search.record import from_record, to_record
from indexer.search.request import Demand, PlanEdits, SearchRequest
from indexer.settings import load_settings
from tests.fakes import FakeEncoder

SEARCH = to_record(SearchRequest("harvest"))

values = st.frozensets(st.text(min_size=1, max_size=5), min_size=1, max_size=3)
chosen = st.dictionaries(st.sampled_from(FACETS), values, max_size=3)
words = st.dictionaries(st.text(min_size=1, max_size=5), values, max_size=3)


@given(
    st.builds(
        SearchRequest,
        text=st.text(max_size=20),
        filters=st.builds(
            Filters,
            include=chosen,
            exclude=chosen,
            published_from=st.none() | st.dates(),
            published_to=st.none() | st.dates(),
            dating=st.none() | st.sampled_from(Dating),
        ),
        edits=st.builds(PlanEdits, removed=words, pinned=words, names=st.booleans()),
    )
)
def test_a_search_comes_back_from_its_record(request: SearchRequest) -> None:
    assert from_record(to_record(request)) == request


def test_order_and_page_do_not_make_another_search() -> None:
    demanding = SearchRequest("harvest", demand=Demand.ALL)
    assert from_record(to_record(demanding)) == demanding
    assert to_record(SearchRequest("harvest", page=3, size=50)) == SEARCH
    assert to_record(SearchRequest("harvest", filters=Filters(published_from=date(2018, 1, 1)))) != SEARCH


def test_the_majority_counts_and_a_draw_does_not() -> None:
    said = {"a": (1, 1, 0), "b": (1, 0), "c": (0,), "d": (1,)}
    judgements = [
        Judgement(f"who-{number}", article, grade, SEARCH)
        for article, grades in said.items()
        for number, grade in enumerate(grades)
    ]
    found = judged(judgements)
    [query] = found.queries
    assert query.text == "harvest"
    assert found.syntax
    assert found.qrels == {query.id: {"a": 1, "c": 0, "d": 1}}


def test_what_was_edited_is_asked_as_edited() -> None:
    edits = PlanEdits(removed={"harvest": frozenset({"x"})}, names=False)
    filters = Filters(include={"language": frozenset({"en"})})
    search = to_record(SearchRequest("harvest", filters=filters, edits=edits))
    [query] = judged([Judgement("who", "a", 1, search)]).queries
    assert query.edits == edits
    assert query.filters == filters


@pytest.fixture
def settled(tmp_path: Path) -> Iterator[Archive]:
    articles = [
        {"id": word, "title": f"The {word}", "text": f"A {word} today.", "language": "en"}
        for word in ("harvest", "football")
    ]
    (tmp_path / "articles.jsonl").write_bytes(b"\n".join(map(orjson.dumps, articles)))
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path / "cache")
    with Archive.open(settings, encoder=FakeEncoder()) as archive:
        archive.index([tmp_path / "articles.jsonl"])
        yield archive


def test_an_evaluation_is_kept_and_comes_back(settled: Archive) -> None:
    judgements = Judgements(settled.engine)
    judgements.add(Judgement("Mona", "harvest", 1, SEARCH))
    evaluation = evaluate(settled, judged(judgements))
    history = History(settled.engine)
    first = history.keep(evaluation, "What readers judged")
    second = history.keep(evaluation, "What readers judged")
    assert list(history) == [first, second]
    assert first.measures["R@10"] == 1.0
    assert first.articles == 2


def test_without_judgements_the_command_says_what_to_do(tmp_path: Path) -> None:
    with Archive.open(load_settings(archive=tmp_path / "empty", cache=tmp_path)) as archive:
        archive.create()
    result = CliRunner().invoke(evaluate_, ["--from-judgements", "--archive", str(tmp_path / "empty")])
    assert isinstance(result.exception, UnreadableSource)
    assert "thumbs" in str(result.exception)


@pytest.mark.parametrize("options", [["--demo", "--keep"], ["--demo", "--from-judgements"], ["--keep"]])
def test_options_that_exclude_each_other(options: list[str]) -> None:
    assert CliRunner().invoke(evaluate_, options).exit_code == 2
