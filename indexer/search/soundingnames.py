"""Archive words that may be a name which no list has: they sound like it, or like a name that is spelled nearly so."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.search.alike import names_alike
from indexer.search.dictionary import Dictionary
from indexer.search.lexicon import Lexicon
from indexer.search.plan import Searched, as_searched
from indexer.search.sources import SOUND
from indexer.search.weights import PlanWeights
from indexer.text import analyse, base_language
from indexer.text.transliteration import SAME_NAME, arabizi_candidates, name_similarity, skeletons


class SoundingNames:
    """Finds the names of one archive by how they sound. Safe to use from several threads."""

    def __init__(self, lexicon: Lexicon, dictionary: Dictionary, weights: PlanWeights) -> None:
        self._lexicon = lexicon
        self._dictionary = dictionary
        self._weights = weights

    def of(self, word: str) -> list[Searched]:
        """Return archive words that may be this name in Arabic letters, as it is spelled or nearly so."""
        if len(word) < self._weights.shortest_name:
            return []
        found = [*self._sounding_alike(word), *self._spelled_alike(word)]
        return sorted(found, key=lambda item: -item.weight)[: self._weights.sounds]

    def _spelled_alike(self, word: str) -> Iterator[Searched]:
        """Yield what the archive has of names that are spelled nearly so (Kashoggi)."""
        for latin, similarity in names_alike(word):
            for arabic in self._dictionary.written(latin):
                tokens = tuple(token.stem for token in analyse(arabic, "ar"))
                if len(tokens) == 1 and self._lexicon.get(tokens[0], "ar"):
                    yield as_searched(self._lexicon, tokens, arabic, self._weights.sound * similarity, SOUND)

    def _sounding_alike(self, word: str) -> list[Searched]:
        candidates = [
            candidate
            for candidate in self._lexicon.sounding_like(skeletons(word))
            if base_language(candidate.language) == "ar"
        ][: self._weights.sound_candidates]
        scored = [
            (name_similarity(word, candidate.surface, least=SAME_NAME), candidate) for candidate in candidates
        ]
        found = [
            Searched(
                (candidate.stem,), candidate.surface, candidate.language, self._weights.sound * min(1.0, similarity),
                SOUND, candidate.articles,
            )
            for similarity, candidate in scored
            if similarity >= SAME_NAME
        ]  # fmt: skip
        found += [
            as_searched(self._lexicon, (token.stem,), spelling, self._weights.sound, SOUND)
            for spelling in arabizi_candidates(word)
            for token in analyse(spelling, "ar")
            if self._lexicon.get(token.stem, "ar")
        ]
        return found
