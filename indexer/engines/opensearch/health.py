"""What is wrong with an archive on a cluster, and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.engines.base import Finding
from indexer.engines.opensearch.client import Cluster
from indexer.engines.opensearch.failures import CLAUSES_WANTED
from indexer.engines.opensearch.homes import Homes
from indexer.engines.opensearch.indices import Indices
from indexer.engines.opensearch.mappings import Names
from indexer.engines.opensearch.orphans import check_places
from indexer.engines.opensearch.partitions import REST
from indexer.engines.opensearch.switching import missing_aliases

_FULL = 85.0  # per cent: OpenSearch stops giving a node shards here (cluster.routing.allocation.disk)
_NAMES = 50  # in one address, which has 4,096 bytes at most


class Health:
    """Looks at one archive and its cluster."""

    def __init__(self, cluster: Cluster, names: Names, indices: Indices) -> None:
        self._cluster = cluster
        self._names = names
        self._indices = indices

    def check(self, *, repair: bool) -> list[Finding]:
        """Look at the cluster's health, disks, replicas, unfinished generations, and articles without a place."""
        aliases = self._aliases(self._indices.homes(), repair)
        homes = self._indices.homes()  # as they are by now
        return [
            self._health(),
            *self._disks(),
            *self._blocks(repair),
            *aliases,
            *self._closed(homes, repair),
            *self._replicas(homes, repair),
            *self._clauses(),
            *self._left_over(homes),
            *(finding for home in homes for finding in check_places(self._cluster, home, repair=repair)),
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
        # Another archive's prefix may begin with this one's, and its promotion must not be let writers in to.
        blocked = [
            name for name, found in (answer or {}).items() if found.get("settings") and self._names.owns(name)
        ]
        if not blocked:
            return []
        if repair:
            # One at a time: a blocked index takes a change of settings only when it is this one alone.
            for block in ("read_only_allow_delete", "write"):
                body = {f"index.blocks.{block}": None}
                for first in range(0, len(blocked), _NAMES):
                    some = ",".join(blocked[first : first + _NAMES])
                    self._cluster.request("PUT", f"/{some}/_settings", body)
            return [Finding("ok", f"The indices {_listed(blocked)} can be written again.")]
        return [
            Finding(
                "error",
                f"The indices {_listed(blocked)} are read-only.",
                "If a disk is full, free some space; if a promotion is under way, wait for its end; then run "
                "`newsarchive doctor --repair`.",
            )
        ]

    def _aliases(self, homes: Homes, repair: bool) -> list[Finding]:
        """Find aliases that somebody has deleted, or a snapshot was restored without."""
        live = homes.live.number if homes.live else self._meant(homes)
        if live is None:
            if not self._indices.numbers():
                return []
            return [
                Finding(
                    "error",
                    f"None of the archive's generations has the alias {self._names.articles}.",
                    "Give it to the indices of the one to be used (POST _aliases); then run "
                    "`newsarchive doctor --repair`.",
                )
            ]
        missing = missing_aliases(self._cluster, self._names, live)
        if not missing:
            return []
        named = _listed([alias for _, alias in missing])
        if repair:
            steps = [{"add": {"index": index, "alias": alias}} for index, alias in missing]
            self._cluster.request("POST", "/_aliases", {"actions": steps})
            return [Finding("ok", f"The archive has its aliases again: {named}.")]
        return [
            Finding(
                "error",
                f"The archive lacks aliases: {named}.",
                "`newsarchive doctor --repair` puts them back.",
            )
        ]

    def _meant(self, homes: Homes) -> int | None:
        """Return the generation that was in use: its other aliases tell, or that there is no other."""
        building = homes.building.number if homes.building else None
        numbers = [number for number in self._indices.numbers() if number != building]
        aliases = {self._names.partition(self._names.articles, REST), self._names.words}
        found = self._cluster.request("GET", f"/{self._names.prefix}-*/_alias")
        bearers = [index for index, rest in found.items() if aliases & rest["aliases"].keys()]
        told = {
            number
            for number in numbers
            for index in bearers
            if index == self._names.generation(number)[1]
            or ((parsed := self._names.parsed(index)) and parsed[0] == number)
        }
        meant = told or set(numbers)
        return meant.pop() if len(meant) == 1 else None

    def _closed(self, homes: Homes, repair: bool) -> list[Finding]:
        """Find a generation that takes no new partitions: a promotion that was cut off left it so.

        What is written goes to the one that is being built as well, and waits for both.
        """
        closed = [
            home.rest
            for home in homes
            if home.is_cut
            and not self._cluster.request("GET", f"/{home.rest}/_alias/{self._names.open}", missing=True)
        ]
        if not closed:
            return []
        if repair:
            marks = [{"add": {"index": index, "alias": self._names.open}} for index in closed]
            self._cluster.request("POST", "/_aliases", {"actions": marks})
            return [Finding("ok", "The archive takes articles of new months and years again.")]
        return [
            Finding(
                "error",
                "The archive takes no articles of new months and years.",
                "If a promotion is under way, wait for its end; then run `newsarchive doctor --repair`.",
            )
        ]

    def _replicas(self, homes: Homes, repair: bool) -> list[Finding]:
        alias = self._names.articles
        if homes.live is None or self._indices.has_replicas(alias):
            return []
        if repair:
            self._indices.set_replicas(alias)
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

    def _left_over(self, homes: Homes) -> list[Finding]:
        if homes.building is None:
            return []
        return [
            Finding(
                "warning",
                f"The generation {homes.building.number} is being built, and every write goes to it as well.",
                "If no build is running: `newsarchive generations drop`.",
            )
        ]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:3])} and {len(names) - 3:,} others"
