"""Name spellings: how the parts of a name are written in this archive, and how many articles hold each.

Candidates are the words of the archive's lexicon that share a consonant skeleton with the name, and the
spellings that people with this name have been given (Wikidata); the archive's own counts decide what is
shown. Latin spellings (Kadhafi beside Gaddafi) are judged by the name's Arabic spelling, since both write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.engines.base import Clause, Engine, Form, LexicalLeg, LexicalQuery, Term
from indexer.search.alike import names_alike
from indexer.search.dictionary import ARTICLES, Dictionary
from indexer.search.lexicon import Lexicon
from indexer.search.reverse import lists, people_named
from indexer.search.stopwords import function_words
from indexer.text import analyse, base_language, normalise, script_of
from indexer.text.arabic import without_article
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
#: From this similarity on a spelling is likely the name's. Beside one in its language that lists have, what is half as
#: like is another word: السلاح (weapons) beside صلاح (Salah).
_LIKELY, _LIKELY_BESIDE_LISTED = 0.4, 0.6


@dataclass(frozen=True, slots=True)
class Spelling:
    """One word of the archive: its stem and how that is mostly written.

    `similarity` is in [0, 1]; 1 is what the lists have for the name, or the name as it was typed.
    """

    surface: str
    stem: str
    language: str
    articles: int
    similarity: float

    @property
    def is_listed(self) -> bool:
        return self.similarity == 1


@dataclass(frozen=True, slots=True)
class NameSpellings:
    """One part of a name with its spellings, the most used first."""

    part: str
    spellings: tuple[Spelling, ...]

    def is_likely(self, spelling: Spelling) -> bool:
        """Return whether one of the spellings is rather this name than another word that sounds alike."""
        if spelling.is_listed:
            return True
        beside = any(one.is_listed and one.language == spelling.language for one in self.spellings)
        enough = spelling.similarity >= (_LIKELY_BESIDE_LISTED if beside else _LIKELY)
        return enough and not _is_other_word(spelling.surface)


def name_spellings(
    engine: Engine, lexicon: Lexicon, dictionary: Dictionary, name: str, *, timeout: float | None = None
) -> list[NameSpellings]:
    """Return the spellings of each part of a name, which may be written in Latin or in Arabic letters."""
    found = [(part, list(_candidates(lexicon, dictionary, part))) for part in name_parts(name)]
    stems = list(dict.fromkeys(spelling.stem for _, spellings in found for spelling in spellings))
    met = articles_meeting(engine, [Term(stem, Form.STEM) for stem in stems], timeout)
    counts = dict(zip(stems, met, strict=True))
    return [NameSpellings(part, _counted(spellings, counts)) for part, spellings in found]


def name_parts(name: str) -> list[str]:
    """Return the words of a name without the Arabic article, which is none of its own (al-Houthi, Muqtada al Sadr).

    At most `MAX_PARTS` of them.
    """
    tokens = analyse(name, "en")
    own = [
        token
        for token in tokens
        if token.exact not in ARTICLES
        and not (token.exact in _BEFORE_A_HYPHEN and name[token.end : token.end + 1] == "-")
    ]
    return [name[token.start : token.end] for token in (own or tokens)[:MAX_PARTS]]


def is_grammar(arabic: str) -> bool:
    """Return whether a word is one of grammar: بين of a person is "between" of all others."""
    return normalise(arabic) in function_words("ar")


def _is_other_word(surface: str) -> bool:
    """Return whether an Arabic word is in the dictionary and nobody's name: ممر (corridor), for Muammar."""
    exact = normalise(surface)
    forms = {exact, without_article(exact)}
    listed = [one for form in forms for one in lists().by_form.get(form, ())]
    return bool(listed) and all(one.english.islower() for one in listed) and not any(map(people_named, forms))


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
        written = dictionary.written(part)
        known = [entry.arabic for entry in dictionary.names(part)]
        if not written:
            known = [arabic for name in names_alike(part) for arabic in dictionary.written(name.latin)]
        known = [arabic for arabic in known if not is_grammar(arabic)]
        for spelling in known:
            for token in analyse(spelling, "ar")[:1]:
                word = lexicon.get(token.stem, "ar")
                yield Spelling(word.surface if word else spelling, token.stem, "ar", 0, 1.0)
        # What the dictionary has for the part counts where it sounds so: الأسد (the lion) for Assad, no shrub for Bush.
        listed = set(map(normalise, written))
        for similarity, word in same:
            if not is_grammar(word.surface):
                alike = 1.0 if normalise(word.surface) in listed else similarity
                yield Spelling(word.surface, word.stem, word.language, 0, alike)
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


def articles_meeting(engine: Engine, clauses: Sequence[Clause], timeout: float | None) -> list[int]:
    """Return how many articles meet each of some clauses, in one call of the engine."""
    if not clauses:
        return []
    legs = [LexicalLeg(LexicalQuery(must=(clause,)), size=1) for clause in clauses]
    return [result.total for result in engine.match(legs, timeout=timeout)]


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
