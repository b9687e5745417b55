"""Quarantined records are read again: from their file where it still is, else as they were kept."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest

from indexer.archive import Archive
from indexer.errors import SettingsError
from indexer.ingest.quarantine import KIND, Quarantined
from indexer.readers import ReadOptions, Record
from tests.ingest.conftest import WriteLines, story


def reasons(archive: Archive) -> list[str]:
    return [entry.reason for entry in archive.quarantine]


def test_a_mended_file_is_read_whole(archive: Archive, write_lines: WriteLines) -> None:
    write_lines("a.jsonl", [story("a"), {"id": "b", "title": "No text"}])
    archive.index([write_lines("a.jsonl", [story("a"), {"id": "b", "title": "No text"}])])
    write_lines("a.jsonl", [story("a"), story("b"), story("c")])
    report = archive.retry_quarantine()
    assert (report.stored, report.unchanged) == (2, 1)
    assert reasons(archive) == []


def test_an_unmended_file_changes_nothing(archive: Archive, write_lines: WriteLines) -> None:
    archive.index([write_lines("a.jsonl", [{"id": "b", "title": "No text"}])])
    before = list(archive.quarantine)
    report = archive.retry_quarantine()
    assert report.quarantined == 1
    assert [entry.key for entry in archive.quarantine] == [entry.key for entry in before]


def test_kept_records_are_read_where_the_file_is_gone(archive: Archive, write_lines: WriteLines) -> None:
    """What was refused by the options of then may be an article by the options of now."""
    path = write_lines("a.jsonl", [{"id": "b", "prose": "A text about ships."}, {"id": "c"}])
    archive.index([path])
    assert len(reasons(archive)) == 2
    path.unlink()
    report = archive.retry_quarantine(ReadOptions(columns={"text": "prose"}))
    assert (report.stored, report.quarantined) == (1, 1)
    assert archive.article("b").text == "A text about ships."
    assert [entry.line for entry in archive.quarantine] == [2]


def test_a_file_is_read_again_with_the_options_it_was_indexed_with(
    archive: Archive, write_lines: WriteLines
) -> None:
    def lines(bad_text: str) -> list[dict[str, str]]:
        good = {"id": "a", "headline": "T", "prose": "A text about ships.", "day": "2020-06-03 10:00"}
        return [good, {**good, "id": "b", "prose": bad_text}]

    zone = ZoneInfo("Asia/Dubai")
    columns = {"text": "prose", "published": "day"}
    options = ReadOptions(
        columns=columns, source="Here", section="Sea", language="fr", default_timezone=zone, encoding="cp1252"
    )
    path = write_lines("a.jsonl", lines(""))
    archive.index([path], options)
    before = archive.article("a")
    assert (before.source, before.section, before.language) == ("Here", "Sea", "fr")
    for attempt in range(2):  # a retry keeps them for the next
        report = archive.retry_quarantine()
        assert (report.stored, report.unchanged, report.quarantined) == (0, 1, 1), attempt
        assert archive.article("a") == before
    write_lines("a.jsonl", lines("Another text."))
    assert archive.retry_quarantine(ReadOptions(section="Land")).stored == 2
    mended = archive.article("b")
    assert (mended.text, mended.source, mended.section) == ("Another text.", "Here", "Land")
    assert mended.published == before.published


def test_kept_records_are_read_with_the_options_of_their_file(
    archive: Archive, write_lines: WriteLines
) -> None:
    path = write_lines("a.jsonl", [{"id": "b", "prose": "A text about ships."}])
    archive.index([path], ReadOptions(source="Here", columns={"title": "headline"}))
    path.unlink()
    assert archive.retry_quarantine(ReadOptions(columns={"text": "prose"})).stored == 1
    assert archive.article("b").source == "Here"


def test_an_entry_of_an_older_archive_has_no_options(archive: Archive, write_lines: WriteLines) -> None:
    archive.index([write_lines("a.jsonl", [{"id": "b"}])], ReadOptions(source="Here"))
    for key, record in list(archive.engine.records(KIND)):
        del record["options"]
        archive.engine.put_records(KIND, {key: record})
    write_lines("a.jsonl", [story("b")])
    assert archive.retry_quarantine().stored == 1
    assert archive.article("b").source == ""


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-3, minutes=-30)), ZoneInfo("Asia/Dubai")])
def test_options_that_are_kept_come_back(zone: tzinfo) -> None:
    options = ReadOptions(
        format="csv", encoding="cp1256", columns={"text": "a"}, title="T", published="2020", source="S",
        url="https://x/", language="ar", section="C", author="A", default_timezone=zone,
    )  # fmt: skip
    assert ReadOptions().over(orjson.loads(orjson.dumps(options.said()))) == options
    assert ReadOptions(default_timezone=zone).over({}).default_timezone == zone


def test_a_zone_that_is_not_known_here_is_told() -> None:
    with pytest.raises(SettingsError, match="Mars/Olympus"):
        ReadOptions().over({"timezone": "Mars/Olympus"})


def test_broken_json_is_not_taken_for_a_text(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "a", "title": "cut off\nno json at all\n')
    archive.index([path])
    before = sorted(reasons(archive))
    path.unlink()
    archive.retry_quarantine()
    assert sorted(reasons(archive)) == before
    assert archive.stats().articles == 0


def test_one_unreadable_file_does_not_end_a_retry(archive: Archive, write_lines: WriteLines) -> None:
    folder = write_lines("texts/a.jsonl", [{"id": "a", "title": "No text"}]).parent
    write_lines("texts/b.jsonl", [{"id": "b", "title": "No text"}])
    archive.index([folder])
    (folder / "a.jsonl").write_bytes(b"")
    write_lines("texts/b.jsonl", [story("b")])
    report = archive.retry_quarantine()
    assert report.stored == 1
    (reason,) = reasons(archive)
    assert "is empty" in reason


def test_a_file_that_was_unreadable_as_a_whole_is_read_again(
    archive: Archive, write_lines: WriteLines
) -> None:
    folder = write_lines("texts/a.jsonl", [story("a")]).parent
    (folder / "b.csv").write_text("nr,prose\n1,A text.\n")
    assert archive.index([folder]).quarantined == 1
    (folder / "b.csv").write_text("id,text\n1,A text.\n")
    assert archive.retry_quarantine().stored == 1
    assert reasons(archive) == []


@pytest.mark.parametrize("retry", [True, False])
def test_a_folder_that_could_not_be_entered_is_read_again(
    archive: Archive, write_lines: WriteLines, retry: bool
) -> None:
    folder = write_lines("texts/a.jsonl", [story("a")]).parent
    write_lines("texts/inner/more/b.jsonl", [story("b")])
    archive.index([folder])
    # As it is kept of one that refuses: root is refused by none.
    refused = Record(None, str(folder / "inner"), 0, "The folder cannot be entered: Permission denied.")
    archive.quarantine.add([Quarantined.of(refused, refused.reason, {"source": "Here"})])
    report = archive.retry_quarantine() if retry else archive.index([folder])
    assert (report.stored, report.unchanged) == ((1, 0) if retry else (0, 2))
    assert archive.article("b").source == ("Here" if retry else "")
    assert reasons(archive) == []


def test_nothing_to_retry_is_no_error(archive: Archive) -> None:
    report = archive.retry_quarantine()
    assert report.read == 0
