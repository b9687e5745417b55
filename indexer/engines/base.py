"""The contract of an engine: what is stored, and what can be looked up.

Everything that ranks lives above this line, once (`indexer.search`); an engine only stores,
filters, scores terms (BM25) and finds near vectors (cosine). Both engines keep every promise here,
and `tests/engines/` holds them to it.

A search takes the time of two round trips to a cluster (one more where equal scores end a leg or copies leave places of
a page to fill, four more where the query is an article's title):

1. `match` runs the legs of a request and returns the best articles of each,
2. `gather` counts the union of what they found and brings what the page needs.

Each may be made in parts; `begin` has one answered while another is, or while the caller has other work.

Words used: a *leg* is one way of finding articles; a *token* is a word as `indexer.text` cuts it; its
*form* says which of its spellings is meant; a *facet* is a field with counted values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import numpy as np
import numpy.typing as npt
import orjson

from indexer.article import Article, Passage
from indexer.errors import SchemaMismatch

FloatArray = npt.NDArray[np.float32]

T = TypeVar("T")

#: Fields with counted values. Values are matched exactly as they are stored.
FACETS = ("language", "source", "section", "author")


class Form(StrEnum):
    """Which spelling of a token is looked up."""

    EXACT = "exact"  #: normalised (folded letters, no marks), not stemmed
    STEM = "stem"


class Field(StrEnum):
    """Which part of an article a term is looked up in."""

    ANY = "any"  #: title and body; the title counts `TITLE_BOOST` times
    TITLE = "title"
    BODY = "body"


#: How much more a match in the title counts than one in the body. Chosen by `newsarchive evaluate`: against 1, nDCG@10
#: of headlines +0.0042 (p 0.015), of XQuAD -0.0013 (p 0.13), of MLQA -0.0008 (p 0.35); 1.8 gains headlines nothing.
TITLE_BOOST = 1.3


# --- what is looked for -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """One token. Score: `boost` x BM25 (k1 = 1.2, b = 0.75; Robertson and Zaragoza 2009)."""

    token: str
    form: Form = Form.STEM
    field: Field = Field.ANY
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class PhraseTerm:
    """Tokens side by side, in this order, in one field."""

    tokens: tuple[str, ...]
    form: Form = Form.EXACT
    field: Field = Field.ANY
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Alternatives for one thing. Score: the best alternative's + `tie` x the sum of the others'."""

    options: tuple[Term | PhraseTerm | AllOf, ...]
    tie: float = 0.0


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these; of none, nothing. Score: the sum."""

    parts: tuple[Term | PhraseTerm | AnyOf, ...]


Clause = Term | PhraseTerm | AnyOf | AllOf


@dataclass(frozen=True, slots=True)
class LexicalQuery:
    """Articles that match every `must`, no `must_not`, and (if there is no must) at least one of `one_of`, or of
    `should` where that is empty: what else is looked up may be mere guesses.

    The score is the sum over the matching `must` and `should` clauses. With `must_not` alone it matches every
    article that none of them matches, at score 0 (a person may ask only for what is not to be there).
    """

    should: tuple[Clause, ...] = ()
    must: tuple[Clause, ...] = ()
    must_not: tuple[Clause, ...] = ()
    one_of: tuple[Clause, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.should or self.must or self.must_not or self.one_of)

    @property
    def conditions(self) -> LexicalQuery | None:
        """The hard part, which articles found by meaning must obey; None where there is none.

        Of a query that is nothing else it is that query itself: engines know those that they have answered by identity.
        """
        if not (self.must or self.must_not):
            return None
        if not (self.should or self.one_of):
            return self
        return LexicalQuery(must=self.must, must_not=self.must_not)


class Dating(StrEnum):
    """What may be wrong with an article's date: it has none, or one that cannot be true (see `Published.doubtful`)."""

    NONE = "none"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Filters:
    """What an article must be, whatever it says. Empty filters let everything pass.

    Within a facet any included value is enough; facets are combined with "and". An article without a
    date passes no date bound. `published_from` and `published_to` are days in UTC, both included, and
    are compared with the earliest moment that the article's date allows. With `dating` only such articles pass.
    """

    include: Mapping[str, frozenset[str]] = field(default_factory=dict)
    exclude: Mapping[str, frozenset[str]] = field(default_factory=dict)
    published_from: date | None = None
    published_to: date | None = None
    dating: Dating | None = None

    @property
    def is_empty(self) -> bool:
        return not (
            any(self.include.values())
            or any(self.exclude.values())
            or self.published_from
            or self.published_to
            or self.dating
        )


