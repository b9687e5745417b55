"""docs/formats.md says what the readers do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from indexer.readers import parse_date
from indexer.readers.fields import MAX_EXTRA_FIELDS, MAX_EXTRA_VALUE
from indexer.readers.files import _FORMATS
from indexer.readers.names import field_of
from indexer.readers.opening import MAX_RATIO, RATIO_FREE_BYTES
from indexer.readers.titles import MAX_MADE_TITLE

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_every_name_of_the_table_means_its_field() -> None:
    rows = re.findall(r"^\| ([a-z, ]+?)(?: \(needed\))? \| (.*) \|$", section("Fields"), re.MULTILINE)
    checked = 0
    for fields, names in rows:
        for name in re.findall(r"`([^`]+)`", names):
            found = field_of(name)
            assert found, name
            assert found[0] in fields.split(", "), name
            checked += 1
    assert checked > 40


def test_every_ending_is_on_the_page() -> None:
    table = section("Files")
    assert all(f"`{ending}`" in table for ending in _FORMATS)


@pytest.mark.parametrize(
    "example",
    [
        example
        for line in section("Dates").split("Nothing is made up")[0].split("\n")
        if line.startswith(("- ISO", "- RFC", "- English"))
        for example in re.findall(r"`([^`]+)`", line)
    ],
)
def test_every_date_of_the_page_is_read(example: str) -> None:
    found = parse_date(example)
    assert found is not None
    assert found.at.year == 2020


def test_the_limits_on_the_page_are_the_ones_in_force() -> None:
    assert f"{MAX_RATIO:,} times" in PAGE
    assert f"{RATIO_FREE_BYTES // 2**20} MiB" in PAGE
    assert f"{MAX_EXTRA_FIELDS - 1} fields of {MAX_EXTRA_VALUE:,} characters" in PAGE
    assert f"at most {MAX_MADE_TITLE} characters" in PAGE
