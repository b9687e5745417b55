"""Glosses: what an Arabic word means where it stands, for readers who know no Arabic.

A dictionary lists many meanings, and the text decides among them: الشرطة is the police or a condition, عام is a year or
"general". The codes that late interaction compares (`indexer.models.codes`) say which English word is nearest to the
Arabic one in its sentences. They are there for each word of each passage, so that no model runs when a reader asks.
A word keeps its meaning through a text (Gale, Church and Yarowsky 1992, "One sense per discourse"): its occurrences
in an article are taken together.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import chain, repeat
from operator import attrgetter, itemgetter
from typing import NamedTuple

import numpy as np

from indexer.article import Article
from indexer.engines.base import FloatArray, StoredPassage
from indexer.models.meanings import Meanings
from indexer.models.words import word_spans
from indexer.search import grammar
from indexer.search.dictionary import Dictionary
from indexer.search.reverse import Listed, is_slur, lists, names, people_named, root
from indexer.text import light10, normalise
from indexer.text.arabic import CLITICS, without_article

#: A run of Arabic letters and their marks. `static/gloss.js` has the same.
ARABIC_WORD = re.compile("[\u0620-\u065f\u0670-\u06d3\ufb50-\ufdfb\ufe70-\ufefc]+")
#: What so many people are called is a name rather than a form of another word.
OFTEN_A_NAME = 10


class Source(StrEnum):
    """Where a gloss is from, the surest first."""

    PHRASE = "phrase"
    GRAMMAR = "grammar"
    USER = "user"
    WRITTEN = "written"  #: listed as it is written
    STEM = "stem"
    FORM = "form"  #: the singular, the masculine, the he-form of a verb; without the letter written to it
    ROOT = "root"
    NAME = "name"
    NEAR = "near"  #: a guess: no list joins the two words, only their vectors


#: How much nearer (cosine) a gloss must be than one of a surer source, and how near to count at all; chosen on half of
#: the stories of NTREX (docs/ranking.md).
_BEHIND = {Source.WRITTEN: 0.0, Source.STEM: 0.05, Source.FORM: 0.1, Source.ROOT: 0.15}
_LEAST = {Source.FORM: 0.1, Source.ROOT: 0.3, Source.NEAR: 0.45}
_BEHIND_A_PLACE = 0.03  # for each that the dictionary lists before
#: So much English of each form is compared: what is listed behind is seldom right, and the general glossary has a lot.
_PLACES = 6
#: English of the general glossary: rarer words, which are seldom meant where others are listed (kefir of تكفيري).
_BEHIND_RARER = 0.15
#: One of a name (Mo Salah, for صلاح), where the word may be another's.
_BEHIND_A_WORD = 0.15
#: One that is spelled otherwise, which is more than all of the above together.
_BEHIND_A_SPELLING = 1.0
#: From this nearness on a word is what a list says, however many people are called so.
SURELY_A_WORD = 0.4
#: What is not in the table of meanings (names of towns, a person's own words) is taken to be so near.
_UNKNOWN = 0.15
#: Sources that are lists of words: no names, no guesses.
LISTED = frozenset(_BEHIND)
_NEAREST = 3
_NAMES_SHOWN = 3
#: Passages of an article in which a word is looked for: nobody waits longer.
_MOST_PASSAGES = 400

_SHORTEST_WITH_CLITIC = 4
#: What is written to words of two letters, too, where the whole is no other word (لحل, "to solve").
_BEFORE_SHORT_WORDS = "بل"
_SHORTEST_VERB = _SHORTEST_NOUN = 3
_SHORTEST_ROOT = 2
#: Stems up to this length words share by chance, as endings were taken off that are none (كمون, cumin, and كميات).
_SHORT_STEM = 3
# Of verbs, and what stands in their place: a last letter ى goes before some of them (انتهت of انتهى).
_VERB_ENDINGS = (
    ("وا", ""), ("تا", ""), ("ت", ""), ("ون", ""), ("ا", ""), ("ه", ""), ("ها", ""), ("هم", ""), ("ني", ""),
    ("نا", ""), ("ت", "ي"), ("وا", "ي"),
)  # fmt: skip
# Plural, dual, and what belongs to someone: the singular's ending in place of it.
_NOUN_ENDINGS = (
    ("يه", "ي"), ("ات", "ه"), ("ات", ""), ("تين", "ه"), ("تان", "ه"), ("ين", ""), ("ان", ""), ("تها", "ه"),
    ("تهم", "ه"), ("ته", "ه"), ("تنا", "ه"), ("اتها", "ه"), ("اتهم", "ه"), ("اته", "ه"), ("نا", ""), ("هما", ""),
    ("كم", ""), ("هم", ""), ("هن", ""), ("تهن", "ه"), ("تي", "ه"), ("ي", ""), ("ك", ""), ("تك", "ه"),
    ("ايهم", "اء"), ("ايها", "اء"), ("ايه", "اء"), ("اوهم", "اء"), ("اوها", "اء"), ("اوه", "اء"), ("و", ""), ("ا", ""),
)  # fmt: skip
# Plurals that are made within the word, and their singulars (أقدام, قدم; حواجب, حاجب; مكاتب, مكتب), normalised.
_PATTERNS = tuple(
    (re.compile(plural), singular)
    for plural, singular in (
        ("ا(..)ا(.)", r"\1\2"),
        ("(.)وا(..)", r"\1ا\2"),
        ("(.)وا(..)", r"\1ا\2ه"),
        ("(م.)ا(..)", r"\1\2"),
        ("(م.)ا(..)", r"\1\2ه"),
        ("(م.)ا(.)ي(.)", r"\1\2و\3"),
        ("(م.)ا(.)ي(.)", r"\1\2ا\3"),
        ("(..)اي(.)", r"\1ي\2ه"),
    )
)
# Imperfects of verbs whose he-form begins with an alef: يكتسح of اكتسح, يستحوذ, ينطلق, يتجه.
_BEGIN_WITH_ALEF = re.compile("[يتن](?:ست|ن|.[تطد]|ت..$)")
#: A verb of three letters and what makes it an imperfect.
_LONGEST_VERB_IN_YA = 4


class Gloss(NamedTuple):
    """An English word or phrase, where it is from, and its estimated cosine with the word where that is known."""

    english: str
    source: Source
    near: float | None = None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What a list has for a word. `behind` is how much nearer it must be to pass what is surer."""

    english: str
    source: Source
    place: int
    behind: float


