"""The runs that hold a form are found, whoever met them first, and however many are remembered."""

from __future__ import annotations

import threading

import pytest

from indexer.search.vocabulary import LONGEST_KEPT, Vocabulary
from indexer.text import forms_of


def met(vocabulary: Vocabulary, text: str, *forms: str, language: str = "en") -> set[str]:
    return vocabulary.met(text, vocabulary.seek(language, forms))


def test_runs_that_hold_a_form_are_met() -> None:
    assert met(Vocabulary(), "(Oil), gas and oil-fields", "oil") == {"(Oil),", "oil-fields"}
    assert met(Vocabulary(), "الحكومةُ، والحكومه", "حكوم", language="ar") == {"الحكومةُ،", "والحكومه"}
    assert met(Vocabulary(), "", "oil") == set()
    assert met(Vocabulary(), "oil") == set()


def test_every_run_that_holds_a_form_is_met_by_a_later_query() -> None:
    vocabulary = Vocabulary()
    runs = {"oil", "Oil", "(oil)", "oil,"}
    for run in runs:
        assert met(vocabulary, run, "gas") == set()
    assert met(vocabulary, " ".join(runs), "oil") == runs


def test_two_queries_see_what_either_has_met() -> None:
    vocabulary = Vocabulary()
    oil, gas = vocabulary.seek("en", ["oil"]), vocabulary.seek("en", ["gas"])
    assert vocabulary.met("Oil x", oil) == {"Oil"}
    assert vocabulary.met("Gas oil,", gas) == {"Gas"}
    assert vocabulary.met("oil, Oil gas", oil) == {"oil,", "Oil"}
    assert vocabulary.met("gas Gas", gas) == {"gas", "Gas"}


@pytest.mark.parametrize("most", [1, 3, 1_000])
def test_what_is_not_remembered_is_met_all_the_same(most: int) -> None:
    vocabulary = Vocabulary(most)
    oil = vocabulary.seek("en", ["oil"])
    for text in ("oil gas coal tin", "tin oil, gas", "(oil) oil coal"):
        assert vocabulary.met(text, oil) == {run for run in text.split() if "oil" in run}
        assert met(vocabulary, text, "gas") == {run for run in text.split() if "gas" in run}


def test_so_many_forms_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    analysed: list[str] = []

    def followed(run: str, language: str) -> tuple[str, ...]:
        analysed.append(run)
        return forms_of(run, language)

    monkeypatch.setattr("indexer.search.vocabulary.forms_of", followed)
    vocabulary = Vocabulary(4)
    oil = vocabulary.seek("en", ["oil"])
    for _ in range(2):
        vocabulary.met("oil", oil)
    assert analysed == ["oil"]
    vocabulary.met(" ".join(f"word{number}" for number in range(9)), oil)
    assert len(oil.table.known) <= 4
    assert met(vocabulary, "oil", "oil") == {"oil"}
    assert analysed.count("oil") == 2, "a new query begins with nothing where there was too much"


def test_what_was_learnt_is_not_analysed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    vocabulary = Vocabulary()
    vocabulary.learn("Oil, (oil) and gas", "en-GB")
    monkeypatch.setattr("indexer.search.vocabulary.forms_of", lambda *_: pytest.fail("analysed again"))
    assert met(vocabulary, "(oil) and gas", "oil") == {"(oil)"}
    assert met(vocabulary, "gas and Oil,", "oil") == {"Oil,"}


def test_a_text_that_was_read_before_meets_what_another_query_seeks() -> None:
    vocabulary = Vocabulary()
    text = "Oil, (oil) and gas"
    assert met(vocabulary, text, "oil") == {"Oil,", "(oil)"}
    assert met(vocabulary, text, "gas", "and") == {"gas", "and"}
    assert met(vocabulary, text, "oil", language="de") == {"Oil,", "(oil)"}, "each language has its own forms"


def test_long_runs_are_met_and_not_remembered() -> None:
    vocabulary = Vocabulary()
    long = "." * LONGEST_KEPT + "oil"
    oil = vocabulary.seek("en", ["oil"])
    assert vocabulary.met(f"{long} gas", oil) == {long}
    assert vocabulary.met(f"{long} gas", oil) == {long}, "nor is the text known for one that has no others"
    assert oil.table.known == {"gas"}


def test_nobody_waits_for_a_text_that_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    analysing, done = threading.Event(), threading.Event()

    def followed(run: str, language: str) -> tuple[str, ...]:
        if run == "slow":
            analysing.set()
            assert done.wait(20)
        return forms_of(run, language)

    monkeypatch.setattr("indexer.search.vocabulary.forms_of", followed)
    vocabulary = Vocabulary()
    thread = threading.Thread(target=met, args=(vocabulary, "slow", "slow"))
    thread.start()
    assert analysing.wait(20)
    assert met(vocabulary, "oil", "oil") == {"oil"}
    done.set()
    thread.join(20)
    assert met(vocabulary, "slow", "slow") == {"slow"}
