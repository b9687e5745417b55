"""The archive's indices and aliases: made, found, compared with what is expected."""

from __future__ import annotations

import logging
from typing import Any

from indexer.engines.base import Manifest
from indexer.engines.opensearch.client import Cluster
from indexer.engines.opensearch.failures import BUILD_ANEW, NoHome, is_closed
from indexer.engines.opensearch.homes import Homes, find_homes, make_index
from indexer.engines.opensearch.mappings import (
    Names,
    articles_index,
    places_index,
    records_index,
    replica_settings,
    schema_hash,
    words_index,
)
from indexer.engines.opensearch.partitions import REST, Unit
from indexer.errors import EngineError, EngineTimeout, EngineUnavailable, SchemaMismatch
from indexer.settings import Settings

logger = logging.getLogger(__name__)

#: No larger segments are made of smaller ones by force: the server's own limit, above which it merges none itself.
_SEGMENT_BYTES = 5_000_000_000
_LONGEST_MERGE = 3_600.0  # seconds


class Indices:
    """What the cluster holds of one archive."""

    def __init__(self, cluster: Cluster, names: Names, settings: Settings) -> None:
        self._cluster = cluster
        self._names = names
        self._settings = settings
        self._records_exist = False
        #: Whether the archive was cut up by time when its manifest was last read: only then is it worth while
        #: to name partitions in a search.
        self.is_cut = False

    # -- making

    def create(self, manifest: Manifest, remade_by: str) -> None:
        """Make the first generation with its aliases; an existing archive must have an equal manifest."""
        existing = self.manifest()
        if existing is None:
            self.check_nothing()
            self.create_generation(manifest, 1, live=True)
            existing = self.manifest()
            assert existing is not None
        self.create_records()
        existing.check(manifest, remade_by)

    def create_generation(self, manifest: Manifest, number: int, *, live: bool) -> None:
        """Make a generation's indices; a live one gets the aliases in the same step, its articles last."""
        names, unit = self._names, Unit(self._settings.opensearch_partition)
        _, words = names.generation(number)
        bodies = [(words, words_index(self._settings), {names.words})]
        if unit is not Unit.NONE:
            bodies.append((names.places(number), places_index(self._settings), set()))
        articles = articles_index(manifest, self._settings, number)
        bodies.append((names.index(number, unit, REST), articles, rest_aliases(names, unit)))
        for index, body, aliases in bodies:
            if live:
                body["aliases"] = {alias: {} for alias in sorted(aliases)}
            make_index(self._cluster, index, body)

    def create_records(self) -> None:
        """Make the index of records where it is not there yet."""
        if self._records_exist:
            return
        bears = f"/{self._names.prefix}-*/_alias/{self._names.records}"
        if self._cluster.request("GET", bears, missing=True) is None:
            body = {**records_index(self._settings), "aliases": {self._names.records: {}}}
            make_index(self._cluster, self._names.first_records, body)
        self._records_exist = True

    # -- knowing

    def manifest(self, number: int | None = None, *, timeout: float | None = None) -> Manifest | None:
        """Return what a generation (the one in use) was made with, None where there is none.

        Raises `SchemaMismatch`.
        """
        found = self.mapping(number, timeout=timeout)
        if found is None:
            return None
        index, mapping = found
        meta = mapping.get("_meta") or {}
        if "manifest" not in meta:
            raise SchemaMismatch(
                f"The index {index!r} on the cluster was not made by this program.",
                remedy="Choose another prefix with NEWSARCHIVE_OPENSEARCH_PREFIX.",
            )
        if meta.get("schema") != schema_hash():
            raise SchemaMismatch(
                f"The index {index!r} was made by another version of this program, with other fields.",
                remedy=BUILD_ANEW,
            )
        return Manifest(**meta["manifest"])

    def mapping(
        self, number: int | None = None, *, timeout: float | None = None
    ) -> tuple[str, dict[str, Any]] | None:
        """Return (index, mapping) of a generation's rest, which stands for all of its partitions."""
        if number is None:
            # Archives that were made before there were partitions have only the alias of all articles.
            tried = [self._names.partition(self._names.articles, REST), self._names.articles]
        else:
            tried = [self._names.index(number, unit, REST) for unit in Unit]
        for index in tried:
            if found := self._cluster.request("GET", f"/{index}/_mapping", timeout=timeout, missing=True):
                name, rest = next(iter(found.items()))
                parsed = self._names.parsed(name)
                if number is None:
                    self.is_cut = parsed is not None and parsed[1] is not Unit.NONE
                return name, rest["mappings"]
        return None

    def numbers(self) -> list[int]:
        """Return the generations that exist."""
        found = self._cluster.request("GET", f"/{self._names.articles}-*/_settings/index.uuid", missing=True)
        return sorted({parsed[0] for name in found or () if (parsed := self._names.parsed(name))})

    def check_nothing(self) -> None:
        """Raise `LastingFailure` where the archive is there after all, and only cannot be reached by its aliases.

        What is missing is searched like an empty archive; an alias that somebody deleted, or an index that was
        closed, is not to be taken for that.
        """
        found = self._cluster.request(
            "GET",
            f"/_cluster/state/metadata/{self._names.articles}-*",
            params={"filter_path": "metadata.indices.*.state", "expand_wildcards": "all"},
            missing=True,
        )
        states = {
            index: one["state"]
            for index, one in (found or {}).get("metadata", {}).get("indices", {}).items()
            if self._names.parsed(index)
        }
        live = self.live()
        if states and live is None:
            raise NoHome(
                f"The archive's articles are on the cluster, but its alias {self._names.articles} is not.",
                remedy="`newsarchive doctor --repair` puts it back.",
            )
        for index, state in sorted(states.items()):
            parsed = self._names.parsed(index)
            if state == "close" and parsed and parsed[0] == live:
                raise is_closed(index)

    def homes(self) -> Homes:
        """Return where articles are written now."""
        return find_homes(self._cluster, self._names)

    def live(self) -> int | None:
        """Return the generation in use."""
        home = self.homes().live
        return home.number if home else None

    def building(self) -> int | None:
        """Return the generation that is being built and takes every write as well, None where there is none."""
        home = self.homes().building
        return home.number if home else None

    def has_replicas(self, index: str) -> bool:
        """Tell whether an index has the replicas that the settings want."""
        wanted = replica_settings(self._settings)
        answer = self._cluster.request("GET", f"/{index}/_settings", missing=True) or {}
        return all(
            str(found["settings"]["index"].get(name, "false")).lower() == str(value).lower()
            for found in answer.values()
            for name, value in wanted.items()
        )

    def set_replicas(self, index: str) -> None:
        self._cluster.request("PUT", f"/{index}/_settings", {"index": replica_settings(self._settings)})

    def count(self, index: str) -> int:
        """Return how many articles a reader of an index sees."""
        answer = self._cluster.request("GET", f"/{index}/_count", missing=True)
        return int(answer["count"]) if answer else 0

    def merge(self, index: str) -> None:
        """Merge the segments of an index, and show its readers the merged ones. It only makes searches faster: where it
        fails, that is told in the log.
        """
        try:
            self._merge(index)
        except EngineTimeout:
            logger.warning(
                "The cluster is still merging the archive's segments; searches are slower meanwhile."
            )
        except EngineError as error:
            logger.warning(
                "The archive's segments were not merged, and searches are slower: %s", error.message
            )

    def _merge(self, index: str) -> None:
        shards = self._cluster.request("GET", f"/{index}/_stats/store", params={"level": "shards"})
        largest = max(
            (
                copy["store"]["size_in_bytes"]
                for found in shards.get("indices", {}).values()
                for copies in found["shards"].values()
                for copy in copies
            ),
            default=0,
        )
        try:
            merged = self._cluster.request(
                "POST",
                f"/{index}/_forcemerge",
                params={"max_num_segments": max(1, round(largest / _SEGMENT_BYTES))},
                timeout=_LONGEST_MERGE,
            )
        finally:
            self._cluster.request("POST", f"/{index}/_refresh")
        if failures := merged["_shards"].get("failures"):
            reason = failures[0].get("reason", {})
            raise EngineUnavailable(f"{reason.get('reason') or reason.get('type') or 'some shards failed'}.")

    def storage(self, *indices: str) -> tuple[int, dict[str, Any]]:
        """Return the bytes that the indices take with their replicas, and details to be shown."""
        answer = self._cluster.request(
            "GET", f"/{','.join(indices)}/_stats/store,segments", params={"ignore_unavailable": "true"}
        )
        health = self._cluster.request("GET", "/_cluster/health")
        every = answer["_all"]["total"]
        home = self.homes().live
        details = {
            "cluster": self._cluster.address,
            "nodes": health["number_of_data_nodes"],
            "health": health["status"],
            "generation": home.number if home else None,
            "partitions": f"{len(home.keys)} by {home.unit}" if home and home.is_cut else "none",
            "shards": answer["_shards"]["total"],
            "segments": every.get("segments", {}).get("count", 0),
        }
        return every.get("store", {}).get("size_in_bytes", 0), details


def rest_aliases(names: Names, unit: Unit) -> set[str]:
    """Return the aliases of the rest of a generation in use; only one that is cut up may get partitions."""
    aliases = {names.articles, names.partition(names.articles, REST)}
    return aliases if unit is Unit.NONE else {*aliases, names.open}
