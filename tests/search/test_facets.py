"""Values of facets: what a written value stands for, and how long the archive's values are kept."""

from __future__ import annotations

from time import monotonic
from typing import Any, cast

import pytest

from indexer.engines.base import Count, Engine, Filters, Gathered
from indexer.errors import EngineUnavailable
from indexer.search import facets
from indexer.search.facets import FacetValues

STORED = {
    "source": ("BBC News", "BBC Arabic", "bbc news", "CNNX", "BBC News Live"),
    "language": ("zh", "zh-cn", "ar"),
    "author": ("لندن - رويترز", "رويترز", "London - Reuters", "Reuters, AP"),
}
_ALL_OF_BBC = {"BBC News", "BBC Arabic", "bbc news", "BBC News Live"}


class Asked:
    """An engine that only knows the values of facets, and counts how often it was asked."""

    def __init__(self) -> None:
        self.times = 0
        self.away = False

    def gather(self, request: object, **_: Any) -> Gathered:
        self.times += 1
        if self.away:
            raise EngineUnavailable("The cluster does not answer.")
        counts = {facet: tuple(Count(value, 1) for value in values) for facet, values in STORED.items()}
        return Gathered(1, counts, None, {}, {})


@pytest.fixture
def engine() -> Asked:
    return Asked()


@pytest.fixture
def values(engine: Asked) -> FacetValues:
    return FacetValues(cast("Engine", engine))


@pytest.mark.parametrize(
    ("facet", "written", "clicked", "typed"),
    [
        ("source", "BBC News", {"BBC News"}, {"BBC News", "bbc news"}),
        ("source", "Bbc news", {"BBC News", "bbc news"}, {"BBC News", "bbc news"}),
        ("source", "arabic", {"BBC Arabic"}, {"BBC Arabic"}),
        ("source", "bbc", _ALL_OF_BBC, _ALL_OF_BBC),
        ("source", "…", {"…"}, {"…"}),
        ("author", "رويترز", {"رويترز"}, {"رويترز", "لندن - رويترز"}),
        ("author", "لندن - رويترز", {"لندن - رويترز"}, {"لندن - رويترز"}),
        ("author", "reuters", {"London - Reuters", "Reuters, AP"}, {"London - Reuters", "Reuters, AP"}),
        ("source", "CNN", {"CNN"}, {"CNN"}),  # a part of a word is another name
        ("language", "zh", {"zh"}, {"zh", "zh-cn"}),
        ("language", "ar-eg", {"ar"}, {"ar"}),
    ],
)
def test_what_a_value_stands_for(
    values: FacetValues, facet: str, written: str, clicked: set[str], typed: set[str]
) -> None:
    filters = Filters(include={facet: frozenset({written})}, exclude={facet: frozenset({written})})
    for widen, expected in ((False, clicked), (True, typed)):
        found, _ = values.resolve(filters, widen=widen)
        assert (found.include, found.exclude) == ({facet: expected}, {facet: expected})


def test_what_the_archive_does_not_have_is_told(values: FacetValues) -> None:
    _, unknown = values.resolve(Filters(include={"source": frozenset({"CNNY", "BBC News"})}))
    assert [one.notice for one in unknown] == [
        "No article of this archive has the source 'CNNY'. Did you mean CNNX?"
    ]
    _, unknown = values.resolve(Filters(include={"language": frozenset({"sw"})}))
    assert [one.notice for one in unknown] == ["No article of this archive has the language 'sw'."]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("bcc", ("BBC News", "BBC Arabic", "bbc news")),  # in a word, whatever its case
        ("BBC Arabik", ("BBC Arabic",)),
        ("rabi", ("BBC Arabic",)),
        ("ra", ()),
        ("qwxyz", ()),
        ("…", ()),
    ],
)
def test_values_are_proposed_that_are_like_an_unknown_one(
    values: FacetValues, written: str, meant: tuple[str, ...]
) -> None:
    _, [unknown] = values.resolve(Filters(include={"source": frozenset({written})}))
    assert unknown.meant[: len(meant)] == meant
    assert bool(unknown.meant) is bool(meant)


def test_the_archive_is_asked_only_where_there_are_filters_and_after_a_while(
    values: FacetValues, engine: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    values.resolve(Filters())
    assert engine.times == 0
    now = 1_000.0
    monkeypatch.setattr("indexer.fresh.monotonic", lambda: now)
    for _ in range(2):
        values.values()
    assert engine.times == 1
    now += facets._KEEP_SECONDS + 1
    values.values()
    assert engine.times == 2


def test_the_archive_is_asked_again_before_a_value_is_said_to_be_unknown(
    values: FacetValues, engine: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000.0
    monkeypatch.setattr("indexer.fresh.monotonic", lambda: now)
    wanted = Filters(include={"source": frozenset({"wire"})})
    assert values.resolve(wanted)[1], "no article of it has come"
    now += 2
    monkeypatch.setitem(STORED, "source", (*STORED["source"], "Third Wire"))
    resolved, unknown = values.resolve(wanted, widen=True)
    assert (resolved.include, unknown) == ({"source": {"Third Wire"}}, [])
    for _ in range(9):  # many who ask for nothing ask the engine once
        values.resolve(Filters(include={"source": frozenset({"none"})}))
    assert engine.times == 2


def test_known_values_serve_while_the_archive_does_not_answer(
    values: FacetValues, engine: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.away = True
    with pytest.raises(EngineUnavailable):
        values.values()
    engine.away = False
    known = values.values()
    engine.away = True
    now = monotonic() + facets._KEEP_SECONDS + 1
    monkeypatch.setattr("indexer.fresh.monotonic", lambda: now)
    for _ in range(2):  # and it is not asked again at once
        assert values.values() == known
    assert engine.times == 3
