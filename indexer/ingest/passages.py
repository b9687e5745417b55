"""Cut an article's text into passages: whole sentences, as long as the encoder likes, overlapping by one.

Offsets of passages count characters of the article's text, so that what is shown is always the original.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from indexer.article import Article, Passage
from indexer.models.base import Encoder, PassageText
from indexer.text import base_language, detect_language, script_of, sentences

#: Raised whenever the cuts change: part of the archive's manifest.
PASSAGES_VERSION = 1

#: A sentence longer than this share of a passage is not repeated in the next one.
_OVERLAP_SHARE = 1 / 3
#: Passages of an article are about equally long; this much more than the mean is allowed.
_SLACK = 1.15
#: The title takes at most this share of what the model reads at once.
_TITLE_SHARE = 1 / 4
#: Room for the prefix, the line end after the title and the special pieces.
_EXTRA_TOKENS = 8
_LEAST_TOKENS = 16


def passage_settings(tokens: int) -> dict[str, int]:
    """Return what the manifest keeps of how passages were made."""
    return {"tokens": tokens, "version": PASSAGES_VERSION}


def make_passages(article: Article, encoder: Encoder, *, tokens: int) -> tuple[Passage, ...]:
    """Return the passages of *article*, each at most *tokens* pieces of the encoder's tokeniser long.

    They are shorter where the model reads less than that beside the title. Together they cover every
    sentence. A sentence that is too long is cut at white space where there is some.
    """
    text = article.text
    title = encoder.count_tokens([carried_title(article, encoder)])[0]
    tokens = max(min(tokens, encoder.fingerprint.max_tokens - title - _EXTRA_TOKENS), _LEAST_TOKENS)
    # Normalisation inside a tokeniser may swap neighbouring marks, and the search below needs an order.
    starts = np.maximum.accumulate(encoder.token_starts(text)).tolist()
    spans = _short_enough(sentences(text, article.language), text, starts, tokens)
    sizes = [_count(starts, start, end) for start, end in spans]
    return tuple(
        Passage(number, start, end, _language(text[start:end], article.language))
        for number, (start, end) in enumerate(_group(spans, sizes, tokens))
    )


def passage_texts(article: Article, passages: Sequence[Passage], title: str) -> list[PassageText]:
    """Return what the encoder reads for each of *passages*; they carry `carried_title`."""
    return [PassageText(title, passage.text_of(article), passage.language) for passage in passages]


def carried_title(article: Article, encoder: Encoder) -> str:
    """Return the title as each passage carries it: cut where it would crowd out the passage.

    A title that was made from the text adds nothing to it, and is left out.
    """
    if article.title_made or not article.title:
        return ""
    starts = encoder.token_starts(article.title)
    most = int(encoder.fingerprint.max_tokens * _TITLE_SHARE)
    return article.title if len(starts) <= most else article.title[: int(starts[most])].rstrip()


def _group(spans: Sequence[tuple[int, int]], sizes: Sequence[int], tokens: int) -> list[tuple[int, int]]:
    total = sum(sizes)
    if not total:
        return []
    limit = min(tokens, _SLACK * total / math.ceil(total / tokens))
    groups: list[tuple[int, int]] = []
    first = 0  # index of the first sentence of the passage in the making
    size = 0
    for index, more in enumerate(sizes):
        if size and size + more > limit:
            groups.append((spans[first][0], spans[index - 1][1]))
            previous = sizes[index - 1]
            repeat = index - 1 > first and previous <= tokens * _OVERLAP_SHARE and previous + more <= tokens
            first = index - 1 if repeat else index
            size = previous if repeat else 0
        size += more
    groups.append((spans[first][0], spans[-1][1]))
    return groups


def _short_enough(
    spans: Sequence[tuple[int, int]], text: str, starts: Sequence[int], tokens: int
) -> list[tuple[int, int]]:
    short: list[tuple[int, int]] = []
    for start, end in spans:
        while _count(starts, start, end) > tokens:
            cut = _cut(text, start, _limit(starts, start, end, tokens))
            short.append((start, cut))
            start = cut
            while start < end and text[start].isspace():
                start += 1
        if start < end:
            short.append((start, end))
    return short


def _limit(starts: Sequence[int], start: int, end: int, tokens: int) -> int:
    """Return where the piece after the next *tokens* ones starts, at least one character on."""
    first = bisect_left(starts, start)
    # Several pieces may start at one character (a ligature); then the cut goes behind it.
    return min(max(starts[first + tokens], start + 1), end)


def _cut(text: str, start: int, limit: int) -> int:
    """Return the end of the last word before *limit*, or *limit* where no white space is in between."""
    for position in range(limit - 1, start, -1):
        if text[position].isspace():
            return start + len(text[start:position].rstrip())
    return limit


def _count(starts: Sequence[int], start: int, end: int) -> int:
    first = bisect_left(starts, start)
    return max(bisect_left(starts, end, first) - first, 1)


def _language(text: str, language: str) -> str:
    """Return the article's language, unless the passage is written in another script."""
    letter = _LETTERS.get(base_language(language))
    if letter is None or script_of(text) == script_of(letter):
        return language
    found, _ = detect_language(text)
    return found if found != "und" else language


#: Language -> a letter of the script that it is usually written in.
_LETTERS = {
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ckb"), "ع"),
    **dict.fromkeys(("ru", "uk", "bg", "sr", "mk", "be"), "д"),
    **dict.fromkeys(("en", "fr", "de", "es", "it", "pt", "tr", "nl", "pl", "sv", "id"), "a"),
    "he": "ש",
    "el": "λ",
    "hi": "क",
}
