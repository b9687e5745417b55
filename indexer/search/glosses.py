"""Glosses: what an Arabic word means where it stands, for readers who know no Arabic.

A dictionary lists many meanings, and the text decides among them: الشرطة is the police or a condition, عام is a year or
"general". The codes that late interaction compares (`indexer.models.codes`) say which English word is nearest to the
Arabic one in its sentences. They are there for each word of each passage, so that no model runs when a reader asks.
A word keeps its meaning through a text (Gale, Church and Yarowsky 1992, "One sense per discourse"): its occurrences
in an article are taken together.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from indexer.article import Article
from indexer.engines.base import FloatArray, StoredPassage
from indexer.models.meanings import Meanings
from indexer.models.words import word_spans
from indexer.search.dictionary import Dictionary, folds
from indexer.text import light10, normalise
from indexer.text.arabic import CLITICS, without_article
from indexer.text.transliteration import romanise

#: A run of Arabic letters and their marks.
ARABIC_WORD = re.compile("[\u0620-\u065f\u0670-\u06d3]+")

#: Where a gloss is from, the surest first. `NEAR` is a guess: no list joins the two words, only their vectors.
GRAMMAR, PHRASE, USER, WRITTEN, STEM, FORM, ROOT, NAME, NEAR = (
    "grammar",
    "phrase",
    "user",
    "written",
    "stem",
    "form",
    "root",
    "name",
    "near",
)

_LONGEST_PHRASE = 4  # words
#: Characters of a title that are told, and passages of an article in which words are looked for: nobody waits longer.
_LONGEST_GIST = 400
_MOST_PASSAGES = 400
_NAMES_SHOWN = 3
#: What so many people are called is a name beside another one, unless it is as near as this to its other meaning.
_OFTEN_A_NAME = 10
_SURELY_A_WORD = 0.4
_SHORTEST_WITH_CLITIC = 4
_SHORTEST_VERB = _SHORTEST_NOUN = 3
_VERB_ENDINGS = ("وا", "تا", "ت", "ون", "ا", "ه", "ها", "هم")
# Plural, dual, and what belongs to someone: the singular's ending in place of it.
_NOUN_ENDINGS = (
    ("يه", "ي"), ("ات", "ه"), ("ات", ""), ("تين", "ه"), ("تان", "ه"), ("ين", ""), ("ان", ""), ("تها", "ه"),
    ("تهم", "ه"), ("ته", "ه"), ("تنا", "ه"), ("اتها", "ه"), ("اتهم", "ه"), ("اته", "ه"), ("نا", ""), ("هما", ""),
    ("كم", ""),
)  # fmt: skip
_SHORTEST_ROOT = 2
#: Words that the dictionary has for whoever searches them, and that explain no Arabic word to a reader: above the
#: names that begin with عبد ("servant of") they would be an insult.
_SLURS = frozenset({"nigger", "negro", "negress", "fag", "cunt", "bitch", "slut", "pussy"})

#: What a source must be nearer by to come first, and how near it must be to count at all (cosines; chosen on half of
#: the stories of NTREX, see `docs/ranking.md`).
_BEHIND = {WRITTEN: 0.0, STEM: 0.05, FORM: 0.1, ROOT: 0.15}
_LEAST = {FORM: 0.1, ROOT: 0.3, NEAR: 0.45}
_BEHIND_A_PLACE = 0.02  # for each that the dictionary lists before
_PLACES = 10
_NEAREST = 3
#: What is not in the table of meanings (names of towns, a person's own words) is taken to be so near.
_UNKNOWN = 0.15

# Pronouns that are written to a word. What stands before them is theirs (منها, "of it"), or they are its subject.
_OBJECTS = {
    "ه": "it", "ها": "it", "هم": "them", "هما": "them both", "هن": "them", "نا": "us", "ك": "you", "كم": "you",
}  # fmt: skip
_SUBJECTS = {
    "ه": "he", "ها": "she", "هم": "they", "هما": "they both", "هن": "they", "نا": "we", "ننا": "we", "ي": "I",
    "ني": "I", "ك": "you", "كم": "you",
}  # fmt: skip
_WITH_OBJECT = {
    "ب": "with", "ل": "for", "في": "in", "من": "of", "علي": "on", "عن": "about", "مع": "with", "الي": "to",
    "بين": "between", "عند": "at", "لدي": "with", "حول": "around", "قبل": "before", "بعد": "after", "ضد": "against",
    "امام": "before", "خلف": "behind", "وراء": "behind", "تحت": "under", "فوق": "above", "دون": "without",
    "نحو": "toward", "خلال": "during", "مثل": "like", "غير": "other than", "كل": "all of", "بعض": "some of",
    "احد": "one of", "معظم": "most of", "جميع": "all of", "ضمن": "within", "وسط": "amid", "بسبب": "because of",
    "بشان": "about",
}  # fmt: skip
_WITH_SUBJECT = {"ان": "that", "بان": "that", "لان": "because", "لكن": "but", "كان": "as if"}
#: Of the others the word with ي is another one: قبلي is tribal, كلي is total.
_WITH_ME = ("ب", "ل", "من", "عن", "مع", "عند")
#: A guardian or heir (ولي العهد), and seldom "and for me".
_NO_GRAMMAR = frozenset({"ولي"})
#: "That", and no "must".
_NO_PHRASE = frozenset({("علي", "ان")})
_AND = {"و": "and", "ف": "so"}
_PUNCTUATION = str.maketrans("،؛؟", ",;?")
# Letters that come and go between forms of one root: a plural (كوارث of كارثة), a participle (قائل of قال).
_WEAK = str.maketrans("", "", "اويىءئؤآأإةه")


class Gloss(NamedTuple):
    """An English word or phrase, where it is from (`WRITTEN`, `NEAR`...), and its estimated cosine if known."""

    english: str
    source: str
    near: float | None = None


@dataclass(frozen=True, slots=True)
class _Candidate:
    english: str
    source: str
    place: int


class Glossary:
    """English for Arabic words: of one dictionary, and the meanings of one model's words.

    Making one costs nothing; what ships is loaded at its first use, once. Safe to use from several threads.
    """

    def __init__(self, dictionary: Dictionary, meanings: Callable[[], Meanings] | None = None) -> None:
        """*meanings* loads the meanings of the model's words; None where the model has no codes."""
        self._dictionary = dictionary
        self._meanings = meanings

    def glosses(
        self, arabic: str, context: FloatArray | None = None, *, guess: bool = True
    ) -> tuple[Gloss, ...]:
        """Return what a word may mean, the likeliest first, each but once; nothing for what is no Arabic word.

        `context` is (dim,), the word's code where it stands as +1 and -1, or the mean of several. Without it the
        order is the dictionary's, and there are no guesses, nor where *guess* is false.
        """
        exact = normalise(arabic)
        sure = [Gloss(english, USER) for english in self._written_by_user(exact)]
        if grammar := _grammar(exact):
            return _distinct([*sure, *(Gloss(english, GRAMMAR) for english in grammar)])
        meanings = self._meanings() if self._meanings and context is not None else None
        if context is None or meanings is None:
            listed = [Gloss(one.english, one.source) for one in _candidates(exact) if one.source != ROOT]
        else:
            listed = _by_context(_candidates(exact), context, meanings)
        found = [*sure, *listed]
        if not any(gloss.source in (USER, WRITTEN, STEM) for gloss in found):
            found += [Gloss(name, NAME) for name in _names(exact)]
        if guess and not found and context is not None and meanings is not None:
            nearest = meanings.nearest(context, _NEAREST)
            found += [Gloss(english, NEAR, near) for english, near in nearest if near >= _LEAST[NEAR]]
        return _distinct(found)

    def _written_by_user(self, exact: str) -> Sequence[str]:
        return self._users.get(exact, self._users.get(light10(exact), []))

    @cached_property
    def _users(self) -> dict[str, list[str]]:
        """Normalised form or stem -> English of the person's own pairs, of single Arabic words."""
        users: dict[str, list[str]] = defaultdict(list)
        for english, arabic in self._dictionary.own_pairs():
            if " " not in arabic:
                exact = normalise(arabic)
                for form in dict.fromkeys((exact, light10(exact))):
                    users[form].append(english)
        return users


