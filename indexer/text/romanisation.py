"""Romanisation: Arabic words in Latin letters for the eye, and chat spelling (Arabizi) back to Arabic.

Both guess: Arabic leaves short vowels out, Arabizi does not say which vowels are short. What `romanise`
gives is to be shown as automatic; what `arabizi` gives is to be looked up, not believed.
"""

from __future__ import annotations

import re
import unicodedata

_CONSONANTS = {
    "ب": "b", "ت": "t", "ث": "th", "ج": "j", "ح": "h", "خ": "kh", "د": "d", "ذ": "dh", "ر": "r", "ز": "z",
    "س": "s", "ش": "sh", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "ع": "'", "غ": "gh", "ف": "f", "ق": "q",
    "ك": "k", "ل": "l", "م": "m", "ن": "n", "ه": "h", "ء": "'", "پ": "p", "چ": "ch", "ژ": "zh", "گ": "g",
    "ڤ": "v", "ک": "k", "ؤ": "'", "ئ": "'",
}  # fmt: skip
_VOWELS = {"ا": "a", "أ": "a", "إ": "i", "آ": "a", "ٱ": "a", "ى": "a", "ة": "a"}
_GLIDES = {"و": ("w", "u"), "ي": ("y", "i"), "ی": ("y", "i")}  # as a consonant, as a vowel
_MARKS = {"\u064e": "a", "\u064f": "u", "\u0650": "i", "\u064b": "an", "\u064c": "un", "\u064d": "in"}
_NO_VOWEL = "\u0652"
_DOUBLED = "\u0651"

# Words whose vowels everybody knows and the rules would miss.
_KNOWN = {
    "في": "fi", "من": "min", "على": "ala", "إلى": "ila", "الى": "ila", "عن": "an", "مع": "maa", "أن": "an",
    "إن": "inna", "لا": "la", "ما": "ma", "لم": "lam", "هذا": "hadha", "هذه": "hadhihi", "التي": "allati",
    "الذي": "alladhi", "ذلك": "dhalik", "بعد": "baad", "قبل": "qabl", "بين": "bayn", "ضد": "didd",
    "الله": "Allah", "محمد": "Muhammad", "أحمد": "Ahmad", "علي": "Ali", "عبد": "Abd", "بن": "bin",
    "ابن": "ibn", "أبو": "Abu", "حسن": "Hasan", "حسين": "Husayn", "عمر": "Umar", "ليبيا": "Libya",
    "سوريا": "Suriya", "مصر": "Misr", "العراق": "al-Iraq", "تونس": "Tunis",
    "لبنان": "Lubnan", "اليمن": "al-Yaman",
}  # fmt: skip
_PREFIXES = (
    ("وبال", "wa-bi-l-"), ("وال", "wa-l-"), ("بال", "bi-l-"), ("فال", "fa-l-"), ("كال", "ka-l-"),
    ("ولل", "wa-li-l-"), ("لل", "li-l-"), ("ال", "al-"),
)  # fmt: skip
_SHORTEST_REST = 3
_WORD = re.compile("[\u0620-\u065f\u0670-\u06d3]+")
_PUNCTUATION = str.maketrans({"،": ",", "؛": ";", "؟": "?", "٪": "%", "۔": ".", "«": '"', "»": '"'})


def romanise(text: str) -> str:
    """Return a text with its Arabic words in readable Latin letters; everything else stays as it is.

    Vowels that are not written are guessed by syllables (a word is no cluster of consonants).
    """
    text = unicodedata.normalize("NFKC", text).replace("ـ", "")
    text = "".join(
        str(unicodedata.digit(character)) if character in "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹" else character
        for character in text
    )
    romanised = _WORD.sub(lambda match: _romanise_word(match[0]), text).translate(_PUNCTUATION)
    return romanised[:1].upper() + romanised[1:]


def _romanise_word(word: str) -> str:
    if word in _KNOWN:
        return _KNOWN[word]
    if len(word) > _SHORTEST_REST and word[0] == "و" and word[1] in "أإآ":
        return "wa-" + _romanise_word(word[1:])
    for prefix, latin in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= _SHORTEST_REST:
            return latin + _syllables(word[len(prefix) :])
    return _syllables(word)


def _syllables(word: str) -> str:
    # Sounds as (letters, whether a vowel); "" is a consonant's marked lack of one.
    sounds: list[tuple[str, bool]] = []
    for place, letter in enumerate(word):
        if letter in _MARKS:
            sounds.append((_MARKS[letter], True))
        elif letter == _NO_VOWEL:
            sounds.append(("", True))
        elif letter == _DOUBLED and sounds:
            # NFKC puts the mark of the vowel before that of the doubling.
            last = len(sounds) - (2 if sounds[-1][1] and len(sounds) > 1 else 1)
            sounds.insert(last, sounds[last])
        elif letter in _GLIDES:
            consonant, vowel = _GLIDES[letter]
            if sounds and sounds[-1] == (vowel, True):
                continue  # إيران, and a written short vowel before its long letter
            before = bool(sounds) and sounds[-1][1] and sounds[-1][0] != ""
            after = word[place + 1 : place + 2] in ("ا", "أ", "ى", "ة", "آ")
            is_vowel = place > 0 and not before and not (after and place == 1)
            sounds.append((vowel, True) if is_vowel else (consonant, False))
        elif letter in _VOWELS:
            sounds.append((_VOWELS[letter], True))
        elif letter in _CONSONANTS:
            sounds.append((_CONSONANTS[letter], False))
    return _with_short_vowels(sounds)


