"""An archive with a quick encoder, and articles to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer.archive import Archive
from indexer.settings import load_settings
from tests.fakes import FakeEncoder
from tests.models.conftest import onnx_encoder

__all__ = ["onnx_encoder"]

WriteLines = Callable[[str, list[dict[str, Any]]], Path]


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture
def archive(tmp_path: Path, encoder: FakeEncoder) -> Iterator[Archive]:
    """An empty archive without an encode cache."""
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path / "cache", encode_cache=False)
    with Archive.open(settings, encoder=encoder) as opened:
        yield opened


@pytest.fixture
def write_lines(tmp_path: Path) -> WriteLines:
    """Write records as JSON Lines to a file of this name below `tmp_path`, and return its path."""

    def write(name: str, records: list[dict[str, Any]]) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
        return path

    return write


def story(name: str, text: str = "", **fields: Any) -> dict[str, Any]:
    """Return a record that is an article."""
    text = text or f"The harbour of {name} was opened. Ships came the same day."
    return {"id": name, "title": f"About {name}", "text": text, "language": "en", **fields}
