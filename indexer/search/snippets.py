"""Marks and snippets: where an article meets the query's words, and the passage that shows it best.

Marks are made from the original text with the same analysis that indexed it, so that a mark stands where a
match is, whatever the spelling. They hold for a snippet, a title or a text of megabytes alike.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Hashable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import NamedTuple

from indexer.article import Article, Passage
from indexer.engines.base import Field, Form
from indexer.search.legs import SearchedWord
from indexer.search.page import Highlight, Snippet
from indexer.search.sources import INFLECTION, SAME
from indexer.search.vocabulary import VOCABULARY, Sought, tokens_of
from indexer.text import Token, sentences

#: A snippet is a whole passage up to this many characters, else a part of it of about this length.
SNIPPET_LENGTH = 360

_RUN = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Mark:
    """A run of a text in which word number `word` of the query is met. `weight` is the option's.

    `source` is the option's, too, but a form of the query's own word (وكتاب for كتاب) is "same", as that word is.
    """

    start: int
    end: int
    word: int
    weight: float
    source: str = SAME


class _Target(NamedTuple):
    word: int
    weight: float
    source: str
    tokens: tuple[str, ...]
    form: Form
    field: Field
    own: bool


class _Begin(NamedTuple):
    """A token of a run, by its number and its place there, with a target that it may begin."""

    target: _Target
    place: int
    start: int
    end: int


class Marker:
    """Finds the words of one query in texts. Made once a search."""

    def __init__(self, words: Sequence[SearchedWord]) -> None:
        self.words = tuple(words)
        self._exact: dict[str, list[_Target]] = {}
        self._stems: dict[str, list[_Target]] = {}
        self._begins: dict[tuple[str, str], tuple[_Begin, ...]] = {}  # (language, run) -> ...
        self._sought: dict[str, Sought] = {}  # language -> ...
        for number, word in enumerate(self.words):
            own = {option.tokens for option in word.options if option.source == SAME}
            for option in word.options:
                if option.is_guess:
                    continue
                target = _Target(
                    number, option.weight, option.source, option.tokens, option.form, word.field,
                    option.source == INFLECTION and (option.tokens[0][1:],) in own,
                )  # fmt: skip
                table = self._exact if option.form is Form.EXACT else self._stems
                table.setdefault(option.tokens[0], []).append(target)

    def runs(self, text: str, language: str) -> Set[str]:
        """Return the runs of a text, as far as they may hold one of the words."""
        if not (self._exact or self._stems):
            return frozenset()
        sought = self._sought.get(language)
        if sought is None:
            sought = self._sought[language] = VOCABULARY.seek(language, (*self._exact, *self._stems))
        return VOCABULARY.met(text, sought)

    def marks(self, text: str, language: str, field: Field, runs: Set[str] | None = None) -> list[Mark]:
        """Return where the words stand in a title or body, by start, the query's own words first, then the best.

        *runs* are those of a text that this one is a part of, where they are known already.
        """
        # No token reaches across white space, so that what stands between can be looked up, each once: few of a
        # text's runs meet anything, and those alone are sought in it and cut into tokens.
        found: list[Mark] = []
        for surface in self.runs(text, language) if runs is None else runs:
            begins = self._begins_in(surface, language)
            for position in _places(text, surface) if begins else ():
                for begin in begins:
                    target = begin.target
                    if target.field in (Field.ANY, field) and (
                        end := _end_of(target, text, position, begin, language)
                    ):
                        start = position + begin.start
                        if target.source == INFLECTION:
                            start += 1  # the letter written to the word is another word (and, with, to)
                        source = SAME if target.own else target.source
                        found.append(Mark(start, end, target.word, target.weight, source))
        # The query's own word stays that, however much another word counts that it answers, too.
        return sorted(found, key=lambda m: (m.start, m.source != SAME, -m.weight, -m.end, m.word))

    def _begins_in(self, surface: str, language: str) -> tuple[_Begin, ...]:
        """Return what the tokens of a run may begin."""
        known = self._begins.get((language, surface))
        if known is None:
            known = self._begins[language, surface] = tuple(
                _Begin(target, place, token.start, token.end)
                for place, token in enumerate(tokens_of(surface, language))
                for target in _distinct((*self._exact.get(token.exact, ()), *self._stems.get(token.stem, ())))
            )
        return known

    def highlights(
        self, marks: Sequence[Mark], start: int = 0, end: int | None = None
    ) -> tuple[Highlight, ...]:
        """Return marks between two offsets as highlights, counted from `start`, none overlapping."""
        shown: list[Highlight] = []
        position = start
        for mark in marks:
            if mark.start >= position and (end is None or mark.end <= end):
                word = self.words[mark.word].word
                kind = "keyword" if mark.source == SAME else "meaning"
                shown.append(Highlight(mark.start - start, mark.end - start, kind, word))
                position = mark.end
        return tuple(shown)


def _distinct(targets: Sequence[_Target]) -> Collection[_Target]:
    """Return targets without those single tokens that would make the same mark as another, with less weight."""
    if len(targets) < 2:
        return targets
    kept: dict[Hashable, _Target] = {}
    for target in targets:
        single = len(target.tokens) == 1
        key = (target.word, target.source, target.field, target.own) if single else target
        if key not in kept or target.weight > kept[key].weight:
            kept[key] = target
    return kept.values()


def _places(text: str, surface: str) -> Iterator[int]:
    """Yield where a run stands in a text, between white space."""
    position = text.find(surface)
    while position >= 0:
        end = position + len(surface)
        if not (text[position - 1 : position].strip() or text[end : end + 1].strip()):
            yield position
        position = text.find(surface, end)


def _end_of(target: _Target, text: str, position: int, begin: _Begin, language: str) -> int:
    """Return where a target ends that a token of the run at `position` begins; 0 where other tokens follow."""
    if len(target.tokens) == 1:
        return position + begin.end
    tokens = _tokens_from(text, position, begin.place, len(target.tokens), language)
    forms = tuple(token.exact if target.form is Form.EXACT else token.stem for token in tokens)
    return tokens[-1].end if forms == target.tokens else 0


def _tokens_from(text: str, position: int, place: int, count: int, language: str) -> list[Token]:
    """Return up to `count` tokens of a text, from token number `place` of the run at `position` on."""
    tokens: list[Token] = []
    for run in _RUN.finditer(text, position):
        for token in tokens_of(run[0], language)[place:]:
            start, end = run.start() + token.start, run.start() + token.end
            tokens.append(Token(start, end, token.exact, token.stem))
            if len(tokens) == count:
                return tokens
        place = 0
    return tokens


# --- snippets -----------------------------------------------------------------------------------


def best_passage(passages: Sequence[Passage], marks: Sequence[Mark]) -> Passage | None:
    """Return the passage that meets most of the query's weight, the first of equals; None without any."""
    if not passages:
        return None
    starts = [mark.start for mark in marks]

    def met(passage: Passage) -> float:
        best: dict[int, float] = {}
        for mark in marks[bisect_left(starts, passage.start) : bisect_left(starts, passage.end)]:
            best[mark.word] = max(best.get(mark.word, 0.0), mark.weight)
        return sum(best.values())

    return max(passages, key=lambda passage: (met(passage), -passage.number))


