"""What a translator is, and what it makes of an article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

#: What everything is translated into.
TARGET = "en"


class Translator(Protocol):
    """Translates sentences into English. Loading may wait for the first `translate`."""

    def model_for(self, language: str) -> Model | None:
        """Return the model that reads a language, None where there is none."""
        ...

    def translate(self, sentences: Sequence[str], model: Model) -> list[str]:
        """Return as many translations as there are sentences. Raises `ModelError`.

        It cannot be interrupted, so callers hand over few sentences at a time.
        """
        ...


@dataclass(frozen=True, slots=True)
class Model:
    """`name` is shown to readers; `fingerprint` changes with the model's files."""

    name: str
    source: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the article's text (offsets into it) with its translation, None where there is none yet."""

    start: int
    end: int
    translation: str | None = None


@dataclass(frozen=True, slots=True)
class Translation:
    """An article's translation, sentence by sentence in the order of its text.

    `title` is None where it is not translated (yet). `characters` is how much of the text is covered by
    `sentences`: less than all of it where the text is longer than what is translated at all.
    """

    model: str
    title: str | None
    sentences: tuple[Sentence, ...]
    characters: int
    #: Another article was being translated, and this one had to give way.
    busy: bool = False

    @property
    def missing(self) -> int:
        """Return how many sentences wait for the next time."""
        return sum(sentence.translation is None for sentence in self.sentences)
