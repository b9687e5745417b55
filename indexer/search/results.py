"""One result: an article with its snippet, its marks and its reasons."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.article import Article, Passage
from indexer.engines.base import Field, StoredPassage
from indexer.search.explain import explain, explain_similar
from indexer.search.legs import Lookup
from indexer.search.page import LegScore, Result
from indexer.search.snippets import Mark, Marker, best_passage, make_snippet

#: Characters of an article that are looked through for the words it meets; a longer one is judged by these
#: and by the passage that is shown, as a page must not wait for megabytes.
_LOOKED_THROUGH = 100_000


def make_result(
    rank: int,
    article: Article,
    passages: Sequence[StoredPassage],
    *,
    score: float,
    legs: Sequence[LegScore],
    nearest: int | None,
    lookup: Lookup,
    marker: Marker,
) -> Result:
    """Return a result. `nearest` numbers the passage nearest by meaning, None where that is not known."""
    title_marks = marker.marks(article.title, article.language, Field.TITLE)
    marks = marker.marks(article.text[:_LOOKED_THROUGH], article.language, Field.BODY)
    passage = _choose([stored.passage for stored in passages], nearest, marks)
    if passage is not None and passage.end > _LOOKED_THROUGH:
        marks = _marks_of(article, passage, marker)
    return Result(
        rank=rank,
        article=article,
        score=score,
        snippet=make_snippet(article, passage, marks, marker),
        title_highlights=marker.highlights(title_marks),
        explanation=explain(_met([*title_marks, *marks], lookup), lookup.count, legs),
    )


def similar_result(
    rank: int, article: Article, passages: Sequence[StoredPassage], *, score: float, nearest: int
) -> Result:
    """Return a result that was found by its nearness to another article."""
    passage = _choose([stored.passage for stored in passages], nearest, ())
    return Result(
        rank=rank,
        article=article,
        score=score,
        snippet=make_snippet(article, passage, (), Marker(())),
        explanation=explain_similar(score, rank),
    )


def _choose(passages: Sequence[Passage], nearest: int | None, marks: Sequence[Mark]) -> Passage | None:
    for passage in passages:
        if passage.number == nearest:
            return passage
    return best_passage(passages, marks)


def _marks_of(article: Article, passage: Passage, marker: Marker) -> list[Mark]:
    marks = marker.marks(article.text[passage.start : passage.end], article.language, Field.BODY)
    return [
        Mark(mark.start + passage.start, mark.end + passage.start, mark.word, mark.weight) for mark in marks
    ]


def _met(marks: Sequence[Mark], lookup: Lookup) -> list[str]:
    """Return the query's words that the marks meet, in the order of the query."""
    names: dict[int, str] = {}
    for number in sorted({mark.word for mark in marks}):
        word = lookup.words[number]
        for covered in word.covers:
            names.setdefault(covered, word.word)
    return [names[covered] for covered in sorted(names)]
