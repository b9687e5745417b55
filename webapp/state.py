"""The state of a search as it stands in the address: parsed, changed, written back.

Everything that shapes a result page is in its address, so that a link to it is the page:

    /search?q=ceasefire&language=ar&-source=BBC&from=2018-02&sort=newest&page=2

A facet's name includes a value, the name with a dash before it excludes one; both may be repeated. Edits of
the query plan are in it, too (`webapp.edits`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import TypeVar
from urllib.parse import quote_plus

from werkzeug.datastructures import MultiDict

from indexer.article import MAX_FIELD_LENGTH
from indexer.engines.base import FACETS, Dating, Filters, Sort
from indexer.errors import InvalidQuery
from indexer.search.facets import FACET_WORDS
from indexer.search.filters import period
from indexer.search.request import MAX_PAGE_SIZE, Demand, SearchRequest
from indexer.search.rewriting import with_value
from indexer.wording import say, say_in, say_n
from webapp.edits import Edits
from webapp.parameters import FILTERS, BadParameter
from webapp.public import at_root

DEFAULT_SIZE = 10
SIZES = (10, 25, 50, 100)
MAX_VALUES = 50  # included and excluded values in one address
MAX_DIGITS = 9
#: What is said of a number with more digits than that.
_TOO_LARGE = {
    "page": say("There is no page of so large a number."),
    "size": say("A page can hold %(most)s results, not that many.", most=MAX_PAGE_SIZE),
}
#: What comes along when a date is copied from a page, those in Arabic above all.
_AROUND = " \t\r\n\xa0\u200e\u200f\u2066\u2067\u2068\u2069"
_LONGEST_KEPT = 300  # characters; longer values are not remembered

Values = Mapping[str, tuple[str, ...]]
Choice = TypeVar("Choice", bound=StrEnum)

#: What the chip of a filter that leaves something out says before its value.
_EXCLUDED = {
    "language": say_in("filter", "not language"),
    "source": say_in("filter", "not source"),
    "section": say_in("filter", "not section"),
    "author": say_in("filter", "not author"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that shapes the result, with the address of the same search without it."""

    label: str  # "not source", to be `said`
    facet: str  # "source", "date", "words", "sort", "size" or "plan": how the value is to be shown
    value: str
    url: str


