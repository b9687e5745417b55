"""Saved searches, and the alerts that they have raised: kept by the archive as small records.

What a person said, what the run of alerts noted and what readers have read are records of three kinds, each written by
one of them alone: none can put back what another has changed or deleted meanwhile.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from indexer.engines.base import Engine
from indexer.errors import InvalidQuery
from indexer.ingest.fresh import SAVED
from indexer.search.page import WordPair
from indexer.search.record import from_record
from indexer.search.request import SearchRequest
from indexer.search.sources import SAME
from indexer.wording import say

#: Kinds of the records that stand beside a saved search, each under its id.
RUN, READ = "saved-run", "saved-read"
MAX_NAME = 100
#: Alerts of one saved search that are kept, the latest.
KEPT = 1_000
#: Saved searches in one archive: each is planned anew at every run, with the words that the archive holds by then.
MOST = 500
#: How often alerts are sent at most; they are looked for with every run all the same.
SCHEDULES = {"": timedelta(0), "day": timedelta(days=1), "week": timedelta(days=7)}


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """What a person said: a search that is run on new articles. `search` is a record (`indexer.search.record`)."""

    name: str
    search: Mapping[str, Any]
    #: The search as the web app's address has it.
    query_string: str = ""
    who: str = ""
    #: Where alerts are sent besides the feed; empty for nowhere.
    email: str = ""
    webhook: str = ""
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    created_at: str = field(default_factory=lambda: now())
    #: How often alerts are sent at most, of `SCHEDULES`.
    every: str = ""
    #: While it is paused, new articles pass it by.
    paused: bool = False

    @property
    def request(self) -> SearchRequest:
        return from_record(self.search)


@dataclass(frozen=True, slots=True)
class Sent:
    """What the run of alerts noted of a saved search: when alerts were last sent, empty for never."""

    sent_at: str = ""
    #: What went wrong when alerts were last matched or sent; empty where all went well.
    problem: str = ""

    def is_due(self, every: str) -> bool:
        """Say whether alerts that are sent so often at most (one of `SCHEDULES`) may be sent now."""
        wait = SCHEDULES[every]
        return not self.sent_at or datetime.now(UTC) - datetime.fromisoformat(self.sent_at) >= wait


@dataclass(frozen=True, slots=True)
class Read:
    """When somebody last marked the alerts of a saved search as read, empty for never."""

    read_at: str = ""

    def unread(self, alerts: Iterable[Alert]) -> int:
        """Return how many of the search's alerts nobody has read yet."""
        return sum(alert.is_unread(self.read_at) for alert in alerts)


class Noted(NamedTuple):
    """A saved search with what is noted of it."""

    saved: SavedSearch
    sent: Sent
    read: Read


