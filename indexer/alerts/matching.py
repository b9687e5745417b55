"""Which articles answer a saved search: decided for one article at a time, whatever is new beside it.

A ranking always has a best article, so a rank cannot say that a new one is worth an alert. An article raises one when

- it passes the search's filters and conditions (quotes, +, -),
- it answers a third of the search's other words: as they are written, in another form, or by what the query plan
  searches for them,
- and its nearest passage is nearer to the search than the archive's articles are on the whole, by so many standard
  deviations (`indexer.alerts.nearness`): fewer where it answers all of the words.

Words alone are not enough, since the plan's farther words are guesses; nearness alone is not, since something is always
nearest. `Trigger.matches` decides for an article in memory; `Trigger.query` asks the engine for the same words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC

from indexer.alerts.nearness import Hurdle, UsualNearness
from indexer.article import Article
from indexer.engines.base import (
    FACETS,
    AllOf,
    AnyOf,
    Clause,
    Dating,
    Field,
    Filters,
    FloatArray,
    Form,
    LexicalQuery,
    PhraseTerm,
    Term,
)
from indexer.engines.fields import indexed_form
from indexer.search.legs import Option, SearchedWord
from indexer.search.page import WordPair
from indexer.search.prepared import Prepared
from indexer.search.weights import MARKED
from indexer.text import analyse

#: Of a search's words, so many must be answered. Chosen together with `nearness.DEVIATIONS`, which has the figures.
SHARE = 1 / 3
#: ... where the archive is too small for the usual nearness to be known, and words have to do alone.
SHARE_OF_WORDS_ALONE = 2 / 3


#: A token as it is looked up: what `percolate` finds saved searches by.
Key = tuple[Form, str]


class Candidate:
    """A new article: its tokens and vectors, made once and asked by many saved searches.

    *vectors* are those of its passages: (n_passages, dim) float32, unit length; None where it has none.
    """

    def __init__(self, article: Article, vectors: FloatArray | None = None) -> None:
        self.article = article
        self._vectors = vectors
        self._texts = {Field.TITLE: article.title, Field.BODY: article.text}
        self._tokens = {field: analyse(text, article.language) for field, text in self._texts.items()}
        self._places: dict[tuple[Field, Form], dict[str, list[int]]] = {}
        for field, tokens in self._tokens.items():
            exact: dict[str, list[int]] = {}
            stems: dict[str, list[int]] = {}
            for place, token in enumerate(tokens):
                exact.setdefault(indexed_form(token.exact), []).append(place)
                stems.setdefault(indexed_form(token.stem), []).append(place)
            self._places[field, Form.EXACT], self._places[field, Form.STEM] = exact, stems

    def keys(self) -> set[Key]:
        """Return every token that the article holds, in both forms."""
        return {(form, token) for (_, form), places in self._places.items() for token in places}

    def found(self, tokens: Sequence[str], form: Form, field: Field) -> str | None:
        """Return what is written where these tokens stand side by side, None where they do not."""
        for one in (Field.TITLE, Field.BODY) if field is Field.ANY else (field,):
            places = self._places[one, form]
            first, *rest = (indexed_form(token) for token in tokens)
            for place in places.get(first, ()):
                if all(place + step in places.get(token, ()) for step, token in enumerate(rest, 1)):
                    cut = self._tokens[one]
                    return self._texts[one][cut[place].start : cut[place + len(rest)].end]
        return None

    def nearness(self, vector: FloatArray) -> float:
        """Return the cosine of the nearest passage, -1 where the article has none."""
        return -1.0 if self._vectors is None else float((self._vectors @ vector).max())

    def meets(self, clause: Clause) -> bool:
        match clause:
            case Term():
                return self.found((clause.token,), clause.form, clause.field) is not None
            case PhraseTerm():
                return self.found(clause.tokens, clause.form, clause.field) is not None
            case AnyOf():
                return any(self.meets(option) for option in clause.options)
            case AllOf():
                return all(self.meets(part) for part in clause.parts)


@dataclass(frozen=True, slots=True, eq=False)
class Trigger:
    """What an article must be and say. `words` go with the `should` clauses of `query`, one to one.

    `near` says how near an article must be, None where words have to do alone.
    """

    query: LexicalQuery
    words: tuple[SearchedWord, ...]
    hard: tuple[SearchedWord, ...]
    filters: Filters
    count: int
    needed: int
    near: Hurdle | None = None

    def matches(self, candidate: Candidate) -> tuple[WordPair, ...] | None:
        """Return the words that an article answers and what it says there; None where it is no match."""
        if not passes(self.filters, candidate.article):
            return None
        if any(candidate.meets(clause) for clause in self.query.must_not):
            return None
        if not all(candidate.meets(clause) for clause in self.query.must):
            return None
        pairs, met = self.answered(candidate)
        if met < self.needed:
            return None
        if self.near is not None and not self.is_near(candidate.nearness(self.near.vector), met):
            return None
        return pairs

    def answered(self, candidate: Candidate) -> tuple[tuple[WordPair, ...], int]:
        """Return the words that an article answers with what it says there, and how many of them are no conditions."""
        pairs: list[WordPair] = []
        met: set[int] = set()
        for word in (*self.hard, *self.words):
            if pair := _pair(word, candidate):
                pairs.append(pair)
                if not word.hard:
                    met.update(word.covers)
        return tuple(pairs), len(met)

    def is_near(self, cosine: float, met: int) -> bool:
        """Say whether an article of this nearness passes that answers so many of the words."""
        return self.near is None or self.near.is_passed(cosine, by_all=met == self.count)

    def met(self, parts: Sequence[float]) -> int:
        """Return how many words an article answers, by what the engine's `should` clauses scored for it."""
        met = {
            number
            for word, score in zip(self.words, parts, strict=True)
            if score > 0
            for number in word.covers
        }
        return len(met)


