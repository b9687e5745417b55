"""Files beside a plain text that say what the text does not: title, date, source, address.

For `story.txt`: `story.json`, `story.meta.json`, `story.toml`, or the same after the whole name
(`story.txt.json`). The first that exists counts.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import orjson

from indexer.errors import InvalidArticle
from indexer.readers.names import field_of

MAX_BYTES = 1_000_000
_ENDINGS = (".json", ".meta.json", ".toml")
_TEXT_ENDINGS = (".txt", ".text")
_PACKED = ("", ".gz", ".zst")


def find_sidecar(path: Path) -> Path | None:
    """Return the sidecar of a plain text file, or None."""
    name = path.name
    for packed in _PACKED[1:]:
        name = name.removesuffix(packed)
    stem = next((name.removesuffix(ending) for ending in _TEXT_ENDINGS if name.endswith(ending)), name)
    for base in dict.fromkeys((stem, name, path.name)):
        for ending in _ENDINGS:
            candidate = path.with_name(base + ending)
            if candidate != path and candidate.is_file() and is_sidecar(candidate):
                return candidate
    return None


def is_sidecar(path: Path) -> bool:
    """Tell whether `path` belongs to a plain text beside it: named like one, without a text of its own."""
    for ending in (".meta.json", ".json", ".toml"):
        if not path.name.endswith(ending):
            continue
        base = path.name.removesuffix(ending)
        names = (base + text + packed for text in ("", *_TEXT_ENDINGS) for packed in _PACKED)
        texts = (
            path.with_name(name) for name in names if name.removesuffix(".gz").endswith(_TEXT_ENDINGS) or name
        )
        if any(_is_text_name(text.name) and text.is_file() for text in texts):
            return not _holds_text(path)
    return False


def read_sidecar(path: Path) -> dict[str, Any]:
    """Return the fields of a sidecar. Raises `InvalidArticle` where it cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidArticle(f"The sidecar {path.name} has more than {MAX_BYTES} bytes.")
        data = path.read_bytes()
        fields = tomllib.loads(data.decode("utf-8-sig")) if path.suffix == ".toml" else orjson.loads(data)
    except (OSError, ValueError) as error:
        raise InvalidArticle(f"The sidecar {path.name} cannot be read: {error}.") from None
    if not isinstance(fields, dict):
        raise InvalidArticle(f"The sidecar {path.name} holds no fields.")
    return fields


def _is_text_name(name: str) -> bool:
    for packed in _PACKED[1:]:
        name = name.removesuffix(packed)
    return name.endswith(_TEXT_ENDINGS)


def _holds_text(path: Path) -> bool:
    """A JSON file with a text is an article that only happens to be called like its neighbour."""
    try:
        fields = read_sidecar(path)
    except InvalidArticle:
        # A broken sidecar still is one: it must be reported, not passed over.
        return path.name.endswith(".json") and path.stat().st_size > MAX_BYTES
    return any((field_of(key) or ("",))[0] == "text" and fields[key] for key in fields)
