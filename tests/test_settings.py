"""Settings: what is wrong with them is told with its place and a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import SettingsError
from indexer.settings import CONFIG_FILE, load_settings


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NEWSARCHIVE_PORT", raising=False)
    return tmp_path / CONFIG_FILE


def told(config: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(config) in str(caught.value)
    assert caught.value.remedy
    return str(caught.value)


def test_a_settings_file_is_read(config: Path) -> None:
    config.write_text("# \u0623\nport = 8123\n", encoding="utf-8")
    assert load_settings().port == 8123


def test_a_mistake_in_a_settings_file_is_told_with_its_line(config: Path) -> None:
    config.write_text("port = 8123\narchive = /data/news\n")
    assert "line 2" in told(config)


def test_a_settings_file_that_is_not_utf8_is_told_with_its_line(config: Path) -> None:
    config.write_bytes("port = 8123\n# caf\u00e9\n".encode("latin-1"))
    assert "line 2 is not UTF-8" in told(config)


def test_a_settings_file_that_is_nested_too_deeply_is_told(config: Path) -> None:
    config.write_text("x = " + "[" * 100_000)
    told(config)


def test_a_settings_file_that_cannot_be_read_is_told(config: Path) -> None:
    memory = Path("/proc/self/mem")  # a file whose first page nobody can read, root neither
    if not memory.is_file():
        pytest.skip("there is no such file here")
    config.symlink_to(memory)
    assert "cannot be read" in told(config)
