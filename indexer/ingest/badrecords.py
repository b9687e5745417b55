"""The bad records of one run on their way to quarantine: which are kept, which are only counted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from indexer.ingest.ledger import Ledger
from indexer.ingest.quarantine import MOST_OF_A_FILE, Quarantine, Quarantined
from indexer.ingest.report import IngestReport
from indexer.readers import Record

_TOGETHER = 64


class BadRecords:
    """Takes a run's bad records and counts them in its report: those that are no articles, and those that the store
    refuses, which come from another thread.
    """

    def __init__(
        self,
        quarantine: Quarantine,
        ledger: Ledger,
        options_of: Callable[[str], Mapping[str, Any]],
        report: IngestReport,
    ) -> None:
        """*options_of* says what a file is read with, which is kept with its records."""
        self._quarantine = quarantine
        self._ledger = ledger
        self._options_of = options_of
        self._report = report
        self._waiting: list[Quarantined] = []
        self._lock = threading.Lock()

    def add(self, record: Record, reason: str) -> None:
        """Count a bad record, and keep it unless this run did so before or its file has too many."""
        with self._lock:
            self._add(record, reason)

    def _add(self, record: Record, reason: str) -> None:
        kept = None
        if self._ledger.bad_lines(record.file) + (record.line > 0) <= MOST_OF_A_FILE:
            kept = Quarantined.of(record, reason, self._options_of(record.file))
            if not self._ledger.enter_kept(kept.key):
                self._report.repeated += 1
                return
        self._ledger.enter_bad(record.file, record.line)
        self._report.quarantined += 1
        if kept is None:
            self._report.not_kept += 1
            return
        self._waiting.append(kept)
        if len(self._waiting) >= _TOGETHER:
            self._store()

    def finish(self) -> None:
        """Store what waits, with an entry for each file that has more bad records than are kept."""
        for file, count in self._ledger.worst_files(MOST_OF_A_FILE):
            others = Quarantined.of_the_others(file, count, self._options_of(file))
            self._ledger.enter_kept(others.key)
            self._waiting.append(others)
        self._store()

    def settle(self) -> None:
        """Drop what earlier runs kept of the files that this one has read, once it has read everything."""
        self._quarantine.settle(self._ledger.was_read, self._ledger.was_kept)

    def _store(self) -> None:
        self._quarantine.add(self._waiting)
        self._waiting = []