class Run(NamedTuple):
    """A word of a text, or several that mean one thing (الولايات المتحدة), by offsets, and what they mean."""

    start: int
    end: int
    glosses: tuple[Gloss, ...]


class Reader:
    """Tells what the Arabic words of an article mean; without `words` (codes) what they mean in any text."""

    def __init__(
        self, glossary: Glossary, words: WordsOfArticle | None = None, *, guess: bool = True
    ) -> None:
        self._glossary = glossary
        self._words = words
        self._guess = guess
        self._known: dict[str, tuple[Gloss, ...]] = {}

    def glosses(self, arabic: str) -> tuple[Gloss, ...]:
        """Return what a word means here, the likeliest first."""
        known = self._known.get(arabic)
        if known is None:
            context = self._words.context(arabic) if self._words else None
            known = self._known[arabic] = self._glossary.glosses(arabic, context, guess=self._guess)
        return known

    def runs(self, text: str) -> Iterator[Run]:
        """Yield the Arabic words of a text in order, those of a phrase together."""
        runs = list(self._phrases_and_words(text))
        named = [_may_be_named(normalise(text[run.start : run.end]), run.glosses[:1]) for run in runs]
        for place, run in enumerate(runs):
            beside = [other for other in (place - 1, place + 1) if 0 <= other < len(runs) and named[other]]
            if any(_side_by_side(text, run, runs[other]) for other in beside):
                run = _as_name(run, normalise(text[run.start : run.end]))
            yield run

    def gist(self, text: str) -> str:
        """Return the text with each Arabic word or phrase in English, in its order; letters where that is unknown.

        It is no translation: "attack chemical in Syria: Russia use veto".
        """
        text = text[:_LONGEST_GIST]
        parts = []
        position = 0
        for run in self.runs(text):
            parts.append(text[position : run.start])
            english = run.glosses[0].english if run.glosses else romanise(text[run.start : run.end])
            # A letter that is written to a number is a word of its own in English.
            before, after = text[run.start - 1 : run.start], text[run.end : run.end + 1]
            parts.append(f"{' ' * before.isalnum()}{english}{' ' * after.isalnum()}")
            position = run.end
        parts.append(text[position:])
        return " ".join("".join(parts).translate(_PUNCTUATION).split())

    def _phrases_and_words(self, text: str) -> Iterator[Run]:
        found = list(ARABIC_WORD.finditer(text))
        place = 0
        while place < len(found):
            count, english = _phrase_at(text, found, place)
            first, last = found[place], found[place + count - 1]
            glosses = (Gloss(english, PHRASE),) if english else self.glosses(first[0])
            yield Run(first.start(), last.end(), glosses)
            place += count


