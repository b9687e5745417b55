"""Language: which language a text is in, how sure that is, and which way it is read.

Most scripts name their language or nearly so, and cost nothing to recognise; langdetect decides among
the languages of the Latin, Cyrillic and Devanagari scripts.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from indexer.article import UNKNOWN_LANGUAGE
from indexer.text.scripts import count_scripts, script_of_character
from indexer.text.stemming import base_language

_ONE_LANGUAGE = {
    "Armn": "hy", "Beng": "bn", "Ethi": "am", "Geor": "ka", "Grek": "el", "Gujr": "gu", "Guru": "pa",
    "Hang": "ko", "Hebr": "he", "Khmr": "km", "Knda": "kn", "Laoo": "lo", "Mlym": "ml", "Mymr": "my",
    "Sinh": "si", "Taml": "ta", "Telu": "te", "Thai": "th",
}  # fmt: skip

_RTL_LANGUAGES = frozenset({
    "ar", "fa", "ur", "he", "iw", "yi", "ps", "ckb", "ku", "sd", "ug", "dv", "syr", "prs", "arz", "ary",
    "apc",
})  # fmt: skip
_RTL_SCRIPTS = frozenset({"Arab", "Hebr"})

#: Characters looked at to find the script, and letters of it that langdetect gets: more adds only time.
_SAMPLE = 4_000
_LETTERS = 500
# Below this many letters langdetect's answer is chance ("Hello world" comes out as Finnish or Dutch).
_FEWEST_LETTERS = 20

# Letters of one language of the Arabic script that the others do not use (or hardly, in names).
_ARABIC_SCRIPT_MARKS = {
    "ur": "ٹڈڑںھہےۓ",
    "ps": "ټډړښڅځږڼې",
    "ckb": "ێۆڕڵە",
    "ug": "ۇۋۈېڭ",
    "sd": "ڄڃڻڪٻڏ",
}
_PERSIAN = "پچژگکی"
_ARABIC = "ةكيىأإؤ"
# Common characters that only one of the two standards of Chinese writes.
_SIMPLIFIED = (
    "们这国会说时对学发过动现后来为个实业务长电关经产从开车两东与问无门义书总场将还员专进种应头给让见没"
)
_TRADITIONAL = (
    "們這國會說時對學發過動現後來為個實業務長電關經產從開車兩東與問無門義書總場將還員專進種應頭給讓見沒"
)


def detect_language(text: str) -> tuple[str, float]:
    """Return the language's code in lower case (`ar`, `zh-cn`) and the confidence in [0, 1].

    (`und`, 0.0) where the text has no letters or too few to tell. The same text gives the same answer.
    """
    counts = count_scripts(text[:_SAMPLE])
    if "Hira" in counts or "Kana" in counts:
        # Japanese mixes three scripts: they count together against the others.
        counts["Jpan"] = counts.pop("Hira", 0) + counts.pop("Kana", 0) + counts.pop("Hani", 0)
    if not counts:
        return UNKNOWN_LANGUAGE, 0.0
    script, letters = min(counts.items(), key=lambda item: (-item[1], item[0]))
    share = letters / counts.total()
    if letters < 2:
        return UNKNOWN_LANGUAGE, 0.0
    if script == "Jpan":
        return "ja", share
    if script in _ONE_LANGUAGE:
        return _ONE_LANGUAGE[script], share
    sample = _letters_of(text[:_SAMPLE], script)
    if script == "Hani":
        language, confidence = _chinese(sample)
    elif script == "Arab":
        language, confidence = _arabic_script(sample)
    elif letters < _FEWEST_LETTERS:
        return UNKNOWN_LANGUAGE, 0.0
    else:
        language, confidence = _langdetect(sample)
    return language, confidence * share


def _letters_of(text: str, script: str) -> str:
    """Return the first `_LETTERS` letters of one script, whole words, other signs as single spaces."""
    kept = "".join(
        character if script_of_character(character) == script or character in "'’\u200c" else " "
        for character in text
    )
    words: list[str] = []
    room = _LETTERS
    for word in kept.split():
        if room <= 0:
            break
        words.append(word[:room])
        room -= len(word)
    return " ".join(words)


def _chinese(sample: str) -> tuple[str, float]:
    simplified = sum(sample.count(character) for character in _SIMPLIFIED)
    traditional = sum(sample.count(character) for character in _TRADITIONAL)
    if traditional > simplified:
        return "zh-tw", traditional / (simplified + traditional)
    return "zh-cn", (simplified + 1) / (simplified + traditional + 1)


def _arabic_script(sample: str) -> tuple[str, float]:
    letters = max(1, len(sample.replace(" ", "")))
    marks = {
        language: sum(map(sample.count, characters)) / letters
        for language, characters in _ARABIC_SCRIPT_MARKS.items()
    }
    language = max(marks, key=lambda name: marks[name])
    if marks[language] > 0.03:
        return language, min(1.0, 0.7 + 3 * marks[language])
    persian = sum(map(sample.count, _PERSIAN))
    arabic = sum(map(sample.count, _ARABIC)) + len(re.findall(r"(?:^| )(?:[وبفك]?ال)", sample))
    evidence = persian + arabic
    # Without evidence (a few letters that both have) Arabic is likelier: the archive's first language.
    if persian > arabic:
        return "fa", (persian + 0.5) / (evidence + 1)
    return "ar", (arabic + 0.7) / (evidence + 1)


_lock = threading.Lock()


@lru_cache(maxsize=1)
def _factory() -> Any:
    from langdetect import PROFILES_DIRECTORY, DetectorFactory  # type: ignore[import-untyped]

    # langdetect samples the text at random: only a seed makes its answers repeatable.
    DetectorFactory.seed = 0
    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    return factory


def load_detector() -> None:
    """Read what the first text in a script of several languages would wait for: a third of a second, 60 MB."""
    with _lock:
        _factory()


def likeliest_language(text: str, among: Mapping[str, float]) -> tuple[str, float]:
    """Return which of some languages of the Latin script a text is in, however short, and the confidence in [0, 1].

    *among* are the languages with how likely each is before the text is read. (`und`, 0.0) where it tells nothing.
    """
    return _langdetect(_letters_of(text[:_SAMPLE], "Latn"), among)


def _langdetect(sample: str, among: Mapping[str, float] | None = None) -> tuple[str, float]:
    from langdetect import LangDetectException

    with _lock:  # profiles are loaded once, and detectors share the factory's tables
        detector = _factory().create()
        if among is not None:
            detector.set_prior_map({name: among.get(name, 0.0) for name in _factory().get_lang_list()})
        detector.append(sample)
        try:
            best = detector.get_probabilities()
        except LangDetectException:
            return UNKNOWN_LANGUAGE, 0.0
    if not best:
        return UNKNOWN_LANGUAGE, 0.0
    return str(best[0].lang).lower(), min(1.0, float(best[0].prob))


def direction(language: str) -> str:
    """Return `rtl` or `ltr`, as HTML's `dir` attribute wants it, for a language code."""
    return "rtl" if base_language(language) in _RTL_LANGUAGES else "ltr"
