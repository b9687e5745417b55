"""The query plan on the page: what is searched for each word, with the addresses that change it.

A word is added by typing it: Arabic as it is, Latin letters by what the archive has for them (a translation, a
name's spellings, what sounds alike).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from indexer.errors import InvalidQuery
from indexer.search.plan import PlannedWord, QueryPlan, Searched
from indexer.search.request import SearchRequest
from indexer.search.sources import (
    ADDED,
    ADJECTIVE,
    CORRECTED,
    DICTIONARY,
    INFLECTION,
    NAME,
    NEAR,
    PLACES_IN_PLAN,
    SOUND,
)
from indexer.text import analyse
from indexer.wording import say, say_in
from webapp.context import the_archive
from webapp.state import SearchState

blueprint = Blueprint("plan", __name__)

#: What a source is called on the page, and what that means.
SOURCES = {
    DICTIONARY: (say("dictionary"), say("a translation in the dictionary")),
    NAME: (say_in("source of a word", "name"), say("a known spelling of the name")),
    CORRECTED: (
        say_in("source of a word", "meant"),
        say("a translation of the word that this one seems to be mistyped for"),
    ),
    SOUND: (say("sounds alike"), say("has the sounds of the name")),
    ADJECTIVE: (say_in("source of a word", "adjective"), say("the adjective of a translation or name")),
    NEAR: (say_in("source of a word", "near"), say("near in meaning among this archive's words")),
    INFLECTION: (say_in("source of a word", "form"), say("the same word with a letter written to it")),
    ADDED: (say_in("source of a word", "yours"), say("added by you")),
}
#: Archive words shown at once; the lighter ones open on request.
SHOWN = 6
#: Spellings that are added for one name typed in Latin letters.
_MOST_ADDED = 4
#: What merely sounds like a typed word is added where it does so nearly as well as the best: lajiin is اللاجئين
#: (refugees), and hardly لين (soft).
_NEARLY_AS_ALIKE = 0.75
_MAX_TYPED = 100  # characters


@dataclass(frozen=True, slots=True)
class Choice:
    """One archive word of the plan. `edit` names it in the address, as `pin=` and `drop=` take it.

    A pinned one has the addresses that free it and that take it out, since it is in the address already.
    """

    searched: Searched
    source: str
    meaning: str
    edit: str
    pinned: bool
    toggle: str = ""
    drop: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    searched: Searched
    back: str


@dataclass(frozen=True, slots=True)
class Row:
    """A word of the question with what is searched for it."""

    text: str
    key: str
    shown: tuple[Choice, ...]
    more: tuple[Choice, ...]
    removed: tuple[Removed, ...]

    @property
    def first(self) -> Choice | None:
        """What stands for the word where one has to do; none where all are forms of it (وكتاب says nothing of كتاب)."""
        return next((choice for choice in self.shown if choice.searched.source != INFLECTION), None)


def rows(plan: QueryPlan, state: SearchState, languages: Sequence[str] = ()) -> list[Row]:
    """Return the plan as rows; words for which nothing is searched beside themselves have empty ones.

    *languages* are those of what was found, the most frequent first: its words come first.
    """
    return [_row(word, state, languages[0] if languages else "") for word in plan.words]


def _row(word: PlannedWord, state: SearchState, language: str) -> Row:
    choices = tuple(
        sorted(
            (_choice(word.key, searched, state) for searched in word.searched),
            key=lambda choice: _order(choice, language),
        )
    )
    pinned = sum(choice.pinned for choice in choices)
    shown = max(SHOWN, pinned)
    return Row(
        word.text,
        word.key,
        choices[:shown],
        choices[shown:],
        tuple(
            Removed(searched, state.edited(state.edits.leaving(word.key, searched.key)).url())
            for searched in word.removed
        ),
    )


def _order(choice: Choice, language: str) -> tuple[bool, int, bool, bool, float, int]:
    """Put what was pinned first, then what stands for the word itself, then what is only like it.

    A translation comes before a name that is written so, however rare (Gaza is غزة before غازا, won فوز before وون),
    what some articles hold before what none does, and a word before what is written to it.
    """
    searched = choice.searched
    return (
        not choice.pinned,
        PLACES_IN_PLAN.get(searched.source, len(PLACES_IN_PLAN)),
        searched.language != language,
        searched.absent,
        -searched.weight,
        len(searched.surface),
    )


def _choice(word: str, searched: Searched, state: SearchState) -> Choice:
    key, edits = searched.key, state.edits
    if searched.source == ADDED:  # stands in the address as it was typed, not by its stems
        key = next((typed for typed in edits.pinned.get(word, ()) if stems(typed) == key), key)
    source, meaning = SOURCES.get(searched.source, (searched.source, ""))
    choice = Choice(searched, source, meaning, f"{word}:{key}", edits.pins(word, key))
    if not choice.pinned:
        return choice
    free = edits.leaving(word, key)
    without = free if searched.source == ADDED else edits.removing(word, key)
    return replace(choice, toggle=state.edited(free).url(), drop=state.edited(without).url())


# -- adding a word


@blueprint.get("/plan/add")
def add() -> Response:
    """Lead to the search with what was typed added to one word of its plan."""
    state = SearchState.from_args(request.args)
    typed = " ".join(request.args.get("add", "").split())[:_MAX_TYPED]
    word = request.args.get("word", "")
    if not state.text or not typed:
        return redirect(state.url())
    known = {planned.key: planned for planned in the_archive().plan(state.to_request()).words}
    if word not in known:
        raise InvalidQuery(
            say("The plan has no such word."), remedy=say("Go back and choose one of the question's words.")
        )
    edits = state.edits
    for key in _additions(typed, known[word]):
        edits = edits.pinning(word, key)
    return redirect(state.edited(edits).url() + "#plan")


def stems(text: str) -> str:
    """Return the key under which a plan knows an archive word."""
    return " ".join(token.stem for token in analyse(text, "ar"))


def _additions(typed: str, word: PlannedWord) -> list[str]:
    """Return what is to be pinned: by its stems where the plan proposes it, else as it was typed."""
    proposed = {searched.key for searched in (*word.searched, *word.removed)}
    if not typed.isascii():
        return [stems(typed) if stems(typed) in proposed else typed]
    words = [token.exact for token in analyse(typed, "en")]
    whole = " ".join(words)
    if not words:
        return []
    plan = the_archive().plan(SearchRequest(whole))
    planned = {planned.key: _known(planned) for planned in plan.words}
    if found := planned.get(whole):
        return [searched.key for searched in _sure(found, proposed)[:_MOST_ADDED]]
    # Several words that are no unit (Khalifa Haftar): the likeliest spelling of each, side by side.
    parts = [planned.get(name, ()) for name in words]
    if len(parts) > 1 and all(parts):
        return [" ".join(found[0].surface for found in parts)]
    return [typed]


def _sure(found: Sequence[Searched], proposed: Collection[str]) -> list[Searched]:
    """Return what typed letters surely mean: of what sounds so what the plan proposes, else the most alike."""
    sounding = [one for one in found if one.source == SOUND]
    meant = [one for one in sounding if one.key in proposed]
    if not meant and sounding:
        least = _NEARLY_AS_ALIKE * max(one.weight for one in found)
        meant = [one for one in sounding if one.weight >= least]
    return [one for one in found if one.source != SOUND or one in meant]


def _known(planned: PlannedWord) -> Sequence[Searched]:
    """Return the searched words that stand for the typed word itself: none that is only near in meaning."""
    return [item for item in planned.searched if item.source in (DICTIONARY, CORRECTED, NAME, SOUND)]
