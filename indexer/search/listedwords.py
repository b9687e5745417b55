"""What the lists have for a word of a query: translations, spellings of names, and adjectives of both."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from indexer.engines.base import Form
from indexer.memory import remembered
from indexer.search.dictionary import Dictionary
from indexer.search.lexicon import Lexicon
from indexer.search.plan import Searched, as_searched
from indexer.search.sources import ADJECTIVE, DICTIONARY, NAME, SOUND
from indexer.search.stopwords import function_words
from indexer.search.vocabulary import tokens_of
from indexer.search.weights import PlanWeights
from indexer.text import adjective, analyse, normalise
from indexer.text.arabic import without_article

_ROOT = 3  # letters
#: The letters by which g is written in Cairo and in Beirut, each for the other.
_OTHER_G = str.maketrans("جغ", "غج")


class ListedWords:
    """Looks words up in the lists for one archive. Safe to use from several threads."""

    def __init__(self, lexicon: Lexicon, dictionary: Dictionary, weights: PlanWeights) -> None:
        self._lexicon = lexicon
        self._dictionary = dictionary
        self._weights = weights
        self._names = remembered(self._find_names, 4096)

    def of(
        self, word: str, vector: np.ndarray | None, *, names: bool, short: bool, proper: bool
    ) -> list[Searched]:
        """Return what the lists have for a word, by its exact form, with adjectives.

        *vector*, (dim,), is the word's in its query. Without `names` none is spelled. A `short` form of a name that is
        translated is no person's. `proper` is whether the word is written as a name.
        """
        translations = self.translated(word, vector, proper=proper)
        spellings = self._names(word) if names and not (short and translations) else ()
        # A name that is written so, however rare, must not outweigh what the word means: غازا and غزة of Gaza.
        listed = [*translations, *self._in_context(spellings, vector, translations)]
        spelled = {name.arabic for name in self._dictionary.names(word)}
        written = [form for item in listed for form in self._as_written(item, spelled)]
        return [*written, *self._adjectives(listed, vector)]

    def translated(self, word: str, vector: np.ndarray | None, *, proper: bool = False) -> list[Searched]:
        """Return the translations; one that the archive's vectors find unlike the word counts less.

        Of a word that is written as a name, so does what is none, where another is one: *Turkey* is no bird.
        """
        translations = self._dictionary.translations(word)[: self._weights.translations]
        named = proper and any(translation.proper for translation in translations)
        found: list[Searched] = []
        for translation in translations:
            weight = self._weights.dictionary
            if named and not translation.proper:
                weight *= self._weights.beside_name
            found += [
                as_searched(self._lexicon, tokens, written, weight, DICTIONARY, form)
                for tokens, written, form in ways(translation.arabic)
                if len(tokens) <= self._weights.longest_translation
            ]
        return self._in_context(found, vector, found)

    def _in_context(
        self, items: Sequence[Searched], vector: np.ndarray | None, beside: Sequence[Searched]
    ) -> list[Searched]:
        """Return items with less weight where they fit a word's vector, (dim,), worse than the best of others does."""
        if vector is None:
            return list(items)
        known = [
            (item, word)
            for item in dict.fromkeys((*items, *beside))
            if len(item.tokens) == 1
            and item.form is Form.STEM
            and (word := self._lexicon.get(item.tokens[0], "ar"))
        ]
        cosines = self._lexicon.similarity(vector, [word for _, word in known])
        fits = {item: cosine for (item, _), cosine in zip(known, cosines, strict=True) if cosine is not None}
        best = max((fits[item] for item in beside if item in fits), default=-1.0)

        def lowered(item: Searched) -> Searched:
            if fits.get(item, best) >= best:
                return item
            factor = math.exp((fits[item] - best) / self._weights.context_temperature)
            return replace(item, weight=item.weight * factor)

        return [lowered(item) for item in items]

    def _adjectives(self, items: Sequence[Searched], vector: np.ndarray | None) -> list[Searched]:
        """Return the adjectives of single words; one that fits the word's vector worse than its noun counts less.

        Three letters that light stemming leaves of one are another word's, too: ترك of Turkish is "leave", سور of
        Syrian a sura. It is looked up as it is written then.
        """
        if not self._weights.adjective:
            return []
        found: list[Searched] = []
        for item in items:
            written = adjective(item.surface) if len(item.tokens) == 1 else ""
            stems = [token.stem for token in tokens_of(written, "ar")]
            if len(stems) != 1 or stems[0] == item.tokens[0] or stems[0] in _function_stems():
                continue
            if self._lexicon.get(stems[0], "ar"):
                weight = item.weight * self._weights.adjective
                made = as_searched(self._lexicon, (stems[0],), written, weight, ADJECTIVE)
                [fitting] = self._in_context([made], vector, [item])
                forms = (written, f"ال{written}", f"{written}ة", f"ال{written}ة")
                found += [fitting] if len(stems[0]) > _ROOT else self._in_full(fitting, forms)
        return found

    def _in_full(self, item: Searched, forms: Iterable[str]) -> list[Searched]:
        """Return forms of a word, which are looked up as they are written."""
        return [
            as_searched(self._lexicon, (normalise(form),), form, item.weight, item.source, Form.EXACT)
            for form in forms
        ]

    def _find_names(self, word: str) -> tuple[Searched, ...]:
        names = self._dictionary.names(word)
        total = sum(name.uses for name in names)
        listed = [
            as_searched(
                self._lexicon, tokens, written, self._weights.name * (name.uses / total) ** 0.5, NAME, form
            )
            for name in names[: self._weights.names]
            for tokens, written, form in ways(name.arabic)
        ]
        return (*listed, *self._with_other_g(word, listed))

    def _with_other_g(self, word: str, listed: Sequence[Searched]) -> list[Searched]:
        """Return what the archive has of a name's spellings with the other letter that g is written by.

        Cairo writes سيرجي, Beirut سيرغي, and a list knows one of them. Of a name that the archive lacks in every listed
        spelling the others are looked up, too: words of a single article are no words of its lexicon.
        """
        if "g" not in word or "gh" in word:  # which is غ everywhere
            return []
        absent = all(item.absent for item in listed)
        known = {normalise(item.surface) for item in listed}
        found: list[Searched] = []
        for item in listed:
            exact = normalise(item.surface)
            other = exact.translate(_OTHER_G)
            if other == exact or other in known or len(item.tokens) > 1:
                continue
            for token in analyse(other, "ar"):
                has = self._lexicon.get(token.stem, "ar")
                # Not الجاري (current) for Gary.
                if normalise(has.surface) == other if has else absent:
                    found.append(
                        as_searched(
                            self._lexicon, (token.stem,), other, self._weights.sound * item.weight, SOUND
                        )
                    )
        return found

    def _as_written(self, item: Searched, names: Collection[str]) -> list[Searched]:
        """Return a list's word as it is searched: a name as it is written, where its stem is another word's, too.

        Of سلمان (Salman) light stemming leaves سلم, peace, of مالي (Mali) مال, money; الحاج (Hajj) has the stem of a
        need. Names have no other endings, so that nothing is lost where they are looked up as they are written,
        with what is written to them. Of 10,500 articles *Salman* found 592, of which 343 name one. Headlines' nDCG@10
        +0.0025 (p 0.025) where the archive has the stem mostly as another word, and no more where it lost an ending.
        """
        if item.form is not Form.STEM or len(item.tokens) != 1 or item.surface not in names:
            return [item]
        exact, mostly = normalise(item.surface), self._lexicon.get(item.tokens[0], "ar")
        bare = without_article(exact)
        if mostly is None or item.tokens[0] == bare == without_article(mostly.surface):
            return [item]
        more = (f"ال{exact}", f"ل{exact}") if bare == exact else (bare, f"لل{bare}")
        return self._in_full(item, (item.surface, *more, f"و{exact}", f"ب{exact}"))


@lru_cache(maxsize=1 << 14)
def ways(arabic: str) -> tuple[tuple[tuple[str, ...], str, Form], ...]:
    """Return what a word or phrase of a list is looked up as: its stems, but for words with the stem of grammar.

    Of هنية (Haniyeh) light stemming leaves هن (they), of ولاية (a state) ولا (nor), which half of the articles hold:
    these are looked up as they are written, with and without the article. Grammar itself (لا is a name, too) is not.
    """
    tokens = analyse(arabic, "ar")
    if len(tokens) != 1 or tokens[0].stem not in _function_stems():
        return ((tuple(token.stem for token in tokens), arabic, Form.STEM),) if tokens else ()
    exact = tokens[0].exact
    if exact in function_words("ar"):
        return ()
    return ((exact,), arabic, Form.EXACT), ((f"ال{exact}",), f"ال{arabic}", Form.EXACT)


@lru_cache(maxsize=1)
def _function_stems() -> frozenset[str]:
    """Return the stems of Arabic function words."""
    return frozenset(token.stem for word in function_words("ar") for token in analyse(word, "ar"))
