"""The results of a page: each an article with its snippet, its marks and its reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from indexer.article import Article, Passage
from indexer.engines.base import Field, Gathered, StoredPassage
from indexer.models.base import Encoding
from indexer.models.codes import Coder
from indexer.search.align import align
from indexer.search.explain import explain, explain_similar
from indexer.search.found import Found, Listed
from indexer.search.late import Interaction
from indexer.search.legs import Lookup
from indexer.search.page import Highlight, LegScore, Result, WordPair
from indexer.search.plan import QueryPlan
from indexer.search.prepared import Prepared
from indexer.search.snippets import Mark, Marker, best_passage, make_snippet, with_highlights
from indexer.search.sources import ALIGNED, BELIEVED
from indexer.search.stopwords import function_words
from indexer.search.weights import joined
from indexer.text import analyse

#: What a reader believes first has the most.
_SURENESS = {source: -place for place, source in enumerate(BELIEVED)}
#: Characters of an article that are looked through for the words it meets; a longer one is judged by these
#: and by the passage that is shown, as a page must not wait for megabytes.
_LOOKED_THROUGH = 100_000


class Aligner:
    """Finds what answers one query's words in stored passages."""

    def __init__(self, encoding: Encoding, query: str, language: str, coder: Coder, plan: QueryPlan) -> None:
        """*query* is the text that *encoding* is of; its function words and numbers are aligned with nothing.

        Nor are names with articles of a language that the *plan* has a dictionary for: vectors find another of their
        kind (Putin for Biden, Caracas for Aramco), and lists and sounds have sought them.
        """
        self._encoding = encoding
        self._coder = coder
        self._language = language
        common, translated = function_words(language), plan.translated
        self._words: dict[int, str] = {}
        self._named: set[int] = set()
        for number, (start, end) in enumerate(encoding.spans):
            tokens = analyse(query[start:end], language)
            forms = {t.exact for t in tokens if t.exact not in common and not t.exact[0].isdigit()}
            if forms:
                self._words[number] = query[start + tokens[0].start : start + tokens[-1].end]
                if forms.isdisjoint(translated):
                    self._named.add(number)

    def highlights(
        self, stored: StoredPassage, article: Article, met: Collection[str], read: Interaction | None = None
    ) -> list[Highlight]:
        """Return the words of a passage that answer words not *met* yet, with offsets into the article's text.

        `read` is what late interaction found in the article, if it has read it.
        """
        named = self._named if joined(self._language, article.language) else ()
        unmet = {n: word for n, word in self._words.items() if word not in met and n not in named}
        if not unmet:
            return []
        passage = stored.passage
        known = read.similarities if read and read.passage == passage.number else None
        found = align(self._encoding, stored, passage.text_of(article), self._coder, known, unmet)
        return [
            Highlight(pair.start + passage.start, pair.end + passage.start, "meaning", unmet[pair.number])
            for pair in found
        ]


@dataclass(frozen=True, slots=True)
class Hit:
    """An article of a page, with what the search knows of it."""

    article: Article
    passages: Sequence[StoredPassage]
    score: float = 0.0
    legs: Sequence[LegScore] = ()
    #: The number of the passage nearest by meaning, None where that is not known.
    nearest: int | None = None
    #: What late interaction found in the article, None where it has not read it.
    read: Interaction | None = None
    copies: tuple[Article, ...] = ()