def make_snippet(article: Article, passage: Passage | None, marks: Sequence[Mark], marker: Marker) -> Snippet:
    """Return a passage, or the part of it around its marks, with highlights.

    `snippet.text` is always `article.text[snippet.start:snippet.end]`.
    """
    if passage is None:
        passage = Passage(0, 0, min(len(article.text), SNIPPET_LENGTH), article.language)
    starts = [mark.start for mark in marks]
    inside = marks[bisect_left(starts, passage.start) : bisect_left(starts, passage.end)]
    start, end = _window(article.text, passage, inside)
    return Snippet(
        number=passage.number,
        text=article.text[start:end],
        start=start,
        end=end,
        language=passage.language,
        highlights=marker.highlights(inside, start, end),
    )


def with_highlights(snippet: Snippet, more: Sequence[Highlight]) -> Snippet:
    """Return the snippet with those of *more* (offsets of the article's text) that fit beside its own."""
    shown = list(snippet.highlights)
    for highlight in more:
        start, end = highlight.start - snippet.start, highlight.end - snippet.start
        inside = start >= 0 and end <= len(snippet.text)
        if inside and all(end <= other.start or other.end <= start for other in shown):
            shown.append(Highlight(start, end, highlight.kind, highlight.word))
    return replace(snippet, highlights=tuple(sorted(shown, key=lambda highlight: highlight.start)))


def _window(text: str, passage: Passage, marks: Sequence[Mark]) -> tuple[int, int]:
    """Return the readable part of a passage that meets most words: whole sentences where they fit."""
    if passage.end - passage.start <= SNIPPET_LENGTH:
        return passage.start, passage.end
    spans = [
        (passage.start + start, passage.start + end)
        for start, end in sentences(text[passage.start : passage.end], passage.language)
    ]
    best, best_weight = (passage.start, passage.end), -1.0
    for first, (start, _) in enumerate(spans):
        last = first
        while last + 1 < len(spans) and spans[last + 1][1] - start <= SNIPPET_LENGTH:
            last += 1
        end = spans[last][1]
        weight = _weight(marks, start, end)
        if weight > best_weight:
            best, best_weight = (start, end), weight
    start, end = best
    if end - start <= SNIPPET_LENGTH:
        return start, end
    # One long sentence: the part around its marks, cut between words.
    first_mark = next((mark.start for mark in marks if mark.start >= start), start)
    if first_mark - start > SNIPPET_LENGTH // 3:
        start = _after_space(text, first_mark - SNIPPET_LENGTH // 3, first_mark)
    return start, _before_space(text, start, min(end, start + SNIPPET_LENGTH), end)


def _weight(marks: Sequence[Mark], start: int, end: int) -> float:
    best: dict[int, float] = {}
    for mark in marks:
        if start <= mark.start and mark.end <= end:
            best[mark.word] = max(best.get(mark.word, 0.0), mark.weight)
    return sum(best.values())


def _after_space(text: str, position: int, limit: int) -> int:
    """Return the first start of a word in text[position:limit], `position` where there is none."""
    for index in range(position, limit):
        if text[index].isspace():
            return index + 1
    return position


def _before_space(text: str, start: int, position: int, end: int) -> int:
    """Return the last end of a word at or before `position`, `position` where there is none."""
    if position >= end:
        return end
    for index in range(position, start, -1):
        if text[index].isspace():
            return index
    return position
