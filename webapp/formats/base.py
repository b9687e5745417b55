"""What every format needs: where and when an article was found, and its date in parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from indexer.article import Article, Precision


@dataclass(frozen=True, slots=True)
class Provenance:
    """How exported articles were found: enough to find them again and to say so in a citation."""

    base_url: str  # of the archive, with the slash at its end
    query: str  # the query string of the search; empty for single articles
    retrieved: datetime  # aware
    generation: str  # when the archive was made, as its manifest says

    def permalink(self, article: Article) -> str:
        return f"{self.base_url}article?{urlencode({'id': article.id})}"

    @property
    def search_url(self) -> str:
        return f"{self.base_url}search?{self.query}" if self.query else ""

    @property
    def retrieved_at(self) -> str:
        return self.retrieved.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    @property
    def note(self) -> str:
        """Return a sentence that says how the article was found."""
        found = f"Found by {self.search_url}" if self.search_url else "Read"
        made = f" made {self.generation}" if self.generation else ""
        return f"{found} on {self.retrieved_at} in the news archive{made}."


@dataclass(frozen=True, slots=True)
class Exported:
    """An article of an export. `rank` counts from 1 in the order of the search, 0 where single ones were chosen.

    `gist` is an Arabic title in English, word for word, for formats that have a place for it.
    """

    article: Article
    rank: int = 0
    gist: str = ""


Writer = Callable[[Iterator[Exported], Provenance], Iterator[str]]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    name: str
    extension: str
    content_type: str
    write: Writer
    gists: bool = False


def date_parts(article: Article) -> list[int]:
    """Return year, month and day as far as they are known, in the zone they were written in."""
    published = article.published
    if published is None:
        return []
    at = published.local
    known = {Precision.YEAR: 1, Precision.MONTH: 2}.get(published.precision, 3)
    return [at.year, at.month, at.day][:known]
