"""Stemming: the stem of a normalised word, by its script first and its text's language second.

Arabic script: light10, except in texts of other languages written in it. Other scripts: Snowball
(PyStemmer) of the text's language where that language is written in the word's script; else the language
that such a guest word most probably has (English for Latin letters, Russian for Cyrillic ones).
"""

from __future__ import annotations

import threading
from functools import lru_cache

import Stemmer  # type: ignore[import-not-found]

from indexer.text.arabic import light10
from indexer.text.scripts import script_of_character

_SNOWBALL: dict[str, dict[str, str]] = {
    "Latn": {
        "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "en": "english", "eo": "esperanto",
        "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish",
        "hu": "hungarian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nl": "dutch",
        "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "pl": "polish", "pt": "portuguese",
        "ro": "romanian", "sr": "serbian", "hr": "serbian", "bs": "serbian", "sv": "swedish",
        "tr": "turkish",
    },
    "Cyrl": {"ru": "russian"},
    "Grek": {"el": "greek"},
    "Armn": {"hy": "armenian"},
    "Deva": {"hi": "hindi", "ne": "nepali"},
    "Taml": {"ta": "tamil"},
}  # fmt: skip

# Languages that are not written in the script although their texts quote words in it: see `_algorithm`.
_NOT_LATIN = frozenset({
    "ar", "fa", "ur", "ps", "ckb", "ug", "sd", "he", "yi", "ru", "uk", "bg", "be", "mk", "kk", "ky", "mn",
    "el", "hy", "ka", "hi", "mr", "ne", "bn", "gu", "pa", "ta", "te", "kn", "ml", "si", "th", "lo", "my",
    "km", "zh", "ja", "ko", "am", "und",
})  # fmt: skip
_OTHER_CYRILLIC = frozenset({"uk", "bg", "be", "mk", "sr", "kk", "ky", "mn", "tg"})
_OTHER_DEVANAGARI = frozenset({"mr", "sa", "kok"})
_OTHER_ARABIC_SCRIPT = frozenset({"fa", "ur", "ps", "ckb", "ku", "ug", "sd", "ks", "pa", "prs", "bal"})

# Persian plurals and their links, normalised: ها, های, هایی, هایش...; only ها can follow any noun.
_PERSIAN_ENDINGS = ("هايي", "هايش", "هاي", "ها")


@lru_cache(maxsize=1024)
def base_language(language: str) -> str:
    """Return the language subtag of a code: `zh` for `zh-CN`, `und` for an empty one."""
    return language.replace("_", "-").partition("-")[0].lower() or "und"


@lru_cache(maxsize=1 << 16)
def stem_word(exact: str, language: str = "") -> str:
    """Return the stem of a normalised word in a text of `language`; the word itself where none is known."""
    if len(exact) < 3 or exact[0].isdigit():
        return exact
    script = script_of_character(exact[0])
    base = base_language(language)
    if script == "Arab":
        return stem_arabic_script(exact, base)
    algorithm = _algorithm(script, base)
    if not algorithm:
        return exact
    return _stemmer(algorithm).stemWord(exact) or exact


def stem_arabic_script(exact: str, base: str) -> str:
    """Return what `stem_word` does of a word in Arabic script, and remember nothing: for words that are seen once."""
    if base not in _OTHER_ARABIC_SCRIPT:
        return light10(exact)
    return _persian(exact) if base in ("fa", "prs") else exact


def _algorithm(script: str, language: str) -> str | None:
    algorithms = _SNOWBALL.get(script)
    if algorithms is None:
        return None
    if language in algorithms:
        return algorithms[language]
    if script == "Latn":
        return "english" if language in _NOT_LATIN else None
    if script == "Cyrl":
        return None if language in _OTHER_CYRILLIC else "russian"
    if script == "Deva":
        return None if language in _OTHER_DEVANAGARI else "hindi"
    return next(iter(algorithms.values()))


def _persian(exact: str) -> str:
    for ending in _PERSIAN_ENDINGS:
        if exact.endswith(ending) and len(exact) >= len(ending) + 2:
            return exact[: -len(ending)]
    return exact


_local = threading.local()


def _stemmer(algorithm: str) -> Stemmer.Stemmer:
    # One for each thread: a Snowball stemmer keeps the word it works on.
    stemmers: dict[str, Stemmer.Stemmer] = _local.__dict__.setdefault("stemmers", {})
    if algorithm not in stemmers:
        stemmers[algorithm] = Stemmer.Stemmer(algorithm, 0)
    return stemmers[algorithm]
