"""A small archive of records, encoded by a quick encoder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson

from indexer.archive import Archive
from indexer.models.base import Encoder
from indexer.settings import load_settings


@contextmanager
def archive_of(folder: Path, records: Sequence[Mapping[str, str]], encoder: Encoder) -> Iterator[Archive]:
    (folder / "articles.jsonl").write_bytes(b"\n".join(map(orjson.dumps, records)))
    settings = load_settings(archive=folder / "archive", cache=folder / "cache")
    with Archive.open(settings, encoder=encoder) as opened:
        opened.index([folder / "articles.jsonl"])
        yield opened
