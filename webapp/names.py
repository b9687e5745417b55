"""The name workbench: a name's spellings in this archive, to be ticked and searched.

A name of several parts is searched as a whole, its parts side by side, or by its parts wherever they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from math import prod

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from indexer.engines.base import AnyOf, Clause, LexicalLeg, LexicalQuery, PhraseTerm
from indexer.search.request import MAX_QUERY_WORDS
from indexer.search.reverse import lists, people_named
from indexer.search.spellings import NameSpellings, Spelling
from indexer.search.stopwords import function_words
from indexer.text import analyse, normalise, script_of
from indexer.text.arabic import without_article
from indexer.wording import say
from webapp.context import the_archive
from webapp.state import SearchState

blueprint = Blueprint("names", __name__)

MAX_NAME = 100  # characters
_MOST_PARTS = MAX_NAME // 2
#: From this similarity on a spelling is ticked from the start; what is less alike is only offered. Beside one in its
#: language that lists have, what is half as like is another word: السلاح (weapons) beside صلاح (Salah).
TICKED, TICKED_BESIDE_LISTED = 0.4, 0.6
#: Ways to write a whole name that are searched at once.
_MOST_WHOLE = 24
EXAMPLES = (say("Trump"), say("Khalifa Haftar"), "Lavrov", "السيسي")


@blueprint.get("/names")
def workbench() -> str:
    name = _name()
    parts = [_known(part) for part in the_archive().spellings(name)] if name else []
    ticked = [[one.surface for one in part.spellings if _is_ticked(part, one)] for part in parts]
    return render_template(
        "names.html",
        state=SearchState(),
        name=name,
        parts=parts,
        is_ticked=_is_ticked,
        whole=_held(_whole_names([part.part for part in parts], ticked))[1],
        examples=EXAMPLES,
    )


def _name() -> str:
    return " ".join(request.args.get("name", "").split())[:MAX_NAME]


def _known(part: NameSpellings) -> NameSpellings:
    """Return a part with what the dictionary has for it as listed (الأسد, Assad), without grammar that sounds so."""
    listed = {
        normalise(one) for one in the_archive().searcher.knowledge.planner.dictionary.written(part.part)
    }
    spellings = (
        replace(one, similarity=1.0) if normalise(one.surface) in listed else one for one in part.spellings
    )
    return NameSpellings(
        part.part, tuple(one for one in spellings if one.similarity == 1 or not _is_grammar(one))
    )


def _is_grammar(spelling: Spelling) -> bool:
    return normalise(spelling.surface) in function_words(spelling.language)


def _is_ticked(part: NameSpellings, spelling: Spelling) -> bool:
    """Return whether a spelling of a part of a name is ticked from the start."""
    listed = {one.language for one in part.spellings if one.similarity == 1}
    if spelling.similarity < 1 and _is_other_word(spelling.surface):
        return False
    return spelling.similarity >= (TICKED_BESIDE_LISTED if spelling.language in listed else TICKED)


def _is_other_word(surface: str) -> bool:
    """Return whether an Arabic word is in the dictionary and nobody's name: ممر (corridor), for Muammar."""
    exact = normalise(surface)
    forms = {exact, without_article(exact)}
    listed = [one for form in forms for one in lists().by_form.get(form, ())]
    return bool(listed) and all(one.english.islower() for one in listed) and not any(map(people_named, forms))


@blueprint.get("/names/search")
def search() -> Response:
    """Lead to the search for the ticked spellings: with `whole` side by side, else of each part any one anywhere."""
    groups = [request.args.getlist(f"part{number}") for number in range(_MOST_PARTS)]
    wholes: list[str] = []
    if "whole" in request.args and (name := _name()):
        wholes = _whole_names([part.part for part in the_archive().spellings(name)], groups)
    if wholes:
        text = " OR ".join(f'"{whole}"' for whole in _held(wholes)[0] or wholes)
    else:
        text = " ".join(_any_of([_word(spelling) for spelling in group]) for group in groups if any(group))
    return redirect(SearchState(text=text).url() if text.strip() else url_for("names.workbench"))


def _whole_names(parts: Sequence[str], groups: Sequence[Sequence[str]]) -> list[str]:
    """Return what a name may be as a whole: a spelling of each part, all of one script.

    *groups* are the chosen spellings of each part. None for a name of one part, and where there are too many.
    """
    chosen = [
        list(dict.fromkeys(form for spelling in group for form in _forms(part, spelling)))
        for part, group in zip(parts, groups, strict=False)
    ]
    chosen = [forms for forms in chosen if forms]
    if len(chosen) < 2:
        return []
    scripts = dict.fromkeys(script_of(form) for form in chosen[0])
    written = [
        [[form for form in forms if script_of(form) == script] for forms in chosen] for script in scripts
    ]
    if sum(prod(map(len, forms)) for forms in written) > min(_MOST_WHOLE, MAX_QUERY_WORDS // len(chosen)):
        return []
    return [" ".join(words) for forms in written for words in product(*forms)]


def _forms(part: str, spelling: str) -> list[str]:
    """Return how a spelling may stand in a whole name: as most articles have it, and as lists write the name.

    One stem is both العمر (the age), which more articles hold, and عمر (Omar).
    """
    word = _word(spelling)
    stems = [token.stem for token in analyse(word, "ar")]
    dictionary = the_archive().searcher.knowledge.planner.dictionary
    listed = (*dictionary.written(part), *(name.arabic for name in dictionary.names(part)))
    same = (normalise(one) for one in listed if [token.stem for token in analyse(one, "ar")] == stems)
    return list(dict.fromkeys(filter(None, (word, *same))))


def _held(wholes: Sequence[str]) -> tuple[list[str], int]:
    """Return those of some whole names that articles hold, and how many articles hold any."""
    if not wholes:
        return [], 0
    archive = the_archive()
    phrases = [PhraseTerm(tuple(token.exact for token in analyse(whole, "ar"))) for whole in wholes]
    clauses: list[Clause] = [AnyOf(tuple(phrases)), *phrases]
    legs = [LexicalLeg(LexicalQuery(must=(clause,)), size=1) for clause in clauses]
    of_any, *of_each = archive.engine.match(legs, timeout=archive.settings.search_timeout)
    return [whole for whole, found in zip(wholes, of_each, strict=True) if found.total], of_any.total


def _any_of(words: list[str]) -> str:
    words = list(dict.fromkeys(filter(None, words)))
    return f"+({' OR '.join(words)})" if len(words) > 1 else "".join(f"+{word}" for word in words)


def _word(spelling: str) -> str:
    """Return a spelling without anything that the query language would read as a sign."""
    kept = "".join(letter for letter in spelling if letter.isalnum() or letter in "'’_")
    return kept.casefold()  # OR in capitals is an operator
