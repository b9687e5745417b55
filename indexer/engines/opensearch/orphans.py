"""Articles and their places in an archive that is cut up by time: what a writer that was cut off has left.

An article and its passages are one document, so there are no passages without an article. What there can be: an
article in two partitions (it was moving), one without a place (nobody would find it to replace it), and a place
without an article (harmless, but wrong in every count).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from indexer.engines.base import Finding
from indexer.engines.opensearch.client import Cluster
from indexer.engines.opensearch.homes import Home
from indexer.engines.opensearch.placing import Place, delete_places, leave, put_places
from indexer.engines.opensearch.queries import EVERYTHING
from indexer.engines.opensearch.scanning import scan

_BATCH = 5_000
_MENDED_AT_ONCE = 1_000
#: All months of more than 800 years.
_MOST_PARTITIONS = 10_000


@dataclass(slots=True)
class _Work:
    """What is to be mended: which partitions to leave, which places to write and to drop."""

    leave: dict[str, tuple[str, ...]] = field(default_factory=dict)
    put: dict[str, Place] = field(default_factory=dict)
    drop: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.leave) + len(self.put) + len(self.drop)


def check_places(cluster: Cluster, home: Home, *, repair: bool) -> list[Finding]:
    """Compare articles with places: by their numbers in each partition, and to repair them one by one."""
    if not home.is_cut:
        return []
    standing, named, moving = _counts(cluster, home)
    articles, places = sum(standing.values()), sum(named.values())
    if standing == named and not moving:
        return [Finding("ok", f"Each of the {articles:,} articles stands in one partition.")]
    if not repair:
        what = f"{articles:,} articles stand in {places:,} places, {moving:,} of them between two partitions"
        if articles == places and not moving:
            what = (
                f"{articles:,} articles stand in {places:,} places, but not in the partitions that those name"
            )
        return [
            Finding(
                "warning",
                f"{what}: a run was cut off, or is going on.",
                "Index again (it goes on where it stopped), or, when nobody writes, `newsarchive doctor --repair`.",
            )
        ]
    mended = mend_places(cluster, home)
    return [Finding("ok", f"{mended:,} articles and places were put in order.")]


def mend_places(cluster: Cluster, home: Home) -> int:
    """Let each article stand in one partition, and each place name it; return how many were mended.

    Nobody should write meanwhile: what is between two writes would look like what was left.
    """
    count = 0
    work = _Work()
    for id_, stands, place in _both(cluster, home):
        if not stands:
            work.drop.append(id_)
        elif place is None or place.moving or len(stands) > 1 or place.keys != tuple(stands):
            newest = place.keys[-1] if place else ""
            key = newest if newest in stands else stands[-1]
            if others := tuple(one for one in stands if one != key):
                work.leave[id_] = others
            work.put[id_] = Place((key,))
        if len(work) >= _MENDED_AT_ONCE:
            count += _mend(cluster, home, work)
            work = _Work()
    return count + _mend(cluster, home, work)


def _mend(cluster: Cluster, home: Home, work: _Work) -> int:
    leave(cluster, home, work.leave)
    put_places(cluster, home, work.put)
    delete_places(cluster, home, work.drop)
    _refresh(cluster, home)
    return len(work.put) + len(work.drop)


def _counts(cluster: Cluster, home: Home) -> tuple[dict[str, int], dict[str, int], int]:
    """Return how many articles stand in each partition, how many are said to, and how many are moving."""
    _refresh(cluster, home)
    body = {"size": 0, "track_total_hits": True}

    def by(field: str) -> dict[str, Any]:
        return {**body, "aggs": {"by": {"terms": {"field": field, "size": _MOST_PARTITIONS}}}}

    moving = {**body, "query": {"term": {"moving": True}}}
    answers = cluster.msearch([(home.base, by("_index")), (home.places, by("keys")), (home.places, moving)])
    standing, named = (
        {bucket["key"]: bucket["doc_count"] for bucket in answer.get("aggregations", {})["by"]["buckets"]}
        for answer in answers[:2]
    )
    parsed = {home.names.parsed(index): count for index, count in standing.items()}
    return (
        {one[2]: count for one, count in parsed.items() if one},
        named,
        answers[2]["hits"]["total"]["value"],
    )


def _both(cluster: Cluster, home: Home) -> Iterator[tuple[str, list[str], Place | None]]:
    """Yield (id, partitions where it stands, its place) for every id that either knows: a merge by id."""
    _refresh(cluster, home)
    order = [{"id": "asc"}, {"_index": "asc"}]
    found = scan(cluster, home.base, EVERYTHING, sort=order, batch=_BATCH, fields=("id",))
    articles = groupby(found, key=lambda hit: hit["fields"]["id"][0])
    places = scan(cluster, home.places, EVERYTHING, sort=order, batch=_BATCH)
    article, place = next(articles, None), next(places, None)
    while article or place:
        heads = ([article[0]] if article else []) + ([place["_source"]["id"]] if place else [])
        id_: str = min(heads)
        stands: list[str] = []
        known: Place | None = None
        if article and article[0] == id_:
            parsed = (home.names.parsed(hit["_index"]) for hit in article[1])
            stands = [one[2] for one in parsed if one]
            article = next(articles, None)
        if place and place["_source"]["id"] == id_:
            known = Place(tuple(place["_source"]["keys"]), place["_source"]["moving"])
            place = next(places, None)
        yield id_, stands, known


def _refresh(cluster: Cluster, home: Home) -> None:
    cluster.request("POST", f"/{home.base},{home.places}/_refresh", params={"ignore_unavailable": "true"})
