"""From ingest to alerts: what is new is matched once, killed or not, and told by the command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from indexer.alerts import run as running
from indexer.alerts import saved as saving
from indexer.alerts.run import Problem, run_alerts
from indexer.alerts.saved import READ, RUN, Alert, Read, SavedSearch, SavedSearches, Sent
from indexer.alerts.sending import Sender
from indexer.alerts.told import Told
from indexer.archive import Archive
from indexer.article import Article
from indexer.commands.alerts import run_after_ingest
from indexer.engines.base import Entry
from indexer.errors import EngineUnavailable, InvalidQuery
from indexer.ingest import fresh as noting
from indexer.ingest.fresh import KIND, SAVED, Fresh, Note
from indexer.search.page import WordPair
from indexer.search.record import to_record
from indexer.search.request import SearchRequest
from indexer.settings import Settings
from tests.alerts.conftest import article, save


def found(store: SavedSearches, saved_id: str) -> set[str]:
    return {alert.article for alert in store.alerts(saved_id)}


def sent_of(store: SavedSearches, saved_id: str) -> Sent:
    noted = store.noted_of(saved_id)
    assert noted is not None
    return noted.sent


def test_only_what_is_new_raises_alerts(archive: Archive, store: SavedSearches) -> None:
    assert not Fresh(archive.engine).is_wanted()
    saved = save(store, "Libya ceasefire")
    archive.add([article("new", "Libya: a ceasefire holds."), article("other", "A football match.")])
    report = run_alerts(archive)
    assert (report.searches, report.articles, report.alerts) == (1, 2, 1)
    assert found(store, saved.id) == {"new"}
    [alert] = store.alerts(saved.id)
    assert "Libya" in alert.reason
    assert "ceasefire" in alert.reason
    assert run_alerts(archive).articles == 0


def test_a_changed_article_is_matched_again_but_told_once(archive: Archive, store: SavedSearches) -> None:
    saved = save(store, "Libya ceasefire")
    archive.add([article("a", "A ceasefire in Libya."), article("b", "A football match.")])
    run_alerts(archive)
    first = store.alerts(saved.id)
    archive.add([article("a", "A ceasefire in Libya, again."), article("b", "A ceasefire in Libya.")])
    assert run_alerts(archive).alerts == 1
    assert found(store, saved.id) == {"a", "b"}
    assert first[0] in store.alerts(saved.id)


def test_what_is_killed_goes_on(
    archive: Archive, store: SavedSearches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_BATCH", 2)
    saved = save(store, "ceasefire")
    archive.add([article(f"a{number}", "A ceasefire.") for number in range(5)])
    done = Fresh.done
    calls: list[Sequence[Note]] = []

    def killed(self: Fresh, notes: Sequence[Note]) -> None:
        calls.append(notes)
        if len(calls) == 2:
            raise KeyboardInterrupt  # after the alerts of the second batch were stored
        done(self, notes)

    monkeypatch.setattr(Fresh, "done", killed)
    with pytest.raises(KeyboardInterrupt):
        run_alerts(archive)
    monkeypatch.setattr(Fresh, "done", done)
    report = run_alerts(archive)
    assert report.articles == 3  # two of them for the second time
    assert report.alerts == 1
    assert len(store.alerts(saved.id)) == 5


def test_alerts_that_are_run_during_a_load_miss_nothing(archive: Archive, store: SavedSearches) -> None:
    saved = save(store, "+ceasefire")
    archive.add([article("changed", "A football match.")])
    run_alerts(archive)
    ids = ["changed", *(f"new{number:03}" for number in range(100))]
    other = Archive.open(archive.settings, encoder=archive.encoder)

    def loaded() -> Iterator[Article]:
        for place, name in enumerate(ids):
            if place >= 64:  # the first of them are on their way, and some of them noted
                run_alerts(other)
            yield article(name, "A ceasefire.")

    with other:
        archive.add(loaded())
    run_alerts(archive)
    assert found(store, saved.id) == set(ids)
    assert not list(archive.engine.records(KIND))


def test_the_first_search_that_is_saved_during_a_load_is_run_on_what_comes_after(
    archive: Archive, store: SavedSearches
) -> None:
    ids = [f"new{number:03}" for number in range(400)]
    saved: list[SavedSearch] = []

    def loaded() -> Iterator[Article]:
        for place, name in enumerate(ids):
            if place == 100:
                saved.append(save(store, "+ceasefire"))
            yield article(name, "A ceasefire.")

    archive.add(loaded())
    run_alerts(archive)
    assert found(store, saved[0].id) >= set(ids[100:])


def test_a_load_outlasts_a_store_that_does_not_say_whether_a_search_is_saved(
    archive: Archive, store: SavedSearches, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = save(store, "+ceasefire")
    wanted, asked = Fresh.is_wanted, []

    def away_at_first(self: Fresh) -> bool:
        asked.append(self)
        if len(asked) == 1:
            raise EngineUnavailable("It is away.")
        return wanted(self)

    monkeypatch.setattr(Fresh, "is_wanted", away_at_first)
    ids = [f"new{number:03}" for number in range(100)]
    assert archive.add(article(name, "A ceasefire.") for name in ids).stored == 100
    assert len(asked) == 2
    run_alerts(archive)
    assert found(store, saved.id) == set(ids)


def test_a_note_waits_for_its_article_and_not_for_ever(
    archive: Archive, store: SavedSearches, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = save(store, "+ceasefire")
    one = replace(article("late", "A ceasefire."), language_confidence=1.0)
    Fresh(archive.engine).note({"late": one.content_hash()})
    assert run_alerts(archive).articles == 0  # its writer has not come to it yet
    archive.engine.write([Entry(one, one.content_hash(), ())])
    archive.engine.refresh()
    assert run_alerts(archive).articles == 1
    assert found(store, saved.id) == {"late"}
    archive.engine.put_records(KIND, {"late": {}})  # as older versions have noted it
    Fresh(archive.engine).note({"never stored": "hash"})
    assert run_alerts(archive).articles == 1
    assert len(list(archive.engine.records(KIND))) == 1
    monkeypatch.setattr(noting, "LONGEST", timedelta(0))
    run_alerts(archive)
    assert not list(archive.engine.records(KIND))


def test_a_deleted_article_is_passed_over(archive: Archive, store: SavedSearches) -> None:
    save(store, "ceasefire")
    archive.add([article("gone", "A ceasefire.")])
    archive.delete(["gone"])
    report = run_alerts(archive)
    assert (report.articles, report.alerts) == (0, 0)


def test_a_search_that_is_no_query_any_more_is_told(archive: Archive, store: SavedSearches) -> None:
    broken, whole = save(store, '"unbalanced', "broken"), save(store, "ceasefire")
    archive.add([article("new", "A ceasefire.")])
    report = run_alerts(archive)
    assert [(one.search, one.name) for one in report.problems] == [(broken.id, "broken")]
    assert found(store, whole.id) == {"new"}
    assert "quotation" in sent_of(store, broken.id).problem


def test_the_earliest_alerts_go(
    archive: Archive, store: SavedSearches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "KEPT", 3)
    saved = save(store, "ceasefire")
    store.add(saved.id, [Alert(f"a{number}", f"2026-01-0{number}") for number in range(1, 6)])
    store.prune(saved.id)
    assert [alert.article for alert in store.alerts(saved.id)] == ["a5", "a4", "a3"]


def test_unread_is_what_came_after_reading(store: SavedSearches) -> None:
    saved = save(store, "ceasefire")
    store.add(saved.id, [Alert("a", saving.now())])
    assert store.unread() == 1
    store.mark_read(saved.id)
    assert store.unread() == 0
    store.add(saved.id, [Alert("b", saving.now())])
    assert store.unread() == 1
    [noted] = store.noted()
    assert noted.read.unread(store.alerts(saved.id)) == 1
    assert [alert.is_unread(noted.read.read_at) for alert in store.alerts(saved.id)] == [True, False]


def test_there_is_a_most(store: SavedSearches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "MOST", 1)
    saved = save(store, "ceasefire")
    with pytest.raises(InvalidQuery, match="keeps 1"):
        save(store, "other")
    store.put(replace(saved, name="renamed"))
    assert [one.name for one in store] == ["renamed"]


def test_deleting_takes_the_alerts_along(archive: Archive, store: SavedSearches) -> None:
    saved = save(store, "ceasefire")
    store.add(saved.id, [Alert("a", saving.now(), (WordPair("x", "y", "near"),))])
    store.note_sent(saved.id, Sent(saving.now(), "not taken"))
    store.mark_read(saved.id)
    assert store.delete(saved.id)
    assert not store.delete(saved.id)
    assert store.alerts(saved.id) == []
    assert not list(archive.engine.records(RUN))
    assert not list(archive.engine.records(READ))
    assert not Fresh(archive.engine).is_wanted()


class FailingOnce(Sender):
    """A sender whose first message is not taken."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.sent: list[list[str]] = []

    def send_webhook(self, saved: Any, alerts: Sequence[Told]) -> None:
        self.sent.append([one.alert.article for one in alerts])
        if len(self.sent) == 1:
            raise InvalidQuery("not taken")


