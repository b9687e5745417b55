"""Whole names: the parts of a person's name side by side, in the spellings that are meant of each.

The parts of Mohammed bin Salman stand somewhere in many articles that the man is not in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import NamedTuple

from indexer.engines.base import AnyOf, Engine, PhraseTerm
from indexer.search.dictionary import Dictionary
from indexer.search.request import MAX_QUERY_WORDS
from indexer.search.spellings import articles_meeting, is_grammar, name_parts
from indexer.text import analyse, normalise, script_of

#: Ways to write a whole name that are looked for, and that are searched at once: those that most articles hold.
_MOST_LOOKED_FOR, _MOST_WRITTEN = 100, 24


class WholeName(NamedTuple):
    """The ways in which articles write a name as a whole, or may where none does; and how many articles hold any."""

    written: tuple[str, ...] = ()
    articles: int = 0


def whole_name(
    engine: Engine,
    dictionary: Dictionary,
    name: str,
    chosen: Sequence[Sequence[str]],
    *,
    timeout: float | None = None,
) -> WholeName:
    """Return what a name is as a whole in the archive.

    *chosen* are the spellings of each part that are meant, in the order of `name_parts`. A whole is of one script.
    Nothing for a name of one part, and where there are too many ways to write it.
    """
    wholes = _wholes(dictionary, name, chosen)
    if not wholes:
        return WholeName()
    phrases = [PhraseTerm(tuple(token.exact for token in analyse(whole, "ar"))) for whole in wholes]
    articles = articles_meeting(engine, phrases, timeout)
    most = min(_MOST_WRITTEN, MAX_QUERY_WORDS // max(len(phrase.tokens) for phrase in phrases))
    best = sorted(range(len(wholes)), key=lambda place: -articles[place])[:most]
    held = [place for place in best if articles[place]]
    if not held:
        return WholeName(tuple(wholes[place] for place in best))
    [of_any] = articles_meeting(engine, [AnyOf(tuple(phrases[place] for place in held))], timeout)
    return WholeName(tuple(wholes[place] for place in held), of_any)


def _wholes(dictionary: Dictionary, name: str, chosen: Sequence[Sequence[str]]) -> list[str]:
    by_part = [
        list(dict.fromkeys(_forms(dictionary, part, spellings)))
        for part, spellings in zip(name_parts(name), chosen, strict=False)
    ]
    by_part = [forms for forms in by_part if forms]
    if len(by_part) < 2:
        return []
    scripts = dict.fromkeys(script_of(form) for form in by_part[0])
    by_script = [
        [[form for form in forms if script_of(form) == script] for forms in by_part] for script in scripts
    ]
    if sum(prod(map(len, forms)) for forms in by_script) > _MOST_LOOKED_FOR:
        return []
    return [" ".join(words) for forms in by_script for words in product(*forms)]


def _forms(dictionary: Dictionary, part: str, spellings: Sequence[str]) -> Iterator[str]:
    """Yield how a part may stand in a whole name: as most articles have its spellings, and as lists write it.

    One stem is both العمر (the age), which more articles hold, and عمر (Omar). Of عبد الله only the first word is a
    spelling. What is a word of grammar, too, is no spelling to choose (علي, Ali), but a part of a whole name.
    """
    names = [name.arabic for name in dictionary.names(part)]
    if not any(spellings):
        yield from (normalise(name) for name in names if is_grammar(name))
    listed = [analyse(one, "ar") for one in (*dictionary.written(part), *names)]
    for spelling in filter(None, spellings):
        yield spelling
        stem = analyse(spelling, "ar")[0].stem
        same = (tokens for tokens in listed if tokens and tokens[0].stem == stem)
        yield from (" ".join(token.exact for token in tokens) for tokens in same)
