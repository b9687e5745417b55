"""Reading an index from one end to the other as it is at one moment: point-in-time and search_after."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from indexer.engines.opensearch.client import Cluster
from indexer.engines.opensearch.patience import once, patiently
from indexer.engines.opensearch.queries import columns
from indexer.errors import EngineTimeout, EngineUnavailable

_WHOLE = {"allow_partial_search_results": "false"}
KEEP_ALIVE = "5m"  # from one batch to the next: the reader may be slow


def scan(
    cluster: Cluster,
    index: str,
    query: Mapping[str, Any],
    *,
    sort: list[dict[str, Any]],
    batch: int,
    source: Any = True,
    fields: tuple[str, ...] = (),
    stored_fields: tuple[str, ...] = (),
    keep_alive: str = KEEP_ALIVE,
    patient: bool = False,
) -> Generator[dict[str, Any]]:
    """Yield every hit in order, none for an index that is not there. `sort` must tell documents apart.

    With `fields` hits bring these alone, in place of their source. A `patient` reader waits for a busy cluster.
    """
    what: dict[str, Any] = columns(*fields) if fields else {"_source": source}
    if stored_fields:
        what["stored_fields"] = list(stored_fields)
    # A part that does not answer is an error here: an export that lacks articles is no export.
    attempt = patiently if patient else once
    opening = partial(
        cluster.request,
        "POST",
        f"/{index}/_search/point_in_time",
        params={
            "keep_alive": keep_alive,
            "allow_partial_pit_creation": "false",
            # Of several names (partitions) some may not exist; one alone must, or there is no archive.
            **({"ignore_unavailable": "true"} if "," in index else {}),
        },
        missing=True,
    )
    opened = attempt(opening)
    if opened is None:
        cluster.on_nothing(index)
        return
    pit = opened["pit_id"]
    try:
        after: list[Any] | None = None
        while True:
            body = {
                "query": query,
                "size": batch,
                "sort": sort,
                **what,
                "track_total_hits": False,
                "pit": {"id": pit, "keep_alive": keep_alive},
                **({"search_after": after} if after else {}),
            }
            answer = attempt(partial(cluster.request, "POST", "/_search", body, params=_WHOLE))
            pit = answer.get("pit_id", pit)
            hits = answer["hits"]["hits"]
            yield from hits
            if len(hits) < batch:
                return
            after = hits[-1]["sort"]
    finally:
        with suppress(EngineUnavailable, EngineTimeout):  # all is read, and it ends by itself in a while
            cluster.request("DELETE", "/_search/point_in_time", {"pit_id": [pit]}, missing=True)
