"""Which of many saved searches a new article may answer: found by the article's words, not by trying each of them.

The search is turned round: the searches are indexed by what they look up, and an article's words are looked up among
them. What an article cannot answer for want of words costs nothing, however many searches are saved; what is left is
decided by `Trigger.matches`, so the answer is the same as by trying each. It is done here and not by a cluster's
percolator, so that both kinds of archive tell the same (docs/opensearch.md has the figures).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from indexer.alerts.matching import Candidate, Key, Trigger
from indexer.engines.base import AllOf, AnyOf, Clause, Form, PhraseTerm, Term
from indexer.engines.fields import indexed_form
from indexer.search.page import WordPair


class Percolator:
    """Saved searches, by id, ready to be asked about one article after the other."""

    def __init__(self, triggers: Mapping[str, Trigger]) -> None:
        self._triggers = list(triggers.items())
        #: Token -> the searches that look it up, with the words of the search that it might answer.
        self._words: dict[Key, list[tuple[int, tuple[int, ...]]]] = {}
        #: Token -> the searches without such words whose first condition it might meet.
        self._conditions: dict[Key, list[int]] = {}
        #: Searches that ask for no word at all: filters alone, exclusions alone.
        self._wordless: list[int] = []
        for number, (_, trigger) in enumerate(self._triggers):
            self._add(number, trigger)

    def __len__(self) -> int:
        return len(self._triggers)

    @property
    def asks_for_nearness(self) -> bool:
        return any(trigger.near is not None for _, trigger in self._triggers)

    def matches(self, candidate: Candidate) -> Iterator[tuple[str, Trigger, tuple[WordPair, ...]]]:
        """Yield (id, trigger, words that are answered) of each search that an article answers."""
        for number in self._possible(candidate.keys()):
            saved_id, trigger = self._triggers[number]
            pairs = trigger.matches(candidate)
            if pairs is not None:
                yield saved_id, trigger, pairs

    def _add(self, number: int, trigger: Trigger) -> None:
        if trigger.needed:
            for word in trigger.words:
                # Of several tokens side by side the first must be there, whatever comes after it.
                for key in {_key(option.tokens, option.form) for option in word.options}:
                    self._words.setdefault(key, []).append((number, word.covers))
            return
        keys = _keys(trigger.query.must[0]) if trigger.query.must else None
        if keys is None:
            self._wordless.append(number)
        for key in keys or ():
            self._conditions.setdefault(key, []).append(number)

    def _possible(self, keys: set[Key]) -> list[int]:
        """Return the searches that these tokens might answer, in their order."""
        met: dict[int, set[int]] = {}
        for key in _common(keys, self._words):
            for number, covers in self._words[key]:
                met.setdefault(number, set()).update(covers)
        possible = {number for number, words in met.items() if len(words) >= self._triggers[number][1].needed}
        for key in _common(keys, self._conditions):
            possible.update(self._conditions[key])
        return sorted(possible.union(self._wordless))


def _common(keys: set[Key], index: Mapping[Key, object]) -> Iterable[Key]:
    return keys & index.keys() if len(keys) < len(index) else [key for key in index if key in keys]


def _key(tokens: Sequence[str], form: Form) -> Key:
    return form, indexed_form(tokens[0])


def _keys(clause: Clause) -> set[Key] | None:
    """Return tokens of which an article must hold one to meet a clause; None where it may hold none of them."""
    match clause:
        case Term():
            return {_key((clause.token,), clause.form)}
        case PhraseTerm():
            return {_key(clause.tokens, clause.form)}
        case AnyOf():
            options = [_keys(option) for option in clause.options]
            return None if None in options else set().union(*(keys for keys in options if keys))
        case AllOf():
            return _keys(clause.parts[0]) if clause.parts else None