class WordsOfArticle:
    """The codes of an article's words, by their normalised form."""

    def __init__(self, article: Article, passages: Sequence[StoredPassage], bytes_per_word: int) -> None:
        self._codes: dict[str, list[bytes]] = defaultdict(list)
        for stored in passages[:_MOST_PASSAGES]:
            text = stored.passage.text_of(article)
            codes = stored.codes or b""
            spans = word_spans(text)
            titled = len(codes) // bytes_per_word - len(spans)
            if titled < 0:  # the model did not read to the end of the passage
                continue
            heading = word_spans(article.title)[:titled] if titled else []
            for place, (start, end) in enumerate([*heading, *spans]):
                written = article.title if place < len(heading) else text
                code = codes[place * bytes_per_word : (place + 1) * bytes_per_word]
                for word in ARABIC_WORD.findall(written[start:end]):
                    self._codes[normalise(word)].append(code)

    def context(self, arabic: str) -> FloatArray | None:
        """Return (dim,): the mean code of a word's occurrences as +1 and -1; None for a word that has none."""
        codes = self._codes.get(normalise(arabic))
        if not codes:
            return None
        octets = np.frombuffer(b"".join(codes), np.uint8).reshape(len(codes), -1)
        mean: FloatArray = np.unpackbits(octets, axis=1).mean(axis=0, dtype=np.float32) * 2 - 1
        return mean


