"""Tests of `indexer.evaluate.runner` on a small real archive whose answers are known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from indexer.archive import Archive
from indexer.engines.base import Filters
from indexer.evaluate.datasets import Query, read_run, write_run
from indexer.evaluate.judgedqueries import JudgedQueries
from indexer.evaluate.report import to_json, to_text
from indexer.evaluate.runner import DEPTH, LEG_NAMES, Standing, evaluate
from indexer.settings import load_settings
from tests.evaluate.archives import archive_of
from tests.fakes import FakeEncoder

#: One word each, so that each query has one answer by words and, through the synonym, one by meaning.
WORDS = ("ceasefire", "harvest", "football", "earthquake", "museum")
QUERIES = [Query(f"q-{word}", word) for word in WORDS]
QRELS = {f"q-{word}": {word: 1} for word in WORDS}
JUDGED = JudgedQueries(QUERIES, QRELS)
ACROSS = JudgedQueries([Query("q", "ceasefire")], {"q": {"hudna": 1}})


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("evaluate")
    records = [
        {"id": word, "title": f"The {word}", "text": f"A {word} today.", "language": "en"} for word in WORDS
    ]
    records.append({"id": "hudna", "title": "هدنة", "text": "هدنة هدنة", "language": "ar"})
    with archive_of(folder, records, FakeEncoder(synonyms={"هدنة": "ceasefire"})) as opened:
        yield opened


def test_known_answers_give_known_figures(archive: Archive) -> None:
    evaluation = evaluate(archive, replace(JUDGED, filters=Filters(include={"language": frozenset({"en"})})))
    assert evaluation.legs["lexical"].means == dict.fromkeys(evaluation.whole.measures, 1.0)
    assert evaluation.whole.means["R@10"] == 1.0
    assert [query.id for query in evaluation.queries] == [query.id for query in QUERIES]


def test_legs_are_judged_apart(archive: Archive) -> None:
    evaluation = evaluate(archive, ACROSS)
    assert evaluation.legs["dense"].means["R@10"] == evaluation.legs["lead"].means["R@10"] == 1.0
    # The dictionary finds the translation, so the lexical leg has both.
    assert {article for article, _ in evaluation.leg_runs["lexical"]["q"]} == {"ceasefire", "hudna"}


def test_runs_hold_what_was_ranked(archive: Archive) -> None:
    evaluation = evaluate(archive, JUDGED)
    for query in QUERIES:
        ranked = evaluation.run[query.id]
        scores = [score for _, score in ranked]
        assert 0 < len(ranked) <= DEPTH
        assert scores == sorted(scores, reverse=True)


def test_queries_without_a_relevant_article_are_left_out_and_counted(archive: Archive) -> None:
    unknown = [Query("unjudged", "museum"), Query("hopeless", "museum")]
    evaluation = evaluate(
        archive, JudgedQueries([*unknown, *QUERIES], {**QRELS, "hopeless": {"museum": 0}}, limit=2)
    )
    assert evaluation.unjudged == 2
    assert [query.id for query in evaluation.queries] == ["q-ceasefire", "q-harvest"]


def test_filters_hold_for_every_query(archive: Archive) -> None:
    arabic = Filters(include={"language": frozenset({"ar"})})
    evaluation = evaluate(archive, replace(ACROSS, filters=arabic))
    assert [article for article, _ in evaluation.run["q"]] == ["hudna"]
    assert evaluation.whole.means["R@1"] == 1.0


def test_operators_count_only_where_they_are_asked_for(archive: Archive) -> None:
    judged = JudgedQueries([Query("q", "museum -museum")], {"q": {"museum": 1}})
    assert evaluate(archive, judged).whole.means["R@10"] == 1.0
    assert evaluate(archive, replace(judged, syntax=True)).whole.means["R@10"] == 0.0


def test_a_query_that_cannot_be_asked_counts_as_0_and_is_named(archive: Archive) -> None:
    queries = [*QUERIES[:1], Query("broken", '"no end')]
    evaluation = evaluate(archive, JudgedQueries(queries, {**QRELS, "broken": {"museum": 1}}, syntax=True))
    assert set(evaluation.refused) == {"broken"}
    assert evaluation.whole.means["R@100"] == 0.5


def test_runs_of_all_legs_can_be_read_back(archive: Archive, tmp_path: Path) -> None:
    """A query that is an article's title has one leg more."""
    evaluation = evaluate(
        archive, JudgedQueries([Query("title", "The museum opens again today")], {"title": {"museum": 1}})
    )
    assert {"dense", "lexical", "lead"} <= evaluation.leg_runs.keys()
    for leg in (*evaluation.leg_runs, *LEG_NAMES.values()):
        assert not re.search(r"\s", leg)
        write_run(tmp_path / leg, evaluation.run, tag=leg)
        assert read_run(tmp_path / leg).keys() == {"title"}


