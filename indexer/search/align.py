"""Alignment: which words of a passage answer which words of the query, across languages.

The same codes that late interaction compares also say which word of the passage was each query word's best
partner (capture -> السيطرة). A pair counts where it is clear and mutual. Offsets are those of the original
text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.engines.base import StoredPassage
from indexer.models.base import Encoding, FloatArray
from indexer.models.codes import Coder
from indexer.models.words import word_spans
from indexer.search.stopwords import function_words
from indexer.search.vocabulary import tokens_of
from indexer.search.weights import ALIGNED


@dataclass(frozen=True, slots=True)
class Alignment:
    """A word of the query, by its number, and the run of a text that answers it, with their estimated cosine."""

    number: int
    start: int
    end: int
    similarity: float


def align(
    encoding: Encoding,
    stored: StoredPassage,
    text: str,
    coder: Coder,
    similarities: FloatArray | None = None,
    numbers: Collection[int] | None = None,
) -> list[Alignment]:
    """Return the pairs of a query and a stored passage, by their place in *text*, the passage's own text.

    `similarities`, (n_query_words, n_passage_words), are computed unless late interaction has done so already.
    Words of the title, which each passage was encoded with, take part in the comparison but form no pair. Nor do
    words of the query that are not among `numbers`, if these are given.
    """
    if encoding.words is None or not len(encoding.words) or not stored.codes:
        return []
    if similarities is None:
        similarities = coder.similarities(coder.rotate_query(encoding.words), stored.codes)
    wanted = sorted(range(len(encoding.words)) if numbers is None else numbers)
    if not (similarities[wanted] >= ALIGNED).any():
        return []  # before the text is cut into words
    spans = word_spans(text)
    title = similarities.shape[1] - len(spans)
    if title < 0:  # the model did not read to the end of the passage
        return []
    return list(_pairs(wanted, similarities[:, title:], spans, text, stored.passage.language))


def _pairs(
    wanted: Sequence[int],
    similarities: np.ndarray,
    spans: list[tuple[int, int]],
    text: str,
    language: str,
) -> Iterator[Alignment]:
    if not similarities.size:
        return
    common = function_words(language)
    partners, suitors = similarities.argmax(axis=1), similarities.argmax(axis=0)
    for number in wanted:
        partner = int(partners[number])
        similarity = float(similarities[number, partner])
        if similarity < ALIGNED or suitors[partner] != number:
            continue
        start, end = spans[partner]
        tokens = tokens_of(text[start:end], language)
        # Without the quotation marks and stops around the word. Function words are near to much, and answer nothing.
        if any(token.exact not in common for token in tokens):
            yield Alignment(number, start + tokens[0].start, start + tokens[-1].end, similarity)
