"""Lexical legs: which articles match, with which scores, in which order."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from indexer.engines.base import (
    AllOf,
    AnyOf,
    Clause,
    Dating,
    Engine,
    Field,
    Filters,
    Form,
    LegResult,
    LexicalLeg,
    LexicalQuery,
    PhraseTerm,
    Term,
)
from tests.engines.builders import article, stored
from tests.engines.library import LIBRARY
from tests.engines.reference import Reference

REFERENCE = Reference(LIBRARY)


@pytest.fixture(scope="module")
def library(shared_engine: Engine) -> Engine:
    shared_engine.write(LIBRARY)
    shared_engine.refresh()
    return shared_engine


def exact(token: str, field: Field = Field.ANY, boost: float = 1.0) -> Term:
    return Term(token, Form.EXACT, field, boost)


def phrase(words: str, field: Field = Field.ANY, boost: float = 1.0) -> PhraseTerm:
    return PhraseTerm(tuple(words.split()), Form.EXACT, field, boost)


def should(*clauses: Clause) -> LexicalQuery:
    return LexicalQuery(should=clauses)


def run(engine: Engine, leg: LexicalLeg) -> LegResult:
    (result,) = engine.match([leg])
    return result


def assert_as_promised(engine: Engine, leg: LexicalLeg) -> LegResult:
    """Compare an engine's answer with the reference's, scores included."""
    expected = REFERENCE.lexical(leg)
    result = run(engine, leg)
    assert result.total == len(expected)
    assert dict(zip(result.ids, result.scores.tolist(), strict=True)) == pytest.approx(
        dict(expected[: leg.size]), rel=2e-3, abs=1e-5
    )
    assert result.ids == [id_ for id_, _ in expected[: leg.size]]
    assert result.scores.dtype == np.float32
    assert result.passages.tolist() == [-1] * len(result.ids)
    assert list(result.languages) == [REFERENCE.entries[id_].article.language for id_ in result.ids]
    assert (result.complete, result.notice) == (True, "")
    return result


# What is matched, and by what: the ids are written out, so that the reference is tested too.
QUERIES = {
    "a stem finds its forms": (should(Term("elect")), {"vote-1", "vote-2", "oil-2"}),
    "an exact form finds itself alone": (should(exact("elected")), {"vote-2"}),
    "a stem is no exact form": (should(exact("elect")), {"vote-1"}),
    "title alone": (should(exact("oil", Field.TITLE)), {"oil-1", "oil-2"}),
    "body alone": (should(exact("crude", Field.BODY)), {"oil-1"}),
    "title and body": (should(exact("crude")), {"oil-1", "oil-2"}),
    "a boost": (should(exact("oil", boost=2.5), exact("talks", boost=0.25)), {"oil-1", "oil-2", "libya-1", "libya-2"}),
    "a boost of nothing": (should(exact("oil", boost=0.0)), {"oil-1", "oil-2", "libya-1"}),
    "an unknown word": (should(exact("nowhere")), set()),
    "Arabic": (should(Term("ليبيا")), {"arabic-1", "arabic-2"}),
    "a phrase": (should(phrase("ceasefire talks")), {"libya-1", "libya-2"}),
    "a phrase has an order": (should(phrase("talks ceasefire")), set()),
    "a phrase has no gaps": (should(phrase("oil fall")), set()),
    "a phrase of one word": (should(phrase("crude")), {"oil-1", "oil-2"}),
    "a phrase of no words": (should(PhraseTerm(())), set()),
    "a phrase that repeats itself": (should(phrase("ceasefire ceasefire")), {"libya-2"}),
    "a phrase of three": (should(phrase("price of oil", boost=3.0)), {"oil-2"}),
    "a phrase in the title": (should(phrase("crude oil", Field.TITLE)), {"oil-2"}),
    "a phrase in the body": (should(phrase("crude oil", Field.BODY)), {"oil-1"}),
    "a phrase does not run from title to body": (should(phrase("libya ceasefire")), set()),
    "a phrase of stems": (should(PhraseTerm(("oil", "price"), Form.STEM)), {"oil-1"}),
    "an Arabic phrase": (should(phrase("وقف اطلاق النار")), {"arabic-1"}),
    "any of": (should(AnyOf((exact("crude"), exact("talks")))), {"oil-1", "oil-2", "libya-1", "libya-2"}),
    "any of, with a tie": (
        should(AnyOf((exact("crude"), exact("oil", boost=0.5), phrase("oil price")), tie=0.3)),
        {"oil-1", "oil-2", "libya-1"},
    ),
    "any of, a tie of one": (should(AnyOf((exact("crude"), exact("oil")), tie=1.0)), {"oil-1", "oil-2", "libya-1"}),
    "any of nothing": (should(AnyOf(())), set()),
    "all of nothing": (should(AllOf(())), set()),
    "all of": (should(AllOf((exact("crude"), exact("talks")))), {"oil-1"}),
    "all of any of": (
        should(AllOf((AnyOf((exact("crude"), exact("libya"))), exact("talks")))),
        {"oil-1", "libya-1", "libya-2"},
    ),
    "any of all of": (
        should(AnyOf((AllOf((exact("crude"), exact("price"))), AllOf((exact("libya"), exact("oil")))), tie=0.1)),
        {"oil-2", "oil-1", "libya-1"},
    ),
    "several shoulds": (should(exact("oil"), exact("libya"), exact("talks")), {"oil-1", "oil-2", "libya-1", "libya-2"}),
    "one should twice": (should(exact("oil"), exact("oil")), {"oil-1", "oil-2", "libya-1"}),
    "shoulds that only add to one of others": (
        LexicalQuery(
            should=(exact("oil"), exact("talks")),
            one_of=(exact("libya"), AllOf((exact("crude"), exact("talks")))),
        ),
        {"oil-1", "libya-1", "libya-2"},
    ),
    "one of, without the others": (
        LexicalQuery(one_of=(exact("libya"),), must_not=(exact("oil"),)), {"libya-2"},
    ),
    "one of, beside must": (
        LexicalQuery(must=(exact("talks"),), should=(exact("oil"),), one_of=(exact("nowhere"),)),
        {"libya-1", "libya-2", "oil-1"},
    ),
    "must": (LexicalQuery(must=(exact("oil"), exact("talks"))), {"oil-1", "libya-1"}),
    "must, and shoulds that only add": (
        LexicalQuery(must=(exact("talks"),), should=(exact("oil"), exact("nowhere"))),
        {"libya-1", "libya-2", "oil-1"},
    ),
    "must not": (
        LexicalQuery(should=(exact("oil"),), must_not=(phrase("crude oil", Field.BODY),)),
        {"oil-2", "libya-1"},
    ),
    "must and must not": (LexicalQuery(must=(Term("elect"),), must_not=(exact("oil"), exact("calm"))), {"vote-2"}),
    "must not alone": (
        LexicalQuery(must_not=(Term("equal"), Term("oil"), Term("elect"), Term("ليبيا"), Term("talk"))),
        {"future", "undated"},
    ),
    "must not what is nowhere": (LexicalQuery(must_not=(exact("nowhere"),)), set(REFERENCE.entries)),
    "nothing": (LexicalQuery(), set()),
}  # fmt: skip


@pytest.mark.parametrize("name", QUERIES)
def test_queries(library: Engine, name: str) -> None:
    query, expected = QUERIES[name]
    result = assert_as_promised(library, LexicalLeg(query))
    assert set(result.ids) == expected


def test_exclusions_alone_score_nothing(library: Engine) -> None:
    result = run(library, LexicalLeg(LexicalQuery(must_not=(exact("oil"),))))
    assert result.ids == sorted(result.ids)
    assert set(result.scores.tolist()) == {0.0}


def test_equal_scores_stand_by_id_wherever_the_page_ends(library: Engine) -> None:
    for size, expected in ((3, ["same-a", "same-b", "same-c"]), (2, ["same-a", "same-b"]), (1, ["same-a"])):
        result = assert_as_promised(library, LexicalLeg(should(exact("equal")), size=size))
        assert result.ids == expected
        assert result.total == 3


def test_a_leg_of_no_size_counts(library: Engine) -> None:
    result = run(library, LexicalLeg(should(exact("oil")), size=0))
    assert (result.ids, result.total) == ([], 3)


FILTERS = {
    "none": Filters(),
    "a source": Filters(include={"source": frozenset({"BBC"})}),
    "one of two sources": Filters(include={"source": frozenset({"BBC", "الجزيرة"})}),
    "two facets": Filters(include={"source": frozenset({"BBC", "CNN"}), "section": frozenset({"world"})}),
    "all facets": Filters(
        include={
            "source": frozenset({"بي بي سي"}),
            "section": frozenset({"world"}),
            "author": frozenset({"سعاد"}),
            "language": frozenset({"ar"}),
        }
    ),
    "an unknown value": Filters(include={"source": frozenset({"bbc"})}),
    "an empty choice": Filters(include={"source": frozenset()}, exclude={"language": frozenset()}),
    "without a language": Filters(exclude={"language": frozenset({"ar"})}),
    "without two": Filters(exclude={"source": frozenset({"CNN", "BBC"}), "section": frozenset({"economy"})}),
    "with and without": Filters(
        include={"section": frozenset({"world"})}, exclude={"author": frozenset({"Amal"})}
    ),
    "what excludes itself": Filters(
        include={"source": frozenset({"BBC"})}, exclude={"source": frozenset({"BBC"})}
    ),
    "one day": Filters(published_from=date(2018, 2, 18), published_to=date(2018, 2, 18)),
    "from a day on": Filters(published_from=date(2018, 2, 19)),
    "up to a day": Filters(published_to=date(2018, 1, 1)),  # one was New Year's Eve west of Greenwich
    "before any": Filters(published_to=date(1, 1, 1)),
    "always": Filters(published_from=date.min, published_to=date.max),
    "undated": Filters(dating=Dating.NONE),
    "doubtful dates": Filters(dating=Dating.DOUBTFUL),
    "undated, of a source": Filters(include={"source": frozenset({"BBC"})}, dating=Dating.NONE),
    "undated and dated": Filters(published_from=date(2018, 1, 1), dating=Dating.NONE),
    "doubtful, since": Filters(published_from=date(2018, 1, 1), dating=Dating.DOUBTFUL),
    "backwards": Filters(published_from=date(2019, 1, 1), published_to=date(2018, 1, 1)),
    "days and a source": Filters(
        include={"source": frozenset({"CNN"})}, published_from=date(2018, 1, 1), published_to=date(2018, 12, 31)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILTERS)
def test_filters_choose_and_leave_scores_alone(library: Engine, name: str) -> None:
    everything = LexicalQuery(must_not=(exact("nowhere"),))
    words = should(exact("oil"), Term("elect"), Term("ليبيا"), exact("talks"), Term("equal"), Term("wait"))
    for query in (everything, words):
        assert_as_promised(library, LexicalLeg(query, FILTERS[name]))


def test_filters_know_the_ends_of_a_day(library: Engine) -> None:
    everything = LexicalQuery(must_not=(exact("nowhere"),))
    day = run(library, LexicalLeg(everything, FILTERS["one day"]))
    assert day.ids == ["arabic-1", "libya-1", "vote-2"]
    after = run(library, LexicalLeg(everything, FILTERS["from a day on"]))
    assert after.ids == ["future", "libya-2", "oil-1"]
    before = run(library, LexicalLeg(everything, FILTERS["up to a day"]))
    assert before.ids == ["oil-2", "vote-1"]
    assert "undated" not in run(library, LexicalLeg(everything, FILTERS["always"])).ids


def test_parts_tell_what_each_should_gave(library: Engine) -> None:
    clauses = (exact("oil", boost=2.0), AnyOf((exact("price"), Term("fall")), tie=0.5), phrase("crude oil"))
    query = LexicalQuery(should=(*clauses, exact("nowhere")))
    for parts in (1, 2, 100):
        result = assert_as_promised(library, LexicalLeg(query, parts=parts))
        count = min(parts, len(result.ids))
        expected = [
            [REFERENCE.score(clause, id_) or 0.0 for clause in query.should] for id_ in result.ids[:count]
        ]
        assert result.parts is not None
        assert result.parts.shape == (count, 4)
        np.testing.assert_allclose(result.parts, expected, rtol=2e-3, atol=1e-5)
        np.testing.assert_allclose(result.parts.sum(axis=1), result.scores[:count], rtol=2e-3)


@pytest.mark.parametrize("parts", [0, 50])
def test_of_many_equals_those_with_the_smallest_ids_come(engine: Engine, parts: int) -> None:
    """However many more than wanted there are, and wherever they are kept."""
    names = [f"equal-{number:02}" for number in range(60)]
    shuffled = random.Random(3).sample(names, len(names))
    engine.write([stored(article(name, "libya talks", title="Equal")) for name in shuffled[:30]])
    engine.refresh()
    engine.write([stored(article(name, "libya talks", title="Equal")) for name in shuffled[30:]])
    engine.write([stored(article("best", "talks talks talks", title="Talks"))])
    engine.refresh()
    for size in (1, 10, 40, 61, 100):
        result = run(engine, LexicalLeg(should(exact("talks")), size=size, parts=parts))
        assert result.ids == ["best", *names][:size]
        assert result.total == 61
        assert parts == 0 or (result.parts is not None and len(result.parts) == min(size, parts, 61))


def test_parts_of_a_query_with_musts_and_filters(library: Engine) -> None:
    query = LexicalQuery(
        must=(exact("talks"),), should=(exact("oil"), exact("libya")), must_not=(exact("nowhere"),)
    )
    leg = LexicalLeg(query, Filters(include={"source": frozenset({"BBC"})}), parts=10)
    result = assert_as_promised(library, leg)
    assert sorted(result.ids) == ["libya-1", "oil-1"]
    expected = [[REFERENCE.score(clause, id_) or 0.0 for clause in query.should] for id_ in result.ids]
    assert result.parts is not None
    np.testing.assert_allclose(result.parts, expected, rtol=2e-3, atol=1e-5)


def test_parts_come_only_where_asked_for(library: Engine) -> None:
    assert run(library, LexicalLeg(should(exact("oil")))).parts is None
    nothing = run(library, LexicalLeg(should(exact("nowhere"), exact("either")), parts=5)).parts
    assert nothing is not None
    assert nothing.shape == (0, 2)


def test_legs_are_answered_in_their_order(library: Engine) -> None:
    legs = [LexicalLeg(QUERIES[name][0]) for name in QUERIES]
    for leg, result in zip(legs, library.match(legs), strict=True):
        assert set(result.ids) == set(REFERENCE.scores(leg.query))
    assert library.match([]) == []


def test_any_query_of_any_shape(library: Engine) -> None:
    """Random queries, the same on every run, against the reference."""
    draw = random.Random(7)
    words = [
        "oil",
        "talks",
        "libya",
        "ceasefire",
        "price",
        "crude",
        "the",
        "elect",
        "equal",
        "wait",
        "ليبيا",
        "zz",
    ]

    def term() -> Term | PhraseTerm:
        chosen = draw.choices(words, k=2)
        form, field, boost = draw.choice(list(Form)), draw.choice(list(Field)), draw.choice([0.5, 1.0, 3.0])
        if draw.random() < 0.2:
            return PhraseTerm(tuple(chosen), form, field, boost)
        return Term(chosen[0], form, field, boost)

    def clause(depth: int) -> Clause:
        kind = draw.random() if depth else 0.0
        if kind < 0.5:
            return term()
        if kind < 0.75:
            options = tuple(clause(0) for _ in range(draw.randint(1, 3)))
            return AnyOf(options, draw.choice([0.0, 0.3, 1.0]))  # type: ignore[arg-type]
        return AllOf(tuple(clause(0) for _ in range(draw.randint(1, 2))))  # type: ignore[arg-type]

    legs = []
    for _ in range(150):
        counts = [
            draw.choice(choice) for choice in ([0, 1, 1, 2, 4], [0, 0, 0, 1, 2], [0, 0, 1], [0, 0, 1, 2])
        ]
        parts = [tuple(clause(1) for _ in range(count)) for count in counts]
        legs.append(LexicalLeg(LexicalQuery(*parts), draw.choice(list(FILTERS.values()))))
    for leg, result in zip(legs, library.match(legs), strict=True):
        expected = dict(REFERENCE.lexical(leg))
        found = dict(zip(result.ids, result.scores.tolist(), strict=True))
        assert found == pytest.approx(expected, rel=2e-3, abs=1e-4), leg
        assert result.ids == sorted(result.ids, key=lambda id_: (-found[id_], id_)), leg


def test_totals_count_everything_however_many(engine: Engine) -> None:
    engine.write([stored(article(f"a-{number:05}", "many", title="t")) for number in range(2_000)])
    engine.refresh()
    result = run(engine, LexicalLeg(should(exact("many")), size=5))
    assert result.total == 2_000
    assert result.ids == [f"a-{number:05}" for number in range(5)]


def test_rare_words_weigh_more_and_long_texts_less(engine: Engine) -> None:
    engine.write(
        [
            stored(article("short", "rare word", title="t")),
            stored(article("long", "rare word " + "and so on " * 8, title="t")),
            *(stored(article(f"other-{number}", "word", title="t")) for number in range(5)),
        ]
    )
    engine.refresh()
    rare, common = (run(engine, LexicalLeg(should(exact(word)))) for word in ("rare", "word"))
    assert rare.ids == ["short", "long"]
    assert rare.scores[0] > common.scores[0]


def test_a_title_counts_more_beside_a_body_than_alone(library: Engine) -> None:
    alone = run(library, LexicalLeg(should(exact("crude", Field.TITLE))))
    beside = run(library, LexicalLeg(should(exact("crude"))))
    of = dict(zip(beside.ids, beside.scores.tolist(), strict=True))
    assert alone.ids == ["oil-2"]  # whose body does not hold it
    assert of["oil-2"] == pytest.approx(1.3 * alone.scores[0], rel=1e-3)


def test_a_boost_multiplies(library: Engine) -> None:
    once = run(library, LexicalLeg(should(exact("oil"))))
    thrice = run(library, LexicalLeg(should(replace(exact("oil"), boost=3.0))))
    np.testing.assert_allclose(thrice.scores, 3 * once.scores, rtol=1e-3)
