"""A request made ready for the engine: what is known of it before anything is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from indexer.engines.base import Filters
from indexer.models.base import Encoding
from indexer.search.background import NO_BACKGROUND, Background
from indexer.search.facets import Unknown
from indexer.search.legs import Lookup
from indexer.search.plan import QueryPlan
from indexer.search.querylanguage import QueryLanguage
from indexer.search.querytree import ParsedQuery
from indexer.search.weights import WEIGHTS, FusionWeights, Weights


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A request made ready for the engine. `filters` is None where they let nothing pass.

    `corrections` has what is meant by the exact forms of mistyped words: so the query was encoded.
    """

    parsed: ParsedQuery
    spoken: QueryLanguage
    lookup: Lookup
    filters: Filters | None
    encoding: Encoding | None = None
    plan: QueryPlan = field(default_factory=QueryPlan)
    question: bool = False
    weights: Weights = WEIGHTS
    background: Background = NO_BACKGROUND
    unknown: tuple[Unknown, ...] = ()
    corrections: Mapping[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The code of the language that the query is written in, as far as that is known."""
        return self.spoken.code

    @property
    def browses(self) -> bool:
        """Whether nothing is asked that could be ranked."""
        return self.encoding is None and (self.lookup.query.is_empty or self.lookup.only_excludes)

    @property
    def one_word(self) -> bool:
        """Whether a single word or phrase is asked for, and no question."""
        return not self.question and len(self.lookup.names) == 1

    @property
    def expected(self) -> dict[str, float]:
        """How near each language's passages are to the query on the whole, where that is known."""
        return {} if self.encoding is None else self.background.expected(self.encoding.vector)

    def fusion_weights(self, article_language: str) -> FusionWeights:
        """Return what each leg counts for an article in a language."""
        return self.weights.fusion(self.language, article_language, question=self.question)
