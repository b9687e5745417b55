"""The name workbench: a name's spellings in this archive, to be ticked and searched."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from indexer.search.spellings import NameSpellings, Spelling
from indexer.wording import say
from webapp.context import the_archive
from webapp.state import SearchState

blueprint = Blueprint("names", __name__)

MAX_NAME = 100  # characters
_MOST_PARTS = MAX_NAME // 2
#: From this similarity on a spelling is ticked from the start; what is less alike is only offered. Beside one in its
#: language that lists have, what is half as like is another word: السلاح (weapons) beside صلاح (Salah).
TICKED, TICKED_BESIDE_LISTED = 0.4, 0.6
EXAMPLES = (say("Trump"), say("Khalifa Haftar"), "Lavrov", "السيسي")


@blueprint.get("/names")
def workbench() -> str:
    name = " ".join(request.args.get("name", "").split())[:MAX_NAME]
    parts = the_archive().spellings(name) if name else []
    return render_template(
        "names.html", state=SearchState(), name=name, parts=parts, is_ticked=_is_ticked, examples=EXAMPLES
    )


def _is_ticked(part: NameSpellings, spelling: Spelling) -> bool:
    """Return whether a spelling of a part of a name is ticked from the start."""
    listed = {one.language for one in part.spellings if one.similarity == 1}
    return spelling.similarity >= (TICKED_BESIDE_LISTED if spelling.language in listed else TICKED)


@blueprint.get("/names/search")
def search() -> Response:
    """Lead to the search for the ticked spellings: of each part of the name any one must be met."""
    groups = [request.args.getlist(f"part{number}") for number in range(_MOST_PARTS)]
    text = " ".join(_any_of([_word(spelling) for spelling in group]) for group in groups if any(group))
    return redirect(SearchState(text=text).url() if text.strip() else url_for("names.workbench"))


def _any_of(words: list[str]) -> str:
    words = list(dict.fromkeys(filter(None, words)))
    return f"+({' OR '.join(words)})" if len(words) > 1 else "".join(f"+{word}" for word in words)


def _word(spelling: str) -> str:
    """Return a spelling without anything that the query language would read as a sign."""
    kept = "".join(letter for letter in spelling if letter.isalnum() or letter in "'’_")
    return kept.casefold()  # OR in capitals is an operator
