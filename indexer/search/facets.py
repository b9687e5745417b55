"""Values of facets as people write them: `source:bbc` finds what is stored as "BBC Arabic"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import NamedTuple

from indexer.engines.base import FACETS, Engine, Filters, GatherRequest, Union
from indexer.fresh import Fresh
from indexer.search.filters import languages_left
from indexer.text import analyse, base_language
from indexer.wording import say, say_in

#: The archive's values are asked for again after so many seconds, when a query needs them.
_KEEP_SECONDS = 60.0
#: And after so many before one is said to be none of the archive's: an article of it may have come.
_MISSED_SECONDS = 1.0
_MOST_VALUES = 2_000
#: So many values are proposed for one that the archive does not have, and so alike they are: bbc for bcc, and not
#: cbsnews for skynws. A part of a word has so many letters at least.
_MOST_MEANT = 3
_LEAST_LIKE = 0.65
_LEAST_PART = 3

#: Facet -> what it is called within a sentence.
FACET_WORDS = {
    "language": say_in("filter", "language"),
    "source": say_in("filter", "source"),
    "section": say_in("filter", "section"),
    "author": say_in("filter", "author"),
}


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that no article has. `meant` are values of the archive that are like it, the most like first."""

    facet: str
    value: str
    meant: tuple[str, ...] = ()

    @property
    def notice(self) -> str:
        """Return this as a sentence."""
        notice = say(
            "No article of this archive has the %(facet)s %(value)s.",
            facet=FACET_WORDS[self.facet],
            value=repr(self.value),
        )
        return (
            say("%(notice)s Did you mean %(value)s?", notice=notice, value=self.meant)
            if self.meant
            else notice
        )


class _Known(NamedTuple):
    """Facet -> the archive's values, the most frequent first, and how many articles it has."""

    values: Mapping[str, tuple[str, ...]]
    articles: int


class FacetValues:
    """The values that an archive's facets have, and how many articles there are, kept for a while."""

    def __init__(self, engine: Engine, timeout: float | None = None) -> None:
        self._engine = engine
        self._timeout = timeout
        self._known: Fresh[_Known] = Fresh(_KEEP_SECONDS)

    def resolve(self, filters: Filters, *, widen: bool = False) -> tuple[Filters, list[Unknown]]:
        """Return the filters with stored values, and those values that the archive does not have.

        A value stands for itself where it is stored; else for those that differ only in case, accents and
        Arabic letter variants; else for those that contain it as words; for a language, its varieties.
        With `widen`, for what people write, a stored value stands for those that differ only so, too (`BBC`, `bbc`),
        a language (`zh`) for its varieties (`zh-cn`), and an author for all by-lines with that name.
        """
        if not (filters.include or filters.exclude):
            return filters, []
        known = self._told()
        resolved, unknown = _resolved(filters, known.values, widen)
        if unknown and (newer := self._told(_MISSED_SECONDS)) is not known:
            return _resolved(filters, newer.values, widen)
        return resolved, unknown

    def values(self) -> Mapping[str, tuple[str, ...]]:
        """Return facet -> the archive's values, the most frequent first."""
        return self._told().values

    def articles(self) -> int:
        """Return how many articles the archive has."""
        return self._told().articles

    def languages(self, filters: Filters) -> list[str]:
        """Return the archive's languages that filters leave, the most frequent first."""
        return languages_left(filters, self.values().get("language", ()))

    def _told(self, within: float | None = None) -> _Known:
        return self._known.get(lambda _: self._ask(), within)

    def _ask(self) -> _Known:
        request = GatherRequest(Union(), facets=dict.fromkeys(FACETS, _MOST_VALUES))
        gathered = self._engine.gather(request, timeout=self._timeout)
        values = {facet: tuple(c.value for c in counts) for facet, counts in gathered.facets.items()}
        return _Known(values, gathered.total)


def _resolved(
    filters: Filters, known: Mapping[str, tuple[str, ...]], widen: bool
) -> tuple[Filters, list[Unknown]]:
    """Return what `FacetValues.resolve` does, by these values."""
    unknown: list[Unknown] = []

    def stored(chosen: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
        return {
            facet: frozenset(
                found for value in sorted(values) for found in _matching(facet, value, known, unknown, widen)
            )
            for facet, values in chosen.items()
        }

    return replace(filters, include=stored(filters.include), exclude=stored(filters.exclude)), unknown


def filtered_facets(filters: Filters) -> tuple[str, ...]:
    """Return the facets that filters choose values of."""
    return tuple(facet for facet in FACETS if filters.include.get(facet) or filters.exclude.get(facet))


def _matching(
    facet: str, value: str, known: Mapping[str, tuple[str, ...]], unknown: list[Unknown], widen: bool
) -> Iterable[str]:
    stored = known.get(facet, ())
    if value in stored and not widen:
        return (value,)
    if value in stored and facet == "language":
        return [other for other in stored if other == value or other.startswith(f"{value}-")]
    if facet == "language":
        near = [other for other in stored if base_language(other) == base_language(value)]
    else:
        wanted = _folded(value)
        folded = {other: _folded(other) for other in stored}
        near = [other for other in stored if folded[other] == wanted]
        # BBC Arabic is another source than BBC; a by-line has places and others beside an author (London - Reuters).
        if wanted and (not near or (widen and facet == "author")):
            near = [other for other in stored if f" {wanted} " in f" {folded[other]} "]
    if near:
        return near
    unknown.append(Unknown(facet, value, _like(value, stored)))
    return (value,)


def _like(value: str, stored: Sequence[str]) -> tuple[str, ...]:
    """Return stored values that were perhaps meant: near in spelling, as a whole or in a word, or with it as a part."""
    wanted = _folded(value)
    if not wanted:
        return ()
    spelled: dict[str, list[str]] = {}
    for other in stored:
        folded = _folded(other)
        for form in dict.fromkeys((folded, *folded.split())):
            spelled.setdefault(form, []).append(other)
    near = get_close_matches(wanted, spelled, n=_MOST_MEANT, cutoff=_LEAST_LIKE)
    if len(wanted) >= _LEAST_PART:
        near += [form for form in spelled if wanted in form]
    return tuple(dict.fromkeys(other for form in near for other in spelled[form]))[:_MOST_MEANT]


def _folded(value: str) -> str:
    return " ".join(token.exact for token in analyse(value))
