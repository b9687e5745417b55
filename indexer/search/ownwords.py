"""The analyst's own word pairs: an English word or phrase, and what is written for it in Arabic.

They are kept in the archive and come first among the translations of a query plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from indexer.engines.base import Engine
from indexer.search.dictionary import Pair, lookup_key

#: Records: {"english": ..., "arabic": ...}, one a pair.
KIND = "user-lexicon"
#: A record of another kind that changes with them, so that a running search can see it at a glance.
STATE_KIND, STATE = "lexicon", "own-words"
_BATCH = 1_000


class OwnWords:
    """The own words of one archive."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __iter__(self) -> Iterator[Pair]:
        """Yield the pairs by their English side."""
        pairs = (Pair(record["english"], record["arabic"]) for _, record in self._engine.records(KIND))
        return iter(sorted(pairs, key=lambda pair: (lookup_key(pair.english), pair.arabic)))

    def add(self, pairs: Iterable[Pair]) -> int:
        """Keep pairs; return how many of them are new. A pair that is there already is kept once."""
        known = {key for key, _ in self._engine.records(KIND)}
        fresh = {key: pair for pair in pairs if (key := _key(pair)) not in known}
        items = [(key, {"english": pair.english, "arabic": pair.arabic}) for key, pair in fresh.items()]
        for first in range(0, len(items), _BATCH):
            self._engine.put_records(KIND, dict(items[first : first + _BATCH]))
        self._note()
        return len(fresh)

    def remove(self, english: Iterable[str] | None = None) -> int:
        """Forget the pairs of these English words, or all of them; return how many there were."""
        wanted = None if english is None else {lookup_key(word) for word in english}
        keys = [
            key
            for key, record in self._engine.records(KIND)
            if wanted is None or lookup_key(record["english"]) in wanted
        ]
        removed = self._engine.delete_records(KIND, keys)
        self._note()
        return removed

    def _note(self) -> None:
        keys = "".join(key for key, _ in self._engine.records(KIND))
        digest = hashlib.blake2b(keys.encode(), digest_size=8).hexdigest()
        self._engine.put_records(STATE_KIND, {STATE: {"digest": digest}})


def _key(pair: Pair) -> str:
    text = f"{lookup_key(pair.english)}\t{pair.arabic}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
