"""A parameter of an address that makes no sense: which one it is, so that the rest of the search can be kept."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.engines.base import FACETS
from indexer.errors import InvalidQuery, NoSuchPage
from indexer.wording import say


class BadParameter(InvalidQuery):
    """Parameters other than the question make no sense; without those in `names` the rest may well be searched."""

    def __init__(self, names: tuple[str, ...], message: str, *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.names = names


@dataclass(frozen=True, slots=True)
class Kind:
    """What is said of one kind of parameter: that it is wrong, and the way to the search without it."""

    title: str
    without: str


_DATES = Kind(say("These dates cannot be searched"), say("The same search without these dates"))
_DATE = Kind(say("This date cannot be searched"), say("The same search without this date"))
_FILTERS = Kind(say("These filters cannot be used"), say("The same search without these filters"))
_PLAN = Kind(say("This change of the plan cannot be made"), say("The same search without this change"))
_KINDS = {
    ("from",): _DATE,
    ("to",): _DATE,
    ("from", "to"): _DATES,
    ("page",): Kind(say("There is no such page"), say("The first page of this search")),
    ("size",): Kind(
        say("A page cannot hold that many results"), say("The same search with the usual number on a page")
    ),
    ("sort",): Kind(say("Results cannot be put in this order"), say("The same search in the usual order")),
    ("words",): Kind(
        say("These words cannot be asked for"), say("The same search, whatever words an article holds")
    ),
    ("drop",): _PLAN,
    ("pin",): _PLAN,
    ("drop", "pin"): _PLAN,
}
#: The way out where several are wrong.
ALL_WRONG = say("The same search without what makes no sense in its address")
FILTERS = tuple(f"{sign}{facet}" for facet in FACETS for sign in ("", "-"))


def wrong_parameters(error: InvalidQuery) -> tuple[str, ...]:
    """Return the names of the parameters that are wrong, none where it is the question itself."""
    if isinstance(error, BadParameter):
        return error.names
    return ("page",) if isinstance(error, NoSuchPage) else ()


def kind_of(names: tuple[str, ...]) -> Kind:
    return _KINDS.get(names, _FILTERS)
