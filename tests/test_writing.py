"""What commands write: whole or not at all."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from indexer.commands.writing import check_writable, output
from indexer.errors import UnwritableOutput


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_text("before")
    path.chmod(0o640)
    with output(path) as out:
        out.write(b"af")
        out.write(b"ter")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names(tmp_path) == ["all.jsonl"]


def test_a_new_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    with output(tmp_path / "new") as out:
        out.write(b"x")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("there", [True, False])
def test_what_breaks_off_leaves_the_earlier_file_and_nothing_else(tmp_path: Path, there: bool) -> None:
    path = tmp_path / "all.jsonl"
    if there:
        path.write_text("before")

    def break_off() -> None:
        with output(path) as out:
            out.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert names(tmp_path) == (["all.jsonl"] if there else [])
    assert not there or path.read_text() == "before"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real" / "file")
    for text in (b"one", b"two"):
        with output(link) as out:
            out.write(text)
        assert link.is_symlink()
        assert (tmp_path / "real" / "file").read_bytes() == text


def test_a_pipe_is_written_as_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    check_writable(pipe)
    with output(pipe) as out:
        out.write(b"through")
    reader.join(timeout=10)
    assert read == [b"through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_check_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    check_writable(path)
    assert names(tmp_path) == []
    path.write_text("before")
    check_writable(path)
    assert path.read_text() == "before"
    assert names(tmp_path) == ["report.html"]


@pytest.mark.parametrize("name", ["nowhere/x", "file/x", "x" * 300])
def test_what_cannot_be_written_is_told_before_the_body(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnwritableOutput, match="cannot be written"):
        check_writable(tmp_path / name)
    with pytest.raises(UnwritableOutput, match="cannot be written"), output(tmp_path / name):
        pytest.fail("the body was run")