@dataclass(frozen=True, slots=True)
class LexicalLeg:
    """The `size` best articles by term scores, best first, ties by article id."""

    query: LexicalQuery
    filters: Filters = Filters()
    size: int = 100
    #: For so many of the best, `LegResult.parts` tells what each `should` clause gave.
    parts: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class VectorLeg:
    """The `size` articles whose best passage is nearest to `vector`, nearest first, ties by article id.

    `vector` is (dim,) float32 of unit length; scores are cosines. With `only` (hard conditions of a query:
    +word, -word, "phrase") just the articles that match its musts and none of its must-nots are ranked.
    The filters hold inside the search: `size` articles come back whenever that many pass. With `lead` an
    article stands for its first passage alone: news says first what it is about. Without `numbers` it is not told
    which passages are the best, which on a cluster costs as much again for each article.
    """

    vector: FloatArray
    filters: Filters = Filters()
    size: int = 100
    only: LexicalQuery | None = None
    lead: bool = False
    numbers: bool = True


Leg = LexicalLeg | VectorLeg


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


# --- what is found ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class LegResult:
    """The answer of one leg, as columns of equal length, best first."""

    ids: list[str]
    scores: FloatArray
    #: Number of the best passage of each article; -1 where the leg does not know it (lexical), or is not asked.
    passages: npt.NDArray[np.int32]
    #: How many articles match in all (a vector leg: how many it returned).
    total: int
    #: False where part of the store did not answer in time; `notice` then says so to the person.
    complete: bool = True
    notice: str = ""
    #: The articles' languages, as another column; empty where the engine cannot say so at no cost.
    languages: Sequence[str] = ()
    #: (m, n_should) scores of the query's `should` clauses for the first m articles; None unless asked for.
    parts: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class Union:
    """A set of articles: those that `lexical` matches and those named in `ids`, as far as `filters` let pass.

    Without `lexical` and without `ids` (None, not empty) it is every article that passes the filters.
    """

    lexical: LexicalQuery | None = None
    ids: tuple[str, ...] | None = None
    filters: Filters = Filters()


@dataclass(frozen=True, slots=True)
class Count:
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """A period of the histogram: `year` "2018", `month` "2018-02", `day` "2018-02-18"."""

    period: str
    count: int


@dataclass(frozen=True, slots=True)
class Histogram:
    unit: str  # "year", "month" or "day"
    buckets: tuple[Bucket, ...]  # ascending, empty periods left out
    undated: int
    doubtful: int


@dataclass(frozen=True, slots=True, eq=False)
class StoredPassage:
    """A passage as it is stored. `codes` are token codes (see `indexer.models.codes`), None without any."""

    passage: Passage
    codes: bytes | None = None
    vector: FloatArray | None = None  # (dim,), only when asked for


@dataclass(frozen=True, slots=True)
class GatherRequest:
    """Counts over `union`, and the stored form of the articles named in `ids`."""

    union: Union
    ids: tuple[str, ...] = ()
    #: Facet -> how many values at most, most frequent first, ties by value.
    facets: Mapping[str, int] = field(default_factory=dict)
    #: "year", "month", "day", "auto" (the finest unit that gives at most 120 buckets), or None.
    histogram: str | None = None
    #: Articles whose passages come with the articles, and whether with their codes.
    passages_of: tuple[str, ...] = ()
    codes: bool = False