# --- the shipped lists, the other way round --------------------------------------------------------


class _Lists(NamedTuple):
    """English by the normalised form, the stem and the root of single Arabic words.

    And by phrases: their words as they are written, and where they begin with no word of grammar, their stems;
    `beginnings` are their first words.
    """

    by_form: Mapping[str, list[str]]
    by_stem: Mapping[str, list[str]]
    by_root: Mapping[str, list[str]]
    phrases: Mapping[tuple[str, ...], str]
    beginnings: frozenset[str]


@lru_cache(maxsize=1)
def _listed() -> _Lists:
    by_form: dict[str, list[str]] = defaultdict(list)
    by_stem: dict[str, list[str]] = defaultdict(list)
    by_root: dict[str, list[str]] = defaultdict(list)
    phrases: dict[tuple[str, ...], list[str]] = defaultdict(list)
    pairs = list(Dictionary().shipped_pairs())
    for english, exact in zip(
        (pair.english for pair in pairs), _folded(pair.arabic for pair in pairs), strict=True
    ):
        words = exact.split()
        if len(words) == 1:
            stem = light10(exact)
            by_form[exact].append(english)
            by_stem[stem].append(english)
            by_root[_root(stem)].append(english)
        elif len(words) <= _LONGEST_PHRASE and tuple(words) not in _NO_PHRASE:
            # في نهاية is "at the end" and no form of في النهاية, "after all".
            keys = {tuple(words)} if _grammar(words[0]) else {tuple(words), tuple(map(light10, words))}
            for key in keys:
                phrases[key].append(english)
    chosen = {words: _clearest(english, len(words)) for words, english in phrases.items()}
    return _Lists(by_form, by_stem, by_root, chosen, frozenset(words[0] for words in chosen))


def _clearest(english: Sequence[str], words: int) -> str:
    """Return the translation of a phrase that says most: United Kingdom rather than UK or Britain."""
    return max(english, key=lambda one: (len(one.split()) == words, len(one) > 3, not one.islower()))


@lru_cache(maxsize=1)
def _listed_names() -> dict[str, list[tuple[int, str]]]:
    """Return normalised form -> names in small Latin letters, with how many people have each."""
    counted: dict[str, list[tuple[int, str]]] = defaultdict(list)
    names = list(Dictionary().shipped_names())
    for (latin, name), exact in zip(names, _folded(name.arabic for _, name in names), strict=True):
        counted[exact].append((name.uses, latin))
    return counted


@lru_cache(maxsize=1 << 14)
def _named(exact: str) -> tuple[tuple[int, str], ...]:
    """Return the names that are written so, with how many people have each, the commonest first."""
    names = sorted(_listed_names().get(exact, ()), key=lambda name: (-name[0], name[1]))
    return tuple((uses, latin.title()) for uses, latin in names)


def _folded(words: Iterable[str]) -> list[str]:
    """Return words normalised, all in one pass."""
    return "\n".join(words).translate(folds()).split("\n")


# --- helpers --------------------------------------------------------------------------------------


@lru_cache(maxsize=1 << 14)
def _candidates(exact: str) -> tuple[_Candidate, ...]:
    """Return what the dictionary lists, the surest first; some more than once."""
    return tuple(_found(exact))


