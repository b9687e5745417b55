"""A term is looked up once, however often a search and those after it ask, and what is remembered is bounded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.engines.base import (
    AllOf,
    AnyOf,
    GatherRequest,
    LexicalLeg,
    LexicalQuery,
    PhraseTerm,
    Sort,
    Term,
    Union,
)
from indexer.engines.embedded import EmbeddedEngine, scoring
from indexer.engines.embedded.lexical import Atom, LexicalReader
from indexer.engines.embedded.scoring import Scorer
from tests.engines.builders import entry

QUERY = LexicalQuery(
    should=(
        AnyOf((Term("common"), Term("even1", boost=0.5), AllOf((Term("even0"), Term("word4")))), tie=0.2),
        Term("word7"),
    ),
    must_not=(Term("word3"),),
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each token was looked up in the index."""
    counted: Counter[str] = Counter()
    original = LexicalReader.look_up

    def look_up(self: LexicalReader, atom: Atom) -> object:
        counted[atom.tokens[0]] += 1
        return original(self, atom)

    monkeypatch.setattr(LexicalReader, "look_up", look_up)
    return counted


def search(engine: EmbeddedEngine, query: LexicalQuery = QUERY) -> tuple[list[str], list[float], int]:
    [leg] = engine.match([LexicalLeg(query, size=20, parts=20)])
    gathered = engine.gather(GatherRequest(Union(query)))
    assert gathered.total == leg.total
    return list(leg.ids), [float(score) for score in leg.scores], leg.total


def test_a_term_is_looked_up_once(filled: Path, asked: Counter[str]) -> None:
    with EmbeddedEngine.open(filled) as engine:
        first = search(engine)
        search(engine)
        assert search(engine) == first
    assert first[2] == 39
    assert asked == {"common": 1, "even1": 1, "even0": 1, "word4": 1, "word7": 1, "word3": 1}


def test_a_clause_is_worked_out_once(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worked_out: Counter[object] = Counter()
    original = Scorer._evaluated

    def evaluated(self: Scorer, clause: Any) -> object:
        worked_out[clause] += 1
        return original(self, clause)

    monkeypatch.setattr(Scorer, "_evaluated", evaluated)
    with EmbeddedEngine.open(filled) as engine:
        search(engine)
    assert all(worked_out[clause] == 1 for clause in QUERY.should)
    assert all(
        worked_out[clause] <= 1 for clause in QUERY.must_not
    )  # which alternatives match needs no scores


def test_a_term_is_looked_up_in_the_fields_that_hold_it(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked: list[str] = []
    original = LexicalReader._within

    def within(self: LexicalReader, words: list[str], name: str) -> object:
        walked.append(f"{' '.join(words)}: {name}")
        return original(self, words, name)

    monkeypatch.setattr(LexicalReader, "_within", within)
    phrases = tuple(PhraseTerm(words) for words in (("title", "7"), ("title", "common"), ("7", "nowhere")))
    with EmbeddedEngine.open(filled) as engine:
        search(engine, LexicalQuery(should=(Term("common"), Term("titl"), Term("nowhere"), *phrases)))
    assert walked == ["common: body_stem", "titl: title_stem", "title 7: title_exact"]


def test_terms_are_looked_up_again_after_a_change(filled: Path, asked: Counter[str]) -> None:
    with EmbeddedEngine.open(filled) as engine:
        search(engine)
        engine.write([entry(99, text="common word7")])
        engine.refresh()
        ids, _, total = search(engine)
    assert "article-00099" in ids
    assert total == 40
    assert asked["common"] == 2


def test_what_is_forgotten_is_looked_up_again(
    filled: Path, asked: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedEngine.open(filled) as engine:
        expected = search(engine)
    monkeypatch.setattr(scoring, "_TERMS", 110)
    monkeypatch.setattr(scoring, "_TERMS_PER_ARTICLE", 0)
    with EmbeddedEngine.open(filled) as engine:
        assert search(engine) == expected
        assert search(engine) == expected
    assert asked["common"] > 2


def test_words_that_nothing_holds_are_forgotten_too(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scorers: list[Scorer] = []
    original = Scorer.__init__

    def made(self: Scorer, *arguments: Any) -> None:
        original(self, *arguments)
        scorers.append(self)

    monkeypatch.setattr(Scorer, "__init__", made)
    monkeypatch.setattr(scoring, "_TERMS", 6_400)
    monkeypatch.setattr(scoring, "_TERMS_PER_ARTICLE", 0)
    with EmbeddedEngine.open(filled) as engine:
        for number in range(300):
            assert search(engine, LexicalQuery(should=(Term(f"nowhere{number}"),)))[2] == 0
    [scorer] = scorers
    assert 0 < len(scorer._terms) <= 100


@pytest.mark.parametrize("count", [10, 1_000])
def test_hits_ascend_whether_few_or_many(count: int) -> None:
    drawn = np.random.default_rng(5).permutation(1_000)[:count]
    hits = scoring._ascending(drawn, drawn.astype(np.float32), 1_000)
    assert hits.positions.tolist() == sorted(drawn.tolist())
    assert hits.scores.tolist() == hits.positions.tolist()


def test_what_was_found_stays_so_when_more_is_counted_with_it(filled: Path) -> None:
    """What matches is remembered for the count, to which the nearest by meaning are added."""
    rare = LexicalQuery(should=(Term("word7"),))
    with EmbeddedEngine.open(filled) as engine:
        _, _, total = search(engine, rare)
        ids = tuple(engine.browse(Union(), sort=Sort.NEWEST, size=20)[0])
        assert engine.gather(GatherRequest(Union(rare, ids))).total > total
        assert search(engine, rare)[2] == total
