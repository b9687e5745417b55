"""RIS, the exchange form of reference managers: a NEWS record an article.

A value is one line: a line break in a title would begin a field of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from indexer.article import Article
from webapp.formats.base import Exported, Provenance, date_parts
from webapp.marking import external_url, one_line


def write(exported: Iterator[Exported], provenance: Provenance) -> Iterator[str]:
    for one in exported:
        yield "".join(f"{tag}  - {value}\r\n" for tag, value in _fields(one.article, provenance)) + "\r\n"


def _fields(article: Article, provenance: Provenance) -> Iterator[tuple[str, str]]:
    parts = date_parts(article)
    fields = [
        ("TI", article.title),
        ("AU", article.author),
        ("T2", article.source),
        ("PB", article.publisher),
        ("PY", f"{parts[0]:04}" if parts else ""),
        ("DA", _date(parts)),
        ("SE", article.section),
        ("LA", article.language),
        ("AB", article.summary),
        ("UR", external_url(article.url) or provenance.permalink(article)),
        ("AN", article.id),
        ("DB", "News archive"),
        ("L2", provenance.permalink(article)),
        ("Y2", provenance.retrieved.strftime("%Y/%m/%d/")),
        ("N1", provenance.note),
    ]
    yield "TY", "NEWS"
    for tag, value in fields:
        if value := one_line(value):
            yield tag, value
    yield "ER", ""


def _date(parts: list[int]) -> str:
    """Return a RIS date: YYYY/MM/DD/, with empty parts where they are not known."""
    if not parts:
        return ""
    year, month, day = [f"{part:02}" for part in parts] + [""] * (3 - len(parts))
    return f"{year:0>4}/{month}/{day}/"
