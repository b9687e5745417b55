"""Copies stand beside the best-ranked of them, on whatever page; no page repeats or drops an article."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexer.archive import Archive
from indexer.article import Article, Published
from indexer.engines.base import Filters, Gathered, GatherRequest, Sort
from indexer.errors import InvalidQuery
from indexer.search import copies, searcher
from indexer.search.copies import Stories, are_copies, stories, wording_of, wordings_of
from indexer.search.page import ResultPage
from indexer.search.request import SearchRequest
from indexer.settings import load_settings
from tests.fakes import FakeEncoder

STORY = " ".join(f"word{number}" for number in range(80))
OTHER = " ".join(f"other{number}" for number in range(80))


def same(one: str, other: str) -> bool:
    return are_copies(wording_of(one), wording_of(other))


def runs_of(text: str) -> list[int]:
    return wording_of(text).runs.tolist()


@pytest.mark.parametrize(
    "copy",
    [
        STORY,
        f"By our agency. {STORY}",
        " ".join(STORY.split()[:50]),
        STORY.replace("word40", "another"),
        STORY.upper(),
        f"{STORY} {OTHER}",
    ],
    ids=["the same", "with a line before", "cut", "one word changed", "in capitals", "with another text"],
)
def test_copies_are_recognised(copy: str) -> None:
    assert same(STORY, copy)
    assert same(copy, STORY)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (STORY, OTHER),
        (STORY, " ".join([*STORY.split()[:20], *OTHER.split()])),  # a quotation
        (STORY, " ".join(reversed(STORY.split()))),
        ("a b c d e", "a b c d e"),
        ("", ""),
    ],
)
def test_what_is_no_copy(one: str, other: str) -> None:
    assert not same(one, other)


def test_a_turn_of_a_story_with_the_old_one_below_it_is_other_news() -> None:
    """Nothing of it would be seen where the old one is the better match."""
    turn = " ".join(f"turn{number}" for number in range(30))
    assert not same(STORY, f"{turn} {STORY}")
    assert not same(f"{turn} {STORY}", STORY)
    assert not same(f"{turn} {STORY}", f"{STORY} {OTHER}")
    assert same(
        STORY, f"{' '.join(turn.split()[:8])} {STORY}"
    )  # a line of the agency, and what it is changed to


def test_runs_are_the_same_in_every_process() -> None:
    assert runs_of("one two three four") == [6923777585638143728]
    assert len(runs_of(" ".join(f"w{n}" for n in range(5_000)))) == copies._MOST_WORDS - 3


def test_texts_read_together_have_the_runs_that_they_have_alone() -> None:
    long = " ".join(f"long{number}" for number in range(1_000))
    texts = [
        "",
        STORY,
        "  ",
        "one two",
        "ß" * 20_000,
        f"{long} {STORY}",
        OTHER.upper(),
        "x" * 20_000,
        long,
        "",
    ]
    together = wordings_of(texts)
    assert [one.runs.tolist() for one in together] == [runs_of(text) for text in texts]
    assert [one.lead.tolist() for one in together] == [wording_of(text).lead.tolist() for text in texts]
    assert together[5].runs.tolist() == together[8].runs.tolist()  # of long texts the beginning decides
    assert [len(one.runs) for one in together[:5]] == [0, 77, 0, 0, 0]
    assert [len(one.lead) for one in together[:5]] == [0, 40, 0, 0, 0]
    assert wordings_of([]) == []


def test_runs_are_told_once_and_in_order() -> None:
    runs = runs_of(f"{STORY} {STORY}")
    assert runs == sorted(set(runs))
    assert len(runs) == 80  # the 77 of the story, and three from its end to its beginning


@pytest.mark.parametrize(("kept", "copied"), [(64, True), (44, False)])
def test_most_of_the_shorter_text_stands_in_a_copy(kept: int, copied: bool) -> None:
    """Of 80 words the first: 61 of 77 runs, or 41."""
    other = " ".join([*STORY.split()[:kept], *OTHER.split()])
    assert same(STORY, other) is copied
    assert same(other, STORY) is copied


def grouped(*texts: str) -> Stories:
    """Group texts that rank in this order; their ids are their places."""
    ids = [str(place) for place in range(len(texts))]
    articles = {name: Article(id=name, title="", text=text) for name, text in zip(ids, texts, strict=True)}
    return stories(ids, articles)


def test_copies_stand_beside_the_best_ranked_in_the_order_of_the_ranking() -> None:
    found = grouped(OTHER, STORY, "short", f"{STORY} more", f"{OTHER} more", STORY.upper(), "short")
    assert found == Stories(7, (0, 1, 2, 6), {1: ("3", "5"), 0: ("4",)})
    assert found.hidden == 3


def test_a_copy_of_two_stories_stands_beside_that_which_it_shares_more_with() -> None:
    less, more = " ".join(STORY.split()[:60]), STORY
    assert grouped(less, OTHER, more, f"{more} more") == Stories(4, (0, 1), {0: ("2", "3")})
    cut = " ".join(OTHER.split()[:45])
    assert grouped(f"{cut} {STORY}", OTHER, f"{OTHER} more") == Stories(3, (0, 1), {1: ("2",)})


def test_what_shares_runs_with_the_first_may_be_a_copy_of_another() -> None:
    """The candidates are tried one after the other: of the first it only quotes."""
    long = " ".join(f"long{number}" for number in range(500))
    quoted = " ".join(long.split()[:90])
    assert grouped(long, STORY, f"{STORY} {quoted}") == Stories(3, (0, 1), {1: ("2",)})


def test_an_article_that_is_gone_stands_for_itself() -> None:
    articles = {name: Article(id=name, title="", text=STORY) for name in ("a", "b")}
    assert stories(["gone", "a", "lost", "b"], articles) == Stories(4, (0, 1, 2), {1: ("b",)})
    assert stories([], articles) == Stories()


@pytest.mark.parametrize(
    ("offset", "heads", "following"),
    [(0, (0, 2), 5), (2, (3,), 5), (3, (), 5), (4, (), 6)],
)
def test_behind_the_stories_of_a_ranking_follows_what_was_not_compared(
    offset: int, heads: tuple[int, ...], following: int
) -> None:
    assert Stories(5, (0, 2, 3), {0: ("b",), 3: ("e",)}).places(offset, 2) == (heads, following)


# --- in a ranking -----------------------------------------------------------------------------------------------

#: Seven stories about a ceasefire, each by three papers on different days, and one that only one paper has.
STORIES, PAPERS = 7, 3


def article(story: int, paper: int) -> Article:
    # The more often the word stands there, the better it ranks: all firsts before all seconds, before all thirds.
    words = " ".join(f"s{story}w{number}" for number in range(60))
    text = f"{'ceasefire ' * (20 - 6 * paper)}{words} {f'paper{paper} ' * 6 * paper}"
    day = datetime(2020, 1, 1 + (STORIES - story) + 7 * (PAPERS - 1 - paper), tzinfo=UTC)
    return Article(
        id=f"s{story}p{paper}", title=f"Story {story}", text=text, source=f"Paper {paper}", language="en",
        published=Published(day),
    )  # fmt: skip


ALONE = Article(id="alone", title="Alone", text=f"ceasefire {OTHER}", source="Paper 0", language="en")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder: Path = tmp_path_factory.mktemp("copies")
    settings = load_settings(archive=folder / "archive", cache=folder, encode_cache=False)
    with Archive.open(settings, encoder=FakeEncoder()) as opened:
        opened.add([*(article(story, paper) for story in range(STORIES) for paper in range(PAPERS)), ALONE])
        yield opened


def pages(archive: Archive, **changes: object) -> list[ResultPage]:
    """Return all pages of stories of a search."""
    request = SearchRequest("ceasefire", size=3, stories=True, **changes)  # type: ignore[arg-type]
    first = archive.search(request)
    rest = range(2, first.pages + 1)
    return [first, *(archive.search(SearchRequest(**{**vars_of(request), "page": page})) for page in rest)]


def vars_of(request: SearchRequest) -> dict[str, object]:
    return {name: getattr(request, name) for name in SearchRequest.__slots__}


def shown(found: list[ResultPage]) -> list[list[str]]:
    """Return, result by result, the article and its copies."""
    return [
        [result.article.id, *(copy.id for copy in result.copies)] for page in found for result in page.results
    ]


@pytest.mark.parametrize("sort", [Sort.RELEVANCE, Sort.NEWEST, Sort.OLDEST])
def test_every_article_is_on_one_page(archive: Archive, sort: Sort) -> None:
    found = pages(archive, sort=sort)
    assert [len(page.results) for page in found] == [3, 3, 2]
    groups = shown(found)
    assert sorted(name for group in groups for name in group) == sorted(
        ["alone", *(f"s{story}p{paper}" for story in range(STORIES) for paper in range(PAPERS))]
    )
    assert all({name[:2] for name in group} == {group[0][:2]} for group in groups)
    # The best-ranked stands for its story; ranks count stories.
    plain = [r.article.id for r in archive.search(SearchRequest("ceasefire", size=100, sort=sort)).results]
    for name, *others in groups:
        assert plain.index(name) < min(map(plain.index, others), default=100)
    assert [result.rank for page in found for result in page.results] == list(range(1, STORIES + 2))


@pytest.mark.parametrize(("spare", "calls"), [(3, [(6, 6)]), (0, [(6, 3), (0, 1)])])
def test_what_moves_up_comes_with_the_page_or_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spare: int, calls: list[tuple[int, int]]
) -> None:
    monkeypatch.setattr(searcher, "_SPARE", spare)
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path, encode_cache=False)
    asked: list[tuple[int, int]] = []
    with Archive.open(settings, encoder=FakeEncoder()) as opened:
        # Copies rank side by side: two of the first three are one story.
        texts = [" ".join(f"s{story}w{number}" for number in range(60)) for story in range(3)]
        opened.add(
            Article(id=f"s{story}p{paper}", title="", text=f"ceasefire {text}", language="en")
            for story, text in enumerate(texts)
            for paper in range(2)
        )
        gather = opened.engine.gather

        def watched(request: GatherRequest, *, timeout: float | None = None) -> Gathered:
            told = gather(request, timeout=timeout)
            if request.passages_of:
                asked.append((len(request.ids), len(request.passages_of)))
                notice = "A part did not answer." if len(asked) == 2 else ""
                told = replace(told, complete=not notice, notice=notice)
            return told

        monkeypatch.setattr(opened.engine, "gather", watched)
        page = opened.search(SearchRequest("ceasefire", size=3, stories=True))
    assert sorted(group[0][:2] for group in shown([page])) == ["s0", "s1", "s2"]
    assert all(result.snippet.text.startswith("ceasefire") for result in page.results)
    assert asked == calls
    # What the second of them lacks is told like what the first does.
    assert ("A part did not answer." in page.notices) is (len(calls) == 2)


def test_totals_say_what_they_count(archive: Archive) -> None:
    for page in pages(archive):
        assert (page.total, page.copies, page.compared, page.pages) == (22, 14, 22, 3)
    plain = archive.search(SearchRequest("ceasefire", size=3))
    assert (plain.total, plain.copies, plain.compared, plain.pages) == (22, 0, 0, 8)
    with pytest.raises(InvalidQuery, match="the last page is 3"):
        archive.search(SearchRequest("ceasefire", size=3, page=4, stories=True))


def test_the_earliest_copy_comes_first(archive: Archive) -> None:
    copied = [result.copies for page in pages(archive) for result in page.results if result.copies]
    assert len(copied) == STORIES
    for group in copied:
        days = [copy.published.at for copy in group if copy.published]
        assert len(days) == PAPERS - 1
        assert days == sorted(days)


def test_filters_leave_only_what_passes_them(archive: Archive) -> None:
    chosen = Filters(include={"source": frozenset({"Paper 1", "Paper 2"})})
    groups = shown(pages(archive, filters=chosen))
    assert len(groups) == STORIES
    assert {name[2:] for group in groups for name in group} == {"p1", "p2"}


@pytest.mark.parametrize("sort", [Sort.RELEVANCE, Sort.NEWEST])
@pytest.mark.parametrize("horizon", [1, 8, 15])
def test_what_ranks_behind_the_horizon_stands_for_itself(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, horizon: int, sort: Sort
) -> None:
    monkeypatch.setattr(searcher, "HORIZON", horizon)
    found = pages(archive, sort=sort)
    names = [name for group in shown(found) for name in group]
    assert len(names) == len(set(names)) == 22
    assert {page.compared for page in found} == {horizon}
    assert sum(len(page.results) for page in found) == 22 - found[0].copies
    assert all(len(page.results) == 3 for page in found[:-1])


def test_a_text_that_has_changed_is_compared_anew(tmp_path: Path) -> None:
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path, encode_cache=False)
    with Archive.open(settings, encoder=FakeEncoder()) as opened:
        first = Article(id="a", title="A", text=f"ceasefire {STORY}", language="en")
        opened.add([first, Article(id="b", title="B", text=f"ceasefire {STORY}", language="en")])
        asked = SearchRequest("ceasefire", stories=True)
        assert opened.search(asked).copies == 1
        opened.add([Article(id="b", title="B", text=f"ceasefire {OTHER}", language="en")])
        assert opened.search(asked).copies == 0


def test_many_long_articles_are_compared_quickly() -> None:
    articles = {
        str(n): Article(id=str(n), title="", text=" ".join(f"w{n}-{m}" for m in range(2_000)))
        for n in range(500)
    }
    started = time.perf_counter()
    assert len(copies.stories(list(articles), articles).heads) == len(articles)
    assert time.perf_counter() - started < 5


def test_words_are_those_between_white_space() -> None:
    """What the hashes tell apart is what `str.split` does, in any script."""
    words = [*"مصر قال Ärger ß ＡＢ 中文 👍 \udc80 a\u200bb".split(), "e\u0301"]
    spaces = ["\u3000", "\n\n", "\u00a0", "\u2028", "\t ", "\x1c"]
    for space in spaces:
        assert runs_of(space + space.join(words) + space) == runs_of(" ".join(words))
    assert len(runs_of("中 文 字 词 句")) == 2  # letters behind the last white space
    assert runs_of("a b c d") != runs_of("b a c d") != runs_of("a b c dd")
    assert runs_of(" ".join(words[::-1])) != runs_of(" ".join(words))
    assert not any(len(runs_of(text)) for text in ("", " \n", "one two three"))