def _with_short_vowels(sounds: list[tuple[str, bool]]) -> str:
    """Put an `a` behind a first consonant of two, and between the second and third of three."""
    written: list[str] = []
    run = 0  # consonants since the last vowel
    for place, (sound, is_vowel) in enumerate(sounds):
        written.append(sound)
        if is_vowel:
            run = 0
            continue
        run += 1
        followed = place + 1 < len(sounds) and not sounds[place + 1][1]
        if followed and (place == 0 or run == 2):
            written.append("a")
            run = 0
    word = re.sub("''+", "'", "".join(written))
    return word.replace("ia", "iya").replace("ua", "uwa")


# --- Arabizi -------------------------------------------------------------------------------------

_DIGITS = {
    "3'": ("غ",), "7'": ("خ",), "3": ("ع",), "5": ("خ",), "6": ("ط",), "7": ("ح",), "8": ("غ", "ق"),
    "9": ("ق", "ص"),
}  # fmt: skip
_LETTERS = {
    "th": ("ث",), "dh": ("ذ", "ض"), "kh": ("خ",), "sh": ("ش",), "ch": ("ش",), "gh": ("غ",), "b": ("ب",),
    "p": ("ب",), "t": ("ت", "ط"), "j": ("ج",), "g": ("ق", "ج", "غ"), "d": ("د", "ض"), "r": ("ر",),
    "z": ("ز", "ظ"), "s": ("س", "ص"), "f": ("ف",), "v": ("ف",), "q": ("ق",), "k": ("ك",), "c": ("ك",),
    "l": ("ل",), "m": ("م",), "n": ("ن",), "h": ("ه",), "w": ("و",), "y": ("ي",), "x": ("كس",),
}  # fmt: skip
_LONG = {"aa": "ا", "ee": "ي", "ii": "ي", "oo": "و", "uu": "و"}
_SHORT = {"ou": "و", "ai": "ي", "ei": "ي", "a": "ا", "e": "ي", "i": "ي", "o": "و", "u": "و"}
_UNIT = re.compile("[37]'|[2356789]|th|dh|kh|sh|ch|gh|aa|ee|ii|oo|uu|ou|ai|ei|[a-z]")
_ARABIZI = re.compile(r"(?=.*[a-z])(?=.*[2356789])(?!.*[0-9]{2})(?![0-9](?:st|nd|rd|th)$)[a-z2356789']{3,24}")

#: Readings of one word that are worth a lookup.
MAX_ARABIZI = 32


def arabizi_candidates(word: str) -> tuple[str, ...]:
    """Return Arabic spellings of a word in chat spelling, likeliest first, at most MAX_ARABIZI.

    Chat spelling is known by a digit that stands for a letter, among Latin letters. None for G20 or mp3.
    """
    word = word.casefold().replace("’", "'")
    if not _ARABIZI.fullmatch(word) or not (re.search("[aeiou]", word) or word[0] in "379"):
        return ()
    article = re.match("(?:al|el)-?(?=[^aeiou]{1,2}[aeiou])", word)
    rest = re.sub(r"([a-z])\1+", _undouble, word[article.end() :] if article else word)
    beam = [(0, "ال" if article else "")]
    units = _UNIT.findall(rest)
    for place in range(len(units)):
        options = _spellings(units, place)
        steps = [(cost + extra, text + option) for cost, text in beam for extra, option in enumerate(options)]
        beam = sorted(set(steps), key=lambda step: step[0])[:MAX_ARABIZI]
    return tuple(dict.fromkeys(text for _, text in beam if text))


def _undouble(match: re.Match[str]) -> str:
    return match[0] if match[0] in _LONG else match[1]


def _spellings(units: list[str], place: int) -> tuple[str, ...]:
    """Return what one unit may stand for, likeliest first."""
    unit = units[place]
    following = units[place + 1 :]
    if unit == "2":
        if not following or place == 0:
            return ("ء",) if place else ("أ",)
        return {"i": ("ئ",), "e": ("ئ",), "u": ("ؤ",), "ou": ("ؤ",), "o": ("ؤ",)}.get(following[0], ("أ",))
    if unit in _DIGITS or unit in _LETTERS:
        return _DIGITS.get(unit) or _LETTERS[unit]
    if unit not in _LONG and unit not in _SHORT:
        return ("",)
    if place == 0:
        return ("إ",) if unit in ("i", "e", "ee", "ii") else ("أ",)
    if unit in _LONG:
        return (_LONG[unit],)
    if not following:
        return ("ة", "ا", "ى") if unit == "a" else (_SHORT[unit],)
    if unit in ("i", "e") and following == ["a"]:
        return ("ي",)  # -ia is the ending ية
    # A vowel in the last open syllable is mostly long (7oukouma, 7abibi), an a less often (3arabi).
    rest = "".join("v" if unit in _LONG or unit in _SHORT else "c" for unit in following)
    is_last = re.fullmatch("c|cv|cc?vv", rest) is not None
    return (_SHORT[unit], "") if is_last and unit != "a" else ("", _SHORT[unit])