def make_trigger(prepared: Prepared, usual: UsualNearness) -> Trigger | None:
    """Return the trigger of a prepared search; None where its filters exclude each other."""
    if prepared.filters is None:
        return None
    lookup = prepared.lookup
    soft = [_sure(word) for word in lookup.words if not word.hard]
    words = tuple(word for word in soft if word.options)
    count = len({number for word in soft for number in word.covers})
    # Conditions alone are exact: what they ask for is not judged by its meaning.
    near = usual.hurdle(prepared.encoding.vector) if count and prepared.encoding is not None else None
    share = SHARE_OF_WORDS_ALONE if near is None else SHARE
    return Trigger(
        query=LexicalQuery(
            should=tuple(_clause(word) for word in words),
            must=lookup.query.must,
            must_not=lookup.query.must_not,
        ),
        words=words,
        hard=tuple(word for word in lookup.words if word.hard),
        filters=prepared.filters,
        count=count,
        needed=needed(share, count),
        near=near,
    )


def needed(share: float, count: int) -> int:
    """Return how many of `count` words must be answered."""
    return math.ceil(share * count - 1e-9)


def passes(filters: Filters, article: Article) -> bool:
    """Say whether filters let an article pass, as the engines do (`engines.base.Filters`)."""
    for facet in FACETS:
        value, wanted = getattr(article, facet), filters.include.get(facet)
        if (wanted and value not in wanted) or value in filters.exclude.get(facet, ()):
            return False
    if filters.dating is Dating.NONE and article.published is not None:
        return False
    if filters.dating is Dating.DOUBTFUL and not (article.published and article.published.doubtful):
        return False
    if not (filters.published_from or filters.published_to):
        return True
    if article.published is None:
        return False
    day = article.published.at.astimezone(UTC).date()
    if filters.published_from and day < filters.published_from:
        return False
    return not (filters.published_to and day > filters.published_to)


def _sure(word: SearchedWord) -> SearchedWord:
    """Return a word without what is unlikely to be meant: an alert calls someone, where a page is looked at."""
    return replace(word, options=tuple(option for option in word.options if option.weight >= MARKED))


def _clause(word: SearchedWord) -> Clause:
    terms = tuple(option.term(word.field) for option in word.options)
    return terms[0] if len(terms) == 1 else AnyOf(terms)


def _pair(word: SearchedWord, candidate: Candidate) -> WordPair | None:
    def weight(option: Option) -> float:
        return option.weight

    for option in sorted(word.options, key=weight, reverse=True):
        if found := candidate.found(option.tokens, option.form, word.field):
            return WordPair(word.word, found, option.source)
    return None
