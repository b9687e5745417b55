"""Records of every make -> articles."""

from __future__ import annotations

import math
from typing import Any

import pytest

from indexer.article import Article
from indexer.errors import InvalidArticle
from indexer.readers import ReadOptions
from indexer.readers.fields import MAX_EXTRA_FIELDS, MAX_EXTRA_VALUE, FieldMapper


def article_of(record: dict[str, Any], **options: Any) -> Article:
    return FieldMapper(ReadOptions(**options)).article(record, file_name="a.jsonl")


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (
            {"headline": "T", "body": "B", "date": "2020-06-03", "link": "http://x/1", "byline": "A"},
            {"title": "T", "text": "B", "url": "http://x/1", "author": "A"},
        ),
        (
            {
                "Title": "T",
                "Full Text": "B",
                "Pub-Date": "2020-06-03",
                "URL": "u",
                "Outlet": "O",
                "Category": "C",
            },
            {"title": "T", "text": "B", "url": "u", "source": "O", "section": "C"},
        ),
        (
            {
                "العنوان": "T",
                "النص": "B",
                "تاريخ النشر": "3 يونيو 2020",
                "الرابط": "u",
                "المصدر": "O",
                "القسم": "C",
            },
            {"title": "T", "text": "B", "url": "u", "source": "O", "section": "C"},
        ),
        (
            {
                "article_title": "T",
                "article_body": "B",
                "og:url": "u",
                "dc.creator": "A",
                "dc:date": "2020-06-03",
            },
            {"title": "T", "text": "B", "url": "u", "author": "A"},
        ),
        (  # WordPress
            {
                "id": 12,
                "title": {"rendered": "Q&#038;A"},
                "content": {"rendered": "<p>B</p>\n<p>C</p>"},
                "date": "2020-06-03T00:00:00",
                "excerpt": {"rendered": "<p>S</p>"},
            },
            {"id": "12", "title": "Q&A", "text": "B\nC", "summary": "S"},
        ),
        (  # MongoDB
            {"_id": {"$oid": "5f"}, "title": "T", "text": "B", "date": {"$date": "2020-06-03T10:00:00Z"}},
            {"id": "5f", "title": "T", "text": "B"},
        ),
        (  # Elasticsearch
            {"_id": "7", "_source": {"title": "T", "body": "B", "published": "2020-06-03"}},
            {"id": "7", "title": "T", "text": "B"},
        ),
        (  # lists: paragraphs, authors
            {
                "title": "T",
                "paragraphs": ["a", {"text": "b"}, None],
                "authors": [{"name": "X"}, "Y"],
                "date": 1591179330,
            },
            {"text": "a\nb", "author": "X, Y"},
        ),
    ],
)
def test_field_names_are_matched_generously(record: dict[str, Any], expected: dict[str, str]) -> None:
    article = article_of(record)
    assert {name: getattr(article, name) for name in expected} == expected
    assert article.published is not None
    assert article.published.at.date().isoformat() == "2020-06-03"


def test_the_surest_name_wins_and_the_other_is_kept() -> None:
    article = article_of({"body": "teaser", "text": "whole text", "_id": "1", "id": "2"})
    assert (article.text, article.id) == ("whole text", "2")
    assert article.extra == {"body": "teaser", "_id": "1"}


def test_an_empty_field_leaves_the_place_to_the_next_name() -> None:
    article = article_of(
        {"text": "", "content": "B", "title": None, "headline": "T", "date": "?", "created": "2020"}
    )
    assert (article.text, article.title) == ("B", "T")
    assert article.published is not None
    assert article.extra == {"date": "?"}


def test_a_language_that_does_not_exist_is_kept_aside() -> None:
    article = article_of({"text": "B", "language": "klingonese", "lang": "ara"})
    assert (article.language, article.extra) == ("ar", {"language": "klingonese"})


def test_a_chosen_column_wins() -> None:
    article = article_of(
        {"text": "no", "lead": "yes", "a": {"b": "T"}}, columns={"text": "lead", "title": "a.b"}
    )
    assert (article.text, article.title) == ("yes", "T")
    assert article.extra["text"] == "no"


@pytest.mark.parametrize(
    "nothing", [None, "", "  ", math.nan, math.inf, "NaN", "None", "null", "N/A", [], {}, [None]]
)
def test_nothing_in_many_forms(nothing: Any) -> None:
    article = article_of(
        {"text": "B", "title": "T", "author": nothing, "date": nothing, "id": nothing, "x": nothing}
    )
    assert article.author == ""
    assert article.published is None
    assert len(article.id) == 24
    assert article.extra == {}


@pytest.mark.parametrize("text", [None, "", " \n", "NaN", "\ufeff", "<p></p>"])
def test_no_text_is_refused_with_the_names_of_the_fields(text: Any) -> None:
    with pytest.raises(InvalidArticle, match=r"no text"):
        article_of({"title": "T", "text": text, "colour": "red"})


