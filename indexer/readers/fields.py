"""A record's fields -> an article: names matched generously, values cleaned, an id made if need be."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from math import isfinite
from typing import Any

import orjson

from indexer.article import UNKNOWN_LANGUAGE, Article, Published
from indexer.errors import InvalidArticle
from indexer.readers.base import ReadOptions
from indexer.readers.dates import parse_date
from indexer.readers.languages import language_code
from indexer.readers.markup import is_markup, strip_markup, unescape
from indexer.readers.names import field_of, fold_name
from indexer.readers.titles import make_title
from indexer.readers.values import as_text

MAX_EXTRA_FIELDS = 64
MAX_EXTRA_NAME = 100
MAX_EXTRA_VALUE = 2_000

#: Extra field that keeps a date that could not be read; such an article is undated.
UNREAD_DATE = "published_raw"

# Objects that hold the article's fields one level down (Elasticsearch `_source`, CMS exports).
_WRAPPERS = ("_source", "article", "fields", "attributes", "document", "doc", "item", "news", "post", "data")
_TEXT_FIELDS = ("id", "url", "title", "text", "summary", "source", "section", "author", "publisher", "credit")
_OWN_KEYS = frozenset(
    (*_TEXT_FIELDS, "language", "language_confidence", "published", "published_at", "title_made", "extra")
)
# A hostile file may have other names in each record; none of these may grow with it.
_MAX_PLANS = 1_000
_MAX_NAMES_LENGTH = 5_000
_MAX_REMEMBERED = 1_000
# An export may hold a few more and longer extra fields than a record: the pipeline adds its own.
_MAX_EXPORTED_EXTRA = 2 * MAX_EXTRA_FIELDS
_MAX_EXPORTED_VALUE = 65_536  # the address of a search, with up to twelve characters for each of a question


class FieldMapper:
    """Maps the records of one file, and remembers how, for `--dry-run`."""

    def __init__(self, options: ReadOptions) -> None:
        self._options = options
        self._plans: dict[tuple[str, ...], dict[str, list[str]]] = {}
        #: Their name -> ours, in the order met.
        self.mapping: dict[str, str] = {}
        #: Their names that became extra fields only (a dict for its order).
        self.ignored: dict[str, None] = {}

    def article(self, record: Mapping[str, Any], *, file_name: str, alone: bool = False) -> Article:
        """Return the article that `record` holds. Raises `InvalidArticle` with the reason if it holds none.

        `alone` says that the file holds only this article, so that a given title and address are its own.
        """
        article = _exported(record)
        if article:
            self._remember({name: name for name in record})
        else:
            article = self.partial(record)
        if not article.text:
            if found := self._text_name(record):
                raise InvalidArticle(f"The article has no text: its field {found[:60]!r} is empty.")
            names = ", ".join(name[:60] for name in islice(record, 20)).encode("utf-8", "replace").decode()
            raise InvalidArticle(
                f"The article has no text; its fields are {names or 'none'}.",
                remedy="If one of them is the text, name it: --column text=NAME.",
            )
        return finished(article, self._options, file_name=file_name, alone=alone)

    def plan(self, names: tuple[str, ...]) -> dict[str, list[str]]:
        """Return for each field of an article the names among `names` that may hold it, the surest first."""
        plan = self._plans.get(names)
        if plan is None:
            found: dict[str, list[tuple[int, int, str]]] = {}
            taken = {fold_name(theirs) for theirs in self._options.columns.values()}
            for name in names:
                ours = field_of(name)
                if ours and fold_name(name) not in taken and ours[0] not in self._options.columns:
                    # Of names that differ by marks alone the shorter is surer: `id` before `_id`.
                    found.setdefault(ours[0], []).append((ours[1], len(name), name))
            plan = {ours: [name for *_, name in sorted(ranked)] for ours, ranked in found.items()}
            folded = {fold_name(name): name for name in reversed(names)}
            for field, theirs in self._options.columns.items():
                plan[field] = [theirs if theirs in names else folded.get(fold_name(theirs), theirs)]
            if len(self._plans) < _MAX_PLANS and sum(map(len, names)) < _MAX_NAMES_LENGTH:
                self._plans[names] = plan
        return plan

    def partial(self, record: Mapping[str, Any]) -> Article:
        """Return what `record` says of an article, without title, text or id where it has none."""
        record = _unwrapped(record)
        values: dict[str, Any] = {}
        used: dict[str, str] = {}
        unread = ""
        for ours, names in self.plan(tuple(record)).items():
            for name in names:
                text = as_text(_value(record, name), "\n" if ours == "text" else ", ")
                value = self._understood(ours, text)
                if value:
                    values[ours], used[name] = value, ours
                    break
                if ours == "published":
                    unread = unread or text
        self._remember(used)
        extra = _extra(record, used)
        if len(self.ignored) < _MAX_REMEMBERED:
            self.ignored.update(dict.fromkeys(extra))
        if unread and "published" not in values:
            extra[UNREAD_DATE] = unread[:MAX_EXTRA_VALUE]
        article = Article(**({"id": "", "title": "", "text": ""} | values), extra=extra)
        return article if article.source else replace(article, source=article.publisher)

    def _text_name(self, record: Mapping[str, Any]) -> str:
        """Return the name under which a record has a text, if only an empty one; empty where it has none."""
        record = _unwrapped(record)
        names = self.plan(tuple(record)).get("text", [])
        return next((name for name in names if name in record or _value(record, name) is not None), "")

    def _understood(self, ours: str, text: str) -> str | Published | None:
        """Return what `text` means as the field `ours`; nothing where it means nothing there."""
        match ours:
            case "published":
                return parse_date(
                    text, now=self._options.now, default_timezone=self._options.default_timezone
                )
            case "language":
                return language_code(text).removeprefix(UNKNOWN_LANGUAGE)
            case "title" | "text" | "summary":
                return _without_markup(text, tags=ours != "title")
        return text

    def _remember(self, used: Mapping[str, str]) -> None:
        for theirs, ours in used.items():
            if len(self.mapping) < _MAX_REMEMBERED:
                self.mapping.setdefault(theirs, ours)


def finished(article: Article, options: ReadOptions, *, file_name: str, alone: bool) -> Article:
    """Return `article` with what the options give, a title and an id. Raises `InvalidArticle`.

    The derived id is a digest of the article's own address; without one, of the file's name (without
    folders), title and text. So the same file gives the same ids wherever it lies.
    """
    own_url = article.url or (options.url if alone else "")
    changes: dict[str, Any] = {
        name: value for name in ("source", "section", "author") if (value := getattr(options, name))
    }
    for name in ("title", "url"):
        value = getattr(options, name)
        if value and (alone or not getattr(article, name)):
            changes[name] = value
            if name == "title":
                changes["title_made"] = False
    if options.language:
        changes["language"] = language_code(options.language)
        changes["language_confidence"] = 0.0 if changes["language"] == UNKNOWN_LANGUAGE else 1.0
    if options.published and (alone or article.published is None):
        changes["published"] = parse_date(
            options.published, now=options.now, default_timezone=options.default_timezone
        )
        changes["extra"] = {name: text for name, text in article.extra.items() if name != UNREAD_DATE}
    if alone and options.url:
        own_url = options.url
    if not article.title and "title" not in changes and article.text.strip():
        changes |= {"title": make_title(article.text), "title_made": True}
    if changes:
        article = replace(article, **changes)
    if not article.id:
        article = replace(article, id=derived_id(own_url, file_name, article))
    return article.validated()


def has_unread_date(article: Article) -> bool:
    return article.published is None and UNREAD_DATE in article.extra


def derived_id(url: str, file_name: str, article: Article) -> str:
    """Return a stable id: 24 hexadecimal digits over the address, else over file name and content."""
    parts = ("url", url) if url else ("content", file_name, article.title, article.text)
    digest = hashlib.blake2b("\x00".join(parts).encode("utf-8", "surrogatepass"), digest_size=12)
    return digest.hexdigest()


def _exported(record: Mapping[str, Any]) -> Article | None:
    """Return the article that `Article.to_dict` wrote, exactly as it was, or None for any other record.

    The export is known by `language_confidence`, which no one else writes beside these names alone.
    """
    if "language_confidence" not in record or not record.keys() <= _OWN_KEYS:
        return None
    extra = record.get("extra", {})
    texts_only = all(isinstance(record.get(name, ""), str) for name in (*_TEXT_FIELDS, "language"))
    if not texts_only or len(record.get("language", "")) > 35:
        return None
    if not isinstance(extra, dict) or len(extra) > _MAX_EXPORTED_EXTRA:
        return None
    if not all(isinstance(text, str) and len(text) <= _MAX_EXPORTED_VALUE for text in extra.values()):
        return None
    try:
        if record.get("published") and not _is_own_date(record["published"]):
            return None
        article = Article.from_dict(record)
        # Refuses lone surrogates wherever they are.
        orjson.dumps(article.to_dict())
        return article if isfinite(article.language_confidence) else None
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
        return None


def _is_own_date(date: Mapping[str, Any]) -> bool:
    """Tell whether a date has what `Published.to_dict` writes: a moment with its zone, whole minutes, a text."""
    offset, raw = date.get("offset_minutes"), date.get("raw", "")
    return (
        datetime.fromisoformat(date["at"]).tzinfo is not None
        and (offset is None or type(offset) is int)
        and isinstance(raw, str)
        and len(raw) <= MAX_EXTRA_NAME * 2
    )


def _unwrapped(record: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in _WRAPPERS:
        inner = record.get(name)
        if isinstance(inner, dict) and any((field_of(key) or ("",))[0] == "text" for key in inner):
            outer = {key: value for key, value in record.items() if key != name}
            return {**outer, **inner}
    return record


def _value(record: Mapping[str, Any], name: str) -> Any:
    if name in record or "." not in name:
        return record.get(name)
    value: Any = record
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _extra(record: Mapping[str, Any], consumed: Container[str]) -> dict[str, str]:
    """Return the fields that have no place in an article, as strings, a limited number of limited length."""
    extra: dict[str, str] = {}
    for name, value in record.items():
        if len(extra) >= MAX_EXTRA_FIELDS - 1:
            break
        if name in consumed or not name or len(name) > MAX_EXTRA_NAME:
            continue
        # Fields that are only kept need no fuss about a broken character.
        text = as_text(value).encode("utf-8", "replace").decode()
        if text:
            extra[name.encode("utf-8", "replace").decode()] = (
                text if len(text) <= MAX_EXTRA_VALUE else text[: MAX_EXTRA_VALUE - 1] + "…"
            )
    return extra


def _without_markup(text: str, *, tags: bool) -> str:
    """Clean HTML out of a text. A title keeps what looks like a tag: it may be about one."""
    if tags and is_markup(text):
        return strip_markup(text).strip()
    return unescape(text).strip()
