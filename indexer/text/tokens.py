"""Tokens: a text cut into words, each with its offsets into the original and its normalised forms.

Every engine, query and highlight cuts text with `analyse`, so that a token is a token everywhere.
Python's `\\w` is not enough: it leaves out the vowel marks that stand inside Arabic words.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from indexer.text.normalise import PLAIN_ARABIC, fold_plain_arabic, normalise
from indexer.text.scripts import UNSPACED, character_class
from indexer.text.stemming import base_language, stem_arabic_script, stem_word

#: Raised whenever `analyse` gives other tokens for the same text: archives made before must be re-indexed.
TEXT_VERSION = 1

# A longer "word" is base64 or a broken file: its forms are made from its start, so that no term is unbounded.
_LONGEST_SURFACE = 256
_LONGEST_FORM = 64
#: What often stands beside an Arabic word and is never part of one.
_AROUND_WORDS = '.,:;!?()[]{}"«»“”،؛؟…-–—#/'


@dataclass(frozen=True, slots=True)
class Token:
    """One word. Its surface is `text[start:end]` of the text that was analysed.

    `exact` is the normalised form (`indexer.text.normalise`), `stem` that form's stem.
    """

    start: int
    end: int
    exact: str
    stem: str


def analyse(text: str, language: str = "") -> list[Token]:
    """Return the tokens of a text in order; `language` chooses among stemmers, never where words are cut.

    Tokens do not overlap, except the pairs of signs in scripts without spaces (Chinese, Thai...).
    Cutting a token out of the text and analysing it again gives the same token. Any string is accepted.
    """
    base = base_language(language)
    tokens: list[Token] = []
    append = tokens.append
    pattern, unit = _patterns()
    for match in pattern.finditer(text):
        if match.lastgroup == "unspaced":
            _append_pairs(match, unit, base, tokens)
            continue
        exact, stem = _forms(match[0][:_LONGEST_SURFACE], base)
        if exact:
            append(Token(match.start(), match.end(), exact, stem))
    return tokens


def forms_of(run: str, language: str = "") -> tuple[str, ...]:
    """Return the exact forms and stems of the tokens of a text: what it holds, but not where.

    For a word of plain Arabic letters, as most in the archive are, with marks and punctuation or without, this is
    several times as fast as `analyse`, and remembered nowhere: a word with each of its stops is asked for once.
    """
    word = run.strip(_AROUND_WORDS)
    if PLAIN_ARABIC.fullmatch(word) and len(word) <= _LONGEST_FORM:
        exact = fold_plain_arabic(word)
        return exact, stem_arabic_script(exact, base_language(language))
    return tuple({form for token in analyse(run, language) for form in (token.exact, token.stem)})


def _append_pairs(match: re.Match[str], unit: re.Pattern[str], base: str, tokens: list[Token]) -> None:
    units = [(found.start(), found.end()) for found in unit.finditer(match.string, *match.span())]
    pairs = itertools.pairwise(units) if len(units) > 1 else [(units[0], units[0])]
    for (start, _), (_, end) in pairs:
        exact, stem = _forms(match.string[start : min(end, start + _LONGEST_SURFACE)], base)
        if exact:
            tokens.append(Token(start, end, exact, stem))


@lru_cache(maxsize=1 << 17)
def _forms(surface: str, base: str) -> tuple[str, str]:
    """Return the exact form and the stem of one word. Cached, since words of a text repeat."""
    exact = normalise(surface)[:_LONGEST_FORM]
    return exact, stem_word(exact, base)


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the pattern of a word and that of one sign of an unspaced script.

    Compiled at first use: finding all combining marks takes 70 ms that `--help` need not wait for.
    """
    marks = _marks()
    joiner = "[\u00ad\u061c\u200c-\u200f\u2060\ufeff]"  # may stand inside a word without ending it
    # U+0640 is tatweel. Digits are left out: الـ20 is two words.
    arabic = (
        "\u0620-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06e5\u06e6\u06ee\u06ef\u06fa-\u06fc\u06ff\u0750-\u077f"
        "\u0870-\u0887\u0889-\u088e\u08a0-\u08c9\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufd8f\ufd92-\ufdc7"
        "\ufdf0-\ufdfb\ufe70-\ufe74\ufe76-\ufefc"
    )
    unspaced = character_class(*UNSPACED)
    jamo = "[\u1100-\u115f][\u1160-\u11a7]*[\u11a8-\u11ff]*"
    sign = f"(?:{jamo}|(?![{marks}])(?=[^\\W_])[{unspaced}])[{marks}\uff9e\uff9f]*"
    digits = "0-9\u0660-\u0669\u06f0-\u06f9"
    alone = f"(?![.,٬٫]?[{digits}])"  # 1.2.3 and 18.02.2018 are no decimals
    groups = f"(?:(?:,[{digits}]{{3}})+|(?:٬[{digits}]{{3}})+)"
    grouped = f"(?<![{digits}])[{digits}]{{1,3}}{groups}(?:[.٫][{digits}]+)?{alone}"
    decimal = f"(?<![{digits}.,٬٫])[{digits}]+[.٫][{digits}]+{alone}"
    letter = f"(?:(?![{arabic}{unspaced}])[^\\W_])"
    inner = f"(?:{letter}|[{marks}])"
    hebrew = "[\u05d0-\u05ea]"
    apostrophe = f"['’‘＇](?={letter})|(?<={hebrew})[\"״׳](?={hebrew})"
    # Elided articles and pronouns (l'Algérie, qu'il) are words of their own, whatever the language is.
    elided = "(?:[dljnsmtcDLJNSMTC]|[qQ]u)(?=['’][^\\W\\d_]{2})"
    word = f"{letter}{inner}*(?:(?:{joiner}+(?={letter})|{apostrophe}){inner}+)*"
    arabic_word = f"[{arabic}][{arabic}{marks}]*(?:{joiner}+[{arabic}][{arabic}{marks}]*)*"
    return (
        re.compile(f"{arabic_word}|(?P<unspaced>(?:{sign})+)|{grouped}|{decimal}|{elided}|{word}"),
        re.compile(sign),
    )


def _marks() -> str:
    """Return every combining mark as the inside of a `[...]`, without emoji selectors and enclosing marks."""
    spans: list[list[int]] = []
    for code in (*range(0x0300, 0xFE00), *range(0xFE20, 0xFE30), *range(0x10A00, 0x1E950)):
        if unicodedata.category(chr(code)) in ("Mn", "Mc"):
            if spans and spans[-1][1] == code - 1:
                spans[-1][1] = code
            else:
                spans.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in spans)
