"""Edits of the query plan as they stand in the address: what is left out, what is pinned, what is guessed.

    drop=ceasefire:هدن      the plan's word هدن is not searched for "ceasefire"
    pin=lavrov:لافروف       this one counts in full (and is added where the plan does not propose it)
    names=off               no spelling of a name is guessed
    spelling=off            no word is taken to be mistyped

The part before the colon is the query word as `PlannedWord.key` has it, the part behind is `Searched.key`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from werkzeug.datastructures import MultiDict

from indexer.search.request import PlanEdits
from indexer.wording import say
from webapp.parameters import BadParameter

MAX_EDITS = 100  # in one address
_LONGEST = 200  # characters

Chosen = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Edits:
    """The analyst's changes of a plan: query word -> archive words. A pair is removed or pinned, never both."""

    removed: Chosen = field(default_factory=dict)
    pinned: Chosen = field(default_factory=dict)
    names: bool = True
    spelling: bool = True

    @classmethod
    def from_args(cls, args: MultiDict[str, str]) -> Edits:
        """Read an address's parameters. Raises `BadParameter`."""
        removed, pinned = _pairs(args, "drop"), _pairs(args, "pin")
        if len(removed) + len(pinned) > MAX_EDITS:
            raise BadParameter(
                ("drop", "pin"),
                say("The address holds more than %(most)s changes of the plan.", most=MAX_EDITS),
            )
        edits = cls(names=args.get("names") != "off", spelling=args.get("spelling") != "off")
        for word, key in removed:
            edits = edits.removing(word, key)
        for word, key in pinned:
            edits = edits.pinning(word, key)
        return edits

    def params(self) -> list[tuple[str, str]]:
        pairs = [
            (name, f"{word}:{key}")
            for name, chosen in (("drop", self.removed), ("pin", self.pinned))
            for word, keys in chosen.items()
            for key in keys
        ]
        off = [name for name, on in (("names", self.names), ("spelling", self.spelling)) if not on]
        return [*pairs, *((name, "off") for name in off)]

    def to_plan_edits(self) -> PlanEdits:
        return PlanEdits(
            {word: frozenset(keys) for word, keys in self.removed.items()},
            {word: frozenset(keys) for word, keys in self.pinned.items()},
            self.names,
            self.spelling,
        )

    @property
    def count(self) -> int:
        """How many changes there are."""
        chosen = (*self.removed.values(), *self.pinned.values())
        return sum(map(len, chosen)) + (not self.names) + (not self.spelling)

    def removes(self, word: str, key: str) -> bool:
        return key in self.removed.get(word, ())

    def pins(self, word: str, key: str) -> bool:
        return key in self.pinned.get(word, ())

    # -- other edits

    def removing(self, word: str, key: str) -> Edits:
        return replace(self, removed=_with(self.removed, word, key), pinned=_without(self.pinned, word, key))

    def pinning(self, word: str, key: str) -> Edits:
        return replace(self, removed=_without(self.removed, word, key), pinned=_with(self.pinned, word, key))

    def leaving(self, word: str, key: str) -> Edits:
        """Return the edits without any about this pair: the plan decides again."""
        return replace(
            self, removed=_without(self.removed, word, key), pinned=_without(self.pinned, word, key)
        )

    def guessing_names(self, names: bool) -> Edits:
        return replace(self, names=names)

    def correcting(self, spelling: bool) -> Edits:
        return replace(self, spelling=spelling)


def _pairs(args: MultiDict[str, str], name: str) -> list[tuple[str, str]]:
    pairs = []
    for value in dict.fromkeys(args.getlist(name)):
        word, colon, key = value.partition(":")
        if not (word and colon and key) or len(value) > _LONGEST:
            raise BadParameter(
                (name,),
                say("%(given)s is no change of the plan.", given=f"{name}={value[:40]!r}"),
                remedy=say("It is a word:archive word."),
            )
        pairs.append((word, key))
    return pairs


def _with(chosen: Chosen, word: str, key: str) -> Chosen:
    return {**chosen, word: tuple(dict.fromkeys((*chosen.get(word, ()), key)))}


def _without(chosen: Chosen, word: str, key: str) -> Chosen:
    rest = {**chosen, word: tuple(kept for kept in chosen.get(word, ()) if kept != key)}
    return {name: keys for name, keys in rest.items() if keys}
