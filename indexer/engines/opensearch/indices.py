"""The archive's indices and aliases: made, compared with what is expected, watched and mended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from indexer.engines.base import Finding, Manifest
from indexer.engines.opensearch.client import Cluster
from indexer.engines.opensearch.failures import CLAUSES_WANTED
from indexer.engines.opensearch.mappings import (
    Names,
    articles_index,
    manifest_from_dict,
    records_index,
    replica_settings,
    schema_hash,
    words_index,
)
from indexer.errors import EngineError, SchemaMismatch
from indexer.settings import Settings

_FULL = 85.0  # per cent: OpenSearch stops giving a node shards here (cluster.routing.allocation.disk)


class Indices:
    """What the cluster holds of one archive."""

    def __init__(self, cluster: Cluster, names: Names, settings: Settings) -> None:
        self._cluster = cluster
        self._names = names
        self._settings = settings
        self._records_exist = False

    # -- making

    def create(self, manifest: Manifest) -> None:
        """Make the first generation with its aliases; an existing archive must have an equal manifest."""
        existing = self.manifest(self._names.articles)
        if existing is None:
            self.create_generation(manifest, 1, live=True)
            existing = self.manifest(self._names.articles)
            assert existing is not None
        self.create_records()
        if replace(existing, created_at="") != replace(manifest, created_at=""):
            raise SchemaMismatch(
                "This archive was made with another model, other passages or another text analysis.",
                remedy="`newsarchive generations build` makes it anew beside the old one; or go back to the "
                "settings that it was made with.",
            )

    def create_generation(self, manifest: Manifest, number: int, *, live: bool) -> None:
        """Make a generation's indices; a live one gets the aliases in the same step."""
        articles, words = self._names.generation(number)
        for index, alias, body in (
            (words, self._names.words, words_index(self._settings)),
            (articles, self._names.articles, articles_index(manifest, self._settings, number)),
        ):
            self._make(index, {**body, "aliases": {alias: {}}} if live else body)

    def create_records(self) -> None:
        """Make the index of records where it is not there yet."""
        if self._records_exist:
            return
        if self._cluster.request("GET", f"/_alias/{self._names.records}", missing=True) is None:
            body = {**records_index(self._settings), "aliases": {self._names.records: {}}}
            self._make(f"{self._names.records}-000001", body)
        self._records_exist = True

    def _make(self, index: str, body: Mapping[str, Any]) -> None:
        try:
            self._cluster.request("PUT", f"/{index}", body)
        except EngineError as error:
            if "resource_already_exists_exception" not in str(error):  # somebody else was quicker
                raise

    # -- knowing

    def manifest(self, index: str) -> Manifest | None:
        """Return what an index or alias was made with, None where there is none. Raises `SchemaMismatch`."""
        answer = self._cluster.request("GET", f"/{index}/_mapping", missing=True)
        if not answer:
            return None
        (mapping,) = answer.values()
        meta = mapping["mappings"].get("_meta") or {}
        if "manifest" not in meta:
            raise SchemaMismatch(
                f"The index {index!r} on the cluster was not made by this program.",
                remedy="Choose another prefix with NEWSARCHIVE_OPENSEARCH_PREFIX.",
            )
        if meta.get("schema") != schema_hash():
            raise SchemaMismatch(
                f"The index {index!r} was made by another version of this program, with other fields.",
                remedy="`newsarchive generations build` makes a new one from the archive's own articles, "
                "`newsarchive generations promote` puts it in place.",
            )
        return manifest_from_dict(meta["manifest"])

    def numbers(self) -> list[int]:
        """Return the generations that exist."""
        found = self._cluster.request("GET", f"/{self._names.articles}-*/_settings/index.uuid", missing=True)
        pattern = re.compile(re.escape(self._names.articles) + r"-(\d{6})")
        return sorted(int(match[1]) for name in found or () if (match := pattern.fullmatch(name)))

    def live(self) -> int | None:
        """Return the generation that the alias names."""
        found = self._cluster.request("GET", f"/_alias/{self._names.articles}", missing=True)
        return next((int(name[-6:]) for name in found or ()), None)

    def building(self) -> str | None:
        """Return the index that is being built and takes every write as well, None where there is none."""
        found = self._cluster.request("GET", f"/_alias/{self._names.building}", missing=True)
        return next(iter(found or ()), None)

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

    def storage(self, *indices: str) -> tuple[int, dict[str, Any]]:
        """Return the bytes that the indices take with their replicas, and details to be shown."""
        answer = self._cluster.request(
            "GET", f"/{','.join(indices)}/_stats/store,segments", params={"ignore_unavailable": "true"}
        )
        health = self._cluster.request("GET", "/_cluster/health")
        every = answer["_all"]["total"]
        details = {
            "cluster": self._cluster.address,
            "nodes": health["number_of_data_nodes"],
            "health": health["status"],
            "generation": self.live(),
            "shards": answer["_shards"]["total"],
            "segments": every.get("segments", {}).get("count", 0),
        }
        return every.get("store", {}).get("size_in_bytes", 0), details

    # -- watching

    def check(self, *, repair: bool) -> list[Finding]:
        """Look at the cluster's health, disks, replicas and unfinished generations."""
        return [
            self._health(),
            *self._disks(),
            *self._blocks(repair),
            *self._replicas(repair),
            *self._clauses(),
            *self._left_over(),
        ]

    def _health(self) -> Finding:
        health = self._cluster.request(
            "GET", f"/_cluster/health/{self._names.prefix}-*", params={"level": "cluster"}, timeout=10
        )
        what = (
            f"The cluster at {self._cluster.address} is {health['status']}: {health['number_of_data_nodes']} "
            f"nodes, {health['active_shards']} parts at work, {health['unassigned_shards']} without a home."
        )
        if health["status"] == "green":
            return Finding("ok", what)
        if health["status"] == "yellow":
            return Finding(
                "warning", what, "Copies are missing: add a node, or lower NEWSARCHIVE_OPENSEARCH_REPLICAS."
            )
        return Finding(
            "error", what, "Start the missing nodes; GET _cluster/allocation/explain tells the reason."
        )

    def _disks(self) -> list[Finding]:
        nodes = self._cluster.request("GET", "/_nodes/stats/fs")["nodes"].values()
        findings = []
        for node in nodes:
            total, free = (node["fs"]["total"][name] for name in ("total_in_bytes", "available_in_bytes"))
            used = 100 * (1 - free / total) if total else 0.0
            if used > _FULL:
                findings.append(
                    Finding(
                        "warning",
                        f"The disk of the node {node['name']} is {used:.0f} % full.",
                        "Free some space or add a node: at 95 % OpenSearch makes indices read-only.",
                    )
                )
        return findings

    def _blocks(self, repair: bool) -> list[Finding]:
        answer = self._cluster.request(
            "GET", f"/{self._names.prefix}-*/_settings/index.blocks.*", missing=True
        )
        blocked = [name for name, found in (answer or {}).items() if found.get("settings")]
        if not blocked:
            return []
        if repair:
            # One at a time: a blocked index takes a change of settings only when it is this one alone.
            for block in ("read_only_allow_delete", "write"):
                body = {f"index.blocks.{block}": None}
                self._cluster.request("PUT", f"/{','.join(blocked)}/_settings", body)
            return [Finding("ok", f"The indices {', '.join(blocked)} can be written again.")]
        return [
            Finding(
                "error",
                f"The indices {', '.join(blocked)} are read-only.",
                "If a disk is full, free some space; if a promotion is under way, wait for its end; then run "
                "`newsarchive doctor --repair`.",
            )
        ]

    def _replicas(self, repair: bool) -> list[Finding]:
        alias = self._names.articles
        if self.live() is None or self.has_replicas(alias):
            return []
        if repair:
            self.set_replicas(alias)
            return [Finding("ok", "The archive has the replicas that the settings ask for.")]
        return [
            Finding(
                "warning",
                "The archive has other replicas than the settings ask for: its first load was cut off, or is "
                "still going on.",
                "Index again (it goes on where it stopped), or `newsarchive doctor --repair`.",
            )
        ]

    def _clauses(self) -> list[Finding]:
        name = "indices.query.bool.max_clause_count"
        found = self._cluster.request(
            "GET", "/_cluster/settings", params={"include_defaults": "true", "flat_settings": "true"}
        )
        levels = (found.get(level, {}).get(name) for level in ("transient", "persistent", "defaults"))
        allowed = next((int(value) for value in levels if value), CLAUSES_WANTED)
        if allowed >= CLAUSES_WANTED:
            return []
        return [
            Finding(
                "warning",
                f"The cluster allows {allowed:,} words in a search; questions of many words will be refused.",
                f'PUT _cluster/settings {{"persistent": {{"{name}": {CLAUSES_WANTED}}}}}',
            )
        ]

    def _left_over(self) -> list[Finding]:
        building = self.building()
        if building is None:
            return []
        return [
            Finding(
                "warning",
                f"The generation {building} is being built, and every write goes to it as well.",
                "If no build is running: `newsarchive generations drop`.",
            )
        ]
