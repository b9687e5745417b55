"""Late interaction: the best articles of the fused ranking are read again, word by word.

Every word of the query looks for its best partner among the words of a passage, by their codes, and the mean
of these best cosines is the passage's score (MaxSim; Khattab and Zaharia, ColBERT, SIGIR 2020). An article
counts as its best passage. Titles are compared in both directions: a headline that says the same and no more
is the better answer to a headline. All passages are scored in one go; torch is not needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.article import Article
from indexer.engines.base import StoredPassage
from indexer.models.base import Encoding
from indexer.models.codes import Coder
from indexer.models.words import word_spans

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Interaction:
    """What late interaction says of an article: its best passage's MaxSim, which passage that is, its title's.

    `similarities`, (n_query_words, n_passage_words), are those of the best passage.
    """

    score: float
    passage: int
    title: float = 0.0
    similarities: FloatArray | None = None


def interact(
    encoding: Encoding,
    passages: Mapping[str, Sequence[StoredPassage]],
    coder: Coder,
    titles: Mapping[str, int] | None = None,
) -> dict[str, Interaction]:
    """Return MaxSim of the articles that have codes.

    `encoding` is the query's with its word vectors. Articles without codes are left out. `titles` says with how
    many words of their title the codes of passages begin (see `title_words`).
    """
    if encoding.words is None or not len(encoding.words):
        return {}
    width = coder.bytes_per_word
    coded = [
        (article_id, stored.passage.number, stored.codes)
        for article_id, stored_passages in passages.items()
        for stored in stored_passages
        if stored.codes
    ]
    if not coded:
        return {}
    similarities = coder.similarities(
        coder.rotate_query(encoding.words), b"".join(codes for _, _, codes in coded)
    )
    ends = np.cumsum([len(codes) // width for _, _, codes in coded])
    starts = np.concatenate([[0], ends[:-1]])
    best = np.maximum.reduceat(similarities, starts, axis=1).mean(axis=0)
    found: dict[str, tuple[float, int, FloatArray]] = {}
    titled: dict[str, tuple[int, int]] = {}
    for (article_id, number, _), score, start, end in zip(
        coded, best.tolist(), starts.tolist(), ends.tolist(), strict=True
    ):
        if article_id not in found:
            titled[article_id] = (start, min(start + (titles or {}).get(article_id, 0), end))
        if article_id not in found or score > found[article_id][0]:
            found[article_id] = (score, number, similarities[:, start:end])
    scores = both_ways(similarities, list(titled.values()))
    return {
        article_id: Interaction(score, number, title, block)
        for (article_id, (score, number, block)), title in zip(found.items(), scores, strict=True)
    }


def both_ways(similarities: FloatArray, runs: Sequence[tuple[int, int]]) -> list[float]:
    """Return for each run (start, end) of columns the mean of MaxSim to it and back; 0 for an empty one."""
    lengths = np.array([end - start for start, end in runs], np.intp)
    scores = np.zeros(len(runs), np.float32)
    some = np.flatnonzero(lengths)
    if len(some):
        columns = np.concatenate([np.arange(*runs[place]) for place in some.tolist()])
        starts = np.cumsum(lengths[some]) - lengths[some]
        chosen = similarities[:, columns]
        there = np.maximum.reduceat(chosen, starts, axis=1).mean(axis=0)
        back = np.add.reduceat(chosen.max(axis=0), starts) / lengths[some]
        scores[some] = (there + back) / 2
    return scores.tolist()


def title_words(article: Article) -> int:
    """Return how many words the title has in the codes of each of the article's passages."""
    return 0 if article.title_made else len(word_spans(article.title))
