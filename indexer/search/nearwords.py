"""The archive words that are nearest in meaning to a word of a query, in its context: guesses."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from indexer.engines.base import Word
from indexer.search.lexicon import Lexicon, Neighbour
from indexer.search.plan import Searched
from indexer.search.sources import NEAR
from indexer.search.stopwords import function_words
from indexer.search.weights import PlanWeights
from indexer.text import Token, base_language


class NearWords:
    """Finds the words of one archive by their vectors. Safe to use from several threads."""

    def __init__(self, lexicon: Lexicon, weights: PlanWeights) -> None:
        self._lexicon = lexicon
        self._weights = weights

    def of(
        self,
        tokens: Sequence[Token],
        vectors: Mapping[str, np.ndarray],
        languages: Sequence[str],
        told: Collection[str],
    ) -> dict[str, list[Searched]]:
        """Return the nearest words of some languages, by the exact forms of the tokens that have a vector, (dim,).

        They are guesses: none is made in Arabic of the words that lists have *told*, nor any of numbers.
        """
        kept = self.kept(languages)
        foreign = [language for language in languages if base_language(language) != "ar"]
        known = [token.exact for token in tokens if token.exact in vectors and not token.exact[0].isdigit()]
        found: dict[str, list[Searched]] = {}
        for words, wanted in (
            ([word for word in known if word not in told], languages),
            ([word for word in known if word in told], foreign),
        ):
            if words and wanted:
                rows = np.stack([vectors[word] for word in words])
                near = self._lexicon.nearest(rows, self._weights.most_neighbours, wanted)
                found |= {word: self.weighed(some, kept) for word, some in zip(words, near, strict=True)}
        return found

    def kept(self, languages: Sequence[str]) -> dict[str, int]:
        """Return how many nearest words of each language are searched."""
        words = {language: self._lexicon.languages.get(language, 0) for language in languages}
        total = max(sum(words.values()), 1)
        return {language: self._weights.neighbours_of(count / total) for language, count in words.items()}

    def weighed(self, near: Sequence[Neighbour], kept: Mapping[str, int]) -> list[Searched]:
        """Return the nearest words, so many of each language, weights softmax(cosine / temperature) within it.

        The weights are those among as many neighbours whatever is kept of them: a language of which few are searched
        must not outweigh the others by it.
        """
        by_language: dict[str, list[Neighbour]] = {}
        for neighbour in near:
            # A function word is near to everything, and in every article.
            if neighbour.word.surface not in function_words(neighbour.word.language):
                by_language.setdefault(neighbour.word.language, []).append(neighbour)
        found = []
        for language, neighbours in by_language.items():
            scores = (
                np.array([neighbour.similarity for neighbour in neighbours]) / self._weights.near_temperature
            )
            weights = np.exp(scores - scores.max())
            weights *= self._weights.near / weights.sum()
            found += [
                Searched(
                    (neighbour.word.stem,), neighbour.word.surface, neighbour.word.language, float(weight),
                    NEAR, self._lexicon.articles(neighbour.word.stem),
                )
                for neighbour, weight in zip(neighbours[: kept[language]], weights, strict=False)
                if weight >= self._weights.least_weight
                and neighbour.similarity >= self._weights.least_similarity
                and not self._is_of_another_language(neighbour.word)
            ]  # fmt: skip
        return found

    def _is_of_another_language(self, word: Word) -> bool:
        """Say whether most articles that hold a word's stem are of other languages.

        Articles of all languages are searched for it: عراق of two Persian articles is Iraq in hundreds of Arabic ones,
        which have nearest words of their own.
        """
        return self._lexicon.articles(word.stem) > 2 * word.articles
