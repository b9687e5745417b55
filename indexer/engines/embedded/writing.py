"""Writing articles into SQLite: versions, passages and the vocabulary, in the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from indexer.article import Article
from indexer.engines.base import FACETS, Entry
from indexer.engines.embedded.columns import moment_of
from indexer.engines.embedded.stored import DamagedArticle, decode_article, encode_article, encode_vector
from indexer.engines.fields import lexical_fields
from indexer.errors import SchemaMismatch

_CHUNK = 1_000

_INSERT_ARTICLE = f"""
    INSERT INTO articles (row, id, hash, published, doubtful, body, {", ".join(FACETS)})
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_INSERT_PASSAGE = """
    INSERT INTO passages (article, number, start, "end", language, vector, codes) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_COUNT_FORMS = """
    INSERT INTO vocabulary (language, form, stem, articles) VALUES (?, ?, ?, ?)
    ON CONFLICT (language, form) DO UPDATE SET articles = articles + excluded.articles
"""


def chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    """Yield ids some at a time, few enough for `among`. Ids that cannot be stored are left out."""
    chunk: list[str] = []
    for article_id in ids:
        if article_id.isascii() or not any("\ud800" <= character <= "\udfff" for character in article_id):
            chunk.append(article_id)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def among(column: str, values: Sequence[object]) -> str:
    """Return the condition that a column has one of *values*, which are bound (`json_each` ends at a NUL)."""
    return f"{column} IN ({', '.join('?' * len(values))})"


class ArticleWriter:
    """One transaction's changes to the articles. Call `finish` before it is committed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._sequence, self._dimensions = connection.execute(
            "SELECT sequence, dimensions FROM state"
        ).fetchone()
        self._forms: Counter[tuple[str, str]] = Counter()
        self._stems: dict[tuple[str, str], str] = {}
        self._codes: dict[tuple[str, str], int] = {}

    def write(self, entries: Sequence[Entry]) -> None:
        """Store articles; of those with the same id the last one counts."""
        last = {entry.article.id: entry for entry in entries}
        self.delete(last)
        for entry in last.values():
            self._insert(entry)

    def delete(self, ids: Iterable[str]) -> int:
        """Mark the present versions of articles as gone; return how many there were."""
        count = 0
        for chunk in chunks(ids):
            found = self._connection.execute(
                f"SELECT row, id, body FROM articles WHERE gone IS NULL AND {among('id', chunk)}",
                chunk,
            ).fetchall()
            for row, article_id, body in found:
                self._sequence += 1
                self._connection.execute("UPDATE articles SET gone = ? WHERE row = ?", (self._sequence, row))
                self._connection.execute("INSERT INTO deletions VALUES (?, ?)", (self._sequence, row))
                with suppress(DamagedArticle):  # its words stay counted, and it can be replaced all the same
                    self._count_forms(decode_article(article_id, body), -1)
            count += len(found)
        return count

    def finish(self) -> None:
        """Write what is counted over the whole transaction."""
        changed = [
            (language, form, self._stems[language, form], change)
            for (language, form), change in sorted(self._forms.items())
            if change
        ]
        self._connection.executemany(_COUNT_FORMS, changed)
        self._connection.executemany(
            "DELETE FROM vocabulary WHERE language = ? AND form = ? AND articles <= 0",
            [(language, form) for language, form, _, change in changed if change < 0],
        )
        self._connection.execute(
            "UPDATE state SET sequence = ?, dimensions = ?", (self._sequence, self._dimensions)
        )
        self._connection.execute(
            "INSERT OR IGNORE INTO commits VALUES (?, lower(hex(randomblob(8))))", (self._sequence,)
        )

    def _insert(self, entry: Entry) -> None:
        article = entry.article
        self._sequence += 1
        row = self._sequence
        self._connection.execute(
            _INSERT_ARTICLE,
            (
                row,
                article.id,
                entry.content_hash,
                moment_of(article),
                bool(article.published and article.published.doubtful),
                encode_article(article),
                *(self._code(facet, getattr(article, facet)) for facet in FACETS),
            ),
        )
        for encoded in entry.passages:
            self._check_dimensions(len(encoded.vector))
        self._connection.executemany(
            _INSERT_PASSAGE,
            [
                (
                    row,
                    encoded.passage.number,
                    encoded.passage.start,
                    encoded.passage.end,
                    encoded.passage.language,
                    encode_vector(encoded.vector),
                    encoded.codes,
                )
                for encoded in entry.passages
            ],
        )
        self._count_forms(article, 1)

    def _check_dimensions(self, dimensions: int) -> None:
        if self._dimensions is None:
            self._dimensions = dimensions
        elif self._dimensions != dimensions:
            raise SchemaMismatch(
                f"A vector has {dimensions} dimensions, the archive's have {self._dimensions}: another model made it.",
                remedy="`newsarchive rebuild` makes the archive anew with the model of now.",
            )

    def _count_forms(self, article: Article, change: int) -> None:
        for form, stem in lexical_fields(article).forms.items():
            key = (article.language, form)
            self._forms[key] += change
            self._stems[key] = stem

    def _code(self, facet: str, value: str) -> int:
        code = self._codes.get((facet, value))
        if code is None:
            self._connection.execute(
                "INSERT INTO facet_values (facet, value) VALUES (?, ?) ON CONFLICT DO NOTHING", (facet, value)
            )
            (code,) = self._connection.execute(
                "SELECT code FROM facet_values WHERE facet = ? AND value = ?", (facet, value)
            ).fetchone()
            self._codes[facet, value] = code
        return int(code)
