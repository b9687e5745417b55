"""What the web app does with more requests than it has threads for: exports leave room for all others."""

from __future__ import annotations

import logging

import pytest
from flask.testing import FlaskClient

from indexer.archive import Archive
from indexer.commands.serve import _Busy
from indexer.settings import load_settings
from webapp import create_app

EVERYTHING = "/export?format=jsonl"


@pytest.fixture
def client(archive: Archive) -> FlaskClient:
    """Of an app of its own: what is under way in others does not count."""
    return create_app(archive).test_client()


def test_as_many_exports_as_searches_are_under_way_at_the_same_time(
    archive: Archive, client: FlaskClient
) -> None:
    begun = [client.get(EVERYTHING) for _ in range(archive.settings.web_threads)]
    refused = client.get("/api/v1/export")
    assert (refused.status_code, refused.json["detail"]) == (503, "Too many exports are under way.")
    page = client.get(EVERYTHING)
    assert page.status_code == 503
    assert "Too many exports are under way." in page.text
    assert client.get("/export?format=jsonl&id=n1").status_code == 200  # what is ticked is little
    assert client.get("/search?q=ceasefire").status_code == 200
    begun.pop().close()
    with client.get(EVERYTHING) as response:
        assert response.text.count("\n") == archive.count()
    assert client.get(EVERYTHING).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("address", [EVERYTHING, f"{EVERYTHING}&q=%22", f"{EVERYTHING}&from=yesteryear"])
def test_exports_that_are_over_or_failed_leave_their_places(
    archive: Archive, client: FlaskClient, method: str, address: str
) -> None:
    for _ in range(archive.settings.web_threads + 1):
        with client.open(address, method=method) as response:
            assert response.status_code != 503


def test_many_articles_are_told_to_take_long(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    told = "the file grows as it comes"
    assert told not in client.get("/search").text
    monkeypatch.setattr("webapp.results._MANY", 3)
    assert told in client.get("/search").text


def test_a_busy_web_app_says_what_helps_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    settings = load_settings(web_threads=2)
    logger = logging.getLogger("tests.queue")
    logger.addFilter(_Busy(settings.web_requests, settings.web_threads))
    for depth in (1, 2, 3):
        logger.warning("Task queue depth is %d", depth)
    assert [record.getMessage() for record in caplog.records] == [
        "The web app answers 8 requests at the same time, and more wait. Where that lasts, raise "
        "NEWSARCHIVE_WEB_THREADS (now 2)."
    ]