class Glossary:
    """English for Arabic words: of one dictionary, and the meanings of one model's words.

    Safe to use from several threads. What ships is loaded at its first use (see `load`).
    """

    def __init__(self, dictionary: Dictionary, meanings: Callable[[], Meanings] | None = None) -> None:
        """*meanings* loads the meanings of the model's words; None where the model has no codes."""
        self._dictionary = dictionary
        self._meanings = meanings

    def load(self) -> None:
        """Read what the first reader would otherwise wait for: 1.5 s, 135 MB with the meanings."""
        lists()
        names("")
        if self._meanings:
            self._meanings()

    def glosses(
        self, arabic: str, context: FloatArray | None = None, *, guess: bool = True
    ) -> tuple[Gloss, ...]:
        """Return what a word may mean, the likeliest first, each but once; nothing for what is no Arabic word.

        `context` is (dim,), the word's code where it stands as +1 and -1, or the mean of several. Without it the
        order is the dictionary's, and there are no guesses, nor where *guess* is false.
        """
        exact = normalise(arabic)
        spelled = grammar.spelled(arabic)
        if len(spelled) != len(exact):
            spelled = exact
        found = [Gloss(english, Source.USER) for english in self._dictionary.own_english(exact)]
        if told := grammar.meanings(arabic) or _with_letters(arabic, exact):
            return _distinct([*found, *(Gloss(english, Source.GRAMMAR) for english in told)])
        meanings = self._meanings() if self._meanings and context is not None else None
        if context is None or meanings is None:
            listed = [
                Gloss(one.english, one.source)
                for one in _candidates(exact, spelled)
                if one.source != Source.ROOT
            ]
        else:
            listed = _by_context(_candidates(exact, spelled), context, meanings)
        found += _with_names(listed, exact)
        if not found:
            found += _without_what_is_written_to_it(exact, spelled)
        if guess and not found and context is not None and meanings is not None:
            nearest = meanings.nearest(context, _NEAREST)
            found += [
                Gloss(english, Source.NEAR, near) for english, near in nearest if near >= _LEAST[Source.NEAR]
            ]
        return _distinct(found)


