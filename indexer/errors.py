"""The family of errors that the archive raises, each with a sentence for the person who meets it.

    ArchiveError
      SettingsError          a setting has a value that cannot work
      InvalidArticle         a record is not an article (the pipeline sends it to quarantine)
      UnreadableSource       a file or stream cannot be read as articles at all
      InvalidQuery           the person's query or filters make no sense (has the column, where known)
      SearchStopped          whoever asked does not want the answer any more
      TooBusy                as much is under way as may be at the same time
      ArticleNotFound        no article has that id
      UnwritableOutput       a file or stream that a command writes cannot be written
      ModelError             the encoder cannot be loaded
      EngineError
        EngineUnavailable    the store does not answer, is locked, full or read-only
        EngineTimeout        the store did not answer in time
        SchemaMismatch       the archive was made with another schema or another model
        ArticlesRefused      the store refused some articles of a batch, and stored the others

The message says what happened; `remedy`, where there is one, says what to do (often a command).
"""

from __future__ import annotations

from collections.abc import Mapping


class ArchiveError(Exception):
    """Base of every expected error. `str(error)` is one or two sentences, fit to be shown."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class SettingsError(ArchiveError):
    """A setting has a value that cannot work."""


class InvalidArticle(ArchiveError):
    """A record cannot become an article."""


class UnreadableSource(ArchiveError):
    """A file or stream cannot be read as articles at all."""


class InvalidQuery(ArchiveError):
    """A query or a filter makes no sense. `column` counts characters from 0; None where unknown."""

    def __init__(self, message: str, *, column: int | None = None, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.column = column


class NoSuchPage(InvalidQuery):
    """A search has fewer pages than that. `last` is the number of the last one, 0 where there is none to name."""

    def __init__(self, message: str, *, last: int = 0, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.last = last


class SearchStopped(ArchiveError):
    """A search was stopped before it had an answer."""


class TooBusy(ArchiveError):
    """As much is under way as may be at the same time."""


class ArticleNotFound(ArchiveError):
    """No article has that id."""

    def __init__(self, article_id: str) -> None:
        super().__init__(f"This archive has no article with the id {article_id!r}.")
        self.article_id = article_id


class UnwritableOutput(ArchiveError):
    """A file or stream that a command writes cannot be written."""


class ModelError(ArchiveError):
    """The encoder cannot be found or loaded."""


class EngineError(ArchiveError):
    """The store refused or failed."""


class EngineUnavailable(EngineError):
    """The store does not answer, or is locked, full or read-only."""


class EngineTimeout(EngineError):
    """The store did not answer in time."""


class SchemaMismatch(EngineError):
    """The archive was made with another schema or another model; the remedy names the command."""


class ArticlesRefused(EngineError):
    """The store refused some articles of a batch and stored the others. `reasons` has id -> its words."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        first, reason = next(iter(reasons.items()))
        super().__init__(f"The store refused {len(reasons)} articles, among them {first!r}: {reason}")
        self.reasons = dict(reasons)
