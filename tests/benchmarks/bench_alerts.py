"""What a run of saved searches costs: 200 of them matched with 100 new articles, in a folder and on a cluster.

    .venv/bin/pytest tests/benchmarks/bench_alerts.py -s -p no:cacheprovider -o "python_files=bench_*.py"

The articles are those of the bundled sample; a search is five words of an English one. Seconds are wall time,
CPU time of this process beside it (a cluster's own work is not in that). "planning" is what the searches cost
whatever is new: each is encoded and planned with the words of the archive.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import pytest

from indexer.alerts.run import run_alerts
from indexer.alerts.saved import SavedSearch, SavedSearches
from indexer.archive import Archive
from indexer.article import Article
from indexer.commands.demo import SAMPLE
from indexer.evaluate.datasets import plain
from indexer.models.load import load_encoder
from indexer.readers import read
from indexer.search.record import to_record
from indexer.search.request import SearchRequest
from indexer.settings import Settings, load_settings
from tests.opensearch.fixture import archive_settings

SEARCHES = 200
NEW = 100
WORDS = 5


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
    english = [plain(f"{one.title} {one.text}").split() for one in everything if one.language == "en"]
    asked = [" ".join(words[first : first + WORDS]) for first in range(0, 100, WORDS) for words in english]
    with Archive.open(settings, encoder=load_encoder(settings)) as archive:
        archive.add(old)
        archive.warm_up()
        store = SavedSearches(archive.engine)
        for number, title in enumerate(islice(asked, SEARCHES)):
            store.put(SavedSearch(f"{number}", to_record(SearchRequest(title)), id=f"{number:04}"))
        for run in ("first", "again"):
            clocks = [_clocks()]
            run_alerts(archive)  # nothing is new: planning alone
            clocks.append(_clocks())
            archive.add(new if run == "first" else [_edited(one) for one in new])
            clocks.append(_clocks())
            report = run_alerts(archive)
            clocks.append(_clocks())
            (plan_wall, plan_cpu), _, (wall, cpu) = (
                (after[0] - before[0], after[1] - before[1]) for before, after in pairwise(clocks)
            )
            print(
                f"\n{archive.engine.name}, {run}: {report.searches} searches x {report.articles} articles, "
                f"{report.alerts} alerts: {wall:.2f} s, {cpu:.2f} s CPU; of it planning {plan_wall:.2f} s, "
                f"{plan_cpu:.2f} s CPU"
            )


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _edited(one: Article) -> Article:
    return replace(one, text=f"{one.text} (updated)")
