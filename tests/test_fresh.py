"""What is known of a store that others change."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from indexer.errors import EngineTimeout, EngineUnavailable, SchemaMismatch
from indexer.fresh import Fresh


class Store:
    """A store whose value is the number of the look, and that fails as it is told."""

    def __init__(self) -> None:
        self.looks = 0
        self.given: list[int | None] = []
        self.error: Exception | None = None

    def look(self, known: int | None) -> int:
        self.looks += 1
        self.given.append(known)
        if self.error:
            raise self.error
        return self.looks


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("indexer.fresh.monotonic", lambda: now[0])
    return now


def test_a_value_is_looked_at_again_after_a_while(clock: list[float]) -> None:
    store = Store()
    value = Fresh[int](10)
    assert store.looks == 0, "only when someone asks"
    assert [value.get(store.look), value.get(store.look)] == [1, 1]
    clock[0] += 10
    assert value.get(store.look) == 1
    clock[0] += 0.1
    assert value.get(store.look) == 2
    assert store.given == [None, 1]


def test_what_is_forgotten_is_looked_at_at_once(clock: list[float]) -> None:
    store, value = Store(), Fresh[int](10)
    value.get(store.look)
    value.forget()
    assert value.get(store.look) == 2


@pytest.mark.parametrize("error", [EngineUnavailable("away"), EngineTimeout("slow")])
def test_what_is_known_serves_while_the_store_does_not_answer(clock: list[float], error: Exception) -> None:
    store = Store()
    value = Fresh[int](10)
    store.error = error
    for _ in range(2):
        with pytest.raises(type(error)):
            value.get(store.look)
    store.error = None
    assert value.get(store.look) == 3
    store.error = error
    for _ in range(5):
        clock[0] += 4
        assert value.get(store.look) == 3
    assert store.looks == 4, "it is not asked at once again"


def test_what_is_wrong_is_not_taken_for_what_it_was(clock: list[float]) -> None:
    store = Store()
    value = Fresh[int](10)
    value.get(store.look)
    clock[0] += 11
    store.error = SchemaMismatch("another model")
    for _ in range(2):
        with pytest.raises(SchemaMismatch):
            value.get(store.look)
    store.error = EngineUnavailable("away")
    with pytest.raises(EngineUnavailable):
        value.get(store.look)
    store.error = None
    assert value.get(store.look) == 5


def test_who_waited_for_a_look_that_got_no_answer_does_not_wait_again(clock: list[float]) -> None:
    """A search has one time limit, however many others wait with it."""
    looking, go_on = threading.Event(), threading.Event()
    looks = []

    def slow(known: int | None) -> int:
        looks.append(known)
        looking.set()
        assert go_on.wait(30)
        raise EngineTimeout("slow")

    value = Fresh[int](10)
    with ThreadPoolExecutor() as threads:
        first = threads.submit(value.get, slow)
        assert looking.wait(30)
        others = [threads.submit(value.get, slow) for _ in range(3)]
        wait(others, timeout=0.3)  # until they wait
        go_on.set()
        for one in (first, *others):
            with pytest.raises(EngineTimeout):
                one.result(30)
    assert len(looks) == 1
    with pytest.raises(EngineTimeout):
        value.get(slow)
    assert len(looks) == 2, "who comes later looks"


@pytest.mark.parametrize("known", [True, False])
def test_who_asks_waits_for_another_threads_look_only_where_nothing_is_known(
    clock: list[float], known: bool
) -> None:
    looking, go_on = threading.Event(), threading.Event()

    def slow(before: int | None) -> int:
        if known and before is None:
            return 0
        looking.set()
        assert go_on.wait(30)
        return 1

    value = Fresh[int](10)
    if known:
        value.get(slow)
    clock[0] += 11
    with ThreadPoolExecutor() as threads:
        first = threads.submit(value.get, slow)
        assert looking.wait(30)
        second = threads.submit(value.get, slow)
        done, _ = wait([second], timeout=30 if known else 0.3)
        go_on.set()
        assert bool(done) == known
        assert first.result(30) == 1
        assert second.result(30) == (0 if known else 1)
