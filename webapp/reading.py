"""Reading help for those who do not read Arabic: what a word means, and how a title sounds.

Three ways to the same glosses: a script asks for the word under the pointer (`/gloss`), `help=1` writes one above each
word of the article, which needs no script, and titles are told word for word wherever they are listed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from flask import Blueprint, Response, jsonify, request
from markupsafe import Markup, escape

from indexer.article import Article
from indexer.search.glosses import ARABIC_WORD, Gloss, Source
from indexer.search.page import Result
from indexer.search.wordforword import WordForWord
from indexer.text import base_language
from indexer.text.transliteration import romanise
from webapp.context import the_archive
from webapp.language import language
from webapp.marking import Linked, Piece, clean

blueprint = Blueprint("reading", __name__)

#: Longest word that is looked up, in characters, and the most glosses that are shown of it.
MAX_WORD = 60
MAX_BESIDE = 200
MAX_GLOSSES = 8
_LONGEST_ABOVE = 22  # a gloss above a word must not push its neighbours far away


@blueprint.get("/gloss")
def gloss() -> Response:
    """Answer with the English of one Arabic word (`w`) as it is used in an article (`id`), as JSON.

    `before` and `after` are the words beside it: of a phrase or a name it tells what that means first.
    """
    word = request.args.get("w", "")[:MAX_WORD].strip()
    before, after = (request.args.get(name, "")[:MAX_BESIDE].strip() for name in ("before", "after"))
    archive = the_archive()
    article = (
        archive.articles([article_id]).get(article_id) if (article_id := request.args.get("id")) else None
    )
    found: tuple[Gloss, ...] = ()
    if ARABIC_WORD.search(word):
        told = archive.word_for_word(article)
        start = len(before) + 1 if before else 0
        runs = told.runs(" ".join(filter(None, (before, word, after))))
        here = next((run.glosses for run in runs if run.start <= start < run.end), ())
        found = tuple({one.english: one for one in (*here, *told.glosses(word))}.values())
    response = jsonify(word=word, sounds=romanise(word), glosses=[_shown(one) for one in found[:MAX_GLOSSES]])
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _shown(one: Gloss) -> str:
    """Return a gloss as it is shown: what no list confirms is told from what one does."""
    return f"≈ {one.english}" if one.source == Source.NEAR else one.english


@blueprint.app_template_test("helped")
def helps(article: Article) -> bool:
    """Whether there is help for reading an article: the dictionary is of Arabic."""
    return base_language(article.language) == "ar"


def romanised_title(article: Article) -> str:
    """Return an Arabic title in Latin letters, empty for other languages."""
    return romanise(article.title) if helps(article) and ARABIC_WORD.search(article.title) else ""


def gists(shown: Sequence[Article | Result]) -> dict[str, str]:
    """Return the titles of Arabic articles in English, word for word, by id; none for who reads Arabic."""
    return {} if language().code == "ar" else the_archive().gists(shown)


def with_glosses(told: WordForWord, pieces: Sequence[Piece], linked: Linked) -> Markup:
    """Return a paragraph with the likeliest gloss of each Arabic word or phrase above it.

    A word stays whole where only a part of it is marked (the stem, but not what is written to it): the mark stands in
    the word then, and the gloss above all of it. A mark of several words has them in it.
    """
    starts = [0, *accumulate(len(piece.text) for piece in pieces)]
    text = "".join(piece.text for piece in pieces)

    def shown(low: int, high: int) -> Markup:
        return escape(clean(text[low:high]))

    def marks(low: int, high: int) -> list[int]:
        """Return the numbers of the marked pieces that touch a span."""
        first, last = bisect_right(starts, low) - 1, bisect_left(starts, high)
        return [place for place in range(first, last) if pieces[place].highlight]

    def between(low: int, high: int) -> Markup:
        parts = []
        for place in range(bisect_right(starts, low) - 1, bisect_left(starts, high)):
            cut = pieces[place].text[max(0, low - starts[place]) : high - starts[place]]
            parts.append(linked(replace(pieces[place], text=cut)))
        return Markup("").join(parts)

    units: list[tuple[int, int, Markup]] = []
    within: dict[int, list[_Box]] = {}
    for box in _boxes(text, told):
        touching = marks(box.start, box.end)
        spans = [(starts[place], starts[place + 1]) for place in touching]
        if all(box.start <= low and high <= box.end for low, high in spans):
            units.append((box.start, box.end, _ruby(between(box.start, box.end), box.english)))
        elif all(low <= box.start and box.word_end <= high for low, high in spans):
            within.setdefault(touching[0], []).append(replace(box, end=min(box.end, spans[0][1])))
        # Else a mark ends within the word and goes on beyond it: there is no place for a gloss.
    for place, boxes in within.items():
        low, high = starts[place], starts[place + 1]
        words = [(box.start, box.end, _ruby(shown(box.start, box.end), box.english)) for box in boxes]
        inside = _filled(words, low, high, shown)
        units.append((low, high, linked(pieces[place], inside)))
    return _filled(sorted(units), 0, len(text), between)


@dataclass(frozen=True, slots=True)
class _Box:
    """A word or phrase with a gloss. What follows it up to `end` is to stay with it at the end of a line."""

    start: int
    word_end: int
    end: int
    english: str


def _boxes(text: str, told: WordForWord) -> Iterator[_Box]:
    """Yield the words and phrases of a text that have a gloss which is not too long."""
    for run in told.runs(text):
        end = run.end
        while end < len(text) and not (text[end].isspace() or text[end].isalnum()):
            end += 1  # what ends a sentence or a quotation
        longest = max(_LONGEST_ABOVE, 2 * (end - run.start))
        english = next((gloss for gloss in map(_shown, run.glosses) if len(gloss) <= longest), "")
        if english:
            yield _Box(run.start, run.end, end, english)


def _ruby(written: Markup, english: str) -> Markup:
    return Markup('<ruby>{}<rt lang="en" dir="ltr">{}</rt></ruby>').format(written, english)


def _filled(
    units: Sequence[tuple[int, int, Markup]], low: int, high: int, between: Callable[[int, int], Markup]
) -> Markup:
    """Return the units, which are in order, with what stands between them from `low` to `high`."""
    parts = []
    for start, end, unit in units:
        if low < start:
            parts.append(between(low, start))
        parts.append(unit)
        low = end
    if low < high:
        parts.append(between(low, high))
    return Markup("").join(parts)
