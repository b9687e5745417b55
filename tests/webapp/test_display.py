"""Values as they are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from indexer.article import Precision, Published
from webapp.display import (
    count,
    facet_value,
    hijri,
    language_name,
    moment,
    period_name,
    published,
    text_direction,
)


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


def test_counts_have_separators() -> None:
    assert [count(number) for number in (0, 12_345)] == ["0", "12,345"]


def test_values_are_shown_in_the_readers_language(app: Flask) -> None:
    at = Published(datetime(2018, 2, 17, 22, 30, tzinfo=UTC), Precision.MINUTE)
    assert hijri(at) == "1 Jumada al-Akhirah 1439 AH"
    with app.test_request_context("/", headers={"Accept-Language": "ar"}):
        assert language_name("zh-cn") == "الصينية المبسطة"
        assert language_name("und") == "لغة غير معروفة"
        assert period_name("2018-02") == "فبراير 2018"
        assert published(None) == "بلا تاريخ"
        assert moment(at) == "17 فبراير 2018، 22:30 UTC"
        assert hijri(at) == "1 جمادى الآخرة 1439 هـ"
        assert facet_value("oldest", "sort") == "الأقدم"
    assert period_name("2018-02") == "Feb 2018"


def test_dates_are_as_precise_as_they_are_known() -> None:
    at = datetime(2018, 2, 17, 22, 30, tzinfo=UTC)
    assert published(None) == "undated"
    assert published(Published(at, Precision.YEAR)) == "2018"
    assert published(Published(at, Precision.MONTH)) == "Feb 2018"
    # In the zone it was written in it is the next day.
    there = Published(at, Precision.SECOND, offset_minutes=240)
    assert published(there) == "18 Feb 2018 (17 Feb 2018 in UTC)", "dates are searched in UTC"
    assert published(replace(there, offset_minutes=60)) == "17 Feb 2018"
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
