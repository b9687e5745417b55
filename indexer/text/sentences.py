"""Sentences: where a text may be cut into passages.

Rules instead of a model: they are the same for every language, fast, and err on the side of too few cuts
(the passage maker cuts long sentences itself).
"""

from __future__ import annotations

import re

_CLOSING = "\"'»”’›)\\]}」』）】"
_LINE_BREAKS = "\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029"
_WIDE, _MARKS = "。！？｡", ".!?؟۔…।"

# Where a boundary may begin: so much faster to find than one that is looked for character by character.
_BEGINNING = re.compile(f"[{_LINE_BREAKS}{_WIDE}{_MARKS}]")
# A boundary is a line break; a mark that ends sentences in any script without needing a space; or a full
# stop, which is looked at more closely in `_ends_sentence`.
_CANDIDATE = re.compile(
    f"[{_LINE_BREAKS}]+|[{_WIDE}]+[{_CLOSING}]*|(?P<mark>[{_MARKS}]+)[{_CLOSING}\\u200e\\u200f]*"
)
_WORD_BEFORE = re.compile(r"[^\W_]+$")
# Arabic initials (د. أ. م.) are single letters, as Latin ones are (U.S., J. R. R. Tolkien).
_ABBREVIATIONS = frozenset({
    "mr", "mrs", "ms", "dr", "prof", "sen", "rep", "gov", "gen", "lt", "col", "capt", "sgt", "maj", "st",
    "jr", "sr", "rev", "hon", "pres", "vs", "no", "inc", "ltd", "co", "corp", "approx", "fig", "vol", "ed",
    "dept", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mme",
    "mlle", "mgr", "bzw", "ca", "usw", "nr", "str", "vgl", "zb", "sra", "srta", "dra", "ud", "uds", "г",
    "ул", "им", "стр", "أد",
})  # fmt: skip
# Languages that write ordinal numbers with a full stop: "am 3. Oktober".
_ORDINAL_LANGUAGES = frozenset({
    "de", "da", "nb", "nn", "no", "fi", "hu", "tr", "cs", "sk", "sl", "hr", "sr", "bs", "pl", "et", "lv",
    "is",
})  # fmt: skip
_ARABIC_LETTER = re.compile("[\u0620-\u064a\u0671-\u06d3]")


def sentences(text: str, language: str = "") -> list[tuple[int, int]]:
    """Return the (start, end) spans of the sentences of a text, in order and without white space around.

    Every character that is not white space is in exactly one span. A text without punctuation is one span.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    position = 0
    while beginning := _BEGINNING.search(text, position):
        match = _CANDIDATE.match(text, beginning.start())
        assert match is not None
        position = match.end()
        if match["mark"] and not _ends_sentence(text, match, language):
            continue
        _append_trimmed(text, start, position, spans)
        start = position
    _append_trimmed(text, start, len(text), spans)
    return spans


def _append_trimmed(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    stripped = piece.strip()
    if stripped:
        spans.append((start + left, start + left + len(stripped)))


def _ends_sentence(text: str, match: re.Match[str], language: str) -> bool:
    mark = match["mark"]
    end = match.end()
    following = text[end : end + 1]
    before = _WORD_BEFORE.search(text, max(0, match.start() - 40), match.start())
    word = before[0] if before else ""
    if following and not following.isspace():
        # Without a space only between Arabic words (a common slip): not in 3.5, cnn.com or file.txt.
        if mark[-1] in "؟۔।":
            return True
        return len(word) > 1 and bool(_ARABIC_LETTER.match(word[-1]) and _is_arabic_word(text, end))
    if mark != ".":
        return not _continues(text, end)
    if word and (len(word) == 1 and not word.isdigit()):
        return False
    if word.lower() in _ABBREVIATIONS:
        return False
    if word.isdigit() and len(word) <= 2 and language.partition("-")[0] in _ORDINAL_LANGUAGES:
        return False
    return not _continues(text, end)


def _is_arabic_word(text: str, position: int) -> bool:
    """Whether two Arabic letters follow: one letter alone is an initial (م.د.)."""
    return all(_ARABIC_LETTER.match(text, position + step) for step in (0, 1))


def _continues(text: str, position: int) -> bool:
    """Whether the next word on the line begins in lower case, so that the sentence goes on."""
    following = text[position : position + 8].lstrip(" \t\u00a0\"'«“‘(")
    return following[:1].islower()
