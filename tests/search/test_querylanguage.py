"""Which language a query is in: short headlines are where a detector of languages fails."""

from __future__ import annotations

import pytest

from indexer.search.dictionary import Dictionary
from indexer.search.querylanguage import QueryLanguage, query_language

DICTIONARY = Dictionary()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Libya ceasefire", "en"),
        ("what of it", "en"),
        # langdetect is sure that these three are Italian, Finnish and Catalan.
        ("vue cinema saudi arabia", "en"),
        ("russia mattis missile new", "en"),
        ("uk expels 23 russian diplomats", "en"),
        ("opec strategy working", "en"),
        ("iran samsung winter olympics phones", "en"),
        ("Haftar Bogdanov", "en"),
        ("Zxqvb Brtmpf", "en"),  # no language that a detector knows
        ("Zxqvb opec Hamdoki strike", "en"),  # half of it; langdetect is sure that it is Slovene
        ("وقف إطلاق النار في ليبيا", "ar"),
        ("Die Regierung hat gestern die neuen Gesetze über die Wahlen beschlossen", "de"),
        ("Le gouvernement annonce de nouvelles mesures pour les agriculteurs tunisiens", "fr"),
        ("Правительство объявило о новых выборах", "ru"),
        # Too few words for langdetect, but with one, or a letter, that English has not.
        ("guerre en Syrie", "fr"),
        ("Krieg und Frieden", "de"),
        ("élections en Tunisie", "fr"),
        ("Überfall Sicherheitskräfte", "de"),
        ("Beşiktaş maçı", "tr"),
        ("petróleo y gas", "es"),
        ("el precio del petróleo", "es"),
        # Names, some with what is a function word elsewhere.
        ("kim jong un", "en"),
        ("rashid al maraj", "en"),
        ("hamad bin jassim qatar saudi", "en"),  # langdetect is sure that it is Somali
        ("Erdogan’s “palace”", "en"),
    ],
)
def test_the_language_of_a_query(text: str, language: str) -> None:
    assert query_language(text, DICTIONARY).code == language


def test_stems_of_the_archive_are_tried_where_the_language_is_a_guess() -> None:
    archive = ["ar", "de"]
    assert query_language("Wahlen Berlin", DICTIONARY).stems(archive) == ["en", "ar", "de"]
    assert query_language("guerre en Syrie", DICTIONARY).stems(archive) == ["fr", "ar", "de"]
    assert query_language("the elections", DICTIONARY).stems(archive) == ["en"]
    assert query_language("oil prices plunge", DICTIONARY).stems(archive) == ["en"]
    assert query_language("oil prices Zxqvb", DICTIONARY).stems(archive) == ["en"]
    assert query_language("انتخابات الرئاسة في ليبيا", DICTIONARY).stems(archive) == ["ar"]
    # One word may as well be Persian.
    assert query_language("سوريا", DICTIONARY).stems(archive) == ["ar", "de"]
    assert query_language("Правительство объявило о новых выборах", DICTIONARY).stems(archive) == ["ru"]


def test_text_without_letters_has_no_language() -> None:
    assert query_language("2018", DICTIONARY) == QueryLanguage("und", sure=False)


def test_only_the_most_frequent_languages_of_an_archive_are_tried() -> None:
    archive = [f"{letter}a" for letter in "abcdefghijkl"]
    assert QueryLanguage("en").stems(archive) == ["en", *archive[:8]]
