"""Cut an article's text into passages: whole sentences, as long as the encoder likes, overlapping by one.

Offsets of passages count characters of the article's text, so that what is shown is always the original.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from indexer.article import Article, Passage
from indexer.models.base import Encoder
from indexer.text import detect_language, script_of, sentences

#: Raised whenever the cuts change: part of the archive's manifest.
PASSAGES_VERSION = 1

#: A sentence longer than this share of a passage is not repeated in the next one.
_OVERLAP_SHARE = 1 / 3
#: Passages of an article are about equally long; this much more than the mean is allowed.
_SLACK = 1.15


def passage_settings(tokens: int) -> dict[str, int]:
    """Return what the manifest keeps of how passages were made."""
    return {"tokens": tokens, "version": PASSAGES_VERSION}


def make_passages(article: Article, encoder: Encoder, *, tokens: int) -> tuple[Passage, ...]:
    """Return the passages of *article*, each at most *tokens* pieces of the encoder's tokeniser long.

    Together they cover every sentence. A sentence that is too long is cut at white space where there is some.
    """
    text = article.text
    starts = encoder.token_starts(text)
    spans = _short_enough(sentences(text, article.language), text, starts, tokens)
    sizes = [_count(starts, start, end) for start, end in spans]
    return tuple(
        Passage(number, start, end, _language(text[start:end], article.language))
        for number, (start, end) in enumerate(_group(spans, sizes, tokens))
    )


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
    spans: Sequence[tuple[int, int]], text: str, starts: npt.NDArray[np.int32], tokens: int
) -> list[tuple[int, int]]:
    short: list[tuple[int, int]] = []
    for start, end in spans:
        while _count(starts, start, end) > tokens:
            first = int(np.searchsorted(starts, start))
            limit = int(starts[first + tokens])
            cut = max(text.rfind(" ", start + 1, limit), text.rfind("\t", start + 1, limit))
            cut = cut if cut > start else max(limit, start + 1)
            short.append((start, cut))
            start = cut
            while start < end and text[start].isspace():
                start += 1
        if start < end:
            short.append((start, end))
    return short


def _count(starts: npt.NDArray[np.int32], start: int, end: int) -> int:
    first, last = np.searchsorted(starts, (start, end))
    return max(int(last - first), 1)


def _language(text: str, language: str) -> str:
    """Return the article's language, unless the passage is written in another script."""
    if script_of(text) == script_of(language_sample := _SAMPLES.get(language, "")) or not language_sample:
        return language
    found, _ = detect_language(text)
    return found if found != "und" else language


#: A letter of the script that a language is usually written in; Latin ones need no entry of their own.
_SAMPLES = {
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ckb"), "ع"),
    **dict.fromkeys(("ru", "uk", "bg", "sr", "mk", "be"), "д"),
    **dict.fromkeys(("en", "fr", "de", "es", "it", "pt", "tr", "nl", "pl", "sv", "id"), "a"),
    "he": "ש",
    "el": "λ",
    "hi": "क",
}
