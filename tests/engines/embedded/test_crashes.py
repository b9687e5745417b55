"""kill -9 at any moment: nothing acknowledged is lost, nothing is doubled, and the archive goes on by itself."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from indexer.engines.base import Form, LexicalLeg, LexicalQuery, Term, VectorLeg
from indexer.engines.embedded import EmbeddedEngine
from tests.engines.builders import MANIFEST, entry, vector
from tests.engines.embedded.processes import (
    ARTICLES,
    COMMON,
    Process,
    change,
    look,
    play,
    read_once,
    write_range,
)

KILLS = 40
IDS = [f"article-{number:05}" for number in range(ARTICLES)]


@pytest.mark.slow
def test_a_writer_killed_at_random_moments_loses_and_doubles_nothing(folder: Path) -> None:
    draw = random.Random(2018)
    with EmbeddedEngine.open(folder) as engine:
        engine.create(MANIFEST)
    state: dict[str, str] = {}
    done = 0  # changes that have happened
    under_way = 0
    with EmbeddedEngine.open(folder) as onlooker:  # is there all the time, through every crash
        for _ in range(KILLS):
            writer = Process(play, folder, done)
            acknowledged = _kill_at_a_random_moment(writer, draw)
            for number in range(done, done + acknowledged):
                state = change(number).apply(state)
            done += acknowledged
            if draw.random() < 0.3:
                _kill_a_reader_that_mends(folder, draw)
            with EmbeddedEngine.open(folder) as engine:
                stored = engine.hashes(IDS)
                # The change under way has happened as a whole or not at all.
                assert stored in (state, change(done).apply(state))
                if stored != state:
                    state, done, under_way = stored, done + 1, under_way + 1
                _assert_whole(engine, state)
        _assert_whole(onlooker, state)
    assert done > KILLS
    assert state


def _kill_at_a_random_moment(writer: Process, draw: random.Random) -> int:
    """Return how many changes it had acknowledged when it died."""
    wanted = draw.choice([0, 0, 1, 2, 3, 5])
    messages = writer.messages()
    acknowledged = sum(1 for _ in zip(range(wanted), messages, strict=False))
    time.sleep(draw.uniform(0.0, 0.08))
    writer.kill()
    return acknowledged + sum(1 for _ in messages)  # some may have come while it was being killed


def _kill_a_reader_that_mends(folder: Path, draw: random.Random) -> None:
    reader = Process(read_once, folder)
    next(reader.messages())
    time.sleep(draw.uniform(0.0, 0.08))
    reader.kill()


def _assert_whole(engine: EmbeddedEngine, state: dict[str, str]) -> None:
    ids = sorted(state)
    found, near = engine.match([COMMON, VectorLeg(vector(1), size=1_000)])
    assert sorted(found.ids) == sorted(near.ids) == ids
    assert [item.id for item in engine.scan()] == ids
    assert look(engine, len(ids)) == ""
    stats = engine.stats()
    assert stats.articles == len(ids)
    assert stats.passages == sum(len(entry(int(id_[-5:])).passages) for id_ in ids)
    common = [one for one in engine.vocabulary(min_articles=1) if one.form == "common"]
    assert sum(one.articles for one in common) == len(ids)
    findings = engine.check()
    assert not [finding for finding in findings if finding.level == "error"]
    assert {"Every passage has its article.", "The views are up to date."} <= {one.what for one in findings}


@pytest.mark.slow
def test_a_writer_killed_while_it_makes_the_archive_leaves_one_that_can_be_made(tmp_path: Path) -> None:
    draw = random.Random(7)
    for attempt in range(12):
        folder = tmp_path / str(attempt)
        writer = Process(write_range, folder, 0, 20)
        time.sleep(draw.uniform(0.0, 0.12))
        writer.kill()
        assert Process(write_range, folder, 0, 20).result() == "done"
        with EmbeddedEngine.open(folder) as engine:
            assert engine.manifest() == MANIFEST
            assert engine.stats().articles == engine.match([COMMON])[0].total == 20
            assert look(engine, 0) == ""


def test_an_open_reader_takes_over_from_a_writer_that_died(filled: Path) -> None:
    """Nobody opens or refreshes anything: what a dead writer wrote is found all the same, and soon."""
    written = LexicalLeg(LexicalQuery(should=(Term("version1", Form.EXACT),)))
    with EmbeddedEngine.open(filled) as reader:
        assert reader.match([written])[0].total == 0
        writer = Process(play, filled, 1)
        next(writer.messages())
        writer.kill()
        deadline = time.monotonic() + 30
        while not reader.match([written])[0].total and time.monotonic() < deadline:
            time.sleep(0.05)
        assert reader.match([written])[0].total == len(change(1).written)
        assert look(reader, 0) == ""
