"""Slow searches without a script: they say how far they are, can be stopped, and never keep a thread for long."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer.archive import Archive
from indexer.article import Article
from indexer.engines import open_engine
from indexer.settings import Settings, load_settings
from tests.fakes import FakeEncoder
from tests.slow import SlowEngine
from webapp import create_app, underway

SEARCH = "/search?q=ceasefire"
THREADS = 2
#: What one search asks: by words and by meaning; articles, and the counts.
ONE_SEARCH = ["match", "match", "gather", "gather"]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("underway")
    made = load_settings(
        archive=folder / "archive", cache=folder, encode_cache=False, search_timeout=60, web_threads=THREADS
    )
    with Archive.open(made, encoder=FakeEncoder()) as archive:
        archive.add([Article(id="a", title="Truce", text="A ceasefire in Libya.", language="en")])
    return made


@pytest.fixture
def engine(settings: Settings) -> Iterator[SlowEngine]:
    with open_engine(settings) as opened:
        slow = SlowEngine(opened)
        yield slow
        slow.delay = 0
        until(lambda: not slow.waiting)


def app_over(engine: SlowEngine, settings: Settings, **changes: float) -> Flask:
    archive = Archive(settings.model_copy(update=changes), engine, FakeEncoder())  # type: ignore[arg-type]
    archive.warm_up()
    engine.calls.clear()
    app = create_app(archive)
    app.config[underway.PATIENCE] = 0.05
    return app


@pytest.fixture
def client(engine: SlowEngine, settings: Settings) -> FlaskClient:
    return app_over(engine, settings).test_client()


def until(true: Callable[[], object], seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


def answered(client: FlaskClient, path: str = SEARCH) -> int:
    """Come back as a browser does until there is an answer; return its status."""
    ends = time.monotonic() + 60
    while (response := client.get(path)).status_code == 202:
        assert time.monotonic() < ends
    return response.status_code


def test_a_quick_search_is_answered_at_once(engine: SlowEngine, settings: Settings) -> None:
    app = app_over(engine, settings)
    app.config[underway.PATIENCE] = 60
    assert app.test_client().get(SEARCH).status_code == 200


def test_a_slow_search_says_how_far_it_is_and_comes_again(client: FlaskClient, engine: SlowEngine) -> None:
    engine.delay = 0.4
    response = client.get(SEARCH)
    assert response.status_code == 202
    assert response.headers["Cache-Control"] == "no-store"
    assert '<noscript><meta http-equiv="refresh" content="1"></noscript>' in response.text
    assert '<progress max="60.0"' in response.text
    assert "It ends by itself after 60 seconds." in response.text
    assert '<input type="hidden" name="search" value="q=ceasefire">' in response.text
    assert answered(client) == 200
    assert engine.calls == ONE_SEARCH  # however often the page came back


def test_progress_is_told_to_a_script(client: FlaskClient, engine: SlowEngine) -> None:
    engine.delay = 1
    client.get(SEARCH)
    until(lambda: engine.waiting)
    told = client.get("/search/progress?q=ceasefire").json
    assert told is not None
    assert told["stage"] == "Looking up words and meanings"
    assert not told["done"]
    until(lambda: client.get("/search/progress?q=ceasefire").json == {"done": True})
    assert client.get(SEARCH).status_code == 200
    assert client.get("/search/progress?q=other").json == {"done": True}


def test_a_search_is_stopped_and_its_thread_is_free(client: FlaskClient, engine: SlowEngine) -> None:
    engine.delay = 0.5
    for word in ("ceasefire", "truce", "libya"):  # one more than there are threads
        assert client.get(f"/search?q={word}").status_code == 202
    until(lambda: engine.waiting == THREADS)
    for word in ("ceasefire", "truce", "libya"):
        response = client.post("/search/stop", data={"search": f"q={word}"})
        assert response.status_code == 303
        assert response.location == f"/search/stopped?q={word}"
    html = client.get(response.location).text
    assert "The search was stopped" in html
    assert 'href="/search?q=libya">Search again' in html
    until(lambda: not engine.waiting)
    engine.delay = 0
    started = time.monotonic()
    assert answered(client, "/search?q=africa") == 200
    assert time.monotonic() - started < 10
    # No search went beyond the call that it was in when it was stopped, and the third never began.
    assert engine.calls == ["match", "match", *ONE_SEARCH]


def test_a_search_whose_time_is_up_says_so_and_its_thread_is_free(
    engine: SlowEngine, settings: Settings
) -> None:
    client = app_over(engine, settings, search_timeout=0.4).test_client()
    engine.delay = 60
    paths = [f"/search?q=ceasefire+{number}" for number in range(THREADS)]
    for path in paths:
        client.get(path)
    for path in paths:
        assert answered(client, path) == 503
    assert not engine.waiting
    engine.delay = 0
    assert answered(client) == 200


def test_a_search_that_nobody_waits_for_ends(
    client: FlaskClient, engine: SlowEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(underway, "_ABANDONED", 0.2)
    engine.delay = 0.5
    assert client.get(SEARCH).status_code == 202
    until(lambda: engine.waiting)
    until(lambda: not engine.waiting)
    time.sleep(0.2)
    assert engine.calls == ["match"]


def test_a_search_that_a_request_waits_for_is_not_abandoned(
    engine: SlowEngine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(underway, "_ABANDONED", 0.1)
    app = app_over(engine, settings)
    app.config[underway.PATIENCE] = 60
    engine.delay = 0.5
    assert app.test_client().get(SEARCH).status_code == 200


def test_visitors_do_not_stop_each_others_searches(client: FlaskClient, engine: SlowEngine) -> None:
    engine.delay = 0.4
    mine, other = {"User-Agent": "mine"}, {"User-Agent": "other"}
    assert client.get(SEARCH, headers=mine).status_code == 202
    assert client.get(SEARCH, headers=other).status_code == 202
    client.post("/search/stop", data={"search": "q=ceasefire"}, headers=other)
    until(lambda: client.get(SEARCH, headers=mine).status_code == 200)


def test_too_many_searches_are_refused(
    engine: SlowEngine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(underway, "_QUEUE", 1)
    client = app_over(engine, settings).test_client()
    engine.delay = 0.5
    statuses = [client.get(f"/search?q=ceasefire+{number}").status_code for number in range(THREADS + 1)]
    assert statuses == [202] * THREADS + [503]


def test_what_makes_no_sense_is_said_at_once(client: FlaskClient, engine: SlowEngine) -> None:
    engine.delay = 5
    assert client.get("/search?page=0").status_code == 400
    assert answered(client, "/search?q=%22x") == 400
    assert client.get("/search/stopped?page=0").status_code == 400
    assert client.post("/search/stop", data={"search": "page=0"}).status_code == 400
    assert (
        client.post(
            "/search/stop", data={"search": "q=x"}, headers={"Origin": "https://evil.example"}
        ).status_code
        == 403
    )
    assert not re.search("Traceback", client.get("/search/progress?q=x").text)