def _found(exact: str) -> Iterator[_Candidate]:
    by_form, by_stem, by_root, *_ = _listed()
    stem = light10(exact)
    bare = without_article(exact)
    yield from _places(WRITTEN, by_form.get(exact, ()), by_form.get(bare, ()))
    yield from _places(STEM, by_form.get(stem, ()), by_stem.get(stem, ()))
    if clitic_less := _without_clitic(exact):
        rest = light10(clitic_less)
        yield from _places(FORM, by_form.get(clitic_less, ()), by_form.get(rest, ()), by_stem.get(rest, ()))
    nouns, verbs = list(_singulars(exact)), list(_he_forms(exact))
    for form in nouns:
        yield from _places(FORM, by_form.get(form, ()), by_stem.get(light10(form), ()))
    for form in verbs:
        # A name is no verb: ويست is West, and no form of سيت.
        listed = (*by_form.get(form, ()), *by_stem.get(light10(form), ()))
        yield from _places(FORM, filter(str.islower, listed))
    for root in dict.fromkeys(_root(form) for form in (stem, exact, *map(light10, (*nouns, *verbs)))):
        if len(root) >= _SHORTEST_ROOT:
            yield from _places(ROOT, filter(str.islower, by_root.get(root, ())))


def _places(source: str, *listed: Iterable[str]) -> Iterator[_Candidate]:
    for place, english in enumerate(itertools.chain(*listed)):
        yield _Candidate(english, source, place)


def _names(exact: str) -> Sequence[str]:
    for form in filter(None, (exact, _without_clitic(exact))):
        if found := _named(form) or _named(light10(form)):
            return [name for _, name in found[:_NAMES_SHOWN]]
    return ()


def _phrase_at(text: str, found: Sequence[re.Match[str]], place: int) -> tuple[int, str]:
    """Return how many words from number `place` on are a phrase, and what it means; 1 and "" for none."""
    longest = 1
    while longest < min(_LONGEST_PHRASE, len(found) - place):
        if text[found[place + longest - 1].end() : found[place + longest].start()] != " ":
            break
        longest += 1
    begins = _beginnings(normalise(found[place][0])) if longest > 1 else ()
    if begins:
        others = [normalise(word[0]) for word in found[place + 1 : place + longest]]
        stems = [light10(word) for word in others]
        phrases = _listed().phrases
        for count in range(longest - 1, 0, -1):
            for form in begins:
                english = phrases.get((form, *others[:count])) or phrases.get((form, *stems[:count]))
                if english:
                    return count + 1, english
    return 1, ""


@lru_cache(maxsize=1 << 14)
def _beginnings(exact: str) -> tuple[str, ...]:
    """Return the first words of phrases that a normalised word may be, also without what is written to it."""
    rest = _without_clitic(exact)
    forms = (exact, light10(exact), rest, light10(rest), light10(without_article(exact)))
    return tuple(form for form in dict.fromkeys(forms) if form in _listed().beginnings)


def _side_by_side(text: str, one: Run, other: Run) -> bool:
    first, second = sorted((one, other))
    return text[first.end : second.start] == " "


def _may_be_named(exact: str, first: Sequence[Gloss]) -> bool:
    """Return whether a word is a name's: no list has it but that of names, or a list has it as a proper noun."""
    return any(
        gloss.source == NAME or (gloss.english[:1].isupper() and exact in _listed_names()) for gloss in first
    )


def _as_name(run: Run, exact: str) -> Run:
    """Return a run that stands beside a name as one, too, where it can be (عادل is Adel there, and not "fair")."""
    first = run.glosses[0] if run.glosses else None
    uses, name = next(iter(_named(exact)), (0, ""))
    if first is None or uses < _OFTEN_A_NAME or first.source not in (WRITTEN, STEM, FORM, ROOT):
        return run
    if not first.english.islower() or (first.near is not None and first.near >= _SURELY_A_WORD):
        return run
    return run._replace(glosses=(Gloss(name, NAME), *run.glosses))


