"""From the contract's queries to tantivy's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache

import tantivy
from tantivy import FieldType, Occur, Query

from indexer.engines.base import (
    FACETS,
    TITLE_BOOST,
    AllOf,
    AnyOf,
    Clause,
    Field,
    Filters,
    LexicalQuery,
    PhraseTerm,
    Term,
)
from indexer.engines.embedded.columns import FacetValues, day_number
from indexer.engines.fields import field_name, indexed_form

# tantivy keeps BM25's factor (k1 + 1), which Lucene has dropped; k1 is 1.2 in both.
_LUCENE_SCALE = 1 / 2.2


class Compiler:
    """Makes the queries of one index."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema
        # One search asks for the best, for the parts of their scores and for all that match: the same clauses.
        self._clause = lru_cache(maxsize=256)(self._compiled)

    def query(self, query: LexicalQuery) -> Query:
        """Compile a query. One of must-nots alone matches all the rest, with score 0; an empty one nothing."""
        if query.is_empty:
            return Query.empty_query()
        parts = [(Occur.MustNot, self._clause(clause)) for clause in query.must_not]
        parts += [(Occur.Must, self._clause(clause)) for clause in query.must]
        parts += [(Occur.Should, self._clause(clause)) for clause in query.should]
        if not (query.must or query.should):
            parts.append((Occur.Must, Query.const_score_query(Query.all_query(), 0.0)))
        return Query.boolean_query(parts)

    def filtered(self, query: Query, filters: Filters, values: FacetValues) -> Query:
        """Return a query that also demands the filters; scores stay as they are."""
        if filters.is_empty:
            return query
        parts = [(Occur.Must, query)]
        for chosen, occur in ((filters.include, Occur.Must), (filters.exclude, Occur.MustNot)):
            for facet, wanted in chosen.items():
                if wanted:
                    if facet not in FACETS:
                        raise ValueError(f"There is no facet {facet!r}.")
                    codes = values.codes_of(facet, wanted)
                    parts.append((occur, _scoreless(Query.term_set_query(self._schema, facet, codes))))
        if filters.published_from or filters.published_to:
            first = day_number(filters.published_from or date.min)
            last = day_number(filters.published_to or date.max)
            days = Query.range_query(self._schema, "day", FieldType.Integer, first, last)
            parts.append((Occur.Must, _scoreless(days)))
        return Query.boolean_query(parts)

    def among(self, clauses: Iterable[Clause], rows: list[int]) -> Iterator[Query]:
        """Yield each clause as one that only articles of *rows* can match, with its own score."""
        these = _scoreless(Query.term_set_query(self._schema, "row", rows))
        for clause in clauses:
            yield Query.boolean_query([(Occur.Must, self._clause(clause)), (Occur.Must, these)])

    def _compiled(self, clause: Clause) -> Query:
        match clause:
            case Term():
                return self._any_field((clause.token,), clause)
            case PhraseTerm():
                return self._any_field(clause.tokens, clause)
            case AnyOf():
                options = [self._clause(option) for option in clause.options]
                return Query.disjunction_max_query(options, clause.tie) if options else Query.empty_query()
            case AllOf():
                return Query.boolean_query([(Occur.Must, self._clause(part)) for part in clause.parts])

    def _any_field(self, tokens: tuple[str, ...], clause: Term | PhraseTerm) -> Query:
        if clause.field is not Field.ANY:
            return self._side_by_side(tokens, clause, clause.field, clause.boost)
        title = self._side_by_side(tokens, clause, Field.TITLE, clause.boost * TITLE_BOOST)
        body = self._side_by_side(tokens, clause, Field.BODY, clause.boost)
        return Query.boolean_query([(Occur.Should, title), (Occur.Should, body)])

    def _side_by_side(
        self, tokens: tuple[str, ...], clause: Term | PhraseTerm, field: Field, boost: float
    ) -> Query:
        words = [indexed_form(token) for token in tokens]
        if not all(words) or not words:
            return Query.empty_query()
        name = field_name(field, clause.form)
        if len(words) == 1:
            found = Query.term_query(self._schema, name, words[0], index_option="freq")
        else:
            found = Query.phrase_query(self._schema, name, list(words))
        return Query.boost_query(found, boost * _LUCENE_SCALE)


def _scoreless(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)
