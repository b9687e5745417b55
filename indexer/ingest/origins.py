"""Where articles were read: noted on each, so that those that are there no more can be told.

The note is kept among an article's extra fields, but it is not content: the same article read from another
place is still the same, and the note is neither shown nor exported.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from indexer.article import Article
from indexer.readers import Record
from indexer.readers.files import shown
from indexer.readers.opening import STDIN

ORIGIN = "_file"


def with_origins(records: Iterable[Record]) -> Iterator[Record]:
    """Name each record's file by its full path, so that it is the same file in any working directory.

    A field of a source's own that is called as the note is kept under another name: it proves nothing.
    """
    named = file = ""  # the records of a file come one after another, and resolving asks the disk
    for record in records:
        if record.article is not None and ORIGIN in record.article.extra:
            record = replace(record, article=_with_own_field_renamed(record.article))
        if record.file in ("", STDIN):
            yield record
            continue
        if record.file != named:
            named, file = record.file, shown(Path(record.file).resolve())
        article = record.article
        if article is not None:
            article = replace(article, extra={**article.extra, ORIGIN: file})
        yield replace(record, file=file, article=article)


def without_origin(article: Article) -> Article:
    """Return the article as it was in its source."""
    if ORIGIN not in article.extra:
        return article
    return replace(article, extra={name: value for name, value in article.extra.items() if name != ORIGIN})


def _with_own_field_renamed(article: Article) -> Article:
    # As a second column of one name is called.
    names = (f"{ORIGIN} ({number})" for number in count(2))
    free = next(name for name in names if name not in article.extra)
    extra = {free if name == ORIGIN else name: value for name, value in article.extra.items()}
    return replace(article, extra=extra)


def split_hash(article: Article) -> tuple[str, str]:
    """Return a digest of the article's content, and the hash under which it is stored.

    The second begins with the first, and tells also where the article was read.
    """
    content = without_origin(article).content_hash()
    origin = article.extra.get(ORIGIN, "")
    digest = hashlib.blake2b(origin.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return content, f"{content}-{digest}" if origin else content


def is_same_content(stored_hash: str, content_hash: str) -> bool:
    return stored_hash.partition("-")[0] == content_hash


def is_below(article: Article, folders: Sequence[Path]) -> bool:
    """Say whether an article was read from one of *folders* (resolved)."""
    origin = article.extra.get(ORIGIN)
    return origin is not None and any(Path(origin).is_relative_to(folder) for folder in folders)
