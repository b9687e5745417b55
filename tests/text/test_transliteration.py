"""Names across scripts: spellings that must meet, words that must not, and the measured figures."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings

from indexer.text.skeletons import MAX_SKELETONS
from indexer.text.transliteration import (
    SAME_NAME,
    arabizi_candidates,
    name_similarity,
    romanise,
    skeleton,
    skeletons,
)

from .strategies import arabic_words, texts

NAMES = [
    ("Allawi", "علاوي"),
    ("al-Attiyah", "العطية"),
    ("Attiyah", "العطية"),
    ("Al Gharafa", "الغرافة"),
    ("Haftar", "حفتر"),
    ("Hifter", "حفتر"),
    ("Khalifa", "خليفة"),
    ("Qaddafi", "القذافي"),
    ("Gaddafi", "القذافي"),
    ("Kadhafi", "القذافي"),
    ("Gadhafi", "القذافي"),
    ("Gathafi", "القذافي"),
    ("Qadhafi", "القذافي"),
    ("Mohammed", "محمد"),
    ("Muhammad", "محمد"),
    ("Mohamed", "مُحَمَّد"),
    ("Khashoggi", "خاشقجي"),
    ("Lavrov", "لافروف"),
    ("Bogdanov", "بوغدانوف"),
    ("Bogdanov", "بوجدانوف"),
    ("Google", "غوغل"),
    ("Google", "جوجل"),
    ("Putin", "بوتين"),
    ("Trump", "ترامب"),
    ("Trump", "ترمب"),
    ("Erdoğan", "أردوغان"),
    ("Netanyahu", "نتنياهو"),
    ("Ennahdha", "النهضة"),
    ("as-Sisi", "السيسي"),
    ("Essebsi", "السبسي"),
    ("Albert", "ألبرت"),
    ("Aleksandar", "ألكسندر"),
    ("Palmer", "بالمر"),
    ("Ahmet", "أحمد"),
    ("Washington", "واشنطن"),
]


@pytest.mark.parametrize(("latin", "arabic"), [pair for pair in NAMES if pair[0] != "Washington"])
def test_spellings_of_one_name_share_a_skeleton(latin: str, arabic: str) -> None:
    assert skeleton(arabic) in skeletons(latin)
    assert skeleton(arabic) != ""


@pytest.mark.parametrize(("latin", "arabic"), NAMES)
def test_spellings_of_one_name_are_similar(latin: str, arabic: str) -> None:
    assert SAME_NAME <= name_similarity(latin, arabic) <= 1.0


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        ("Lavrov", "بوغدانوف"),
        ("Haftar", "هزم"),
        ("Putin", "باتون"),
        ("Ali", "علاوي"),
        ("Allawi", "علي"),
        ("Trump", "طارم"),
        ("Mohammed", "حمد"),
        ("government", "حكومة"),
        ("war", "حرب"),
    ],
)
def test_different_names_do_not_meet(latin: str, arabic: str) -> None:
    assert skeleton(arabic) not in skeletons(latin) or name_similarity(latin, arabic) < SAME_NAME


def test_the_right_spelling_ranks_first_among_those_of_its_skeleton() -> None:
    candidates = ["ليفربول", "لافروف", "لفرف", "الأفارفة", "ليفروف"]
    assert max(candidates, key=lambda word: name_similarity("Lavrov", word)) == "لافروف"
    assert name_similarity("Mohammed", "محمد") > name_similarity("Mohammed", "محمود")
    assert name_similarity("Mahmoud", "محمود") > name_similarity("Mahmoud", "محمد")


def test_a_threshold_changes_no_similarity_above_it() -> None:
    for latin, arabic in NAMES:
        assert name_similarity(latin, arabic, least=SAME_NAME) == name_similarity(latin, arabic)
    similarity = name_similarity("Trump", "ترامب")
    assert name_similarity("Trump", "ترامب", least=similarity + 0.01) == 0.0


def test_words_without_a_skeleton() -> None:
    assert (
        skeletons("")
        == skeletons("2018")
        == skeletons("習近平")
        == skeletons("и")
        == skeletons("aeiou")
        == ()
    )
    assert skeleton("او") == skeleton("!") == ""
    assert name_similarity("", "محمد") == name_similarity("Ali", "") == name_similarity("123", "١٢٣") == 0.0


@pytest.mark.parametrize(
    ("chat", "arabic"),
    [
        ("7oukouma", "حكومة"),
        ("3arabi", "عربي"),
        ("7abibi", "حبيبي"),
        ("Mo7ammad", "محمد"),
        ("ra2is", "رئيس"),
        ("sa3oudia", "سعودية"),
        ("el7oukouma", "الحكومة"),
        ("5obz", "خبز"),
    ],
)
def test_chat_spelling(chat: str, arabic: str) -> None:
    assert arabizi_candidates(chat)[0] == arabic
    assert skeleton(arabic) in skeletons(chat)


def test_less_likely_readings_of_chat_spelling_are_offered() -> None:
    assert "العراق" in arabizi_candidates("al3iraq")
    assert "مرحبا" in arabizi_candidates("mar7aba")
    assert "قانون" in arabizi_candidates("9anoun")


@pytest.mark.parametrize(
    "word", ["G20", "mp3", "covid19", "2nd", "5th", "b2b", "tunis", "2018", "", "f16", "عربي3", "7" * 100]
)
def test_other_words_are_no_chat_spelling(word: str) -> None:
    assert arabizi_candidates(word) == ()
    assert arabizi_candidates(word) == ()


@pytest.mark.parametrize(
    ("arabic", "latin"),
    [
        ("الكتاب في المدينة", "Al-katab fi al-madina"),
        ("رئيس الحكومة المصرية", "Ra'is al-hakuma al-masriya"),
        ("مُحَمَّدٌ رسول", "Muhammadun rasul"),
        ("وزير، اليوم ٢٠١٨؟", "Wazir, al-yum 2018?"),
        ("BBC عربي", "BBC 'arbi"),
        ("plain English", "Plain English"),
        ("", ""),
    ],
)
def test_romanisation(arabic: str, latin: str) -> None:
    assert romanise(arabic) == latin


@settings(max_examples=200, deadline=None)
@given(texts, texts)
def test_any_string_is_accepted(one: str, other: str) -> None:
    assert len(skeletons(one)) <= MAX_SKELETONS
    assert len(set(skeletons(one))) == len(skeletons(one))
    assert 0.0 <= name_similarity(one, other) <= 1.0
    assert len(arabizi_candidates(one)) <= 32
    romanise(one)


@settings(max_examples=100, deadline=None)
@given(arabic_words)
def test_romanised_words_hold_no_arabic_letters(word: str) -> None:
    assert not any("\u0620" <= character <= "\u06d3" for character in romanise(word))


def test_long_words_cost_little() -> None:
    assert len(skeletons("chshzg" * 10_000)) <= MAX_SKELETONS
    assert name_similarity("a" * 100_000, "ا" * 100_000) <= 1.0


def load_benchmark() -> ModuleType:
    path = Path(__file__).parent.parent / "benchmarks" / "bench_names.py"
    spec = importlib.util.spec_from_file_location("bench_names", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_held_out_names(shared_data: Path) -> None:
    benchmark = load_benchmark()
    rows = benchmark.read(shared_data / "lexicon" / "wikidata-names.en-ar.tokens.gz")
    figures = benchmark.measure(rows, least_count=3, sample=300)
    assert figures["recall of skeletons"] > 0.95
    assert figures["precision@1"] > 0.74
    assert figures["recall@5"] > 0.92
    assert figures["true pairs at 0.25"] > 0.94
    assert figures["random pairs that share a skeleton"] < 0.02
    assert figures["random pairs at 0.25"] < 0.005
