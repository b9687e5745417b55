"""The shipped English-Arabic dictionaries: translations, names, places.

Each is a sorted text, looked up by bisection where it lies: loading unpacks it (about 10 ms for all) and reads its keys
(30 ms more), nothing else. Keys are words as `indexer.text` cuts and normalises them, joined by spaces.
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
from indexer.search.lemmas import irregular, lemmas, without_possessive
from indexer.text import analyse, light10, normalise

#: Longest phrase of the shipped tables, in words, that is looked up as a unit.
MAX_UNIT_WORDS = 4
#: A user's lexicon: limits against a file that is no lexicon.
MAX_LEXICON_BYTES = 64_000_000
MAX_ENTRY_LENGTH = 200

# "cease fire" is looked up as "ceasefire" too, but "so me" never as "some".
_SHORTEST_JOINED = 7
#: The Arabic article in Latin letters, written alone or to a name.
ARTICLES = ("al", "el")
_SHORTEST_WITH_ARTICLE = 6
# Words that begin and end no unit: "of the" is no phrase that needs one translation.
_FUNCTION_WORDS = frozenset(
    (
        "a an the of in on at to for from by with and or as is are was were be "
        "it its this that i you he she we"
    ).split()
)


#: `Translation.source` of a country's name that is none in English (Allemagne), of a word of the news glossary and of
#: the general one, and of a town.
COUNTRIES, NEWS, GENERAL, PLACES = "countries", "news", "general", "places"


class Translation(NamedTuple):
    """An Arabic word or phrase as it is written, and where it comes from: user, countries, or the name of a table.

    `proper` is whether the table writes its English with a capital.
    """

    arabic: str
    source: str
    proper: bool = False


class Name(NamedTuple):
    """An Arabic spelling of one Latin name token, and how many names in Wikidata have the pair."""

    arabic: str
    uses: int


class Pair(NamedTuple):
    """One entry of a user's lexicon, or of a shipped table, whose name `source` is then."""

    english: str
    arabic: str
    source: str = ""


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
        # The user's own phrases may be longer than those that ship.
        self._longest = max([MAX_UNIT_WORDS, *(len(key.split()) for key in self._user)])
        self._known = remembered(self._translations, 8192)
        self._known_names = remembered(self._spellings, 8192)

    def translations(self, text: str) -> tuple[Translation, ...]:
        """Return the translations of an English word or phrase, the user's own first, without repetition.

        An inflected form is led back to its base form, though a regular one only where the dictionary does
        not hold it as it is (`talks`, but not `news` as `new`).
        """
        return self._known(lookup_key(text))

    def is_word(self, word: str) -> bool:
        """Return whether the dictionary has an English word, or the base of its plural or of a form of a verb.

        Other than `translations` it takes no word for one that only ends as another does (*refugest*).
        """
        bases = lemmas(word) if word.endswith(("s", "ed", "ing")) or irregular(word) else ()
        return any(form in self._user or form in self._listed for form in (word, *bases))

    def names(self, token: str) -> tuple[Name, ...]:
        """Return Arabic spellings of one Latin name token, the commonest first.

        A name that is not listed with the article written to it (Alqahtani) is looked up without: stems have none.
        """
        return self._known_names(without_possessive(lookup_key(token)))

    def written(self, token: str) -> tuple[str, ...]:
        """Return the Arabic of a Latin name token: its translations, or the spellings of people's names."""
        translations = tuple(one.arabic for one in self.translations(token))
        return translations or tuple(name.arabic for name in self.names(token))

    def full_name(self, text: str) -> str:
        """Return the Arabic of a person's names side by side; "" where one of them is none, or a word before a name.

        Names stand in the same order in both languages. Other words do not (crude oil is نفط خام), so that such a
        phrase cannot be put together from its words.
        """
        found = [self._surely_named(token) for token in text.split()]
        return " ".join(found) if len(found) > 1 and all(found) else ""

    def _surely_named(self, token: str) -> str:
        """Return the commonest spelling of a name; "" for a word that is translated otherwise (white, and وايت)."""
        translations = {one.arabic for one in self.translations(token)}
        names = (name.arabic for name in self.names(token))
        return next((name for name in names if not translations or name in translations), "")

    def units(self, words: Sequence[str]) -> list[Unit]:
        """Return the runs of words that are translated as one; they do not overlap."""
        keys = [lookup_key(word) for word in words]
        units = []
        start = 0
        while start < len(keys):
            unit = self._unit_at(keys, start)
            if unit:
                units.append(unit)
            start = unit.end if unit else start + 1
        return units

    # -- the lists, for who reads them the other way round

    def own_english(self, exact: str) -> Sequence[str]:
        """Return the user's own English for a normalised Arabic word, or for one of its stem."""
        return self._own_english.get(exact) or self._own_english.get(light10(exact), [])

    def shipped_pairs(self) -> Iterator[Pair]:
        """Yield the pairs of the shipped tables, of an Arabic word's English the likeliest first.

        That with the fewest other translations means it most (رئيس is a president before a boss), and a name is meant
        before a word (مصر is Egypt before "civilise").
        """
        for source, table in self._tables:
            listed = list(table)
            choices = Counter(row[0] for row in listed)
            for row in sorted(listed, key=lambda row: (choices[row[0]], not row[-1][:1].isupper())):
                yield Pair(row[-1] if len(row) > 2 else row[0], row[1], source)

    def shipped_names(self) -> Iterator[tuple[str, Name]]:
        """Yield Latin name tokens in small letters, each with an Arabic spelling."""
        for latin, arabic, uses in self._names:
            yield latin, Name(arabic, int(uses))

    # -- tables

    @cached_property
    def _own_english(self) -> dict[str, list[str]]:
        """Normalised form or stem -> English of the user's own pairs, of single Arabic words."""
        english: dict[str, list[str]] = defaultdict(list)
        for key, values in self._user.items():
            for exact in (normalise(arabic) for arabic in values if " " not in arabic):
                for form in dict.fromkeys((exact, light10(exact))):
                    english[form].append(key)
        return english

    @cached_property
    def _tables(self) -> tuple[tuple[str, SortedTable], ...]:
        """Return (source, table), the most trusted first."""
        return tuple(
            (name, SortedTable.shipped(f"{name}.tsv.gz")) for name in (NEWS, "wiktionary", GENERAL, PLACES)
        )

    @cached_property
    def _listed(self) -> frozenset[str]:
        """All keys of the tables: most of a query's runs of words are not among them, and need not be looked for."""
        return frozenset(row[0] for _, table in self._tables for row in table)

    @cached_property
    def _names(self) -> SortedTable:
        return SortedTable.shipped("names.tsv.gz")

    @cached_property
    def _countries(self) -> SortedTable:
        """Names of countries in other languages of Latin script."""
        return SortedTable.shipped("countries.tsv.gz")

    # -- looking up

    def _spellings(self, key: str) -> tuple[Name, ...]:
        rows = self._names.rows(key)
        if not rows and key.startswith(ARTICLES) and len(key) >= _SHORTEST_WITH_ARTICLE:
            rows = self._names.rows(key[2:])
        return tuple(Name(arabic, int(uses)) for arabic, uses in rows)

    def _translations(self, key: str) -> tuple[Translation, ...]:
        found = self._exact(key)
        if base := irregular(key):
            found += self._exact(base)
        if not found:
            found = self._inflected(key) or [
                Translation(row[0], COUNTRIES) for row in self._countries.rows(key)
            ]
        unlike: dict[str, Translation] = {}
        for translation in found:
            unlike.setdefault(translation.arabic.translate(folds()), translation)
        return tuple(unlike.values())

    def _exact(self, key: str) -> list[Translation]:
        found = [Translation(arabic, "user") for arabic in self._user.get(key, ())]
        if key in self._listed:
            for source, table in self._tables:
                # What English writes otherwise than its key, with a capital, stands behind the Arabic.
                found += [Translation(row[0], source, row[-1][:1].isupper()) for row in table.rows(key)]
        return found

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
        for end in range(min(start + self._longest, len(keys)), start + 1, -1):
            if keys[end - 1] in _FUNCTION_WORDS or not all(keys[start:end]):
                continue
            key = " ".join(keys[start:end])
            if self.translations(key):
                return Unit(start, end, key)
        return None


@lru_cache(maxsize=1 << 12)
def lookup_key(text: str) -> str:
    """Return what a word or phrase is listed under: its normalised words, joined by single spaces."""
    return " ".join(token.exact for token in analyse(text, "en"))


@lru_cache(maxsize=1)
def folds() -> dict[int, str]:
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
