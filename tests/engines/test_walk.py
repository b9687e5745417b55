"""A long walk of random changes: after each refresh an engine answers as a dict would."""

from __future__ import annotations

import random

import pytest

from indexer.engines.base import (
    FACETS,
    Filters,
    Form,
    GatherRequest,
    LexicalLeg,
    LexicalQuery,
    Sort,
    Term,
    Union,
    VectorLeg,
)
from tests.engines.builders import MANIFEST, article, stored, vector
from tests.engines.conftest import Opener
from tests.engines.reference import Reference

_WORDS = ("oil", "price", "libya", "talks", "vote", "cats", "rain")


@pytest.mark.parametrize("seed", range(3))
def test_a_walk(opener: Opener, seed: int) -> None:
    draw = random.Random(seed)
    reference = Reference()
    engine = opener()
    engine.create(MANIFEST)
    try:
        for step in range(25):
            for _ in range(draw.randint(1, 3)):
                if draw.random() < 0.75:
                    batch = [_entry(draw, seed, step) for _ in range(draw.randint(1, 8))]
                    engine.write(batch)
                    reference.write(batch)
                else:
                    ids = [f"a-{draw.randint(0, 30):02}" for _ in range(draw.randint(1, 5))]
                    assert engine.delete(ids) == reference.delete(ids)
                hashes = {id_: one.content_hash for id_, one in reference.entries.items()}
                assert engine.hashes([f"a-{number:02}" for number in range(31)]) == hashes
            if draw.random() < 0.2:
                engine.close()
                engine = opener()
            engine.refresh()
            word = Term(draw.choice(_WORDS), Form.EXACT)
            query = draw.choice([LexicalQuery(should=(word,)), LexicalQuery(must_not=(word,))])
            filters = draw.choice([Filters(), Filters(include={"source": frozenset({"BBC", "CNN"})})])
            union = Union(query, tuple(f"a-{number:02}" for number in range(3)), filters)
            lexical, near = engine.match(
                [
                    LexicalLeg(query, filters),
                    VectorLeg(vector(step), filters, only=LexicalQuery(must_not=(word,))),
                ]
            )
            matching = {id_ for id_, _ in reference.lexical(LexicalLeg(query, filters))}
            assert set(lexical.ids) == matching
            assert lexical.total == len(matching)
            excluding = VectorLeg(vector(step), filters, only=LexicalQuery(must_not=(word,)))
            expected = reference.nearest(excluding)
            assert near.scores.tolist() == pytest.approx([score for _, score, _ in expected], abs=2e-3)
            gathered = engine.gather(GatherRequest(union, facets=dict.fromkeys(FACETS, 9), histogram="auto"))
            assert gathered.total == len(reference.union(union))
            assert gathered.facets == {name: reference.facet(union, name, 9) for name in FACETS}
            assert gathered.histogram == reference.histogram(union, "auto")
            for sort in Sort:
                page, total = engine.browse(union, sort=sort, size=50)
                assert (page, total) == (reference.browse(union, sort), gathered.total)
        assert [item.id for item in engine.scan()] == sorted(reference.entries)
        for id_, one in reference.entries.items():
            assert [passage.passage for passage in engine.passages(id_)] == [
                each.passage for each in one.passages
            ]
        vocabulary = [(each.language, each.form, each.articles) for each in engine.vocabulary(min_articles=1)]
        assert vocabulary == reference.vocabulary(1)
        stats = engine.stats()
        assert stats.articles == len(reference.entries)
        assert stats.passages == sum(len(one.passages) for one in reference.entries.values())
        assert not any(finding.level == "error" for finding in engine.check())
    finally:
        engine.close()


def _entry(draw: random.Random, seed: int, step: int):  # type: ignore[no-untyped-def]
    number = draw.randint(0, 30)
    at = draw.choice(["", f"20{10 + draw.randint(0, 9)}-0{draw.randint(1, 9)}-11"])
    return stored(
        article(
            f"a-{number:02}",
            " ".join(draw.choices(_WORDS, k=draw.randint(1, 12))),
            title=draw.choice(_WORDS),
            source=draw.choice(["BBC", "CNN", "RT", ""]),
            language=draw.choice(["en", "und"]),
            at=at,
            doubtful=bool(at) and draw.random() < 0.1,
        ),
        [vector(seed, step, number, part) for part in range(draw.randint(0, 3))],
    )
