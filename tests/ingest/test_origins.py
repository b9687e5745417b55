"""Where an article was read: noted, but no part of what it says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from indexer.article import Article
from indexer.ingest.origins import (
    ORIGIN,
    is_below,
    is_same_content,
    split_hash,
    with_origins,
    without_origin,
)
from indexer.readers import Record

ARTICLE = Article(id="a", title="T", text="B", extra={"colour": "red"})


def at(file: str) -> Article:
    (record,) = with_origins([Record(ARTICLE, file, 1)])
    assert record.article
    return record.article


def test_a_file_has_its_full_path_in_any_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        assert at("a.jsonl").extra[ORIGIN] == str(tmp_path / name / "a.jsonl")
        assert at("../a.jsonl").extra[ORIGIN] == str(tmp_path / "a.jsonl")


def test_a_link_to_a_folder_is_that_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert is_below(at(f"{tmp_path}/link/a.jsonl"), [tmp_path / "real"])


def test_standard_input_is_no_place() -> None:
    assert ORIGIN not in at("-").extra
    assert not is_below(at("-"), [Path("/")])


@pytest.mark.parametrize("file", ["-", "/x/a.jsonl"])
def test_a_field_of_that_name_is_kept_under_another_and_is_no_origin(file: str) -> None:
    claims = replace(ARTICLE, extra={"a": "1", ORIGIN: "/news/gone.jsonl", f"{ORIGIN} (2)": "3", "z": "4"})
    (record,) = with_origins([Record(claims, file, 1)])
    assert record.article
    assert not is_below(record.article, [Path("/news")])
    assert list(without_origin(record.article).extra.items()) == [
        ("a", "1"), (f"{ORIGIN} (3)", "/news/gone.jsonl"), (f"{ORIGIN} (2)", "3"), ("z", "4"),
    ]  # fmt: skip


def test_bad_records_have_full_paths_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (record,) = with_origins([Record(None, "a.jsonl", 2, "bad")])
    assert (record.file, record.line, record.reason) == (str(tmp_path / "a.jsonl"), 2, "bad")


def test_the_note_can_be_taken_off_again() -> None:
    assert without_origin(at("/x/a.jsonl")) == ARTICLE
    assert without_origin(ARTICLE) is ARTICLE


def test_the_same_article_elsewhere_has_the_same_content_and_another_stored_hash() -> None:
    here, there = split_hash(at("/x/a.jsonl")), split_hash(at("/y/a.jsonl"))
    assert here[0] == there[0] == split_hash(ARTICLE)[0]
    assert len({here[1], there[1], split_hash(ARTICLE)[1]}) == 3
    assert is_same_content(here[1], there[0])
    changed = split_hash(replace(at("/x/a.jsonl"), text="C"))
    assert not is_same_content(here[1], changed[0])


def test_below_means_inside_and_not_beside() -> None:
    article = at("/data/news/a.jsonl")
    assert is_below(article, [Path("/data/news")])
    assert is_below(article, [Path("/other"), Path("/data")])
    assert not is_below(article, [Path("/data/new")])
    assert not is_below(article, [])
