"""Every weight of the ranking in one table, with the run that chose it.

Weights change only by `newsarchive evaluate` on judged queries, never by taste.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from indexer.article import UNKNOWN_LANGUAGE
from indexer.text import base_language

#: Articles that each leg ranks. Fused results have this depth, whatever page is asked for, so that pages
#: neither repeat nor drop an article. 300 take longer and rank no better; 100 lose 0.009 of R@10 (1,926 headlines).
DEPTH = 200
#: Of the nearest by meaning, so many are counted as found; the others only scale the scores.
NEAREST = 100
#: Articles that late interaction reads again. 50 rank no better: nDCG@10 +0.0007 for XQuAD, -0.0007 for MLQA, both
#: within chance; 20 lose 0.004 on MLQA.
RERANKED = 30
#: From this estimated cosine on, two words are shown as a pair. Of 515 from 0.35 on, of 150 headlines, one in five was
#: right below 0.45, two in three from 0.5 on.
ALIGNED = 0.5
#: What is searched for a word is marked in texts, and finds articles alone, from this weight on: the farther neighbours
#: are guesses. What a list has is none, however little it fits the context (زيارة of *visit*, نيابة of *prosecution*).
MARKED = 0.4
MARKED_LISTED = 0.2
#: A word as it is written, against another form of it: "elections" in the query, "election" in the article.
EXACT_BOOST = 1.0
STEM_BOOST = 0.8


@dataclass(frozen=True, slots=True)
class PlanWeights:
    """How many words each source of the query plan proposes, and how much they count (the word itself: 1)."""

    most: int = 24  # words searched for one query word, of all sources
    dictionary: float = 1.0
    translations: int = 12
    #: What no name is, of a word that is written as one. 248 listed words are both; XQuAD and MLQA rank alike.
    beside_name: float = 0.5
    longest_translation: int = 4  # words
    context_temperature: float = 0.3  # a translation that fits the context worse by this counts 1/e
    name: float = 1.0
    names: int = 6
    corrected: float = 1.0
    sound: float = 0.8
    sounds: int = 6
    sound_candidates: int = 80
    shortest_name: int = 4  # letters
    #: Nearest words are guesses: a word has none in Arabic where its lists have one that so many articles hold. nDCG@10
    #: against 5 articles, with the general glossary: XQuAD +0.0024 (p 0.009), MLQA +0.0024 (p 0.17), headlines alike;
    #: against guesses for each word, without it: MLQA +0.0084, XQuAD +0.0001, headlines -0.0033. Takes 3.5 ms off.
    articles_that_tell: int = 1
    near: float = 2.0
    neighbours: int = 24  # shared by the archive's languages, as they share its words
    most_neighbours: int = 8  # a language
    least_neighbours: int = 2
    near_temperature: float = 0.1
    #: Cosine from which a neighbour is one: what is farther is only the least far of a language that lacks the word, as
    #: "or" is of *oil*. Against none: XQuAD -0.0003 (p 0.84), MLQA +0.0003, headlines +0.0009 (p 0.09), NTREX in all
    #: languages -0.0013 (p 0.30), in Arabic +0.004; 0.3 and 0.4 are within chance, too.
    least_similarity: float = 0.35
    #: 0.1 ranks no better (headlines +0.0007, XQuAD +0.0014, MLQA -0.0010: all within chance) and takes 1 ms longer.
    least_weight: float = 0.2
    inflection: float = 0.8
    #: What counts less is searched without what is written to it, which ranks alike; 0.4 loses 0.0007 on headlines.
    least_inflected: float = 0.3
    #: Of what its noun counts. Headlines' nDCG@10 +0.0095, 0.7 gains 0.0079; XQuAD and MLQA as without.
    adjective: float = 1.0

    def neighbours_of(self, share: float) -> int:
        """Return how many nearest words are searched of a language that has this share of the words, 0 to 1."""
        return max(self.least_neighbours, min(self.most_neighbours, int(self.neighbours * share)))


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """How much each part counts. The legs' sum to 1; the others are added for the articles that are read again."""

    meaning: float  # the nearest passage
    lead: float  # the first passage: news says first what it is about
    keywords: float
    late: float  # the passage that answers best word by word
    title: float  # the title, word by word in both directions

    def without(self, leg: str) -> FusionWeights:
        """Return the weights without one leg: the others keep their proportions and sum to 1 again."""
        rest = 1 - getattr(self, leg)
        legs = {name: getattr(self, name) / rest for name in ("meaning", "lead", "keywords") if name != leg}
        return replace(self, **legs, **{leg: 0.0})


#: The rows of `Weights` that hold fusion weights.
ROWS = ("question", "words", "unlisted", "same_language")
#: (query language, article language) that the shipped dictionaries join.
_DICTIONARIES = frozenset({("en", "ar")})
#: From this share of function words on, a query is taken for a question.
QUESTION_SHARE = 0.3


