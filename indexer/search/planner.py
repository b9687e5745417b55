"""Makes query plans: for each word of a query, the words of this archive that are searched for it, and why.

Seven sources (`indexer.search.sources`), each proposing only words that the archive holds:

    dictionary      translations of English words and phrases (shipped, or the analyst's own list)
    name            spellings of a name that people have been given (Wikidata)
    corrected       translations of the word that an unknown one is mistyped for
    sound           archive words with the same consonants, and those of names that are spelled nearly alike, where no
                    dictionary knows the word
    near            the archive words nearest in meaning to the word in its context; no Arabic ones where a list has one
                    that some articles hold
    adjective       adjectives of what lists have, where they have another stem (إيراني of إيران)
    inflection      the same words with a letter written together with them (وكتاب, بكتاب)

The plan (`indexer.search.plan`) is shown to the analyst, who may edit it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from indexer.engines.base import Form
from indexer.models.base import Encoding
from indexer.search.corrections import Corrector, with_case_of
from indexer.search.dictionary import COUNTRIES, Dictionary
from indexer.search.lemmas import without_possessive
from indexer.search.lexicon import Lexicon
from indexer.search.listedwords import ListedWords
from indexer.search.nearwords import NearWords
from indexer.search.plan import PlannedWord, QueryPlan, Searched, as_searched, has_arabic
from indexer.search.querytree import Occur, ParsedQuery, atoms
from indexer.search.request import PlanEdits
from indexer.search.soundingnames import SoundingNames
from indexer.search.sources import ADDED, CORRECTED, INFLECTION, LISTED, PLACES_IN_PLAN, SPELLED
from indexer.search.stopwords import function_words
from indexer.search.weights import MARKED, WEIGHTS, PlanWeights, joined
from indexer.text import Token, analyse, base_language, normalise

_LONGEST_ABBREVIATION = 4  # letters
_NONE: Mapping[str, str] = MappingProxyType({})


class Planner:
    """Makes plans for one archive. Safe to use from several threads."""

    def __init__(self, lexicon: Lexicon, dictionary: Dictionary, weights: PlanWeights = WEIGHTS.plan) -> None:
        self._weights = weights
        self.lexicon = lexicon
        self.dictionary = dictionary
        self._listed_words = ListedWords(lexicon, dictionary, weights)
        self._sounding_names = SoundingNames(lexicon, dictionary, weights)
        self._near_words = NearWords(lexicon, weights)
        self._corrector = Corrector(dictionary, lexicon)

    def plan(
        self,
        parsed: ParsedQuery,
        encoding: Encoding | None,
        *,
        language: str,
        targets: Sequence[str],
        edits: PlanEdits,
        corrections: Mapping[str, str] = _NONE,
    ) -> QueryPlan:
        """Return the plan of a query written in *language* for an archive in the languages *targets*.

        *encoding* is the query's, of `ParsedQuery.free_text`, with its word vectors; *corrections* as `corrections`
        has them.
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
            proper = _written_as_names(some, parsed.free_text)
            listed = {
                token.exact: self._listed(
                    token,
                    vectors.get(token.exact),
                    short=_is_abbreviation(token, parsed.free_text),
                    proper=token.exact in proper,
                    names=edits.names,
                )
                for token in some
                if token.exact.isascii() and has_arabic(others)
            }
            for exact in listed.keys() & corrections.keys():
                meant = self._corrected(corrections[exact], vectors.get(exact), proper=exact in proper)
                listed[exact] = [*meant, *listed[exact]]
            told = [
                exact
                for exact, items in listed.items()
                if self._tell(items, spoken, edits.removed.get(exact, ()))
            ]
            near = self._near_words.of(some, vectors, others, told)
            for token in some:
                exact = token.exact
                proposals = self._proposals(token, listed.get(exact, ()), near.get(exact, ()), others)
                typed = parsed.free_text[token.start : token.end]
                planned[token] = self._edited(typed, exact, proposals, edits, corrections.get(exact, ""))
        return QueryPlan((*words, *(planned[token] for token in tokens)))

    def corrections(self, parsed: ParsedQuery, *, language: str, targets: Sequence[str]) -> dict[str, str]:
        """Return the exact forms of a query's words that seem to be mistyped, each with what is meant.

        Only of queries that are translated: what is meant is told by the dictionary. *language* and *targets* as for
        `plan`.
        """
        if not (self._weights.corrected and has_arabic(targets) and joined(language, "ar")):
            return {}
        tokens = _plain_tokens(parsed, language)
        proper = _written_as_names(tokens, parsed.free_text)
        words = {token.exact for token in tokens}
        found = {exact: self._corrector.correct(exact, name=exact in proper) for exact in words}
        return {exact: meant for exact, meant in found.items() if meant}

    def _listed(
        self, token: Token, vector: np.ndarray | None, *, short: bool, proper: bool, names: bool
    ) -> list[Searched]:
        """Return what the lists have for a word, and what a name of no list sounds like: see `ListedWords.of`."""
        listed = self._listed_words.of(token.exact, vector, names=names, short=short, proper=proper)
        if listed or not names:
            return listed
        return self._sounding_names.of(without_possessive(token.exact))

    def _corrected(self, meant: str, vector: np.ndarray | None, *, proper: bool) -> list[Searched]:
        translated = self._listed_words.translated(meant, vector, proper=proper)
        return [
            replace(one, source=CORRECTED, weight=one.weight * self._weights.corrected) for one in translated
        ]

    def _tell(self, items: Iterable[Searched], spoken: str, removed: Collection[str]) -> bool:
        """Return whether what lists have for a word leaves nothing to guess: some of it is likely meant, and found.

        The lists are English: what they have for *pain* is not the French word. What the analyst took out tells none.
        Nobody counts the forms of words, so that what is looked up as it is written is taken to be there.
        """
        return joined(spoken, "ar") and any(
            item.source in (*LISTED, CORRECTED)
            and item.weight >= MARKED
            and (item.articles >= self._weights.articles_that_tell or item.form is Form.EXACT)
            and item.key not in removed
            for item in items
        )

    def _proposals(
        self, token: Token, listed: Iterable[Searched], near: Sequence[Searched], others: Sequence[str]
    ) -> dict[tuple[str, ...], Searched]:
        proposals: dict[tuple[str, ...], Searched] = {}
        _merge(proposals, listed)
        _merge(proposals, near)
        _merge(proposals, self._inflected(proposals.values()))
        if not proposals or not has_arabic(others):
            # An Arabic word's own forms, whatever is near to it in the archive's other languages.
            _merge(proposals, self._forms(token.stem, self._weights.inflection))
        return proposals

    def _inflected(self, items: Iterable[Searched]) -> list[Searched]:
        found: list[Searched] = []
        for item in items:
            if len(item.tokens) == 1 and item.weight >= self._weights.least_inflected:
                forms = self._forms(item.tokens[0], item.weight)
                found += _spelled(forms, item) if forms and item.source in SPELLED else forms
        return found

    def _forms(self, stem: str, weight: float) -> list[Searched]:
        """Return what is a stem with a letter written to it."""
        if not self._weights.inflection:
            return []
        return [
            as_searched(self.lexicon, (variant,), variant, weight, INFLECTION)
            for variant in self.lexicon.variants(stem)
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
            _merge(proposals, self._listed_words.translated(unit.key, None))
            text = " ".join(typed[token.start : token.end] for token in tokens[unit.start : unit.end])
            key = " ".join(words[unit.start : unit.end])
            units.append(self._edited(text, key, proposals, edits))
        return units

    def _edited(
        self,
        text: str,
        key: str,
        proposals: Mapping[tuple[str, ...], Searched],
        edits: PlanEdits,
        meant: str = "",
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
                added = as_searched(self.lexicon, tokens, addition, 1.0, ADDED)
                # As it was typed; a stem, which an address may have, is shown as the archive writes it.
                kept.append(added if addition == added.key else replace(added, surface=addition))
        translations = self.dictionary.translations(key) if text[:1].isupper() else ()
        proper = bool(translations) and all(one.proper for one in translations)
        return PlannedWord(text, key, tuple(kept), gone, proper, with_case_of(meant, text))


def _is_abbreviation(token: Token, text: str) -> bool:
    """Return whether a word is in capitals, as the query is not: the UN is not Kim Jong Un."""
    typed = text[token.start : token.end]
    return typed.isupper() and len(typed) <= _LONGEST_ABBREVIATION and not text.isupper()


def _written_as_names(tokens: Sequence[Token], text: str) -> set[str]:
    """Return the words that begin with a capital, by their exact forms, where not all of several do."""
    capitals = {token.exact for token in tokens if text[token.start].isupper()}
    return set() if 1 < len(tokens) == len(capitals) else capitals


def _spelled(forms: Sequence[Searched], word: Searched) -> list[Searched]:
    """Return forms with the signs that their word is spelled with: بمحاكمة of محاكمة, which archives keep without."""
    plain = normalise(word.surface)
    if plain == word.surface:
        return list(forms)
    return [
        replace(form, surface=form.surface.removesuffix(plain) + word.surface)
        if form.surface.endswith(plain)
        else form
        for form in forms
    ]


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