class ResultMaker:
    """Makes the results of one search."""

    def __init__(self, prepared: Prepared, coder: Coder | None) -> None:
        """Without a *coder* no words are marked for what they mean."""
        self._lookup = prepared.lookup
        self._marker = Marker(prepared.lookup.words)
        self._aligner: Aligner | None = None
        if prepared.encoding is not None and coder is not None:
            text = prepared.parsed.free_text
            self._aligner = Aligner(prepared.encoding, text, prepared.language, coder, prepared.plan)

    def page(
        self,
        found: Found,
        entries: Sequence[Listed],
        gathered: Gathered,
        read: Mapping[str, Interaction],
        *,
        offset: int,
        beside: Sequence[Sequence[str]],
    ) -> Iterator[Result]:
        """Yield the results of a page whose first has the place *offset*, from 0; *beside* has the ids of copies."""
        for rank, (article_id, entry) in enumerate(entries, offset + 1):
            article = gathered.articles.get(article_id)
            if article is None:  # deleted since the legs ran
                continue
            interaction = read.get(article_id)
            hit = Hit(
                article,
                gathered.passages.get(article_id, ()),
                score=entry.score if entry else 0.0,
                legs=found.leg_scores(article_id, entry),
                nearest=interaction.passage if interaction else found.passage_number(article_id),
                read=interaction,
                copies=_by_date(beside[rank - offset - 1 : rank - offset], gathered.articles),
            )
            yield self.result(rank, hit)

    def result(self, rank: int, hit: Hit) -> Result:
        """Return what a page shows of an article; *rank* counts from 1."""
        article, passages = hit.article, hit.passages
        lookup, marker, aligner = self._lookup, self._marker, self._aligner
        body = article.text[:_LOOKED_THROUGH]
        runs = marker.runs(f"{article.title}\n{body}", article.language)
        title_marks = marker.marks(article.title, article.language, Field.TITLE, runs)
        marks = marker.marks(body, article.language, Field.BODY, runs)
        passage = _choose([stored.passage for stored in passages], hit.nearest, marks)
        if passage is not None and passage.end > _LOOKED_THROUGH:
            marks = _marks_of(article, passage, marker)
        pairs = _pairs([(article.title, title_marks), (article.text, marks)], lookup)
        met = {word for pair in pairs for word in (pair.word, *pair.word.split())}  # a unit meets its words

        def answering(passage: Passage | None) -> list[Highlight]:
            stored = next((stored for stored in passages if stored.passage is passage), None)
            return aligner.highlights(stored, article, met, hit.read) if aligner and stored else []

        extra = answering(passage)
        if passage is not None and marks and not extra and not _stand_in(passage, marks):
            # The nearest would show no reader why it came, as another does.
            passage = best_passage([stored.passage for stored in passages], marks)
            extra = answering(passage)
        pairs += [WordPair(mark.word, article.text[mark.start : mark.end], ALIGNED) for mark in extra]
        return Result(
            rank=rank,
            article=article,
            score=hit.score,
            snippet=with_highlights(make_snippet(article, passage, marks, marker), extra),
            title_highlights=marker.highlights(title_marks),
            explanation=explain(
                _met([*title_marks, *marks], lookup),
                lookup.unanswered({pair.word for pair in pairs}),
                len(lookup.names),
                hit.legs,
                tuple(pairs),
            ),
            copies=hit.copies,
            lead=_lead(passages),
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
        lead=_lead(passages),
    )


def _lead(passages: Sequence[StoredPassage]) -> StoredPassage | None:
    """Return the first passage where it came with its codes."""
    return next((stored for stored in passages if stored.passage.number == 0 and stored.codes), None)


def _choose(passages: Sequence[Passage], nearest: int | None, marks: Sequence[Mark]) -> Passage | None:
    for passage in passages:
        if passage.number == nearest:
            return passage
    return best_passage(passages, marks)


def _stand_in(passage: Passage, marks: Sequence[Mark]) -> bool:
    return any(passage.start <= mark.start < passage.end for mark in marks)


def _marks_of(article: Article, passage: Passage, marker: Marker) -> list[Mark]:
    marks = marker.marks(article.text[passage.start : passage.end], article.language, Field.BODY)
    return [replace(mark, start=mark.start + passage.start, end=mark.end + passage.start) for mark in marks]


def _pairs(marked: Sequence[tuple[str, Sequence[Mark]]], lookup: Lookup) -> list[WordPair]:
    """Return each met word of the query with the surest of its partners, in the order of the query."""
    best: dict[int, tuple[tuple[int, float], WordPair]] = {}
    for text, marks in marked:
        for mark in marks:
            sure = (_SURENESS[mark.source], mark.weight)
            if mark.word not in best or sure > best[mark.word][0]:
                pair = WordPair(lookup.words[mark.word].word, text[mark.start : mark.end], mark.source)
                best[mark.word] = (sure, pair)
    return [best[number][1] for number in sorted(best)]


def _met(marks: Sequence[Mark], lookup: Lookup) -> list[str]:
    """Return the query's words that the marks meet, in the order of the query."""
    names = lookup.names
    return [names[number] for number in sorted({n for m in marks for n in lookup.words[m.word].covers})]


def _by_date(ids: Sequence[Sequence[str]], articles: Mapping[str, Article]) -> tuple[Article, ...]:
    """Return those of the articles that are at hand, the earliest first, undated ones last."""
    found = [articles[article_id] for some in ids for article_id in some if article_id in articles]
    return tuple(
        sorted(found, key=lambda a: (a.published is None, a.published.at.timestamp() if a.published else 0.0))
    )
