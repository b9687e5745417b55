"""Vector legs: the nearest articles by their best passages, under conditions that hold inside the search."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from indexer.engines.base import (
    AnyOf,
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
    VectorLeg,
)
from indexer.errors import EngineTimeout
from tests.engines.builders import article, entries, stored, vector
from tests.engines.reference import Reference

#: What 16-bit storage may cost a cosine.
CLOSE = 2e-3
REFERENCE = Reference(entries(range(400)))
EVEN, ODD = Term("even0", Form.EXACT), Term("even1", Form.EXACT)


@pytest.fixture(scope="module")
def collection(shared_engine: Engine) -> Engine:
    """400 articles with 1 to 3 passages, written in two batches."""
    all_entries = list(REFERENCE.entries.values())
    shared_engine.write(all_entries[:150])
    shared_engine.refresh()
    shared_engine.write(all_entries[150:])
    shared_engine.refresh()
    return shared_engine


def run(engine: Engine, leg: VectorLeg) -> LegResult:
    (result,) = engine.match([leg])
    return result


def assert_nearest(engine: Engine, leg: VectorLeg, reference: Reference = REFERENCE) -> LegResult:
    """Compare with brute force; neighbours may change places only where 16 bits cannot tell them apart."""
    expected = reference.nearest(leg)
    result = run(engine, leg)
    assert len(result.ids) == len(set(result.ids)) == min(leg.size, len(expected)) == result.total
    np.testing.assert_allclose(result.scores, [score for _, score, _ in expected[: leg.size]], atol=CLOSE)
    by_id = {id_: (score, number) for id_, score, number in expected}
    for id_, score, number in zip(result.ids, result.scores.tolist(), result.passages.tolist(), strict=True):
        assert by_id[id_][0] == pytest.approx(score, abs=CLOSE)
        passage = reference.entries[id_].passages[number]
        assert float(np.dot(passage.vector, leg.vector)) == pytest.approx(score, abs=CLOSE)
    order = list(zip((-result.scores).tolist(), result.ids, strict=True))
    assert order == sorted(order)
    assert list(result.languages) == [reference.entries[id_].article.language for id_ in result.ids]
    return result


CONDITIONS = {
    "nothing": {},
    "a language": {"filters": Filters(include={"language": frozenset({"ar"})})},
    "not a source": {"filters": Filters(exclude={"source": frozenset({"BBC"})})},
    "a few days": {"filters": Filters(published_from=date(2018, 3, 1), published_to=date(2018, 3, 3))},
    "one article": {"filters": Filters(published_from=date(2018, 3, 1), published_to=date(2018, 3, 1))},
    "undated": {"filters": Filters(dating=Dating.NONE)},
    "no article": {"filters": Filters(include={"source": frozenset({"Nobody"})})},
    "a must": {"only": LexicalQuery(must=(EVEN,))},
    "a must not": {"only": LexicalQuery(must_not=(EVEN,))},
    "a phrase": {"only": LexicalQuery(must=(PhraseTerm(("word77", "common")),))},
    "both": {"only": LexicalQuery(must=(Term("common"),), must_not=(Term("77", Form.EXACT, Field.TITLE), ODD))},
    "any of": {"only": LexicalQuery(must=(AnyOf((Term("word5", Form.EXACT), Term("word7", Form.EXACT))),))},
    "a should, which demands nothing": {"only": LexicalQuery(should=(Term("nowhere"),))},
    "a should beside a must": {"only": LexicalQuery(should=(Term("nowhere"),), must=(EVEN,))},
    "an empty query": {"only": LexicalQuery()},
    "what is nowhere": {"only": LexicalQuery(must=(Term("nowhere"),))},
    "a filter and a must": {
        "filters": Filters(include={"source": frozenset({"CNN", "BBC"})}, published_to=date(2018, 6, 1)),
        "only": LexicalQuery(must=(EVEN,)),
    },
}  # fmt: skip


@pytest.mark.parametrize("lead", [False, True], ids=["any-passage", "lead"])
@pytest.mark.parametrize("name", CONDITIONS)
def test_the_nearest_are_those_of_brute_force(collection: Engine, name: str, lead: bool) -> None:
    conditions = CONDITIONS[name]
    for seed in range(3):
        for size in (1, 10, 100):
            result = assert_nearest(
                collection, VectorLeg(vector(90, seed), size=size, lead=lead, **conditions)
            )  # type: ignore[arg-type]
            if lead:
                assert set(result.passages.tolist()) <= {0}


def test_a_filter_holds_inside_the_search(collection: Engine) -> None:
    """The few that pass come back although hundreds that do not are nearer."""
    far = REFERENCE.nearest(VectorLeg(vector(5), size=400))[-4:]
    words = tuple(Term(f"word{int(id_[-5:])}", Form.EXACT) for id_, _, _ in far)
    result = assert_nearest(
        collection, VectorLeg(vector(5), size=10, only=LexicalQuery(must=(AnyOf(words),)))
    )
    assert sorted(result.ids) == sorted(id_ for id_, _, _ in far)


def test_every_article_comes_back_once_when_all_are_asked_for(collection: Engine) -> None:
    result = assert_nearest(collection, VectorLeg(vector(8), size=1_000))
    assert sorted(result.ids) == sorted(REFERENCE.entries)


def test_a_passage_finds_itself(collection: Engine) -> None:
    own = REFERENCE.entries["article-00005"].passages[2]
    result = run(collection, VectorLeg(own.vector, size=1))
    assert (result.ids, result.passages.tolist()) == (["article-00005"], [2])
    assert result.scores[0] == pytest.approx(1.0, abs=CLOSE)
    lead = run(collection, VectorLeg(own.vector, size=400, lead=True))
    score = lead.scores[lead.ids.index("article-00005")]
    assert score == pytest.approx(float(np.dot(own.vector, vector(5, 0, 0))), abs=CLOSE)


@pytest.mark.parametrize("lead", [False, True], ids=["any-passage", "lead"])
def test_which_passages_are_best_need_not_be_told(collection: Engine, lead: bool) -> None:
    told = run(collection, VectorLeg(vector(6), size=30, lead=lead))
    untold = run(collection, VectorLeg(vector(6), size=30, lead=lead, numbers=False))
    assert untold.passages.tolist() == [-1] * 30
    assert untold.ids == told.ids
    assert untold.scores.tolist() == told.scores.tolist()


def test_legs_of_both_kinds_run_together(collection: Engine) -> None:
    legs = [
        VectorLeg(vector(1), size=5),
        LexicalLeg(LexicalQuery(should=(EVEN,)), size=7),
        VectorLeg(vector(2), size=3),
    ]
    first, second, third = collection.match(legs)
    assert first.ids == run(collection, legs[0]).ids  # type: ignore[arg-type]
    assert (len(second.ids), second.total) == (7, 200)
    assert third.ids == run(collection, legs[2]).ids  # type: ignore[arg-type]


def test_a_leg_of_no_size_is_empty(collection: Engine) -> None:
    assert run(collection, VectorLeg(vector(1), size=0)).ids == []


def test_opposite_vectors_have_cosine_minus_one(engine: Engine) -> None:
    engine.write([stored(article("a"), [-vector(1)]), stored(article("b"), [vector(1)])])
    engine.refresh()
    result = run(engine, VectorLeg(vector(1)))
    assert result.ids == ["b", "a"]
    np.testing.assert_allclose(result.scores, [1.0, -1.0], atol=CLOSE)


def test_equal_vectors_stand_by_id_wherever_the_page_ends(engine: Engine) -> None:
    """Copies of one article have equal vectors; a page must not depend on the order of writing."""
    names = [f"copy-{number:02}" for number in range(40)]
    shuffled = np.random.default_rng(3).permutation(names).tolist()
    engine.write([stored(article(name), [vector(1)]) for name in shuffled])
    engine.write([stored(article("nearest"), [vector(2)]), stored(article("far"), [-vector(2)])])
    engine.refresh()
    for size in (1, 7, 20, 41):
        result = run(engine, VectorLeg(vector(2), size=size))
        assert result.ids == ["nearest", *names][:size]


def test_the_first_of_equal_passages_is_the_best(engine: Engine) -> None:
    engine.write([stored(article("a"), [vector(1), vector(2), vector(2), vector(1)])])
    engine.refresh()
    assert run(engine, VectorLeg(vector(2))).passages.tolist() == [1]


def test_replaced_and_deleted_passages_are_not_found(engine: Engine) -> None:
    reference = Reference(entries(range(60)))
    engine.write(entries(range(60)))
    engine.refresh()
    changed = entries(range(0, 60, 3), version=1)
    engine.write(changed)
    engine.delete([f"article-{number:05}" for number in range(1, 60, 3)])
    engine.refresh()
    reference.write(changed)
    reference.delete([f"article-{number:05}" for number in range(1, 60, 3)])
    for seed in range(3):
        assert_nearest(engine, VectorLeg(vector(seed), size=100), reference)


def test_a_large_collection_loses_next_to_nothing(engine: Engine) -> None:
    """6,000 passages: more than are compared one by one. At least 99 of 100 nearest articles are found."""
    drawn = np.random.default_rng(11)
    topics = drawn.standard_normal((30, 16))
    made = []
    for number in range(200):
        spread = topics[number % 30] + 0.7 * drawn.standard_normal((30, 16))
        unit = (spread / np.linalg.norm(spread, axis=1, keepdims=True)).astype(np.float32)
        made.append(stored(article(f"a-{number:03}"), list(unit)))
    engine.write(made)
    engine.refresh()
    reference = Reference(made)
    found = 0
    for seed in range(10):
        leg = VectorLeg(vector(seed), size=10)
        expected = {id_ for id_, _, _ in reference.nearest(leg)[:10]}
        found += len(expected & set(run(engine, leg).ids))
    assert found >= 99
    few = Filters(), LexicalQuery(must=(Term("nowhere"),))
    assert run(engine, VectorLeg(vector(1), filters=few[0], only=few[1])).ids == []


def test_a_question_may_be_begun_and_waited_for(collection: Engine) -> None:
    leg = VectorLeg(vector(6), size=5)
    (told,) = collection.match([leg])
    waiting = [collection.begin(lambda engine: engine.match([leg])) for _ in range(20)]
    assert all(wait()[0].ids == told.ids for wait in waiting)


def test_what_a_begun_question_fails_with_comes_where_it_is_waited_for(collection: Engine) -> None:
    def fail(_: Engine) -> None:
        raise EngineTimeout("It took too long.")

    wait = collection.begin(fail)
    with pytest.raises(EngineTimeout):
        wait()
