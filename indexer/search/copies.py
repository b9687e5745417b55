"""Copies and reprints: a story that many papers took over stands once in a ranking, with the others beside it.

Two texts are copies where most runs of four words of the shorter one stand in the other (Broder 1997, "On the
resemblance and containment of documents": containment, as reprints are often cut), and so do those at the beginning of
either: papers tell each turn of a story with the paragraphs of the one before below it, and that is other news. A
quarter of the runs, those whose hashes are divisible by four, finds the candidates; all runs decide.

The first `HORIZON` articles of a ranking are compared with each other, whatever page of it is asked for: so each
article is on one page, as a story or beside one, and pages neither repeat nor drop any. What ranks behind stands
for itself. They come in one call with the page's articles; where late interaction reads again, it reads these anyway.
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
#: Share of the shorter text's runs that the longer one holds, and of the first `_LEAD` runs of each that the other one
#: holds. Among 10,500 articles of few papers 136 pairs meet the first. Of 107 the beginnings share half and less: those
#: that were read tell other news; from 0.6 on the same.
CONTAINED, _LEAD = 0.6, 40
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
    np.cumprod(np.full(_MOST_CHARACTERS + 1, base, np.uint64)).astype(np.uint64)
    for base in (_BASE, pow(_BASE, -1, 1 << 64))
)
#: Whether a character is white space; none is behind the last of these.
_SPACE = np.array([chr(code).isspace() for code in range(0x3002)])

Runs = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """The hashes of a text's runs of words: all, sorted and without repetitions, and the first as they stand."""

    runs: Runs
    lead: Runs


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
    wordings = wordings_of(
        [articles[article_id].text if article_id in articles else "" for article_id in ids]
    )
    heads: list[int] = []
    copies: dict[int, list[str]] = {}
    holders: dict[int, list[int]] = {}
    for place, sample in enumerate(_shared_samples([wording.runs for wording in wordings])):
        shared = Counter(chain.from_iterable(holders[run] for run in sample if run in holders))
        head = next(
            (head for head, _ in shared.most_common() if are_copies(wordings[place], wordings[head])), None
        )
        if head is not None:
            copies.setdefault(head, []).append(ids[place])
            continue
        heads.append(place)
        for run in sample:
            holders.setdefault(run, []).append(place)
    return Stories(len(ids), tuple(heads), {head: tuple(others) for head, others in copies.items()})


def are_copies(one: Wording, other: Wording) -> bool:
    shorter, longer = (one, other) if len(one.runs) <= len(other.runs) else (other, one)
    return (
        len(shorter.runs) >= _FEWEST_RUNS
        and _held(shorter.runs, longer) >= CONTAINED
        and _held(shorter.lead, longer) >= CONTAINED
        and _held(longer.lead, shorter) >= CONTAINED
    )


def _held(runs: Runs, wording: Wording) -> float:
    """Return which share of some runs a text holds."""
    places = np.minimum(np.searchsorted(wording.runs, runs), len(wording.runs) - 1)
    return float(np.count_nonzero(wording.runs[places] == runs)) / len(runs)


def wording_of(text: str) -> Wording:
    """Return what a text is compared by; the same in every process."""
    return wordings_of([text])[0]


def wordings_of(texts: Sequence[str]) -> list[Wording]:
    """Return `wording_of` each text: fifty in one pass cost a third of one by one."""
    hashes, owners = _word_hashes(texts)
    mixed = np.zeros(max(0, len(hashes) - _RUN + 1), np.uint64)
    for place in range(_RUN):
        # Order counts: each word is mixed into what stands before it. Overflow is meant.
        mixed = (mixed ^ hashes[place : place + len(mixed)]) * _ODD
        mixed ^= mixed >> np.uint64(29)
    owner = owners[: len(mixed)]
    within = owner == owners[_RUN - 1 :]  # no run reaches from one text into the next
    mixed, owner = mixed[within], owner[within]
    ends = np.searchsorted(owner, np.arange(len(texts)), side="right").tolist()
    return [
        Wording(_distinct(mixed[start:end]), mixed[start : min(end, start + _LEAD)])
        for start, end in zip([0, *ends], ends, strict=False)
    ]


def _distinct(hashes: Runs) -> Runs:
    """Return hashes sorted, without repetitions; `numpy.unique` takes ten times as long for so few."""
    ordered = np.sort(hashes)
    distinct: Runs = ordered[np.diff(ordered, prepend=~ordered[:1]) != 0]
    return distinct


def _word_hashes(texts: Sequence[str]) -> tuple[Runs, npt.NDArray[np.intp]]:
    """Return a hash of each of the texts' first words, in their order, and the number of the text that it is in.

    A hash is a polynomial of the word's characters (Karp and Rabin 1987).
    """
    folded = [text[:_MOST_CHARACTERS].casefold()[:_MOST_CHARACTERS] for text in texts]
    lengths = np.array([len(text) + 1 for text in folded], np.intp)
    begins = np.cumsum(lengths) - lengths
    codes = np.frombuffer("\n".join([*folded, ""]).encode("utf-32-le", "surrogatepass"), np.uint32)
    spaced = _SPACE[np.minimum(codes, len(_SPACE) - 1)]
    before = np.concatenate([[True], spaced[:-1]])
    starts = np.flatnonzero(before & ~spaced)
    if not len(starts):
        return _NONE, np.zeros(0, np.intp)
    owners = np.searchsorted(begins, starts, side="right") - 1
    within = np.arange(len(codes)) - np.repeat(begins, lengths)
    values: Runs = (codes + np.uint64(1)) * _POWERS[within] * ~spaced
    sums: Runs = np.add.reduceat(values, starts)
    hashes: Runs = sums * _INVERSES[within[starts]]
    # Of each text the first words.
    first = np.searchsorted(owners, np.arange(len(texts)))
    kept = np.arange(len(owners)) - first[owners] < _MOST_WORDS
    return hashes[kept], owners[kept]


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
