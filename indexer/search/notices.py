"""What a person should know of a search: sentences beside its results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress

from indexer.engines.base import Engine, Field, Filters, Gathered, LexicalLeg, LexicalQuery
from indexer.errors import InvalidQuery
from indexer.search.conditions import conditions_in_arabic, only_as_written, query_in_arabic
from indexer.search.dates import period_in
from indexer.search.explain import KNOWN_ITEM
from indexer.search.facets import FacetValues
from indexer.search.found import Found
from indexer.search.knowledge import Knowledge
from indexer.search.legs import Lookup, Option
from indexer.search.page import Result
from indexer.search.plan import QueryPlan, has_arabic
from indexer.search.query import parse
from indexer.search.querytree import ParsedQuery
from indexer.search.rewriting import Gap, gaps, without_gaps
from indexer.search.sources import ADDED
from indexer.search.stopwords import function_words
from indexer.search.timing import Stopwatch
from indexer.wording import say

_NOTHING_STANDS_OUT = say(
    "Nothing here stands out: these are the nearest articles of the archive, and perhaps none of them answers "
    "the question."
)
_MOST_UNMENTIONED = 5
_WORD = re.compile(r"\w+")
HAS_THIS_TITLE = say(
    "The archive has an article with this title: articles that tell the same story come first."
)
_NO_WORD = say("There is no word in this question that could be looked for: all articles are listed.")
_AS_WRITTEN = say(
    "Words with a sign or in quotation marks are looked for as they are written, in no other language."
)
_COUNTS_INCOMPLETE = say("Counts are incomplete: a part of the archive did not answer.")


class Notices:
    """Says of a query what the archive and its dictionary make of it. Safe to use from several threads."""

    def __init__(self, engine: Engine, facet_values: FacetValues, knowledge: Knowledge) -> None:
        self._engine = engine
        self._facet_values = facet_values
        self._knowledge = knowledge

    def of_words(
        self, parsed: ParsedQuery, lookup: Lookup, filters: Filters | None, slips: Sequence[Gap]
    ) -> list[str]:
        """Return what is to be said of words that are looked for otherwise than who asks may think."""
        if parsed.text.strip() and lookup.query.is_empty and parsed.filters.is_empty:
            return [_NO_WORD]
        notices: list[str] = [
            say(
                "%(written)s is searched as plain words: the value of a field follows its colon directly. "
                "Did you mean %(meant)s?",
                written=repr(f"{gap.name} {gap.value}"),
                meant=gap.closed,
            )
            for gap in slips
        ]
        if not self._searches_arabic(filters):
            return notices
        dictionary = self._knowledge.planner.dictionary
        if examples := conditions_in_arabic(parsed, dictionary):
            notices.append(say("%(notice)s In Arabic: %(examples)s", notice=_AS_WRITTEN, examples=examples))
        elif only_as_written(parsed, dictionary):
            notices.append(_AS_WRITTEN)
        return notices

    def slips(self, parsed: ParsedQuery) -> list[Gap]:
        """Return the fields of a query that a space made words, and that were perhaps meant."""
        return [gap for gap in gaps(parsed.text) if self._is_slip(gap)]

    def _is_slip(self, gap: Gap) -> bool:
        """Whether a name with a word behind a space was meant as a field, and is not how a headline is written.

        Headlines write it with a capital letter (`Source: Reuters`), and their words are seldom values.
        """
        try:
            field = parse(gap.closed)
        except InvalidQuery:  # no date, no language
            return False
        if not field.filters.is_empty and not self._facet_values.resolve(field.filters, widen=True)[1]:
            return True
        return gap.name.islower() and gap.value.lower() not in function_words()

    def additions_missed(self, plan: QueryPlan, clock: Stopwatch) -> list[str]:
        """Return a notice for each word that was added to the plan and that no article has."""
        added = [
            (word, one)
            for word in plan.words
            for one in word.searched
            if one.source == ADDED and not one.articles  # the lexicon knows those of two articles and more
        ]
        if not added:
            return []
        terms = [Option(one.tokens, one.form).term(Field.ANY) for _, one in added]
        legs = [LexicalLeg(LexicalQuery(should=(term,)), size=1) for term in terms]
        with clock.stage("plan"):
            answers = self._engine.match(legs, timeout=clock.remaining())
        return [
            say("No article has %(added)s, which you added to %(word)s.", added=one.surface, word=word.text)
            for (word, one), answer in zip(added, answers, strict=True)
            if answer.complete and not answer.total
        ]

    def in_arabic(self, parsed: ParsedQuery, filters: Filters | None) -> str:
        """Return the query with its conditions in Arabic, where that would find something else."""
        if not parsed.is_hard or not self._searches_arabic(filters):
            return ""
        return query_in_arabic(parsed, self._knowledge.planner.dictionary)

    def _searches_arabic(self, filters: Filters | None) -> bool:
        return has_arabic(self._facet_values.languages(filters or Filters()))


def of_ranking(found: Found, stands_out: bool | None) -> list[str]:
    """Return what is to be said before all else of a ranking: whether it answers at all, and by what it is headed."""
    if stands_out is False:
        return [_NOTHING_STANDS_OUT]
    return [HAS_THIS_TITLE] if KNOWN_ITEM in found.legs else []


def of_missing_parts(answers: Iterable[Gathered]) -> list[str]:
    """Return a notice for each answer that a part of the archive is missing from."""
    return [answer.notice or _COUNTS_INCOMPLETE for answer in answers if answer.notice or not answer.complete]


def with_fields_closed(parsed: ParsedQuery, slips: Sequence[Gap]) -> str:
    """Return the query with the fields that were perhaps meant, "" where there are none or they cannot be."""
    if slips:
        text = without_gaps(parsed.text, slips)
        with suppress(InvalidQuery):  # dates that leave no day, an OR between unlike things
            parse(text)
            return text
    return ""


def of_corrections(corrections: Iterable[tuple[str, str]]) -> list[str]:
    """Tell what words of a query, as they were typed, are searched as."""
    return [
        say("No list has %(typed)s; it is searched as %(meant)s.", typed=typed, meant=meant)
        for typed, meant in corrections
    ]


def unmentioned(text: str, lookup: Lookup, results: Sequence[Result]) -> list[str]:
    """Tell the words of the query that no article of a page answers, not even perhaps, where it answers others.

    A year is answered by an article of that year, which seldom names it; the words of a date are told otherwise, as
    what the search may be narrowed to. *text* is the query's free text.
    """
    met = {pair.word for result in results for pair in result.explanation.pairs}
    unanswered = lookup.unanswered(met) if met else []
    if not unanswered:
        return []
    dates = (result.article.published for result in results)
    told = {str(date.local.year) for date in dates if date is not None}
    if named := period_in(text):
        told |= set(_WORD.findall(text)) - set(_WORD.findall(named.rest))
    words = tuple(word for word in unanswered if word not in told)[:_MOST_UNMENTIONED]
    if not words:
        return []
    return [say("No article on this page mentions %(words)s, as far as the archive can tell.", words=words)]
