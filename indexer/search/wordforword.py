"""Arabic text word for word in English: phrases before words, names as names, and whole titles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from indexer.search.dictionary import MAX_UNIT_WORDS
from indexer.search.glosses import (
    ARABIC_WORD,
    LISTED,
    OFTEN_A_NAME,
    SURELY_A_WORD,
    Gloss,
    Glossary,
    Source,
    WordsOfArticle,
    without_clitic,
)
from indexer.search.reverse import lists, names, people_named
from indexer.text import light10, normalise
from indexer.text.arabic import without_article
from indexer.text.transliteration import romanise

#: Characters of a title that are told: nobody reads more.
_LONGEST_GIST = 400
_QUOTES = ('"', "«", "“", "'")
_BETWEEN = re.compile("[ \u00a0]+")
_LATIN = str.maketrans("،؛؟٪٫٬٠١٢٣٤٥٦٧٨٩", ",;?%.,0123456789")
# Words that make a name of the next one. Spelled so: آل (of the house of) is not ال.
_MAKING_NAMES = {
    "عبد": "Abd",
    "أبو": "Abu",
    "أبي": "Abi",
    "أبا": "Aba",
    "بن": "bin",
    "بنت": "bint",
    "آل": "Al",
}
# "Or" and "son" are words as well: only before what is a name and no word.
_PERHAPS_MAKING_NAMES = {"أم": "Umm", "ابن": "ibn"}
#: What so many people are called is a name beside one, or beside another such word, where no list has it as written.
_ALSO_A_NAME = 3
_SERVANT = "عبدال"
_SHORTEST_SERVANT = 7


class Run(NamedTuple):
    """A word of a text, or several that mean one thing (الولايات المتحدة), by offsets, and what they mean."""

    start: int
    end: int
    glosses: tuple[Gloss, ...]


class WordForWord:
    """Tells what the Arabic words of an article mean; without `words` (codes) what they mean in any text."""

    def __init__(
        self, glossary: Glossary, words: WordsOfArticle | None = None, *, guess: bool = True
    ) -> None:
        self._glossary = glossary
        self._words = words
        self._guess = guess
        self._known: dict[str, tuple[Gloss, ...]] = {}

    def glosses(self, arabic: str) -> tuple[Gloss, ...]:
        """Return what a word means here, the likeliest first."""
        known = self._known.get(arabic)
        if known is None:
            context = self._words.context(arabic) if self._words else None
            known = self._known[arabic] = self._glossary.glosses(arabic, context, guess=self._guess)
        return known

    def runs(self, text: str) -> Iterator[Run]:
        """Yield the Arabic words of a text in order, those of a phrase or name together."""
        runs = list(self._taken_together(text))
        written = [normalise(text[run.start : run.end]) for run in runs]
        named = [_is_name(run, exact) for run, exact in zip(runs, written, strict=True)]
        likely = [_is_rather_a_name(run, exact) for run, exact in zip(runs, written, strict=True)]
        for place, run in enumerate(runs):
            for other in (place - 1, place + 1):
                may_be = 0 <= other < len(runs) and (named[other] or (likely[place] and likely[other]))
                if may_be and _side_by_side(text, run, runs[other]):
                    run = _as_name(run, written[place])
                    break
            yield run

    def gist(self, text: str) -> str:
        """Return the text with each Arabic word or phrase in English, in its order.

        What no list has is written in Latin letters, in brackets. It is no translation: "attack chemical in Syria:
        Russia use veto".
        """
        text = _cut(text)
        parts = []
        position = 0
        for run in self.runs(text):
            written = text[run.start : run.end]
            english = (
                f"{_and(written, run)}{run.glosses[0].english}" if run.glosses else f"[{romanise(written)}]"
            )
            parts.append(text[position : run.start])
            # A letter that is written to a number or a quotation is a word of its own in English.
            before, after = text[run.start - 1 : run.start], text[run.end : run.end + 1]
            parted = after.isalnum() or (after in _QUOTES and len(normalise(written)) == 1)
            parts.append(f"{' ' * before.isalnum()}{english}{' ' * parted}")
            position = run.end
        parts.append(text[position:])
        return " ".join("".join(parts).translate(_LATIN).split())

    def _taken_together(self, text: str) -> Iterator[Run]:
        found = list(ARABIC_WORD.finditer(text))
        place = 0
        while place < len(found):
            beside = _words_beside(text, found, place)
            count, gloss = _phrase(beside) or _made_name(beside) or (1, None)
            start, end = found[place].start(), found[place + count - 1].end()
            yield Run(start, end, (gloss,) if gloss else self.glosses(beside[0]))
            place += count


def _cut(text: str) -> str:
    """Return a text of a title's length, cut between words."""
    if len(text) <= _LONGEST_GIST:
        return text
    return f"{text[:_LONGEST_GIST].rsplit(maxsplit=1)[0]}…"


def _words_beside(text: str, found: Sequence[re.Match[str]], place: int) -> list[str]:
    """Return word number `place` and those that follow it, as many as a phrase may have, with spaces between."""
    words = [found[place][0]]
    for one, other in zip(found[place:], found[place + 1 : place + MAX_UNIT_WORDS], strict=False):
        if not _BETWEEN.fullmatch(text[one.end() : other.start()]):
            break
        words.append(other[0])
    return words


