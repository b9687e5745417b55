"""The passage that a result shows is the one that says why it came."""

from __future__ import annotations

import pytest

from indexer.article import Article, Passage
from indexer.engines.base import Filters, StoredPassage
from indexer.search.legs import look_up
from indexer.search.page import Result
from indexer.search.prepared import Prepared
from indexer.search.query import parse
from indexer.search.querylanguage import QueryLanguage
from indexer.search.results import Hit, ResultMaker

TEXT = "Nothing of that stands here.\n\nThe price of oil fell.\n\nThe end of it all."


def result(query: str, nearest: int | None) -> Result:
    parsed = parse(query)
    prepared = Prepared(parsed, QueryLanguage("en"), look_up(parsed), Filters())
    cuts = [0, TEXT.index("The price"), TEXT.index("The end"), len(TEXT)]
    hit = Hit(
        Article(id="a", title="News", text=TEXT, language="en"),
        [StoredPassage(Passage(number, cuts[number], cuts[number + 1], "en")) for number in range(3)],
        nearest=nearest,
    )
    return ResultMaker(prepared, None).result(1, hit)


@pytest.mark.parametrize(
    ("query", "nearest", "shown"),
    [
        ("oil price", 1, 1),
        ("oil price", 0, 1),  # the nearest has no word of it
        ("end of oil", 2, 2),  # the nearest has fewer words of it
        ("gold", 2, 2),  # none has
        ("gold", None, 0),
        ("oil", None, 1),
    ],
)
def test_the_nearest_passage_is_shown_where_it_answers_something(
    query: str, nearest: int | None, shown: int
) -> None:
    made = result(query, nearest)
    assert made.snippet.number == shown
    assert bool(made.snippet.highlights) is (query != "gold")
