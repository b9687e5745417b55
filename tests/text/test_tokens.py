"""Tokens: what a word is, in every script, and that offsets always cut the original at it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.text import Token, analyse, forms_of

from .strategies import ARABIC_LETTERS, BIDI, HARAKAT, arabic_texts, languages, texts

BOUNDED = settings(max_examples=150, deadline=None)


def surfaces(text: str, language: str = "") -> list[str]:
    return [text[token.start : token.end] for token in analyse(text, language)]


def exacts(text: str, language: str = "") -> list[str]:
    return [token.exact for token in analyse(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قال الرئيس، أمس: «نعم»!", ["قال", "الرئيس", "أمس", "نعم"]),
        ("هل؟ نعم؛ لا۔", ["هل", "نعم", "لا"]),
        ("مُحَمَّدٌ قـــال", ["مُحَمَّدٌ", "قـــال"]),
        ("الـ20 دولة", ["الـ", "20", "دولة"]),
        ("كتابbook", ["كتاب", "book"]),
        ("G20 COVID-19 F16", ["G20", "COVID", "19", "F16"]),
        ("don't Sana'a rock'n'roll 'quoted'", ["don't", "Sana'a", "rock'n'roll", "quoted"]),
        ("l'Algérie qu’il d'Artagnan", ["l", "Algérie", "qu", "il", "d", "Artagnan"]),
        ("1,000 3.5 10:30 18.02.2018", ["1,000", "3.5", "10", "30", "18", "02", "2018"]),
        ("١٬٠٠٠ و٣٫٥", ["١٬٠٠٠", "و", "٣٫٥"]),
        ("می‌شود خانه‌ها", ["می‌شود", "خانه‌ها"]),
        ('צה"ל ו"שלום"', ['צה"ל', 'ו"שלום']),
        ("习近平会见", ["习近", "近平", "平会", "会见"]),
        ("我", ["我"]),
        ("2018年", ["2018", "年"]),
        ("snake_case", ["snake", "case"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("😀 👨‍👩‍👧 ❤️ ... —", []),
        ("\u202bمرحبا\u202c \u2067بكم\u2069", ["مرحبا", "بكم"]),
        ("ـــ \u064e", []),
        ("\ud800 a\udfffb", ["a", "b"]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert surfaces(text) == expected


def test_offsets_count_characters_of_the_original_where_folding_changes_lengths() -> None:
    text = "İİ ﷺ ﬁ Straße ﻻ كتاب"
    assert analyse(text, "ar")[-1] == Token(start=16, end=20, exact="كتاب", stem="كتاب")
    assert exacts(text) == ["ii", "صلياللهعليهوسلم", "fi", "strasse", "لا", "كتاب"]


def test_language_chooses_stems_but_never_words() -> None:
    text = "elections كتابها houses"
    cuts = {
        language: [(t.start, t.end, t.exact) for t in analyse(text, language)]
        for language in ("ar", "fr", "")
    }
    assert cuts["ar"] == cuts["fr"] == cuts[""]


def test_an_endless_word_gives_bounded_terms() -> None:
    text = "A" * 1_000_000 + " end"
    long, end = analyse(text)
    assert (long.start, long.end) == (0, 1_000_000)
    assert len(long.exact) <= 64
    assert end.exact == "end"


@BOUNDED
@given(texts, languages)
def test_offsets_ascend_within_the_text(text: str, language: str) -> None:
    tokens = analyse(text, language)
    for token in tokens:
        assert 0 <= token.start < token.end <= len(text)
        assert token.exact
        assert token.stem
        assert not any(character.isspace() for character in token.exact + token.stem)
    starts = [token.start for token in tokens]
    assert starts == sorted(set(starts))


@BOUNDED
@given(texts, languages)
def test_forms_are_those_of_the_tokens(text: str, language: str) -> None:
    tokens = analyse(text, language)
    assert set(forms_of(text, language)) == {form for token in tokens for form in (token.exact, token.stem)}
    for word in text.split():
        expected = {form for token in analyse(word, language) for form in (token.exact, token.stem)}
        assert set(forms_of(word, language)) == expected


@pytest.mark.parametrize("language", ["ar", "en", "", "fa-IR", "prs", "ur"])
@pytest.mark.parametrize("run", ["«الأزمةُ»،", "والكتاب.", "كتابهاي", "على", "إن", "أ"])
def test_forms_of_a_plain_arabic_word_are_those_of_its_token(run: str, language: str) -> None:
    (token,) = analyse(run, language)
    assert forms_of(run, language) == (token.exact, token.stem)


@BOUNDED
@given(texts, languages)
def test_a_token_cut_out_of_its_text_is_that_token_again(text: str, language: str) -> None:
    for token in analyse(text, language):
        surface = text[token.start : token.end]
        assert analyse(surface, language) == [Token(0, len(surface), token.exact, token.stem)]


@BOUNDED
@given(texts)
def test_every_letter_is_in_a_token(text: str) -> None:
    covered = {place for token in analyse(text) for place in range(token.start, token.end)}
    for place, character in enumerate(text):
        if unicodedata.category(character) in ("Lu", "Ll", "Nd"):
            assert place in covered


@BOUNDED
@given(arabic_texts, st.data())
def test_marks_in_arabic_words_change_nothing(text: str, data: st.DataObject) -> None:
    marked = []
    for character in text:
        marked.append(character)
        if character in ARABIC_LETTERS and character != "ا":  # alef + madda or hamza is another letter
            marked.extend(data.draw(st.text(HARAKAT.replace("\u0653", "") + "ـ", max_size=2)))
    assert exacts("".join(marked)) == exacts(text)


@BOUNDED
@given(arabic_texts, st.sampled_from(BIDI))
def test_bidi_controls_around_words_change_nothing(text: str, control: str) -> None:
    assert exacts(text.replace(" ", f"{control} {control}")) == exacts(text)