class WordsOfArticle:
    """The codes of an article's words. For one thread."""

    def __init__(self, article: Article, passages: Sequence[StoredPassage], bytes_per_word: int) -> None:
        self._article = article
        self._width = bytes_per_word
        self._unread = list(passages[:_MOST_PASSAGES])
        self._codes: dict[str, list[bytes]] = defaultdict(list)

    def context(self, arabic: str) -> FloatArray | None:
        """Return (dim,): the mean code of a word's occurrences as +1 and -1; None for a word that has none."""
        unread = []
        for stored in self._unread:
            if arabic in stored.passage.text_of(self._article) or arabic in self._article.title:
                self._read(stored)
            else:
                unread.append(stored)
        self._unread = unread
        codes = self._codes.get(_exact(arabic))
        if not codes:
            return None
        bits = np.unpackbits(np.frombuffer(b"".join(codes), np.uint8))
        # As numbers of eight bits they are added in a third of the time that a mean takes.
        ones = bits.reshape(len(codes), -1).sum(axis=0, dtype=np.uint16) if len(codes) > 1 else bits
        mean: FloatArray = ones * np.float32(2 / len(codes)) - np.float32(1)
        return mean

    def _read(self, stored: StoredPassage) -> None:
        text = stored.passage.text_of(self._article)
        codes = stored.codes or b""
        spans = word_spans(text)
        titled = len(codes) // self._width - len(spans)
        if titled < 0:  # the model did not read to the end of the passage
            return
        if titled:
            self._note(self._article.title, word_spans(self._article.title)[:titled], codes)
        self._note(text, spans, codes[titled * self._width :])

    def _note(self, text: str, spans: Sequence[tuple[int, int]], codes: bytes) -> None:
        """Keep the codes of a text's Arabic words; `codes` begins with that of the first span."""
        for place, (start, end) in enumerate(spans):
            for exact in _arabic_in(text[start:end]):
                self._codes[exact].append(codes[place * self._width : (place + 1) * self._width])


@lru_cache(maxsize=1 << 16)
def _exact(word: str) -> str:
    return normalise(word)


@lru_cache(maxsize=1 << 16)
def _arabic_in(run: str) -> tuple[str, ...]:
    """Return the normalised Arabic words of what stands between white space."""
    return tuple(map(_exact, ARABIC_WORD.findall(run)))


# --- candidates -----------------------------------------------------------------------------------


def _with_letters(arabic: str, exact: str) -> tuple[str, ...]:
    """Return what a word of grammar means with what is written to it, unless the whole is another word (واحد)."""
    by_form = lists().by_form
    verbs = (exact.removesuffix(ending) for ending in ("ت", "وا", "تا"))  # فتحت is "opened"
    known = exact in by_form or any(verb in by_form for verb in verbs if len(verb) >= _SHORTEST_VERB)
    if known or people_named(exact) >= OFTEN_A_NAME:
        return ()
    return grammar.meanings_with_and(arabic) or grammar.meanings_with_preposition(arabic)


@lru_cache(maxsize=1 << 14)
def _candidates(exact: str, spelled: str) -> tuple[_Candidate, ...]:
    """Return what the dictionary lists, the surest first."""
    first: dict[str, _Candidate] = {}
    # What is listed as it is written stays after the others, should nothing else be: writers err, too.
    for one in sorted(_found(exact, spelled), key=lambda one: one.behind >= _BEHIND_A_SPELLING):
        first.setdefault(one.english, one)
    return tuple(first.values())


