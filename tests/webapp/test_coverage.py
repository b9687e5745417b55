"""The coverage page: figures, strips that lead to their articles, gaps."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer import coverage
from indexer.archive import Archive
from indexer.article import Article, Published
from indexer.settings import load_settings
from tests.fakes import FakeEncoder
from tests.webapp.conftest import ARTICLES, SCRIPT
from webapp import create_app


def test_the_whole_archive(client: FlaskClient) -> None:
    html = client.get("/coverage").text
    assert 'href="/coverage"' in client.get("/").text
    assert f'<dd><a href="/search">{len(ARTICLES)}</a></dd>' in html
    assert '<dd><a href="/search?q=date%3Anone">1</a> <small>3.8 %</small></dd>' in html  # undated
    assert re.search(r"<h1[^>]*>\s*1 article<", client.get("/search?q=date%3Anone").text)
    assert re.search(
        r'<th scope="row"><a href="/search\?source=BBC"><bdi>BBC</bdi></a></th>\s*<td class="n">13<', html
    )
    assert 'Arabic</a></th><td class="n">25</td>' in html


def test_a_cell_leads_to_the_articles_it_counts(client: FlaskClient) -> None:
    html = client.get("/coverage").text
    counts = dict(
        re.findall(r'<a href="(/search\?source=BBC[^"]+)"><title>[^<:]*: (\d+) articles?</title>', html)
    )
    assert counts
    assert sum(map(int, counts.values())) == 13
    url, count = next(iter(counts.items()))
    page = client.get(url.replace("&amp;", "&")).text
    assert f"{count} article" in page


def test_strips_and_chart_are_over_the_same_time(tmp_path: Path) -> None:
    """An article of 1971 is told beside the chart: a cell for it would stand directly before those of 2018."""
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path / "cache", encode_cache=False)
    days = [
        datetime(2018, month, day, tzinfo=UTC) for month in (1, 2, 3, 4, 6, 8, 9) for day in range(10, 15)
    ]
    with Archive.open(settings, encoder=FakeEncoder()) as archive:
        archive.add(
            Article(f"{day:%F}", "Ships", "Came.", source="BBC", language="en", published=Published(day))
            for day in (datetime(1971, 5, 4, tzinfo=UTC), *days)
        )
        html = create_app(archive).test_client().get("/coverage").text
    drawn = re.findall(r'data-period="([^"]+)"', html)
    assert len(drawn) == 7
    cells = re.findall(r"/search\?source=BBC&amp;from=([^&]+)&amp;to=", html.partition('id="gaps"')[0])
    assert sorted(set(cells)) == sorted(drawn)
    assert "1 article before Jan 2018" in html


def test_a_period_and_a_language_narrow_it(client: FlaskClient) -> None:
    html = client.get("/coverage?language=ar&from=2018-02&to=2018-03").text
    assert "The whole archive" in html
    assert re.search(r'<dd><a href="/search\?language=ar&amp;from=2018-02&amp;to=2018-03">\d</a></dd>', html)
    assert 'href="/coverage?language=ar"' in html  # the way back stays on the page


def test_copies_are_counted_when_asked(client: FlaskClient) -> None:
    html = client.get("/coverage").text
    assert "copies=1#copies" in html
    counted = client.get("/coverage?copies=1").text
    assert "0 articles (0.0 %) have word for word" in counted


def test_a_source_without_dates_has_no_dates_rather_than_no_gap(client: FlaskClient) -> None:
    html = client.get("/coverage").text
    gaps = re.findall(r'<td class="n">([^<]*)</td></tr>', html.partition('id="gaps"')[0])
    assert gaps.count("no dates") == 1  # the hostile article's
    assert len(gaps) == 3


def test_a_gap_that_lasts_is_told_from_one_that_ends(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    gap = coverage.Gap(date(2018, 8, 7), date(2018, 10, 20))
    for lasts in (False, True):
        found = (coverage.Gap(gap.first, gap.last, lasts),)
        monkeypatch.setattr(coverage, "find_gaps", lambda *_, found=found: found)
        assert ("20 Oct 2018 <small>the last day here</small>" in client.get("/coverage").text) is lasts


def test_hostile_sources_are_text(client: FlaskClient) -> None:
    html = client.get("/coverage").text
    assert SCRIPT not in html
    assert "<img" not in html
    assert not re.search(r"<style|\sstyle=", html)


def test_wrong_filters_get_a_sentence(client: FlaskClient) -> None:
    assert client.get("/coverage?from=soon").status_code == 400
