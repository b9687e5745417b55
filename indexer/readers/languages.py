"""Names and codes of languages, as metadata gives them -> one short code."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global

from indexer.article import UNKNOWN_LANGUAGE

#: Spoken varieties that are written as Arabic in the press; the text rooms know one Arabic.
_ARABIC_VARIETIES = frozenset(
    {"arb", "arz", "apc", "ajp", "acm", "acw", "aeb", "afb", "ars", "ary", "arq", "ayl"}
)

#: Locales whose words for languages are known ("Arabic", "العربية", "arabe", "árabe", ...).
_NAMING_LOCALES = ("en", "ar", "fr", "es", "de", "fa", "ru", "tr")

_EXTRA_NAMES = {"عربي": "ar", "انجليزي": "en", "انكليزي": "en", "انكليزية": "en", "فرنسي": "fr"}

#: Codes that say that nobody knows.
_NO_LANGUAGE = frozenset({"und", "mul", "zxx", "mis"})


def language_code(value: str) -> str:
    """Return the ISO 639 code that `value` means (`AR`, `ar-EG`, `Arabic`, `العربية` -> `ar`), else `und`."""
    return _language_code(value) if 0 < len(value) <= 40 else UNKNOWN_LANGUAGE


@lru_cache(maxsize=4096)
def _language_code(value: str) -> str:
    name = unicodedata.normalize("NFKC", value).strip().casefold()
    if match := re.fullmatch(r"([a-z]{2,3})(?:[-_][a-z0-9]{1,8})*", name):
        code = match[1]
        aliases = get_global("language_aliases")
        code = str(aliases.get(code, code)).split("_")[0].split("-")[0]
        if code in _ARABIC_VARIETIES:
            return "ar"
        if code in _known_codes():
            return UNKNOWN_LANGUAGE if code in _NO_LANGUAGE else code
    return _names().get(_fold(name), UNKNOWN_LANGUAGE)


@cache
def _known_codes() -> frozenset[str]:
    return frozenset(Locale("en").languages)


@cache
def _names() -> dict[str, str]:
    names = {_fold(name): code for name, code in _EXTRA_NAMES.items()}
    for locale in _NAMING_LOCALES:
        for code, name in Locale(locale).languages.items():
            if len(code) <= 3:
                names.setdefault(_fold(name), code)
    return names


def _fold(name: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return bare.casefold().removeprefix("اللغة").strip().removeprefix("ال")
