"""Why an article is where it is, in words for a person: the parts of its score, and the words that met."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.search.explain import KEYWORDS, KNOWN_ITEM, LATE, LEAD, MEANING, TITLE
from indexer.search.page import Result
from indexer.search.sources import ALIGNED, SAME
from indexer.wording import ordinal, say, say_in
from webapp.marking import word_key
from webapp.plan import SOURCES

#: Leg -> what it is called, what it compares in brief, and in full.
LEGS = {
    KEYWORDS: (
        say_in("leg", "Words"),
        say("its words"),
        say("Its words against all that is searched for the question's words"),
    ),
    MEANING: (
        say_in("leg", "Meaning"),
        say("its nearest passage"),
        say("Its nearest passage against the whole question"),
    ),
    LEAD: (
        say_in("leg", "Opening"),
        say("its first passage"),
        say("Its first passage, where news says what it is about, against the whole question"),
    ),
    KNOWN_ITEM: (
        say_in("leg", "Same story"),
        say("the article with this title"),
        say(
            "Its first passage against that of the article with this title, without what its language "
            "and its topic have in common"
        ),
    ),
    LATE: (
        say_in("leg", "Single words"),
        say("word against word"),
        say("Each word of the question against those of its best passage"),
    ),
    TITLE: (
        say_in("leg", "Title"),
        say("its title"),
        say("Each word of its title against those of the question, and the reverse"),
    ),
}
_HOW = {
    **SOURCES,
    SAME: (say_in("source of a word", "same"), say("the word itself, or a form of it")),
    ALIGNED: (
        say_in("source of a word", "by vectors"),
        say("answers it in this passage, by the words' vectors"),
    ),
}

_LEAST_BAR = 0.0001


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score. `place` is its rank in words; `points` the part of the score that it gave.

    Names and meanings are sentences that templates have `said`.
    """

    name: str
    brief: str
    meaning: str
    place: str
    points: float
    own: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A word of the question with its partner in the article; `key` joins them on the page."""

    word: str
    found: str
    key: str
    how: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Reasons:
    sentence: str
    parts: tuple[Part, ...]
    pairs: tuple[Pair, ...]
    score: float
    #: The most points that any part has, above 0: the length of a full bar.
    most: float


def reasons(result: Result) -> Reasons:
    """Return what the card of a result says."""
    parts = tuple(
        Part(*LEGS.get(leg.leg, (leg.leg, "", "")), _place(leg.rank), leg.share, leg.score)
        for leg in result.explanation.legs
    )
    return Reasons(
        result.explanation.sentence,
        parts,
        tuple(
            Pair(pair.word, pair.found, word_key(pair.word), *_HOW.get(pair.source, (pair.source, "")))
            for pair in result.explanation.pairs
        ),
        result.score,
        max((_LEAST_BAR, *(part.points for part in parts))),
    )


def _place(rank: int) -> str:
    return say("best of all") if rank == 1 else say("%(ordinal)s best", ordinal=ordinal(rank))