def _found(exact: str, spelled: str) -> Iterator[_Candidate]:
    by_form, by_stem, by_root, *_ = lists()

    def of_stem(form: str) -> Iterable[Listed]:
        bare = without_article(form)
        some = by_stem.get(stem_of_form := light10(form), ())
        short = len(stem_of_form) <= _SHORT_STEM
        return (
            one for one in some if not one.is_other_name(bare) and not (short and one.is_other_word(bare))
        )

    def alike(some: Iterable[Listed], start: int) -> Iterator[str]:
        """Yield the English of those that the word can be by its spelling, from that letter of it on."""
        return (one.english for one in some if not one.is_spelled_apart(exact[start:], spelled[start:]))

    stem, bare = light10(exact), without_article(exact)
    without = len(exact) - len(bare)
    # Some words are listed with the article alone: للعراق is written as العراق is, "Iraq".
    wholes = dict.fromkeys((exact, f"ال{bare}" if without else bare, bare))
    written = [one for form in wholes for one in by_form.get(form, ())]
    if any(one.english.islower() for one in written):
        written = [one for one in written if not _is_little_known(one.english)]
    apart = [one.is_spelled_apart(bare, spelled[without:]) for one in written]
    yield from _places(Source.WRITTEN, (one.english for one in written), apart=apart)
    verb = _is_verb_in_ya(exact, spelled)
    whole = () if verb else (stem, exact.removesuffix("ه"))
    if whole:
        yield from _places(Source.STEM, alike(of_stem(exact), without))
    for rest in _rests(exact):
        start = len(exact) - len(rest)
        yield from _places(Source.FORM, alike((*by_form.get(rest, ()), *of_stem(rest)), start))
    nouns, verbs = [] if verb else list(_singulars(exact, spelled)), list(_he_forms(exact))
    for number, (form, start) in enumerate((*nouns, *verbs)):
        # A name has no plural and is no verb: ويست is West, and no form of سيت.
        is_noun = number < len(nouns)
        # Nor has a verb the endings that a stem is without: سعى (sought) is no form of سعة, "capacity".
        has_stem = is_noun or len(light10(form)) >= _SHORT_STEM
        listed = alike((*by_form.get(form, ()), *(of_stem(form) if has_stem else ())), start)
        adjective = is_noun and form.endswith("ي") and exact[start:].startswith(form)  # الألمانية is "German"
        yield from _places(Source.FORM, listed if adjective else filter(str.islower, listed))
    forms = (form for form, _ in (*nouns, *verbs))
    for one in dict.fromkeys(root(form) for form in (*whole, *map(light10, forms))):
        if len(one) >= _SHORTEST_ROOT:
            yield from _places(Source.ROOT, by_root.get(one, ()))


def _is_verb_in_ya(exact: str, spelled: str) -> bool:
    """Return whether a word is a verb whose last letter only looks like an ending (يسعى, "seeks")."""
    return len(exact) <= _LONGEST_VERB_IN_YA and exact.startswith(("ي", "ت")) and spelled.endswith(("ى", "ئ"))


def _places(source: Source, listed: Iterable[str], *, apart: Iterable[bool] = ()) -> Iterator[_Candidate]:
    """Yield candidates, each once; those that are spelled *apart* come last, and stand far behind."""
    unlike: dict[str, bool] = {}
    for english, otherwise in zip(listed, chain(apart, repeat(False)), strict=False):
        unlike[english] = otherwise and unlike.get(english, True)
    first, rarer = sorted(unlike.items(), key=itemgetter(1))[:_PLACES], lists().rarer
    for place, (english, otherwise) in enumerate(first):
        behind = _BEHIND[source] + _BEHIND_A_PLACE * place
        behind += _BEHIND_A_WORD * _is_one_of_a_name(english) + _BEHIND_A_SPELLING * otherwise
        behind += _BEHIND_RARER * (english in rarer)
        yield _Candidate(english, source, place, behind)


def _by_context(listed: Sequence[_Candidate], context: FloatArray, meanings: Meanings) -> list[Gloss]:
    """Return what is listed and near enough, the nearest first."""
    scored = []
    for one, near in zip(
        listed, meanings.similarities([one.english for one in listed], context), strict=True
    ):
        nearness = _UNKNOWN if near is None else near
        if nearness >= _LEAST.get(one.source, -1.0):
            scored.append((one.behind - nearness, one.place, Gloss(one.english, one.source, near)))
    return [gloss for _, _, gloss in sorted(scored, key=itemgetter(0, 1))]


def _is_one_of_a_name(english: str) -> bool:
    """Return whether an entry names one of those who share a name (Mo Salah, for صلاح)."""
    return " " in english and not english.islower()


def _is_little_known(english: str) -> bool:
    """Return whether an entry is a town that English does not spell in its own way (Al-'Alam, for "flag")."""
    return not english.islower() and ("'" in english or not english.isascii())


