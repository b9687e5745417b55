"""Which indices bear which aliases, changed in one call: searches and writers see all of it before or after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from indexer.engines.opensearch.client import Cluster
from indexer.engines.opensearch.homes import find_homes
from indexer.engines.opensearch.indices import rest_aliases
from indexer.engines.opensearch.mappings import Names
from indexer.engines.opensearch.partitions import REST, Unit
from indexer.engines.opensearch.patience import patiently

#: (index, alias)
_Pairs = set[tuple[str, str]]


def switch(cluster: Cluster, names: Names, live: int, *, building: int | None = None) -> None:
    """Let `live` be the generation in use and `building` the one that takes every write as well."""
    found = cluster.request("GET", f"/{names.prefix}-*/_alias")
    there = {(index, alias) for index, rest in found.items() for alias in rest["aliases"]}
    wanted = _wanted(names, set(found), live, building)
    ours = {(index, alias) for index, alias in there if _is_moved(names, index, alias)}
    steps = [{"remove": {"index": index, "alias": alias}} for index, alias in sorted(ours - wanted)]
    steps += [{"add": {"index": index, "alias": alias}} for index, alias in sorted(wanted - ours)]
    if steps:
        cluster.request("POST", "/_aliases", {"actions": steps})


def missing_aliases(cluster: Cluster, names: Names, live: int) -> list[tuple[str, str]]:
    """Return (index, alias) of what the generation in use and the records should bear and do not.

    Without the mark of an open generation, which a promotion takes away, and without partitions that are being made.
    """
    found = cluster.request("GET", f"/{names.prefix}-*/_alias")
    wanted = {*_wanted(names, set(found), live, None), (names.first_records, names.records)}
    missing = {
        (index, alias)
        for index, alias in wanted
        if index in found and alias not in found[index]["aliases"] and alias != names.open
    }
    parsed = {index: names.parsed(index) for index, _ in missing}
    if not any(one and one[2] == REST for one in parsed.values()):
        missing = {(index, alias) for index, alias in missing if found[index]["aliases"] or not parsed[index]}
    return sorted(missing)


@contextmanager
def take_the_mark(cluster: Cluster, names: Names) -> Iterator[None]:
    """Let nobody make a partition meanwhile; writers that need one wait."""
    marked = cluster.request("GET", f"/{names.prefix}-*/_alias/{names.open}", missing=True) or {}
    steps = [{"remove": {"index": index, "alias": names.open}} for index in sorted(marked)]
    if steps:
        cluster.request("POST", "/_aliases", {"actions": steps})
    try:
        yield
    finally:

        def put_back() -> None:
            rests = [home.rest for home in find_homes(cluster, names) if home.is_cut]
            steps = [{"add": {"index": index, "alias": names.open}} for index in rests]
            if steps:
                cluster.request("POST", "/_aliases", {"actions": steps})

        patiently(put_back)


def _wanted(names: Names, indices: set[str], live: int, building: int | None) -> _Pairs:
    wanted: _Pairs = {(names.generation(live)[1], names.words)}
    for index in indices:
        parsed = names.parsed(index)
        if parsed is None:
            continue
        number, unit, key = parsed
        if number == live:
            aliases = rest_aliases(names, unit) if key == REST else _partition_aliases(names, key)
            wanted |= {(index, alias) for alias in aliases}
        elif number == building:
            wanted.add((index, names.building))
            if unit is not Unit.NONE:
                wanted.add((index, names.partition(names.building, key)))
                if key == REST:
                    wanted.add((index, names.open))
    return wanted


def _partition_aliases(names: Names, key: str) -> set[str]:
    return {names.articles, names.partition(names.articles, key)}


def _is_moved(names: Names, index: str, alias: str) -> bool:
    """Say whether an alias is one of those that tell generations apart (people may have set others)."""
    if not index.startswith((f"{names.articles}-", f"{names.words}-")):
        return False
    bases = (names.articles, names.building)
    return alias in {*bases, names.words, names.open} or alias.startswith(
        tuple(names.partition(base, "") for base in bases)
    )
