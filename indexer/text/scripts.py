"""Scripts: which writing system a character, a word or a text belongs to, by ISO 15924 code."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from functools import lru_cache

#: What `script_of` says of a text without letters (ISO 15924's "undetermined").
COMMON = "Zyyy"

# First and last code point, ascending. Only scripts that some part of the archive treats in its own way,
# and those whose presence alone names the language. Letters elsewhere count as COMMON.
_RANGES: tuple[tuple[int, int, str], ...] = (
    (0x0041, 0x005A, "Latn"),
    (0x0061, 0x007A, "Latn"),
    (0x00AA, 0x00AA, "Latn"),
    (0x00BA, 0x00BA, "Latn"),
    (0x00C0, 0x024F, "Latn"),
    (0x0250, 0x02AF, "Latn"),
    (0x0370, 0x03FF, "Grek"),
    (0x0400, 0x052F, "Cyrl"),
    (0x0530, 0x058F, "Armn"),
    (0x0590, 0x05FF, "Hebr"),
    (0x0600, 0x06FF, "Arab"),
    (0x0750, 0x077F, "Arab"),
    (0x0870, 0x08FF, "Arab"),
    (0x0900, 0x097F, "Deva"),
    (0x0980, 0x09FF, "Beng"),
    (0x0A00, 0x0A7F, "Guru"),
    (0x0A80, 0x0AFF, "Gujr"),
    (0x0B80, 0x0BFF, "Taml"),
    (0x0C00, 0x0C7F, "Telu"),
    (0x0C80, 0x0CFF, "Knda"),
    (0x0D00, 0x0D7F, "Mlym"),
    (0x0D80, 0x0DFF, "Sinh"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x0E80, 0x0EFF, "Laoo"),
    (0x1000, 0x109F, "Mymr"),
    (0x10A0, 0x10FF, "Geor"),
    (0x1100, 0x11FF, "Hang"),
    (0x1200, 0x139F, "Ethi"),
    (0x1780, 0x17FF, "Khmr"),
    (0x1E00, 0x1EFF, "Latn"),
    (0x1F00, 0x1FFF, "Grek"),
    (0x2C60, 0x2C7F, "Latn"),
    (0x2E80, 0x2FDF, "Hani"),
    (0x3005, 0x3007, "Hani"),
    (0x3040, 0x309F, "Hira"),
    (0x30A0, 0x30FF, "Kana"),
    (0x3130, 0x318F, "Hang"),
    (0x31F0, 0x31FF, "Kana"),
    (0x3400, 0x4DBF, "Hani"),
    (0x4E00, 0x9FFF, "Hani"),
    (0xA640, 0xA69F, "Cyrl"),
    (0xA720, 0xA7FF, "Latn"),
    (0xAC00, 0xD7AF, "Hang"),
    (0xF900, 0xFAFF, "Hani"),
    (0xFB00, 0xFB06, "Latn"),
    (0xFB13, 0xFB17, "Armn"),
    (0xFB1D, 0xFB4F, "Hebr"),
    (0xFB50, 0xFDFF, "Arab"),
    (0xFE70, 0xFEFC, "Arab"),
    (0xFF21, 0xFF3A, "Latn"),
    (0xFF41, 0xFF5A, "Latn"),
    (0xFF66, 0xFF9D, "Kana"),
    (0x1D400, 0x1D7FF, "Latn"),
    (0x20000, 0x3FFFF, "Hani"),
)
_STARTS = tuple(first for first, _, _ in _RANGES)

#: Scripts that are written without spaces between words: tokens are overlapping pairs of signs.
UNSPACED = frozenset({"Hani", "Hira", "Kana", "Hang", "Thai", "Laoo", "Mymr", "Khmr"})


def character_class(*scripts: str) -> str:
    """Return the ranges of some scripts as the inside of a regular expression's `[...]`."""
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last, script in _RANGES if script in scripts)


@lru_cache(maxsize=4096)
def script_of_character(character: str) -> str:
    """Return the script of a letter; COMMON for digits, punctuation, symbols and unlisted scripts."""
    if not character.isalpha():
        return COMMON
    position = bisect_right(_STARTS, ord(character)) - 1
    if position >= 0 and ord(character) <= _RANGES[position][1]:
        return _RANGES[position][2]
    return COMMON


def count_scripts(text: str) -> Counter[str]:
    """Return how many letters of each script a text holds, COMMON left out."""
    counts: Counter[str] = Counter()
    for character, count in Counter(text).items():
        script = script_of_character(character)
        if script != COMMON:
            counts[script] += count
    return counts


def script_of(text: str) -> str:
    """Return the script that most letters of a text are in; ties by code, COMMON without letters."""
    counts = count_scripts(text)
    return min(counts, key=lambda script: (-counts[script], script)) if counts else COMMON
