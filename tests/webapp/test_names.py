"""The name workbench: which spellings are ticked from the start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from indexer.article import Article
from indexer.search.spellings import NameSpellings, Spelling
from tests.fakes import archive_of
from webapp import create_app

TEXTS = (
    "قال محمد بن سلمان إن الرياض",
    "زار محمد بن سلمان القاهرة",
    "محمد في جدة وقال بن علي إن سلمان غائب",
    "عمر البشير في الخرطوم",
    "العمر طويل كما قال البشير",
    "العمر قصير",
    "بشار الأسد في دمشق",
    "استقبل بشار الأسد الوفد",
    "أسعد وصل",
    "خطب علي عبد الله صالح في صنعاء",
    "صالح علي من عبد القادر",
)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    articles = (Article(f"{number}", f"{number}", text, language="ar") for number, text in enumerate(TEXTS))
    with archive_of(tmp_path_factory.mktemp("people"), articles) as archive:
        yield create_app(archive).test_client()


def searched(client: FlaskClient, **query: str | list[str]) -> str:
    response = client.get("/names/search", query_string=query)
    return parse_qs(urlsplit(response.location).query)["q"][0]


def test_a_whole_name_is_searched_side_by_side(people: FlaskClient) -> None:
    html = people.get("/names?name=Mohammed+bin+Salman").text
    assert "2 articles hold the whole name" in html
    assert re.search(r'<button name="whole"', html)
    ticked = {"name": "Mohammed bin Salman", "part0": ["محمد"], "part1": ["بن"], "part2": ["سلمان"]}
    assert searched(people, whole="1", **ticked) == '"محمد بن سلمان"'
    assert searched(people, **ticked) == "+محمد +بن +سلمان"
    assert 'name="whole"' not in people.get("/names?name=Mohammed").text


def test_a_whole_name_is_written_as_lists_have_it(people: FlaskClient) -> None:
    """Omar's stem is mostly written العمر, "the age"."""
    assert "1 article holds the whole name" in people.get("/names?name=Omar+al-Bashir").text
    text = searched(people, whole="1", name="Omar al-Bashir", part0=["العمر"], part1=["البشير"])
    assert text == '"عمر البشير"'


def test_a_whole_name_has_parts_that_are_no_spellings_by_themselves(people: FlaskClient) -> None:
    """Ali is spelled as "on", and Abdullah is two words."""
    assert "1 article holds the whole name" in people.get("/names?name=Ali+Abdullah+Saleh").text
    text = searched(people, whole="1", name="Ali Abdullah Saleh", part1=["عبد"], part2=["صالح"])
    assert text == '"علي عبد الله صالح"'


def test_a_whole_name_that_no_article_holds_is_searched_all_the_same(people: FlaskClient) -> None:
    assert "0 articles hold the whole name" in people.get("/names?name=Bashar+al-Bashir").text
    text = searched(people, whole="1", name="Bashar al-Bashir", part0=["بشار"], part1=["البشير"])
    assert '"بشار البشير"' in text


def test_what_the_dictionary_has_for_a_name_is_ticked(people: FlaskClient) -> None:
    """The list of people's names has أسعد for Assad, and الأسد is less like it."""
    assert re.search(r'value="الاسد" checked', people.get("/names?name=Bashar+al-Assad").text)


def test_too_many_whole_names_are_searched_by_their_parts(people: FlaskClient) -> None:
    many = [f"اسم{number}" for number in range(11)]
    assert searched(people, whole="1", name="Omar Bashir", part0=many, part1=many).startswith("+(اسم0 OR ")


def test_spellings_of_two_scripts_make_no_whole_name(people: FlaskClient) -> None:
    text = searched(people, whole="1", name="Xyz Qwr", part0=["omar", "عمار"], part1=["bashir", "البشير"])
    assert text == '"omar bashir" OR "عمار البشير"'


def test_a_word_that_merely_sounds_alike_is_not_ticked() -> None:
    spellings = tuple(
        Spelling(word, word, "ar", 1, like) for word, like in (("معمر", 1.0), ("ممر", 0.9), ("عمار", 0.9))
    )
    part = NameSpellings("Muammar", spellings)
    assert [part.is_likely(spelling) for spelling in spellings] == [True, False, True]


@pytest.mark.parametrize(
    ("spellings", "ticked"),
    [
        (
            [("ar", 1.0), ("ar", 0.7), ("ar", 0.55)],
            [True, True, False],
        ),  # صلاح is listed, السلاح (weapons) no Salah
        ([("ar", 0.62), ("ar", 0.45), ("ar", 0.3)], [True, True, False]),
        ([("ar", 1.0), ("en", 0.5), ("en", 0.3)], [True, True, False]),  # Latin ones are judged by the Arabic
        ([], []),
    ],
)
def test_beside_a_listed_spelling_others_have_to_be_more_alike(
    spellings: list[tuple[str, float]], ticked: list[bool]
) -> None:
    part = NameSpellings(
        "Salah", tuple(Spelling("س", "س", language, 1, like) for language, like in spellings)
    )
    assert [part.is_likely(spelling) for spelling in part.spellings] == ticked
