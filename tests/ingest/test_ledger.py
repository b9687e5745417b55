"""The notes of one run: ids, files, bad records."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from indexer.errors import EngineUnavailable
from indexer.ingest.ledger import Ledger


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


def test_the_first_article_of_an_id_is_remembered(ledger: Ledger) -> None:
    assert ledger.enter("a", "hash 1", "x.jsonl:1") is None
    assert ledger.enter("a", "hash 2", "x.jsonl:2") == ("hash 1", "x.jsonl:1")
    assert ledger.enter("a", "hash 3", "x.jsonl:3") == ("hash 1", "x.jsonl:1")
    assert ledger.enter("A", "hash 1", "x.jsonl:4") is None


def test_missing_ids_are_those_that_were_not_read(ledger: Ledger) -> None:
    for number in range(0, 100, 2):
        ledger.enter(str(number), "", "")
    assert list(ledger.missing(map(str, range(10)))) == ["1", "3", "5", "7", "9"]


def test_a_file_was_read_whole_when_none_of_its_records_was_bad(ledger: Ledger) -> None:
    ledger.enter_file("good")
    ledger.enter_file("bad")
    ledger.enter_bad("bad", 7)
    ledger.enter_bad("unreadable", 0)
    assert [ledger.was_read(file) for file in ("good", "bad", "unreadable", "other")] == [True] * 3 + [False]
    assert [ledger.was_read_whole(file) for file in ("good", "bad", "unreadable")] == [True, False, False]


def test_a_file_that_was_bad_stays_bad(ledger: Ledger) -> None:
    ledger.enter_bad("a", 1)
    ledger.enter_file("b")
    ledger.enter_file("a")
    assert not ledger.was_read_whole("a")


def test_bad_lines_of_a_file_are_counted_and_the_file_itself_is_none(ledger: Ledger) -> None:
    assert [ledger.enter_bad("a", line) for line in (1, 2, 0, 9)] == [1, 2, 2, 3]
    ledger.enter_bad("b", 1)
    assert list(ledger.worst_files(2)) == [("a", 3)]


def test_any_text_can_be_an_id_or_a_file(ledger: Ledger) -> None:
    odd = "\ud800/'\" \x00\n"
    assert ledger.enter(odd, "", "") is None
    assert ledger.enter(odd, "", "") is not None
    ledger.enter_file(odd)
    assert ledger.was_read_whole(odd)


def test_a_full_disk_is_an_expected_error(ledger: Ledger) -> None:
    ledger._database.execute("PRAGMA max_page_count = 8")
    with pytest.raises(EngineUnavailable, match="temporary files") as caught:
        _enter_many(ledger)
    assert "TMPDIR" in caught.value.remedy


def _enter_many(ledger: Ledger) -> None:
    for number in range(10_000):
        ledger.enter(str(number), "0" * 32, "file:1")
