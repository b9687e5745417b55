"""The runs of letters that texts are made of (what stands between white space), by the forms that they hold.

Few of a text's runs meet anything of a query. Analysing each to find these out is most of the work of marking a
page, and the texts of an archive are made of the same runs: here those that were met are known by their forms, and the
runs of a text that hold one are found by set operations, at some hundredths of the time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from indexer.text import Token, analyse, base_language, forms_of

#: Forms of runs that are remembered, of all languages together; when there are more, all are forgotten. They take 70 MB
#: in Arabic news (180 bytes each), 175 MB where each run has a form of 60 letters for itself.
_MOST = 400_000
#: Texts of a language that are remembered to have no other runs, by their hashes (60 bytes each); then no more are.
_MOST_TEXTS = 100_000
#: Characters; longer runs (Chinese sentences, base64) are analysed each time.
LONGEST_KEPT = 100


@dataclass(slots=True)
class _Runs:
    """The runs of one language that are known. `version` grows with them."""

    language: str
    known: set[str] = field(default_factory=set)
    #: Form -> the runs that hold it; most forms have a single one, which then stands there without a list.
    holding: dict[str, str | list[str]] = field(default_factory=dict)
    #: The hashes of texts whose every run is known.
    texts: set[int] = field(default_factory=set)
    version: int = 0

    def add(self, run: str, forms: Iterable[str]) -> None:
        holding = self.holding
        for form in forms:
            known = holding.get(form)
            if known is None:
                holding[form] = run
            elif isinstance(known, str):
                holding[form] = [known, run]
            else:
                known.append(run)
        self.known.add(run)
        self.version += 1

    def holders(self, forms: Iterable[str]) -> set[str]:
        """Return the runs that hold one of the forms."""
        found: set[str] = set()
        for form in forms:
            known = self.holding.get(form, ())
            found.update((known,) if isinstance(known, str) else known)
        return found


class Sought:
    """The forms that one query seeks in texts of one language, and the known runs that hold them: for one thread."""

    def __init__(self, table: _Runs, forms: Iterable[str]) -> None:
        self.table = table
        self.forms = frozenset(forms)
        self.runs: set[str] = set()
        self.version = -1


class Vocabulary:
    """The runs that have been met. Safe to use from several threads."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._tables: dict[str, _Runs] = {}
        self._forms = 0
        self._lock = threading.Lock()

    def seek(self, language: str, forms: Iterable[str]) -> Sought:
        """Return what finds the runs that hold one of the forms, in texts of a language."""
        base = base_language(language)
        with self._lock:
            if self._forms >= self._most:
                self._tables, self._forms = {}, 0  # who seeks in an older table goes on with it
            return Sought(self._tables.setdefault(base, _Runs(base)), forms)

    def learn(self, text: str, language: str) -> None:
        """Remember the runs of a text, before anything is sought in it."""
        self.met(text, self.seek(language, ()))

    def met(self, text: str, sought: Sought) -> set[str]:
        """Return those of a text's runs that hold one of the forms that are sought."""
        table, runs = sought.table, text.split()
        with self._lock:
            strange = set() if hash(text) in table.texts else set(runs) - table.known
        # A hostile text takes seconds here: nobody waits for it.
        analysed = [(run, forms_of(run, table.language)) for run in strange]
        unkept: set[str] = set()
        with self._lock:
            if sought.version != table.version:  # another query's texts have brought others
                sought.runs = table.holders(sought.forms)
            for run, forms in analysed:
                kept = len(run) <= LONGEST_KEPT and self._remember(table, run, forms)
                if not sought.forms.isdisjoint(forms):
                    (sought.runs if kept else unkept).add(run)
            sought.version = table.version
            if strange <= table.known and len(table.texts) < _MOST_TEXTS:
                table.texts.add(hash(text))
            return sought.runs.intersection(runs) | unkept

    def _remember(self, table: _Runs, run: str, forms: Iterable[str]) -> bool:
        """Return whether a run is known from now on."""
        if run not in table.known:
            if self._forms >= self._most:
                return False
            distinct = set(forms)
            table.add(run, distinct)
            self._forms += max(len(distinct), 1)
        return True


#: What this process knows.
VOCABULARY = Vocabulary()


def tokens_of(run: str, language: str) -> tuple[Token, ...]:
    """Return the tokens of a run, by their place in it: pages meet the same ones again and again."""
    return _kept_tokens(run, language) if len(run) <= LONGEST_KEPT else tuple(analyse(run, language))


@lru_cache(maxsize=1 << 14)
def _kept_tokens(run: str, language: str) -> tuple[Token, ...]:
    return tuple(analyse(run, language))
