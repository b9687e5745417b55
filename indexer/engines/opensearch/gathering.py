"""What a page of results needs: counts over a set of articles, and the articles themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.article import Article
from indexer.engines.base import Bucket, Count, Gathered, GatherRequest, Histogram, StoredPassage
from indexer.engines.opensearch.documents import CODES, WHOLE, codes_of, to_article, to_passages, whole_of
from indexer.engines.opensearch.matching import incomplete
from indexer.engines.opensearch.queries import storable, union_query

#: The finest unit that gives at most this many buckets is the automatic one.
MOST_BUCKETS = 120
_UNITS = ("day", "month", "year")  # finest first; the periods are whole numbers: 20180218, 201802, 2018
#: The server's limit for one request (search.max_buckets).
_MOST_PERIODS = 60_000
_NO_COUNTS: Mapping[str, Any] = {"hits": {"total": {"value": 0}}}
#: Each shard counts this many more values than asked for, so that the most frequent are the right ones.
_SPARE_VALUES = 1_000


def count_search(request: GatherRequest) -> dict[str, Any]:
    """Return the search that counts: totals, facets and histogram."""
    return {
        "query": union_query(request.union),
        "size": 0,
        "track_total_hits": True,
        "aggs": {
            **{f"facet_{name}": _facet(name, size) for name, size in request.facets.items() if size > 0},
            **_histogram(request.histogram),
        },
    }


def article_search(ids: tuple[str, ...], *, codes: bool) -> dict[str, Any]:
    """Return the search that brings articles with the places of their passages; with the codes where asked."""
    return {**by_ids(ids), "_source": False, "stored_fields": [WHOLE, CODES] if codes else [WHOLE]}


def by_ids(ids: tuple[str, ...]) -> dict[str, Any]:
    # An article that is on its way to another partition stands in two of them for a moment.
    return {"query": {"bool": {"filter": [{"terms": {"id": storable(ids)}}]}}, "size": 2 * len(ids)}


def searches_for(request: GatherRequest) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the searches of a request: the one that counts, if there is anything to count, and those for articles."""
    nothing = request.union.ids == () and request.union.lexical is None
    searches = []
    if plain := tuple(dict.fromkeys(set(request.ids) - set(request.passages_of))):
        searches.append(article_search(plain, codes=False))
    if request.passages_of:
        ids = tuple(dict.fromkeys(request.passages_of))
        searches.append(article_search(ids, codes=request.codes))
    return [] if nothing else [count_search(request)], searches


def gathered(request: GatherRequest, counted: list[dict[str, Any]], found: list[dict[str, Any]]) -> Gathered:
    """Return what the answers to `searches_for` say."""
    counts = counted[0] if counted else _NO_COUNTS
    articles: dict[str, Article] = {}
    passages: dict[str, tuple[StoredPassage, ...]] = {}
    wanted = set(request.ids)
    with_passages = set(request.passages_of)
    for response in found:
        for hit in response["hits"]["hits"]:
            whole = whole_of(hit)
            if whole["id"] in wanted:
                articles[whole["id"]] = to_article(whole)
            if whole["id"] in with_passages:
                passages[whole["id"]] = to_passages(whole, codes_of(hit))
    notice = incomplete([*counted, *found])
    return Gathered(
        total=counts["hits"]["total"]["value"],
        facets={name: _counts(counts, name) for name in request.facets},
        histogram=_read_histogram(request.histogram, counts) if request.histogram else None,
        articles={id_: articles[id_] for id_ in request.ids if id_ in articles},
        passages=passages,
        complete=not notice,
        notice=notice,
    )


def _facet(name: str, size: int) -> dict[str, Any]:
    return {
        "terms": {
            "field": name,
            "size": size,
            "shard_size": size + _SPARE_VALUES,
            "order": [{"_count": "desc"}, {"_key": "asc"}],
        }
    }


def _counts(response: Mapping[str, Any], name: str) -> tuple[Count, ...]:
    buckets = response.get("aggregations", {}).get(f"facet_{name}", {}).get("buckets", ())
    return tuple(Count(bucket["key"], bucket["doc_count"]) for bucket in buckets)


def _histogram(unit: str | None) -> dict[str, Any]:
    """Return the counts of periods; for "auto", of each unit just so many as show whether it is too fine."""
    if unit is None:
        return {}
    units = dict.fromkeys(_UNITS[:-1], MOST_BUCKETS + 1) | {"year": _MOST_PERIODS}
    if unit != "auto":
        units = {unit: _MOST_PERIODS}
    return {
        **{
            f"period_{one}": {"terms": {"field": one, "size": most, "order": {"_key": "asc"}}}
            for one, most in units.items()
        },
        "undated": {"missing": {"field": "date"}},
        "doubtful": {"filter": {"term": {"doubtful": True}}},
    }


def _read_histogram(unit: str, response: Mapping[str, Any]) -> Histogram:
    counts = response.get("aggregations", {})
    periods = {one: counts[f"period_{one}"]["buckets"] for one in _UNITS if f"period_{one}" in counts}
    if unit == "auto":
        unit = next((one for one in _UNITS if len(periods.get(one, ())) <= MOST_BUCKETS), "year")
    return Histogram(
        unit=unit,
        buckets=tuple(Bucket(_period(b["key"], unit), b["doc_count"]) for b in periods.get(unit, ())),
        undated=counts.get("undated", {}).get("doc_count", 0),
        doubtful=counts.get("doubtful", {}).get("doc_count", 0),
    )


def _period(number: int, unit: str) -> str:
    match unit:
        case "year":
            return f"{number:04}"
        case "month":
            return f"{number // 100:04}-{number % 100:02}"
    return f"{number // 10_000:04}-{number // 100 % 100:02}-{number % 100:02}"
