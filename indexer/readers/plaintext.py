"""Plain text, one article a file, with what a sidecar says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from indexer.article import Article
from indexer.errors import InvalidArticle
from indexer.readers.base import ReadOptions, Record, raw_of
from indexer.readers.dates import parse_date
from indexer.readers.fields import FieldMapper, finished
from indexer.readers.markup import is_markup, strip_markup
from indexer.readers.opening import TextSource
from indexer.readers.pasted import take_apart
from indexer.readers.sidecar import find_sidecar, read_sidecar
from indexer.readers.titles import make_title
from indexer.readers.values import clean


def read_text(
    source: TextSource, options: ReadOptions, mapper: FieldMapper, path: Path | None = None
) -> Iterator[Record]:
    """Yield the one `Record` of a plain text; `path` is where a sidecar is looked for."""
    parts: list[bytes] = []
    size = 0
    for chunk in source.chunks():
        size += len(chunk)
        if size > options.max_record_bytes:
            reason = f"The text has more than {options.max_record_bytes} bytes (setting max_record_bytes)."
            yield Record(None, source.name, 1, reason, raw_of(b"".join(parts)))
            return
        parts.append(chunk)
    data = b"".join(parts)
    del parts
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        reason = "The text holds bytes that are not UTF-8 (give --encoding?)."
        yield Record(None, source.name, 1, reason, raw_of(data))
        return
    yield text_record(text, source.name, options, mapper, path)


def text_record(
    text: str, file: str, options: ReadOptions, mapper: FieldMapper, path: Path | None = None
) -> Record:
    """Return the `Record` of one pasted text."""
    try:
        sidecar = find_sidecar(path) if path else None
        beside = mapper.partial(read_sidecar(sidecar)) if sidecar else None
        article = pasted_article(text, options, beside)
        name = file.rsplit("/", 1)[-1]
        return Record(finished(article, options, file_name=name, alone=True), file, 1)
    except InvalidArticle as error:
        return Record(None, file, 1, str(error), raw_of(text))


def pasted_article(text: str, options: ReadOptions, beside: Article | None = None) -> Article:
    """Return the article of a pasted text; what `beside` (the sidecar) says wins over the text. No id yet."""
    text = clean(text)
    parts = take_apart(strip_markup(text) if is_markup(text) else text)
    beside = beside or Article("", "", "")
    body = parts.text
    given_title = options.title or beside.title
    title, made = given_title or parts.title, False
    if parts.title and title != parts.title:
        # The text's own first line is no longer the title; it must not be lost.
        body = f"{parts.title}\n{body}"
    elif not title:
        title, made = make_title(body[parts.opening :]), True
    published = beside.published or (
        parse_date(parts.published, now=options.now, default_timezone=options.default_timezone)
        if parts.published
        else None
    )
    extra = {"dateline": parts.dateline} if parts.dateline else {}
    return replace(
        beside,
        title=title,
        title_made=made,
        text=body,
        url=beside.url or parts.url,
        source=beside.source or parts.source,
        section=beside.section or parts.section,
        author=beside.author or parts.author,
        publisher=beside.publisher or parts.publisher,
        credit=beside.credit or parts.credit,
        published=published,
        extra={**extra, **beside.extra},
    )
