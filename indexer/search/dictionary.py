"""The shipped English-Arabic dictionaries: translations, names, places, and the way back for reading help.

Each is a sorted text, looked up by bisection where it lies: loading unpacks it (about 20 ms for all) and reads its keys
(20 ms more), nothing else. Keys are words as `indexer.text` cuts and normalises them, joined by spaces.
"""

from __future__ import annotations

import gzip
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from indexer.errors import UnreadableSource
from indexer.memory import remembered
from indexer.search.lemmas import irregular, lemmas
from indexer.text import analyse, light10, normalise
from indexer.text.arabic import CLITICS

#: Longest phrase, in words, that is looked up as a unit.
MAX_UNIT_WORDS = 4
#: A user's lexicon: limits against a file that is no lexicon.
MAX_LEXICON_BYTES = 64_000_000
MAX_ENTRY_LENGTH = 200

# "cease fire" is looked up as "ceasefire" too, but "so me" never as "some".
_SHORTEST_JOINED = 7
_NAMES_SHOWN = 3
_ARTICLES = ("al", "el")
_SHORTEST_WITH_ARTICLE = 6
_SHORTEST_WITH_CLITIC = 4
_SHORTEST_VERB = 3
# Words that begin and end no unit: "of the" is no phrase that needs one translation.
#: Words that the dictionary has for whoever searches them, and that explain no Arabic word to a reader: above the
#: names that begin with عبد ("servant of") they would be an insult.
_SLURS = frozenset({"nigger", "negro", "negress", "fag", "cunt", "bitch", "slut", "pussy"})
_FUNCTION_WORDS = frozenset(
    (
        "a an the of in on at to for from by with and or as is are was were be "
        "it its this that i you he she we"
    ).split()
)


class Translation(NamedTuple):
    """An Arabic word or phrase as it is written, and where it comes from: user, news, wiktionary, places."""

    arabic: str
    source: str


class Name(NamedTuple):
    """An Arabic spelling of one Latin name token, and how many names in Wikidata have the pair."""

    arabic: str
    uses: int


class Pair(NamedTuple):
    """One entry of a user's lexicon."""

    english: str
    arabic: str


@dataclass(frozen=True, slots=True)
class Unit:
    """Words `start` to `end` (exclusive) of a query that the dictionary translates as one."""

    start: int
    end: int
    key: str


