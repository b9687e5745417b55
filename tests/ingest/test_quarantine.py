"""Quarantine: what is kept of a bad record, how much of it, and when it goes."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from indexer.archive import Archive
from indexer.article import Article
from indexer.ingest.quarantine import MOST_OF_A_FILE, Quarantined
from indexer.readers import Record
from indexer.readers.base import RAW_LIMIT
from tests.ingest.conftest import WriteLines, story


def test_an_entry_has_file_line_and_reason_and_the_record_as_it_was_read(
    archive: Archive, write_lines: WriteLines
) -> None:
    bad = {"id": "b", "title": "No text"}
    path = write_lines("a.jsonl", [story("a"), bad, story("c")])
    report = archive.index([path])
    assert (report.read, report.stored, report.quarantined) == (3, 2, 1)
    (entry,) = archive.quarantine
    assert (entry.file, entry.line) == (str(path), 2)
    assert "no text" in entry.reason
    assert orjson.loads(entry.raw) == bad
    assert entry.at


def test_an_article_that_is_refused_later_is_kept_as_json() -> None:
    article = Article(id="a", title="T", text="B", extra={"_file": "/x"})
    entry = Quarantined.of(Record(article, "/x", 3), "It is refused.")
    assert entry.article_id == "a"
    assert Article.from_dict(orjson.loads(entry.raw)) == Article(id="a", title="T", text="B")


def test_what_an_article_is_kept_as_holds_no_language_that_nobody_wrote() -> None:
    entry = Quarantined.of(Record(Article(id="a", title="T", text="B"), "/x", 3), "It is refused.")
    assert "language" not in orjson.loads(entry.raw)


def test_what_is_told_listed_and_read_agrees(archive: Archive, tmp_path: Path) -> None:
    again = b'{"id": "a", "title": "Another", "body": "Another text."}'
    path = tmp_path / "a.jsonl"
    lines = [
        b"[1, 2, 3]", b"{broken", orjson.dumps(story("a")), again, b'{"id": "b", "title": "T", "text": ""}', b"{broken",
        b'[{"id": "c", "title": "T", "text": "Text."}, 1, [2]]', b'"text"', b"null", b'{"id": "d", "title": "T"}',
    ]  # fmt: skip
    path.write_bytes(b"\n".join(lines))
    report = archive.index([path])
    assert (report.read, report.stored, report.quarantined, report.repeated) == (11, 2, 9, 0)
    entries = archive.quarantine.in_order()
    assert [entry.line for entry in entries] == [1, 2, 4, 5, 6, 7, 8, 9, 10]
    assert [entry.raw.encode() for entry in entries] == [lines[entry.line - 1] for entry in entries]
    assert archive.quarantine.in_order(3) == entries[:3]
    assert entries[3].reason == "The article has no text: its field 'text' is empty."
    assert entries[-1].reason.startswith("The article has no text; its fields are id, title.")

    report = archive.index([path, path])
    assert (report.read, report.unchanged, report.quarantined, report.repeated) == (22, 2, 9, 2 + 9)
    assert len(archive.quarantine.in_order()) == 9


def test_an_object_that_is_refused_later_is_taken_back_from_what_is_kept(
    archive: Archive, tmp_path: Path
) -> None:
    path = tmp_path / "a.jsonl"
    again = {"id": "a", "headline": "Another", "body": "Another text."}
    path.write_bytes(orjson.dumps(story("a")) + b"\n" + orjson.dumps(again))
    archive.index([path])
    path.unlink()
    archive.delete(["a"])
    assert archive.retry_quarantine().stored == 1
    assert archive.article("a").title == "Another"


def test_a_huge_record_is_kept_in_part() -> None:
    entry = Quarantined.of(Record(Article("a", "T", "ب" * 100_000), "x", 1), "It is refused.")
    assert RAW_LIMIT - 3 <= len(entry.raw.encode()) <= RAW_LIMIT


def test_any_text_can_be_stored(archive: Archive) -> None:
    record = Record(None, "a\udcff", 1, "bad \ud800", "raw \udfff")
    entry = Quarantined.of(record, "bad \ud800", {"source": "caf\udce9"})
    archive.add([])
    archive.quarantine.add([entry])
    assert [(kept.file, kept.reason, kept.raw) for kept in archive.quarantine] == [("a?", "bad ?", "raw ?")]


def test_the_same_record_has_one_entry_and_records_of_one_line_have_their_own() -> None:
    def key(raw: str, line: int = 1, reason: str = "") -> str:
        return Quarantined("f", line, reason, raw).key

    assert key("{}", reason="one") == key("{}", reason="another")
    assert len({key("{}"), key("{ }"), key("{}", line=2)}) == 3


def test_reading_again_renews_entries_and_drops_those_that_were_mended(
    archive: Archive, write_lines: WriteLines
) -> None:
    bad = [{"id": name, "title": "No text"} for name in "ab"]
    path = write_lines("a.jsonl", bad)
    other = write_lines("other.jsonl", [{"id": "c"}])
    archive.index([path, other])
    archive.index([path, other])
    assert len(list(archive.quarantine)) == 3
    write_lines("a.jsonl", [bad[0], story("b")])
    archive.index([path])
    assert [(Path(entry.file).name, entry.line) for entry in sorted(archive.quarantine, key=str)] == [
        ("a.jsonl", 1),
        ("other.jsonl", 1),
    ]


def test_entries_can_be_removed_by_key(archive: Archive, write_lines: WriteLines) -> None:
    archive.index([write_lines("a.jsonl", [{"id": str(number)} for number in range(1_200)][:600])])
    keys = [entry.key for entry in archive.quarantine]
    assert archive.quarantine.remove([keys[0], "unknown"]) == 1
    assert archive.quarantine.remove(keys) == 599
    assert list(archive.quarantine) == []


@pytest.mark.parametrize("broken", [b"{not json\n", b'{"id": "1", "title": "no text"}\n'])
def test_a_file_of_broken_lines_does_not_fill_the_quarantine(
    archive: Archive, tmp_path: Path, write_lines: WriteLines, broken: bytes
) -> None:
    lines = MOST_OF_A_FILE + 500
    path = tmp_path / "odd.jsonl"
    path.write_bytes(broken * lines + orjson.dumps(story("good")) + b"\n")
    worse = write_lines("worse.jsonl", [{"id": "x"}])
    report = archive.index([path, worse])
    assert (report.read, report.stored) == (lines + 2, 1)
    assert (report.quarantined, report.not_kept) == (lines + 1, 500)
    entries = list(archive.quarantine)
    assert len(entries) == MOST_OF_A_FILE + 2
    summary = archive.quarantine.in_order()[MOST_OF_A_FILE]
    assert not summary.line
    assert (summary.file, summary.reason.split()[0]) == (str(path), "500")

    # Once mended, nothing of it stays.
    path.write_bytes(orjson.dumps(story("good")) + b"\n")
    archive.index([path])
    assert [entry.file for entry in archive.quarantine] == [str(worse)]


def test_what_is_kept_of_such_a_file_survives_a_retry_without_it(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_bytes(b"{broken\n" * (MOST_OF_A_FILE + 500))
    archive.index([path])
    before = {(entry.key, entry.reason) for entry in archive.quarantine}
    path.unlink()
    report = archive.retry_quarantine()
    assert report.not_kept == 0
    assert {(entry.key, entry.reason) for entry in archive.quarantine} == before
