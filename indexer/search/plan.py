"""The query plan: for each word of a query, the words of this archive that are searched for it, and why.

`indexer.search.planner` makes it. It becomes `Expansions` for the lexical leg, and is shown to the analyst.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from indexer.engines.base import Form
from indexer.search.legs import Expansions, Option
from indexer.search.lexicon import Lexicon
from indexer.search.sources import ADDED, DICTIONARY, SPELLED
from indexer.text import base_language


@dataclass(frozen=True, slots=True)
class Searched:
    """One archive word, or several side by side, that is searched for a query word.

    `surface` is how a list spells it, else its most frequent form in the archive; `articles` is how many hold it,
    whatever language they are in (0 where that is not known).
    """

    tokens: tuple[str, ...]
    surface: str
    language: str
    weight: float
    source: str
    articles: int = 0
    form: Form = Form.STEM

    @property
    def key(self) -> str:
        """What names it in an edit."""
        return " ".join(self.tokens)

    @property
    def absent(self) -> bool:
        """Whether no article is known to hold it. Nobody counts phrases, nor what is looked up as it is written."""
        return not self.articles and len(self.tokens) == 1 and self.form is Form.STEM


@dataclass(frozen=True, slots=True)
class PlannedWord:
    """A word or unit of the query, as it was typed, with what is searched for it, weightiest first.

    `key` is its exact form (a unit's words joined by spaces); `removed` is what an edit took out. `proper` is whether
    it is written with a capital, here and in the dictionary; `meant` what it seems to be mistyped for.
    """

    text: str
    key: str
    searched: tuple[Searched, ...]
    removed: tuple[Searched, ...] = ()
    proper: bool = False
    meant: str = ""


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """The whole plan, in the order of the query."""

    words: tuple[PlannedWord, ...] = ()

    @property
    def translated(self) -> frozenset[str]:
        """The exact forms of the words that are no names, and that a dictionary or the analyst has something for."""
        return frozenset(
            word.key
            for word in self.words
            if not word.proper and any(one.source in (DICTIONARY, ADDED) for one in word.searched)
        )

    @property
    def corrections(self) -> tuple[tuple[str, str], ...]:
        """The words that seem to be mistyped, each with what it is searched as."""
        return tuple((word.text, word.meant) for word in self.words if word.meant)

    def expansions(self) -> Expansions:
        """Return what the lexical leg looks up beside the words themselves."""
        return {
            word.key: tuple(
                Option(searched.tokens, searched.form, searched.weight, searched.source)
                for searched in word.searched
            )
            for word in self.words
            if word.searched
        }


def as_searched(
    lexicon: Lexicon,
    tokens: tuple[str, ...],
    surface: str,
    weight: float,
    source: str,
    form: Form = Form.STEM,
) -> Searched:
    """Return Arabic tokens, which a source proposes, as an archive has them."""
    word = lexicon.get(tokens[0], "ar") if len(tokens) == 1 and form is Form.STEM else None
    if word is None:
        # Words side by side add up their scores: one unit must not outweigh two words.
        return Searched(tokens, surface, "ar", weight / len(tokens) ** 0.5, source, form=form)
    # The archive has its words without the signs that writers leave out (السعوديه): a list spells them in full.
    spelled = surface if source in SPELLED else word.surface
    return Searched(tokens, spelled, word.language, weight, source, lexicon.articles(word.stem))


def has_arabic(languages: Iterable[str]) -> bool:
    """Return whether Arabic, in any of its varieties, is among the languages."""
    return any(base_language(language) == "ar" for language in languages)
