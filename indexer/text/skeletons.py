"""Skeletons: the consonants of a name in a coarse alphabet that Latin and Arabic spellings map to.

Equal skeletons are a cheap lookup in any index and find nearly every spelling of a name (Gaddafi, Qaddafi,
Kadhafi; غوغل, جوجل); `indexer.text.similarity` then ranks the words that share one.

Classes: B (b p ب), F (f v ف), T (t th ت ط ث), D (d dh د ذ ض ظ), K (k q kh gh ك ق خ غ), J (j ج),
S (s z sh ch س ص ش ز), L, M, N, R, H (h ح ه). Vowels, w and y (ا و ي), hamza and ع are left out, but an `A`
in front says that the word begins with one of them. Repeated classes count once (Hassan, حسن).
"""

from __future__ import annotations

import re
from functools import lru_cache

from indexer.text.normalise import normalise
from indexer.text.scripts import script_of

_ARABIC_CLASSES = {
    **dict.fromkeys("بپ", "B"), **dict.fromkeys("فڤ", "F"), **dict.fromkeys("تطثٹ", "T"),
    **dict.fromkeys("دذضظڈ", "D"), **dict.fromkeys("كقخغگ", "K"), **dict.fromkeys("جچژ", "J"),
    **dict.fromkeys("سصشز", "S"), "ل": "L", "م": "M", "ن": "N", **dict.fromkeys("رڑ", "R"),
    **dict.fromkeys("حه", "H"),
}  # fmt: skip
_ARABIC_VOWELS = frozenset("اويءعئؤ")
# The article. Not with و ب ك ف before it: بالمر and فالكون (Palmer, Falcon) are commoner names than those.
_ARTICLE = re.compile(r"^(?:ال|لل)(?=..)")

# Latin letters and groups, longest first -> the classes they may stand for; "" is none (a vowel, or silent).
# The first is the commonest. What both sides write in the same two ways is one class already.
_LATIN: dict[str, tuple[str, ...]] = {
    "tsch": ("S",), "tch": ("S",), "sch": ("S", "SK"), "ch": ("S", "K", "H"), "sh": ("S", "SH"),
    "cz": ("S",), "sz": ("S",), "zh": ("J", "S", "SH"), "ts": ("TS", "S"), "tz": ("TS", "S"), "dj": ("J",),
    "kh": ("K",), "gh": ("K", ""), "ph": ("F",), "th": ("T", "D", "TH"), "dh": ("D", "DH"), "ck": ("K",),
    "cq": ("K",), "qu": ("K",), "ci": ("S", "K"), "ce": ("S", "K", "J"), "cy": ("S",), "gg": ("J", "K"),
    "ll": ("L", ""), "dg": ("J", "DJ"), "gn": ("KN", "N"), "gl": ("KL", "L", "JL"), "x": ("KS", "S"),
    "b": ("B",), "p": ("B",), "f": ("F",), "v": ("F",), "t": ("T",), "d": ("D",), "k": ("K",), "q": ("K",),
    "c": ("K", "S", "J"), "g": ("K", "J"), "j": ("J", "", "K"), "s": ("S",), "z": ("S", "D", "TS"),
    "l": ("L",), "m": ("M",), "n": ("N",), "r": ("R",), "h": ("H",), "w": ("", "F"),
}  # fmt: skip
_LATIN_VOWELS = frozenset("aeiouyw'")
_LATIN_UNIT = re.compile("|".join(sorted(_LATIN, key=len, reverse=True)) + "|.")
# Letters whose mark tells more than the bare letter: looked at before the marks are folded away.
_MARKED = str.maketrans(
    {"č": "ch", "ć": "ch", "ç": "ch", "š": "sh", "ş": "sh", "ś": "sh", "ž": "zh", "ż": "zh", "ğ": "gh",
     "ţ": "ts", "ț": "ts", "ș": "sh", "ḫ": "kh", "ġ": "gh", "ẓ": "dh", "ḏ": "dh", "ṯ": "th"}
)  # fmt: skip
# al- and el-; other vowels before l, since أ إ are folded into the alef of the article; the article before
# sun letters (as-Sisi, Ennahdha).
_LATIN_ARTICLE = re.compile(r"^[aeiou]l+(?=[a-z']{2})|^[aeu](?=ss|zz|tt|nn|rr|dd|shsh|chch|thth|dhdh)")
_DOUBLED = re.compile(r"([^gl'])\1+")
# Digits that write Arabic letters in chat spelling.
_ARABIZI_SOUNDS = {"2": "'", "3": "'", "5": "kh", "6": "t", "7": "h", "8": "gh", "9": "q"}

#: More readings of one name would match too much to be of use.
MAX_SKELETONS = 12
_BEAM = 24
#: What is behind this many characters is not looked at: no name is that long.
LONGEST_NAME = 48


