"""Arabic words: what is made of them."""

from __future__ import annotations

import pytest

from indexer.text import adjective


@pytest.mark.parametrize(
    ("noun", "made"),
    [
        ("إيران", "إيراني"),
        ("ايران", "ايراني"),
        ("روسيا", "روسي"),
        ("أمريكا", "أمريكي"),
        ("السعودية", "سعودي"),
        ("الحكومة", "حكومي"),
        ("حكومه", "حكومي"),
        ("القانون", "قانوني"),
        ("فلسطين", "فلسطيني"),
    ],
)
def test_the_adjective_of_a_noun(noun: str, made: str) -> None:
    assert adjective(noun) == made


@pytest.mark.parametrize("word", ["", "ب", "مصر", "الأمم", "سوري", "العظمى", "علي"])
def test_short_words_and_adjectives_have_none(word: str) -> None:
    assert adjective(word) == ""
