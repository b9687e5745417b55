"""From the contract's clauses and filters to the server's query language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from indexer.engines.base import (
    TITLE_BOOST,
    AllOf,
    AnyOf,
    Clause,
    Dating,
    Field,
    Filters,
    Form,
    LexicalQuery,
    PhraseTerm,
    Term,
    Union,
)
from indexer.engines.fields import field_name, indexed_form

Query = dict[str, Any]

NOTHING: Query = {"match_none": {}}
EVERYTHING: Query = {"match_all": {}}
_SURROGATE = re.compile("[\ud800-\udfff]")


def scored(query: LexicalQuery, filters: Filters, *, named: bool = False) -> Query:
    """Return the query of a lexical leg: scored clauses, unscored filters.

    With `named` each should clause bears its number as a name, under which the server tells its score.
    """
    if query.is_empty:
        return NOTHING
    must_not = [*map(clause, query.must_not), *_excluded(filters)]
    enough = [_any(query.one_of)] if query.one_of and not query.must else []
    parts: Query = {
        "must": [clause(part) for part in query.must],
        "should": [
            *(
                {"bool": {"must": [clause(part)], "_name": str(number)}} if named else clause(part)
                for number, part in enumerate(query.should)
            ),
            *map(_counted, sorted(set(_phrase_fields([*query.must, *query.should])))),
        ],
        "must_not": must_not,
        # A query of exclusions alone matches everything else, at score 0.
        "filter": [*enough, *map(_everywhere, _included(filters))] or [EVERYTHING],
        "minimum_should_match": 1 if query.should and not (query.must or enough) else 0,
    }
    return {"bool": parts}


def conditions(query: LexicalQuery | None, filters: Filters) -> Query | None:
    """Return the hard conditions of a vector leg as one unscored query; None where there are none."""
    required = _included(filters)
    forbidden = _excluded(filters)
    if query:
        required += map(_unscored, query.must)
        forbidden += map(_unscored, query.must_not)
    if not (required or forbidden):
        return None
    return {"bool": {"filter": required, "must_not": forbidden}}


def union_query(union: Union) -> Query:
    """Return the articles of a union, unscored."""
    options: list[Query] = []
    if union.lexical is not None:
        options.append(_matching(union.lexical))
    if union.ids is not None:
        options.append({"terms": {"id": storable(union.ids)}})
    required = _included(union.filters)
    if union.lexical is not None or union.ids is not None:
        required.append({"bool": {"should": options, "minimum_should_match": 1}})
    return {"bool": {"filter": required or [EVERYTHING], "must_not": _excluded(union.filters)}}


def _matching(query: LexicalQuery) -> Query:
    """Return the articles that match a query, unscored."""
    if query.is_empty:
        return NOTHING
    parts: Query = {
        "filter": list(map(_unscored, query.must)) or [EVERYTHING],
        "must_not": list(map(_unscored, query.must_not)),
    }
    if (query.one_of or query.should) and not query.must:
        parts["filter"] = [_any(query.one_of or query.should)]
    return {"bool": parts}


def _unscored(part: Clause) -> Query:
    if isinstance(part, AllOf):
        return {"bool": {"filter": list(map(_unscored, part.parts))}} if part.parts else NOTHING
    return _any([part])


def _any(parts: Iterable[Clause]) -> Query:
    """Return the articles that match one of the clauses, unscored.

    All terms of a field become one `terms` query, which walks their articles in a third of the time that an
    alternative for each takes.
    """
    terms: dict[str, list[str]] = {}
    others: list[Query] = []
    for part in _alternatives(parts):
        if isinstance(part, Term):
            if token := indexed_form(part.token):
                for name in _fields_of(part):
                    terms.setdefault(name, []).append(token)
        else:
            others.append(_unscored(part) if isinstance(part, AllOf) else clause(part))
    options = [*({"terms": {name: tokens}} for name, tokens in terms.items()), *others]
    return {"bool": {"should": options, "minimum_should_match": 1}} if options else NOTHING


def _alternatives(parts: Iterable[Clause]) -> Iterator[Term | PhraseTerm | AllOf]:
    for part in parts:
        if isinstance(part, AnyOf):
            yield from _alternatives(part.options)
        else:
            yield part


def clause(part: Clause) -> Query:
    match part:
        case Term():
            token = indexed_form(part.token)
            if not token:
                return NOTHING
            return _in_fields(
                part.field,
                part.form,
                part.boost,
                lambda name, boost: {"term": {name: {"value": token, "boost": boost}}},
            )
        case PhraseTerm():
            tokens = [indexed_form(token) for token in part.tokens]
            if not tokens or not all(tokens):
                return NOTHING  # the server would pass over an empty token
            return _in_fields(
                part.field,
                part.form,
                part.boost,
                lambda name, boost: {"match_phrase": {name: {"query": " ".join(tokens), "boost": boost}}},
            )
        case AnyOf():
            if not part.options:
                return NOTHING
            return {
                "dis_max": {"queries": [clause(option) for option in part.options], "tie_breaker": part.tie}
            }
        case AllOf():
            return {"bool": {"must": [clause(inner) for inner in part.parts]}} if part.parts else NOTHING


def _in_fields(field: Field, form: Form, boost: float, make: Any) -> Query:
    if field is not Field.ANY:
        query: Query = make(field_name(field, form), boost)
        return query
    title = make(field_name(Field.TITLE, form), boost * TITLE_BOOST)
    body = make(field_name(Field.BODY, form), boost)
    return {"bool": {"should": [title, body], "minimum_should_match": 1}}


def _included(filters: Filters) -> list[Query]:
    included: list[Query] = [
        {"terms": {facet: storable(sorted(values))}} for facet, values in _values(filters.include) if values
    ]
    if filters.published_from or filters.published_to:
        bounds = {}
        if filters.published_from:
            bounds["gte"] = _milliseconds(filters.published_from)
        if filters.published_to:
            bounds["lt"] = _milliseconds(filters.published_to) + 86_400_000
        included.append({"range": {"date": bounds}})
    if filters.dating is Dating.NONE:
        included.append({"bool": {"must_not": {"exists": {"field": "date"}}}})
    elif filters.dating is Dating.DOUBTFUL:
        included.append({"term": {"doubtful": True}})
    return included


def _phrase_fields(parts: Iterable[Clause]) -> Iterator[str]:
    """Yield the fields in which phrases are looked up."""
    for part in parts:
        match part:
            case PhraseTerm():
                yield from _fields_of(part)
            case AnyOf():
                yield from _phrase_fields(part.options)
            case AllOf():
                yield from _phrase_fields(part.parts)


def _fields_of(part: Term | PhraseTerm) -> list[str]:
    """Return the indexed fields in which a term or phrase is looked up."""
    fields = (Field.TITLE, Field.BODY) if part.field is Field.ANY else (part.field,)
    return [field_name(field, part.form) for field in fields]


def _counted(field: str) -> Query:
    """Let every shard tell how many articles and words a field has, by asking for a word that nothing holds.

    For a phrase, shards that have none of its words do not tell: it would weigh less than in one index.
    """
    return {"term": {field: {"value": ""}}}


def _everywhere(part: Query) -> Query:
    """Keep a shard from giving up a scored query since none of its dates are within the bounds.

    It would not tell how many articles hold the words, and they would weigh more than in the whole archive. With
    an alternative that only an article without an id has, the server does not see before it searches.
    """
    if "range" not in part:
        return part
    return {"bool": {"should": [part, {"term": {"id": ""}}], "minimum_should_match": 1}}


def _excluded(filters: Filters) -> list[Query]:
    return [
        {"terms": {facet: storable(sorted(values))}} for facet, values in _values(filters.exclude) if values
    ]


def columns(*names: str) -> Query:
    """Return what makes a search bring these fields of its hits, and nothing that lies with the texts.

    Without `_none_` the server unpacks each hit's stored texts and codes, if only to leave them out: ten times
    the work of all the rest of a leg.
    """
    return {"stored_fields": "_none_", "docvalue_fields": list(names)}


def storable(values: Iterable[str]) -> list[str]:
    """Return the values without those that no article can have, since they are no valid Unicode."""
    return [value for value in values if value.isascii() or not _SURROGATE.search(value)]


def _values(values: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, frozenset[str]]]:
    return iter(sorted(values.items()))


def _milliseconds(day: date) -> int:
    return milliseconds(datetime.combine(day, time.min, UTC))


def milliseconds(moment: datetime) -> int:
    """Return a moment as whole milliseconds since 1970, exactly (a float would lose some)."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