def skeleton(word: str) -> str:
    """Return the one skeleton of a word, "" for scripts without one and for words without consonants.

    Of an Arabic word the only one (without its article); of a Latin word the likeliest.
    """
    return next(iter(skeletons(word)), "")


def skeletons(word: str) -> tuple[str, ...]:
    """Return every skeleton that a word may have, likeliest first, at most MAX_SKELETONS.

    A name of several words or with a hyphen is taken as one word (al-Attiyah). An Arabic word has one.
    """
    return _skeletons(word[:LONGEST_NAME])


@lru_cache(maxsize=1 << 16)
def _skeletons(word: str) -> tuple[str, ...]:
    script = script_of(word)
    if script == "Arab":
        found = _arabic_skeleton(normalise(word))
        return (found,) if found else ()
    return _latin_skeletons(latin_letters(word)) if script == "Latn" else ()


@lru_cache(maxsize=1 << 14)
def latin_letters(word: str) -> str:
    """Return a Latin word in plain a-z and ', with digraphs for marked letters and for Arabizi digits."""
    folded = normalise(word.casefold().translate(_MARKED))
    if any(character.isalpha() for character in folded):
        folded = "".join(_ARABIZI_SOUNDS.get(character, character) for character in folded)
    return re.sub("[^a-z']", "", folded)


def without_article(letters: str) -> str:
    """Return a name in plain letters without what may be an Arabic article (al-, el-, as- before an s...)."""
    return _LATIN_ARTICLE.sub("", letters)


def _arabic_skeleton(exact: str) -> str:
    word = _ARTICLE.sub("", exact)
    if word.endswith("ه") and len(word) > 2:
        word = word[:-1]  # from ة, which Latin spellings leave silent or write as a or ah
    # Sounds that Arabic writes with two letters and Latin with one class.
    word = word.replace("تش", "ش").replace("تز", "ز").replace("دج", "ج").replace("قج", "ج")
    classes = [_ARABIC_CLASSES.get(letter, "") for letter in word]
    return _assemble("A" if word[:1] in _ARABIC_VOWELS else "", classes)


def _assemble(start: str, classes: list[str]) -> str:
    consonants = re.sub(r"(.)\1+", r"\1", "".join(classes))
    return start + consonants if consonants else ""


def _latin_skeletons(word: str) -> tuple[str, ...]:
    readings = _readings(word, _starts(word))
    bare = without_article(word)
    if bare != word:
        # al- is the article (al-Attiyah), or a part of the name that Arabic strips as well (Albert, ألبرت);
        # then a vowel behind it may be unwritten (Aleksandar, ألكسندر).
        article = re.match("[ae]l(?!l)", word) is not None
        starts = [*_starts(bare), (2, "")] if bare[0] in _LATIN_VOWELS else _starts(bare)
        readings = [(cost + (2 * article), reading) for cost, reading in readings]
        readings += [(cost + 2 * (not article), reading) for cost, reading in _readings(bare, starts)]
    best: dict[str, int] = {}
    for cost, reading in readings:
        best[reading] = min(cost, best.get(reading, cost))
    return tuple(sorted(best, key=lambda reading: best[reading])[:MAX_SKELETONS])


def _starts(word: str) -> list[tuple[int, str]]:
    if word[:1] == "w":
        return [(0, "A"), (1, "")]
    if word[:1] == "j":
        return [(0, ""), (1, "A")]
    return [(0, "A" if word[:1] in _LATIN_VOWELS else "")]


def _readings(word: str, beam: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return (cost, skeleton) pairs, cheapest first; the cost counts how unusual the choices were."""
    units = _LATIN_UNIT.findall(_DOUBLED.sub(r"\1", word))
    for place, unit in enumerate(units):
        options = _options(units, place, unit)
        steps = [
            (cost + extra, reading if reading.endswith(classes) else reading + classes)
            for cost, reading in beam
            for extra, classes in enumerate(options)
        ]
        beam = sorted(set(steps))[:_BEAM]
    return [(cost, reading) for cost, reading in beam if reading not in ("", "A")]


def _options(units: list[str], place: int, unit: str) -> tuple[str, ...]:
    """Return the classes of one unit where it stands, likeliest first."""
    last = place + 1 == len(units)
    following = "" if last else units[place + 1]
    options = _LATIN.get(unit, ("",))
    if unit == "h" and place:
        if last:
            return "", "H"  # silent in Attiyah, not in Shah
        if following not in _LATIN_VOWELS or units[place - 1] not in _LATIN_VOWELS:
            return "H", ""  # John, Bingham
    if unit in ("g", "gg") and following in ("e", "i", "y"):
        return "J", "K"
    if last and place > 1 and unit in ("t", "d", "s", "x", "p"):
        return *options, *(("D",) if unit == "t" else ()), ""  # Ahmet is أحمد; Lafont and Blois end silently
    if last and unit == "r" and units[place - 2 :] == ["i", "e", "r"]:
        return "R", ""  # Pottier
    return options
