"""Tests of the reports of an evaluation: JSON, text, HTML and its plots."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from indexer.evaluate.datasets import Query
from indexer.evaluate.page import to_html
from indexer.evaluate.plots import Bar, bars, columns, differences
from indexer.evaluate.report import CHANGES_SHOWN, to_json, to_text, worst_and_best
from indexer.evaluate.runner import Comparison, Evaluation, Latency, against, scores

QUERIES = tuple(Query(f"q{number}", f"question <b>{number}</b>") for number in range(30))
IDS = [query.id for query in QUERIES]
QRELS = {query: {"right": 1} for query in IDS}
WRONG = [(f"wrong{number}", 1.0) for number in range(5)]
RIGHT = [("right", 2.0), *WRONG]


def run_with(*answered: int) -> dict[str, list[tuple[str, float]]]:
    """Return a run in which the queries of these numbers are answered at once, the others never."""
    return {query: RIGHT if number in answered else WRONG for number, query in enumerate(IDS)}


@pytest.fixture
def evaluation() -> Evaluation:
    run = run_with(*range(20))
    legs = {"dense": run_with(*range(15)), "lexical": run_with(*range(5))}
    return Evaluation(
        queries=QUERIES,
        whole=scores(QRELS, run, IDS),
        legs={leg: scores(QRELS, leg_run, IDS) for leg, leg_run in legs.items()},
        run=run,
        leg_runs=legs,
        latency=Latency(12.5, 30.0),
        stages={"encode": Latency(10.0, 20.0), "<legs>": Latency(2.0, 9.0)},
        unjudged=3,
        seconds=1.5,
        refused={"q29": "No."},
    )


@pytest.fixture
def comparison(evaluation: Evaluation) -> Comparison:
    return against(evaluation, "before<1>.run", run_with(*range(13), 28, 29), QRELS)


def test_json_has_the_figures_of_the_whole_and_of_each_leg(evaluation: Evaluation) -> None:
    data = to_json(evaluation)
    assert data["queries"] == 30
    assert set(data["measures"]) == {"nDCG@10", "MRR@10", "R@1", "R@10", "R@100"}
    assert data["measures"]["R@1"] == pytest.approx(20 / 30)
    assert data["legs"]["dense"]["nDCG@10"] == pytest.approx(0.5)
    assert data["legs"]["lexical"]["MRR@10"] == pytest.approx(5 / 30)
    low, high = data["intervals"]["R@1"]
    assert 0.4 < low < 20 / 30 < high < 0.9
    assert (data["latency_ms"]["p50"], data["latency_ms"]["p95"]) == (12.5, 30.0)
    assert data["latency_ms"]["stages"]["encode"] == {"p50": 10.0, "p95": 20.0}
    assert "baseline" not in data


def test_a_baseline_is_compared_query_by_query(evaluation: Evaluation, comparison: Comparison) -> None:
    data = to_json(evaluation, comparison)["baseline"]
    assert data["measures"]["R@1"] == pytest.approx(0.5)
    difference = data["differences"]["R@1"]
    assert difference["mean"] == pytest.approx(5 / 30)
    assert (difference["wins"], difference["losses"], difference["ties"]) == (7, 2, 21)
    assert [change["id"] for change in data["queries"][:2]] == ["q28", "q29"]
    assert len(data["queries"]) == 9


def test_a_query_that_the_baseline_lacks_counts_as_0_there(evaluation: Evaluation) -> None:
    found = against(evaluation, "empty", {}, QRELS)
    assert found.differences["R@1"].mean == pytest.approx(20 / 30)
    assert found.baseline.means["R@1"] == 0


def test_text_names_what_was_left_out_and_what_changed(
    evaluation: Evaluation, comparison: Comparison
) -> None:
    text = to_text(evaluation, comparison)
    assert "30 queries in 1.5 s" in text
    assert "3 more have no relevant article" in text
    assert "1 could not be asked" in text
    assert re.search(r"whole +0\.667 \[0\.\d{3}, 0\.\d{3}\]", text)
    assert "7 better, 2 worse" in text
    assert "1.000 -> 0.000  q28" in text
    assert "baseline" not in to_text(evaluation)


def test_at_most_a_few_changes_are_listed_on_either_side(evaluation: Evaluation) -> None:
    losses, gains = worst_and_best(against(evaluation, "empty", {}, QRELS))
    assert losses == []
    assert len(gains) == CHANGES_SHOWN


class Collector(HTMLParser):
    """Collects the tags and outside addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_is_self_contained_and_escapes_what_it_shows(
    evaluation: Evaluation, comparison: Comparison
) -> None:
    page = to_html(evaluation, QRELS, comparison, title="<script>alert(1)</script>")
    collector = Collector()
    collector.feed(page)
    assert "script" not in collector.tags
    assert "b" not in collector.tags
    assert collector.addresses == []
    assert "url(" not in page
    assert collector.tags.count("svg") == 5 + 1 + 1 + 1
    assert "prefers-color-scheme: dark" in page
    assert "not found" in page


def test_every_plot_is_well_formed_and_says_its_values() -> None:
    plots = {
        "bars": bars("b", [Bar("a<b", 0.5, 0.4, 0.6), Bar("none", 0.0, 0.0, 0.0)]),
        "columns": columns("c", [("1", 3), ("not found", 0)]),
        "differences": differences("d", [("q & a", -0.25), ("r", 1.0)]),
    }
    for plot in plots.values():
        ElementTree.fromstring(plot)
    assert "a&lt;b: 0.500 [0.400, 0.600]" in plots["bars"]
    assert "1: 3" in plots["columns"]
    assert "q &amp; a: -0.250" in plots["differences"]


def test_plots_of_nothing_are_empty_but_well_formed() -> None:
    for plot in (
        bars("b", []),
        bars("b", [Bar("a", 0, 0, 0)], top=0.0),
        columns("c", []),
        differences("d", []),
    ):
        ElementTree.fromstring(plot)


def test_bars_are_as_long_as_their_values() -> None:
    plot = ElementTree.fromstring(bars("b", [Bar("a", 0.25, 0.2, 0.3), Bar("b", 0.5, 0.5, 0.5)]))
    widths = [float(rectangle.attrib["width"]) for rectangle in plot.iter("rect")]
    assert np.isclose(widths[1], 2 * widths[0])
