"""The same input again: what did not change costs nothing, what changed is replaced, what is gone can be deleted."""

from __future__ import annotations

import gzip
import io
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest

from indexer.archive import Archive
from indexer.ingest.report import IngestReport
from indexer.ingest.unfinished import articles_before
from indexer.search.request import SearchRequest
from tests.fakes import FakeEncoder
from tests.ingest.conftest import WriteLines, story


def ids(archive: Archive) -> list[str]:
    return [article.id for article in archive.scan()]


# --- unchanged and changed ------------------------------------------------------------------------


def test_the_same_input_again_encodes_nothing(
    archive: Archive, encoder: FakeEncoder, write_lines: WriteLines
) -> None:
    path = write_lines("a.jsonl", [story(str(number)) for number in range(100)])
    archive.index([path])
    before = encoder.passages_encoded
    report = archive.index([path])
    assert (report.stored, report.unchanged) == (0, 100)
    assert encoder.passages_encoded == before


def test_a_changed_article_is_replaced(
    archive: Archive, encoder: FakeEncoder, write_lines: WriteLines
) -> None:
    archive.index([write_lines("a.jsonl", [story("a"), story("b", "An old text about whales. " * 100)])])
    before = encoder.passages_encoded
    report = archive.index([write_lines("a.jsonl", [story("a"), story("b", "A text about trains.")])])
    assert (report.stored, report.unchanged) == (1, 1)
    assert encoder.passages_encoded == before + 1
    assert archive.article("b").text == "A text about trains."
    assert len(archive.passages("b")) == 1
    assert archive.stats().articles == 2
    assert archive.search(SearchRequest("+whales")).total == 0
    assert archive.search(SearchRequest("+trains")).results[0].article.id == "b"


def test_a_changed_title_or_date_is_a_change(archive: Archive, write_lines: WriteLines) -> None:
    archive.index([write_lines("a.jsonl", [story("a")])])
    for fields in ({"title": "Another title"}, {"title": "Another title", "published_at": "2020-01-02"}):
        assert archive.index([write_lines("a.jsonl", [story("a", **fields)])]).stored == 1
    assert archive.article("a").published is not None


def test_a_file_that_moved_costs_no_encoding(
    archive: Archive, encoder: FakeEncoder, write_lines: WriteLines, tmp_path: Path
) -> None:
    path = write_lines("one/a.jsonl", [story("a")])
    archive.index([path])
    before = encoder.passages_encoded
    path.rename(tmp_path / "one" / "b.jsonl")
    report = archive.index([tmp_path / "one"], delete_missing=True)
    assert (report.stored, report.unchanged, report.deleted) == (0, 1, 0)
    assert encoder.passages_encoded == before
    # It is known by its new place now.
    (tmp_path / "one" / "b.jsonl").unlink()
    write_lines("one/c.jsonl", [story("c")])
    assert archive.index([tmp_path / "one"], delete_missing=True).deleted == 1
    assert ids(archive) == ["c"]


def test_a_file_that_moved_leaves_nothing_to_be_made_up_for(
    archive: Archive, write_lines: WriteLines, tmp_path: Path
) -> None:
    path = write_lines("a.jsonl", [story("a")])
    archive.index([path])
    path.rename(tmp_path / "b.jsonl")
    assert archive.index([tmp_path / "b.jsonl"]).unchanged == 1
    assert articles_before(archive.engine) is None


# --- what is there no more ------------------------------------------------------------------------


@pytest.fixture
def folder(archive: Archive, write_lines: WriteLines) -> Path:
    """A folder of two files, which are in the archive beside articles from elsewhere."""
    write_lines("texts/one.jsonl", [story("a"), story("b")])
    folder = write_lines("texts/two.jsonl", [story("c"), story("d")]).parent
    archive.index([folder])
    archive.index([write_lines("elsewhere/e.jsonl", [story("e")])])
    archive.index([write_lines("texts-2/f.jsonl", [story("f")])])
    return folder


def again(archive: Archive, folder: Path) -> IngestReport:
    return archive.index([folder], delete_missing=True)


