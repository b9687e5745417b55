"""What Prometheus is told, read with its own parser."""

from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from indexer.archive import Archive
from indexer.errors import EngineUnavailable
from indexer.settings import load_settings
from tests.fakes import FakeEncoder
from tests.webapp.conftest import ARTICLES
from webapp import create_app

Sample = tuple[str, frozenset[tuple[str, str]]]


def figures(client: FlaskClient) -> dict[Sample, float]:
    response = client.get("/metrics")
    assert response.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def value(found: dict[Sample, float], name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


def test_requests_and_sizes_are_counted(client: FlaskClient) -> None:
    for _ in range(3):
        client.get("/search?q=ceasefire")
    client.get("/search?page=0")
    client.get("/nowhere/secret-word")
    client.open("/search", method="BREW")
    found = figures(client)
    total = "newsarchive_http_requests_total"
    assert value(found, total, endpoint="results.search", method="GET", status="200") == 3
    assert value(found, total, endpoint="results.search", method="GET", status="400") == 1
    assert value(found, total, endpoint="none", method="GET", status="404") == 1
    assert value(found, total, endpoint="none", method="other", status="405") == 1
    assert value(found, "newsarchive_http_request_seconds_count", endpoint="results.search") == 4
    assert value(found, "newsarchive_search_stage_seconds_count", stage="total") == 3
    assert value(found, "newsarchive_articles") == len(ARTICLES)
    assert value(found, "newsarchive_up") == 1


def test_no_label_is_taken_from_what_people_ask(client: FlaskClient) -> None:
    client.get("/search?q=secretword&source=hiddensource")
    client.get("/secretpath?x=secretword")
    text = client.get("/metrics").text
    for word in ("secretword", "hiddensource", "secretpath"):
        assert word not in text


def test_a_store_that_is_down_is_a_figure_and_no_error(tmp_path: Path) -> None:
    class Down(Archive):
        def stats(self):  # type: ignore[no-untyped-def]
            raise EngineUnavailable("gone")

    settings = load_settings(archive=tmp_path / "a", cache=tmp_path)
    with Down.open(settings, encoder=FakeEncoder()) as archive:
        found = figures(create_app(archive).test_client())
    assert value(found, "newsarchive_up") == 0
    assert ("newsarchive_articles", frozenset()) not in found