def test_progress_is_told_and_stages_are_timed(archive: Archive) -> None:
    told: list[tuple[int, int]] = []
    queries = [*QUERIES, Query("broken", '"no end')]
    evaluation = evaluate(
        archive,
        JudgedQueries(queries, {**QRELS, "broken": {"museum": 1}}, syntax=True),
        asked=lambda *step: told.append(step),
    )
    assert told == [(number, len(queries)) for number in range(1, len(queries) + 1)]
    assert 0 < evaluation.latency.p50 <= evaluation.latency.p95
    assert {"encode", "legs"} <= set(evaluation.stages)
    assert all(latency.p50 <= evaluation.latency.p95 for latency in evaluation.stages.values())


def test_a_query_whose_filters_exclude_the_common_ones_is_refused(archive: Archive) -> None:
    french, arabic = (Filters(include={"language": frozenset({code})}) for code in ("fr", "ar"))
    evaluation = evaluate(archive, replace(ACROSS, queries=[Query("q", "ceasefire", french)], filters=arabic))
    assert set(evaluation.refused) == {"q"}


def test_the_folder_of_the_archive_is_left_as_it_was(archive: Archive, tmp_path: Path) -> None:
    before = archive.stats()
    evaluate(archive, JUDGED)
    assert archive.stats().articles == before.articles
    assert not list(tmp_path.iterdir())


def test_it_is_told_of_how_many_queries_something_stands_out(tmp_path: Path) -> None:
    """Indexing samples the background; answers stand out from it, and what has none does not."""
    encoder = FakeEncoder(synonyms={"هدنة": "ceasefire", "زلزال": "earthquake"})
    letters = "ابتثجحخدذرزسشصضط"
    texts = {"a": "هدنة هدنة هدنة", "b": "زلزال زلزال زلزال"}
    texts |= {f"n-{n}": " ".join(letters[(n + k) % 16] * (3 + n // 16) for k in range(5)) for n in range(40)}
    records = [{"id": name, "title": text, "text": text, "language": "ar"} for name, text in texts.items()]
    (tmp_path / "articles.jsonl").write_bytes(b"\n".join(map(orjson.dumps, records)))
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path / "cache")
    judged = JudgedQueries(
        [Query("q1", "ceasefire"), Query("q2", "earthquake")], {"q1": {"a": 1}, "q2": {"b": 1}}
    )
    foreign = [Query("f1", "football striker"), Query("f2", "museum ticket"), Query("f3", '"')]
    with Archive.open(settings, encoder=encoder) as opened:
        opened.index([tmp_path / "articles.jsonl"])
        counted = []
        told = evaluate(
            opened,
            replace(judged, unanswerable=foreign, syntax=True),
            asked=lambda *done: counted.append(done),
        )
        alone = evaluate(opened, judged)
    assert told.standing == Standing(answerable=1.0, unanswerable=0.0)
    assert counted[-1] == (5, 5)
    assert alone.standing == Standing(answerable=1.0, unanswerable=None)
    text = to_text(told)
    assert "Something stands out for 100.0% of the queries" in text
    assert "Nothing stands out for 100.0% of the queries without an answer" in text
    assert to_json(told)["stands_out"] == {"answerable": 1.0, "unanswerable": 0.0}
