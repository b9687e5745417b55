"""The runs of letters that texts are made of (what stands between white space), by the forms that they hold.

Few of a text's runs meet anything of a query. Analysing each to find these out is most of the work of marking a
page, and the texts of an archive are made of the same runs: here each is analysed once a process, and the runs of a
text that hold a form are then found by set operations, at some hundredths of the time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import lru_cache

from indexer.text import forms_of

#: Runs that are remembered for a language, about 150 bytes each; when there are more, all are forgotten.
_KEPT = 1 << 17
_LONGEST_KEPT = 100  # characters; longer runs (Chinese sentences, base64) are analysed each time


class Sought:
    """The forms that one query seeks in texts of one language, and the known runs that hold them."""

    def __init__(self, forms: Iterable[str]) -> None:
        self.forms = frozenset(forms)
        self.runs: set[str] = set()
        self.version = -1


class Vocabulary:
    """The runs of one language that have been met. Safe to use from several threads."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._known: set[str] = set()
        self._holding: dict[str, list[str]] = {}
        self._version = 0  # of what is known
        self._lock = threading.Lock()

    def met(self, runs: set[str], sought: Sought) -> set[str]:
        """Return those of a text's runs that hold one of the forms that are sought."""
        with self._lock:
            if len(self._known) >= _KEPT:  # what a query has found of them stays right
                self._known, self._holding = set(), {}
            if sought.version != self._version:  # another query's texts have brought others
                holding = (self._holding.get(form, ()) for form in sought.forms)
                sought.runs = set().union(*holding)
            unkept: set[str] = set()
            for run in runs - self._known:
                forms = forms_of(run, self._language)
                kept = len(run) <= _LONGEST_KEPT and len(self._known) < _KEPT
                if kept:
                    self._remember(run, forms)
                if not sought.forms.isdisjoint(forms):
                    (sought.runs if kept else unkept).add(run)
            sought.version = self._version
            return (runs & sought.runs) | unkept

    def _remember(self, run: str, forms: Iterable[str]) -> None:
        for form in set(forms):
            self._holding.setdefault(form, []).append(run)
        self._known.add(run)
        self._version += 1


@lru_cache(maxsize=64)
def vocabulary(language: str) -> Vocabulary:
    """Return what this process knows of a language's runs."""
    return Vocabulary(language)
