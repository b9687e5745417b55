"""Name spellings: how the parts of a name are written in this archive, and how many articles hold each.

Candidates are the words of the archive's lexicon that share a consonant skeleton with the name, and the
spellings that people with this name have been given (Wikidata); the archive's own counts decide what is
shown. Latin spellings (Kadhafi beside Gaddafi) are judged by the name's Arabic spelling, since both write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.engines.base import Engine, Form, LexicalLeg, LexicalQuery, Term
from indexer.search.alike import names_alike
from indexer.search.dictionary import ARTICLES, Dictionary
from indexer.search.lexicon import Lexicon
from indexer.search.stopwords import function_words
from indexer.text import analyse, base_language, normalise, script_of
from indexer.text.transliteration import SAME_NAME, name_similarity, skeletons

#: Parts of a name that are looked up, spellings shown of each, and candidates that are compared.
MAX_PARTS = 6
MAX_SPELLINGS = 30
_MAX_CANDIDATES = 400
#: Of shorter parts only what the lists know: bin sounds like been, Ben, bien and puan.
_SHORTEST = 4
#: The article as it is spoken before some letters: words of other languages where no hyphen follows.
_BEFORE_A_HYPHEN = frozenset(
    ("ad", "an", "ar", "as", "ash", "at", "ath", "az", "ed", "en", "er", "es", "esh")
)
#: Arabic spellings by which a Latin candidate is judged.
_JUDGES = 3


@dataclass(frozen=True, slots=True)
class Spelling:
    """One word of the archive: its stem and how that is mostly written. `similarity` is in [0, 1]."""

    surface: str
    stem: str
    language: str
    articles: int
    similarity: float


@dataclass(frozen=True, slots=True)
class NameSpellings:
    """One part of a name with its spellings, the most used first."""

    part: str
    spellings: tuple[Spelling, ...]


def name_spellings(
    engine: Engine, lexicon: Lexicon, dictionary: Dictionary, name: str, *, timeout: float | None = None
) -> list[NameSpellings]:
    """Return the spellings of each part of a name, which may be written in Latin or in Arabic letters."""
    parts = _parts(name)[:MAX_PARTS]
    found = [(part, list(_candidates(lexicon, dictionary, part))) for part in parts]
    stems = list(dict.fromkeys(spelling.stem for _, spellings in found for spelling in spellings))
    counts = _counts(engine, stems, timeout)
    return [NameSpellings(part, _counted(spellings, counts)) for part, spellings in found]


def _parts(name: str) -> list[str]:
    """Return the words of a name without the Arabic article, which is none of its own (al-Houthi, Muqtada al Sadr)."""
    tokens = analyse(name, "en")
    own = [
        token
        for token in tokens
        if token.exact not in ARTICLES
        and not (token.exact in _BEFORE_A_HYPHEN and name[token.end : token.end + 1] == "-")
    ]
    return [name[token.start : token.end] for token in own or tokens]


def _candidates(lexicon: Lexicon, dictionary: Dictionary, part: str) -> Iterator[Spelling]:
    sounding = lexicon.sounding_like(skeletons(part))[:_MAX_CANDIDATES]
    arabic = [
        word
        for word in sounding
        if base_language(word.language) == "ar" and script_of(word.surface) == "Arab"
    ]
    latin = [word for word in sounding if script_of(word.surface) == "Latn"]
    judges = [part]
    if script_of(part) == "Latn":
        rated = sorted(
            ((name_similarity(part, word.surface), word) for word in arabic), key=lambda pair: -pair[0]
        )
        same = [(similarity, word) for similarity, word in rated if similarity >= SAME_NAME]
        same = same if len(part) >= _SHORTEST else []
        known = [
            entry.arabic
            for entry in dictionary.names(part)
            if normalise(entry.arabic)
            not in function_words("ar")  # بين of a person is "between" of all others
        ]
        if not dictionary.written(part):
            known = [arabic for name in names_alike(part) for arabic in dictionary.written(name.latin)]
        for spelling in known:
            for token in analyse(spelling, "ar")[:1]:
                word = lexicon.get(token.stem, "ar")
                yield Spelling(word.surface if word else spelling, token.stem, "ar", 0, 1.0)
        for similarity, word in same:
            yield Spelling(word.surface, word.stem, word.language, 0, similarity)
        judges = [*known, *(word.surface for _, word in same)][:_JUDGES]
    else:
        exact = analyse(part, "ar")[0]
        yield Spelling(part, exact.stem, "ar", 0, 1.0)
        # The same consonants in Arabic script: one name where a Latin spelling of it writes both.
        names = [word.surface for word in latin if name_similarity(word.surface, part) >= SAME_NAME]
        for word in arabic:
            similarity = max((name_similarity(name, word.surface) for name in names), default=0.0)
            if similarity >= SAME_NAME:
                yield Spelling(word.surface, word.stem, word.language, 0, similarity)
    for word in latin:
        similarity = max((name_similarity(word.surface, judge) for judge in judges), default=0.0)
        if word.surface == part.casefold() or (similarity >= SAME_NAME and len(part) >= _SHORTEST):
            yield Spelling(word.surface, word.stem, word.language, 0, similarity)


def _counts(engine: Engine, stems: Sequence[str], timeout: float | None) -> dict[str, int]:
    """Return how many articles hold each stem, in one call of the engine."""
    if not stems:
        return {}
    legs = [LexicalLeg(LexicalQuery(must=(Term(stem, Form.STEM),)), size=1) for stem in stems]
    return {
        stem: result.total for stem, result in zip(stems, engine.match(legs, timeout=timeout), strict=True)
    }


def _counted(spellings: Sequence[Spelling], counts: dict[str, int]) -> tuple[Spelling, ...]:
    """Return the spellings that the archive holds, each stem once, by how many articles hold it."""
    best: dict[str, Spelling] = {}
    for spelling in spellings:
        number = counts.get(spelling.stem, 0)
        if number and (spelling.stem not in best or best[spelling.stem].similarity < spelling.similarity):
            best[spelling.stem] = Spelling(
                spelling.surface, spelling.stem, spelling.language, number, spelling.similarity
            )
    return tuple(sorted(best.values(), key=lambda s: (-s.articles, -s.similarity, s.stem)))[:MAX_SPELLINGS]
