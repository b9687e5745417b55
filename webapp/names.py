"""The name workbench: a name's spellings in this archive, to be ticked and searched.

A name of several parts is searched as a whole, its parts side by side, or by its parts wherever they stand.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from indexer.search.spellings import MAX_PARTS
from indexer.wording import say
from webapp.context import the_archive
from webapp.state import SearchState

blueprint = Blueprint("names", __name__)

MAX_NAME = 100  # characters
EXAMPLES = (say("Trump"), say("Khalifa Haftar"), "Lavrov", "السيسي")


@blueprint.get("/names")
def workbench() -> str:
    archive, name = the_archive(), _name()
    parts = archive.spellings(name) if name else []
    likely = [[one.surface for one in part.spellings if part.is_likely(one)] for part in parts]
    whole = archive.whole_name(name, likely)
    return render_template(
        "names.html", state=SearchState(), name=name, parts=parts, whole=whole, examples=EXAMPLES
    )


@blueprint.get("/names/search")
def search() -> Response:
    """Lead to the search for the ticked spellings: with `whole` side by side, else of each part any one anywhere."""
    ticked = [list(map(_word, request.args.getlist(f"part{number}"))) for number in range(MAX_PARTS)]
    text = ""
    if "whole" in request.args:
        text = " OR ".join(f'"{whole}"' for whole in the_archive().whole_name(_name(), ticked).written)
    text = text or " ".join(map(_any_of, filter(any, ticked)))
    return redirect(SearchState(text=text).url() if text else url_for("names.workbench"))


def _name() -> str:
    return " ".join(request.args.get("name", "").split())[:MAX_NAME]


def _any_of(words: list[str]) -> str:
    words = list(dict.fromkeys(filter(None, words)))
    return f"+({' OR '.join(words)})" if len(words) > 1 else "".join(f"+{word}" for word in words)


def _word(spelling: str) -> str:
    """Return a spelling without anything that the query language would read as a sign."""
    kept = "".join(letter for letter in spelling if letter.isalnum() or letter in "'’_")
    return kept.casefold()  # OR in capitals is an operator