def joined(query_language: str, article_language: str) -> bool:
    """Return whether a shipped dictionary translates words of a query in one language into those of the other."""
    return (base_language(query_language), base_language(article_language)) in _DICTIONARIES


@dataclass(frozen=True, slots=True)
class Weights:
    """All that decides an order. Chosen on XQuAD, MLQA, NTREX and Arabic headlines; docs/ranking.md has the runs."""

    plan: PlanWeights = PlanWeights()
    #: What nearness to an article counts, whose title the query is (`indexer.search.knownitem`), beside the legs' 1.
    known_item: float = 8.0
    #: Whether languages are compared by what is expected of each (`indexer.search.background.balanced`).
    balance: bool = True
    #: A query word's score s counts as s / (s + this): one rare word must not outweigh several others.
    saturation: float = 4.0
    #: A question in the words of a person: its wording says more than its words.
    question: FusionWeights = FusionWeights(meaning=0.3, lead=0.3, keywords=0.4, late=0.6, title=0.0)
    #: A headline or a list of words.
    words: FusionWeights = FusionWeights(meaning=0.1, lead=0.3, keywords=0.6, late=0.1, title=0.15)
    #: The same where no dictionary joins the two languages: the words that are searched are only near, so they say
    #: less. Chosen on NTREX headlines over each of ten languages: R@1 rises by about 0.02.
    unlisted: FusionWeights = FusionWeights(meaning=0.2, lead=0.5, keywords=0.3, late=0.3, title=0.3)
    #: Where query and article share a language, the words themselves say more.
    same_language: FusionWeights = FusionWeights(meaning=0.15, lead=0.25, keywords=0.6, late=0.2, title=0.3)

    #: Rows of which late interaction reads nothing again where all of the first articles are weighed by them. For 1,926
    #: headlines it ranks no better (nDCG@10 -0.001, R@1 -0.009, R@10 +0.006, all within chance) and takes 2.4 ms.
    read_once: frozenset[str] = frozenset({"words"})

    def row(self, query_language: str, article_language: str, *, question: bool) -> str:
        """Return the name of the weights for a query in one language and an article in the same or another."""
        query, article = base_language(query_language), base_language(article_language)
        if query == article != UNKNOWN_LANGUAGE:
            return "same_language"
        if question:
            return "question"
        return "words" if joined(query, article) else "unlisted"

    def fusion(self, query_language: str, article_language: str, *, question: bool) -> FusionWeights:
        """Return the weights that `row` names."""
        weights: FusionWeights = getattr(self, self.row(query_language, article_language, question=question))
        return weights

    def without(self, part: str) -> Weights:
        """Return the weights with one of `PARTS` taken out. Raises `ValueError` for another name."""
        plan = self.plan
        match part:
            case "dictionary":
                return replace(self, plan=replace(plan, translations=0))
            case "context":
                return replace(self, plan=replace(plan, context_temperature=math.inf))
            case "names":
                return replace(self, plan=replace(plan, names=0))
            case "sound":
                return replace(self, plan=replace(plan, sounds=0))
            case "corrections":
                return replace(self, plan=replace(plan, corrected=0.0))
            case "near":
                return replace(self, plan=replace(plan, least_neighbours=0, most_neighbours=0))
            case "adjectives":
                return replace(self, plan=replace(plan, adjective=0.0))
            case "inflection":
                return replace(self, plan=replace(plan, inflection=0.0))
            case "saturation":
                return replace(self, saturation=math.inf)
            case "known item":
                return replace(self, known_item=0.0)
            case "balance":
                return replace(self, balance=False)
            case "late" | "title":
                return self._each_fusion(lambda fusion: replace(fusion, **{part: 0.0}))
            case "meaning" | "lead" | "keywords":
                return self._each_fusion(lambda fusion: fusion.without(part))
        raise ValueError(f"The ranking has no part {part!r}; it has {', '.join(PARTS)}.")

    def _each_fusion(self, change: Callable[[FusionWeights], FusionWeights]) -> Weights:
        return self.with_rows({row: change(getattr(self, row)) for row in ROWS})

    def with_rows(self, rows: Mapping[str, FusionWeights]) -> Weights:
        """Return these weights with other rows."""
        changed: Mapping[str, Any] = rows
        return replace(self, **changed)


WEIGHTS = Weights()

#: What `newsarchive evaluate --without` can take out, to see what it is worth.
PARTS = (
    "dictionary", "context", "names", "corrections", "sound", "near", "adjectives", "inflection",
    "saturation", "balance", "known item", "keywords", "meaning", "lead", "late", "title",
)  # fmt: skip
