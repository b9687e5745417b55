"""What a run of saved searches costs: 200 of them matched with 100 new articles, in a folder and on a cluster.

    .venv/bin/pytest tests/benchmarks/bench_alerts.py -s -p no:cacheprovider -o "python_files=bench_*.py"

The articles are those of the bundled sample; the searches are English headlines of it. Seconds are wall time of
this process, CPU time beside it (a cluster's own work is not in that).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from indexer.alerts.run import run_alerts
from indexer.alerts.saved import SavedSearch, SavedSearches
from indexer.archive import Archive
from indexer.article import Article
from indexer.commands.demo import SAMPLE
from indexer.models.load import load_encoder
from indexer.readers import read
from indexer.search.record import to_record
from indexer.search.request import SearchRequest
from indexer.settings import Settings, load_settings
from tests.opensearch.fixture import archive_settings

SEARCHES = 200
NEW = 100


def articles() -> Iterator[Article]:
    for name in ("ntrex", "jawhara"):
        yield from (found.article for found in read([SAMPLE / f"{name}.jsonl.gz"]) if found.article)


@pytest.mark.timeout(0)
def test_in_a_folder(tmp_path: Path) -> None:
    measure(load_settings(archive=tmp_path / "archive"))


@pytest.mark.timeout(0)
def test_on_a_cluster(opensearch_url: str) -> None:
    with archive_settings(opensearch_url) as settings:
        measure(settings)


def measure(settings: Settings) -> None:
    everything = list(articles())
    old, new = everything[:-NEW], everything[-NEW:]
    titles = [one.title for one in everything if one.language == "en"]
    titles += [f"{one.title} {other.title}" for one, other in zip(everything, old[7:], strict=False)]
    with Archive.open(settings, encoder=load_encoder(settings)) as archive:
        archive.add(old)
        archive.warm_up()
        store = SavedSearches(archive.engine)
        for number, title in enumerate(islice(titles, SEARCHES)):
            store.put(SavedSearch(f"{number}", to_record(SearchRequest(title)), id=f"{number:04}"))
        for run in ("first", "again"):
            archive.add(new if run == "first" else [_edited(one) for one in new])
            wall, cpu = time.perf_counter(), time.process_time()
            report = run_alerts(archive)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            print(
                f"\n{archive.engine.name}, {run}: {report.searches} searches x {report.articles} articles, "
                f"{report.alerts} alerts: {wall:.2f} s, {cpu:.2f} s CPU of this process"
            )


def _edited(one: Article) -> Article:
    from dataclasses import replace

    return replace(one, text=f"{one.text} (updated)")
