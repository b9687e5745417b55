"""The date that a question names."""

from __future__ import annotations

import pytest

from indexer.search.dates import period_in


@pytest.mark.parametrize(
    ("question", "period"),
    [
        ("What happened in Douma on 7 April 2018?", "2018-04-07"),
        ("Douma on April 7, 2018", "2018-04-07"),
        ("Douma, the 7th of April, 2018", "2018-04-07"),
        ("strikes on 2018-04-14 in Syria", "2018-04-14"),
        ("protests in December 2017", "2017-12"),
        ("protests of Dec. 2017", "2017-12"),
        ("Who won the elections in 2018?", "2018"),
        ("احتجاجات إيران في كانون الثاني ٢٠١٨", "2018-01"),
        ("ماذا حدث يوم ٧ أبريل 2018", "2018-04-07"),
        ("الانتخابات عام 2018", "2018"),
        ("attentat du 14 juillet 2016 à Nice", "2016-07-14"),
        # A year alone is mostly part of a name, a number is none, a month without a year is many.
        ("World Cup 2018", ""),
        ("Vision 2030", ""),
        ("killed in 20180 attacks", ""),
        ("the march in May", ""),
        ("31 February 2018", ""),
        ("in 2018-19", ""),
        # Of several dates none is meant alone.
        ("between 3 March 2018 and 5 March 2018", ""),
        ("", ""),
    ],
)
def test_the_date_of_a_question(question: str, period: str) -> None:
    assert period_in(question) == period
