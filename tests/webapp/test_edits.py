"""Edits of a plan: written to the address and read back, never removing what they pin."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from indexer.errors import InvalidQuery
from webapp.edits import MAX_EDITS, Edits
from webapp.state import SearchState

WORD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=":"), min_size=1, max_size=12)


def read(*pairs: tuple[str, str]) -> Edits:
    return Edits.from_args(MultiDict(pairs))


def test_an_address_becomes_edits() -> None:
    edits = read(
        ("drop", "libya:ليبيا"), ("drop", "libya:ليب"), ("pin", "prime minister:رءيس وزراء"), ("names", "off")
    )
    made = edits.to_plan_edits()
    assert made.removed == {"libya": frozenset({"ليبيا", "ليب"})}
    assert made.pinned == {"prime minister": frozenset({"رءيس وزراء"})}
    assert made.names is False
    assert edits.count == 4


def test_a_word_is_removed_or_pinned_never_both() -> None:
    edits = read(("drop", "a:x"), ("pin", "a:x"))
    assert edits.pins("a", "x")
    assert not edits.removes("a", "x")
    edits = edits.removing("a", "x")
    assert edits.removes("a", "x")
    assert not edits.pins("a", "x")
    assert edits.leaving("a", "x") == Edits()


@pytest.mark.parametrize("value", ["", ":", "libya", "libya:", ":ليبيا", "x" * 300 + ":y"])
def test_what_is_no_edit_is_refused(value: str) -> None:
    with pytest.raises(InvalidQuery, match="no change of the plan"):
        read(("drop", value))


def test_too_many_edits_are_refused() -> None:
    with pytest.raises(InvalidQuery, match="more than"):
        read(*(("drop", f"a:{number}") for number in range(MAX_EDITS + 1)))


@given(
    st.lists(st.tuples(WORD, WORD), max_size=4), st.lists(st.tuples(WORD, WORD), max_size=4), st.booleans()
)
def test_what_is_written_is_read_back(
    removed: list[tuple[str, str]], pinned: list[tuple[str, str]], names: bool
) -> None:
    edits = Edits(names=names)
    for word, key in removed:
        edits = edits.removing(word, key)
    for word, key in pinned:
        edits = edits.pinning(word, key)
    state = SearchState("x", edits=edits)
    assert SearchState.from_args(MultiDict(parse_qsl(urlsplit(state.url()).query))) == state


def test_edits_are_a_chip_that_takes_them_away() -> None:
    state = SearchState("libya", edits=Edits().removing("libya", "ليبيا").guessing_names(False))
    [chip] = state.chips()
    assert (chip.label, chip.value) == ("plan", "2 changes")
    assert chip.url == "/search?q=libya"


def test_without_a_question_there_is_nothing_to_edit() -> None:
    assert SearchState.from_args(MultiDict([("drop", "a:b"), ("names", "off")])) == SearchState.from_args(
        MultiDict()
    )