@dataclass(frozen=True, slots=True)
class Alert:
    """One new article that answers a saved search. `pairs` name the words that did it, of `words` in all.

    `near` says whether it had to be near in meaning, too.
    """

    article: str
    at: str
    pairs: tuple[WordPair, ...] = ()
    words: int = 0
    near: bool = False
    #: By which ways it was sent: "email", "webhook".
    sent: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """An article raises one alert of a search, however often it is read."""
        return hashlib.blake2b(self.article.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()

    def is_unread(self, read_at: str) -> bool:
        """Say whether it came after the alerts of its search were last read, at the moment `read_at`."""
        return self.at > read_at

    @property
    def reason(self) -> str:
        """Say what triggered the alert."""
        if not self.pairs:
            return say("Passes the filters of the search.")
        told = tuple(
            pair.word
            if pair.source == SAME
            else say("%(word)s → %(found)s", word=pair.word, found=pair.found)
            for pair in self.pairs
        )
        if self.near:
            return say("Answers the search by %(words)s, and is near in meaning.", words=told)
        return say("Answers the search by %(words)s.", words=told)


T = TypeVar("T", SavedSearch, Sent, Read)


class SavedSearches:
    """The saved searches of one archive with their alerts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, saved: SavedSearch) -> None:
        """Keep what a person says of a search. Raises `InvalidQuery` where there are too many."""
        known = dict(self._engine.records(SAVED))
        if saved.id not in known and len(known) >= MOST:
            raise InvalidQuery(
                say("An archive keeps %(most)s saved searches.", most=MOST),
                remedy=say("Delete one that is not needed any more."),
            )
        # An older version's record has what the run and the reader say, too: it counts until they say it anew.
        self._engine.put_records(SAVED, {saved.id: {**known.get(saved.id, {}), **asdict(saved)}})

    def delete(self, saved_id: str) -> bool:
        """Delete a saved search with its alerts and all that was noted of it; return whether there was one."""
        there = bool(self._engine.delete_records(SAVED, [saved_id]))
        for kind in (RUN, READ):
            self._engine.delete_records(kind, [saved_id])
        kind = _kind(saved_id)
        self._engine.delete_records(kind, [key for key, _ in self._engine.records(kind)])
        return there

    def get(self, saved_id: str) -> SavedSearch | None:
        return next((saved for saved in self if saved.id == saved_id), None)

    def __iter__(self) -> Iterator[SavedSearch]:
        for _, record in self._engine.records(SAVED):
            yield _of(SavedSearch, record)

    # -- what is noted of them

    def noted(self) -> list[Noted]:
        """Return every saved search with what is noted of it."""
        sent, read = (dict(self._engine.records(kind)) for kind in (RUN, READ))
        return [
            Noted(
                _of(SavedSearch, record), _of(Sent, sent.get(key, record)), _of(Read, read.get(key, record))
            )
            for key, record in self._engine.records(SAVED)
        ]

    def noted_of(self, saved_id: str) -> Noted | None:
        return next((noted for noted in self.noted() if noted.saved.id == saved_id), None)

    def note_sent(self, saved_id: str, sent: Sent) -> None:
        """Keep what the run has to say of a saved search; it alone calls this."""
        self._engine.put_records(RUN, {saved_id: asdict(sent)})

    def mark_read(self, saved_id: str) -> None:
        """Keep that a reader has read the alerts that there are now."""
        self._engine.put_records(READ, {saved_id: asdict(Read(now()))})

    # -- alerts

    def alerts(self, saved_id: str) -> list[Alert]:
        """Return the alerts of a saved search, the latest first."""
        found = [_alert(record) for _, record in self._engine.records(_kind(saved_id))]
        return sorted(found, key=lambda alert: (alert.at, alert.article), reverse=True)

    def add(self, saved_id: str, alerts: Iterable[Alert]) -> list[Alert]:
        """Keep the alerts whose articles raised none before; return those."""
        known = {key for key, _ in self._engine.records(_kind(saved_id))}
        new = [alert for alert in alerts if alert.key not in known]
        self.update(saved_id, new)
        return new

    def update(self, saved_id: str, alerts: Iterable[Alert]) -> None:
        records = {alert.key: asdict(alert) for alert in alerts}
        if records:
            self._engine.put_records(_kind(saved_id), records)

    def prune(self, saved_id: str) -> None:
        """Drop the earliest alerts where there are more than are kept."""
        if stale := self.alerts(saved_id)[KEPT:]:
            self._engine.delete_records(_kind(saved_id), [alert.key for alert in stale])

    def unread(self) -> int:
        """Return how many alerts of all saved searches nobody has read yet."""
        return sum(read.unread(self.alerts(saved.id)) for saved, _, read in self.noted())


def now() -> str:
    """Return this moment in UTC; moments sort as their texts do."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _of(made: type[T], record: Mapping[str, Any]) -> T:
    """Return what a record says of the fields of `made`; one of an older version has those of the others, too."""
    return made(**{one.name: record[one.name] for one in fields(made) if one.name in record})


def _kind(saved_id: str) -> str:
    return f"alert-{saved_id}"


def _alert(record: Mapping[str, Any]) -> Alert:
    pairs = tuple(WordPair(**pair) for pair in record["pairs"])
    return Alert(**{**record, "pairs": pairs, "sent": tuple(record["sent"])})
