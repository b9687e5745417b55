"""What was cut once is not cut again, and comes out the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.article import Article
from indexer.ingest.cutting import Cutter
from indexer.models.cache import EncodeCache
from tests.fakes import FakeEncoder

ARTICLE = Article(
    id="a",
    title="Harbour opened " * 40,
    text=" ".join(f"Sentence {number} of the story." for number in range(60)) + " خبر عاجل اليوم.",
    language="en",
)


class Counting(FakeEncoder):
    """Counts how often something is cut into pieces."""

    def __init__(self) -> None:
        super().__init__(max_tokens=64)
        self.counted = 0

    def token_starts(self, text: str):  # type: ignore[no-untyped-def]
        self.counted += 1
        return super().token_starts(text)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[EncodeCache]:
    opened = EncodeCache(tmp_path)
    yield opened
    opened.close()


def test_what_is_kept_is_not_cut_again(cache: EncodeCache) -> None:
    first, second = Counting(), Counting()
    cutter = Cutter(first, cache, tokens=40)
    cut = cutter(ARTICLE)
    assert first.counted
    assert len(cut[0]) > 3
    assert {passage.language for passage in cut[0]} >= {"en"}
    assert 0 < len(cut[1][0].title) < len(ARTICLE.title)
    cutter.keep()
    assert Cutter(second, cache, tokens=40)(ARTICLE) == cut
    assert not second.counted


def test_what_is_not_kept_yet_is_cut(cache: EncodeCache) -> None:
    encoder = Counting()
    Cutter(encoder, cache, tokens=40)(ARTICLE)
    before = encoder.counted
    Cutter(encoder, cache, tokens=40)(ARTICLE)
    assert encoder.counted == 2 * before


def test_without_a_cache_everything_is_cut() -> None:
    encoder = Counting()
    cutter = Cutter(encoder, None, tokens=40)
    cut = cutter(ARTICLE)
    cutter.keep()
    assert cutter(ARTICLE) == cut


@pytest.mark.parametrize(
    "other",
    [
        lambda article: replace(article, text=article.text + " One more."),
        lambda article: replace(article, title="Another title"),
        lambda article: replace(article, title_made=True),
        lambda article: replace(article, language="ar"),
    ],
)
def test_whatever_decides_about_a_cut_is_in_its_key(
    cache: EncodeCache, other: Callable[[Article], Article]
) -> None:
    cutter = Cutter(Counting(), cache, tokens=40)
    cutter(ARTICLE)
    cutter.keep()
    changed = other(ARTICLE)
    assert Cutter(Counting(), cache, tokens=40)(changed) == Cutter(Counting(), None, tokens=40)(changed)
    longer = Cutter(Counting(), cache, tokens=50)(ARTICLE)
    assert longer == Cutter(Counting(), None, tokens=50)(ARTICLE)


def test_an_article_without_text_has_no_passages(cache: EncodeCache) -> None:
    empty = replace(ARTICLE, title="", text="")
    for _ in range(2):
        cutter = Cutter(Counting(), cache, tokens=40)
        assert cutter(empty) == ((), [])
        cutter.keep()
