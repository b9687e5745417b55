"""A search keeps to its time, and ends when it is stopped: on a real engine that is slow."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from indexer.archive import Archive
from indexer.article import Article
from indexer.engines import open_engine
from indexer.errors import EngineTimeout, SearchStopped
from indexer.search.request import SearchRequest
from indexer.search.searcher import Searcher
from indexer.search.timing import Stopwatch, Watch
from indexer.settings import Settings, load_settings
from tests.fakes import FakeEncoder
from tests.slow import SlowEngine


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("slow")
    made = load_settings(archive=folder / "archive", cache=folder, encode_cache=False, search_timeout=60)
    with Archive.open(made, encoder=FakeEncoder()) as archive:
        archive.add([Article(id="a", title="Truce", text="A ceasefire in Libya.", language="en")])
    return made


@pytest.fixture
def engine(settings: Settings) -> Iterator[SlowEngine]:
    with open_engine(settings) as opened:
        yield SlowEngine(opened)


def searcher(engine: SlowEngine, settings: Settings, **changes: float) -> Searcher:
    made = Searcher(engine, FakeEncoder(), settings.model_copy(update=changes))  # type: ignore[arg-type]
    made.warm_up()
    engine.calls.clear()
    return made


def test_a_search_ends_when_its_time_is_up(engine: SlowEngine, settings: Settings) -> None:
    slow = searcher(engine, settings, search_timeout=0.5)
    engine.delay = 30
    started = time.monotonic()
    with pytest.raises(EngineTimeout):
        slow.search(SearchRequest("ceasefire"))
    assert time.monotonic() - started < 10
    assert engine.calls == ["match"]


def test_a_stopped_search_asks_the_engine_nothing_more(engine: SlowEngine, settings: Settings) -> None:
    slow = searcher(engine, settings)
    engine.delay = 0.5
    watch = Watch()
    threading.Timer(0.1, watch.stop).start()
    with pytest.raises(SearchStopped):
        slow.search(SearchRequest("ceasefire"), watch)
    assert engine.calls in ([], ["match"])  # stopped before it came to the first call, or within it


def test_a_watch_tells_the_stage(engine: SlowEngine, settings: Settings) -> None:
    slow = searcher(engine, settings)
    engine.delay = 0.3
    watch = Watch()
    thread = threading.Thread(target=slow.search, args=(SearchRequest("ceasefire"), watch))
    thread.start()
    seen = set()
    while thread.is_alive():
        seen.add(watch.stage)
        time.sleep(0.01)
    assert {"legs", "gather"} <= seen
    assert watch.stage == "counts"


def test_a_stopwatch_that_is_not_watched_is_not_stopped() -> None:
    assert 59 < Stopwatch(60).remaining() <= 60
    clock = Stopwatch(0.001)
    time.sleep(0.01)
    with pytest.raises(EngineTimeout, match=r"0\.001 seconds"):
        clock.check()
