"""What measurements of a cluster are made with: a node, the server's own time, bare requests."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from opensearchpy import OpenSearch, helpers

from indexer.archive import Archive
from indexer.engines.base import (
    AllOf,
    AnyOf,
    Clause,
    Entry,
    Filters,
    PhraseTerm,
    Term,
)
from indexer.engines.opensearch import OpenSearchEngine
from indexer.engines.opensearch.client import Cluster
from indexer.engines.opensearch.documents import to_document
from indexer.engines.opensearch.mappings import document_id
from indexer.engines.opensearch.queries import conditions
from indexer.search.request import SearchRequest
from tests.opensearch.nodes import Node

#: C2, and SIMD for vectors: what a server runs with, and what a node for tests does without.
FULL = "-XX:TieredStopAtLevel=4 --add-modules=jdk.incubator.vector"
HITS = 100
_BARE = "bench-bare"


# --- the node ------------------------------------------------------------------------------------------


@contextmanager
def running(folder: Path, heap: str) -> Iterator[Node]:
    node = Node(folder, java_options=f"{FULL} -Xms{heap} -Xmx{heap}")
    node.start()
    try:
        yield node
    finally:
        node.stop()


def machine() -> str:
    """Return what the figures were made on, and whether it had other things to do."""
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    busy = os.getloadavg()[0]
    return f"\n[{os.cpu_count()} cores, {found[1] if found else 'unknown'}; load at the start {busy:.1f}]"


@contextmanager
def timed(what: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    print(f"  {what}: {time.perf_counter() - started:.1f} s")


# --- the archive -----------------------------------------------------------------------------------------


def engine_of(archive: Archive) -> OpenSearchEngine:
    assert isinstance(archive.engine, OpenSearchEngine)
    return archive.engine


# --- bare requests -------------------------------------------------------------------------------------


def bare_bulk(engine: OpenSearchEngine, entries: Iterable[Entry]) -> float:
    """Return the seconds that opensearch-py's own bulk loop takes for documents that are ready."""
    native = engine.settings.opensearch_native_fields
    actions = [
        {
            "_index": _BARE,
            "_id": document_id(entry.article.id),
            "_source": _as_lists(to_document(entry, native=native)),
        }
        for entry in entries
    ]
    (live,) = engine.cluster.request("GET", f"/{engine.names.articles}").values()
    index = dict(live["settings"]["index"])
    for made in ("creation_date", "uuid", "version", "provided_name", "auto_expand_replicas"):
        index.pop(made, None)
    body = {"settings": {"index": {**index, "number_of_replicas": 0}}, "mappings": live["mappings"]}
    client = OpenSearch(engine.settings.engine, timeout=120)
    client.indices.create(index=_BARE, body=body)
    started = time.perf_counter()
    helpers.bulk(client, actions, chunk_size=500, max_chunk_bytes=10 * 1024 * 1024)
    client.indices.refresh(index=_BARE)
    seconds = time.perf_counter() - started
    client.indices.delete(index=_BARE)
    client.close()
    return seconds


def bare_legs(archive: Archive, request: SearchRequest) -> list[tuple[str, dict[str, Any]]]:
    """Return the least that a hybrid search asks: the words that the archive looks up, and the nearest vectors."""
    prepared = archive.searcher.prepare(request)
    query = prepared.lookup.query
    words = dict.fromkeys(token for part in (*query.must, *query.should) for token in _tokens(part))
    only = conditions(None, prepared.filters or Filters())
    assert prepared.encoding is not None
    knn: dict[str, Any] = {"vector": prepared.encoding.vector, "k": HITS}
    if only:
        knn["filter"] = only
    lexical = {
        "bool": {"must": [{"match": {"body_stem": " ".join(words)}}], "filter": [only] if only else []}
    }
    nearest = {
        "nested": {"path": "passages", "score_mode": "max", "query": {"knn": {"passages.vector": knn}}}
    }
    index = engine_of(archive).names.articles
    return [(index, {"query": query_, "size": HITS, "_source": False}) for query_ in (lexical, nearest)]


def _tokens(part: Clause) -> Iterator[str]:
    match part:
        case Term():
            yield part.token
        case PhraseTerm():
            yield from part.tokens
        case AnyOf():
            for option in part.options:
                yield from _tokens(option)
        case AllOf():
            for inner in part.parts:
                yield from _tokens(inner)


def _as_lists(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document as opensearch-py's own serialiser takes it."""
    return {name: _plain(value) for name, value in document.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


@dataclass(slots=True)
class Spans:
    """Requests of one search: when each began and ended, and the milliseconds that the server says it took."""

    of: list[tuple[float, float, float]] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        """The sum; of requests that are under way at the same time the longest counts."""
        total = longest = 0.0
        end = -1.0
        for started, ended, took in sorted(self.of):
            if started >= end:
                total, longest = total + longest, 0.0
            longest, end = max(longest, took), max(end, ended)
        return total + longest


class Took:
    """Listens to a cluster's requests for the server's own times."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._request = cluster.request
        self._spans = Spans()
        setattr(cluster, "request", self._recorded)  # noqa: B010

    def end(self) -> None:
        delattr(self._cluster, "request")  # the class's own shows again

    @contextmanager
    def recording(self) -> Iterator[Spans]:
        self._spans = Spans()
        yield self._spans

    def _recorded(self, *arguments: Any, **named: Any) -> Any:
        started = time.perf_counter()
        answer = self._request(*arguments, **named)
        if isinstance(answer, dict) and "took" in answer:
            self._spans.of.append((started, time.perf_counter(), float(answer["took"])))
        return answer
