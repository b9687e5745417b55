"""What an ingest run did, while it runs and when it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic


class Phase(StrEnum):
    """What a run is doing. The counts of articles change in the first phase only."""

    ARTICLES = "articles"
    WORDS = "words"  # of the lexicon
    SETTLING = "settling"  # see `Engine.settle`


@dataclass(slots=True)
class IngestReport:
    """Counts of one run. Every record read ends in exactly one of the four article counts."""

    read: int = 0
    stored: int = 0  # new or changed
    unchanged: int = 0
    quarantined: int = 0
    not_kept: int = 0  # of the quarantined: beyond what is kept of one file, and only counted
    repeated: int = 0  # the same record again in the same run
    unread_dates: int = 0  # articles among the read ones whose date cannot be read, and which are undated
    deleted: int = 0
    passages: int = 0
    encoded: int = 0  # passages that the encoder had to take
    from_cache: int = 0  # passages that the encode cache had
    tokens: int = 0  # pieces of the passages that the encoder took
    words: int = 0  # of the lexicon, once the run is over
    new_words: int = 0  # that the encoder had to take
    interrupted: bool = False
    phase: Phase = Phase.ARTICLES
    seconds: float = 0.0
    articles_seconds: float = 0.0  # of the first phase
    #: Where the time went, in seconds of each stage's own thread: "prepare", "encode", "write".
    stages: dict[str, float] = field(default_factory=dict)
    _started: float = field(default_factory=monotonic, repr=False)

    def clock(self) -> None:
        self.seconds = monotonic() - self._started
        if self.phase is Phase.ARTICLES:
            self.articles_seconds = self.seconds

    def to_dict(self) -> dict[str, object]:
        return {
            name: getattr(self, name)
            for name in (
                "read", "stored", "unchanged", "quarantined", "not_kept", "repeated", "unread_dates", "deleted",
                "passages", "encoded", "from_cache", "tokens", "words", "new_words", "interrupted", "seconds", "stages",
            )
        }  # fmt: skip
