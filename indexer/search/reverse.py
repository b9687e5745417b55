"""The shipped dictionaries the other way round: what an Arabic word or phrase may be in English.

They were made to find articles, and list what helps a search. Read backwards some of that is untrue (the tables have
"iran deal" for the nuclear deal, and one person for a family's name): `_clearest` and `Listed.is_other_name` see to it.
"""

from __future__ import annotations

import itertools
import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from indexer.search.dictionary import GENERAL, MAX_UNIT_WORDS, PLACES, Dictionary, Pair, folds
from indexer.search.grammar import meanings, phrases
from indexer.text import light10
from indexer.text.arabic import without_article

#: Words that the dictionary has for whoever searches them, and that explain nothing to a reader.
_SLURS = frozenset(
    (
        "nigger negro negress fag faggot cunt bitch slut pussy whore fuck fucking fuckhead twat asshole wanker "
        "retarded sodomite giaour kike coon chink dago dyke jewess hottentot"
    ).split()
)
# Sexual and coarse words. Where a newspaper means one of them, it writes another (أير is "Air" in its headlines);
# what news has to name (rape, prostitution) is not among them. In small letters: Dick is a name.
_VULGAR = frozenset(
    (
        "anal anus arse ass balls bastard bollocks boner boob boobs booger bugger butt buttock buttocks "
        "clitoral clitoris cock coitus copulate copulation crap cuckold cum cunnilingus damn defecate "
        "defecation dick dildo douche dung ejaculate ejaculation erection excrement fart feces fellatio "
        "fornicate fornication genitalia genitals glans harlot hooker horny jackass jerk labia masturbate "
        "masturbation nipple orgasm orgy pee penile penis phallus pimp piss poo poop prick pubic scrotum "
        "semen shit snot strumpet testicle testicles tit tits turd urinate vagina vaginal vulva wank"
    ).split()
)
# Names of letters, which are spelled like words that news is full of (ألف, "thousand"; عين, "appoint").
_LETTERS = frozenset("aleph alif ayin gimel hamza kaph meem vav waw yaa".split())
_WORD = re.compile("[A-Za-z]+")
_LOCK = threading.Lock()
#: A stem that is shorter, of a longer word, is another word's as well.
_SHORTEST_STEM = 4
_SHORTEST_MC = 4
# Letters that come and go between forms of one root: a plural (كوارث of كارثة), a participle (قائل of قال).
_WEAK = str.maketrans("", "", "اويىءئؤآأإة")
# What is written to a name to make an adjective of it (مصر, مصرية), and to such an adjective.
_NISBA = frozenset(("", "ي", "يه", "يا", "يين", "يون", "يات"))
_OF_NISBA = frozenset(("", "ه", "ا", "ين", "ون", "ات"))
# Letters of a word and of a listed one that do not stand for each other, as writers do not mix them up.
_APART = frozenset(("وؤ", "ؤو", "يئ", "ئي", "ىئ", "ئى"))
# Nor do these in a short word, or where one may be a plural (أنفاق, tunnels, and إنفاق, spending); in others they
# are those of a verb and its noun (أعاد, إعادة).
_APART_IN_SOME = frozenset(("أإ", "إأ"))
_SOME = re.compile("..?.?ه?|ا..ا.")
_ENDS_OF_NAMES = re.compile("(?:يا|ا|ه)$")


class Listed(NamedTuple):
    """An English word of the lists, and the normalised Arabic word without article that it is listed for.

    `spelled` is that word's letters before they were normalised, one for each of `form`.
    """

    english: str
    form: str
    spelled: str

    def is_other_name(self, word: str) -> bool:
        """Return whether this is a name that *word*, without article, is no form of.

        Names have no forms but adjectives: مصرية is of Egypt (مصر), but أحمد not of Al Ahmadi.
        """
        if self.english[:1].islower():
            return False
        if self.form.endswith("ي"):
            base, endings = self.form, _OF_NISBA
        else:
            base, endings = _ENDS_OF_NAMES.sub("", self.form), _NISBA
        return word != self.form and not (word.startswith(base) and word[len(base) :] in endings)

    def is_other_word(self, word: str) -> bool:
        """Return whether neither this nor *word*, without article, is the other with an ending."""
        one, other = self.form.removesuffix("ه"), word.removesuffix("ه")
        return not one.startswith(other) and not other.startswith(one)

    def is_spelled_apart(self, form: str, spelled: str) -> bool:
        """Return whether a word is spelled with letters that normalising unites, and that make another word of it.

        *form* is the word from where this one's letters begin in it, *spelled* the same before it was normalised:
        إيلون (Elon) is no form of أيل (deer). A hamza that is left out above or below an alef tells nothing, and
        spellings of names differ.
        """
        if (spelled == form and self.spelled == self.form) or not self.english.islower():
            return False
        apart = _APART | _APART_IN_SOME if _SOME.fullmatch(self.form) else _APART
        letters = zip(form, self.form, spelled, self.spelled, strict=False)
        return any(one == other and mark + listed in apart for one, other, mark, listed in letters)


class Lists(NamedTuple):
    """English by the normalised form, the stem and the root of single Arabic words, and by the words of phrases.

    Phrases are listed as they are written, and where they have no word of grammar by their stems; `beginnings`
    are their first words. `rarer` is the English that the general glossary alone has, `places` what the list of
    places alone has.
    """

    by_form: Mapping[str, list[Listed]]
    by_stem: Mapping[str, list[Listed]]
    by_root: Mapping[str, list[str]]
    phrases: Mapping[tuple[str, ...], str]
    beginnings: frozenset[str]
    rarer: frozenset[str]
    places: frozenset[str]


