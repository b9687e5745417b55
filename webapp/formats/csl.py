"""CSL-JSON, what pandoc and citation processors read: one array, written item by item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from indexer.article import Article
from webapp.formats.base import Exported, Provenance, date_parts
from webapp.marking import external_url, one_line


def write(exported: Iterator[Exported], provenance: Provenance) -> Iterator[str]:
    before = "[\n"
    for one in exported:
        yield before + orjson.dumps(item(one.article, provenance)).decode()
        before = ",\n"
    yield "\n]\n" if before != "[\n" else "[]\n"


def item(article: Article, provenance: Provenance) -> dict[str, Any]:
    """Return an article as a CSL item of type article-newspaper."""
    retrieved = provenance.retrieved
    parts = date_parts(article)
    fields: dict[str, Any] = {
        "id": article.id,
        "type": "article-newspaper",
        "title": one_line(article.title),
        "author": [{"literal": one_line(article.author)}] if article.author else None,
        "container-title": one_line(article.source),
        "publisher": one_line(article.publisher),
        "section": one_line(article.section),
        "issued": {"date-parts": [parts]} if parts else None,
        "language": article.language,
        "abstract": one_line(article.summary),
        "URL": external_url(article.url) or provenance.permalink(article),
        "accessed": {"date-parts": [[retrieved.year, retrieved.month, retrieved.day]]},
        "archive": "News archive",
        "archive_location": provenance.permalink(article),
        "note": provenance.note,
    }
    return {name: value for name, value in fields.items() if value}
