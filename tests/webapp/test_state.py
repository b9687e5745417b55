"""An address says the whole state of a search, and nothing else."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from indexer.engines.base import FACETS, Sort
from indexer.errors import InvalidQuery
from webapp.state import SearchState


def read(*pairs: tuple[str, str]) -> SearchState:
    return SearchState.from_args(MultiDict(pairs))


def read_url(url: str) -> SearchState:
    return read(*parse_qsl(urlsplit(url).query))


def test_an_address_becomes_a_request() -> None:
    request = read(
        ("q", " ceasefire "),
        ("language", "ar"),
        ("language", "fa"),
        ("-source", "BBC"),
        ("from", "2018-02"),
        ("to", "2018"),
        ("sort", "newest"),
        ("page", "3"),
        ("size", "25"),
        ("utm_source", "x"),
    ).to_request()
    assert request.text == "ceasefire"
    assert request.filters.include == {"language": frozenset({"ar", "fa"})}
    assert request.filters.exclude == {"source": frozenset({"BBC"})}
    assert (request.filters.published_from, request.filters.published_to) == (
        date(2018, 2, 1),
        date(2018, 12, 31),
    )
    assert (request.sort, request.page, request.size) == (Sort.NEWEST, 3, 25)


def test_browsing_is_by_date_and_searching_by_relevance() -> None:
    assert read().sort is Sort.NEWEST
    assert read(("q", "x")).sort is Sort.RELEVANCE
    assert read().url() == "/search"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("page", "0", "from 1"),
        ("page", "-1", "from 1"),
        ("page", "٣", "from 1"),
        ("page", "9" * 30, "no page of so large"),
        ("size", "9" * 30, "100 results"),
        ("page", "1e3", "from 1"),
        ("size", "101", "100"),
        ("sort", "best", "cannot be sorted"),
        ("words", "most", "of the words"),
        ("from", "yesterday", "not a date"),
        ("to", "2018-02-30", "not a date"),
        ("source", "x" * 10_000, "too long"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(name: str, value: str, sentence: str) -> None:
    with pytest.raises(InvalidQuery, match=sentence):
        read((name, value))


def test_dates_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(InvalidQuery, match=r"end \(2018-01-31\) before they begin \(2018-02-01\)"):
        read(("from", "2018-02"), ("to", "2018-01"))


def test_too_many_filters_are_refused() -> None:
    with pytest.raises(InvalidQuery, match="more than 50"):
        read(*(("source", str(number)) for number in range(51)))


def test_a_value_is_included_or_excluded_never_both() -> None:
    state = read(("page", "4")).with_value("source", "BBC")
    assert state.include == {"source": ("BBC",)}
    assert state.page == 1
    state = state.against_value("source", "BBC")
    assert (state.include, state.exclude) == ({}, {"source": ("BBC",)})
    state = state.without_value("source", "BBC")
    assert not state.is_narrowed


def test_all_that_narrows_is_taken_away_at_once() -> None:
    state = read(
        ("q", "x"), ("source", "a"), ("-author", "b"), ("from", "2018"), ("words", "all"), ("sort", "oldest")
    )
    assert state.unfiltered() == read(("q", "x"), ("sort", "oldest"))


def test_each_chip_takes_away_what_it_says() -> None:
    state = read(
        ("q", "x"),
        ("source", "a&b=c"),
        ("-author", "علي"),
        ("from", "2018"),
        ("sort", "oldest"),
        ("size", "50"),
    )
    chips = state.chips()
    assert [chip.label for chip in chips] == ["source", "not author", "from", "sort", "per page"]
    assert read_url(chips[0].url).include == {}
    assert read_url(chips[1].url).exclude == {}
    assert read_url(chips[2].url).date_from == ""
    assert read_url(chips[3].url).sort is Sort.RELEVANCE
    assert read_url(chips[4].url).size == 10
    for chip in chips:
        assert len(read_url(chip.url).chips()) == len(chips) - 1


_values = st.dictionaries(
    st.sampled_from(FACETS),
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20), min_size=1, max_size=3
    ),
)


@settings(max_examples=50, deadline=None)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    include=_values,
    exclude=_values,
    dates=st.sampled_from([("", ""), ("2018", "2018"), ("2018-02", ""), ("", "2018-02-18")]),
    page=st.integers(1, 10**9 - 1),
)
def test_what_is_written_is_read_back(
    text: str,
    include: dict[str, list[str]],
    exclude: dict[str, list[str]],
    dates: tuple[str, str],
    page: int,
) -> None:
    state = SearchState(
        text.strip(),
        {name: tuple(dict.fromkeys(values)) for name, values in include.items()},
        {name: tuple(dict.fromkeys(values)) for name, values in exclude.items()},
        *dates,
        sort=Sort.OLDEST,
        page=page,
    )
    assert read_url(state.url()) == state