# --- phrases --------------------------------------------------------------------------------------


def _phrase(words: Sequence[str]) -> tuple[int, Gloss] | None:
    """Return how many of the words are a phrase, and what it means."""
    begins = _beginnings(normalise(words[0])) if len(words) > 1 else ()
    if begins:
        others = [normalise(word) for word in words[1:]]
        stems = [light10(word) for word in others]
        phrases = lists().phrases
        for count in range(len(others), 0, -1):
            for form in begins:
                english = phrases.get((form, *others[:count])) or phrases.get((form, *stems[:count]))
                if english:
                    return count + 1, Gloss(english, Source.PHRASE)
    return None


@lru_cache(maxsize=1 << 14)
def _beginnings(exact: str) -> tuple[str, ...]:
    """Return the first words of phrases that a normalised word may be, also without what is written to it."""
    rest = without_clitic(exact)
    forms = (exact, light10(exact), rest, light10(rest), light10(without_article(exact)))
    return tuple(form for form in dict.fromkeys(forms) if form in lists().beginnings)


# --- names ----------------------------------------------------------------------------------------


def _made_name(words: Sequence[str]) -> tuple[int, Gloss] | None:
    """Return how many words are a name that a word before it makes (عبد الله, أبو بكر), and the name."""
    first = words[0]
    for spelled in (first, first[1:] if first[:1] in "ول" else ""):
        if spelled.startswith(_SERVANT) and len(spelled) >= _SHORTEST_SERVANT:
            return 1, Gloss(_servant(spelled[len(_SERVANT) :]), Source.NAME)
        if len(words) < 2:
            continue
        if (made := _MAKING_NAMES.get(spelled)) or (
            (made := _PERHAPS_MAKING_NAMES.get(spelled)) and _only_a_name(normalise(words[1]), 1)
        ):
            bare = without_article(normalise(words[1]))
            if spelled == "عبد":
                return 2, Gloss(_servant(bare), Source.NAME)
            following = _made_name(words[1:])
            if following:
                count, name = following
                return 1 + count, Gloss(f"{made} {name.english}", Source.NAME)
            article = "al-" if bare != normalise(words[1]) else ""
            return 2, Gloss(f"{made} {article}{_latin(words[1], bare)}", Source.NAME)
    return None


def _servant(bare: str) -> str:
    """Return the name "servant of" one of God's names, without article: Abd al-Aziz, Abdullah."""
    return "Abdullah" if bare in ("له", "لله") or bare.endswith("لله") else f"Abd al-{_latin(bare, bare)}"


def _latin(written: str, bare: str) -> str:
    known = names(normalise(written)) or names(bare)
    return known[0][1] if known else romanise(bare).capitalize()


def _only_a_name(exact: str, least: int = OFTEN_A_NAME) -> bool:
    return exact not in lists().by_form and people_named(exact) >= least


def _side_by_side(text: str, one: Run, other: Run) -> bool:
    first, second = (one, other) if one.start < other.start else (other, one)
    return bool(_BETWEEN.fullmatch(text[first.end : second.start]))


def _is_name(run: Run, exact: str) -> bool:
    """Return whether a word is a name's: no list has it but that of names, or a list has it as a proper noun."""
    if not run.glosses:
        return False
    first = run.glosses[0]
    return first.source == Source.NAME or (first.english[:1].isupper() and bool(names(exact)))


def _is_rather_a_name(run: Run, exact: str) -> bool:
    """Return whether people are called so, and no list has the word but for a form of it (يسري, "secret")."""
    first = run.glosses[0] if run.glosses else None
    return (
        first is not None
        and first.source in LISTED
        and first.source != Source.WRITTEN
        and people_named(exact) >= _ALSO_A_NAME
    )


def _as_name(run: Run, exact: str) -> Run:
    """Return a run that stands beside a name as one, too, where it can be (عادل is Adel there, and not "fair")."""
    first = run.glosses[0] if run.glosses else None
    uses, name = next(iter(names(exact)), (0, ""))
    if first is None or first.source not in LISTED:
        return run
    if uses < (OFTEN_A_NAME if first.source == Source.WRITTEN else _ALSO_A_NAME):
        return run
    # Few towns are spelled as a person's name, and what stands beside one is rather Jamal than Djemmal.
    if not (first.english.islower() or first.english in lists().places):
        return run
    if first.near is not None and first.near >= SURELY_A_WORD:
        return run
    return run._replace(glosses=(Gloss(name, Source.NAME), *run.glosses))


def _and(written: str, run: Run) -> str:
    """Return "and " where a word begins with it that its gloss leaves out."""
    exact = normalise(written)
    if (
        exact[:1] != "و"
        or run.glosses[0].source in (Source.GRAMMAR, Source.PHRASE)
        or exact in lists().by_form
    ):
        return ""
    if exact.startswith(("وال", "ولل")) and without_article(exact) != exact:
        return "and "
    first = written.split()[0][1:]
    if first.startswith(_SERVANT) or first in _MAKING_NAMES or first in _PERHAPS_MAKING_NAMES:
        return "and "
    rest = exact[1:]
    return "and " if rest in lists().by_form or _only_a_name(rest) else ""
