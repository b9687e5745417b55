"""Tests of `indexer.evaluate.builders`: judged queries made from articles."""

from __future__ import annotations

from indexer.article import Article
from indexer.evaluate.builders import STORY, changed_titles, translated_titles


def story(number: int, *languages: str) -> list[Article]:
    return [
        Article(
            f"s{number} {language}",
            f"title {number} {language}",
            "x",
            language=language,
            extra={STORY: f"s{number}"},
        )
        for language in languages
    ]


ARTICLES = [
    *story(2, "en", "ar", "fr"),
    *story(1, "ar", "en"),
    *story(3, "en", "fr"),
    *story(4, "ar", "fr"),
    Article("alone", "title", "x", language="en"),
]


def test_a_title_is_answered_by_the_same_story_in_the_wanted_language() -> None:
    queries, qrels = translated_titles(ARTICLES, answered_in=("ar",))
    assert [(query.id, query.text) for query in queries] == [
        ("q-s1en", "title 1 en"),
        ("q-s2en", "title 2 en"),
    ]
    assert qrels == {"q-s1en": {"s1 ar": 1}, "q-s2en": {"s2 ar": 1}}


def test_without_a_wanted_language_every_translation_answers() -> None:
    queries, qrels = translated_titles(ARTICLES)
    assert len(queries) == 3
    assert qrels["q-s2en"] == {"s2 ar": 1, "s2 en": 1, "s2 fr": 1}


def titled(number: int, title: str, language: str = "ar") -> Article:
    return Article(f"a{number:03}", title, "x", language=language)


TITLES = [titled(number, " ".join(f"w{number}x{place}" for place in range(6))) for number in range(40)]


def test_exactly_one_word_of_each_title_is_another() -> None:
    queries, qrels = changed_titles(TITLES, count=30)
    originals = {article.id: article.title.split() for article in TITLES}
    assert len(queries) == len(qrels) == 30
    for query in queries:
        (answer,) = qrels[query.id]
        words = query.text.split()
        assert len(words) == 6
        assert sum(new != old for new, old in zip(words, originals[answer], strict=True)) == 1


def test_the_choice_depends_on_the_seed_and_not_on_the_order() -> None:
    assert changed_titles(TITLES, count=10) == changed_titles(reversed(TITLES), count=10)
    assert changed_titles(TITLES, count=10) != changed_titles(TITLES, count=10, seed=1)


def test_titles_without_a_clear_answer_are_left_out() -> None:
    same = "one two three four five"
    articles = [titled(1, same), titled(2, same), titled(3, "too short"), titled(4, "a b c d e f", "fr")]
    articles.append(Article("a5", "a made up title of words", "x", language="ar", title_made=True))
    articles.append(titled(6, "the only one that is left"))
    _, qrels = changed_titles(articles)
    assert list(qrels.values()) == [{"a006": 1}]
