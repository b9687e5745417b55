"""What a searcher knows of its archive: read once, and again when it has changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from weakref import ref

import pytest

from indexer.engines.base import Engine, Manifest
from indexer.engines.embedded import EmbeddedEngine
from indexer.memory import loaded_kept
from indexer.search.background import LEAST
from indexer.search.derived import derive
from indexer.search.dictionary import Pair
from indexer.search.knowledge import Knowledge
from indexer.search.lexicon import update_lexicon
from indexer.search.ownwords import OwnWords
from indexer.search.query import parse
from indexer.search.request import PlanEdits
from tests.clock import look_each_time
from tests.fakes import FakeEncoder
from tests.search.conftest import article, entry


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder(codes=True, synonyms={"هدنة": "ceasefire"})


@pytest.fixture
def engine(tmp_path: Path, encoder: FakeEncoder) -> Iterator[Engine]:
    with EmbeddedEngine.open(tmp_path / "archive") as opened:
        opened.create(Manifest(encoder.fingerprint.to_dict(), {}, 1))
        yield opened


def ingest(engine: Engine, encoder: FakeEncoder, *texts: str) -> None:
    engine.write([entry(encoder, article(text, "", text, language="ar")) for text in texts])
    engine.refresh()
    derive(engine, encoder)


def searched(knowledge: Knowledge, text: str) -> dict[str, int]:
    """Return what the plan searches for the one word *text*, with its count of articles."""
    plan = knowledge.planner.plan(parse(text), None, language="en", targets=["ar"], edits=PlanEdits())
    return {one.surface: one.articles for word in plan.words for one in word.searched}


def test_what_ingest_adds_is_known_after_a_while(
    engine: Engine, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(engine, encoder, "هدنة أولى", "هدنة ثانية")
    knowledge = Knowledge(engine)
    assert searched(knowledge, "truce")["هدنة"] == 2
    ingest(engine, encoder, "هدنة ثالثة")
    assert searched(knowledge, "truce")["هدنة"] == 2  # looked at a moment ago
    look_each_time(monkeypatch)
    assert searched(knowledge, "truce")["هدنة"] == 3


def test_nothing_is_read_again_where_nothing_changed(
    engine: Engine, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(engine, encoder, "هدنة أولى", "هدنة ثانية")
    look_each_time(monkeypatch)
    knowledge = Knowledge(engine)
    assert knowledge.planner is knowledge.planner


def test_a_background_of_its_own_is_known_after_a_while(
    engine: Engine, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the words were up to date, as those of a run that was cut off behind them are."""
    look_each_time(monkeypatch)
    knowledge = Knowledge(engine)
    engine.write([entry(encoder, article(f"{n}", "", "هدنة", language="ar")) for n in range(LEAST)])
    engine.refresh()
    update_lexicon(engine, encoder)
    assert not knowledge.background.languages
    derive(engine, encoder)
    assert knowledge.background.languages == ("ar",)


def test_what_this_process_changed_is_known_at_once(engine: Engine, encoder: FakeEncoder) -> None:
    knowledge = Knowledge(engine)
    assert "كلمتي" not in searched(knowledge, "myword")
    OwnWords(engine).add([Pair("myword", "كلمتي")])
    knowledge.forget()
    assert "كلمتي" in searched(knowledge, "myword")


def test_it_goes_when_nobody_holds_it(engine: Engine, encoder: FakeEncoder) -> None:
    """The lexicon of a large archive is 50 MB, and the collector passes over what is kept."""
    ingest(engine, encoder, "هدنة أولى", "هدنة ثانية")
    knowledge = Knowledge(engine)
    searched(knowledge, "truce")
    with loaded_kept():
        gone = ref(knowledge)
        del knowledge
        assert gone() is None


def test_own_words_of_another_process_are_known_after_a_while(
    engine: Engine, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_each_time(monkeypatch)
    knowledge = Knowledge(engine)
    searched(knowledge, "myword")
    OwnWords(engine).add([Pair("myword", "كلمتي")])
    assert "كلمتي" in searched(knowledge, "myword")
    OwnWords(engine).remove(["MyWord"])
    assert "كلمتي" not in searched(knowledge, "myword")


def test_own_words_are_kept_once_and_listed_by_word(engine: Engine) -> None:
    words = OwnWords(engine)
    assert words.add([Pair("truce", "هدنة"), Pair("Ceasefire", "وقف إطلاق النار")]) == 2
    assert words.add([Pair("Truce", "هدنة"), Pair("truce", "تهدئة")]) == 1
    assert [(pair.english, pair.arabic) for pair in words] == [
        ("Ceasefire", "وقف إطلاق النار"),
        ("truce", "تهدئة"),
        ("truce", "هدنة"),
    ]
    assert words.remove(["truce"]) == 2
    assert words.remove() == 1
    assert list(words) == []
