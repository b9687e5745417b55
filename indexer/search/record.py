"""A search as a small record: what a judgement and a saved search keep of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from indexer.engines.base import Dating, Filters
from indexer.search.plan import QueryPlan
from indexer.search.request import Demand, PlanEdits, SearchRequest

Chosen = Mapping[str, frozenset[str]]


def to_record(request: SearchRequest) -> dict[str, Any]:
    """Return what is asked for, without order and page; equal searches have equal records."""
    filters, edits = request.filters, request.edits
    record: dict[str, Any] = {
        "text": request.text,
        "include": _lists(filters.include),
        "exclude": _lists(filters.exclude),
        "from": filters.published_from.isoformat() if filters.published_from else None,
        "to": filters.published_to.isoformat() if filters.published_to else None,
        "dating": filters.dating.value if filters.dating else None,
        "removed": _lists(edits.removed),
        "pinned": _lists(edits.pinned),
        "names": edits.names,
        "spelling": edits.spelling,
        "demand": request.demand.value if request.demand is not Demand.NONE else None,
    }
    return {name: value for name, value in record.items() if value not in ({}, None)}


def from_record(record: Mapping[str, Any]) -> SearchRequest:
    """Undo `to_record`."""
    return SearchRequest(
        text=record["text"],
        filters=Filters(
            include=_sets(record.get("include")),
            exclude=_sets(record.get("exclude")),
            published_from=_day(record.get("from")),
            published_to=_day(record.get("to")),
            dating=Dating(record["dating"]) if "dating" in record else None,
        ),
        edits=PlanEdits(
            _sets(record.get("removed")),
            _sets(record.get("pinned")),
            record.get("names", True),
            record.get("spelling", True),
        ),
        demand=Demand(record.get("demand", Demand.NONE)),
    )


def plan_record(plan: QueryPlan) -> dict[str, list[str]]:
    """Return each word of a plan with the archive words that were searched for it."""
    return {word.key: [searched.key for searched in word.searched] for word in plan.words if word.searched}


def _lists(chosen: Chosen) -> dict[str, list[str]]:
    return {name: sorted(values) for name, values in sorted(chosen.items()) if values}


def _sets(chosen: Mapping[str, list[str]] | None) -> dict[str, frozenset[str]]:
    return {name: frozenset(values) for name, values in (chosen or {}).items()}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
