"""What is an article, how it is written down and read back, and when two are the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import (
    MAX_FIELD_LENGTH,
    MAX_ID_LENGTH,
    MAX_TEXT_LENGTH,
    Article,
    Passage,
    Precision,
    Published,
)
from indexer.errors import InvalidArticle

PLAIN = Article("id", "Title", "Some text.")
strings = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
dates = st.builds(
    Published,
    at=st.datetimes(timezones=st.just(UTC)),
    precision=st.sampled_from(Precision),
    offset_minutes=st.none() | st.integers(-14 * 60, 14 * 60),
    raw=strings,
    doubtful=st.booleans(),
)
articles = st.builds(
    Article,
    **dict.fromkeys(("id", "title", "text", "url", "summary", "source", "section"), strings),
    **dict.fromkeys(("author", "publisher", "credit"), strings),
    language=st.sampled_from(["ar", "en", "und"]),
    language_confidence=st.floats(0, 1),
    published=st.none() | dates,
    title_made=st.booleans(),
    extra=st.dictionaries(strings, strings, max_size=3),
)


@given(articles)
def test_an_article_is_read_back_as_it_was_written(article: Article) -> None:
    again = Article.from_dict(orjson.loads(orjson.dumps(article.to_dict())))
    assert again == article
    assert again.content_hash() == article.content_hash()


@given(articles, articles)
def test_equal_hashes_mean_equal_articles(one: Article, other: Article) -> None:
    assert (one.content_hash() == other.content_hash()) == (one == other)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": ""}, "has no id"),
        ({"id": "x" * (MAX_ID_LENGTH + 1)}, "513 characters"),
        ({"title": "", "text": " \n"}, "neither a text nor a title"),
        ({"text": ""}, "no text"),
        ({"text": "x" * (MAX_TEXT_LENGTH + 1)}, "allowed"),
        ({"author": "x" * (MAX_FIELD_LENGTH + 1)}, "author has more than"),
        ({"id": "\ud800"}, "id holds lone surrogates"),
        ({"text": "broken \udce9"}, "text holds lone surrogates"),
        ({"summary": "\udfff"}, "summary holds lone surrogates"),
        ({"language": "\udfff"}, "language holds lone surrogates"),
        ({"extra": {"tags": "\udce9"}}, "'tags' holds lone surrogates"),
        ({"extra": {"\udce9": ""}}, r"'\\udce9' holds lone surrogates"),
        ({"published": Published(datetime(2018, 1, 1, tzinfo=UTC), raw="\udce9")}, "date holds lone"),
    ],
)
def test_what_is_no_article_is_told_why(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidArticle, match=reason) as refused:
        replace(PLAIN, **changes).validated()
    str(refused.value).encode()  # can be stored and shown


def test_what_is_an_article_passes_as_it_is() -> None:
    longest = replace(PLAIN, id="x" * MAX_ID_LENGTH, url="u" * MAX_FIELD_LENGTH, extra={"🕊": "🕊"})
    assert longest.validated() is longest
    assert replace(PLAIN, title="").validated().title == ""


@pytest.mark.parametrize(
    ("precision", "offset", "expected"),
    [
        (Precision.SECOND, None, "2018-02-18T21:30:05+00:00"),
        (Precision.SECOND, 240, "2018-02-19T01:30:05+04:00"),
        (Precision.MINUTE, -330, "2018-02-18T16:00-05:30"),
        (Precision.DAY, 240, "2018-02-18"),
        (Precision.MONTH, None, "2018-02"),
        (Precision.YEAR, None, "2018"),
    ],
)
def test_a_date_is_written_as_far_as_it_is_known(
    precision: Precision, offset: int | None, expected: str
) -> None:
    assert Published(datetime(2018, 2, 18, 21, 30, 5, tzinfo=UTC), precision, offset).isoformat() == expected


def test_early_years_have_four_digits() -> None:
    early = datetime(1, 1, 1, tzinfo=UTC) + timedelta(days=400)
    assert Published(early, Precision.YEAR).isoformat() == "0002"
    assert Published(early, Precision.MONTH).isoformat() == "0002-02"


@pytest.mark.parametrize(("at", "offset"), [(datetime.max, 840), (datetime.min, -840)])
def test_the_ends_of_the_calendar_are_dates_too(at: datetime, offset: int) -> None:
    published = Published(at.replace(tzinfo=UTC), Precision.SECOND, offset)
    assert published.isoformat().startswith(f"{at.year:04}-")
    assert Published.from_dict(published.to_dict()) == published


def test_a_passage_cuts_the_text() -> None:
    assert Passage(0, 5, 9).text_of(PLAIN) == "text"
