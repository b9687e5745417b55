"""Which language a query is written in.

A headline's few words are too little for langdetect: of 482 English ones without a function word it takes 90 for
another language, and is sure of it. So what is written in Latin letters is English when half of its words are in
the dictionary that English queries are translated with, or when all are there or names. What is not goes to langdetect.
What that is not sure of is English, too, unless it has a letter or a function word that English has not (*guerre en
Syrie*): then langdetect is asked which of the few languages that have such it is.

Of the runs of three words in the titles of NTREX 56 % of the French are told right, and 46, 70 and 79 % of the Spanish,
German and Turkish ones (11, 6, 22 and 40 % by the dictionary and a sure langdetect alone), with 99 % of the English as
before; of 1,926 headlines with many Arabic names 11 are not taken for English (15 before).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.article import UNKNOWN_LANGUAGE
from indexer.search.dictionary import COUNTRIES, Dictionary
from indexer.search.stopwords import LATIN, function_words
from indexer.text import analyse, detect_language, likeliest_language, script_of

_SURE = 0.9  # confidence of the language detector from which a query is in one language only
_MOST_LANGUAGES = 8
#: Share of English words from which a query is English, and from which that is sure. Of the titles of NTREX, 96 %
#: of the English pass the first, and 4 to 6 % of the French, Spanish and German (names, most of them).
_ENGLISH_SHARE, _SURELY_ENGLISH_SHARE = 1 / 2, 2 / 3
#: A few words that may be of another language are so from this confidence on; how likely English is before they are
#: read, beside each of the others.
_LIKELY, _ENGLISH_BESIDE = 0.5, 0.5
#: Function words that no other language of the Latin script has.
_ENGLISH_ALONE = frozenset(
    "the of and with from what who which how why does did after between against".split()
)
#: Function words of other languages that are English words, too, or stand in names (Kim Jong Un).
_AMBIGUOUS = frozenset(
    "al ben da de del die e el era gore han hat kim la las los man mi mu o plus pour seine sen sin son su u uber un var"
    " war".split()
)
#: Those that are neither.
_OF_OTHERS = frozenset().union(*map(function_words, LATIN)) - function_words("en") - _AMBIGUOUS
_OF_ENGLISH = function_words("en") - _AMBIGUOUS


@dataclass(frozen=True, slots=True)
class QueryLanguage:
    """The code of a language, and whether that is more than the likeliest guess."""

    code: str = UNKNOWN_LANGUAGE
    sure: bool = False

    def stems(self, archive: Sequence[str]) -> list[str]:
        """Return the languages whose stems are tried: the query's and, where that is a guess, the archive's."""
        return [self.code] if self.sure else list(dict.fromkeys([self.code, *archive[:_MOST_LANGUAGES]]))


def query_language(text: str, dictionary: Dictionary) -> QueryLanguage:
    """Return the language of a query's free text; Latin letters of no known language are taken for English."""
    latin = script_of(text) == "Latn"
    if latin:
        words = [token.exact for token in analyse(text, "en")]
        english = [
            word
            for word in words
            if word in _OF_ENGLISH or (word not in _OF_OTHERS and _is_listed(word, dictionary))
        ]
        share = 1.0 if not _ENGLISH_ALONE.isdisjoint(words) else len(english) / max(len(words), 1)
        of_others = not _OF_OTHERS.isdisjoint(words) or any(c.isalpha() and not c.isascii() for c in text)
        named = all(word in english or dictionary.names(word) for word in words)
        if share >= _ENGLISH_SHARE or (named and not of_others):
            return QueryLanguage("en", share >= _SURELY_ENGLISH_SHARE)
    language, confidence = detect_language(text)
    sure = language != UNKNOWN_LANGUAGE and confidence >= _SURE
    if latin and not sure:
        return QueryLanguage(_likeliest(text) if of_others else "en")
    return QueryLanguage(language, sure)


def _is_listed(word: str, dictionary: Dictionary) -> bool:
    return any(one.source != COUNTRIES for one in dictionary.translations(word))


def _likeliest(text: str) -> str:
    language, confidence = likeliest_language(text, {**dict.fromkeys(LATIN, 1.0), "en": _ENGLISH_BESIDE})
    return language if confidence >= _LIKELY else "en"
