"""Texts of articles as safe HTML: escaped, cut into paragraphs, matched words marked.

Offsets of highlights count characters of the text as it is stored, so a text is cut at them first, and only
the pieces are cleaned and escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Protocol
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from indexer.search.page import Highlight
from indexer.text import analyse
from webapp.language import gettext

# Overrides and embeddings make text read as what it is not ("gpj.exe"); no honest headline needs them.
# Marks and isolates stay: Arabic typesetting uses them, and an element's end closes an open isolate.
# HTML forbids the other control characters and lone surrogates.
_HARMFUL = re.compile("[\u202a-\u202e\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_BREAK = re.compile(r"[ \t]*(?:\r\n|\r|\n|\u2029)\s*")
_DATE = re.compile(r"\d+(-\d+)+")
_ISOLATES = re.compile("[\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`best` says whether it holds a part of the passage that was matched."""

    start: int
    html: Markup
    best: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a text: plain, or marked. `number` counts the marks from 1."""

    text: str
    highlight: Highlight | None = None
    number: int = 0


class Linked(Protocol):
    """Makes markup of a piece: a mark as a link to the next one, around `inside` in place of its text."""

    def __call__(self, piece: Piece, inside: Markup | None = None) -> Markup: ...


#: Makes markup of the pieces of a paragraph.
Compose = Callable[[Sequence[Piece], Linked], Markup]


def clean(text: str) -> str:
    """Return *text* without characters that mislead or that HTML forbids."""
    return _HARMFUL.sub("", text)


def one_line(text: str) -> str:
    """Return *text* for a place without markup (a page's title, an attribute): clean and on one line."""
    return " ".join(_ISOLATES.sub("", clean(text)).split())


def unbroken(text: str) -> Markup:
    """Return a sentence with markup that keeps a date (2018-02-18) on one line: browsers break at its hyphens."""
    return Markup(_DATE.sub(r'<span class="day">\g<0></span>', str(escape(clean(text)))))


def pieces(text: str, highlights: Iterable[Highlight], *, start: int = 0, first: int = 1) -> Iterator[Piece]:
    """Cut *text*, which begins at offset *start* of the marked text, at the highlights that touch it.

    Where highlights overlap the earlier one wins; what lies outside of the text is cut off.
    """
    position, end, number = start, start + len(text), first
    for highlight in sorted(highlights, key=lambda mark: (mark.start, -mark.end)):
        low, high = max(highlight.start, position), min(highlight.end, end)
        if low >= high:
            continue
        if low > position:
            yield Piece(text[position - start : low - start])
        yield Piece(text[low - start : high - start], highlight, number)
        position, number = high, number + 1
    if position < end:
        yield Piece(text[position - start :])


def marked(text: str, highlights: Iterable[Highlight] = ()) -> Markup:
    """Return *text* with `<mark>` around its highlights."""
    return Markup("").join(
        _mark(piece) if piece.highlight else escape(clean(piece.text)) for piece in pieces(text, highlights)
    )


def paragraphs(
    text: str,
    highlights: Iterable[Highlight] = (),
    *,
    best: tuple[int, int] = (0, 0),
    compose: Compose | None = None,
    spans: Sequence[tuple[int, int]] | None = None,
) -> tuple[list[Paragraph], int]:
    """Return the paragraphs of a text (or what else the ascending `spans` cut), and how many marks they hold.

    `best` is the span of the passage that was matched; `compose` may put more than its pieces into a paragraph.

    Each mark is a link to the next one (the last to the first), so that one can walk through them by
    clicking or with the Tab key where there is no script.
    """
    marks = sorted(highlights, key=lambda mark: (mark.start, -mark.end))
    cut: list[tuple[int, list[Piece]]] = []
    number, passed = 1, 0
    for start, end in _paragraph_spans(text) if spans is None else spans:
        while passed < len(marks) and marks[passed].end <= start:
            passed += 1
        first_after = passed
        while first_after < len(marks) and marks[first_after].start < end:
            first_after += 1
        inside = marks[passed:first_after]
        found = list(pieces(text[start:end], inside, start=start, first=number))
        number += sum(1 for piece in found if piece.highlight)
        cut.append((start, found))
    total = number - 1
    linked = partial(_linked, total)
    return [
        Paragraph(
            start,
            compose(found, linked) if compose else Markup("").join(map(linked, found)),
            start < best[1] and best[0] < start + sum(len(piece.text) for piece in found),
        )
        for start, found in cut
    ], total


@lru_cache(maxsize=1 << 12)
def word_key(text: str) -> str:
    """Return what joins a word of the question with its partners on the page: its normalised words."""
    return " ".join(token.exact for token in analyse(text))


def external_url(url: str) -> str:
    """Return *url* where it is safe as a link (http or https, with a host), else the empty string."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        safe = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return ""
    return url if safe and not re.search(r"[\x00-\x20\x7f]", url) else ""


def _paragraph_spans(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    for found in _BREAK.finditer(text):
        if text[position : found.start()].strip():
            yield position, found.start()
        position = found.end()
    if text[position:].strip():
        yield position, len(text)


def _mark(piece: Piece, inside: Markup | None = None) -> Markup:
    highlight = piece.highlight
    assert highlight is not None
    # Each part is escaped by itself: filling in a Markup does the same at four times the cost.
    key, reason = escape(word_key(highlight.word)), escape(_reason(highlight))
    opened = f'<mark class="{_kind(highlight)}" data-word="{key}" title="{reason}">'
    return Markup(f"{opened}{escape(clean(piece.text)) if inside is None else inside}</mark>")


def _linked(total: int, piece: Piece, inside: Markup | None = None) -> Markup:
    if not piece.highlight:
        return escape(clean(piece.text))
    following = piece.number % total + 1
    return Markup(f'<a class="hit" id="m{piece.number}" href="#m{following}">{_mark(piece, inside)}</a>')


def _kind(highlight: Highlight) -> str:
    return "meaning" if highlight.kind == "meaning" else "keyword"


def _reason(highlight: Highlight) -> str:
    if not highlight.word:
        return gettext("matches the question")
    word = one_line(highlight.word)
    if highlight.kind == "meaning":
        return gettext("answers “%(word)s”", word=word)
    return gettext("matches “%(word)s”", word=word)
