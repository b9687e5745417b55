"""The run of alerts: new articles are matched with every saved search, then what was found is sent.

It may be killed at any moment and run again: an article is taken off the list of new ones after its alerts are
stored, and an alert is marked as sent after it was. At worst a message is sent twice. It may run while articles are
loaded: those that readers do not see yet stay on the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from indexer.alerts.encodings import StoredEncodings
from indexer.alerts.matching import Candidate, Trigger, make_trigger
from indexer.alerts.nearness import UsualNearness
from indexer.alerts.percolate import Percolator
from indexer.alerts.saved import Alert, SavedSearch, SavedSearches, Sent, now
from indexer.alerts.sending import Sender
from indexer.alerts.told import told
from indexer.article import Article
from indexer.errors import ArchiveError, InvalidQuery
from indexer.ingest.fresh import Fresh
from indexer.ingest.origins import without_origin

if TYPE_CHECKING:
    from indexer.archive import Archive

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong with one saved search; `search` is its id, as names may be the same."""

    search: str
    name: str
    problem: str


@dataclass(slots=True)
class AlertReport:
    """What a run did."""

    searches: int = 0
    articles: int = 0
    alerts: int = 0
    sent: int = 0  # messages
    problems: list[Problem] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def run_alerts(archive: Archive, *, sender: Sender | None = None) -> AlertReport:
    """Match the articles that are new since the last run, and send what was found."""
    store, fresh = SavedSearches(archive.engine), Fresh(archive.engine)
    report = AlertReport()
    searches = [saved for saved in store if not saved.paused]
    report.searches = len(searches)
    percolator = Percolator(_triggers(archive, searches, report) if searches else {})
    for batch in fresh.batches(_BATCH):
        seen = archive.engine.articles(list({note.article for note in batch}))
        # What another process is storing now is looked at by the next run.
        ready = [note for note in batch if not note.waits_for(seen.get(note.article))]
        articles = {
            note.article: without_origin(seen[note.article]) for note in ready if note.article in seen
        }
        report.articles += len(articles)
        for saved_id, alerts in _alerts(archive, percolator, articles).items():
            report.alerts += len(store.add(saved_id, alerts))
        fresh.done(ready)
    sender = sender or Sender(archive.settings)
    for saved, noted, _ in store.noted():  # as they are by now
        if not saved.paused:
            _send(archive, store, saved, noted, sender, report)
            store.prune(saved.id)
    return report


def _alerts(
    archive: Archive, percolator: Percolator, articles: Mapping[str, Article]
) -> dict[str, list[Alert]]:
    """Return what the articles raise, by saved search."""
    found: dict[str, list[Alert]] = {}
    vectors = archive.engine.vectors(list(articles)) if percolator.asks_for_nearness else {}
    for article_id, article in articles.items() if percolator else ():
        for saved_id, trigger, pairs in percolator.matches(Candidate(article, vectors.get(article_id))):
            alert = Alert(article_id, now(), pairs, trigger.count, trigger.near is not None)
            found.setdefault(saved_id, []).append(alert)
    return found


def _triggers(archive: Archive, searches: list[SavedSearch], report: AlertReport) -> dict[str, Trigger]:
    triggers: dict[str, Trigger] = {}
    usual = UsualNearness.of(archive.engine)
    encodings = StoredEncodings(archive.engine, archive.encoder)
    for saved in searches:
        try:
            trigger = make_trigger(archive.searcher.prepare(saved.request, encodings.encode), usual)
        except InvalidQuery as error:  # the query language has changed since it was saved
            report.problems.append(Problem(saved.id, saved.name, str(error)))
        else:
            if trigger is not None:
                triggers[saved.id] = trigger
    encodings.keep()
    return triggers


def _send(
    archive: Archive,
    store: SavedSearches,
    saved: SavedSearch,
    noted: Sent,
    sender: Sender,
    report: AlertReport,
) -> None:
    sent_at, put_off = noted.sent_at, False
    is_due = noted.is_due(saved.every)
    # What is not due is looked at only for whether what went wrong before is still to be sent.
    for way, send in sender.ways(saved).items() if is_due or noted.problem else ():
        waiting = [alert for alert in store.alerts(saved.id) if way not in alert.sent]
        if not waiting:
            continue
        if not is_due:
            put_off = True
            continue
        try:
            send(saved, told(waiting, archive.articles, archive.gists))
        except ArchiveError as error:
            report.problems.append(Problem(saved.id, saved.name, f"{way}: {error}"))
            continue
        report.sent += 1
        sent_at = now()
        store.update(saved.id, [replace(alert, sent=(*alert.sent, way)) for alert in waiting])
    problem = " ".join(one.problem for one in report.problems if one.search == saved.id)
    if put_off and not problem:
        problem = noted.problem  # what could not be sent is not sent yet
    if (after := Sent(sent_at, problem)) != noted:
        store.note_sent(saved.id, after)
