"""`newsarchive create` on a cluster: everything that the archive needs, safe to run again."""

from __future__ import annotations

from click.testing import CliRunner

from indexer.cli import main
from indexer.engines.opensearch import OpenSearchEngine
from indexer.settings import Settings


def create(settings: Settings) -> str:
    environment = {"NEWSARCHIVE_OPENSEARCH_PREFIX": settings.opensearch_prefix}
    done = CliRunner().invoke(main, ["--engine", settings.engine, "create"], env=environment)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_create_makes_indices_and_aliases_once(
    engine: OpenSearchEngine, opensearch_settings: Settings
) -> None:
    assert "was made" in create(opensearch_settings)
    articles, words = engine.names.generation(1)
    before = aliases(engine)
    assert set(before) == {articles, words, f"{engine.names.records}-000001"}
    assert "left alone" in create(opensearch_settings)
    assert aliases(engine) == before


def test_create_makes_up_for_what_an_interrupted_one_left_out(
    engine: OpenSearchEngine, opensearch_settings: Settings
) -> None:
    create(opensearch_settings)
    whole = aliases(engine)
    for index in whole:
        if "-words-" not in index:  # which is made first
            engine.cluster.request("DELETE", f"/{index}")
    create(opensearch_settings)
    assert aliases(engine) == whole


def aliases(engine: OpenSearchEngine) -> dict[str, list[str]]:
    found = engine.cluster.request("GET", f"/{engine.names.prefix}-*/_alias")
    return {index: list(rest["aliases"]) for index, rest in sorted(found.items())}