def _by_context(listed: Sequence[_Candidate], context: FloatArray, meanings: Meanings) -> list[Gloss]:
    """Return what is listed and near enough, the nearest first."""
    candidates = list({one.english: one for one in reversed(listed)}.values())
    scored = []
    for one, near in zip(
        candidates, meanings.similarities([one.english for one in candidates], context), strict=True
    ):
        nearness = _UNKNOWN if near is None else near
        if nearness >= _LEAST.get(one.source, -1.0):
            score = nearness - _BEHIND[one.source] - _BEHIND_A_PLACE * min(one.place, _PLACES)
            scored.append((-score, one.place, Gloss(one.english, one.source, near)))
    return [gloss for _, _, gloss in sorted(scored, key=itemgetter(0, 1))]


def _distinct(glosses: Iterable[Gloss]) -> tuple[Gloss, ...]:
    """Return glosses without those that differ in capitals alone, and without insults."""
    unlike: dict[str, Gloss] = {}
    for gloss in glosses:
        key = gloss.english.casefold()
        if key not in _SLURS:
            first = unlike.setdefault(key, gloss)
            if first.english.islower():
                unlike[key] = first._replace(english=gloss.english)
    return tuple(unlike.values())


# --- forms of a word -----------------------------------------------------------------------------


def _without_clitic(exact: str) -> str:
    """Return a word without the letter that may be written to it (و, ب...), "" where there is none."""
    return exact[1:] if len(exact) >= _SHORTEST_WITH_CLITIC and exact[0] in CLITICS else ""


def _singulars(exact: str) -> Iterator[str]:
    """Yield the singulars that a noun may be a form of, and the masculine of an adjective."""
    for noun in filter(None, dict.fromkeys((without_article(exact), _without_clitic(exact)))):
        for ending, base in _NOUN_ENDINGS:
            if noun.endswith(ending) and len(noun) - len(ending) >= _SHORTEST_NOUN:
                yield noun[: -len(ending)] + base


def _he_forms(exact: str) -> Iterator[str]:
    """Yield the he-forms that a verb may be a form of (قال for قالت)."""
    if len(exact) < _SHORTEST_WITH_CLITIC:
        return
    verb = exact[1:] if exact[0] in "سو" else exact
    for ending in _VERB_ENDINGS:
        if verb.endswith(ending) and len(verb) - len(ending) >= _SHORTEST_VERB:
            yield verb[: -len(ending)]
    if verb[0] in "تنا":
        yield "ي" + verb[1:]
    if verb[0] in "يتن":
        yield verb[1:]


def _root(form: str) -> str:
    """Return about the root of a form: its letters without weak ones, doubled ones once."""
    return "".join(letter for letter, _ in itertools.groupby(form.translate(_WEAK)))


# --- words of grammar ----------------------------------------------------------------------------


def _grammar(exact: str) -> tuple[str, ...]:
    """Return what a word of grammar means, also with what is written to it: وفيها is "and in it"."""
    table = _grammar_table()
    if found := table.get(exact):
        return found
    if exact[:1] in _AND and exact not in _NO_GRAMMAR and (found := table.get(exact[1:])):
        return tuple(f"{_AND[exact[0]]} {english}" for english in found)
    return ()


@lru_cache(maxsize=1)
def _grammar_table() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    text = (files("indexer") / "data" / "lexicon" / "grammar.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            arabic, _, english = line.partition("\t")
            key = normalise(arabic)  # أما and إما are one word then
            table[key] = tuple(dict.fromkeys((*table.get(key, ()), *english.split("; "))))
    composed = [
        *itertools.product(_WITH_OBJECT.items(), _OBJECTS.items()),
        *itertools.product(_WITH_SUBJECT.items(), _SUBJECTS.items()),
        *(((word, _WITH_OBJECT[word]), ("ي", "me")) for word in _WITH_ME),
    ]
    for (word, english), (ending, pronoun) in composed:
        table.setdefault(word + ending, (f"{english} {pronoun}",))
    return table