def test_the_refusal_helps() -> None:
    with pytest.raises(InvalidArticle, match=r"fields are title, prose.*--column text=NAME"):
        article_of({"title": "T", "prose": "B"})


def test_an_unreadable_date_is_kept_raw_and_the_article_undated() -> None:
    article = article_of({"text": "B", "date": "31/02/2020"})
    assert article.published is None
    assert article.extra == {"date": "31/02/2020", "published_raw": "31/02/2020"}


def test_unknown_fields_are_kept_as_strings_within_limits() -> None:
    record = {"text": "B", "n": 3, "flag": True, "list": ["a", "b"], "tags": {"x": 1}, "long": "w" * 10_000}
    extra = article_of(record | {f"f{n}": n for n in range(200)}).extra
    assert extra["n"] == "3"
    assert extra["flag"] == "true"
    assert extra["list"] == "a, b"
    assert extra["tags"] == '{"x":1}'
    assert len(extra["long"]) == MAX_EXTRA_VALUE
    assert len(extra) < MAX_EXTRA_FIELDS


@pytest.mark.parametrize(
    ("given", "kept"), [(7, "7"), (7.0, "7"), ("a/b 'c' \"d\"", "a/b 'c' \"d\""), ("٧", "٧")]
)
def test_any_id_is_kept_as_a_string(given: Any, kept: str) -> None:
    assert article_of({"id": given, "text": "B"}).id == kept


def test_a_derived_id_follows_the_address_else_the_content() -> None:
    by_url = article_of({"url": "http://x/1", "text": "B"}).id
    assert by_url == article_of({"url": "http://x/1", "text": "changed"}).id
    assert by_url != article_of({"url": "http://x/2", "text": "B"}).id
    by_content = article_of({"text": "B"}).id
    assert by_content == article_of({"text": "B", "author": "A"}).id
    assert by_content != article_of({"text": "C"}).id
    # Fixed: an archive made today must still know its articles after an upgrade.
    assert (by_url, by_content) == ("3095e2d3323e617cca534105", "ee99ecad15d963f4a0a49855")


def test_a_missing_title_is_made_from_the_first_sentence() -> None:
    article = article_of({"text": "أعلنت موسكو اليوم رسميا. ثم سكتت."})
    assert (article.title, article.title_made) == ("أعلنت موسكو اليوم رسميا", True)


def test_a_script_in_a_title_stays_text() -> None:
    assert (
        article_of({"title": "<script>alert(1)</script>", "text": "B"}).title == "<script>alert(1)</script>"
    )


def test_a_publisher_is_the_source_where_there_is_no_other() -> None:
    article = article_of({"publisher": "P", "text": "B"})
    assert (article.publisher, article.source) == ("P", "P")
    assert article_of({"publisher": "P", "source": "S", "text": "B"}).source == "S"


def test_given_options_win_but_title_address_and_date_only_fill_gaps() -> None:
    record = {"text": "B", "title": "T", "url": "u", "source": "S", "language": "fr", "date": "31/02/2020"}
    article = article_of(
        record,
        title="X",
        url="v",
        source="Y",
        language="Arabic",
        published="2020-06-03",
        section="Z",
        author="W",
    )
    assert (article.title, article.url) == ("T", "u")
    assert (article.source, article.language, article.section, article.author) == ("Y", "ar", "Z", "W")
    assert article.published is not None
    assert "published_raw" not in article.extra
    assert article_of({"text": "B"}, title="X", url="v").url == "v"
    dated = article_of({"text": "B", "date": "2018"}, published="2020-06-03")
    assert dated.published is not None
    assert dated.published.isoformat() == "2018"


def test_two_records_that_lack_an_address_do_not_become_one_by_a_given_one() -> None:
    assert article_of({"text": "B"}, url="v").id != article_of({"text": "C"}, url="v").id


@pytest.mark.parametrize("name", ["text", "title", "id", "url", "author", "publisher"])
def test_a_lone_surrogate_is_refused(name: str) -> None:
    with pytest.raises(InvalidArticle, match="surrogate"):
        article_of({"text": "B", name: "a\ud800"})


def test_a_lone_surrogate_elsewhere_is_replaced() -> None:
    assert article_of({"text": "B", "x\ud800": "a\udc00"}).extra == {"x?": "a?"}


def test_control_characters_and_line_ends_are_cleaned() -> None:
    assert article_of({"text": "\ufeffa\r\nb\rc\x00d\te\x1b"}).text == "a\nb\ncd\te"


def test_memory_does_not_grow_with_ever_new_field_names() -> None:
    mapper = FieldMapper(ReadOptions())
    for number in range(3_000):
        mapper.article({"text": "B", f"field {number}": "x"}, file_name="a")
    assert len(mapper.ignored) <= 1_100
    assert len(mapper._plans) <= 1_000
