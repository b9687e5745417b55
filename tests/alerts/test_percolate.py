"""Many saved searches at once give what each would give by itself."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.alerts.matching import Candidate, Trigger, make_trigger
from indexer.alerts.nearness import Hurdle, UsualNearness
from indexer.alerts.percolate import Percolator
from indexer.archive import Archive
from indexer.article import Article
from indexer.commands.demo import SAMPLE
from indexer.engines.base import AllOf, AnyOf, Clause, Field, Filters, Form, LexicalQuery, PhraseTerm, Term
from indexer.errors import InvalidQuery
from indexer.readers import read
from indexer.search.request import SearchRequest
from indexer.settings import load_settings
from tests.alerts.test_matching import ARTICLES, QUERIES
from tests.fakes import FakeEncoder

_WORDS = ("libya", "ceasefire", "tripoli", "oil", "the", "football", "هدنة", "ليبيا", "nowhere")
_TOKENS = st.sampled_from(_WORDS)
_FORMS = st.sampled_from(Form)
_TERMS = st.one_of(
    st.builds(Term, _TOKENS, _FORMS, st.sampled_from(Field)),
    st.builds(PhraseTerm, st.lists(_TOKENS, min_size=1, max_size=3).map(tuple), _FORMS),
)
_CLAUSES: st.SearchStrategy[Clause] = st.recursive(
    _TERMS,
    lambda inner: st.one_of(
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=4,
)
_QUERIES = st.lists(
    st.tuples(st.sampled_from(("", "", "", "+", "-")), _TOKENS, st.booleans()), min_size=1, max_size=5
).map(
    lambda parts: " ".join(f'{sign}"{word} waits"' if quoted else sign + word for sign, word, quoted in parts)
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder: Path = tmp_path_factory.mktemp("percolate")
    chosen = load_settings(archive=folder / "archive", cache=folder / "cache", encode_cache=False)
    with Archive.open(chosen, encoder=FakeEncoder()) as opened:
        opened.add(ARTICLES)
        yield opened


def triggers(archive: Archive, requests: list[SearchRequest]) -> dict[str, Trigger]:
    usual = UsualNearness.of(archive.engine)
    found: dict[str, Trigger] = {}
    for number, request in enumerate(requests):
        try:
            trigger = make_trigger(archive.searcher.prepare(request), usual)
        except InvalidQuery:
            continue
        if trigger is not None:
            found[f"{number:04}"] = trigger
    return found


def assert_the_same(saved: dict[str, Trigger], articles: list[Candidate]) -> int:
    """Compare with every search tried on every article; return how many matches there are."""
    percolator = Percolator(saved)
    count = 0
    for candidate in articles:
        found = {saved_id: pairs for saved_id, _, pairs in percolator.matches(candidate)}
        tried = {saved_id: trigger.matches(candidate) for saved_id, trigger in saved.items()}
        assert found == {saved_id: pairs for saved_id, pairs in tried.items() if pairs is not None}
        count += len(found)
    return count


def test_the_same_as_one_after_the_other(archive: Archive) -> None:
    requests = [SearchRequest(text) for text in QUERIES]
    requests += [SearchRequest("", Filters(include={"source": frozenset({"CNN"})})), SearchRequest("qwert")]
    assert assert_the_same(triggers(archive, requests), [Candidate(one) for one in ARTICLES]) > 20


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(texts=st.lists(_QUERIES, min_size=1, max_size=6))
def test_the_same_whatever_is_saved(archive: Archive, texts: list[str]) -> None:
    assert_the_same(
        triggers(archive, [SearchRequest(text) for text in texts]), [Candidate(one) for one in ARTICLES]
    )


@settings(deadline=None)
@given(must=st.lists(_CLAUSES, max_size=3), must_not=st.lists(_CLAUSES, max_size=1))
def test_the_same_whatever_the_conditions_are(must: list[Clause], must_not: list[Clause]) -> None:
    query = LexicalQuery(must=tuple(must), must_not=tuple(must_not))
    trigger = Trigger(query, words=(), hard=(), filters=Filters(), count=0, needed=0)
    assert_the_same({"one": trigger}, [Candidate(one) for one in ARTICLES])


def test_searches_that_an_article_shares_no_words_with_are_not_tried(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What makes many saved searches cheap: the work grows with those that an article might answer."""
    titles = (found.article.title for found in read([SAMPLE / "ntrex.jsonl.gz"]) if found.article)
    saved = triggers(archive, [SearchRequest(title) for title in islice(titles, 60)])
    percolator = Percolator(saved)
    tried: list[str] = []
    matches = Trigger.matches

    def counted(self: Trigger, candidate: Candidate) -> object:
        tried.append(candidate.article.id)
        return matches(self, candidate)

    monkeypatch.setattr(Trigger, "matches", counted)
    for one in ARTICLES:
        list(percolator.matches(Candidate(one)))
    assert len(tried) < 0.05 * len(saved) * len(ARTICLES)


def test_nearness_decides_here_too(archive: Archive) -> None:
    vector = np.eye(2, dtype=np.float32)[0]
    trigger = Trigger(LexicalQuery(), (), (), Filters(), 0, 0, near=Hurdle(vector, 0.9, 0.9))
    percolator = Percolator({"one": trigger})
    assert percolator.asks_for_nearness
    near, far = (Candidate(Article("a", "t", "x"), row[None]) for row in np.eye(2, dtype=np.float32))
    assert [saved_id for saved_id, _, _ in percolator.matches(near)] == ["one"]
    assert not list(percolator.matches(far))
    assert not list(percolator.matches(Candidate(Article("a", "t", "x"))))
