"""The contract's sentences as plain, slow code: what an engine answers is compared with what this does.

Scores are exact for fields of up to 40 tokens (both engines keep longer lengths in one byte) of articles that
have a title and a text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC
from functools import lru_cache
from math import log

import numpy as np

from indexer.article import Article
from indexer.engines.base import (
    FACETS,
    TITLE_BOOST,
    AllOf,
    AnyOf,
    Bucket,
    Clause,
    Count,
    Dating,
    Entry,
    Field,
    Filters,
    Form,
    Histogram,
    LexicalLeg,
    LexicalQuery,
    PhraseTerm,
    Sort,
    Term,
    Union,
    VectorLeg,
)
from indexer.text import analyse

_K1, _B = 1.2, 0.75
_PERIOD_LENGTHS = {"day": 10, "month": 7, "year": 4}


@lru_cache(maxsize=10_000)
def tokens_of(text: str, language: str, form: Form) -> tuple[str, ...]:
    return tuple(token.exact if form is Form.EXACT else token.stem for token in analyse(text, language))


class Reference:
    """An archive held in a dict."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries: dict[str, Entry] = {}
        self._known: dict[tuple[Field, Form], tuple[int, float, Counter[str]]] = {}
        self.write(entries)

    def write(self, entries: Iterable[Entry]) -> None:
        self.entries.update({entry.article.id: entry for entry in entries})
        self._known.clear()

    def delete(self, ids: Iterable[str]) -> int:
        self._known.clear()
        return sum(self.entries.pop(id_, None) is not None for id_ in set(ids))

    # -- legs

    def lexical(self, leg: LexicalLeg) -> list[tuple[str, float]]:
        """Return every article that matches, best first, with its score."""
        scores = {
            id_: score for id_, score in self.scores(leg.query).items() if self._passes(id_, leg.filters)
        }
        return sorted(scores.items(), key=lambda pair: (-round(pair[1], 4), pair[0]))

    def nearest(self, leg: VectorLeg) -> list[tuple[str, float, int]]:
        """Return every article that may be ranked, nearest first: its id, cosine and passage number."""
        only = leg.only or LexicalQuery()
        found = []
        for id_, entry in self.entries.items():
            demanded = all(self.score(clause, id_) is not None for clause in only.must)
            forbidden = any(self.score(clause, id_) is not None for clause in only.must_not)
            passages = entry.passages[:1] if leg.lead else entry.passages
            if passages and demanded and not forbidden and self._passes(id_, leg.filters):
                cosines = [float(np.dot(passage.vector, leg.vector)) for passage in passages]
                best = int(np.argmax(cosines))
                found.append((id_, cosines[best], passages[best].passage.number))
        return sorted(found, key=lambda one: (-one[1], one[0]))

    def scores(self, query: LexicalQuery) -> dict[str, float]:
        found = {}
        for id_ in self.entries:
            must = [self.score(clause, id_) for clause in query.must]
            should = [self.score(clause, id_) for clause in query.should]
            matched = [score for score in must + should if score is not None]
            enough = [self.score(clause, id_) for clause in query.one_of] if not query.must else []
            some = [score for score in enough if score is not None] if enough else matched
            wanted = some if (query.must or query.one_of or query.should) else not query.is_empty
            excluded = any(self.score(clause, id_) is not None for clause in query.must_not)
            if wanted and None not in must and not excluded:
                found[id_] = sum(matched)
        return found

    def score(self, clause: Clause, id_: str) -> float | None:
        """Return what an article scores, None where it does not match."""
        match clause:
            case Term():
                return self._in_fields((clause.token,), clause, id_)
            case PhraseTerm():
                return self._in_fields(clause.tokens, clause, id_)
            case AnyOf():
                scores = [self.score(option, id_) for option in clause.options]
                matched = sorted((score for score in scores if score is not None), reverse=True)
                return matched[0] + clause.tie * sum(matched[1:]) if matched else None
            case AllOf():
                parts = [self.score(part, id_) for part in clause.parts]
                return (
                    sum(part for part in parts if part is not None) if parts and None not in parts else None
                )

    def _in_fields(self, words: tuple[str, ...], clause: Term | PhraseTerm, id_: str) -> float | None:
        if clause.field is not Field.ANY:
            return self._bm25(words, clause, clause.field, id_)
        title = self._bm25(words, clause, Field.TITLE, id_)
        body = self._bm25(words, clause, Field.BODY, id_)
        if title is None and body is None:
            return None
        return TITLE_BOOST * (title or 0.0) + (body or 0.0)

    def _bm25(
        self, words: tuple[str, ...], clause: Term | PhraseTerm, field: Field, id_: str
    ) -> float | None:
        text = _tokens(self.entries[id_].article, field, clause.form)
        length = len(words)
        frequency = sum(text[at : at + length] == words for at in range(len(text))) if words else 0
        if not frequency:
            return None
        count, average, holding = self._statistics(field, clause.form)
        idf = sum(log(1 + (count - holding[word] + 0.5) / (holding[word] + 0.5)) for word in words)
        norm = _K1 * (1 - _B + _B * len(text) / average)
        return clause.boost * idf * frequency / (frequency + norm)

    def _statistics(self, field: Field, form: Form) -> tuple[int, float, Counter[str]]:
        """Return how many articles there are, the field's mean length, and how many hold each token."""
        known = self._known.get((field, form))
        if known is None:
            texts = [_tokens(entry.article, field, form) for entry in self.entries.values()]
            holding = Counter(token for text in texts for token in set(text))
            known = self._known[field, form] = len(texts), sum(map(len, texts)) / len(texts), holding
        return known

    # -- sets of articles

    def union(self, union: Union) -> set[str]:
        members = set(self.entries)
        if union.lexical is not None or union.ids is not None:
            members &= set(union.ids or ()) | set(self.scores(union.lexical) if union.lexical else ())
        return {id_ for id_ in members if self._passes(id_, union.filters)}

    def browse(self, union: Union, sort: Sort) -> list[str]:
        ids = sorted(self.union(union))
        if sort is Sort.RELEVANCE:
            return ids
        dated = [id_ for id_ in ids if self.entries[id_].article.published]
        dated.sort(
            key=lambda id_: self.entries[id_].article.published.at.timestamp(),  # type: ignore[union-attr]
            reverse=sort is Sort.NEWEST,
        )
        return dated + [id_ for id_ in ids if not self.entries[id_].article.published]

    def facet(self, union: Union, name: str, size: int) -> tuple[Count, ...]:
        counts = Counter(getattr(self.entries[id_].article, name) for id_ in self.union(union))
        del counts[""]
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(Count(*pair) for pair in ordered[:size])

    def histogram(self, union: Union, unit: str) -> Histogram:
        dates = [self.entries[id_].article.published for id_ in self.union(union)]
        days = [date.at.astimezone(UTC).date().isoformat() for date in dates if date and not date.doubtful]
        for one in ("day", "month", "year") if unit == "auto" else (unit,):
            counts = Counter(day[: _PERIOD_LENGTHS[one]] for day in days)
            if len(counts) <= 120:
                break
        buckets = tuple(Bucket(*pair) for pair in sorted(counts.items()))
        doubtful = sum(bool(date and date.doubtful) for date in dates)
        return Histogram(one, buckets, dates.count(None), doubtful)

    def vocabulary(self, least: int) -> list[tuple[str, str, int]]:
        """Return (language, form, articles)."""
        counts: Counter[tuple[str, str]] = Counter()
        for entry in self.entries.values():
            item = entry.article
            forms = {form for field in (Field.TITLE, Field.BODY) for form in _tokens(item, field, Form.EXACT)}
            counts.update((item.language, form) for form in forms)
        return sorted((*key, count) for key, count in counts.items() if count >= least)

    def _passes(self, id_: str, filters: Filters) -> bool:
        item = self.entries[id_].article
        for facet in FACETS:
            value, wanted = getattr(item, facet), filters.include.get(facet)
            if (wanted and value not in wanted) or value in filters.exclude.get(facet, ()):
                return False
        if filters.dating is not None:
            undated, doubtful = item.published is None, item.published is not None and item.published.doubtful
            if not (undated if filters.dating is Dating.NONE else doubtful):
                return False
        if not (filters.published_from or filters.published_to):
            return True
        if item.published is None:
            return False
        day = item.published.at.astimezone(UTC).date()
        return not (
            (filters.published_from and day < filters.published_from)
            or (filters.published_to and day > filters.published_to)
        )


def _tokens(item: Article, field: Field, form: Form) -> tuple[str, ...]:
    return tokens_of(item.title if field is Field.TITLE else item.text, item.language, form)
