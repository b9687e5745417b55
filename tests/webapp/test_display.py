"""Values as they are shown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from indexer.article import Precision, Published
from webapp.display import count, facet_value, language_name, moment, period_name, published, text_direction


@pytest.mark.parametrize(
    ("code", "name"),
    [("ar", "Arabic"), ("zh-cn", "Simplified Chinese"), ("fa", "Persian"), ("und", "Unknown language"),
     ("pt-BR", "Brazilian Portuguese"), ("<x>", "<x>")],
)  # fmt: skip
def test_languages_have_names(code: str, name: str) -> None:
    assert language_name(code) == name


def test_directions() -> None:
    assert [text_direction(code) for code in ("ar", "he", "ur", "en", "und", "")] == [
        "rtl", "rtl", "rtl", "ltr", "auto", "auto",
    ]  # fmt: skip


def test_counts_agree_with_their_noun() -> None:
    assert count(12_345) == "12,345"
    assert [count(n, "article") for n in (0, 1, 2_300)] == ["0 articles", "1 article", "2,300 articles"]


def test_dates_are_as_precise_as_they_are_known() -> None:
    at = datetime(2018, 2, 17, 22, 30, tzinfo=UTC)
    assert published(None) == "undated"
    assert published(Published(at, Precision.YEAR)) == "2018"
    assert published(Published(at, Precision.MONTH)) == "Feb 2018"
    # In the zone it was written in it is the next day.
    there = Published(at, Precision.SECOND, offset_minutes=240)
    assert published(there) == "18 Feb 2018"
    assert moment(there) == "18 Feb 2018, 02:30 UTC+04:00"
    assert moment(Published(at, Precision.MINUTE)) == "17 Feb 2018, 22:30 UTC"
    assert moment(Published(at, Precision.DAY)) == "17 Feb 2018"


def test_what_is_no_period_is_shown_as_it_is() -> None:
    assert period_name("soon") == "soon"
    assert period_name("2018-02-30") == "2018-02-30"


def test_facet_values() -> None:
    assert facet_value("ar", "language") == "Arabic"
    assert facet_value("2018-02", "date") == "Feb 2018"
    assert facet_value("a\u202eb", "source") == "ab"