def test_articles_of_a_file_that_is_gone_are_deleted(archive: Archive, folder: Path) -> None:
    (folder / "one.jsonl").unlink()
    assert again(archive, folder).deleted == 2
    assert ids(archive) == ["c", "d", "e", "f"]
    assert archive.search(SearchRequest("+title:a")).total == 0


def test_nothing_is_deleted_without_being_asked(archive: Archive, folder: Path) -> None:
    (folder / "one.jsonl").unlink()
    archive.index([folder])
    assert ids(archive) == ["a", "b", "c", "d", "e", "f"]


def test_articles_that_a_file_holds_no_more_are_deleted(
    archive: Archive, folder: Path, write_lines: WriteLines
) -> None:
    write_lines("texts/one.jsonl", [story("b")])
    assert again(archive, folder).deleted == 1
    assert ids(archive) == ["b", "c", "d", "e", "f"]


def test_an_article_that_moved_to_another_file_stays(
    archive: Archive, folder: Path, write_lines: WriteLines
) -> None:
    write_lines("texts/one.jsonl", [story("a")])
    write_lines("texts/two.jsonl", [story("b"), story("c"), story("d")])
    assert again(archive, folder).deleted == 0


def test_a_bad_record_keeps_the_articles_of_its_file(
    archive: Archive, folder: Path, write_lines: WriteLines
) -> None:
    """It may be one of them, broken since."""
    write_lines("texts/one.jsonl", [story("a"), {"id": "?", "title": "broken"}])
    write_lines("texts/two.jsonl", [story("c")])
    assert again(archive, folder).deleted == 1
    assert ids(archive) == ["a", "b", "c", "e", "f"]


def test_a_file_that_breaks_off_keeps_its_articles(
    archive: Archive, write_lines: WriteLines, tmp_path: Path
) -> None:
    lines = write_lines(
        "lines.jsonl", [story(f"{number:03}", os.urandom(500).hex()) for number in range(200)]
    )
    folder = tmp_path / "packed"
    folder.mkdir()
    packed = gzip.compress(lines.read_bytes())
    (folder / "a.jsonl.gz").write_bytes(packed)
    assert again(archive, folder).stored == 200
    (folder / "a.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    report = again(archive, folder)
    assert (report.quarantined, report.deleted) == (1, 0)
    assert 0 < report.unchanged < 200
    assert archive.stats().articles == 200


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\xff" * 1_000], ids=["empty", "binary"])
def test_a_file_that_cannot_be_read_keeps_its_articles(
    archive: Archive, folder: Path, content: bytes
) -> None:
    (folder / "one.jsonl").write_bytes(content)
    assert again(archive, folder).deleted == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter every folder")
def test_a_folder_that_cannot_be_entered_keeps_its_articles(archive: Archive, folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (folder / "one.jsonl").rename(inner / "one.jsonl")
    archive.index([folder])
    inner.chmod(0)
    try:
        assert again(archive, folder).deleted == 0
    finally:
        inner.chmod(0o700)


def test_an_interrupted_run_deletes_nothing(archive: Archive, folder: Path) -> None:
    def interrupt(report: IngestReport) -> None:
        if not report.interrupted:
            raise KeyboardInterrupt

    (folder / "one.jsonl").unlink()
    report = archive.index([folder], delete_missing=True, progress=interrupt)
    assert report.interrupted
    assert ids(archive) == ["a", "b", "c", "d", "e", "f"]


def test_a_record_that_claims_to_be_of_a_file_is_not_deleted_with_it(
    archive: Archive, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = story("claims", _file=str(folder / "gone.jsonl"))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(orjson.dumps(claims))))
    assert archive.index(["-"]).stored == 1
    assert again(archive, folder).deleted == 0
    assert archive.article("claims").extra == {"_file (2)": claims["_file"]}


def test_what_came_by_no_file_is_never_deleted(archive: Archive, folder: Path) -> None:
    (article,) = [article for article in archive.scan() if article.id == "a"]
    archive.add([article])
    (folder / "one.jsonl").unlink()
    assert again(archive, folder).deleted == 1
    assert "a" in ids(archive)
