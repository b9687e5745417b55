"""Small records: JSON objects under a kind and a key, in an index of their own that outlives generations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from indexer.engines.opensearch.client import Cluster, dumps
from indexer.engines.opensearch.mappings import document_id
from indexer.engines.opensearch.scanning import scan
from indexer.engines.opensearch.writing import Action, send_all


def put_records(cluster: Cluster, index: str, kind: str, records: Mapping[str, Mapping[str, Any]]) -> None:
    send_all(
        cluster,
        (
            Action(
                index,
                document_id(kind, key),
                key,
                dumps({"kind": kind, "key": key, "record": record}),
            )
            for key, record in records.items()
        ),
    )


def stored_records(cluster: Cluster, index: str, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    hits = scan(cluster, index, {"term": {"kind": kind}}, sort=[{"key": "asc"}], batch=500)
    for hit in hits:
        yield hit["_source"]["key"], hit["_source"]["record"]


def record_kinds(cluster: Cluster, index: str) -> list[str]:
    kinds: list[str] = []
    after: dict[str, Any] | None = None
    while True:
        composite: dict[str, Any] = {"size": 1_000, "sources": [{"kind": {"terms": {"field": "kind"}}}]}
        if after:
            composite["after"] = after
        (answer,) = cluster.msearch([(index, {"size": 0, "aggs": {"kinds": {"composite": composite}}})])
        page = answer.get("aggregations", {}).get("kinds", {})
        kinds += [bucket["key"]["kind"] for bucket in page.get("buckets", ())]
        after = page.get("after_key")
        if after is None:
            return kinds


def delete_records(cluster: Cluster, index: str, kind: str, keys: Iterable[str]) -> int:
    actions = (Action(index, document_id(kind, key), key) for key in keys)
    return send_all(cluster, actions)
