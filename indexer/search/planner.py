"""Makes query plans: for each word of a query, the words of this archive that are searched for it, and why.

Six sources (`indexer.search.sources`), each proposing only words that the archive holds:

    dictionary      translations of English words and phrases (shipped, or the analyst's own list)
    name            spellings of a name that people have been given (Wikidata)
    sound           archive words with the same consonants, and those of names that are spelled nearly alike, where no
                    dictionary knows the word
    near            the archive words nearest in meaning to the word in its context; no Arabic ones where a list has one
                    that some articles hold
    adjective       adjectives of what lists have, where they have another stem (إيراني of إيران)
    inflection      the same words with a letter written together with them (وكتاب, بكتاب)

The plan (`indexer.search.plan`) is shown to the analyst, who may edit it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from indexer.engines.base import Form, Word
from indexer.memory import remembered
from indexer.models.base import Encoding
from indexer.search.alike import names_alike
from indexer.search.dictionary import COUNTRIES, Dictionary
from indexer.search.lemmas import without_possessive
from indexer.search.lexicon import Lexicon, Neighbour
from indexer.search.plan import PlannedWord, QueryPlan, Searched, has_arabic
from indexer.search.querytree import Occur, ParsedQuery, atoms
from indexer.search.request import PlanEdits
from indexer.search.sources import (
    ADDED,
    ADJECTIVE,
    DICTIONARY,
    INFLECTION,
    LISTED,
    NAME,
    NEAR,
    PLACES_IN_PLAN,
    SOUND,
    SPELLED,
)
from indexer.search.stopwords import function_words
from indexer.search.vocabulary import tokens_of
from indexer.search.weights import MARKED, WEIGHTS, PlanWeights, joined
from indexer.text import Token, adjective, analyse, base_language, normalise
from indexer.text.arabic import without_article
from indexer.text.transliteration import SAME_NAME, arabizi_candidates, name_similarity
from indexer.text.transliteration import skeletons as skeletons_of

_LONGEST_ABBREVIATION = 4  # letters
#: The letters by which g is written in Cairo and in Beirut, each for the other.
_OTHER_G = str.maketrans("جغ", "غج")


class Planner:
    """Makes plans for one archive. Safe to use from several threads."""

    def __init__(self, lexicon: Lexicon, dictionary: Dictionary, weights: PlanWeights = WEIGHTS.plan) -> None:
        self._weights = weights
        self.lexicon = lexicon
        self.dictionary = dictionary
        self._names = remembered(self._find_names, 4096)

    def plan(
        self,
        parsed: ParsedQuery,
        encoding: Encoding | None,
        *,
        language: str,
        targets: Sequence[str],
        edits: PlanEdits,
    ) -> QueryPlan:
        """Return the plan of a query written in *language* for an archive in the languages *targets*.

        *encoding* is the query's, of `ParsedQuery.free_text`, with its word vectors.
        """
        plain = _plain_tokens(parsed, language)
        common = function_words(language)
        said: dict[str, Token] = {}  # a word that is said twice is one word
        for token in plain:
            if token.exact not in common:
                said.setdefault(token.exact, token)
        tokens = list(said.values())
        vectors = _vectors_of(tokens, encoding)
        words: list[PlannedWord] = []
        if has_arabic(targets):
            english = any(joined(language, target) for target in targets)
            words += self._units(parsed.free_text, plain, edits, english=english)
        planned: dict[Token, PlannedWord] = {}
        for spoken, some in _by_language(tokens, language).items():
            others = [target for target in targets if base_language(target) != base_language(spoken)]
            listed = {
                token.exact: self._listed(
                    token,
                    vectors.get(token.exact),
                    others,
                    edits,
                    short=_is_abbreviation(token, parsed.free_text),
                    proper=_is_proper(token, some, parsed.free_text),
                )
                for token in some
            }
            told = [
                exact
                for exact, items in listed.items()
                if self._tell(items, spoken, edits.removed.get(exact, ()))
            ]
            near, kept = self._nearest(some, vectors, others, told), self._neighbours(others)
            for token in some:
                proposals = self._proposals(
                    token, listed[token.exact], self._near(near.get(token.exact, []), kept), others
                )
                typed = parsed.free_text[token.start : token.end]
                planned[token] = self._edited(typed, token.exact, proposals, edits)
        return QueryPlan((*words, *(planned[token] for token in tokens)))

    def _nearest(
        self,
        tokens: Sequence[Token],
        vectors: Mapping[str, np.ndarray],
        languages: Sequence[str],
        told: Collection[str],
    ) -> dict[str, list[Neighbour]]:
        """Return the nearest words of some languages by the exact forms of the tokens that have a vector.

        They are guesses: none is made in Arabic of the words that lists have *told*, nor any of numbers.
        """
        foreign = [language for language in languages if base_language(language) != "ar"]
        known = [token.exact for token in tokens if token.exact in vectors and not token.exact[0].isdigit()]
        found: dict[str, list[Neighbour]] = {}
        for words, wanted in (
            ([word for word in known if word not in told], languages),
            ([word for word in known if word in told], foreign),
        ):
            if words and wanted:
                rows = np.stack([vectors[word] for word in words])
                near = self.lexicon.nearest(rows, self._weights.most_neighbours, wanted)
                found.update(zip(words, near, strict=True))
        return found

    def _tell(self, items: Iterable[Searched], spoken: str, removed: Collection[str]) -> bool:
        """Return whether what lists have for a word leaves nothing to guess: some of it is likely meant, and found.

        The lists are English: what they have for *pain* is not the French word. What the analyst took out tells none.
        Nobody counts the forms of words, so that what is looked up as it is written is taken to be there.
        """
        return joined(spoken, "ar") and any(
            item.source in LISTED
            and item.weight >= MARKED
            and (item.articles >= self._weights.articles_that_tell or item.form is Form.EXACT)
            and item.key not in removed
            for item in items
        )

    def _neighbours(self, languages: Sequence[str]) -> dict[str, int]:
        """Return how many nearest words of each language are searched."""
        words = {language: self.lexicon.languages.get(language, 0) for language in languages}
        total = max(sum(words.values()), 1)
        return {language: self._weights.neighbours_of(count / total) for language, count in words.items()}

    # -- sources

    def _listed(
        self,
        token: Token,
        vector: np.ndarray | None,
        others: Sequence[str],
        edits: PlanEdits,
        *,
        short: bool,
        proper: bool,
    ) -> list[Searched]:
        """Return what the lists have for a word, with adjectives, and what a name of no list sounds like.

        A `short` form of a name that is translated is no person's. `proper` is whether it is written as a name.
        """
        if not (token.exact.isascii() and has_arabic(others)):
            return []
        translations = self._translated(token.exact, vector, proper=proper)
        names = self._names(token.exact) if edits.names and not (short and translations) else ()
        if translations or names or not edits.names:
            # A name that is written so, however rare, must not outweigh what the word means: غازا and غزة of Gaza.
            listed = [*translations, *self._in_context(names, vector, translations)]
            spelled = {name.arabic for name in self.dictionary.names(token.exact)}
            written = [form for item in listed for form in self._as_written(item, spelled)]
            return [*written, *self._adjectives(listed, vector)]
        return self._sounding(without_possessive(token.exact))

    def _proposals(
        self, token: Token, listed: Iterable[Searched], near: Sequence[Searched], others: Sequence[str]
    ) -> dict[tuple[str, ...], Searched]:
        proposals: dict[tuple[str, ...], Searched] = {}
        _merge(proposals, listed)
        _merge(proposals, near)
        _merge(proposals, self._inflected(proposals.values()))
        if not proposals or not has_arabic(others):
            # An Arabic word's own forms, whatever is near to it in the archive's other languages.
            _merge(proposals, self._inflections_of(token))
        return proposals

    def _translated(self, word: str, vector: np.ndarray | None, *, proper: bool = False) -> list[Searched]:
        """Return the translations; one that the archive's vectors find unlike the word counts less.

        Of a word that is written as a name, so does what is none, where another is one: *Turkey* is no bird.
        """
        translations = self.dictionary.translations(word)[: self._weights.translations]
        named = proper and any(translation.proper for translation in translations)
        found: list[Searched] = []
        for translation in translations:
            weight = self._weights.dictionary
            if named and not translation.proper:
                weight *= self._weights.beside_name
            found += [
                self._searched(tokens, written, weight, DICTIONARY, form)
                for tokens, written, form in _ways(translation.arabic)
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
            and (word := self.lexicon.get(item.tokens[0], "ar"))
        ]
        cosines = self.lexicon.similarity(vector, [word for _, word in known])
        fits = {item: cosine for (item, _), cosine in zip(known, cosines, strict=True) if cosine is not None}
        best = max((fits[item] for item in beside if item in fits), default=-1.0)

        def lowered(item: Searched) -> Searched:
            if fits.get(item, best) >= best:
                return item
            factor = math.exp((fits[item] - best) / self._weights.context_temperature)
            return replace(item, weight=item.weight * factor)

        return [lowered(item) for item in items]

    def _adjectives(self, items: Sequence[Searched], vector: np.ndarray | None) -> list[Searched]:
        """Return the adjectives of single words; one that fits the word's vector worse than its noun counts less."""
        if not self._weights.adjective:
            return []
        found: list[Searched] = []
        for item in items:
            written = adjective(item.surface) if len(item.tokens) == 1 else ""
            stems = [token.stem for token in tokens_of(written, "ar")]
            if len(stems) != 1 or stems[0] == item.tokens[0] or stems[0] in _function_stems():
                continue
            if self.lexicon.get(stems[0], "ar"):
                weight = item.weight * self._weights.adjective
                made = self._searched((stems[0],), written, weight, ADJECTIVE)
                found += self._in_context([made], vector, [item])
        return found

    def _find_names(self, word: str) -> tuple[Searched, ...]:
        names = self.dictionary.names(word)
        total = sum(name.uses for name in names)
        listed = [
            self._searched(tokens, written, self._weights.name * (name.uses / total) ** 0.5, NAME, form)
            for name in names[: self._weights.names]
            for tokens, written, form in _ways(name.arabic)
        ]
        return (*listed, *self._with_other_g(word, listed))

    def _with_other_g(self, word: str, listed: Sequence[Searched]) -> list[Searched]:
        """Return what the archive has of a name's spellings with the other letter that g is written by.

        Cairo writes سيرجي, Beirut سيرغي, and a list knows one of them. Of a name that the archive lacks in every listed
        spelling the others are looked up, too: words of a single article are no words of its lexicon.
        """
        if "g" not in word or "gh" in word:  # which is غ everywhere
            return []
        absent = not any(item.articles or len(item.tokens) > 1 or item.form is Form.EXACT for item in listed)
        known = {normalise(item.surface) for item in listed}
        found: list[Searched] = []
        for item in listed:
            exact = normalise(item.surface)
            other = exact.translate(_OTHER_G)
            if other == exact or other in known or len(item.tokens) > 1:
                continue
            for token in analyse(other, "ar"):
                has = self.lexicon.get(token.stem, "ar")
                # Not الجاري (current) for Gary.
                if normalise(has.surface) == other if has else absent:
                    found.append(
                        self._searched((token.stem,), other, self._weights.sound * item.weight, SOUND)
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
        exact, mostly = normalise(item.surface), self.lexicon.get(item.tokens[0], "ar")
        bare = without_article(exact)
        if mostly is None or item.tokens[0] == bare == without_article(mostly.surface):
            return [item]
        forms = (exact, f"ال{exact}", f"ل{exact}") if bare == exact else (exact, bare, f"لل{bare}")
        return [
            self._searched(
                (form,), item.surface if form == exact else form, item.weight, item.source, Form.EXACT
            )
            for form in (*forms, f"و{exact}", f"ب{exact}")
        ]

    def _sounding(self, word: str) -> list[Searched]:
        """Return archive words that may be this name in Arabic letters, as it is spelled or nearly so."""
        if len(word) < self._weights.shortest_name:
            return []
        found = [*self._sounding_alike(word), *self._spelled_alike(word)]
        return sorted(found, key=lambda item: -item.weight)[: self._weights.sounds]

    def _spelled_alike(self, word: str) -> Iterator[Searched]:
        """Yield what the archive has of names that are spelled nearly so (Kashoggi)."""
        for latin, similarity in names_alike(word):
            for arabic in self.dictionary.written(latin):
                tokens = tuple(token.stem for token in analyse(arabic, "ar"))
                if len(tokens) == 1 and self.lexicon.get(tokens[0], "ar"):
                    yield self._searched(tokens, arabic, self._weights.sound * similarity, SOUND)

    def _sounding_alike(self, word: str) -> list[Searched]:
        candidates = [
            candidate
            for candidate in self.lexicon.sounding_like(skeletons_of(word))
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
            self._searched((token.stem,), spelling, self._weights.sound, SOUND)
            for spelling in arabizi_candidates(word)
            for token in analyse(spelling, "ar")
            if self.lexicon.get(token.stem, "ar")
        ]
        return found

    def _near(self, near: Sequence[Neighbour], kept: Mapping[str, int]) -> list[Searched]:
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
                    NEAR, self.lexicon.articles(neighbour.word.stem),
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
        return self.lexicon.articles(word.stem) > 2 * word.articles

    def _inflected(self, items: Iterable[Searched]) -> list[Searched]:
        if not self._weights.inflection:
            return []
        return [
            self._searched((variant,), variant, item.weight, INFLECTION)
            for item in list(items)
            if len(item.tokens) == 1 and item.weight >= self._weights.least_inflected
            for variant in self.lexicon.variants(item.tokens[0])
        ]

    def _inflections_of(self, token: Token) -> list[Searched]:
        if not self._weights.inflection:
            return []
        return [
            self._searched((variant,), variant, self._weights.inflection, INFLECTION)
            for variant in self.lexicon.variants(token.stem)
        ]

    def _units(
        self, typed: str, tokens: Sequence[Token], edits: PlanEdits, *, english: bool
    ) -> list[PlannedWord]:
        """Return the runs of words that the dictionary translates as one (prime minister).

        In a query that is not `english` these are countries alone (États-Unis).
        """
        units = []
        words = [token.exact for token in tokens]
        for unit in self.dictionary.units(words):
            if not (english or all(t.source == COUNTRIES for t in self.dictionary.translations(unit.key))):
                continue
            proposals: dict[tuple[str, ...], Searched] = {}
            _merge(proposals, self._translated(unit.key, None))
            text = " ".join(typed[token.start : token.end] for token in tokens[unit.start : unit.end])
            key = " ".join(words[unit.start : unit.end])
            units.append(self._edited(text, key, proposals, edits))
        return units

    # -- helpers

    def _searched(
        self, tokens: tuple[str, ...], surface: str, weight: float, source: str, form: Form = Form.STEM
    ) -> Searched:
        word = self.lexicon.get(tokens[0], "ar") if len(tokens) == 1 and form is Form.STEM else None
        if word is None:
            # Words side by side add up their scores: one unit must not outweigh two words.
            return Searched(tokens, surface, "ar", weight / len(tokens) ** 0.5, source, form=form)
        # The archive has its words without the signs that writers leave out (السعوديه): a list spells them in full.
        spelled = surface if source in SPELLED else word.surface
        return Searched(tokens, spelled, word.language, weight, source, self.lexicon.articles(word.stem))

    def _edited(
        self, text: str, key: str, proposals: Mapping[tuple[str, ...], Searched], edits: PlanEdits
    ) -> PlannedWord:
        removed = edits.removed.get(key, frozenset())
        pinned = edits.pinned.get(key, frozenset())
        items = sorted(proposals.values(), key=lambda item: (-item.weight, item.tokens))[: self._weights.most]
        gone = tuple(item for item in items if item.key in removed)
        # With what is written to them: who takes زيت out of oil means بزيت, too.
        forms = {
            variant
            for item in gone
            if len(item.tokens) == 1
            for variant in self.lexicon.variants(item.tokens[0])
        }
        kept = [
            replace(i, weight=max(i.weight, 1.0)) if i.key in pinned else i
            for i in items
            if i.key not in removed and not (i.source == INFLECTION and i.tokens[0] in forms)
        ]
        known = {item.key for item in items}
        for addition in sorted(pinned - known):
            tokens = tuple(token.stem for token in analyse(addition, "ar"))
            if tokens:
                kept.append(self._searched(tokens, addition, 1.0, ADDED))
        translations = self.dictionary.translations(key) if text[:1].isupper() else ()
        proper = bool(translations) and all(one.proper for one in translations)
        return PlannedWord(text, key, tuple(kept), gone, proper)


@lru_cache(maxsize=1 << 14)
def _ways(arabic: str) -> tuple[tuple[tuple[str, ...], str, Form], ...]:
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


def _is_abbreviation(token: Token, text: str) -> bool:
    """Return whether a word is in capitals, as the query is not: the UN is not Kim Jong Un."""
    typed = text[token.start : token.end]
    return typed.isupper() and len(typed) <= _LONGEST_ABBREVIATION and not text.isupper()


def _is_proper(token: Token, tokens: Sequence[Token], text: str) -> bool:
    """Return whether a word is written as a name: with a capital, in a text in which not all words are."""
    capitals = [text[one.start].isupper() for one in tokens]
    return text[token.start].isupper() and (len(tokens) == 1 or not all(capitals))


def _merge(proposals: dict[tuple[str, ...], Searched], items: Iterable[Searched]) -> None:
    """Add proposals. The same word from two sources has the higher weight, and is otherwise as the surer has it."""
    for item in items:
        known = proposals.get(item.tokens)
        if known is None:
            proposals[item.tokens] = item
            continue
        surer = min(known, item, key=lambda one: PLACES_IN_PLAN[one.source])
        proposals[item.tokens] = replace(surer, weight=max(known.weight, item.weight))


def _plain_tokens(parsed: ParsedQuery, language: str) -> list[Token]:
    """Return the tokens of words that are neither conditions nor phrases; offsets are of the free text."""
    conditions = {
        token.exact
        for clause in parsed.clauses
        for atom in atoms(clause.node)
        if clause.occur is not Occur.SHOULD or atom.phrase
        for token in analyse(atom.text, language)
    }
    return [token for token in analyse(parsed.free_text, language) if token.exact not in conditions]


def _by_language(tokens: Sequence[Token], language: str) -> dict[str, list[Token]]:
    """Return the tokens by the language that they are looked up in: that of the query, but for Latin among Arabic."""
    found: dict[str, list[Token]] = {}
    for token in tokens:
        foreign = base_language(language) == "ar" and token.exact.isascii() and token.exact.isalpha()
        found.setdefault("en" if foreign else language, []).append(token)
    return found


def _vectors_of(tokens: Sequence[Token], encoding: Encoding | None) -> dict[str, np.ndarray]:
    """Return the tokens' vectors: that of the encoder's word which holds them."""
    if encoding is None or encoding.words is None:
        return {}
    vectors: dict[str, np.ndarray] = {}
    for token in tokens:
        for (start, end), vector in zip(encoding.spans, encoding.words, strict=True):
            if start <= token.start < end and token.exact not in vectors and vector.any():
                vectors[token.exact] = vector
    return vectors
