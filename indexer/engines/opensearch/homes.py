"""Where articles are written: the partitions of the generation in use, and of one that is being built.

Writers go through aliases, which a promotion moves, so that a request that is sent again reaches the generation that
is in use by then. A partition is made when its first article comes. A promotion must not miss one that is made
meanwhile: it first takes away the mark of a generation that is open (an alias of its rest), and a partition gets its
aliases only in one step with finding that mark, and the generation in the same use as before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from indexer.engines.opensearch.client import Cluster
from indexer.engines.opensearch.mappings import Names
from indexer.engines.opensearch.partitions import REST, Unit
from indexer.errors import EngineError

#: Settings of an index that are its own, not for another that is made like it.
_ITS_OWN = ("uuid", "version", "creation_date", "provided_name", "blocks", "resize")


@dataclass(frozen=True, slots=True)
class Home:
    """One generation as writers see it."""

    names: Names
    number: int
    unit: Unit
    #: The partitions that exist.
    keys: frozenset[str]
    #: The alias of all of them, through which they are written; empty for by their own names.
    base: str = ""

    @property
    def is_cut(self) -> bool:
        return self.unit is not Unit.NONE

    @property
    def rest(self) -> str:
        """The index that every generation has."""
        return self.names.index(self.number, self.unit, REST)

    def target(self, key: str) -> tuple[str, bool]:
        """Return what a partition is written through, and whether that is an alias."""
        if not self.base:
            return self.names.index(self.number, self.unit, key), False
        return (self.names.partition(self.base, key) if self.is_cut else self.base), True

    @property
    def places(self) -> str:
        """The index of places, which only a generation that is cut up has.

        Not an alias: what a writer has read there must not be written to those of another generation.
        """
        return self.names.places(self.number)


@dataclass(frozen=True, slots=True)
class Homes:
    """Both may be missing; what is written goes to each that is there."""

    live: Home | None = None
    building: Home | None = None

    def __iter__(self) -> Iterator[Home]:
        return (home for home in (self.live, self.building) if home)


def find_homes(cluster: Cluster, names: Names) -> Homes:
    """Look up where articles are written now: one small request."""
    found = cluster.request("GET", f"/{names.articles}-*/_alias", missing=True) or {}
    keys: dict[tuple[str, int, Unit], set[str]] = {}
    for index, rest in found.items():
        if parsed := names.parsed(index):
            number, unit, key = parsed
            for base in (names.articles, names.building):
                if base in rest["aliases"]:
                    keys.setdefault((base, number, unit), set()).add(key)
    homes = {
        base: Home(names, number, unit, frozenset(found_keys), base)
        for (base, number, unit), found_keys in sorted(keys.items())
    }
    return Homes(homes.get(names.articles), homes.get(names.building))


def home_of(cluster: Cluster, names: Names, number: int) -> Home | None:
    """Return a generation by its number, in use or not, to be written by the names of its indices."""
    pattern = names.generation_pattern(number)
    found = cluster.request("GET", f"/{pattern}/_alias", missing=True) or {}
    parsed = [one for index in found if (one := names.parsed(index))]
    if not parsed:
        return None
    return Home(names, number, parsed[0][1], frozenset(key for _, _, key in parsed))


def make_partitions(cluster: Cluster, home: Home, keys: set[str]) -> None:
    """Make the partitions that are not there yet, each like the rest. Raises `NoHome` where it may get none now."""
    missing = sorted(keys - home.keys) if home.is_cut else []
    if not missing:
        return
    body = _like(cluster, home.rest)
    for key in missing:
        index = home.names.index(home.number, home.unit, key)
        make_index(cluster, index, body)
        if home.base:
            # The mark must be there, and the generation still be what it was when its home was looked up.
            steps: list[dict[str, Any]] = []
            for alias in (home.names.open, home.base):
                there = {"index": home.rest, "alias": alias}
                steps += [{"remove": {**there, "must_exist": True}}, {"add": there}]
            for alias in (home.base, home.names.partition(home.base, key)):
                steps.append({"add": {"index": index, "alias": alias}})
            cluster.request("POST", "/_aliases", {"actions": steps})


def make_index(cluster: Cluster, index: str, body: dict[str, Any]) -> None:
    """Make an index where it is not there yet."""
    try:
        cluster.request("PUT", f"/{index}", body)
    except EngineError as error:
        if "resource_already_exists_exception" not in str(error):  # somebody else was quicker
            raise


def _like(cluster: Cluster, index: str) -> dict[str, Any]:
    """Return the body of an index that is made like another one, whatever the settings are by now."""
    mappings = cluster.request("GET", f"/{index}/_mapping")[index]["mappings"]
    settings = cluster.request("GET", f"/{index}/_settings")[index]["settings"]["index"]
    kept = {name: value for name, value in settings.items() if name not in _ITS_OWN}
    return {"settings": {"index": kept}, "mappings": mappings}
