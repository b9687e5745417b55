"""`newsarchive generations` on a real node, with a model that changes between two builds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import indexer.archive
from indexer.archive import Archive
from indexer.article import Article
from indexer.cli import main
from indexer.errors import SchemaMismatch
from indexer.search.request import SearchRequest
from indexer.settings import Settings
from tests.clock import look_each_time
from tests.fakes import FakeEncoder
from webapp import create_app

Run = Callable[..., Result]
ARTICLES = [
    Article(f"a{number}", f"Title {number}", f"Ceasefire talks in city{number} go on.", language="en")
    for number in range(30)
]


@pytest.fixture
def encoders(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeEncoder]:
    """The encoder that commands load is the one of the model that the settings name."""
    made = {"": FakeEncoder(32, name="small"), "large": FakeEncoder(64, name="large")}
    monkeypatch.setattr(indexer.archive, "load_encoder", lambda settings: made[settings.model])
    monkeypatch.setattr(indexer.archive, "expected_fingerprint", lambda settings: None)
    return made


@pytest.fixture
def run(opensearch_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEWSARCHIVE_OPENSEARCH_PREFIX", opensearch_settings.opensearch_prefix)
    monkeypatch.setenv("NEWSARCHIVE_CACHE", str(tmp_path / "cache"))

    def run(*arguments: str, model: str = "") -> Result:
        command = ["--engine", opensearch_settings.engine, "generations", *arguments]
        return CliRunner().invoke(
            main, command, env={"NEWSARCHIVE_MODEL": model, "NEWSARCHIVE_BACKEND": "auto"}
        )

    return run


def test_from_one_model_to_another_and_back(
    run: Run, encoders: dict[str, FakeEncoder], opensearch_settings: Settings, tmp_path: Path
) -> None:
    settings = opensearch_settings.model_copy(update={"cache": tmp_path / "cache"})
    with Archive.open(settings, encoder=encoders[""]) as archive:
        archive.add(ARTICLES)

    built = run("build", model="large")
    assert built.exit_code == 0, built.output
    assert "Generation 2 is built" in built.output
    assert encoders["large"].passages_encoded == 30
    states = [(one["number"], one["state"], one["articles"]) for one in listed(run)]
    assert states == [(1, "in use", 30), (2, "kept", 30)]

    checked = run("check", model="large")
    assert (checked.exit_code, "no more and no less" in checked.output) == (0, True), checked.output
    with Archive.open(settings, encoder=encoders[""]) as archive:
        archive.delete(["a0"])
    assert run("check", model="large").exit_code == 3

    refused = run("promote")
    assert refused.exit_code == 1
    assert "NEWSARCHIVE_MODEL" in refused.output
    assert run("promote", model="large").exit_code == 0
    with Archive.open(settings.model_copy(update={"model": "large"}), encoder=encoders["large"]) as archive:
        assert archive.stats().articles == 29
        assert archive.stats().words > 0
        assert archive.search(SearchRequest("talks in city7")).results[0].article.id == "a7"
    assert run("drop", "2").exit_code == 1
    assert "Generation 1" in run("rollback").output
    assert run("drop", "2").exit_code == 0
    assert [one["number"] for one in listed(run)] == [1]


def test_an_open_archive_does_not_search_another_models_vectors(
    run: Run,
    encoders: dict[str, FakeEncoder],
    opensearch_settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    look_each_time(monkeypatch)
    settings = opensearch_settings.model_copy(update={"cache": tmp_path / "cache"})
    with Archive.open(settings, encoder=encoders[""]) as archive:
        archive.add(ARTICLES)
        client = create_app(archive).test_client()
        assert client.get("/search?q=city7").status_code == 200
        assert run("build", model="large").exit_code == 0
        assert client.get("/readyz").status_code == 200
        assert run("promote", model="large").exit_code == 0
        with pytest.raises(SchemaMismatch, match="another model"):
            archive.search(SearchRequest("talks in city7"))
        assert client.get("/search?q=city7").status_code == 503
        assert client.get("/readyz").status_code == 503
        assert run("rollback").exit_code == 0
        assert archive.search(SearchRequest("talks in city7")).results[0].article.id == "a7"
        assert client.get("/readyz").status_code == 200


def test_rankings_are_compared_on_judged_queries(
    run: Run, encoders: dict[str, FakeEncoder], opensearch_settings: Settings, tmp_path: Path
) -> None:
    settings = opensearch_settings.model_copy(update={"cache": tmp_path / "cache"})
    with Archive.open(settings, encoder=encoders[""]) as archive:
        archive.add(ARTICLES)
    (tmp_path / "queries.tsv").write_text("q1\ttalks in city3\n")
    (tmp_path / "qrels").write_text("q1 0 a3 1\n")
    assert run("build").exit_code == 0
    checked = run("check", "--queries", "queries.tsv", "--qrels", "qrels", "--json")
    figures = json.loads(checked.stdout)["measures"]
    assert figures["generation 1"] == figures["generation 2"]
    assert figures["generation 1"]["R@1"] == 1.0
    assert encoders[""].passages_encoded == 30  # the build took the vectors over


def test_a_folder_has_no_generations(run: Run, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--archive", str(tmp_path), "generations", "list"])
    assert result.exit_code == 1
    assert "newsarchive rebuild" in result.output


def listed(run: Run) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("list", "--json").stdout)
    return found
