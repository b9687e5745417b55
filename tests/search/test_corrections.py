"""Corrections of mistyped words: what is meant is likely and near, and what is known is left alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.archive import Archive
from indexer.article import Article
from indexer.search.corrections import CorrectedText, Corrector, with_case_of
from indexer.search.dictionary import Dictionary, Pair
from indexer.search.lexicon import Lexicon, Word
from indexer.search.request import PlanEdits, SearchRequest
from indexer.search.sources import CORRECTED
from indexer.text import analyse
from tests.fakes import archive_of

FORMS = {
    "حكومة": 900, "لاجئ": 80, "ملجأ": 50, "قمح": 7, "اليمن": 500, "نووي": 30, "مستشفى": 40, "ليبيا": 30, "الفلبين": 20,
}  # fmt: skip


def word(form: str, articles: int, language: str) -> Word:
    return Word(analyse(form, language)[0].stem, language, form, articles, "", None)


@pytest.fixture(scope="module")
def corrector() -> Corrector:
    words = [word(form, articles, "ar") for form, articles in FORMS.items()]
    words += [word("hodeidah", 4, "en"), word("goverment", 3, "en"), word("government", 400, "en")]
    words.sort(key=lambda one: (one.language, one.stem))
    return Corrector(Dictionary([Pair("newsarchivist", "قمح")]), Lexicon(words, {}))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("govermnent", "government"),  # exchanged
        ("governmet", "government"),  # left out
        ("governnment", "government"),  # doubled
        ("govetnment", "government"),  # the key beside it
        ("nuclaer", "nuclear"),
        ("refugess", "refugees"),  # not the refuges, which are more likely mistyped so
        ("wehat", "wheat"),  # nobody searches for what
        ("yeman", "yemen"),
        ("lybia", "libya"),
        ("hosppital", "hospital"),
        ("phillipines", "philippines"),
        ("hosptals", "hospitals"),
        ("newsarchivst", "newsarchivist"),  # the analyst's own
    ],
)
def test_the_likeliest_word_is_meant(corrector: Corrector, typed: str, meant: str) -> None:
    assert corrector.correct(typed) == meant


@pytest.mark.parametrize(
    "known",
    [
        "government", "governments", "what", "yemen", "gaddafi",
        "whaet1", "wheät", "", "yem", "قمح",
        "cannot", "though", "might",  # no list has them
        "employers", "smugglers", "newly",
        "zzyzxqq",  # nothing is near
        "voleyball",  # no article here is of it
        "hosptalest",  # nor is it by an ending that no word of the dictionary has
    ],
)  # fmt: skip
def test_other_words_are_left_alone(corrector: Corrector, known: str) -> None:
    assert corrector.correct(known) == ""


def test_a_name_is_corrected_to_a_name_alone(corrector: Corrector) -> None:
    assert corrector.correct("govermnent", name=True) == ""
    assert corrector.correct("yeman", name=True) == "yemen"


def test_a_word_that_articles_hold_is_corrected_where_many_more_hold_the_right_one(
    corrector: Corrector,
) -> None:
    assert corrector.correct("goverment") == "government"
    assert corrector.correct("hodeidah") == ""


def test_a_corrected_text_knows_where_its_words_were_typed() -> None:
    text = CorrectedText(
        "The Goverment, refugess GOVERMENT", {"goverment": "government", "refugess": "refugees"}
    )
    assert text.text == "The Government, refugees GOVERNMENT"
    spans = {(4, 14): (4, 13), (4, 8): (4, 13), (0, 3): (0, 3), (16, 24): (15, 23), (25, 35): (24, 33)}
    assert {span: text.in_typed(span) for span in spans} == spans


@given(st.lists(st.sampled_from(["the", "wehat", "Yeman", "of", "قمح"]), min_size=1, max_size=8))
def test_spans_of_whole_words_are_those_of_the_typed_ones(words: list[str]) -> None:
    meant = {"wehat": "wheat-corn", "yeman": "ye"}
    typed = " ".join(words)
    text = CorrectedText(typed, meant)
    start = typed_start = 0
    for one, corrected in zip(words, text.text.split(), strict=True):
        assert corrected == with_case_of(meant.get(one.lower(), one), one)
        assert text.in_typed((start, start + len(corrected))) == (typed_start, typed_start + len(one))
        start, typed_start = start + len(corrected) + 1, typed_start + len(one) + 1


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    texts = ["قالت الحكومة إن القمح يكفي", "الحكومة في اليمن", "سعر القمح يرتفع", "مباراة كرة القدم"]
    articles = (Article(str(number), f"{number}", text, language="ar") for number, text in enumerate(texts))
    with archive_of(tmp_path_factory.mktemp("mistyped"), articles, codes=True) as opened:
        yield opened


def test_a_mistyped_query_is_searched_as_it_is_meant(archive: Archive) -> None:
    page = archive.search(SearchRequest("goverment"))
    assert {result.article.id for result in page.results[:2]} == {"0", "1"}
    [planned] = page.plan.words
    assert (planned.text, planned.key, planned.meant) == ("goverment", "goverment", "government")
    assert CORRECTED in {one.source for one in planned.searched}
    assert [str(notice) for notice in page.notices] == [
        "No list has goverment; it is searched as government."
    ]
    assert archive.word_notices(SearchRequest("goverment")) == list(page.notices)
    right = archive.search(SearchRequest("government"))
    assert [result.article.id for result in page.results] == [result.article.id for result in right.results]
    assert page.results[0].snippet.highlights  # what is found is marked for the word that was typed


def test_who_means_a_word_as_it_is_written_says_so(archive: Archive) -> None:
    page = archive.search(SearchRequest("goverment", edits=PlanEdits(spelling=False)))
    assert not any(planned.meant for planned in page.plan.words)
    assert not any("searched as" in notice for notice in page.notices)
    assert not archive.word_notices(page.request)


@pytest.mark.parametrize("text", ['"goverment"', "+goverment", "-goverment wheat", "title:goverment"])
def test_conditions_are_kept_as_they_are_written(archive: Archive, text: str) -> None:
    assert not any(planned.meant for planned in archive.plan(SearchRequest(text)).words)


def test_french_words_are_no_mistyped_english_ones(archive: Archive) -> None:
    words = archive.plan(SearchRequest("le gouvernemet de la terroriste en Syrie")).words
    assert not any(planned.meant for planned in words)
