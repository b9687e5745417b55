"""Arabic words of grammar, and what they mean with what is written to them: وفيها is "and in it".

Spelling counts here, which searches do not look at: على is "on" and علي is Ali, منه is "of it" and منة is Menna. Only a
hamza that is left out makes no difference (الى, ان), as half of the writers leave it out.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from functools import lru_cache
from importlib.resources import files

from indexer.text import normalise

# What stands before a pronoun is its own: "in it", "all of them".
_WITH_OBJECT = {
    "ب": "with", "ل": "for", "في": "in", "علي": "on", "مع": "with", "إلي": "to", "من": "of", "عن": "about",
    "بين": "between", "عند": "at", "لدي": "with", "حول": "around", "قبل": "before", "بعد": "after", "ضد": "against",
    "أمام": "before", "خلف": "behind", "وراء": "behind", "تحت": "under", "فوق": "above", "دون": "without",
    "نحو": "toward", "خلال": "during", "مثل": "like", "غير": "other than", "كل": "all of", "بعض": "some of",
    "أحد": "one of", "معظم": "most of", "جميع": "all of", "ضمن": "within", "وسط": "amid", "بسبب": "because of",
    "بشأن": "about", "حيال": "toward",
}  # fmt: skip
_OBJECTS = {
    "ه": ("it", "him"), "ها": ("it", "her"), "هم": ("them",), "هما": ("them both",), "هن": ("them",), "نا": ("us",),
    "ك": ("you",), "كم": ("you",),
}  # fmt: skip
_WITH_SUBJECT = {
    "أن": "that", "إن": "that", "بأن": "that", "لأن": "because", "لكن": "but", "كأن": "as if", "لعل": "perhaps",
}  # fmt: skip
_SUBJECTS = {
    "ه": ("it", "he"), "ها": ("it", "she"), "هم": ("they",), "هما": ("they both",), "هن": ("they",), "نا": ("we",),
    "ي": ("I",), "ني": ("I",), "ك": ("you",), "كم": ("you",),
}  # fmt: skip
# With ي others are other words: قبلي is tribal, كلي is total. منا and عنا have one ن.
_ONE_BY_ONE = {
    "بي": "with me", "لي": "for me", "مني": "of me", "عني": "about me", "معي": "with me", "عندي": "at me",
    "منا": "of us", "عنا": "about us",
}  # fmt: skip
_NOT_COMPOSED = frozenset({"مننا", "عننا"})
# Written together with a preposition.
_QUANTIFIERS = ("كل", "أي", "أكثر", "أقل", "بعض", "أحد", "إحدى", "جميع", "غير", "معظم", "عدة")
_PREPOSITIONS = {"ب": "with", "ل": "for", "ك": "like"}
_AND = {"و": "and", "ف": "so"}
_SHORTEST_WITH_PREPOSITION = 4
_HAMZAS = str.maketrans("أإ", "اا")
_MARKS = re.compile("[\u0640\u064b-\u0652\u0670]")


def meanings(arabic: str) -> tuple[str, ...]:
    """Return what a word of grammar means, the likeliest first; nothing for another word."""
    return table().get(spelled(arabic), ())


def meanings_with_and(arabic: str) -> tuple[str, ...]:
    """Return what a word means if its first letter is "and" or "so", and the rest a word of grammar."""
    whole = spelled(arabic)
    rest = whole[1:]
    if whole[:1] not in _AND or len(rest) < 2:
        return ()
    return tuple(f"{_AND[whole[0]]} {english}" for english in table().get(rest, ()))


def meanings_with_preposition(arabic: str) -> tuple[str, ...]:
    """Return what a word means but for the preposition that is written to it: للسلطات is "authorities".

    Which preposition English has there the letter does not tell. Words of few letters are left alone, as they are
    rather others.
    """
    whole = spelled(arabic)
    start = whole[:1] in _AND and whole[1:2] in _PREPOSITIONS
    letter, rest = whole[start : start + 1], whole[start + 1 :]
    if letter == "ل" and rest[:1] == "ل":
        rest = "ا" + rest  # the article loses its alef
    if letter not in _PREPOSITIONS or len(rest) < _SHORTEST_WITH_PREPOSITION:
        return ()
    return tuple(f"{_AND[whole[0]]} {english}" if start else english for english in _listed().get(rest, ()))


@lru_cache(maxsize=1)
def phrases() -> dict[tuple[str, ...], str]:
    """Return normalised words -> English, of what means something together (على الرغم من, despite)."""
    return {tuple(map(normalise, arabic.split())): english[0] for arabic, english in _rows() if " " in arabic}


@lru_cache(maxsize=1)
def table() -> dict[str, tuple[str, ...]]:
    """Return spelling -> English of all words of grammar, without what an "and" before them makes."""
    words = dict(_listed())
    composed: dict[str, tuple[str, ...]] = {one: (english,) for one, english in _ONE_BY_ONE.items()}
    for before, pronouns in ((_WITH_OBJECT, _OBJECTS), (_WITH_SUBJECT, _SUBJECTS)):
        for (word, english), (ending, those) in itertools.product(before.items(), pronouns.items()):
            composed[word + ending] = tuple(f"{english} {pronoun}" for pronoun in those)
    for word, told in composed.items():
        if word not in _NOT_COMPOSED:
            words.setdefault(word, told)
    for word, told in list(words.items()):
        words.setdefault(word.translate(_HAMZAS), told)
    for (letter, preposition), word in itertools.product(_PREPOSITIONS.items(), _QUANTIFIERS):
        words.setdefault(letter + word, tuple(f"{preposition} {english}" for english in words[word]))
    return words


@lru_cache(maxsize=1)
def _listed() -> dict[str, tuple[str, ...]]:
    """Return spelling -> English of the words that the file has."""
    return {arabic: english for arabic, english in _rows() if " " not in arabic}


def _rows() -> list[tuple[str, tuple[str, ...]]]:
    text = (files("indexer") / "data" / "lexicon" / "grammar.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return [(arabic, tuple(english.split("; "))) for arabic, english in rows]


def spelled(arabic: str) -> str:
    """Return a word as it is spelled, without vowel marks and tatweel."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", arabic))
