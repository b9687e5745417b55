"""Which language a query is written in.

A headline's few words are too little for langdetect: of 482 English ones without a function word it takes 90 for
another language, and is sure of it. So what is written in Latin letters is English when half of its words are in
the dictionary that English queries are translated with; what is not goes to langdetect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.article import UNKNOWN_LANGUAGE
from indexer.search.dictionary import Dictionary
from indexer.search.stopwords import function_words
from indexer.text import analyse, detect_language, script_of

_SURE = 0.9  # confidence of the language detector from which a query is in one language only
_MOST_LANGUAGES = 8
#: Share of English words from which a query is English, and from which that is sure. Of the titles of NTREX, 96 %
#: of the English pass the first, and 4 to 6 % of the French, Spanish and German (names, most of them).
_ENGLISH_SHARE, _SURELY_ENGLISH_SHARE = 1 / 2, 2 / 3
#: Function words that no other language of the Latin script has.
_ENGLISH_ALONE = frozenset(
    "the of and with from what who which how why does did after between against".split()
)


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
        words = text.lower().split()
        share = 1.0 if not _ENGLISH_ALONE.isdisjoint(words) else _english_share(text, dictionary)
        if share >= _ENGLISH_SHARE:
            return QueryLanguage("en", share >= _SURELY_ENGLISH_SHARE)
    language, confidence = detect_language(text)
    sure = language != UNKNOWN_LANGUAGE and confidence >= _SURE
    if latin and not sure:
        return QueryLanguage("en")
    return QueryLanguage(language, sure)


def _english_share(text: str, dictionary: Dictionary) -> float:
    words = [token.exact for token in analyse(text, "en")]
    common = function_words("en")
    known = sum(word in common or bool(dictionary.translations(word)) for word in words)
    return known / len(words) if words else 0.0
