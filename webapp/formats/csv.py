"""CSV for spreadsheets: a row an article, without the text, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from webapp.formats.base import Exported, Provenance
from webapp.marking import clean

COLUMNS = (
    "rank", "id", "title", "gist", "source", "published_at", "language", "section", "author", "publisher", "url",
    "summary", "permalink", "retrieved_at", "query", "archive_generation",
)  # fmt: skip

# A cell that begins like a formula is one to Excel, LibreOffice and Google Sheets, also behind blanks
# (OWASP, "CSV Injection"). The full-width signs are taken for theirs by some.
_FORMULA = re.compile(r"[\s\u200b-\u200f\u2060-\u2069\ufeff]*[=+\-@＝＋－＠|%]|[\t\r\n]")
#: Excel takes a file for UTF-8, and so Arabic for Arabic, only with this mark.
_MARK = "\ufeff"


def write(exported: Iterator[Exported], provenance: Provenance) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")

    def row(values: tuple[str, ...]) -> str:
        writer.writerow(map(neutral, values))
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text

    yield _MARK + row(COLUMNS)
    for one in exported:
        article = one.article
        yield row(
            (
                str(one.rank or ""),
                article.id,
                article.title,
                one.gist,
                article.source,
                article.published.isoformat() if article.published else "",
                article.language,
                article.section,
                article.author,
                article.publisher,
                article.url,
                article.summary,
                provenance.permalink(article),
                provenance.retrieved_at,
                provenance.search_url,
                provenance.generation,
            )
        )


def neutral(value: str) -> str:
    """Return a cell that is text to every spreadsheet: an apostrophe stands before a would-be formula."""
    value = clean(value)
    return f"'{value}" if _FORMULA.match(value) else value
