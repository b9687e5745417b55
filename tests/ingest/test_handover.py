"""Tests of `indexer.ingest.handover`."""

from __future__ import annotations

import threading

import pytest

from indexer.ingest.handover import Handover, Stop, Stopped


def test_items_come_in_their_order() -> None:
    handover: Handover[int] = Handover(Stop(), 2)
    taker_has: list[int] = []
    taker = threading.Thread(target=lambda: taker_has.extend(handover.get() for _ in range(10)))
    taker.start()
    for number in range(10):
        handover.put(number)
    taker.join()
    assert taker_has == list(range(10))


def test_who_waits_for_room_says_so_and_ends_with_the_run() -> None:
    stop = Stop()
    handover: Handover[int] = Handover(stop, 1)
    handover.put(1)
    with pytest.raises(Stopped):
        handover.put(2, idle=stop.set)


def test_who_waits_for_an_item_says_so_and_ends_with_the_run() -> None:
    stop = Stop()
    handover: Handover[int] = Handover(stop, 1)
    with pytest.raises(Stopped):
        handover.get(idle=stop.set)


def test_nothing_is_handed_over_after_the_end() -> None:
    stop = Stop()
    handover: Handover[int] = Handover(stop, 2)
    handover.put(1)
    stop.set()
    with pytest.raises(Stopped):
        handover.put(2)
    with pytest.raises(Stopped):
        handover.get()
