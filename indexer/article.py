"""What an article and a passage are."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import orjson

from indexer.errors import InvalidArticle

#: The language of a text that is too short or too mixed to tell (ISO 639-2's "undetermined").
UNKNOWN_LANGUAGE = "und"

MAX_ID_LENGTH = 512
MAX_FIELD_LENGTH = 8_192
MAX_TEXT_LENGTH = 20_000_000


class Precision(StrEnum):
    """How much of a date was given; the rest of `Published.at` is the earliest moment it allows."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Published:
    """When an article says that it was published.

    `at` is aware and in UTC. `offset_minutes` is the zone that was written (None where none was).
    A `doubtful` date (in the future, or before 1900) is kept but left out of histograms.
    """

    at: datetime
    precision: Precision = Precision.SECOND
    offset_minutes: int | None = None
    raw: str = ""
    doubtful: bool = False

    @property
    def local(self) -> datetime:
        """`at` in the zone that was written; as it is where none was, or where less than a time is known."""
        if self.offset_minutes is None or self.precision not in (Precision.SECOND, Precision.MINUTE):
            return self.at
        try:
            return self.at.astimezone(timezone(timedelta(minutes=self.offset_minutes)))
        except OverflowError:  # the first or last hours of the calendar, in a zone where they are outside it
            return self.at

    def isoformat(self) -> str:
        """Return the date as far as it is known, in its own zone: `2018-02`, `2018-02-18T…+04:00`."""
        match self.precision:
            case Precision.YEAR:
                return f"{self.at:%Y}".zfill(4)
            case Precision.MONTH:
                return f"{self.at.year:04}-{self.at.month:02}"
            case Precision.DAY:
                return self.at.date().isoformat()
        return self.local.isoformat(timespec="minutes" if self.precision is Precision.MINUTE else "seconds")

    def to_dict(self) -> dict[str, Any]:
        return {
            "at": self.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "precision": self.precision.value,
            "offset_minutes": self.offset_minutes,
            "raw": self.raw,
            "doubtful": self.doubtful,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Published:
        return cls(
            at=datetime.fromisoformat(data["at"]).astimezone(UTC),
            precision=Precision(data["precision"]),
            offset_minutes=data.get("offset_minutes"),
            raw=data.get("raw", ""),
            doubtful=bool(data.get("doubtful")),
        )


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it was read. Offsets everywhere count characters of `text` from 0."""

    id: str
    title: str
    text: str
    url: str = ""
    summary: str = ""
    source: str = ""
    section: str = ""
    author: str = ""
    language: str = UNKNOWN_LANGUAGE
    language_confidence: float = 0.0
    published: Published | None = None
    publisher: str = ""
    credit: str = ""
    #: True where the reader made the title from the first sentence, as the source has none.
    title_made: bool = False
    #: Other fields of the record, as strings: kept, exported and shown, never searched.
    extra: Mapping[str, str] = field(default_factory=dict)

    def validated(self) -> Article:
        """Return self, or raise `InvalidArticle` with a reason a person can act on."""
        if not self.id:
            raise InvalidArticle("The article has no id.")
        if len(self.id) > MAX_ID_LENGTH:
            raise InvalidArticle(f"The id has {len(self.id)} characters; {MAX_ID_LENGTH} are allowed.")
        if not self.text.strip() and not self.title.strip():
            raise InvalidArticle("The article has neither a text nor a title.")
        if not self.text.strip():
            raise InvalidArticle("The article has no text.")
        if len(self.text) > MAX_TEXT_LENGTH:
            raise InvalidArticle(f"The text has {len(self.text)} characters; {MAX_TEXT_LENGTH} are allowed.")
        for name in ("title", "url", "source", "section", "author", "publisher", "credit"):
            if len(getattr(self, name)) > MAX_FIELD_LENGTH:
                raise InvalidArticle(f"The {name} has more than {MAX_FIELD_LENGTH} characters.")
        for name in (
            "id", "title", "text", "url", "summary", "source", "section", "author", "language", "publisher", "credit",
        ):  # fmt: skip
            _check_unicode(name, getattr(self, name))
        for name, value in self.extra.items():
            _check_unicode("field " + ascii(name), name + value)
        if self.published:
            _check_unicode("date", self.published.raw)
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready form that `from_dict` and the JSON Lines reader both take back."""
        data: dict[str, Any] = {
            name: getattr(self, name)
            for name in (
                "id", "url", "title", "text", "summary", "source", "section", "author",
                "language", "publisher", "credit",
            )
            if getattr(self, name)
        }  # fmt: skip
        # Written also when it is 0: the reader knows an export by it, and takes it back unchanged.
        data["language_confidence"] = self.language_confidence
        if self.title_made:
            data["title_made"] = True
        if self.published:
            data["published_at"] = self.published.isoformat()
            data["published"] = self.published.to_dict()
        if self.extra:
            data["extra"] = dict(self.extra)
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Article:
        """Undo `to_dict`."""
        published = data.get("published")
        return cls(
            **{
                name: data.get(name, "")
                for name in (
                    "id", "url", "title", "text", "summary", "source", "section", "author",
                    "publisher", "credit",
                )
            },
            language=data.get("language", UNKNOWN_LANGUAGE),
            language_confidence=float(data.get("language_confidence", 0.0)),
            published=Published.from_dict(published) if published else None,
            title_made=bool(data.get("title_made")),
            extra=dict(data.get("extra", {})),
        )  # fmt: skip

    def content_hash(self) -> str:
        """Return a digest of everything that is stored: equal hashes need no re-indexing."""

        canonical = orjson.dumps(self.to_dict(), option=orjson.OPT_SORT_KEYS)
        return hashlib.blake2b(canonical, digest_size=16).hexdigest()


def _check_unicode(name: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidArticle(f"The {name} holds lone surrogates (a broken encoding).") from None


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of an article's text, short enough for the encoder."""

    number: int
    start: int
    end: int
    language: str = UNKNOWN_LANGUAGE

    def text_of(self, article: Article) -> str:
        return article.text[self.start : self.end]
