"""Tests of `newsarchive evaluate`: options, outputs and what is wrong use."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from indexer.archive import Archive
from indexer.commands.evaluate import evaluate_
from indexer.errors import ArchiveError, SettingsError, UnreadableSource, UnwritableOutput
from indexer.evaluate.datasets import read_run
from indexer.settings import load_settings


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(evaluate_, [str(argument) for argument in arguments])


@pytest.fixture
def judged(tmp_path: Path) -> list[str | Path]:
    (tmp_path / "queries.tsv").write_text("q\tx\n")
    (tmp_path / "qrels.txt").write_text("q 0 a 1\n")
    return ["--queries", tmp_path / "queries.tsv", "--qrels", tmp_path / "qrels.txt"]


def test_queries_need_qrels_and_exclude_the_demo(judged: list[str | Path]) -> None:
    for arguments in ([], judged[:2], judged[2:], [*judged, "--demo"]):
        assert run(*arguments).exit_code == 2


@pytest.mark.parametrize("value", ["language", "language=", "colour=red", "published_from=soon"])
def test_a_wrong_filter_is_named(judged: list[str | Path], value: str) -> None:
    result = run(*judged, "--filter", value)
    assert result.exit_code == 2
    assert value.partition("=")[0] in result.output or "soon" in result.output


def test_a_part_that_the_ranking_has_not_is_refused(judged: list[str | Path]) -> None:
    result = run(*judged, "--without", "luck")
    assert result.exit_code == 2
    assert "it has dictionary" in result.output


def test_figures_without_a_part_are_not_kept(judged: list[str | Path]) -> None:
    assert run(*judged, "--without", "late", "--keep").exit_code == 2


def test_cross_validation_makes_no_run(judged: list[str | Path], tmp_path: Path) -> None:
    assert run(*judged, "--cross-validate", "2", "--run-out", tmp_path / "x.run").exit_code == 2


def test_a_wrong_file_is_named_with_its_line(judged: list[str | Path], tmp_path: Path) -> None:
    (tmp_path / "queries.tsv").write_text("q\tx\nno tab\n")
    result = run(*judged)
    assert isinstance(result.exception, UnreadableSource)
    assert "line 2" in str(result.exception)


def test_a_wrong_baseline_is_told_before_anything_is_asked(judged: list[str | Path], tmp_path: Path) -> None:
    (tmp_path / "before.run").write_text("not a run\n")
    result = run("--demo", "--baseline", tmp_path / "before.run")
    assert isinstance(result.exception, ArchiveError)
    assert "before.run, line 1" in str(result.exception)


def test_a_wrong_measure_is_told_before_anything_is_asked(judged: list[str | Path], tmp_path: Path) -> None:
    with Archive.open(load_settings(archive=tmp_path / "x", cache=tmp_path)) as archive:
        archive.create()
    result = run(*judged, "--measure", "R@0", "--run-out", tmp_path / "a.run", "--archive", tmp_path / "x")
    assert isinstance(result.exception, SettingsError)
    assert "'R@0'" in str(result.exception)


@pytest.mark.parametrize("option", ["--run-out", "--leg-run-out", "--html"])
def test_a_file_that_cannot_be_written_is_told_before_anything_is_asked(option: str, tmp_path: Path) -> None:
    result = run("--demo", option, tmp_path / "nowhere" / "x")
    assert isinstance(result.exception, UnwritableOutput)
    assert "No such file or directory" in str(result.exception)


@pytest.mark.slow
def test_the_demo_runs_end_to_end_with_the_bundled_model(tmp_path: Path) -> None:
    first = run(
        "--demo", "--limit", "40", "--json", "--run-out", tmp_path / "a.run", "--archive", tmp_path / "x"
    )
    assert first.exit_code == 0, first.output
    data = orjson.loads(first.stdout)
    assert data["queries"] == 40
    assert data["measures"]["nDCG@10"] > 0.8
    assert {"dense", "lexical"} <= set(data["legs"])
    assert data["latency_ms"]["p50"] <= data["latency_ms"]["p95"]
    assert len(read_run(tmp_path / "a.run")) == 40
    assert not (tmp_path / "x").exists()  # the demo has an archive of its own
    again = run(
        "--demo", "--limit", "40", "--baseline", tmp_path / "a.run", "--html", tmp_path / "report.html",
        "--leg-run-out", tmp_path / "legs", "--measure", "R@20", "--without", "inflection",
    )  # fmt: skip
    assert again.exit_code == 0, again.output
    assert "Against a.run" in again.output
    assert "R@20" in again.output
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert {path.name for path in tmp_path.glob("legs.*")} == {"legs.dense", "legs.lead", "legs.lexical"}
    folds = run("--demo", "--limit", "10", "--cross-validate", "2", "--json")
    assert folds.exit_code == 0, folds.output
    assert {"folds", "mean", "in_use", "difference"} <= orjson.loads(folds.stdout).keys()
