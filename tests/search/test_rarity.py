"""A query word is as rare as all that is searched for it."""

from __future__ import annotations

import math

import pytest

from indexer.engines.base import (
    AllOf,
    AnyOf,
    Clause,
    Engine,
    Filters,
    Form,
    LexicalQuery,
    PhraseTerm,
    Term,
    Word,
)
from indexer.search.explain import KEYWORDS
from indexer.search.lexicon import Lexicon, update_lexicon
from indexer.search.rarity import with_one_rarity
from indexer.search.request import SearchRequest
from indexer.search.searcher import Searcher
from indexer.settings import Settings
from tests.fakes import FakeEncoder
from tests.search.conftest import article, entry

TOTAL = 30_000
#: Petroleum and what is written to it, olive oil; a common word and a rare one of a phrase.
HOLDING = {"نفط": 2_200, "لنفط": 50, "زيت": 209, "بزيت": 2, "ديك": 120, "روم": 40}
LEXICON = Lexicon(
    [Word(stem, "ar", stem, articles, "") for stem, articles in HOLDING.items()],
    {"لنفط": "نفط", "بزيت": "زيت"},
)


@pytest.fixture
def lamps(engine: Engine, encoder: FakeEncoder) -> Searcher:
    """Return a searcher of articles of which many tell of petroleum, and some of olive oil."""
    tales = [article(f"petroleum{n}", "", f"نفط كلمة{n} وبعض", language="ar") for n in range(9)]
    tales += [article(f"olive{n}", "", f"زيت كلمة{n} وبعض", language="ar") for n in range(2)]
    engine.write([entry(encoder, tale) for tale in tales])
    engine.refresh()
    update_lexicon(engine, encoder)
    return Searcher(engine, encoder, Settings())


def keywords(searcher: Searcher, text: str) -> dict[str, float]:
    """Return what the leg by words says of the articles in Arabic, by their kind."""
    leg = searcher.rank(SearchRequest(text, Filters(include={"language": frozenset({"ar"})}))).legs[KEYWORDS]
    return {
        name.rstrip("0123456789"): round(float(score), 2)
        for name, score in zip(leg.ids, leg.scores, strict=True)
    }


def test_a_word_alone_is_led_by_no_rare_sense(lamps: Searcher) -> None:
    alone = keywords(lamps, "oil")
    assert alone["olive"] <= alone["petroleum"]
    beside = keywords(lamps, "oil lamp")
    assert beside["olive"] > beside["petroleum"]


def evened(*options: Term | PhraseTerm) -> list[float]:
    """Return what alternatives count."""
    (found,) = with_one_rarity(LexicalQuery(should=(AnyOf(options),)), LEXICON, TOTAL).should
    assert isinstance(found, AnyOf)
    return [option.boost for option in found.options if not isinstance(option, AllOf)]


def rarity(boost: float, stem: str) -> float:
    """Return what BM25 makes of a boost, but for the article."""
    return boost * math.log1p((TOTAL - HOLDING[stem] + 0.5) / (HOLDING[stem] + 0.5))


def test_a_rare_sense_counts_no_more_than_a_frequent_one() -> None:
    oil, olive = evened(Term("نفط"), Term("زيت"))
    assert rarity(oil, "نفط") == pytest.approx(rarity(olive, "زيت"))
    assert olive < oil < 1


def test_weights_stay_what_they_are_to_each_other() -> None:
    oil, olive = evened(Term("نفط"), Term("زيت", boost=0.5))
    assert rarity(olive, "زيت") == pytest.approx(0.5 * rarity(oil, "نفط"))


def test_an_unlikely_sense_takes_less_of_the_rarity_of_the_others() -> None:
    beside_likely, _ = evened(Term("زيت"), Term("نفط"))
    beside_unlikely, _ = evened(Term("زيت"), Term("نفط", boost=0.1))
    assert beside_likely < beside_unlikely < 1


def test_what_is_written_to_a_word_is_as_frequent_as_all_of_it() -> None:
    oil, written = evened(Term("نفط"), Term("لنفط", boost=0.8))
    assert oil < 1  # 2,250 articles hold it
    assert rarity(written, "لنفط") == pytest.approx(0.8 * rarity(oil, "نفط"))
    # Of an unlikely sense, too, which stays as rare as it is.
    _, olive, written = evened(Term("ديك"), Term("زيت", boost=0.1), Term("بزيت", boost=0.1))
    assert rarity(written, "بزيت") == pytest.approx(rarity(olive, "زيت"))
    assert olive == pytest.approx(0.1, abs=0.001)


def test_forms_that_are_looked_up_as_they_are_written_share_the_articles_of_their_stem() -> None:
    oil, one, other = evened(
        Term("نفط"), Term("الزيت", Form.EXACT, boost=0.8), Term("زيت", Form.EXACT, boost=0.8)
    )
    assert one == other < oil * 0.8
    alone, _ = evened(Term("الزيت", Form.EXACT, boost=0.8), Term("نفط"))
    assert alone == pytest.approx(0.8 * rarity(oil, "نفط") / rarity(1.0, "زيت"))
    assert one < alone  # each of two is rarer than the stem


def test_what_is_not_known_and_phrases_keep_their_own_rarity() -> None:
    _, written, unknown, phrase = evened(
        Term("نفط"),
        Term("سلمان", Form.EXACT, boost=0.9),
        Term("غريب", boost=0.8),
        PhraseTerm(("ديك", "روم"), Form.STEM, boost=0.7),
    )
    assert (written, unknown, phrase) == (0.9, 0.8, 0.7)


@pytest.mark.parametrize("clause", [Term("زيت"), AnyOf((Term("غريب"), Term("عجيب"))), AnyOf((Term("زيت"),))])
def test_a_word_that_is_searched_as_one_thing_stays_as_it_is(clause: Clause) -> None:
    query = LexicalQuery(should=(clause,), must=(clause,), must_not=(clause,))
    assert with_one_rarity(query, LEXICON, TOTAL) == query


def test_an_archive_that_has_not_counted_its_articles_changes_nothing() -> None:
    query = LexicalQuery(should=(AnyOf((Term("زيت"), Term("نفط"))),))
    assert with_one_rarity(query, LEXICON, 0) == query
