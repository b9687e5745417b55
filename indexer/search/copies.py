"""Copies and reprints: a story that many papers took over stands once in a ranking, with the others beside it.

Two texts are copies where most runs of four words of the shorter one stand in the other (Broder 1997, "On the
resemblance and containment of documents": containment, as reprints are often cut). A quarter of the runs, those
whose hashes are divisible by four, finds the candidates; all runs decide.

The first `HORIZON` articles of a ranking are compared with each other, whatever page of it is asked for: so each
article is on one page, as a story or beside one, and pages neither repeat nor drop any. What ranks behind stands
for itself.
"""

from __future__ import annotations

import threading
import zlib
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import numpy.typing as npt

from indexer.article import Article
from indexer.engines.base import Engine

#: Articles of a ranking that are compared: as many as the fused ranking is deep.
HORIZON = 500
#: Share of the shorter text's runs that the longer one holds.
CONTAINED = 0.6
_RUN = 4  # words
#: Texts with fewer runs say too little; of longer ones the beginning decides.
_FEWEST_RUNS = 30
_MOST_WORDS = 600
_SAMPLED = np.uint64(4)
#: Articles whose runs are kept in memory, 2 kB each.
_REMEMBERED = 10_000
_ODD = np.uint64(0x9E3779B97F4A7C15)  # multiplying by it spreads a word's bits over the whole hash

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


class Copies:
    """Knows which articles of an archive are copies. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], Runs] = OrderedDict()

    def stories(self, ids: Sequence[str], articles: Mapping[str, Article]) -> Stories:
        """Group articles, the best-ranked first. `articles` are those that are at hand; others are read."""
        known = self._runs(ids, articles)
        runs = [known.get(article_id, _NONE) for article_id in ids]
        heads: list[int] = []
        copies: dict[int, list[str]] = {}
        holders: dict[int, list[int]] = {}
        for place, sample in enumerate(_shared_samples(runs)):
            shared = Counter(chain.from_iterable(holders[run] for run in sample if run in holders))
            head = next(
                (head for head, _ in shared.most_common() if are_copies(runs[place], runs[head])), None
            )
            if head is not None:
                copies.setdefault(head, []).append(ids[place])
                continue
            heads.append(place)
            for run in sample:
                holders.setdefault(run, []).append(place)
        return Stories(len(ids), tuple(heads), {head: tuple(others) for head, others in copies.items()})

    def _runs(self, ids: Sequence[str], articles: Mapping[str, Article]) -> dict[str, Runs]:
        """Return the runs of those of the articles that exist; a changed text is read again."""
        keys = [(article_id, version) for article_id, version in self._engine.hashes(ids).items()]
        found: dict[str, Runs] = {}
        with self._lock:
            for key in keys:
                if key in self._known:
                    self._known.move_to_end(key)
                    found[key[0]] = self._known[key]
        missing = [key for key in keys if key[0] not in found]
        unread = [article_id for article_id, _ in missing if article_id not in articles]
        read = {**articles, **(self._engine.articles(unread) if unread else {})}
        made = {key: runs_of(read[key[0]].text) for key in missing if key[0] in read}
        with self._lock:
            self._known |= made
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found | {article_id: runs for (article_id, _), runs in made.items()}


def are_copies(one: Runs, other: Runs) -> bool:
    shorter = min(len(one), len(other))
    if shorter < _FEWEST_RUNS:
        return False
    shared = np.intersect1d(one, other, assume_unique=True)
    return len(shared) >= CONTAINED * shorter


def runs_of(text: str) -> Runs:
    """Return the hashes of a text's runs of words, sorted, without repetitions; the same in every process."""
    words = text[: _MOST_WORDS * 20].casefold().split(maxsplit=_MOST_WORDS)[:_MOST_WORDS]
    if len(words) < _RUN:
        return _NONE
    hashes = np.array([zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in words], np.uint64)
    mixed = np.zeros(len(words) - _RUN + 1, np.uint64)
    for place in range(_RUN):
        # Order counts: each word is mixed into what stands before it. Overflow is meant.
        mixed = (mixed ^ hashes[place : place + len(mixed)]) * _ODD
        mixed ^= mixed >> np.uint64(29)
    runs: Runs = np.unique(mixed)
    return runs


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
