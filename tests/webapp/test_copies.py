"""Copies on a page of results stand with the article that they are copies of."""

from __future__ import annotations

from datetime import UTC, datetime

from indexer.article import Article, Published
from indexer.search.page import Result, Snippet
from webapp.copies import grouped

STORY = " ".join(f"word{number}" for number in range(80))
OTHER = " ".join(f"other{number}" for number in range(80))


def result(rank: int, text: str, day: int | None = None) -> Result:
    date = Published(datetime(2018, 2, day, tzinfo=UTC)) if day else None
    article = Article(f"a{rank}", f"{rank}", text, published=date)
    return Result(rank, article, 1.0 / rank, Snippet(0, "", 0, 0, "en"))


def ranks(results: list[Result]) -> list[tuple[int, list[int]]]:
    return [(group.first.rank, [copy.rank for copy in group.copies]) for group in grouped(results)]


def test_copies_follow_the_best_ranked_one_the_earliest_first() -> None:
    cut = " ".join(STORY.split()[:50])
    changed = STORY.replace("word40", "another")
    results = [
        result(1, STORY, 9),
        result(2, OTHER),
        result(3, f"By our agency. {STORY}", 12),
        result(4, cut),
        result(5, changed, 3),
    ]
    assert ranks(results) == [(1, [5, 3, 4]), (2, [])]


def test_what_only_shares_a_quotation_is_no_copy() -> None:
    quotation = " ".join(STORY.split()[:20])
    assert ranks([result(1, f"{quotation} {OTHER}"), result(2, STORY)]) == [(1, []), (2, [])]


def test_short_and_empty_texts_are_never_copies() -> None:
    assert ranks([result(1, "a b c d e"), result(2, "a b c d e"), result(3, ""), result(4, "")]) == [
        (1, []), (2, []), (3, []), (4, []),
    ]  # fmt: skip


def test_a_page_of_long_articles_is_compared_quickly() -> None:
    results = [result(rank, " ".join(f"w{rank}-{n}" for n in range(5_000))) for rank in range(1, 101)]
    started = datetime.now(UTC)
    assert len(grouped(results)) == 100
    assert (datetime.now(UTC) - started).total_seconds() < 5