def test_what_was_not_sent_is_sent_the_next_time(archive: Archive, store: SavedSearches) -> None:
    saved = save(store, "ceasefire", webhook="https://hook.example/x")
    sender = FailingOnce(archive.settings)
    archive.add([article("a", "A ceasefire.")])
    report = run_alerts(archive, sender=sender)
    assert (report.sent, report.problems) == (0, [Problem(saved.id, "ceasefire", "webhook: not taken")])
    assert sent_of(store, saved.id).problem == "webhook: not taken"
    archive.add([article("b", "A ceasefire.")])
    assert run_alerts(archive, sender=sender).sent == 1
    assert sorted(sender.sent[1]) == ["a", "b"]
    assert run_alerts(archive, sender=sender).sent == 0
    assert sent_of(store, saved.id).problem == ""


def test_searches_of_one_name_have_their_own_problems(archive: Archive, store: SavedSearches) -> None:
    first, second = (save(store, "ceasefire", webhook="https://hook.example/x") for _ in range(2))
    archive.add([article("a", "A ceasefire.")])
    report = run_alerts(archive, sender=FailingOnce(archive.settings))
    assert (report.sent, len(report.problems)) == (1, 1)
    stored = {saved.id: sent.problem for saved, sent, _ in store.noted()}
    assert sorted((stored[first.id], stored[second.id])) == ["", "webhook: not taken"]


