"""What is kept out of the garbage collector's sight, and goes all the same when nobody holds it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import suppress
from weakref import ref

import pytest

from indexer.memory import keep_loaded, keep_reloaded, loaded_kept, remembered
from indexer.search.dictionary import Dictionary
from indexer.search.lexicon import Lexicon
from indexer.search.planner import Planner
from indexer.search.query import parse
from indexer.search.request import PlanEdits


class Counting:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer = remembered(self._answer, 2)

    def _answer(self, word: str) -> str:
        self.asked.append(word)
        return word.upper()


@pytest.fixture
def collected() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_answers_are_remembered() -> None:
    counting = Counting()
    assert [counting.answer(word) for word in ("a", "a", "b", "c", "a")] == ["A", "A", "B", "C", "A"]
    assert counting.asked == ["a", "b", "c", "a"]


@pytest.mark.usefixtures("collected")
def test_what_is_kept_goes_when_nobody_holds_it() -> None:
    counting = Counting()
    counting.answer("a")
    keep_loaded()
    assert gc.get_freeze_count() > 0
    weak = ref(counting)
    del counting
    assert weak() is None


@pytest.mark.usefixtures("collected")
def test_what_a_searcher_knows_goes_when_it_is_loaded_anew() -> None:
    dictionary = Dictionary()
    planner = Planner(Lexicon([], {}), dictionary)
    planner.plan(parse("oil"), None, language="en", targets=["ar"], edits=PlanEdits())
    assert dictionary.translations("oil")
    keep_loaded()
    weak = ref(planner), ref(planner.lexicon), ref(dictionary)
    del planner, dictionary
    assert [one() for one in weak] == [None, None, None]


@pytest.mark.usefixtures("collected")
def test_only_what_is_kept_is_kept_again() -> None:
    keep_reloaded()
    assert gc.get_freeze_count() == 0
    keep_loaded()
    kept = gc.get_freeze_count()
    more = [[number] for number in range(1_000)]
    keep_reloaded()
    assert gc.get_freeze_count() >= kept + len(more) / 2


def test_what_is_kept_for_a_while_is_let_go_after_it() -> None:
    before = gc.get_threshold()
    with suppress(KeyError), loaded_kept():
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold()[0] > before[0]
        raise KeyError
    assert gc.get_freeze_count() == 0
    assert gc.get_threshold() == before
