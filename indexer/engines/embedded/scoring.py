"""Lexical queries over a snapshot: each term is looked up in tantivy once, and the rest is arithmetic on arrays.

A search wants the best articles, what each clause scored for them, and all that match, to count them. As queries
of tantivy these are a walk over the same postings each (and one more a clause, for the parts of the scores). Here
a term's articles and scores are remembered: the frequent words, which cost most, are those that questions share.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from indexer.engines.base import AllOf, AnyOf, Clause, FloatArray, LexicalQuery, PhraseTerm, Term
from indexer.engines.embedded.columns import Columns, Mask, Positions
from indexer.engines.embedded.lexical import Atom, LexicalReader

#: Entries (an article of a term, 12 bytes) that are remembered: so many, or so many for each article. All
#: terms of 1,926 headlines asked of 30,177 articles are 3.4 million.
_TERMS, _TERMS_PER_ARTICLE = 4_000_000, 24
#: Queries of which it is remembered what matches: a search has two, with its conditions, and others run beside it.
_QUERIES = 4
#: What remembering costs beside its entries, in entries: words that nothing holds are many, too.
_OVERHEAD = 64
#: Where one in so many articles matches, laying them out is faster than sorting them.
_DENSE = 32
_NOWHERE: Positions = np.zeros(0, np.int64)
_NO_SCORES: FloatArray = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """The articles that match: positions, (n,) ascending, and BM25 scores, (n,)."""

    positions: Positions
    scores: FloatArray


class _Remembered:
    """Hits by their term; what was not asked for longest is forgotten. Safe to use from several threads."""

    def __init__(self, most: int) -> None:
        """*most* is how many entries are kept."""
        self._most = most
        self._known: OrderedDict[Atom, Hits] = OrderedDict()
        self._entries = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: Atom, make: Callable[[Atom], Hits]) -> Hits:
        """Return the hits of a term, which *make* makes where they are not known."""
        with self._lock:
            if (known := self._known.get(key)) is not None:
                self._known.move_to_end(key)
                return known
        hits = make(key)
        with self._lock:
            if (known := self._known.get(key)) is not None:  # another thread was quicker
                return known
            self._known[key] = hits
            self._entries += len(hits.positions) + _OVERHEAD
            while self._entries > self._most:
                _, forgotten = self._known.popitem(last=False)
                self._entries -= len(forgotten.positions) + _OVERHEAD
        return hits


@dataclass(slots=True, eq=False)
class _Answer:
    """What is known of a query by now. One search asks it for the best, for their parts, and to count all."""

    query: LexicalQuery
    mask: Mask | None = None
    #: By the identity of clauses of the query: to hash them takes longer than to look all of it up.
    hits: dict[int, Hits] = field(default_factory=dict)


class Scorer:
    """Answers lexical queries from one index as it stands beside the columns. Safe to use from several threads."""

    def __init__(self, reader: LexicalReader, columns: Columns) -> None:
        self._reader = reader
        self._columns = columns
        self._terms = _Remembered(max(_TERMS, _TERMS_PER_ARTICLE * len(columns)))
        self._recent: tuple[_Answer, ...] = ()

    def matching(self, query: LexicalQuery) -> Mask:
        """Return which articles match, not to be written to."""
        answer = self._answer(query)
        if answer.mask is None:
            mask = self._matching(answer)
            mask.flags.writeable = False
            answer.mask = mask
        return answer.mask

    def _answer(self, query: LexicalQuery) -> _Answer:
        for known in self._recent:
            if known.query is query:
                return known
        answer = _Answer(query)
        self._recent = (answer, *self._recent[: _QUERIES - 1])
        return answer

    def _matching(self, answer: _Answer) -> Mask:
        query = answer.query
        some = query.must or query.one_of or query.should
        mask = np.full(len(self._columns), not some and bool(query.must_not))
        if query.must:
            mask[:] = True
            for clause in query.must:
                met = np.zeros(len(mask), np.bool_)
                self._set(met, answer, clause, True)
                mask &= met
        else:
            for clause in query.one_of or query.should:
                self._set(mask, answer, clause, True)
        for clause in query.must_not:
            self._set(mask, answer, clause, False)
        return mask

    def best(self, query: LexicalQuery, allowed: Mask | None, size: int) -> tuple[Positions, FloatArray, int]:
        """Return the positions and scores of the `size` best articles and of all that tie with the last, and the total.

        Scores are rounded to 16 bits, as their last bits depend on which of the index's segments an article is in.
        """
        mask, answer = self.matching(query), self._answer(query)
        if allowed is not None:
            mask = mask & allowed
        positions = np.flatnonzero(mask)
        sums = np.zeros(len(mask), np.float32)
        for clause in (*query.must, *query.should):
            hits = self._hits(answer, clause)
            sums[hits.positions] += hits.scores
        scores = _rounded(sums[positions])
        total = len(positions)
        if size < total:
            kept = scores >= np.partition(scores, -size)[-size] if size > 0 else np.zeros(total, np.bool_)
            positions, scores = positions[kept], scores[kept]
        return positions, scores, total

    def parts(self, query: LexicalQuery, positions: Positions) -> FloatArray:
        """Return (n, n_should): what each `should` clause scores for the articles there, 0 where it does not match."""
        answer = self._answer(query)
        scores = np.zeros((len(positions), len(query.should)), np.float32)
        for column, clause in enumerate(query.should):
            hits = self._hits(answer, clause)
            every = np.zeros(len(self._columns), np.float32)
            every[hits.positions] = hits.scores
            scores[:, column] = every[positions]
        return _rounded(scores)

    def _set(self, mask: Mask, answer: _Answer, clause: Clause, value: bool) -> None:
        """Set the mask where a clause matches. Alternatives need no scores for that, which are what takes time."""
        match clause:
            case Term():
                mask[self._term(Atom((clause.token,), clause.form, clause.field)).positions] = value
            case PhraseTerm():
                mask[self._term(Atom(clause.tokens, clause.form, clause.field)).positions] = value
            case AnyOf():
                for option in clause.options:
                    self._set(mask, answer, option, value)
            case AllOf():
                mask[self._hits(answer, clause).positions] = value

    def _hits(self, answer: _Answer, clause: Clause) -> Hits:
        """Return the hits of a clause of the query that is answered."""
        hits = answer.hits.get(id(clause))
        if hits is None:
            hits = answer.hits[id(clause)] = self._evaluated(clause)
        return hits

    def _evaluated(self, clause: Clause) -> Hits:
        match clause:
            case Term():
                return self._boosted(Atom((clause.token,), clause.form, clause.field), clause.boost)
            case PhraseTerm():
                return self._boosted(Atom(clause.tokens, clause.form, clause.field), clause.boost)
            case AnyOf():
                every = [self._evaluated(option) for option in clause.options]
                if len(every) == 1:
                    return every[0]
                positions, scores, starts = _gathered(every)
                best = np.maximum.reduceat(scores, starts)
                if clause.tie:
                    best += np.float32(clause.tie) * (np.add.reduceat(scores, starts) - best)
                return Hits(positions[starts], best)
            case AllOf():
                every = [self._evaluated(part) for part in clause.parts]
                positions, scores, starts = _gathered(every)
                met = np.diff(starts, append=len(positions)) == len(every)
                return Hits(positions[starts[met]], np.add.reduceat(scores, starts)[met])

    def _term(self, atom: Atom) -> Hits:
        return self._terms.get(atom, self._looked_up)

    def _boosted(self, atom: Atom, boost: float) -> Hits:
        hits = self._term(atom)
        return hits if boost == 1.0 else Hits(hits.positions, hits.scores * np.float32(boost))

    def _looked_up(self, atom: Atom) -> Hits:
        rows, scores = self._reader.look_up(atom)
        positions = self._columns.positions_of_rows(rows)
        alive = positions >= 0
        return _ascending(positions[alive], scores[alive], len(self._columns))


def _gathered(every: Sequence[Hits]) -> tuple[Positions, FloatArray, npt.NDArray[np.intp]]:
    """Return the positions of all hits, ascending, their scores, and where each article's begin among them."""
    positions = np.concatenate([_NOWHERE, *(hits.positions for hits in every)])
    scores = np.concatenate([_NO_SCORES, *(hits.scores for hits in every)])
    order = positions.argsort(kind="stable")
    positions, scores = positions[order], scores[order]
    begins = np.ones(len(positions), np.bool_)
    np.not_equal(positions[1:], positions[:-1], out=begins[1:])
    return positions, scores, begins.nonzero()[0]


def _ascending(positions: Positions, scores: FloatArray, count: int) -> Hits:
    """Return hits in the order of their positions, of which there are `count` in all."""
    if len(positions) * _DENSE < count:
        order = np.argsort(positions)
        return Hits(positions[order], scores[order])
    every, mask = np.zeros(count, np.float32), np.zeros(count, np.bool_)
    every[positions], mask[positions] = scores, True
    found = np.flatnonzero(mask)
    return Hits(found, every[found])


def _rounded(scores: npt.NDArray[np.float32]) -> FloatArray:
    mantissa, exponent = np.frexp(scores)
    rounded: FloatArray = np.ldexp(np.round(mantissa * 65_536) / np.float32(65_536), exponent)
    return rounded
