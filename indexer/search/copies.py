"""Copies and reprints: a story that many papers took over stands once in a ranking, with the others beside it.

Two texts are copies where most runs of four words of the shorter one stand in the other (Broder 1997, "On the
resemblance and containment of documents": containment, as reprints are often cut). A quarter of the runs, those
whose hashes are divisible by four, finds the candidates; all runs decide.

The first `HORIZON` articles of a ranking are compared with each other, whatever page of it is asked for: so each
article is on one page, as a story or beside one, and pages neither repeat nor drop any. What ranks behind stands
for itself. These are the articles that late interaction reads anyway: comparing them asks the engine for nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import numpy.typing as npt

from indexer.article import Article
from indexer.search.weights import RERANKED

#: Articles of a ranking that are compared.
HORIZON = RERANKED
#: Share of the shorter text's runs that the longer one holds.
CONTAINED = 0.6
_RUN = 4  # words
#: Texts with fewer runs say too little; of longer ones the beginning decides.
_FEWEST_RUNS = 30
_MOST_WORDS = 600
_SAMPLED = np.uint64(4)
_MOST_CHARACTERS = _MOST_WORDS * 20
_ODD = np.uint64(0x9E3779B97F4A7C15)  # multiplying by it spreads a word's bits over the whole hash
#: Powers of an odd number and of its inverse, modulo 2^64: sums of characters times powers are words' hashes.
_BASE = 0x5851F42D4C957F2D
_POWERS, _INVERSES = (
    np.cumprod(np.full(_MOST_CHARACTERS + 1, base, np.uint64)) for base in (_BASE, pow(_BASE, -1, 1 << 64))
)
#: Whether a character is white space; none is behind the last of these.
_SPACE = np.array([chr(code).isspace() for code in range(0x3002)])

Runs = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Stories:
    """A ranking of which the first `compared` articles were grouped.

    `heads` are the places (from 0) of those that stand for a story, ascending; `copies` has the ids of a head's
    others, in the order of the ranking.
    """

    compared: int = 0
    heads: tuple[int, ...] = ()
    copies: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def hidden(self) -> int:
        """Return how many articles stand beside another one."""
        return self.compared - len(self.heads)

    def places(self, offset: int, size: int) -> tuple[tuple[int, ...], int]:
        """Return the places of a page's heads, and the place from which its remaining articles follow."""
        heads = self.heads[offset : offset + size]
        return heads, self.compared + max(0, offset - len(self.heads))


def stories(ids: Sequence[str], articles: Mapping[str, Article]) -> Stories:
    """Group the articles of a ranking, best first. One that is not among `articles` stands for itself."""
    runs = [runs_of(articles[article_id].text) if article_id in articles else _NONE for article_id in ids]
    heads: list[int] = []
    copies: dict[int, list[str]] = {}
    holders: dict[int, list[int]] = {}
    for place, sample in enumerate(_shared_samples(runs)):
        shared = Counter(chain.from_iterable(holders[run] for run in sample if run in holders))
        head = next((head for head, _ in shared.most_common() if are_copies(runs[place], runs[head])), None)
        if head is not None:
            copies.setdefault(head, []).append(ids[place])
            continue
        heads.append(place)
        for run in sample:
            holders.setdefault(run, []).append(place)
    return Stories(len(ids), tuple(heads), {head: tuple(others) for head, others in copies.items()})


def are_copies(one: Runs, other: Runs) -> bool:
    shorter = min(len(one), len(other))
    if shorter < _FEWEST_RUNS:
        return False
    shared = np.intersect1d(one, other, assume_unique=True)
    return len(shared) >= CONTAINED * shorter


def runs_of(text: str) -> Runs:
    """Return the hashes of a text's runs of words, sorted, without repetitions; the same in every process."""
    hashes = _word_hashes(text)
    if len(hashes) < _RUN:
        return _NONE
    mixed = np.zeros(len(hashes) - _RUN + 1, np.uint64)
    for place in range(_RUN):
        # Order counts: each word is mixed into what stands before it. Overflow is meant.
        mixed = (mixed ^ hashes[place : place + len(mixed)]) * _ODD
        mixed ^= mixed >> np.uint64(29)
    runs: Runs = np.unique(mixed)
    return runs


def _word_hashes(text: str) -> Runs:
    """Return a hash of each of the first words, in their order: a polynomial of its characters (Karp and Rabin 1987).

    All words at once: an article's take some 50 microseconds so.
    """
    folded = text[:_MOST_CHARACTERS].casefold()[:_MOST_CHARACTERS]
    codes = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), np.uint32)
    spaced = np.concatenate([[True], _SPACE[np.minimum(codes, len(_SPACE) - 1)], [True]])
    starts = np.flatnonzero(spaced[:-1] & ~spaced[1:])[:_MOST_WORDS]
    ends = np.flatnonzero(~spaced[:-1] & spaced[1:])[:_MOST_WORDS]
    sums = np.concatenate([[np.uint64(0)], np.cumsum((codes + np.uint64(1)) * _POWERS[: len(codes)])])
    hashes: Runs = (sums[ends] - sums[starts]) * _INVERSES[starts]
    return hashes


def _shared_samples(runs: Sequence[Runs]) -> Iterator[list[int]]:
    """Yield for each article those of its sampled runs that another article has, too: most share none."""
    samples = [own[own % _SAMPLED == 0] for own in runs]
    every = np.concatenate([_NONE, *samples])
    order = np.argsort(every)
    same = every[order][1:] == every[order][:-1]
    shared = np.zeros(len(every), np.bool_)
    shared[order[1:]] = same
    shared[order[:-1]] |= same
    end = 0
    for sample in samples:
        start, end = end, end + len(sample)
        yield sample[shared[start:end]].tolist()


_NONE: Runs = np.zeros(0, np.uint64)
