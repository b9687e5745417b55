"""Tests of `indexer.evaluate.datasets`: queries, qrels and runs, in and out, and files that are wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import InvalidQuery, UnreadableSource
from indexer.evaluate.datasets import (
    Query,
    filters_from_mapping,
    plain,
    read_qrels,
    read_queries,
    read_run,
    write_qrels,
    write_queries,
    write_run,
)
from indexer.search.query import parse
from indexer.search.querytree import Occur

IDS = st.text(st.characters(categories=("L", "N"), exclude_characters="{"), min_size=1, max_size=6)


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_tsv_queries_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeffq1\tWho won?\r\n\nq2\t two  words\tand a tab\n")
    assert read_queries(path) == [Query("q1", "Who won?"), Query("q2", "two  words\tand a tab")]


def test_json_lines_queries_are_read_with_filters(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '{"id": 7, "text": "Who\\nwon?"}\n'
        '{"id": "q2", "text": "x", '
        '"filters": {"language": "ar", "source": ["BBC"], "published_from": "2018-02-01"}}\n',
    )
    first, second = read_queries(path)
    assert first == Query("7", "Who won?")
    assert second.filters.include == {"language": frozenset({"ar"}), "source": frozenset({"BBC"})}
    assert second.filters.published_from == date(2018, 2, 1)


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        ("q1 no tab\n", 1, "tab"),
        ("q1\tx\nq 2\ty\n", 2, "white space"),
        ("q1\tx\n\ty\n", 2, "empty"),
        ("q1\t  \n", 1, "no text"),
        ("q1\tx\nq1\ty\n", 2, "repeats"),
        ('{"id": "q1", "text": "x"\n', 1, "JSON"),
        ('{"id": "q1"}\n', 1, "needs"),
        ('{"id": "q1", "text": "x", "filters": ["ar"]}\n', 1, "filters"),
        ('{"id": "q1", "text": "x", "filters": {"colour": "red"}}\n', 1, "colour"),
        ('{"id": "q1", "text": "x", "filters": {"published_to": "soon"}}\n', 1, "soon"),
    ],
)
def test_a_wrong_query_is_named_by_file_and_line(tmp_path: Path, content: str, line: int, what: str) -> None:
    with pytest.raises(UnreadableSource, match=f"file, line {line}, .*{what}"):
        read_queries(written(tmp_path, content))


def test_files_that_hold_nothing_are_refused(tmp_path: Path) -> None:
    for read in (read_queries, read_qrels, read_run):
        with pytest.raises(UnreadableSource, match="holds no"):
            read(written(tmp_path, "\n \n"))
        with pytest.raises(UnreadableSource, match="UTF-8"):
            read(written(tmp_path, b"\xff\xfe"))
        with pytest.raises(UnreadableSource, match="cannot be read"):
            read(tmp_path / "none")


def test_qrels_are_read_and_article_ids_may_hold_spaces(tmp_path: Path) -> None:
    path = written(tmp_path, "q1 0 a 1\nq1\t0\tb c\t0\nq2 Q0 a/b 2\n")
    assert read_qrels(path) == {"q1": {"a": 1, "b c": 0}, "q2": {"a/b": 2}}


@pytest.mark.parametrize(
    ("content", "line"), [("q1 0 a\n", 1), ("q1 0 a 1\nq1 0 b x\n", 2), ("q1 0 a 1\nq1 0 a 0\n", 2)]
)
def test_a_wrong_judgement_is_named_by_file_and_line(tmp_path: Path, content: str, line: int) -> None:
    with pytest.raises(UnreadableSource, match=f"file, line {line}, "):
        read_qrels(written(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "line"),
    [("q1 Q0 a 1 0.5\n", 1), ("q1 Q0 a 1 x t\n", 1), ("q1 Q0 a 1 2 t\nq1 Q0 a 2 1 t\n", 2)],
)
def test_a_wrong_rank_is_named_by_file_and_line(tmp_path: Path, content: str, line: int) -> None:
    with pytest.raises(UnreadableSource, match=f"file, line {line}, "):
        read_run(written(tmp_path, content))


def test_a_run_is_read_by_rank_whatever_its_scores_and_lines_say(tmp_path: Path) -> None:
    path = written(tmp_path, "q1 Q0 b 2 9.0 t\nq1 Q0 a 1 3.0 t\n")
    assert read_run(path) == {"q1": [("a", 3.0), ("b", 9.0)]}


@given(
    st.dictionaries(
        IDS, st.lists(st.tuples(IDS, st.integers(-9, 9)), min_size=1, unique_by=lambda x: x[0]), min_size=1
    )
)
@settings(max_examples=50, deadline=None)
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, data: dict) -> None:  # type: ignore[type-arg]
    folder = tmp_path_factory.mktemp("runs")
    run = {
        query: [(article, float(score)) for article, score in articles] for query, articles in data.items()
    }
    write_run(folder / "run", run)
    assert read_run(folder / "run") == run
    qrels = {query: dict(articles) for query, articles in data.items()}
    write_qrels(folder / "qrels", qrels)
    assert read_qrels(folder / "qrels") == qrels
    queries = [Query(query, f"text of {query}") for query in data]
    write_queries(folder / "queries", queries)
    assert read_queries(folder / "queries") == queries


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ('What does "Who\'s on first" mean?', "What does Who's on first mean?"),
        ("Who wrote “X” (1999)?", "Who wrote X 1999 ?"),
        ("the source:code of -5 and 9 - 4", "the source code of 5 and 9 4"),
        ("Korea OR Japan", "Korea or Japan"),
        ("well-known +50", "well-known 50"),
        ("source:-5", "source 5"),
    ],
)
def test_a_plain_question_has_no_operators(question: str, expected: str) -> None:
    assert plain(question) == expected


@given(st.text(max_size=60) | st.text("\"“”«+-–:()OR ab&'title,", max_size=20))
@settings(max_examples=200, deadline=None)
def test_no_plain_question_has_hard_conditions(question: str) -> None:
    try:
        parsed = parse(plain(question))
    except InvalidQuery as error:
        raise AssertionError(f"{question!r}: {error}") from error
    assert all(clause.occur is Occur.SHOULD for clause in parsed.clauses)


@pytest.mark.parametrize(
    "values", [{"language": 3}, {"source": ["a", 1]}, {"x": "y"}, {"published_to": "2018-13-01"}]
)
def test_filters_that_make_no_sense_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        filters_from_mapping(values)