def _with_names(listed: list[Gloss], exact: str) -> list[Gloss]:
    """Return glosses with the names that a word may be, unless a list has the word as it is written."""
    if any(gloss.source == Source.WRITTEN and not _is_one_of_a_name(gloss.english) for gloss in listed):
        return listed
    for form in filter(None, (exact, without_clitic(exact))):
        if found := names(form) or names(without_article(form)):
            named = [Gloss(name, Source.NAME) for _, name in found[:_NAMES_SHOWN]]
            often = found[0][0] >= OFTEN_A_NAME and form == exact
            doubtful = not listed or (listed[0].near or 0.0) < SURELY_A_WORD
            return [*named, *listed] if often and doubtful else [*listed, *named]
    return listed


def _distinct(glosses: Iterable[Gloss]) -> tuple[Gloss, ...]:
    """Return glosses without those that differ in capitals alone, and without insults."""
    unlike: dict[str, Gloss] = {}
    for gloss in glosses:
        if not is_slur(gloss.english):
            first = unlike.setdefault(gloss.english.casefold(), gloss)
            if first.english.islower():
                unlike[gloss.english.casefold()] = first._replace(english=gloss.english)
    return tuple(unlike.values())


# --- forms of a word ------------------------------------------------------------------------------


def without_clitic(exact: str) -> str:
    """Return a word without the letter that may be written to it (و, ب...), "" where there is none."""
    return exact[1:] if len(exact) >= _SHORTEST_WITH_CLITIC and exact[0] in CLITICS else ""


def _without_what_is_written_to_it(exact: str, spelled: str) -> Iterator[Gloss]:
    """Yield what is listed for a word as it is written but for its first letter or two, in the lists' order.

    However far it is from the text (بمصير, "with the fate of"): nothing else is known of the word.
    """
    short = len(exact) == _SHORTEST_WITH_CLITIC - 1 and exact[0] in _BEFORE_SHORT_WORDS
    for rest in (exact[1:],) if short else _rests(exact):
        start = len(exact) - len(rest)
        some = (
            one.english
            for one in lists().by_form.get(rest, ())
            if not one.is_spelled_apart(exact[start:], spelled[start:])
            and (one.english.islower() or not short)
        )
        for one in sorted(_places(Source.FORM, some), key=attrgetter("behind")):
            yield Gloss(one.english, one.source)


def _rests(exact: str) -> Iterator[str]:
    """Yield a word without the letter that may be written to it, and without two (ولثلاثين, "and for thirty")."""
    if rest := without_clitic(exact):
        yield rest
        second = without_clitic(rest)
        if exact[0] in "وف" and rest[0] in "بل" and len(second) >= _SHORTEST_WITH_CLITIC:
            yield second


def _singulars(exact: str, spelled: str) -> Iterator[tuple[str, int]]:
    """Yield the singulars that a noun may be a form of, and the masculine of an adjective.

    Each with where in the word it begins.
    """
    for noun in filter(None, dict.fromkeys((without_article(exact), without_clitic(exact)))):
        start = len(exact) - len(noun)
        for ending, base in _NOUN_ENDINGS:
            # The ه that a ت stands for is a letter of the singular, too (قصته of قصة).
            if noun.endswith(ending) and len(noun) - len(ending) + ending.startswith("ت") >= _SHORTEST_NOUN:
                yield noun[: -len(ending)] + base, start
        for plural, singular in _PATTERNS:
            if plural.fullmatch(noun) and spelled[start] != "إ":  # إرهاب is no plural
                yield plural.sub(singular, noun), start


def _he_forms(exact: str) -> Iterator[tuple[str, int]]:
    """Yield the he-forms that a verb may be a form of (قال for قالت), each with where in the word it begins."""
    if len(exact) < _SHORTEST_WITH_CLITIC:
        return
    start = int(exact[0] in "سو")
    verb = exact[start:]
    for ending, base in _VERB_ENDINGS:
        if verb.endswith(ending) and len(verb) - len(ending) + len(base) >= _SHORTEST_VERB:
            yield verb[: -len(ending)] + base, start
    if verb[0] in "تنا":
        yield "ي" + verb[1:], start
    if verb[0] in "يتن":
        yield verb[1:], start + 1
        if _BEGIN_WITH_ALEF.match(verb):
            yield "ا" + verb[1:], start
