"""Judged queries, judgements (qrels) and rankings (runs) in the forms that retrieval research exchanges.

    queries   `id<TAB>text`, or JSON Lines with `id`, `text` and perhaps `filters`
    qrels     `query-id 0 article-id grade`                       (TREC)
    run       `query-id Q0 article-id rank score tag`             (TREC)

Ids of queries hold no white space. Article ids may, since they stand between fields that do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from indexer.engines.base import FACETS, Filters
from indexer.errors import UnreadableSource
from indexer.search.request import PlanEdits

#: Query id -> article id -> grade; 0 means "judged, and not relevant".
Qrels = Mapping[str, Mapping[str, int]]
#: Query id -> (article id, score), best first.
Run = Mapping[str, Sequence[tuple[str, float]]]

_DATES = ("published_from", "published_to")
_PHRASE_MARKS = re.compile('["“”„«»()]')
_OPERATOR = re.compile(r"(?<!\S)[+\-−–]+")
_FIELD = re.compile(r"(?<=\w):(?=\S)")


@dataclass(frozen=True, slots=True)
class Query:
    """One judged query. `text` is what a person would type; `plain` mends text that is no query language."""

    id: str
    text: str
    filters: Filters = field(default_factory=Filters)
    edits: PlanEdits = field(default_factory=PlanEdits)


def read_queries(path: Path) -> list[Query]:
    """Return the queries of a TSV or JSON Lines file (told apart by the first character of each line).

    Raises `UnreadableSource` with file and line for a line that is neither, an empty text or a repeated id.
    """
    queries: dict[str, Query] = {}
    for number, line in _lines(path):
        if line.startswith("{"):
            query = _query_from_json(path, number, line)
        else:
            query_id, tab, text = line.partition("\t")
            if not tab:
                raise _error(path, number, "has no tab between the query's id and its text")
            query = Query(query_id.strip(), text.strip())
        if not query.id or re.search(r"\s", query.id):
            raise _error(path, number, "has a query id that is empty or holds white space")
        if not query.text:
            raise _error(path, number, "has no text after the query's id")
        if query.id in queries:
            raise _error(path, number, f"repeats the query id {query.id!r}")
        queries[query.id] = query
    if not queries:
        raise UnreadableSource(f"{path} holds no queries.")
    return list(queries.values())


def plain(text: str) -> str:
    """Return a natural-language question without what the query language would read as an operator.

    Judged questions quote titles and name things like "WWE: Raw"; typed as they are, those would be hard
    conditions that no article in another language can meet.
    """
    text = _PHRASE_MARKS.sub(" ", text)
    text = _FIELD.sub(" ", text)
    text = _OPERATOR.sub(" ", text)  # last: what stood behind a mark or colon begins a word now
    return " ".join(word.lower() if word in ("OR", "AND", "NOT") else word for word in text.split())


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Return the judgements of a TREC file. Raises `UnreadableSource` with file and line."""
    qrels: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        try:
            query_id, _, rest = line.split(None, 2)
            article_id, grade = rest.rsplit(None, 1)
            grade_number = int(grade)
        except ValueError:
            raise _error(path, number, "is not `query-id 0 article-id grade`") from None
        judged = qrels.setdefault(query_id, {})
        if judged.setdefault(article_id, grade_number) != grade_number:
            raise _error(path, number, f"judges {article_id!r} for {query_id!r} a second time, differently")
    if not qrels:
        raise UnreadableSource(f"{path} holds no judgements.")
    return qrels


def write_qrels(path: Path, qrels: Qrels) -> None:
    """Write judgements as a TREC file."""
    path.write_text(
        "".join(
            f"{query_id} 0 {article_id} {grade}\n"
            for query_id, judged in qrels.items()
            for article_id, grade in judged.items()
        ),
        encoding="utf-8",
    )


def write_queries(path: Path, queries: Iterable[Query]) -> None:
    """Write queries as TSV, without filters."""
    path.write_text("".join(f"{query.id}\t{query.text}\n" for query in queries), encoding="utf-8")


def read_run(path: Path) -> dict[str, list[tuple[str, float]]]:
    """Return a TREC run, each query's articles by rank. Raises `UnreadableSource` with file and line."""
    ranked: dict[str, dict[str, tuple[int, float]]] = {}
    for number, line in _lines(path):
        try:
            query_id, _, rest = line.split(None, 2)
            article_id, rank, score, _tag = rest.rsplit(None, 3)
            place = (int(rank), float(score))
        except ValueError:
            raise _error(path, number, "is not `query-id Q0 article-id rank score tag`") from None
        articles = ranked.setdefault(query_id, {})
        if article_id in articles:
            raise _error(path, number, f"ranks {article_id!r} for {query_id!r} a second time")
        articles[article_id] = place
    if not ranked:
        raise UnreadableSource(f"{path} holds no ranking.")
    return {
        query_id: [
            (article_id, score)
            for article_id, (_, score) in sorted(articles.items(), key=lambda item: item[1][0])
        ]
        for query_id, articles in ranked.items()
    }


def write_run(path: Path, run: Run, *, tag: str = "newsarchive") -> None:
    """Write a run as a TREC file; ranks count from 1."""
    with path.open("w", encoding="utf-8") as file:
        for query_id, articles in run.items():
            for rank, (article_id, score) in enumerate(articles, 1):
                file.write(f"{query_id} Q0 {article_id} {rank} {score:.6f} {tag}\n")


def filters_from_mapping(values: Mapping[str, Any]) -> Filters:
    """Return filters from `{"language": ["ar"], "published_from": "2018-01-01"}`.

    Raises ValueError that names what is wrong.
    """
    include: dict[str, frozenset[str]] = {}
    dates: dict[str, date] = {}
    for name, value in values.items():
        if name in FACETS:
            chosen = [value] if isinstance(value, str) else value
            if not isinstance(chosen, list) or not all(isinstance(one, str) for one in chosen):
                raise ValueError(f"the filter {name!r} is neither a string nor a list of strings")
            include[name] = frozenset(chosen)
        elif name in _DATES:
            dates[name] = date.fromisoformat(str(value))
        else:
            raise ValueError(f"there is no filter {name!r}; there are {', '.join((*FACETS, *_DATES))}")
    return Filters(
        include=include, published_from=dates.get("published_from"), published_to=dates.get("published_to")
    )


def _query_from_json(path: Path, number: int, line: str) -> Query:
    try:
        data = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise _error(path, number, f"is not JSON ({error})") from None
    query_id, text, filters = data.get("id"), data.get("text"), data.get("filters") or {}
    if not isinstance(query_id, str | int) or not isinstance(text, str) or not isinstance(filters, dict):
        raise _error(path, number, "needs an `id`, a `text` and, where given, an object `filters`")
    try:
        return Query(str(query_id), " ".join(text.split()), filters_from_mapping(filters))
    except ValueError as error:
        raise _error(path, number, f"cannot be used: {error}") from None


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that hold something, without their ends, numbered from 1."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.strip("\r\n")
    except OSError as error:
        raise UnreadableSource(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UnreadableSource(f"{path} is not UTF-8 text.") from None


def _error(path: Path, number: int, what: str) -> UnreadableSource:
    return UnreadableSource(f"{path}, line {number}, {what}.")
