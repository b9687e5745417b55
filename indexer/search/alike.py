"""Names that are spelled nearly alike: what a reader may mean by Kashoggi, Gaddafy or Sarkozi.

Latin letters write an Arabic name in many ways, and English readers add theirs. Names of the shipped lists are kept by
a coarse key of their consonants (kh, gh, g, q and c are one, vowels and h none), and those of one key are compared
letter by letter, once letters that sound alike are written alike.
"""

from __future__ import annotations

import re
from collections import defaultdict
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import NamedTuple

from indexer.search.dictionary import Dictionary

#: Shorter words are like too many names, and longer ones are none.
SHORTEST, LONGEST = 5, 30
#: Of 1, where all letters are the same. Below this, names that merely share consonants come in (Markel, Merkle).
LEAST = 0.8
#: What is less like the word than the best by more than this is another name.
_BEHIND = 0.1
_MOST = 3

_UNIT = re.compile("tch|sch|[cstkgpd]h|ck|dj|.")
_CLASSES = {
    **dict.fromkeys(("tch", "sch", "ch", "sh", "z"), "s"),
    **dict.fromkeys(("kh", "gh", "ck", "q", "c", "g"), "k"),
    "ph": "f",
    "v": "f",
    "th": "t",
    "dh": "d",
    "dj": "j",
    "p": "b",
    **dict.fromkeys("aeiouyhw'", ""),
}
_REPEATED = re.compile(r"(.)\1+")
_SAME_SOUND = (("ph", "f"), ("y", "i"), ("ou", "u"), ("oo", "u"), ("ee", "i"))


class Alike(NamedTuple):
    """A Latin name of the lists, in small letters, and how much a word is like it, `LEAST` to 1."""

    latin: str
    similarity: float


@lru_cache(maxsize=1 << 12)
def names_alike(word: str) -> tuple[Alike, ...]:
    """Return the names that are spelled most like a word, best first; none for short words and other scripts."""
    latin = word.casefold()
    if not (SHORTEST <= len(latin) <= LONGEST and latin.isascii()):
        return ()
    spelled = _spelled(latin)
    found = [
        Alike(name, similarity)
        for name in _index().get(_key(latin), ())
        if (similarity := SequenceMatcher(None, spelled, _spelled(name)).ratio()) >= LEAST
    ]
    best = max((one.similarity for one in found), default=0.0)
    near = [one for one in found if one.similarity >= best - _BEHIND]
    return tuple(sorted(near, key=lambda one: (-one.similarity, one.latin))[:_MOST])


@cache
def _index() -> dict[str, list[str]]:
    """Return the names by their keys: those of people, and what the dictionary writes with a capital."""
    dictionary = Dictionary()
    written = (pair.english for pair in dictionary.shipped_pairs())
    capitals = (english.casefold() for english in written if english[:1].isupper() and " " not in english)
    index: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys((*(latin for latin, _ in dictionary.shipped_names()), *capitals)):
        if len(name) >= SHORTEST - 1 and name.isascii():
            index[_key(name)].append(name)
    return index


def load() -> None:
    """Read what the first misspelled name would otherwise wait for: a quarter of a second, 10 MB."""
    _index()


def _key(latin: str) -> str:
    classes = [_CLASSES.get(unit, unit) for unit in _UNIT.findall(latin)]
    begins = "" if classes[0] else "A"  # with a vowel
    return begins + _REPEATED.sub(r"\1", "".join(classes))


def _spelled(latin: str) -> str:
    for written, same in _SAME_SOUND:
        latin = latin.replace(written, same)
    return _REPEATED.sub(r"\1", latin)
