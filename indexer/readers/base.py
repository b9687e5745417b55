"""What readers take and give: options, records, descriptions."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from indexer.article import Article
from indexer.errors import SettingsError

#: How much of a bad record is kept for quarantine, in bytes of UTF-8.
RAW_LIMIT = 10_000

FORMATS = ("auto", "jsonl", "csv", "tsv", "text")

#: The fields of an article that a column can be mapped to (`ReadOptions.columns`).
MAPPABLE = (
    "id", "url", "title", "text", "summary", "source", "section", "author",
    "language", "published", "publisher", "credit",
)  # fmt: skip


# What `ReadOptions.said` keeps, besides columns and time zone.
_SAID = (
    "format", "encoding", "title", "published", "source", "url", "language", "section", "author",
)  # fmt: skip
_SAMPLE = '{"id": 1, "title": "A title", "text": "Some text."}\n' * 2
_OFFSET = re.compile(r"UTC([+-])(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it was read: an article, or the reason why it is none (then it goes to quarantine)."""

    article: Article | None
    #: The file as it was named or found; `-` for standard input.
    file: str
    #: Where the record starts, from 1; 0 where that has no meaning.
    line: int
    reason: str = ""
    #: At most `RAW_LIMIT` bytes of a bad record, and of an article in a JSON value of its own, which may be refused
    #: later; `read_raw` takes it back.
    raw: str = ""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read. What is given here as `source`, `language`, ... wins over what the record says.

    `title`, `url` and `published` belong to one article: in files of many records they only fill what a
    record lacks.
    """

    format: str = "auto"
    encoding: str = "auto"
    #: Field of the article (one of `MAPPABLE`) -> name of the column or field in the file (`a.b` for
    #: `b` inside `a`).
    columns: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    published: str = ""
    source: str = ""
    url: str = ""
    language: str = ""
    section: str = ""
    author: str = ""
    #: The zone of times that are written without one.
    default_timezone: tzinfo = UTC
    #: What counts as the future; None for the moment of reading.
    now: datetime | None = None
    max_file_bytes: int = 50_000_000_000
    max_record_bytes: int = 32_000_000

    def checked(self) -> ReadOptions:
        """Return self, or raise `SettingsError` for a name that does not exist."""
        if self.format not in FORMATS:
            raise SettingsError(f"There is no format {self.format!r}; choose one of {', '.join(FORMATS)}.")
        if self.encoding != "auto" and not _is_of_files(self.encoding):
            raise SettingsError(f"There is no text encoding {self.encoding!r} that files are written in.")
        for name in self.columns:
            if name not in MAPPABLE:
                raise SettingsError(
                    f"An article has no field {name!r} to map a column to.",
                    remedy=f"The fields are {', '.join(MAPPABLE)}.",
                )
        return self

    def said(self) -> dict[str, Any]:
        """Return as JSON what is not left to itself, so that `over` can read a record again as it was read.

        Limits are settings, and `now` is not kept.
        """
        default = ReadOptions()
        said: dict[str, Any] = {
            name: value for name in _SAID if (value := getattr(self, name)) != getattr(default, name)
        }
        if self.columns:
            said["columns"] = dict(self.columns)
        if (zone := str(self.default_timezone)) != str(default.default_timezone):
            said["timezone"] = zone
        return said

    def over(self, said: Mapping[str, Any]) -> ReadOptions:
        """Return these options, and where they leave something to itself what *said* has of it.

        Raises `SettingsError` for a time zone that is not known here.
        """
        whole = {**said, **self.said()}
        changes = {name: whole[name] for name in _SAID if name in whole}
        zone = _zone(whole["timezone"]) if "timezone" in whole else self.default_timezone
        columns = {**said.get("columns", {}), **self.columns}
        return replace(self, columns=columns, default_timezone=zone, **changes)


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """What `newsarchive index --dry-run` says about one file."""

    file: str
    format: str
    encoding: str
    #: `gzip`, `zstd` or empty.
    compression: str
    #: Their field name -> ours, in the order met.
    mapping: Mapping[str, str]
    #: Their fields that are kept as extra fields only.
    ignored: tuple[str, ...]
    #: The first article as it would be stored.
    first: Article | None
    #: How many records were looked at, and how many of those are articles.
    looked_at: int
    articles: int
    problems: tuple[str, ...] = ()


def _is_of_files(encoding: str) -> bool:
    """Tell an encoding that texts of many lines are written in from codecs that give none, or only names of hosts."""
    try:
        name = codecs.lookup(encoding).name
        data = _SAMPLE.encode(name)
        decoder = codecs.getincrementaldecoder(name)("replace")
        read = decoder.decode(data[:9]) + decoder.decode(data[9:], final=True)
    except (LookupError, ValueError):
        return False
    # Python's own escapes would be taken out of JSON, too, before it is read.
    return read == _SAMPLE and not name.endswith("escape")


def _zone(name: str) -> tzinfo:
    if offset := _OFFSET.fullmatch(name):
        minutes = int(offset[2]) * 60 + int(offset[3])
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise SettingsError(
            f"The time zone {name!r}, which a file was read with, is not known here.",
            remedy="Read the file again with `newsarchive index`.",
        ) from None


def raw_of(value: str | bytes) -> str:
    """Return the beginning of a bad record as clean text of at most `RAW_LIMIT` bytes."""
    if isinstance(value, str):
        # A character takes at least one byte, so the slice loses nothing and spares a copy of 30 MB.
        value = value[:RAW_LIMIT].encode("utf-8", "replace")
    text = value[:RAW_LIMIT].decode("utf-8", "replace")
    # "replace" makes three bytes of one, hence the second cut.
    return text if "\ufffd" not in text else text.encode()[:RAW_LIMIT].decode("utf-8", "ignore")
