"""Marks stand where the words stand, and a snippet is the part of an article that shows them best."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.article import Article, Passage
from indexer.engines.base import Field, Form
from indexer.search.legs import Expansions, Option, SearchedWord, look_up
from indexer.search.page import Highlight, Snippet
from indexer.search.query import parse
from indexer.search.snippets import (
    SNIPPET_LENGTH,
    Mark,
    Marker,
    best_passage,
    make_snippet,
    with_highlights,
)
from indexer.search.sources import INFLECTION, SAME
from indexer.search.weights import MARKED
from indexer.text import analyse


def marker(query: str, expansions: Expansions | None = None) -> Marker:
    return Marker(look_up(parse(query), expansions, ("en", "ar")).words)


def highlight(
    text: str, language: str, words: Sequence[SearchedWord], field: Field = Field.BODY
) -> tuple[Highlight, ...]:
    marker = Marker(words)
    return marker.highlights(marker.marks(text, language, field))


def marked(query: str, text: str, language: str = "en", field: Field = Field.BODY) -> list[str]:
    words = look_up(parse(query), None, ("en", "ar")).words
    return [text[mark.start : mark.end] for mark in highlight(text, language, words, field)]


def test_other_forms_of_a_word_are_marked() -> None:
    assert marked("election", "Elections are near: one election, re-elected.") == [
        "Elections",
        "election",
        "elected",
    ]


def test_arabic_spellings_and_forms_are_marked_in_the_original() -> None:
    text = "أعلنت الحكومةُ اللّيبيّة عن الإنتخابات، والحكومه..."
    assert marked("حكومة", text, "ar") == ["الحكومةُ", "والحكومه"]
    assert marked("الانتخابات", text, "ar") == ["الإنتخابات"]


def test_a_phrase_is_marked_only_where_it_stands_together() -> None:
    text = "Fire! They cease. The cease fire holds; fire may cease."
    assert marked('"cease fire"', text) == ["cease fire"]
    assert marked('"elections"', "An election, two elections") == ["elections"]


def test_excluded_words_are_not_marked() -> None:
    assert marked("oil -gas", "oil and gas") == ["oil"]


def test_fields_are_marked_in_their_part_only() -> None:
    assert marked("title:oil", "oil and gas", field=Field.TITLE) == ["oil"]
    assert marked("title:oil", "oil and gas", field=Field.BODY) == []


def test_expansions_are_marked_with_the_query_word_they_answer() -> None:
    expansions = {"ceasefire": (Option((analyse("هدنة", "ar")[0].stem,), weight=0.5, source="dictionary"),)}
    text = "بدأت الهدنة أمس"
    words = look_up(parse("ceasefire Libya"), expansions).words
    [mark] = highlight(text, "ar", words)
    assert (text[mark.start : mark.end], mark.word, mark.kind) == ("الهدنة", "ceasefire", "meaning")


def test_guesses_are_not_marked() -> None:
    for weight, marks in ((MARKED, 1), (MARKED * 0.99, 0)):
        words = look_up(parse("ceasefire"), {"ceasefire": (Option(("هدن",), weight=weight),)}).words
        assert len(highlight("بدأت هدنة", "ar", words)) == marks


def test_a_letter_written_to_a_word_is_not_marked_with_it() -> None:
    words = look_up(parse("book"), {"book": (Option(("وكتاب",), source=INFLECTION),)}).words
    text = "قلم وكتاب"
    assert [text[mark.start : mark.end] for mark in highlight(text, "ar", words)] == ["كتاب"]


@pytest.mark.parametrize(
    ("query", "translation", "kind", "source"),
    [
        ("كتاب", (), "keyword", SAME),
        ("book", (Option(("كتاب",), source="dictionary"),), "meaning", INFLECTION),
    ],
)
def test_a_form_of_the_own_word_is_that_word_and_a_form_of_a_translation_is_not(
    query: str, translation: tuple[Option, ...], kind: str, source: str
) -> None:
    options = (*translation, Option(("وكتاب",), source=INFLECTION))
    words = look_up(parse(query), {query: options}, ("ar", "en")).words
    assert [mark.source for mark in Marker(words).marks("قلم وكتاب", "ar", Field.BODY)] == [source]
    assert [(mark.start, mark.kind) for mark in highlight("قلم وكتاب", "ar", words)] == [(5, kind)]


def test_a_word_within_another_is_not_marked() -> None:
    assert [mark.start for mark in highlight("soil oil oilfield", "en", marker("oil").words)] == [5]


def test_a_mark_that_reaches_out_of_the_part_is_left_out() -> None:
    oil = marker("oil gas")
    marks = oil.marks("oil and gas", "en", Field.BODY)
    for end, words in ((11, ["oil", "gas"]), (10, ["oil"]), (3, ["oil"]), (2, [])):
        assert [mark.word for mark in oil.highlights(marks, 0, end)] == words
    assert [(mark.start, mark.end) for mark in oil.highlights(marks, 4, 11)] == [(4, 7)]


def test_overlapping_marks_become_one_highlight_the_better_one() -> None:
    text = "the cease fire"
    marks = marker('cease "cease fire"')
    assert [(h.start, h.end) for h in marks.highlights(marks.marks(text, "en", Field.BODY))] == [(4, 14)]


STEM, EXACT = Option(("rise",), Form.STEM, 0.9), Option(("rises",), Form.EXACT, 1.0)


@pytest.mark.parametrize("options", [(STEM, EXACT), (replace(STEM, weight=1.0), replace(EXACT, weight=0.9))])
def test_a_word_that_is_met_in_two_ways_is_marked_once_by_what_counts_more(
    options: tuple[Option, ...],
) -> None:
    longer = Option(("rises", "again"), Form.EXACT)
    words = (replace(marker("rises").words[0], options=(*options, longer)),)
    assert [(mark.end, mark.weight) for mark in Marker(words).marks("it rises", "en", Field.BODY)] == [
        (8, 1.0)
    ]
    assert [mark.end for mark in Marker(words).marks("it rises again", "en", Field.BODY)] == [14, 8]


def test_what_two_words_meet_or_two_sources_say_is_told_of_each() -> None:
    one, other = marker("rises falls").words
    said = replace(STEM, source="dictionary", weight=0.5)
    words = (replace(one, options=(EXACT, said)), replace(other, options=(STEM,)))
    marks = Marker(words).marks("it rises", "en", Field.BODY)
    assert [(mark.word, mark.source) for mark in marks] == [(0, SAME), (1, SAME), (0, "dictionary")]


def test_a_word_of_titles_is_not_marked_for_one_of_bodies() -> None:
    word = marker("rises").words[0]
    words = (
        replace(word, field=Field.TITLE, options=(EXACT, STEM)),
        replace(word, field=Field.BODY, options=(STEM,)),
    )
    made = Marker(words)
    assert [mark.word for mark in made.marks("it rises", "en", Field.TITLE)] == [0]
    assert [mark.word for mark in made.marks("it rises", "en", Field.BODY)] == [1]


def test_nothing_to_mark() -> None:
    assert highlight("some text", "en", ()) == ()
    assert marked("oil", "") == []


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["oil", "الهُدنة", " ", "\n", "gas.", "😀", "中文", "\u200f", "e\u0301"])).map(
        "".join
    )
)
def test_highlights_are_in_order_and_inside(text: str) -> None:
    words = look_up(parse("oil هدنة 中文 gas"), None, ("en", "ar")).words
    end = 0
    for mark in highlight(text, "ar", words):
        assert end <= mark.start < mark.end <= len(text)
        end = mark.end


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from([*" \n.,-'\u200c\u00a0\x1c", "oil", "الهُدنة", "1,000", "٣٫٥", "中文字", "l'oil"])
    ).map("".join)
    | st.text(max_size=40),
    st.sampled_from(["en", "ar", "fr", "zh"]),
)
def test_no_token_reaches_across_white_space(text: str, language: str) -> None:
    """What the marks rest on: runs between white space can be analysed on their own."""
    apart = [
        (run.start() + token.start, run.start() + token.end, token.exact, token.stem)
        for run in re.finditer(r"\S+", text)
        for token in analyse(run[0], language)
    ]
    whole = [(token.start, token.end, token.exact, token.stem) for token in analyse(text, language)]
    assert apart == whole


def test_a_phrase_is_found_across_lines_and_marks() -> None:
    assert marked('"cease fire now"', "cease\n — fire, now; cease fire") == ["cease\n — fire, now"]
    assert marked('"cease fire"', "the last word is cease") == []
    assert marked('"中文字"', "这是中文字。", "zh") == ["中文字"]


def test_the_best_passage_meets_most_words() -> None:
    passages = [Passage(0, 0, 10), Passage(1, 10, 20), Passage(2, 20, 30)]
    marks = [
        Mark(1, 2, 0, 1.0),
        Mark(3, 4, 0, 1.0),
        Mark(5, 6, 0, 1.0),
        Mark(21, 22, 0, 1.0),
        Mark(23, 24, 1, 0.8),
    ]
    assert best_passage(passages, marks) == passages[2]  # two words once beat one word three times
    assert best_passage(passages, marks[:3]) == passages[0]
    assert best_passage(passages, []) == passages[0]
    assert best_passage([], marks) is None


def snippet_of(query: str, text: str, passage: Passage | None) -> tuple[str, list[str]]:
    article = Article(id="a", title="t", text=text, language="en")
    made = marker(query)
    snippet = make_snippet(article, passage, made.marks(text, "en", Field.BODY), made)
    assert snippet.text == text[snippet.start : snippet.end]
    if passage:
        assert passage.start <= snippet.start <= snippet.end <= passage.end
    return snippet.text, [snippet.text[mark.start : mark.end] for mark in snippet.highlights]


def test_marks_before_and_behind_a_passage_are_not_its_own() -> None:
    passages = [Passage(0, 0, 10), Passage(1, 10, 20), Passage(2, 20, 30)]
    marks = [Mark(2, 5, 0, 1.0), Mark(6, 9, 1, 1.0), Mark(21, 24, 0, 1.0)]
    assert best_passage(passages, marks) == passages[0]
    assert best_passage(passages[1:], marks) == passages[2]


def test_highlights_are_added_where_they_fit_beside_a_snippets_own() -> None:
    own = Highlight(5, 10, "keyword", "oil")
    snippet = Snippet(0, "x" * 20, 100, 120, "en", (own,))
    spans = [(99, 103), (100, 103), (104, 106), (103, 105), (109, 112), (110, 112), (118, 121), (117, 120)]
    shown = with_highlights(snippet, [Highlight(*span, "meaning", "gas") for span in spans]).highlights
    assert [(mark.start, mark.end) for mark in shown] == [(0, 3), (3, 5), (5, 10), (10, 12), (17, 20)]
    assert own in shown


def test_a_short_passage_is_shown_whole() -> None:
    text = "Before. The oil price fell. After."
    assert snippet_of("oil", text, Passage(0, 8, 27)) == ("The oil price fell.", ["oil"])


def test_a_long_passage_is_cut_to_the_sentences_that_meet_the_query() -> None:
    filler = "Nothing of interest was said by anybody here. " * 20
    text = filler + "Then the oil price fell. And gas rose, too. " + filler
    # Wherever it begins: from the second sentence on, and a little before the one that is asked for.
    for start in (0, 46, len(filler) - 46):
        shown, marks = snippet_of("oil gas", text, Passage(0, start, len(text)))
        assert marks == ["oil", "gas"]
        assert len(shown) <= SNIPPET_LENGTH
        assert shown.startswith(("Nothing", "Then"))  # whole sentences
        assert shown.endswith(".")
    assert shown.endswith(".")
    assert text[text.index(shown) - 1] == " "


def test_one_endless_sentence_is_cut_between_words_around_its_mark() -> None:
    text = "word " * 300 + "oil " + "word " * 300
    shown, marks = snippet_of("oil", text, Passage(0, 0, len(text)))
    assert marks == ["oil"]
    assert len(shown) <= SNIPPET_LENGTH
    assert set(shown.split()) == {"word", "oil"}


@pytest.mark.parametrize("before", [SNIPPET_LENGTH // 3 - 1, SNIPPET_LENGTH // 3 + 1, 2 * SNIPPET_LENGTH])
def test_a_part_of_an_endless_sentence_begins_where_it_does_if_its_mark_is_near(before: int) -> None:
    text = f"{'x' * 50} {'y' * (before - 52)} oil {'and more ' * 100}"
    shown, marks = snippet_of("oil", text, Passage(0, 0, len(text)))
    assert marks == ["oil"]
    assert shown.startswith("x") is (before <= SNIPPET_LENGTH // 3)


def test_of_equal_parts_the_first_is_shown() -> None:
    filler = "Nothing of interest was said by anybody here. " * 20
    text = f"First oil was found. {filler}Then oil was sold. {filler}"
    shown, _ = snippet_of("oil", text, Passage(0, 0, len(text)))
    assert shown.startswith("First oil was found.")


def test_text_without_spaces_is_cut_all_the_same() -> None:
    shown, _ = snippet_of("oil", "x" * 5000, Passage(0, 0, 5000))
    assert len(shown) == SNIPPET_LENGTH


def test_an_article_without_passages_shows_its_beginning() -> None:
    assert snippet_of("oil", "The oil price. " * 3, None)[1] == ["oil", "oil", "oil"]
    text = f"Nothing yet. {'Nor here is any of it. ' * 30}Here the oil is."
    shown, marks = snippet_of("oil", text, None)
    assert (shown, marks) == (text[:SNIPPET_LENGTH], [])


def test_without_marks_the_beginning_of_the_passage_is_shown() -> None:
    text = "One sentence here. " * 100
    shown, marks = snippet_of("zebra", text, Passage(0, 0, len(text)))
    assert text.startswith(shown)
    assert len(shown) > SNIPPET_LENGTH / 2
    assert marks == []


@pytest.mark.slow
def test_megabytes_are_marked_in_seconds() -> None:
    text = "أعلنت الحكومة الليبية عن وقف إطلاق النار في طرابلس اليوم. " * 20_000
    started = time.perf_counter()
    assert len(marked("الحكومة", text, "ar")) == 20_000
    assert time.perf_counter() - started < 10


def test_the_own_word_stays_a_keyword_where_another_word_counts_more() -> None:
    words = (
        SearchedWord("Trump", (Option(("trump",)),)),
        SearchedWord("election", (Option(("trump",), weight=1.7, source="near"),)),
    )
    assert [(mark.word, mark.kind) for mark in highlight("Trump rallies", "en", words)] == [
        ("Trump", "keyword")
    ]
