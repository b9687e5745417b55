"""Corrections of English words that are mistyped (goverment, parliment): nothing is found under what nobody writes.

A word that the dictionary, the list of names and the archive do not have is compared with those that are one slip of
the hand away, as most misspellings are (Damerau, "A technique for computer detection and correction of spelling
errors", 1964). The likeliest is taken: how often a word is meant, times how often such a slip is made (Kernighan,
Church and Gale, "A spelling correction program based on a noisy channel model", 1990). How often a word is meant is
told by how many articles of the archive hold what it is translated with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import sqrt
from typing import NamedTuple

from indexer.memory import remembered
from indexer.search.dictionary import NEWS, Dictionary
from indexer.search.lemmas import lemmas
from indexer.search.lexicon import Lexicon
from indexer.search.stopwords import function_words
from indexer.text import analyse

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_VOWELS = frozenset("aeiouy")
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
#: Common words that no list translates.
_COMMON = frozenset(
    "ahead amidst amongst anybody anyhow anyone anything anywhere apart arent aside beforehand beneath "
    "beyond cannot couldnt didnt doesnt elsewhere eventually forth fully furthermore hadnt hence henceforth "
    "hereby inasmuch increasingly indeed might nobody nonetheless notwithstanding ought quite reportedly "
    "shall shouldnt sometime somewhat somewhere specifically thereafter thereby therein thereof theyre "
    "though unlike unlikely wasnt werent whereas whereby wherein wherever whichever whilst whoever "
    "wouldnt youre".split()
)
#: Of shorter words too many are one slip away.
_SHORTEST = 5
# How often a slip is made beside others: a vowel for another, a letter beside it on the keys, two letters exchanged,
# one doubled or not, one left out, one too many, one for another; two exchanged over a third (lybia), another letter
# doubled than is (carribean); and any of them in the first letter.
_VOWEL, _BESIDE, _EXCHANGED, _DOUBLED, _LEFT_OUT, _TOO_MANY, _OTHER = 0.6, 0.4, 1.0, 1.0, 0.7, 0.5, 0.15
_EXCHANGED_OVER, _WRONGLY_DOUBLED = 0.3, 0.5
_FIRST_LETTER = 0.1
#: How much likelier a word of the news is meant than another.
_OF_THE_NEWS = 3.0
#: A word that articles hold is mistyped where so many times more hold the right one.
_MORE_ARTICLES = 50


class _Replaced(NamedTuple):
    """A word that another stands for: where each begins, and how long it is."""

    start: int
    length: int
    typed_start: int
    typed_length: int


class CorrectedText:
    """A text with some of its words corrected, which knows where they stand in the typed one."""

    def __init__(self, typed: str, corrections: Mapping[str, str]) -> None:
        """*corrections* has what is meant by the exact forms of words, both in small letters."""
        self.text = ""
        self._replaced: list[_Replaced] = []
        end = 0
        for token in analyse(typed, "en") if corrections else ():
            if meant := corrections.get(token.exact):
                self.text += typed[end : token.start]
                word = with_case_of(meant, typed[token.start : token.end])
                length = token.end - token.start
                self._replaced.append(_Replaced(len(self.text), len(word), token.start, length))
                self.text += word
                end = token.end
        self.text += typed[end:]

    def in_typed(self, span: tuple[int, int]) -> tuple[int, int]:
        """Return where a run of the text stands in the typed one; a part of a corrected word is all of it."""
        start, end = span
        return self._place(start, at_end=False), self._place(end, at_end=True)

    def _place(self, place: int, *, at_end: bool) -> int:
        moved = 0
        for one in self._replaced:
            inside = place - one.start
            if inside < 0 or (at_end and inside == 0):
                break
            if inside < one.length or (at_end and inside == one.length):
                return one.typed_start + (one.typed_length if at_end else 0)
            moved = one.typed_start + one.typed_length - (one.start + one.length)
        return place + moved


def with_case_of(word: str, typed: str) -> str:
    """Return a word in small letters with capitals where another was typed with them."""
    if len(typed) > 1 and typed.isupper():
        return word.upper()
    return word.capitalize() if typed[:1].isupper() else word


class Corrector:
    """Corrects the words of English queries to one archive. Safe to use from several threads."""

    def __init__(self, dictionary: Dictionary, lexicon: Lexicon) -> None:
        self._dictionary = dictionary
        self._lexicon = lexicon
        self._known = remembered(self._likeliest, 4096)

    def correct(self, word: str, *, name: bool = False) -> str:
        """Return what a mistyped word, in small letters, is meant to be; "" where it is none or nothing is near to it.

        A `name`, which is written with a capital, is only corrected to a country's, a town's or another that the
        dictionary translates: people are called otherwise than others.
        """
        return self._known(word, name)

    def _likeliest(self, word: str, name: bool) -> str:
        if not (len(word) >= _SHORTEST and word.isascii() and word.isalpha()) or self._is_known(word):
            return ""
        typed = self._articles(word)
        best, most = "", 0.0
        for near, slip in _slips(word).items():
            meant = self._meant(near, name=name)
            enough = not typed or self._articles(near) >= _MORE_ARTICLES * typed
            if meant * slip > most and enough:
                best, most = near, meant * slip
        return best

    def _is_known(self, word: str) -> bool:
        """Return whether a word is one: of a list, or made of another as words are (smugglers, newly)."""
        made_of = (*lemmas(word), word.removesuffix("ly"))
        return (
            word in function_words("en")
            or word in _COMMON
            or any(self._dictionary.translations(one) for one in (word, *made_of))
            or bool(self._dictionary.names(word))
        )

    def _meant(self, word: str, *, name: bool) -> float:
        """Return how often a word is meant, up to a factor; 0 for what finds nothing, or is no word."""
        if word in function_words("en") or not self._dictionary.is_word(word):
            return 0.0
        translations = self._dictionary.translations(word)
        if name and not any(one.proper for one in translations):
            return 0.0
        articles = max(
            min((self._lexicon.articles(token.stem) for token in analyse(one.arabic, "ar")), default=0)
            for one in translations
        )
        of_the_news = any(one.source == NEWS for one in translations)
        return sqrt(articles) * (_OF_THE_NEWS if of_the_news else 1.0)

    def _articles(self, word: str) -> int:
        """Return how many articles hold a word as it is typed, in whatever language."""
        return self._lexicon.articles(analyse(word, "en")[0].stem)


def _slips(word: str) -> dict[str, float]:
    """Return what is one slip away from a word, and how often that is made beside others."""
    slips: dict[str, float] = {}
    for near, often in _all_slips(word):
        if near != word:
            slips[near] = max(often, slips.get(near, 0.0))
    return slips


def _all_slips(word: str) -> Iterator[tuple[str, float]]:
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        factor = 1.0 if place else _FIRST_LETTER
        last, following = before[-1:], after[:1]
        if after:
            yield before + after[1:], factor * (_DOUBLED if following == last else _TOO_MANY)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:], factor * _EXCHANGED
        if len(after) > 2:
            yield before + after[2] + after[1] + after[0] + after[3:], factor * _EXCHANGED_OVER
        if following and following == last:
            single = before + after[1:]
            for other, letter in enumerate(single):
                yield single[:other] + letter + single[other:], _WRONGLY_DOUBLED
        for letter in _LETTERS:
            yield before + letter + after, factor * (_DOUBLED if letter in (last, following) else _LEFT_OUT)
            if after:
                yield before + letter + after[1:], factor * _replaced(following, letter)


def _replaced(typed: str, meant: str) -> float:
    if typed in _VOWELS and meant in _VOWELS:
        return _VOWEL
    return _BESIDE if meant in _beside()[typed] else _OTHER


@lru_cache(maxsize=1)
def _beside() -> dict[str, str]:
    """Return letter -> those beside it on an English keyboard, whose rows are each half a key to the right."""
    found = {}
    for row, keys in enumerate(_KEYS):
        above, below = ("", *_KEYS)[row], (*_KEYS, "")[row + 1]
        for place, letter in enumerate(keys):
            start = max(place - 1, 0)
            found[letter] = (
                keys[start:place]
                + keys[place + 1 : place + 2]
                + above[place : place + 2]
                + below[start : place + 1]
            )
    return found
