"""Filters: what people write, two filters as one, and one without a facet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from indexer.engines.base import Dating, Filters
from indexer.errors import InvalidQuery
from indexer.search.filters import (
    FilterBuilder,
    apart,
    check_filters,
    combine,
    language_value,
    period,
    without,
)


def including(**values: set[str]) -> Filters:
    return Filters(include={facet: frozenset(chosen) for facet, chosen in values.items()})


@pytest.mark.parametrize(
    ("text", "code"),
    [("ar", "ar"), ("AR", "ar"), ("Arabic", "ar"), ("العربية", "ar"), ("Persian", "fa"), ("und", "und"),
     ("unknown", "und"), ("zh-CN", "zh-cn"), ("zh_TW", "zh-tw"), ("zh", "zh"), ("ara", "ar"),
     ("Serbo-Croatian", "sh")],
)  # fmt: skip
def test_languages_by_code_or_name(text: str, code: str) -> None:
    assert language_value(text) == code


def test_periods() -> None:
    assert period("2018/2") == (date(2018, 2, 1), date(2018, 2, 28))
    for wrong in ("", "18", "2018-", "2018-02-18T10", "20180218", "９９９９-13", "2018-0"):
        with pytest.raises(InvalidQuery):
            period(wrong)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("31.12.2018", "Write 2018-12-31."),
        ("3.4.2018", "Write 2018-04-03."),
        ("12/31/2018", "Write 2018-12-31."),
        ("3/4/2018", "Write 2018-04-03 or 2018-03-04."),
        ("4-4-2018", "Write 2018-04-04."),
        ("٣١/١٢/٢٠١٨", "Write 2018-12-31."),
        ("12.31.2018", "Write 2018, 2018-02 or 2018-02-18."),
        ("31/31/2018", "Write 2018, 2018-02 or 2018-02-18."),
        ("31.12/2018", "Write 2018, 2018-02 or 2018-02-18."),
    ],
)
def test_a_date_with_the_year_last_is_told_as_it_is_to_be_written(text: str, remedy: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        period(text)
    assert caught.value.remedy == remedy


@pytest.mark.parametrize("wider_first", [True, False])
def test_dates_narrow_each_other_in_whatever_order_they_come(wider_first: bool) -> None:
    dates = [("from", "2017"), ("to", "2020"), ("from", "2018"), ("to", "2019")]
    builder = FilterBuilder()
    for name, value in dates if wider_first else reversed(dates):
        builder.add_date(name, value, 0)
    assert builder.build() == Filters(published_from=date(2018, 1, 1), published_to=date(2019, 12, 31))


def test_combined_filters_let_pass_what_both_do() -> None:
    one = Filters(
        include={"source": frozenset({"A", "B"})},
        exclude={"section": frozenset({"x"})},
        published_from=date(2018, 1, 1),
        published_to=date(2018, 12, 31),
    )
    other = Filters(
        include={"source": frozenset({"B", "C"}), "language": frozenset({"ar"})},
        exclude={"section": frozenset({"y"}), "author": frozenset({"z"})},
        published_from=date(2018, 5, 1),
    )
    assert combine(one, other) == combine(other, one)
    assert combine(one, other) == Filters(
        include={"source": frozenset({"B"}), "language": frozenset({"ar"})},
        exclude={"section": frozenset({"x", "y"}), "author": frozenset({"z"})},
        published_from=date(2018, 5, 1),
        published_to=date(2018, 12, 31),
    )


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Filters(published_to=date(2018, 1, 1)), Filters(published_to=date(2019, 1, 1)),
         Filters(published_to=date(2018, 1, 1))),
        (Filters(published_from=date(2018, 1, 1)), Filters(), Filters(published_from=date(2018, 1, 1))),
        (Filters(published_from=date(2018, 1, 1)), Filters(published_to=date(2018, 1, 1)),
         Filters(published_from=date(2018, 1, 1), published_to=date(2018, 1, 1))),
    ],
)  # fmt: skip
def test_combined_dates_are_the_narrower_ones_down_to_one_day(
    one: Filters, other: Filters, both: Filters
) -> None:
    assert combine(one, other) == combine(other, one) == both


def test_filters_that_contradict_each_other_let_nothing_pass() -> None:
    assert combine(including(source={"A"}), including(source={"B"})) is None
    assert combine(Filters(published_from=date(2019, 1, 1)), Filters(published_to=date(2018, 1, 1))) is None


def test_what_has_no_date_is_in_no_period() -> None:
    undated, doubtful = Filters(dating=Dating.NONE), Filters(dating=Dating.DOUBTFUL)
    assert combine(undated, Filters()) == combine(undated, undated) == undated
    assert combine(Filters(published_to=date(2018, 1, 1)), undated) is None
    assert combine(doubtful, undated) is None
    since = Filters(published_from=date(2018, 1, 1))
    assert combine(since, doubtful) == replace(since, dating=Dating.DOUBTFUL)
    assert not undated.is_empty


def test_empty_filters_change_nothing() -> None:
    filters = including(source={"A"})
    assert combine(filters, Filters()) == filters
    assert combine(including(source=set()), filters) == filters
    assert combine(filters, including(source=set())) == filters


def test_without_a_facet() -> None:
    filters = including(source={"A"}, language={"ar"})
    assert without(filters, "source") == including(language={"ar"})


def test_filters_that_make_no_sense() -> None:
    with pytest.raises(InvalidQuery, match="before they begin"):
        check_filters(Filters(published_from=date(2019, 1, 1), published_to=date(2018, 1, 1)))
    with pytest.raises(InvalidQuery, match="no filter 'colour'"):
        check_filters(including(colour={"red"}))
    day = date(2018, 1, 1)
    for sensible in (
        including(source={"A"}),
        Filters(published_from=day),
        Filters(published_to=day),
        Filters(published_from=day, published_to=day),
    ):
        check_filters(sensible)


def test_a_language_and_the_others_apart() -> None:
    known = ["en", "ar", "fr"]
    own, others = apart(Filters(include={"source": frozenset({"BBC"})}), "en-gb", known)
    assert own.include == {"source": {"BBC"}, "language": {"en"}}
    assert others.include == {"source": {"BBC"}}
    assert others.exclude == {"language": {"en"}}


def test_of_chosen_languages_one_and_the_others_apart() -> None:
    own, others = apart(including(language={"en", "ar"}), "en", ["en", "ar", "fr"])
    assert own == including(language={"en"})
    assert others == Filters(
        include={"language": frozenset({"en", "ar"})}, exclude={"language": frozenset({"en"})}
    )


@pytest.mark.parametrize(
    ("filters", "language", "known"),
    [
        (Filters(), "en", []),
        (Filters(), "en", ["ar", "fr"]),
        (Filters(), "ar", ["ar"]),
        (Filters(include={"language": frozenset({"ar"})}), "en", ["en", "ar"]),
        (Filters(include={"language": frozenset({"en"})}), "en", ["en", "ar"]),
        (Filters(exclude={"language": frozenset({"ar"})}), "en", ["en", "ar"]),
        (Filters(exclude={"language": frozenset({"en"})}), "en", ["en", "ar", "fr"]),
    ],
)
def test_what_is_in_one_language_already_stays_one(filters: Filters, language: str, known: list[str]) -> None:
    assert apart(filters, language, known) == [filters]
