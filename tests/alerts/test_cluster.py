"""Alerts of an archive on a real cluster: the same articles, the same estimate, the same records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from indexer.alerts.estimate import Estimate, estimate
from indexer.alerts.run import run_alerts
from indexer.alerts.saved import SavedSearches
from indexer.archive import Archive
from indexer.engines.base import Entry
from indexer.ingest.fresh import Fresh
from indexer.search.request import SearchRequest
from indexer.settings import Settings, load_settings
from tests.alerts.conftest import article, save
from tests.fakes import FakeEncoder
from tests.opensearch.fixture import archive_settings

pytestmark = pytest.mark.opensearch

OTHERS = [
    article(f"other{number}", " ".join(f"w{number}x{place}" for place in range(12)), title=f"T{number}")
    for number in range(60)
]
NEW = [
    article("near", "Libya ceasefire talks", title="Libya ceasefire", day="2018-02-18"),
    article("half", "Libya talks", title="Libya", day="2018-02-18"),
    article("far", "ceasefire " + " ".join(f"v{number}" for number in range(60)), title="Football"),
]


def told(settings: Settings) -> tuple[set[str], set[str], Estimate]:
    """Return what two saved searches find in an archive, and the estimate for the first."""
    with Archive.open(settings, encoder=FakeEncoder()) as archive:
        archive.add(OTHERS)
        store = SavedSearches(archive.engine)
        words, condition = save(store, "Libya ceasefire"), save(store, "+ceasefire")
        archive.add(NEW)
        report = run_alerts(archive)
        assert (report.articles, report.problems) == (3, [])
        found = [{alert.article for alert in store.alerts(saved.id)} for saved in (words, condition)]
        return found[0], found[1], estimate(archive, SearchRequest("Libya ceasefire"))


def test_a_cluster_tells_what_a_folder_tells(opensearch_url: str, tmp_path: Path) -> None:
    embedded = told(load_settings(archive=tmp_path / "archive", cache=tmp_path / "cache"))
    assert embedded[:2] == ({"near", "half"}, {"near", "far"})
    with archive_settings(opensearch_url) as settings:
        assert told(settings.model_copy(update={"cache": tmp_path / "cache"})) == embedded


def test_alerts_that_are_run_before_readers_see_an_article_wait_for_it(opensearch_url: str) -> None:
    """A load shows what it has written every half a minute, and notes it at once."""
    with (
        archive_settings(opensearch_url) as settings,
        Archive.open(settings, encoder=FakeEncoder()) as archive,
    ):
        archive.add(OTHERS[:1])
        store = SavedSearches(archive.engine)
        saved = save(store, "+ceasefire")
        one = replace(NEW[0], language_confidence=1.0)
        Fresh(archive.engine).note({one.id: one.content_hash()})
        archive.engine.write([Entry(one, one.content_hash(), ())])
        assert run_alerts(archive).articles == 0
        archive.engine.refresh()
        assert run_alerts(archive).articles == 1
        assert [alert.article for alert in store.alerts(saved.id)] == [one.id]
