"""Three real nodes on loopback with small heaps, and somebody who goes on searching while they fail."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

from indexer.archive import Archive
from indexer.errors import ArchiveError
from indexer.search.request import SearchRequest
from tests.opensearch.nodes import Node, free_ports

_HEAP = "-Xms256m -Xmx256m"
_GREEN_SECONDS = 120


class ThreeNodes:
    """A cluster of three nodes; two of them can go on without the third."""

    def __init__(self, folder: Path) -> None:
        ports = free_ports(3)
        names = [f"node{number}" for number in range(3)]
        shared = [
            "cluster.name=three",
            "discovery.seed_hosts=" + ",".join(f"127.0.0.1:{port}" for port in ports),
            "cluster.initial_cluster_manager_nodes=" + ",".join(names),
        ]
        self.nodes = {
            name: Node(
                folder / name, [*shared, f"node.name={name}", f"transport.port={port}"], java_options=_HEAP
            )
            for name, port in zip(names, ports, strict=True)
        }

    @property
    def address(self) -> str:
        return ",".join(node.url for node in self.nodes.values())

    def __enter__(self) -> Self:
        # No node answers before a second one is there.
        for node in self.nodes.values():
            node.start(wait=False)
        for node in self.nodes.values():
            node.wait()
        return self

    def __exit__(self, *_: object) -> None:
        for node in self.nodes.values():
            node.go_on()
            node.stop()

    def manager(self) -> Node:
        """Return the node that leads the cluster: the one whose loss costs most."""
        (leader,) = self._ask("/_cat/cluster_manager?format=json")
        return self.nodes[leader["node"]]

    def wait_until_green(self) -> None:
        """Return when every part of every index has all its copies on three nodes."""
        answer = self._ask(
            f"/_cluster/health?wait_for_status=green&wait_for_nodes=3&timeout={_GREEN_SECONDS}s"
        )
        assert not answer["timed_out"], answer

    def _ask(self, path: str) -> Any:
        url = next(iter(self.nodes.values())).url + path
        with urllib.request.urlopen(url, timeout=_GREEN_SECONDS + 10) as response:
            return json.loads(response.read())


@dataclass(frozen=True, slots=True)
class Answer:
    """One search: when it came back, how long it took, and what it brought or why it failed."""

    at: float
    seconds: float
    total: int = 0
    notices: tuple[str, ...] = ()
    failure: str = ""

    @property
    def is_whole(self) -> bool:
        return not self.failure and not any("incomplete" in notice for notice in self.notices)


class Searching:
    """What a person met who searched all the time."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.began = self.ended = time.monotonic()

    @property
    def whole(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.is_whole]

    def longest_gap(self) -> float:
        """Return the longest time in seconds without a complete answer."""
        times = [self.began, *(answer.at for answer in self.whole), self.ended]
        return max(b - a for a, b in pairwise(times))

    def __str__(self) -> str:
        told = Counter(
            answer.failure or "; ".join(answer.notices) for answer in self.answers if not answer.is_whole
        )
        return (
            f"{len(self.answers)} searches, {len(self.whole)} complete; longest gap between complete "
            f"answers {self.longest_gap():.1f} s, slowest answer {max(a.seconds for a in self.answers):.1f} s; "
            f"told: {dict(told)}"
        )


@contextmanager
def searching(archive: Archive, request: SearchRequest) -> Iterator[Searching]:
    """Search again and again, one after the other, until the block ends. Unexpected errors are raised there."""
    record = Searching()
    stop = threading.Event()
    unexpected: list[BaseException] = []

    def search() -> None:
        while not stop.is_set():
            started = time.monotonic()
            try:
                page = archive.search(request)
            except ArchiveError as error:
                now = time.monotonic()
                record.answers.append(Answer(now, now - started, failure=str(error)))
                time.sleep(0.05)
            except BaseException as error:
                unexpected.append(error)
                return
            else:
                now = time.monotonic()
                record.answers.append(Answer(now, now - started, page.total, page.notices))

    thread = threading.Thread(target=search, name="searching")
    thread.start()
    try:
        yield record
    finally:
        stop.set()
        thread.join()
        record.ended = time.monotonic()
    if unexpected:
        raise unexpected[0]
