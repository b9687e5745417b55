"""Every weight of the ranking in one table, with the run that chose it.

Weights change only by `newsarchive evaluate` on judged queries, never by taste.
"""

from __future__ import annotations

from dataclasses import dataclass

from indexer.article import UNKNOWN_LANGUAGE
from indexer.text import base_language

#: Articles that each leg ranks. Fused results have this depth, whatever page is asked for, so that pages
#: neither repeat nor drop an article.
DEPTH = 200

#: A word as it is written, against another form of it: "elections" in the query, "election" in the article.
EXACT_BOOST = 1.0
STEM_BOOST = 0.8


@dataclass(frozen=True, slots=True)
class PlanWeights:
    """How many words each source of the query plan proposes, and how much they count (the word itself: 1)."""

    most: int = 40  # words searched for one query word, of all sources
    dictionary: float = 1.0
    translations: int = 12
    longest_translation: int = 4  # words
    context_temperature: float = 0.3  # a translation that fits the context worse by this counts 1/e
    name: float = 1.0
    names: int = 6
    sound: float = 0.8
    sounds: int = 6
    sound_candidates: int = 80
    shortest_name: int = 4  # letters
    near: float = 1.0
    neighbours: int = 8
    near_temperature: float = 0.1
    least_weight: float = 0.02
    inflection: float = 0.8


#: Chosen by `newsarchive evaluate` on XQuAD, MLQA and Arabic news headlines; docs/ranking.md has the runs.
PLAN = PlanWeights()


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """How much each leg counts; they sum to 1."""

    meaning: float
    keywords: float


#: Measured on 10,500 Arabic articles with 500 English headlines, nDCG@10 over the weight of meaning:
#: 0.8 was best across languages; equal weights ranked below meaning alone.
CROSS_LANGUAGE = FusionWeights(meaning=0.8, keywords=0.2)
#: Where query and article share a language, the words themselves say more.
SAME_LANGUAGE = FusionWeights(meaning=0.6, keywords=0.4)


def fusion_weights(query_language: str, article_language: str) -> FusionWeights:
    """Return the weights for a query in one language and an article in the same or another."""
    query, article = base_language(query_language), base_language(article_language)
    return SAME_LANGUAGE if query == article != UNKNOWN_LANGUAGE else CROSS_LANGUAGE
