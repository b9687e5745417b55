"""Saved searches by the API: saved, listed, read, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from indexer.alerts.run import run_alerts
from indexer.alerts.saved import SavedSearch
from indexer.alerts.sending import Sender
from indexer.archive import Archive
from indexer.article import Article
from indexer.settings import load_settings
from tests.fakes import FakeEncoder
from webapp import create_app

PATH = "/api/v1/saved-searches"
NEW = {"name": "Truces", "search": "q=ceasefire&language=en&page=3&size=50"}


class Quiet(Sender):
    """Sends nothing: what is sent is tested elsewhere."""

    def ways(self, saved: SavedSearch) -> dict[str, Any]:
        return {}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path / "cache", encode_cache=False)
    with Archive.open(settings, encoder=FakeEncoder()) as opened:
        opened.add([Article(id="old", title="Old", text="A ceasefire.", language="en")])
        yield opened


@pytest.fixture
def client(archive: Archive) -> FlaskClient:
    return create_app(archive).test_client()


def test_from_saving_to_reading_to_deleting(client: FlaskClient, archive: Archive) -> None:
    response = client.post(PATH, json={**NEW, "webhook": "https://hook.example/secret"})
    assert response.status_code == 201
    saved: dict[str, Any] = response.json  # type: ignore[assignment]
    assert saved["search"] == "q=ceasefire&language=en"
    assert (saved["posted"], saved["mailed"]) == (True, False)
    assert "secret" not in response.text
    archive.add([Article(id="new", title="New", text="A ceasefire.", language="en")])
    run_alerts(archive, sender=Quiet(archive.settings))
    [listed] = client.get(PATH).json["saved"]  # type: ignore[index]
    assert (listed["alerts"], listed["unread"]) == (1, 1)
    assert client.get(listed["page"]).status_code == client.get(listed["feed"]).status_code == 200
    [alert] = client.get(f"/api/v1/alerts?id={saved['id']}").json["alerts"]  # type: ignore[index]
    assert (alert["article"]["id"], alert["article"]["gist"]) == ("new", "")
    assert alert["reason"] == "Answers the search by ceasefire."
    assert client.delete(f"{PATH}?id={saved['id']}").status_code == 204
    assert client.get(PATH).json == {"saved": []}
    assert client.delete(f"{PATH}?id={saved['id']}").status_code == 404
    assert client.get(f"/api/v1/alerts?id={saved['id']}").status_code == 404


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({**NEW, "name": ""}, "'name'"),
        ({**NEW, "name": "\u202e"}, "needs a name"),
        ({"name": "x"}, "'search'"),
        ({**NEW, "colour": "red"}, "'colour'"),
        ({**NEW, "search": ""}, "no search"),
        ({**NEW, "search": "q=a&from=soon"}, "not a date"),
        ({**NEW, "webhook": "ftp://x"}, "http or https"),
        ({**NEW, "email": "a@b.example"}, "sends no mail"),
        ([], "body"),
    ],
)
def test_what_cannot_be_saved_is_told(client: FlaskClient, body: Any, word: str) -> None:
    response = client.post(PATH, json=body)
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"
    assert word in response.json["detail"]  # type: ignore[index]


def test_only_json_of_our_own_pages_or_of_programs_is_taken(client: FlaskClient) -> None:
    assert client.post(PATH, data=NEW).status_code == 415
    assert client.post(PATH, data=b"{", content_type="application/json").status_code == 400
    assert client.post(PATH, json=NEW, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.delete(f"{PATH}?id=x", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post(f"{PATH}?x=y", json=NEW).status_code == 400
    assert client.get(PATH).json == {"saved": []}
