"""Sentences: where they end, where they only seem to, and that no character is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from indexer.text import sentences

from .strategies import languages, texts


def cut(text: str, language: str = "") -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قال إنه جاد. ثم عاد.", ["قال إنه جاد.", "ثم عاد."]),
        ("هل جاء؟ نعم! ربما… لا", ["هل جاء؟", "نعم!", "ربما…", "لا"]),
        ("وصل الوفد.وأضاف الوزير", ["وصل الوفد.", "وأضاف الوزير"]),
        ("هل وصل؟نعم وصل.", ["هل وصل؟", "نعم وصل."]),
        ("وصل م.د. علي وقال أ.غادر", ["وصل م.د. علي وقال أ.غادر"]),
        ("شركة cnn.com وقناة CNN.قالت القاهرة.BBC", ["شركة cnn.com وقناة CNN.قالت القاهرة.BBC"]),
        ("وصل.أ علي", ["وصل.أ علي"]),
        ("قال: «انتهى.» ثم عاد", ["قال: «انتهى.»", "ثم عاد"]),
        ("التقى د. أحمد بالوزير أ. علي", ["التقى د. أحمد بالوزير أ. علي"]),
        ("بلغ 3.5 مليون و٣٫٥ مليون", ["بلغ 3.5 مليون و٣٫٥ مليون"]),
        ("یہ کتاب ہے۔ وہ گیا۔", ["یہ کتاب ہے۔", "وہ گیا۔"]),
        ("Mr. Smith left the U.S. in 2018. He paid.", ["Mr. Smith left the U.S. in 2018.", "He paid."]),
        ("See cnn.com or file.txt for more. End", ["See cnn.com or file.txt for more.", "End"]),
        ('"Really?" he said.', ['"Really?" he said.']),
        ("Stop... and go. (he said) Why? Well!", ["Stop... and go. (he said) Why?", "Well!"]),
        ("_. Yes", ["_.", "Yes"]),
        ("他说。我们走！", ["他说。", "我们走！"]),
        ("वह गया। वह आया।", ["वह गया।", "वह आया।"]),
        ("title\n\n  line two \r\nthree", ["title", "line two", "three"]),
        ("no punctuation at all", ["no punctuation at all"]),
        ("   \n ", []),
        ("", []),
    ],
)
def test_boundaries(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_ordinals_are_dates_in_german_only() -> None:
    assert cut("Am 3. Oktober. Ja.", "de") == ["Am 3. Oktober.", "Ja."]
    assert cut("Am 13. Oktober", "de-AT") == ["Am 13. Oktober"]
    assert cut("Nur bis 1990. Oktober war kalt.", "de") == ["Nur bis 1990.", "Oktober war kalt."]
    assert cut("Er kam. Gut.", "de") == ["Er kam.", "Gut."]
    assert cut("Chapter 3. October came.", "en") == ["Chapter 3.", "October came."]


@settings(max_examples=150, deadline=None)
@given(texts, languages)
def test_spans_are_in_order_and_hold_every_character(text: str, language: str) -> None:
    spans = sentences(text, language)
    position = 0
    for start, end in spans:
        assert position <= start < end <= len(text)
        assert text[position:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        position = end
    assert text[position:].strip() == ""