class WithoutMail(Sender):
    """Takes what is sent to webhooks, and no mail."""

    def send_webhook(self, saved: Any, alerts: Sequence[Told]) -> None:
        """Take it."""

    def send_mail(self, saved: Any, alerts: Sequence[Told]) -> None:
        raise InvalidQuery("no mail")


def test_a_problem_stays_until_it_is_over(archive: Archive, store: SavedSearches) -> None:
    """The webhook was sent, so nothing is due before tomorrow, and the mail is unsent meanwhile."""
    saved = save(store, "ceasefire", webhook="https://hook.example/x", email="a@example.org", every="day")
    sender = WithoutMail(archive.settings)
    archive.add([article("a", "A ceasefire.")])
    assert run_alerts(archive, sender=sender).sent == 1
    for _ in range(2):
        assert sent_of(store, saved.id).problem == "email: no mail"
        assert run_alerts(archive, sender=sender).sent == 0


class Counting(Sender):
    """Counts what it is given to send."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.sent: list[list[str]] = []

    def ways(self, saved: SavedSearch) -> dict[str, Any]:
        return {"email": lambda _, alerts: self.sent.append([one.alert.article for one in alerts])}


def test_alerts_are_sent_as_often_as_wanted(archive: Archive, store: SavedSearches) -> None:
    saved = replace(save(store, "ceasefire"), every="day")
    store.put(saved)
    sender = Counting(archive.settings)
    for number in (1, 2, 3):
        archive.add([article(f"a{number}", "A ceasefire.")])
        run_alerts(archive, sender=sender)
    assert sender.sent == [["a1"]]
    yesterday = datetime.fromisoformat(sent_of(store, saved.id).sent_at) - timedelta(days=1)
    store.note_sent(saved.id, Sent(yesterday.isoformat()))
    run_alerts(archive, sender=sender)
    assert [sorted(ids) for ids in sender.sent] == [["a1"], ["a2", "a3"]]


class Meanwhile(Counting):
    """Lets something happen while a message is on its way."""

    def __init__(self, settings: Settings, happens: Callable[[], object]) -> None:
        super().__init__(settings)
        self.happens = happens

    def ways(self, saved: SavedSearch) -> dict[str, Any]:
        def send(_: SavedSearch, alerts: Sequence[Told]) -> None:
            self.sent.append([one.alert.article for one in alerts])
            self.happens()

        return {"email": send}


def test_a_search_that_is_deleted_while_the_run_sends_does_not_come_back(
    archive: Archive, store: SavedSearches, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = save(store, "ceasefire")
    archive.add([article("a", "A ceasefire.")])
    put_records = archive.engine.put_records

    def put(kind: str, records: Mapping[str, Mapping[str, Any]]) -> None:
        if sender.sent and kind != f"alert-{saved.id}":
            store.delete(saved.id)  # at the last moment before the run keeps what it has to say
        put_records(kind, records)

    sender = Counting(archive.settings)
    monkeypatch.setattr(archive.engine, "put_records", put)
    assert run_alerts(archive, sender=sender).sent == 1
    assert list(store) == store.noted() == []
    assert store.noted_of(saved.id) is None
    assert not Fresh(archive.engine).is_wanted()
    store.mark_read(saved.id)
    assert list(store) == store.noted() == []


def test_what_a_person_changes_while_the_run_sends_stays(archive: Archive, store: SavedSearches) -> None:
    saved = save(store, "ceasefire", every="week")
    archive.add([article("a", "A ceasefire.")])
    changed = replace(saved, name="Truces", paused=True)
    sender = Meanwhile(archive.settings, lambda: (store.put(changed), store.mark_read(saved.id)))
    run_alerts(archive, sender=sender)
    [(kept, sent, read)] = store.noted()
    assert kept == changed
    assert sent.sent_at
    assert read.read_at
    assert store.unread() == 0


def test_a_search_that_is_changed_while_the_run_matches_is_sent_where_it_says_now(
    archive: Archive, store: SavedSearches, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = save(store, "ceasefire", webhook="https://hook.example/x")
    archive.add([article("a", "A ceasefire.")])
    done = Fresh.done

    def changed(self: Fresh, notes: Sequence[Note]) -> None:
        store.put(replace(saved, webhook=""))
        done(self, notes)

    monkeypatch.setattr(Fresh, "done", changed)
    sender = FailingOnce(archive.settings)
    assert run_alerts(archive, sender=sender).alerts == 1
    assert not sender.sent


def test_reading_or_changing_what_was_seen_before_a_run_sends_no_digest_twice(
    archive: Archive, store: SavedSearches
) -> None:
    saved = save(store, "ceasefire", every="week")
    sender = Counting(archive.settings)
    archive.add([article("a", "A ceasefire.")])
    [seen] = store
    run_alerts(archive, sender=sender)
    store.mark_read(seen.id)
    store.put(replace(seen, name="Truces"))
    archive.add([article("b", "A ceasefire.")])
    run_alerts(archive, sender=sender)
    assert sender.sent == [["a"]]
    assert found(store, saved.id) == {"a", "b"}


def test_a_search_of_an_older_version_keeps_what_was_noted_in_its_own_record(
    archive: Archive, store: SavedSearches
) -> None:
    saved = SavedSearch("Old", to_record(SearchRequest("ceasefire")), every="week")
    at = saving.now()
    moved = {"sent_at": at, "read_at": at, "problem": "email: no mail"}
    archive.engine.put_records(SAVED, {saved.id: {**asdict(saved), **moved}})
    as_it_was = (saved, Sent(at, "email: no mail"), Read(at))
    assert list(store) == [saved]
    assert store.noted() == [as_it_was]
    renamed = replace(saved, name="Renamed")
    store.put(renamed)
    assert store.noted() == [(renamed, *as_it_was[1:])]
    run_alerts(archive, sender=Counting(archive.settings))
    store.mark_read(saved.id)
    [(_, sent, read)] = store.noted()
    assert sent == Sent(at)  # nothing was waiting, so that nothing is wrong any more
    assert read.read_at > at


def test_after_ingest_the_searches_are_run(
    archive: Archive, store: SavedSearches, capsys: pytest.CaptureFixture[str]
) -> None:
    run_after_ingest(archive)
    assert capsys.readouterr().err == ""
    save(store, "ceasefire")
    archive.add([article("a", "A ceasefire.")])
    run_after_ingest(archive)
    assert "1 alert of 1 saved search in 1 new article" in capsys.readouterr().err


def test_a_search_keeps_its_record(store: SavedSearches) -> None:
    request = SearchRequest("ceasefire")
    saved = save(store, "ceasefire", query_string="q=ceasefire", email="a@example.org")
    assert store.get(saved.id) == saved
    assert saved.request == request
    assert saved.search == to_record(request)


def test_articles_are_never_trusted(archive: Archive, store: SavedSearches) -> None:
    saved = save(store, "ceasefire")
    odd = Article(id="x\u0000\"'/..", title="\u202e<b>", text="ceasefire " * 5, language="en")
    archive.add([odd])
    run_alerts(archive)
    assert found(store, saved.id) == {odd.id}