def lists() -> Lists:
    """Return the lists, made at the first call (0.9 s, 45 MB)."""
    with _LOCK:
        return _lists()


@lru_cache(maxsize=1 << 14)
def names(exact: str) -> tuple[tuple[int, str], ...]:
    """Return the names that are written so, each with how many people have it, the commonest first."""
    with _LOCK:
        listed = _names()
    found = sorted(listed.get(exact, ()), key=lambda name: (-name[0], name[1]))
    return tuple((uses, _capitals(latin)) for uses, latin in found)


def _capitals(latin: str) -> str:
    """Return a name as it is written: Kennedy, McCain."""
    mc = latin.startswith("mc") and len(latin) > _SHORTEST_MC
    return f"Mc{latin[2:].title()}" if mc else latin.title()


def people_named(exact: str) -> int:
    """Return how many people have the commonest name that is written so, 0 where none is."""
    return max((uses for uses, _ in names(exact)), default=0)


def root(form: str) -> str:
    """Return about the root of a form: its letters without weak ones, doubled ones once.

    It is to have no ending: a ه is a letter of the root (جهاد, jihad, has not that of جدد, "new").
    """
    return "".join(letter for letter, _ in itertools.groupby(form.translate(_WEAK)))


@lru_cache(maxsize=1 << 14)
def is_slur(english: str) -> bool:
    """Return whether English is nothing to show: an insult, in any letters, or a coarse word that is no name."""
    words = _WORD.findall(english)
    return not _VULGAR.isdisjoint(words) or not _SLURS.isdisjoint(map(str.casefold, words))


@lru_cache(maxsize=1)
def _lists() -> Lists:
    by_form: dict[str, list[Listed]] = defaultdict(list)
    by_stem: dict[str, list[Listed]] = defaultdict(list)
    by_root: dict[str, list[str]] = defaultdict(list)
    several: dict[tuple[str, ...], list[str]] = defaultdict(list)
    surely: set[tuple[str, ...]] = set()
    pairs = [
        pair
        for pair in Dictionary().shipped_pairs()
        # "1st" tells less than "first".
        if not (is_slur(pair.english) or pair.english in _LETTERS or pair.english[0].isdigit())
    ]
    for pair, exact in zip(pairs, _folded(pair.arabic for pair in pairs), strict=True):
        words = exact.split()
        if len(words) == 1:
            stem = light10(exact)
            bare = without_article(exact)
            listed = Listed(pair.english, bare, pair.arabic[-len(bare) :])
            by_form[exact].append(listed)
            by_stem[stem].append(listed)
            if pair.english.islower():
                by_root[root(stem)].append(pair.english)
        elif len(words) <= MAX_UNIT_WORDS:
            # في نهاية is "at the end" and no form of في النهاية, "after all".
            keys = {tuple(words)}
            if not any(map(meanings, pair.arabic.split())) and all(map(_keeps_its_stem, words)):
                keys.add(_stems(words))
            for key in keys:
                if pair.source != GENERAL:
                    surely.add(key)
                elif key in surely or not _is_term(pair.english):
                    continue
                several[key].append(pair.english)
    chosen = {words: _clearest(english, words, by_form, by_stem) for words, english in several.items()}
    chosen |= phrases()
    beginnings = frozenset(words[0] for words in chosen)
    rarer, places = (_only_of(source, pairs) for source in (GENERAL, PLACES))
    return Lists(by_form, by_stem, by_root, chosen, beginnings, rarer, places)


def _only_of(source: str, pairs: Iterable[Pair]) -> frozenset[str]:
    """Return the English that one table alone has."""
    has, others = set[str](), set[str]()
    for pair in pairs:
        (has if pair.source == source else others).add(pair.english)
    return frozenset(has - others)


def _clearest(
    english: Sequence[str],
    words: tuple[str, ...],
    by_form: Mapping[str, list[Listed]],
    by_stem: Mapping[str, list[Listed]],
) -> str:
    """Return the translation of a phrase that says most: United Kingdom rather than UK or Britain."""
    single = {one.english.casefold() for word in words for one in by_form.get(word, ())}
    single |= {one.english.casefold() for word in words for one in by_stem.get(light10(word), ())}

    def clearness(one: str) -> tuple[int, bool, bool, bool]:
        parts = one.casefold().split()
        return (
            sum(part in single for part in parts),
            len(parts) == len(words),
            len(one) > 3,
            not one.islower(),
        )

    return max(english, key=clearness)


@lru_cache(maxsize=1)
def _names() -> Mapping[str, list[tuple[int, str]]]:
    """Return normalised form -> names in small Latin letters, with how many people have each (0.4 s, 30 MB)."""
    counted: dict[str, list[tuple[int, str]]] = defaultdict(list)
    listed = [(latin, name) for latin, name in Dictionary().shipped_names() if not is_slur(latin.title())]
    for (latin, name), exact in zip(listed, _folded(name.arabic for _, name in listed), strict=True):
        counted[exact].append((name.uses, latin))
    return counted


def _is_term(english: str) -> bool:
    """Return whether an entry of the general glossary is a term in Arabic, too: security forces, SpaceX.

    What it has for a single word is often put together (multibillion, مليار دولار): word for word that is clearer.
    """
    return " " in english or not (english.islower() or english.isupper())


def _keeps_its_stem(word: str) -> bool:
    """Return whether a word's stem is still that word's: كانون الأول (December) has كان (was) for one."""
    stem = light10(word)
    return len(stem) >= _SHORTEST_STEM or stem == without_article(word)


def _stems(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(light10, words))


def _folded(words: Iterable[str]) -> Iterator[str]:
    """Return words normalised, all in one pass."""
    return iter("\n".join(words).translate(folds()).split("\n"))
