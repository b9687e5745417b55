"""Normalisation: the exact form of one word, in which spellings that mean the same word are equal.

NFKC and case folding; no tatweel, vowel marks, joiners or direction controls; Arabic letter variants,
Latin diacritics and digits folded. What is folded is folded in queries and articles alike, so a fold may
only unite spellings that writers really mix (أحمد and احمد, على and علي, café and cafe).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Letters that NFKC leaves apart. Sources: Larkey, Ballesteros and Connell 2007 (alef, yeh, teh marbuta);
# Unicode 15, chapter 9.2, for the Persian, Urdu and Maghrebi forms of kaf, yeh, heh, feh and qaf.
_ARABIC_FOLDS = {
    "ا": "أإآٱٲٳٵ",
    "و": "ؤٶۏۄ",
    "ي": "ىئیےېۍێؽؾؿٸۓ",
    "ه": "ةۀەہھۂۃۿ",
    "ك": "کڪڭګ",
    "ف": "ڤڢڡ",
    "ق": "ڨڧٯ",
    "ن": "ںڻ",
}
# Latin letters that have no decomposition into a base letter and a mark.
_LATIN_FOLDS = {
    "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ħ": "h", "ŋ": "n",
    "ŧ": "t", "ƒ": "f", "ɓ": "b", "ɗ": "d", "ƙ": "k",
}  # fmt: skip
_APOSTROPHES = "’ʼʻʽ‘`´ʹʾʿ＇"

_FOLDS: dict[int, str | None] = {
    **{ord(variant): base for base, variants in _ARABIC_FOLDS.items() for variant in variants},
    **{ord(variant): base for variant, base in _LATIN_FOLDS.items()},
    **{ord(variant): "'" for variant in _APOSTROPHES},
    **{first + digit: str(digit) for first in (0x0660, 0x06F0, 0x07C0, 0x0966) for digit in range(10)},
    ord("ё"): "е",
    ord("ـ"): None,
    ord("٫"): ".",
    ord("\u2044"): "/",
}

_LATIN_MARKS = re.compile("[\u0300-\u036f]+")
_CYRILLIC = re.compile("[\u0400-\u052f]")
# Vowel points, cantillation and Koranic signs: of Hebrew, then of Arabic (superscript alef is U+0670).
_POINTS = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u0897-\u089f\u08ca-\u08e1\u08e3-\u08ff]+"
)
# An apostrophe stays only where English puts it before an ending (don't, Russia's), for the stemmer to
# take off; in names it is optional (Sana'a, Sanaa).
_LOOSE_APOSTROPHE = re.compile(r"^'+|'(?!(?:s|t|re|ve|ll|d|m)$)")
#: Vowel marks that are written over any letter; others may be part of one (a hamza).
_HARAKAT = "\u064b-\u0652\u0670"
#: One word of letters that only `_FOLDS` changes, and of vowel marks, which are left out.
PLAIN_ARABIC = re.compile(f"[\u0621-\u063a\u0641-\u064a][\u0621-\u063a\u0641-\u064a{_HARAKAT}]*")
_PLAIN_FOLDS = _FOLDS | {code: None for code in range(0x064B, 0x0671) if re.match(f"[{_HARAKAT}]", chr(code))}


def _is_kept(character: str) -> bool:
    return character.isalnum() or character in "'./" or unicodedata.category(character)[0] == "M"


def _normalise_once(word: str) -> str:
    word = unicodedata.normalize("NFKC", word).casefold()
    if word.isascii() and word.isalnum():
        return word
    # Composed before folding: a hamza typed as a mark over its letter is the letter with hamza.
    word = unicodedata.normalize("NFKC", word).translate(_FOLDS)
    word = _POINTS.sub("", word)
    if _CYRILLIC.search(word):
        word = _LATIN_MARKS.sub("", word)  # stress marks; the composed й stays a letter of its own
    else:
        word = unicodedata.normalize("NFC", _LATIN_MARKS.sub("", unicodedata.normalize("NFD", word)))
    word = "".join(filter(_is_kept, word))
    if "'" in word:
        word = _LOOSE_APOSTROPHE.sub("", word)
    return word


def fold_plain_arabic(word: str) -> str:
    """Return the exact form of a `PLAIN_ARABIC` word: most words of the archive need no more."""
    return word.translate(_PLAIN_FOLDS)


@lru_cache(maxsize=1 << 16)
def normalise(word: str) -> str:
    """Return the exact form of one word; empty for a word of nothing but marks and controls.

    Normalising twice changes nothing. The result holds no white space.
    """
    if PLAIN_ARABIC.fullmatch(word):
        return fold_plain_arabic(word)
    exact = _normalise_once(word)
    # One step of NFKC, folding or stripping can make the next one possible (a mark that now follows
    # another letter); the forms settle after at most a few rounds.
    for _ in range(4):
        again = _normalise_once(exact)
        if again == exact:
            break
        exact = again
    return exact