class SortedTable:
    """Lines `key<TAB>values` sorted by the bytes of the key, in one block of memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @classmethod
    def shipped(cls, name: str) -> SortedTable:
        return cls(gzip.decompress((files("indexer") / "data" / "lexicon" / name).read_bytes()))

    def rows(self, key: str) -> list[list[str]]:
        """Return the values of each line with this key, in their order."""
        wanted = key.encode()
        position = self._first(wanted)
        found = []
        while position < len(self._data):
            end = self._line_end(position)
            line = self._data[position:end]
            if line.partition(b"\t")[0] != wanted:
                break
            found.append(line.decode().split("\t")[1:])
            position = end + 1
        return found

    def __iter__(self) -> Iterator[list[str]]:
        for line in filter(None, self._data.decode().split("\n")):
            yield line.split("\t")

    def _first(self, wanted: bytes) -> int:
        """Return where the first line starts whose key is not before *wanted*."""
        low, high = 0, len(self._data)
        while low < high:
            middle = self._data.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = self._line_end(middle)
            if self._data[middle:end].partition(b"\t")[0] < wanted:
                low = end + 1
            else:
                high = middle
        return low

    def _line_end(self, position: int) -> int:
        end = self._data.find(b"\n", position)
        return end if end >= 0 else len(self._data)


class Dictionary:
    """Looks English words up, in what ships with the package and in the user's own pairs.

    Opening costs nothing; each table is loaded at its first use. Safe to use from several threads.
    """

    def __init__(self, user: Iterable[Pair] = ()) -> None:
        self._user: dict[str, list[str]] = defaultdict(list)
        for pair in user:
            self._user[lookup_key(pair.english)].append(pair.arabic)
        self._known = remembered(self._translations, 8192)

    def translations(self, text: str) -> tuple[Translation, ...]:
        """Return the translations of an English word or phrase, the user's own first, without repetition.

        An inflected form is led back to its base form, though a regular one only where the dictionary does
        not hold it as it is (`talks`, but not `news` as `new`).
        """
        return self._known(lookup_key(text))

    def names(self, token: str) -> tuple[Name, ...]:
        """Return Arabic spellings of one Latin name token, the commonest first.

        A name that is not listed with the article written to it (Alqahtani) is looked up without: stems have none.
        """
        key = lookup_key(token)
        rows = self._names.rows(key)
        if not rows and key.startswith(_ARTICLES) and len(key) >= _SHORTEST_WITH_ARTICLE:
            rows = self._names.rows(key[2:])
        return tuple(Name(arabic, int(uses)) for arabic, uses in rows)

    def units(self, words: Sequence[str]) -> list[Unit]:
        """Return the runs of two to four words that are translated as one; they do not overlap."""
        keys = [lookup_key(word) for word in words]
        units = []
        start = 0
        while start < len(keys):
            unit = self._unit_at(keys, start)
            if unit:
                units.append(unit)
            start = unit.end if unit else start + 1
        return units

    def glosses(self, arabic: str) -> tuple[str, ...]:
        """Return English words for an Arabic word as it stands in a text: for readers who know no Arabic.

        Entries that are written like the word come first, then those that share its stem; then names; then
        what the word may be without a letter written together with it, or in another form of the verb.
        """
        exact = normalise(arabic)
        if english := self._glosses(exact):
            return english
        for other in _other_forms(exact):
            if english := self._glosses(other):
                return english
        return ()

    # -- tables

    @cached_property
    def _tables(self) -> tuple[tuple[str, SortedTable], ...]:
        """Return (source, table), the most trusted first."""
        return tuple(
            (name, SortedTable.shipped(f"{name}.tsv.gz")) for name in ("news", "wiktionary", "places")
        )

    @cached_property
    def _listed(self) -> frozenset[str]:
        """All keys of the tables: most of a query's runs of words are not among them, and need not be looked for."""
        return frozenset(row[0] for _, table in self._tables for row in table)

    @cached_property
    def _names(self) -> SortedTable:
        return SortedTable.shipped("names.tsv.gz")

    @cached_property
    def _reverse(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Return normalised form -> English and stem -> English, of single Arabic words."""
        by_form: dict[str, list[str]] = defaultdict(list)
        by_stem: dict[str, list[str]] = defaultdict(list)
        rows = [[key, arabic] for key, values in self._user.items() for arabic in values]
        for _, table in self._tables:
            # Of English words that share an Arabic one, that with the fewest others means it most (رئيس is a
            # president before a boss), and a name is meant before a word (مصر is Egypt before "civilise").
            listed = list(table)
            choices = Counter(row[0] for row in listed)
            rows.extend(sorted(listed, key=lambda row: (choices[row[0]], not row[-1][:1].isupper())))
        folds = _folds()
        for row in rows:
            if " " not in row[1]:
                exact = row[1].translate(folds)
                by_form[exact].append(row[-1] if len(row) > 2 else row[0])
                by_stem[light10(exact)].append(row[-1] if len(row) > 2 else row[0])
        return by_form, by_stem

    @cached_property
    def _reverse_names(self) -> dict[str, list[str]]:
        """Return normalised form -> names in Latin letters, the commonest first."""
        counted: dict[str, list[tuple[int, str]]] = defaultdict(list)
        folds = _folds()
        for latin, arabic, uses in self._names:
            counted[arabic.translate(folds)].append((-int(uses), latin))
        return {
            form: [name.title() for _, name in sorted(names)[:_NAMES_SHOWN]]
            for form, names in counted.items()
        }

    # -- looking up

    def _translations(self, key: str) -> tuple[Translation, ...]:
        found = self._exact(key)
        if base := irregular(key):
            found += self._exact(base)
        if not found:
            found = self._inflected(key)
        unlike: dict[str, Translation] = {}
        for translation in found:
            unlike.setdefault(translation.arabic.translate(_folds()), translation)
        return tuple(unlike.values())

    def _exact(self, key: str) -> list[Translation]:
        found = [Translation(arabic, "user") for arabic in self._user.get(key, ())]
        if key in self._listed:
            for source, table in self._tables:
                found += [Translation(row[0], source) for row in table.rows(key)]
        return found

    def _glosses(self, exact: str) -> tuple[str, ...]:
        by_form, by_stem = self._reverse
        stem = light10(exact)
        english = [*by_form.get(exact, ()), *by_form.get(stem, ()), *by_stem.get(stem, ())]
        names = self._reverse_names
        unlike: dict[str, str] = {}
        for word in english or names.get(exact) or names.get(stem) or ():
            if word.casefold() not in _SLURS and (word.casefold() not in unlike or not word.islower()):
                unlike[word.casefold()] = word
        return tuple(unlike.values())

    def _inflected(self, key: str) -> list[Translation]:
        """Look up the base forms of a word, or of the last word of a phrase, then the phrase as one word."""
        start, space, last = key.rpartition(" ")
        for lemma in lemmas(last):
            if found := self._exact(f"{start}{space}{lemma}"):
                return found
        joined = key.replace(" ", "")
        if space and len(joined) >= _SHORTEST_JOINED:
            return self._exact(joined) or next(filter(None, map(self._exact, lemmas(joined))), [])
        return []

    def _unit_at(self, keys: Sequence[str], start: int) -> Unit | None:
        if keys[start] in _FUNCTION_WORDS:
            return None
        for end in range(min(start + MAX_UNIT_WORDS, len(keys)), start + 1, -1):
            if keys[end - 1] in _FUNCTION_WORDS or not all(keys[start:end]):
                continue
            key = " ".join(keys[start:end])
            if self.translations(key):
                return Unit(start, end, key)
        return None


def lookup_key(text: str) -> str:
    """Return what a word or phrase is listed under: its normalised words, joined by single spaces."""
    return " ".join(token.exact for token in analyse(text, "en"))


def _other_forms(exact: str) -> Iterator[str]:
    """Yield what the dictionary may list instead: no clitic, the he-forms of a verb (قال for قالت)."""
    if len(exact) < _SHORTEST_WITH_CLITIC:
        return
    if exact[0] in CLITICS:
        yield exact[1:]
    verb = exact[1:] if exact[0] in "سو" else exact
    for ending in ("وا", "تا", "ت", "ون", "ا", "ه", "ها", "هم"):
        if verb.endswith(ending) and len(verb) - len(ending) >= _SHORTEST_VERB:
            yield verb[: -len(ending)]
    if verb[0] in "تنا":
        yield "ي" + verb[1:]
    if verb[0] in "يتن":
        yield verb[1:]


@lru_cache(maxsize=1)
def _folds() -> dict[int, str]:
    """Return letter -> normalised letter. The shipped Arabic has no marks, so that this normalises it."""
    return {code: normalise(chr(code)) for code in range(0x0621, 0x06D4)}


def load_tsv(path: Path) -> list[Pair]:
    """Return the pairs of an analyst's own lexicon: lines `english<TAB>arabic`, `#` for comments.

    Raises `UnreadableSource` with file and line.
    """
    try:
        if path.stat().st_size > MAX_LEXICON_BYTES:
            raise UnreadableSource(f"{path} is larger than a lexicon may be ({MAX_LEXICON_BYTES:,} bytes).")
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise UnreadableSource(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UnreadableSource(f"{path} is not UTF-8 text.") from None
    pairs = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        english, tab, rest = line.partition("\t")
        arabic = " ".join(rest.partition("\t")[0].split())
        if not tab or not lookup_key(english) or not any(token.exact for token in analyse(arabic, "ar")):
            raise UnreadableSource(f"{path}, line {number}, is not `english<TAB>arabic`.")
        if max(len(english), len(arabic)) > MAX_ENTRY_LENGTH:
            raise UnreadableSource(
                f"{path}, line {number}, has an entry of more than {MAX_ENTRY_LENGTH} characters."
            )
        pairs.append(Pair(english.strip(), arabic))
    if not pairs:
        raise UnreadableSource(f"{path} holds no word pairs.")
    return pairs
