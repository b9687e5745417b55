"""A request made ready for the engine: parsed, with the archive's own values in its filters, encoded and planned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from indexer.engines.base import Filters, LexicalQuery
from indexer.models.base import Encoder, Encoding
from indexer.search.corrections import CorrectedText
from indexer.search.facets import FacetValues, Unknown
from indexer.search.filters import combine
from indexer.search.knowledge import Knowledge
from indexer.search.legs import Lookup, look_up
from indexer.search.plan import QueryPlan
from indexer.search.prepared import Prepared
from indexer.search.query import parse
from indexer.search.querylanguage import QueryLanguage, query_language
from indexer.search.querytree import ParsedQuery
from indexer.search.rarity import with_one_rarity
from indexer.search.request import SearchRequest
from indexer.search.stopwords import function_words
from indexer.search.timing import Stopwatch
from indexer.search.weights import QUESTION_SHARE, Weights
from indexer.text import analyse

#: (text, language) -> the text encoded as a query, with its words.
Encode = Callable[[str, str], Encoding]


class Preparer:
    """Prepares requests to one archive. Safe to use from several threads."""

    def __init__(
        self, encoder: Encoder, facet_values: FacetValues, knowledge: Knowledge, weights: Weights
    ) -> None:
        self._encoder = encoder
        self._facet_values = facet_values
        self._knowledge = knowledge
        self._weights = weights

    def prepare(self, request: SearchRequest, clock: Stopwatch, encode: Encode | None = None) -> Prepared:
        """Return a request understood and planned."""
        return self.planned(self.understood(request, clock, encode), request, clock)

    def understood(self, request: SearchRequest, clock: Stopwatch, encode: Encode | None = None) -> Prepared:
        """Return a request parsed and encoded; of what is looked up by words it has the conditions at least."""
        with clock.stage("parse"):
            parsed = parse(request.text)
            filters, unknown = self.filtered(request, parsed)
            spoken = self._spoken(parsed)
            # Words that are to be planned are looked up then; conditions have no plan.
            planned = bool(parsed.free_text) and filters is not None
            now = parsed.is_hard or not planned
            lookup = self.look_up(parsed, QueryPlan(), spoken) if now else Lookup(LexicalQuery())
        if not planned:
            return Prepared(parsed, spoken, lookup, filters, unknown=unknown)
        corrections = self.corrections(request, parsed, filters, spoken)
        meant = CorrectedText(parsed.free_text, corrections)
        with clock.stage("encode"):
            encoding = (encode or self._encode)(meant.text, spoken.code)
            if corrections:
                encoding = replace(encoding, spans=tuple(map(meant.in_typed, encoding.spans)))
        question = _is_question(parsed.free_text, spoken.code)
        return Prepared(
            parsed,
            spoken,
            lookup,
            filters,
            encoding,
            question=question,
            corrections=corrections,
            weights=self._weights,
            background=self._knowledge.background,
            unknown=unknown,
        )

    def planned(self, first: Prepared, request: SearchRequest, clock: Stopwatch) -> Prepared:
        """Return a request with what else is looked up for its words."""
        if first.encoding is None or first.filters is None:
            return first
        with clock.stage("plan"):
            plan = self._knowledge.planner.plan(
                first.parsed,
                first.encoding,
                language=first.language,
                targets=self._facet_values.languages(first.filters),
                edits=request.edits,
                corrections=first.corrections,
            )
            lookup = self.look_up(first.parsed, plan, first.spoken).demanding(request.demand)
            prepared = replace(first, plan=plan, lookup=lookup)
            return self._evened(prepared) if prepared.one_word else prepared

    def _evened(self, prepared: Prepared) -> Prepared:
        """Return a request for a word that is equally rare, whatever it is searched as."""
        lexicon, total = self._knowledge.planner.lexicon, self._facet_values.articles()
        query = with_one_rarity(prepared.lookup.query, lexicon, total)
        return replace(prepared, lookup=replace(prepared.lookup, query=query))

    def corrections(
        self,
        request: SearchRequest,
        parsed: ParsedQuery,
        filters: Filters | None,
        spoken: QueryLanguage | None = None,
    ) -> dict[str, str]:
        """Return the exact forms of words that seem to be mistyped, each with what is meant, unless none is wanted."""
        if not (request.edits.spelling and parsed.free_text and filters is not None):
            return {}
        language = (spoken or self._spoken(parsed)).code
        targets = self._facet_values.languages(filters)
        return self._knowledge.planner.corrections(parsed, language=language, targets=targets)

    def _spoken(self, parsed: ParsedQuery) -> QueryLanguage:
        if not parsed.free_text:
            return QueryLanguage()
        return query_language(parsed.free_text, self._knowledge.planner.dictionary)

    def filtered(
        self, request: SearchRequest, parsed: ParsedQuery
    ) -> tuple[Filters | None, tuple[Unknown, ...]]:
        """Return the filters of the query and those beside it as one, and values that the archive does not have."""
        written, unknown = self._facet_values.resolve(parsed.filters, widen=True)
        chosen, more = self._facet_values.resolve(request.filters)
        return combine(chosen, written), tuple(dict.fromkeys((*unknown, *more)))

    def look_up(self, parsed: ParsedQuery, plan: QueryPlan, spoken: QueryLanguage) -> Lookup:
        """Return what is looked up for the words of a query, and for what is planned for them."""
        if not parsed.clauses:
            return Lookup(LexicalQuery())
        archive = self._facet_values.values().get("language", ())
        return look_up(parsed, plan.expansions(), spoken.stems(archive))

    def _encode(self, text: str, language: str) -> Encoding:
        return self._encoder.encode_query(text, words=True, language=language)


def _is_question(text: str, language: str) -> bool:
    """Return whether a query is a sentence of a person rather than a headline or a list of words."""
    if text.rstrip().endswith(("?", "؟", "？")):
        return True
    words = [token.exact for token in analyse(text, language)]
    common = function_words(language)
    return bool(words) and sum(word in common for word in words) / len(words) >= QUESTION_SHARE
