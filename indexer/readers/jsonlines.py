"""JSON Lines, also one JSON array or object in a file: each record -> an article or a reason.

Read as a stream: a record longer than the limit is skipped without being held in memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import orjson

from indexer.errors import InvalidArticle
from indexer.readers.base import ReadOptions, Record, raw_of
from indexer.readers.fields import FieldMapper
from indexer.readers.names import field_of
from indexer.readers.opening import TextSource

# Names under which an answer of a news interface holds its list of articles.
_LISTS = (
    "articles",
    "items",
    "results",
    "data",
    "docs",
    "documents",
    "records",
    "news",
    "posts",
    "hits",
    "response",
)

# Possessive, so that a long match costs no memory for going back.
# Everything up to the next bracket, or to a string that does not end in this chunk.
_FLAT = re.compile(rb'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+)*+', re.DOTALL)
_STRING_REST = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_BETWEEN = re.compile(rb"[\s,\[\]\x1e]*+")
_JUNK = re.compile(rb"[^,\]{\n]*+")


def read_json(source: TextSource, options: ReadOptions, mapper: FieldMapper) -> Iterator[Record]:
    """Yield a `Record` for each JSON value of `source`."""
    limit = options.max_record_bytes
    values = (
        split_values(source.chunks(), limit)
        if _is_one_array(source.head) or _is_spread_out(source.head)
        else split_lines(source.chunks(), limit)
    )
    for line, data in values:
        if data is None:
            reason = f"The record has more than {limit} bytes (setting max_record_bytes)."
            yield Record(None, source.name, line, reason)
            continue
        if not data.strip():
            continue
        yield from records_of(data, source.name, line, mapper)


def records_of(data: bytes, file: str, line: int, mapper: FieldMapper) -> Iterator[Record]:
    """Yield the articles of one JSON value, usually one; what is no object in it is one bad record together."""
    try:
        value = _loads(data)
    except ValueError as error:
        yield Record(None, file, line, f"The record is not valid JSON: {error}.", raw_of(data))
        return
    others = False
    for item in items_of(value):
        if not isinstance(item, dict):
            if not others:
                yield Record(None, file, line, "The record is not a JSON object.", raw_of(data))
            others = True
            continue
        raw = raw_of(data) if item is value else ""
        try:
            yield Record(mapper.article(item, file_name=_base_name(file)), file, line, raw=raw)
        except InvalidArticle as error:
            yield Record(None, file, line, str(error), raw or raw_of(_dumps(item)))


def split_lines(chunks: Iterator[bytes], limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield `(line number, line)`; None for a line of more than `limit` bytes, which is never held whole."""
    number, size = 1, 0
    parts: list[bytes] = []
    for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for end in ended:
            size += len(end)
            yield number, (b"".join([*parts, end]) if size <= limit else None)
            number, size = number + 1, 0
            parts.clear()
        size += len(rest)
        if size > limit:
            parts.clear()
        elif rest:
            parts.append(rest)
    if size:
        yield number, (b"".join(parts) if size <= limit else None)


def split_values(chunks: Iterator[bytes], limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield `(line number, value)` for each object of an array, or of objects one after another.

    None for a value of more than `limit` bytes, which is never held whole. A last value that does not end is
    yielded as far as it goes.
    """
    depth, in_string, escaped, in_junk = 0, False, False, False
    parts: list[bytes] = []
    size, line, started_at = 0, 1, 1

    def keep(piece: bytes) -> None:
        nonlocal size
        size += len(piece)
        if size > limit:
            parts.clear()
        else:
            parts.append(piece)

    def taken() -> tuple[int, bytes | None]:
        nonlocal size
        value = b"".join(parts) if size <= limit else None
        parts.clear()
        size = 0
        return started_at, value

    for chunk in chunks:
        position, start, counted = 0, 0, 0
        while position < len(chunk):
            if in_junk:
                position = _end(_JUNK, chunk, position)
                if position < len(chunk):
                    keep(chunk[start:position])
                    in_junk = False
                    yield taken()
            elif depth == 0:
                position = start = _end(_BETWEEN, chunk, position)
                if position == len(chunk):
                    break
                line, counted = line + chunk.count(b"\n", counted, position), position
                started_at = line
                in_junk = chunk[position : position + 1] != b"{"
                depth = 0 if in_junk else 1
                position += 0 if in_junk else 1
            elif in_string:
                if escaped:
                    position, escaped = position + 1, False
                    continue
                position = _end(_STRING_REST, chunk, position)
                if position < len(chunk):
                    in_string = chunk[position : position + 1] != b'"'
                    escaped = in_string
                    position += 1
            else:
                position = _end(_FLAT, chunk, position) + 1
                match chunk[position - 1 : position]:
                    case b'"':
                        in_string = True
                    case b"{" | b"[":
                        depth += 1
                    case b"}" | b"]":
                        depth -= 1
                        if depth == 0:
                            keep(chunk[start:position])
                            start = position
                            yield taken()
        if depth or in_junk:
            keep(chunk[start:])
        line += chunk.count(b"\n", counted)
    if depth or in_junk:
        yield taken()


def _end(pattern: re.Pattern[bytes], data: bytes, position: int) -> int:
    match = pattern.match(data, position)
    return match.end() if match else position


def _is_one_array(head: str) -> bool:
    """Tell an array that holds the file's records from JSON Lines whose first line is an array by itself."""
    first, _, rest = head.lstrip().partition("\n")
    return first.startswith("[") and not (rest.strip() and _is_value(first))


def _is_spread_out(head: str) -> bool:
    """Tell an object over several lines from JSON Lines: its first line is no value, but the start of one."""
    first = head.lstrip().split("\n", 1)[0].rstrip()
    return first.startswith("{") and first[-1] in "{[,:" and not _is_value(first)


def _is_value(text: str) -> bool:
    try:
        _loads(text.encode("utf-8", "replace"))
    except ValueError:
        return False
    return True


def _loads(data: bytes) -> Any:
    """Parse JSON. Raises ValueError. NaN and lone surrogates, which orjson refuses, take the slower way."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        try:
            return json.loads(data.decode("utf-8"))
        except UnicodeDecodeError:
            raise ValueError("it holds bytes that are not UTF-8 (give --encoding?)") from None
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        except ValueError:
            raise ValueError(str(error)) from None


def _dumps(item: dict[str, Any]) -> str:
    return json.dumps(item, ensure_ascii=False)


def items_of(value: Any) -> Iterator[Any]:
    """Yield the record that a JSON value is, or those inside it where it is an answer that wraps a list of them."""
    if isinstance(value, list):
        return chain.from_iterable(items_of(item) if isinstance(item, dict) else (item,) for item in value)
    if isinstance(value, dict) and not any(
        (field_of(key) or ("",))[0] == "text" and value[key] for key in value
    ):
        for name in _LISTS:
            inner = value.get(name)
            if isinstance(inner, list) and inner and all(isinstance(item, dict) for item in inner):
                return iter(inner)
            if isinstance(inner, dict) and any(isinstance(inner.get(key), list) for key in _LISTS):
                return items_of(inner)
    return iter((value,))


def _base_name(file: str) -> str:
    return file.replace("\\", "/").rsplit("/", 1)[-1]
