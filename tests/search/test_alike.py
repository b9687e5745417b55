"""Names that are spelled nearly alike: what a misspelled name may mean, and what it does not."""

from __future__ import annotations

import time

import pytest

from indexer.search.alike import LEAST, names_alike


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Kashoggi", "khashoggi"), ("Khashoghi", "khashoggi"), ("Gaddafy", "gaddafi"), ("Gadaffi", "gaddafi"),
        ("Sarkozi", "sarkozy"), ("Netanyahoo", "netanyahu"), ("Erdogen", "erdogan"), ("Merkell", "merkel"),
        ("Zuckerburg", "zuckerberg"), ("Ghanouchi", "ghannouchi"), ("Hariry", "hariri"), ("Houthy", "houthi"),
    ],
)  # fmt: skip
def test_a_misspelled_name_is_known(word: str, name: str) -> None:
    assert name in {one.latin for one in names_alike(word)}


@pytest.mark.parametrize("word", ["selfie", "hashtag", "deepfake", "blockchain", "tweetstorm", "vlogger"])
def test_a_word_that_no_list_has_is_no_name(word: str) -> None:
    assert names_alike(word) == ()


@pytest.mark.parametrize("word", ["Sisy", "", "خاشقجي", "Хашогги", "x" * 5_000, "((((((", "'" * 9])
def test_what_is_too_short_or_no_latin_name_is_like_nothing(word: str) -> None:
    assert names_alike(word) == ()


def test_what_is_far_too_long_costs_nothing() -> None:
    names_alike("warm up")
    started = time.perf_counter()
    assert names_alike("sa" * 1_000) == ()
    assert time.perf_counter() - started < 0.1


def test_the_most_alike_come_first() -> None:
    found = names_alike("Abdalla")
    assert len({one.similarity for one in found}) > 1
    assert [one.similarity for one in found] == sorted((one.similarity for one in found), reverse=True)
    assert all(LEAST <= one.similarity <= 1 for one in found)


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("Hamdoun", ["hamdoon", "hamdun"]),  # and not hamdan: what is far behind the best is another name
        ("Ruhani", ["rouhani", "ruhani", "rouani"]),  # the best first, of the same by letter
        ("Husain", ["husain", "husayn", "hussain"]),  # three of many
        ("Kaled", ["khaled", "khaleda"]),
        ("Sisyy", ["seesi", "sisi", "sissi"]),  # a name may be a letter shorter than a word
    ],
)
def test_a_word_is_like_few_names_and_none_far_behind_the_best(word: str, names: list[str]) -> None:
    assert [one.latin for one in names_alike(word)] == names


@pytest.mark.parametrize("word", ["Amerkel", "Osarkozy"])
def test_a_vowel_before_a_name_makes_another_one(word: str) -> None:
    assert names_alike(word) == ()