@dataclass(frozen=True)  # without slots: its address is kept
class SearchState:
    """A search as its address says it. `date_from` and `date_to` are periods as written: 2018, 2018-02, …"""

    text: str = ""
    include: Values = field(default_factory=dict)
    exclude: Values = field(default_factory=dict)
    date_from: str = ""
    date_to: str = ""
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    size: int = DEFAULT_SIZE
    edits: Edits = field(default_factory=Edits)
    demand: Demand = Demand.NONE

    @classmethod
    def from_args(cls, args: MultiDict[str, str]) -> SearchState:
        """Read an address's parameters; unknown ones are passed over. Raises `BadParameter`."""
        text = args.get("q", "").strip()
        state = cls(
            text=text,
            include={facet: _values(args, facet) for facet in FACETS if args.get(facet)},
            exclude={facet: _values(args, f"-{facet}") for facet in FACETS if args.get(f"-{facet}")},
            date_from=args.get("from", "").strip(_AROUND),
            date_to=args.get("to", "").strip(_AROUND),
            sort=_sort(args.get("sort", ""), text),
            page=_number(args, "page", 1),
            size=_number(args, "size", DEFAULT_SIZE),
            edits=Edits.from_args(args) if text else Edits(),
            demand=_demand(args.get("words", ""), text),
        )
        if state.size > MAX_PAGE_SIZE:
            raise BadParameter(
                ("size",),
                say("A page can hold %(most)s results, not %(given)s.", most=MAX_PAGE_SIZE, given=state.size),
            )
        if sum(len(v) for chosen in (state.include, state.exclude) for v in chosen.values()) > MAX_VALUES:
            raise BadParameter(FILTERS, say("The address holds more than %(most)s filters.", most=MAX_VALUES))
        state.filters()
        return state

    @classmethod
    def what_can_be_read(cls, args: MultiDict[str, str]) -> tuple[SearchState, list[str]]:
        """Read an address's parameters without those that make no sense; return the names of these, too."""
        args = args.copy()
        wrong: list[str] = []
        while True:
            try:
                return cls.from_args(args), wrong
            except BadParameter as error:
                for name in error.names:
                    args.poplist(name)
                wrong += error.names

    def filters(self) -> Filters:
        """Return the filters. Raises `BadParameter` for dates that are none or leave no day."""
        first = _period("from", self.date_from)[0] if self.date_from else None
        last = _period("to", self.date_to)[1] if self.date_to else None
        if first and last and first > last:
            raise BadParameter(
                ("from", "to"),
                say(
                    "The dates end (%(end)s) before they begin (%(start)s).",
                    end=_day(last),
                    start=_day(first),
                ),
                remedy=say("Swap them, or leave one out."),
            )
        return Filters(
            include={facet: frozenset(values) for facet, values in self.include.items()},
            exclude={facet: frozenset(values) for facet, values in self.exclude.items()},
            published_from=first,
            published_to=last,
        )

    def to_request(self, *, stories: bool = False, whole_facet: str = "") -> SearchRequest:
        """Return the request; with `stories` as pages show it, copies beside the best-ranked of them."""
        return SearchRequest(
            text=self.text,
            filters=self.filters(),
            sort=self.sort,
            page=self.page,
            size=self.size,
            edits=self.edits.to_plan_edits(),
            demand=self.demand,
            stories=stories,
            whole_facet=whole_facet,
        )

    @property
    def default_sort(self) -> Sort:
        return Sort.RELEVANCE if self.text else Sort.NEWEST

    @property
    def is_narrowed(self) -> bool:
        return bool(self.include or self.exclude or self.date_from or self.date_to)

    @property
    def filter_count(self) -> int:
        """How many values and dates narrow the search, as its chips tell them."""
        return sum(chip.facet == "date" or chip.facet in FACETS for chip in self.chips())

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.is_narrowed

    # -- other searches

    def on_page(self, page: int) -> SearchState:
        return replace(self, page=page)

    def sorted_by(self, sort: Sort) -> SearchState:
        return replace(self, sort=sort, page=1)

    def sized(self, size: int) -> SearchState:
        return replace(self, size=size, page=1)

    def edited(self, edits: Edits) -> SearchState:
        return replace(self, edits=edits, page=1)

    def between(self, date_from: str, date_to: str) -> SearchState:
        return replace(self, date_from=date_from, date_to=date_to, page=1)

    def undated(self) -> SearchState:
        """Return the same search of the articles that have no date: words of the question say so."""
        return self._of_dating(Dating.NONE)

    def doubtful(self) -> SearchState:
        """Return the same search of the articles whose date cannot be true."""
        return self._of_dating(Dating.DOUBTFUL)

    def _of_dating(self, dating: Dating) -> SearchState:
        text = f"{self.text} date:{dating}".strip()
        return replace(self, text=text, sort=self.sort if self.text else Sort.RELEVANCE, page=1)

    def asking(self, text: str) -> SearchState:
        return replace(self, text=text, page=1)

    def demanding(self, demand: Demand) -> SearchState:
        return replace(self, demand=demand, page=1)

    def unfiltered(self) -> SearchState:
        """Return the same question of everything: without filters, and whatever of its words an article holds."""
        return replace(self, include={}, exclude={}, date_from="", date_to="", demand=Demand.NONE, page=1)

    def with_value(self, facet: str, value: str) -> SearchState:
        return replace(
            self,
            include=_added(self.include, facet, value),
            exclude=_removed(self.exclude, facet, value),
            page=1,
        )

    def against_value(self, facet: str, value: str) -> SearchState:
        return replace(
            self,
            include=_removed(self.include, facet, value),
            exclude=_added(self.exclude, facet, value),
            page=1,
        )

    def meaning(self, facet: str, written: str, value: str) -> SearchState:
        """Return the search with another value of a facet, wherever this one stands: in the question or beside it."""
        state = self.asking(with_value(self.text, facet, written, value))
        if written in self.include.get(facet, ()):
            state = state.without_value(facet, written).with_value(facet, value)
        if written in self.exclude.get(facet, ()):
            state = state.without_value(facet, written).against_value(facet, value)
        return state

    def without_value(self, facet: str, value: str) -> SearchState:
        return replace(
            self,
            include=_removed(self.include, facet, value),
            exclude=_removed(self.exclude, facet, value),
            page=1,
        )

    # -- as an address

    def params(self, *, leave_out: Iterable[str] = ()) -> list[tuple[str, str]]:
        """Return the parameters in a fixed order, defaults left out."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [(facet, value) for facet in FACETS for value in self.include.get(facet, ())]
        pairs += [(f"-{facet}", value) for facet in FACETS for value in self.exclude.get(facet, ())]
        for name, value in (("from", self.date_from), ("to", self.date_to)):
            if value:
                pairs.append((name, value))
        if self.demand is not Demand.NONE:
            pairs.append(("words", self.demand.value))
        if self.sort is not self.default_sort:
            pairs.append(("sort", self.sort.value))
        if self.size != DEFAULT_SIZE:
            pairs.append(("size", str(self.size)))
        if self.page != 1:
            pairs.append(("page", str(self.page)))
        pairs += self.edits.params()
        without = frozenset(leave_out)
        return [pair for pair in pairs if pair[0] not in without]

    def query_string(self) -> str:
        return self._query

    @cached_property
    def _query(self) -> str:
        return "&".join(f"{name}={_quoted(value)}" for name, value in self.params())

    def url(self, path: str = "/search") -> str:
        query, here = self.query_string(), at_root(path)
        return f"{here}?{query}" if query else here

    def chips(self) -> list[Chip]:
        """Return everything that shapes the result but the text and the page."""
        found = [
            Chip(labels[facet], facet, value, self.without_value(facet, value).url())
            for labels, chosen in ((FACET_WORDS, self.include), (_EXCLUDED, self.exclude))
            for facet in FACETS
            for value in chosen.get(facet, ())
        ]
        if self.date_from and self.date_from == self.date_to:
            found.append(Chip(say_in("filter", "in"), "date", self.date_from, self.between("", "").url()))
        else:
            if self.date_from:
                found.append(
                    Chip(
                        say_in("filter", "from"), "date", self.date_from, self.between("", self.date_to).url()
                    )
                )
            if self.date_to:
                found.append(
                    Chip(say_in("filter", "to"), "date", self.date_to, self.between(self.date_from, "").url())
                )
        if self.demand is not Demand.NONE:
            found.append(
                Chip(
                    say_in("filter", "only with"),
                    "words",
                    self.demand.value,
                    self.demanding(Demand.NONE).url(),
                )
            )
        if self.sort is not self.default_sort:
            found.append(
                Chip(
                    say_in("filter", "sort"), "sort", self.sort.value, self.sorted_by(self.default_sort).url()
                )
            )
        if self.size != DEFAULT_SIZE:
            found.append(
                Chip(say_in("filter", "per page"), "size", str(self.size), self.sized(DEFAULT_SIZE).url())
            )
        if changes := self.edits.count:
            found.append(
                Chip(
                    say_in("filter", "plan"),
                    "plan",
                    say_n("%(num)s change", "%(num)s changes", changes),
                    self.edited(Edits()).url(),
                )
            )
        return found


def _quoted(value: str) -> str:
    return quote_plus(value) if len(value) > _LONGEST_KEPT else _quoted_once(value)


@lru_cache(maxsize=4096)
def _quoted_once(value: str) -> str:
    return quote_plus(value)  # a page has a hundred addresses of the same few values


def _values(args: MultiDict[str, str], name: str) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(value for value in args.getlist(name) if value))
    if any(len(value) > MAX_FIELD_LENGTH for value in values):
        raise BadParameter((name,), say("A value of %(name)s is too long.", name=repr(name)))
    return values


def _sort(value: str, text: str) -> Sort:
    if not value:
        return Sort.RELEVANCE if text else Sort.NEWEST
    refusal = say("Results cannot be sorted by %(value)s.", value=repr(value[:40]))
    return _one_of(Sort, "sort", value, refusal)


def _demand(value: str, text: str) -> Demand:
    refusal = say("Articles cannot be asked to hold %(value)s of the words.", value=repr(value[:40]))
    demand = _one_of(Demand, "words", value or Demand.NONE, refusal)
    return demand if text else Demand.NONE


def _one_of(choices: type[Choice], name: str, value: str, refusal: str) -> Choice:
    """Return the choice of this value; where there is none, raise `BadParameter` with the refusal and the choices."""
    try:
        return choices(value)
    except ValueError:
        remedy = say("Choose one of: %(choices)s.", choices=tuple(one.value for one in choices))
        raise BadParameter((name,), refusal, remedy=remedy) from None


def _number(args: MultiDict[str, str], name: str, default: int) -> int:
    value = args.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdigit()) or not value.strip("0"):
        raise BadParameter(
            (name,),
            say("%(name)s is a number from 1, not %(value)s.", name=repr(name), value=repr(value[:40])),
        )
    if len(value) > MAX_DIGITS:
        raise BadParameter((name,), _TOO_LARGE[name])
    return int(value)


def _period(name: str, text: str) -> tuple[date, date]:
    """Return the first and the last day of a date of the address."""
    try:
        return period(text)
    except InvalidQuery as error:
        raise BadParameter((name,), error.message, remedy=error.remedy) from None


def _added(chosen: Values, facet: str, value: str) -> Values:
    return {**chosen, facet: tuple(dict.fromkeys((*chosen.get(facet, ()), value)))}


def _removed(chosen: Values, facet: str, value: str) -> Values:
    rest = {**chosen, facet: tuple(kept for kept in chosen.get(facet, ()) if kept != value)}
    return {name: values for name, values in rest.items() if values}


def _day(day: date) -> str:
    return day.isoformat()
