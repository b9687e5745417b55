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
    named = period_in(question)
    assert (named.period if named else "") == period


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("What happened in Douma on 7 April 2018?", "What happened in Douma?"),
        ("Douma on April 7, 2018", "Douma"),
        ("Douma, the 7th of April, 2018", "Douma,"),
        ("protests  in December 2017 and strikes", "protests and strikes"),
        ("Who won the elections in 2018?", "Who won the elections?"),
        ("احتجاجات إيران في كانون الثاني ٢٠١٨", "احتجاجات إيران"),
        ("7 April 2018", ""),
        ("ﬁghting in April 2018", "ﬁghting in April 2018"),  # one sign that is folded to two
    ],
)
def test_a_question_without_its_date(question: str, rest: str) -> None:
    named = period_in(question)
    assert named is not None
    assert named.rest == rest
