"""What readers said of results: kept by the archive, and turned into judged queries.

A judgement says who found an article relevant (1) or not (0) for a search, when, and what the plan searched for.
The same person judges the same article for the same search once: a later word replaces the earlier one.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from indexer.engines.base import Engine
from indexer.evaluate.datasets import Query
from indexer.evaluate.judgedqueries import JudgedQueries
from indexer.search.record import from_record

KIND = "judgement"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One word of one person. `search` is a record (`indexer.search.record`), `plan` goes by query word."""

    who: str
    article: str
    grade: int
    search: Mapping[str, Any]
    plan: Mapping[str, list[str]] = field(default_factory=dict)
    at: str = ""

    @property
    def query_id(self) -> str:
        return query_id(self.search)

    @property
    def key(self) -> str:
        return _digest([self.who, self.query_id, self.article])


class Judgements:
    """The judgements of one archive, kept by its engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, judgement: Judgement) -> None:
        at = judgement.at or datetime.now(UTC).isoformat(timespec="seconds")
        self._engine.put_records(KIND, {judgement.key: {**asdict(judgement), "at": at}})

    def remove(self, judgement: Judgement) -> bool:
        """Take a judgement back; return whether there was one."""
        return bool(self._engine.delete_records(KIND, [judgement.key]))

    def __iter__(self) -> Iterator[Judgement]:
        for _, record in self._engine.records(KIND):
            yield Judgement(**record)

    def grades(self, who: str, search: Mapping[str, Any]) -> dict[str, int]:
        """Return article id -> grade of what a person said of one search."""
        wanted = query_id(search)
        return {
            judgement.article: judgement.grade
            for judgement in self
            if judgement.who == who and judgement.query_id == wanted
        }


def query_id(search: Mapping[str, Any]) -> str:
    """Return the id of a search as a judged query: equal for equal searches."""
    return f"j-{_digest(dict(search))}"


def judged(judgements: Iterable[Judgement]) -> JudgedQueries:
    """Return the judged searches, which are in the query language.

    Where people disagree the majority counts; an article on which they are even counts as not judged.
    """
    votes: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    searches: dict[str, Mapping[str, Any]] = {}
    for judgement in judgements:
        if not judgement.search["text"]:
            continue  # browsing ranks nothing
        searches[judgement.query_id] = judgement.search
        votes[judgement.query_id][judgement.article].append(judgement.grade)
    queries: list[Query] = []
    qrels: dict[str, dict[str, int]] = {}
    for name, articles in sorted(votes.items()):
        grades = {article: _majority(given) for article, given in sorted(articles.items())}
        qrels[name] = {article: grade for article, grade in grades.items() if grade is not None}
        request = from_record(searches[name])
        queries.append(Query(name, request.text, request.filters, request.edits))
    return JudgedQueries(queries, qrels, syntax=True)


def _majority(grades: list[int]) -> int | None:
    relevant = sum(grade > 0 for grade in grades)
    return None if 2 * relevant == len(grades) else int(2 * relevant > len(grades))


def _digest(value: Any) -> str:
    return hashlib.blake2b(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()