@dataclass(frozen=True, slots=True)
class Gathered:
    total: int
    facets: Mapping[str, tuple[Count, ...]]
    histogram: Histogram | None
    articles: Mapping[str, Article]  # those that exist
    passages: Mapping[str, tuple[StoredPassage, ...]]
    complete: bool = True
    notice: str = ""


# --- what is stored -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class EncodedPassage:
    """A passage with its vector, (dim,) float32 of unit length, and its token codes if there are any."""

    passage: Passage
    vector: FloatArray
    codes: bytes | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """What the pipeline hands over: a whole article with its passages (none, for a text without words)."""

    article: Article
    content_hash: str
    passages: tuple[EncodedPassage, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive was made with. Opening it with anything else is refused, never mixed.

    `model` is the encoder's fingerprint (`indexer.models.base.Fingerprint.to_dict`).
    """

    model: Mapping[str, Any]
    passages: Mapping[str, Any]  # passage settings: tokens, overlap, rules' version
    text_version: int  # `indexer.text.TEXT_VERSION`: tokens change when it does
    created_at: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return what it is stored as; `Manifest(**stored)` undoes it."""
        data = {
            "model": dict(self.model),
            "passages": dict(self.passages),
            "text_version": self.text_version,
            "created_at": self.created_at,
        }
        # As it will be read back: tuples become lists.
        plain: dict[str, Any] = orjson.loads(orjson.dumps(data))
        return plain

    def differences(self, other: Manifest) -> list[str]:
        """Return the parts that differ; when they were made does not count."""
        mine, theirs = self.to_dict(), other.to_dict()
        return [part for part in ("model", "passages", "text_version") if mine[part] != theirs[part]]

    def check(self, wanted: Manifest, remade_by: str) -> None:
        """Raise `SchemaMismatch` where an archive was made with this and *wanted* differs; see `Engine.remade_by`."""
        differing = [
            f"{part.replace('_', ' ')} (the archive's: {getattr(self, part)}; the settings': {getattr(wanted, part)})"
            for part in self.differences(wanted)
        ]
        if differing:
            raise SchemaMismatch(
                f"This archive was made with another {' and another '.join(differing)}.",
                remedy=f"{remade_by} makes it anew from its own articles with the settings of now; or go back to the "
                "settings it was made with (NEWSARCHIVE_MODEL, NEWSARCHIVE_PASSAGE_TOKENS).",
            )


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """One stem of the archive's lexicon (see `indexer.search.lexicon`)."""

    stem: str
    language: str
    surface: str  # its most frequent normalised form
    articles: int  # document frequency
    skeleton: str  # consonant skeleton, "" where the script has none
    vector: FloatArray | None = None  # (dim,), centred and of unit length


@dataclass(frozen=True, slots=True)
class WordCount:
    """How many articles hold a normalised form, and the stem it is indexed under."""

    form: str
    stem: str
    language: str
    articles: int


@dataclass(frozen=True, slots=True)
class EngineStats:
    articles: int
    passages: int
    words: int
    bytes_on_disk: int
    #: Engine's own details for `newsarchive stats` and `doctor`: name -> value.
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that `newsarchive doctor` should tell. `level` is "ok", "warning" or "error"."""

    level: str
    what: str
    remedy: str = ""


class Engine(Protocol):
    """A store of articles. Not thread-safe for writing; safe for reading from many threads.

    Every method may raise `EngineUnavailable` or `EngineTimeout`. Where a part of a store is away, what is asked with a
    `timeout`, for a search, does without it and says so (`LegResult.complete`, `Gathered.complete`); everything else
    raises, since what does not come would be taken for what is not there.
    """

    name: str
    #: The command that makes an archive anew where its manifest is not that of the settings.
    remade_by: str

    # -- life

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def manifest(self, *, timeout: float | None = None) -> Manifest | None:
        """Return what the archive was made with, None before the first `create`."""
        ...

    def create(self, manifest: Manifest) -> None:
        """Make an empty archive. On an existing one with an equal manifest: nothing; else `SchemaMismatch`.

        `created_at` does not count in the comparison.
        """
        ...

    # -- writing

    def write(self, entries: Sequence[Entry]) -> None:
        """Store articles with their passages, replacing those of the same id. Durable when it returns.

        A reader sees an article with all its passages or not at all. All of the batch is stored or, when an
        error is raised, possibly a part of it; writing the batch again is always right.
        """
        ...

    def delete(self, ids: Iterable[str]) -> int:
        """Delete articles; return how many there were."""
        ...

    def refresh(self) -> None:
        """Make everything written so far visible to every reader's next call."""
        ...

    def settle(self, before: int) -> None:
        """End a load of an archive that had `before` articles: do what was put off meanwhile, and what makes searches
        fast. May take minutes; never fails it.
        """
        ...

    def hashes(self, ids: Sequence[str]) -> dict[str, str]:
        """Return id -> content hash of those that are stored."""
        ...

    # -- looking up

    def begin(self, ask: Callable[[Engine], T]) -> Callable[[], T]:
        """Have a question answered while the caller goes on; return what waits for the answer.

        Where this process itself would find it, it does so when it is waited for. *ask* only reads, and begins nothing.
        """
        ...

    def match(self, legs: Sequence[Leg], *, timeout: float | None = None) -> list[LegResult]:
        """Run the legs side by side; `timeout` in seconds, then `EngineTimeout`."""
        ...

    def gather(self, request: GatherRequest, *, timeout: float | None = None) -> Gathered:
        """Count and fetch in one round trip."""
        ...

    def browse(
        self, union: Union, *, sort: Sort, size: int, offset: int = 0, timeout: float | None = None
    ) -> tuple[list[str], int]:
        """Return a page of article ids by date, and the total; `timeout` as for `match`.

        NEWEST puts the latest first, OLDEST the earliest; undated articles come last in both, doubtful
        dates sort as they are; ties by id. RELEVANCE sorts by id.
        """
        ...

    def articles(self, ids: Sequence[str]) -> dict[str, Article]:
        """Return those of the articles that exist."""
        ...

    def passages(self, article_id: str, *, vectors: bool = False) -> tuple[StoredPassage, ...]:
        """Return an article's passages in order, with codes; none for an unknown id."""
        ...

    def vectors(
        self, ids: Sequence[str], *, lead: bool = False, timeout: float | None = None
    ) -> dict[str, FloatArray]:
        """Return the passages' vectors, (n, dim) in order, of those of the articles that have passages.

        With `lead` only that of the first passage, (1, dim). For many articles at once: one round trip for a few
        hundred. `timeout` as for `match`.
        """
        ...

    def scan(self, union: Union = Union(), *, batch: int = 500) -> Iterator[Article]:
        """Yield every article of `union` once, by id, as they are at one moment, none held in memory."""
        ...

    def stats(self) -> EngineStats: ...

    def check(self, *, repair: bool = False) -> list[Finding]:
        """Look for what is wrong (orphans, views behind, disk), mend what can be mended when told to."""
        ...

    # -- the archive's words (what `indexer.search.lexicon` is made from)

    def vocabulary(self, *, min_articles: int = 2) -> Iterator[WordCount]:
        """Yield the normalised forms that at least `min_articles` articles hold, by language, then form."""
        ...

    def write_words(self, words: Sequence[Word]) -> None:
        """Store words, replacing those of the same (language, stem)."""
        ...

    def words(self, *, vectors: bool = True) -> Iterator[Word]:
        """Yield the stored words by (language, stem)."""
        ...

    # -- small records: quarantine, saved searches, judgements, evaluations

    def put_records(self, kind: str, records: Mapping[str, Mapping[str, Any]]) -> None:
        """Store JSON objects under (kind, key), replacing equal keys. Durable when it returns."""
        ...

    def records(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield (key, record) of a kind by key."""
        ...

    def record_kinds(self) -> list[str]:
        """Return the kinds that have records, sorted."""
        ...

    def delete_records(self, kind: str, keys: Iterable[str]) -> int: ...
