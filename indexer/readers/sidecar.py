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
from indexer.readers.base import ReadOptions
from indexer.readers.fields import FieldMapper
from indexer.readers.jsonlines import items_of
from indexer.readers.names import field_of
from indexer.readers.opening import PACKED_ENDINGS, unpacked_name

MAX_BYTES = 1_000_000
_ENDINGS = (".meta.json", ".json", ".toml")
_TEXT_ENDINGS = (".txt", ".text")


def find_sidecar(path: Path) -> Path | None:
    """Return the sidecar of a plain text file, or None."""
    bare = unpacked_name(path.name)
    stem = next((bare[: -len(ending)] for ending in _TEXT_ENDINGS if bare.lower().endswith(ending)), bare)
    for base in dict.fromkeys((stem, bare, path.name)):
        for ending in _ENDINGS:
            candidate = path.with_name(base + ending)
            if candidate != path and _is_file(candidate) and is_sidecar(candidate):
                return candidate
    return None


def is_sidecar(path: Path) -> bool:
    """Tell whether `path` belongs to a plain text beside it: named like one, without a text of its own."""
    return bool(texts_of_sidecar(path))


def texts_of_sidecar(path: Path) -> list[Path]:
    """Return the plain texts that `path` is a sidecar of; none where it is no sidecar."""
    ending = next((ending for ending in _ENDINGS if path.name.endswith(ending)), "")
    base = path.name.removesuffix(ending)
    if not ending or not base:
        return []
    names = (base + text + packed for text in ("", *_TEXT_ENDINGS) for packed in ("", *PACKED_ENDINGS))
    texts = (name for name in names if unpacked_name(name).lower().endswith(_TEXT_ENDINGS))
    there = [text for text in map(path.with_name, texts) if _is_file(text)]
    return [] if there and _holds_articles(path) else there


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False  # a name that is too long, or a folder that may be listed only


def read_sidecar(path: Path) -> dict[str, Any]:
    """Return the fields of a sidecar. Raises `InvalidArticle` where it cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidArticle(f"The sidecar {path.name} has more than {MAX_BYTES} bytes.")
        data = path.read_bytes()
        fields = tomllib.loads(data.decode("utf-8-sig")) if path.suffix == ".toml" else orjson.loads(data)
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidArticle(f"The sidecar {path.name} cannot be read: {error}.") from None
    if not isinstance(fields, dict):
        raise InvalidArticle(f"The sidecar {path.name} holds no fields.")
    return fields


def _holds_articles(path: Path) -> bool:
    """Tell a JSON file of articles that only happens to be called like its neighbour.

    An answer that wraps a list is one where an article of the list has a text, or nothing beside the list says
    anything of the neighbour.
    """
    try:
        fields = read_sidecar(path)
    except InvalidArticle:
        # A broken sidecar still is one: it must be reported, not passed over.
        return path.suffix == ".json" and not path.name.endswith(".meta.json") and _begins_list(path)
    if _has_text(fields):
        return True
    if path.suffix != ".json":
        return False
    items = list(items_of(fields))
    is_wrapped = not any(item is fields for item in items)
    return is_wrapped and (any(map(_has_text, items)) or not any(field_of(key) for key in fields))


def _has_text(fields: Any) -> bool:
    return isinstance(fields, dict) and bool(FieldMapper(ReadOptions()).partial(fields).text)


def _begins_list(path: Path) -> bool:
    """Tell an array, JSON Lines, or more JSON than anyone writes beside a text."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return True
        with path.open("rb") as file:
            first = file.readline(MAX_BYTES)
            if first.lstrip().startswith(b"[") or len(first) == MAX_BYTES:
                return True
            orjson.loads(first)
    except (OSError, ValueError):
        return False
    return True
