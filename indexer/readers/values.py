"""Whatever a field holds -> one clean string: lists, objects, numbers, nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any

import orjson

#: What spreadsheets and data frames write for "nothing here".
_NOTHING = frozenset({"nan", "none", "null", "n/a", "<na>", "nat", "\\n", "undefined"})

# Tabs and line ends stay; other control characters (and a stray byte order mark) say nothing.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")

# The part of an object that is its text: WordPress `rendered`, Mongo `$date`, XML `#text`, people's `name`.
_TEXT_KEYS = (
    "text", "rendered", "name", "value", "main", "title", "label", "content", "body", "html", "paragraph",
    "p", "$oid", "$date", "$numberLong", "$t", "#text", "_", "__cdata", "@value", "url", "href",
)  # fmt: skip

_MAX_DEPTH = 8


def clean(text: str) -> str:
    """Return `text` with `\\n` line ends and without control characters and outer white space."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text).strip()


def as_text(value: Any, joiner: str = ", ", depth: int = 0) -> str:
    """Return any JSON value as a clean string; empty for null, NaN and their written forms.

    Lists are joined by `joiner`. Of an object the part that is its text is taken, else it stays JSON.
    """
    match value:
        case None:
            return ""
        case str():
            text = clean(value)
            return "" if len(text) <= 9 and text.casefold() in _NOTHING else text
        case bool():
            return "true" if value else "false"
        case int():
            # More digits than Python turns into a string at once is no number that means something.
            return str(value) if abs(value) < 10**400 else ""
        case float():
            if not math.isfinite(value):
                return ""
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case date() | time():
            return value.isoformat()
        case list() | tuple() if depth < _MAX_DEPTH:
            return joiner.join(part for part in (as_text(item, joiner, depth + 1) for item in value) if part)
        case Mapping() if depth < _MAX_DEPTH:
            for key in _TEXT_KEYS:
                if key in value and (text := as_text(value[key], joiner, depth + 1)):
                    return text
    try:
        return (
            clean(orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()) if value else ""
        )
    except (orjson.JSONEncodeError, RecursionError):
        return ""
