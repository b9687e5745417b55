"""Alerts of an archive on a real cluster: the same articles, the same estimate, the same records."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.alerts.estimate import Estimate, estimate
from indexer.alerts.run import run_alerts
from indexer.alerts.saved import SavedSearches
from indexer.archive import Archive
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
