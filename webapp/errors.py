"""Errors as pages: a sentence for the person, nothing of the inside."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException

from indexer.errors import (
    ArchiveError,
    ArticleNotFound,
    EngineTimeout,
    InvalidQuery,
)
from webapp.marking import clean
from webapp.state import SearchState

log = logging.getLogger(__name__)

_SENTENCES = {
    400: ("This cannot be read", "The address or the form is not one that this page understands."),
    404: ("There is nothing here", "No page of the archive has this address."),
    405: ("Not in this way", "This address does not take this kind of request."),
    413: ("That is too much", "The form holds more than this archive takes."),
    421: ("Not by this name", "This archive does not answer to the name in the address."),
}

_SHOWN = 60  # characters of the query on either side of the place that is wrong


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, as it is told to whoever asked."""

    status: int
    title: str
    detail: str
    remedy: str = ""
    #: A place in the query, as character from 0.
    column: int | None = None


def init_app(app: Flask) -> None:
    app.register_error_handler(ArchiveError, _answer)
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(500, _answer)


def problem_of(error: Exception) -> Problem:
    """Return what may be told of an error."""
    match error:
        case InvalidQuery():
            return Problem(400, "This question cannot be searched", error.message, error.remedy, error.column)
        case ArticleNotFound():
            return Problem(404, "There is no such article", "No article of this archive has that id.")
        case EngineTimeout():
            return Problem(
                503,
                "The search took too long",
                "The archive did not answer in time.",
                "Try again, or ask for less.",
            )
        case ArchiveError():
            return Problem(
                503,
                "The archive does not answer",
                "Searching is not possible at the moment.",
                "Try again in a minute. Whoever runs the archive finds the reason in its log; "
                "newsarchive doctor says how to mend it.",
            )
        case HTTPException() if error.code and error.code < 500:
            title, detail = _SENTENCES.get(error.code, ("This does not work", error.name + "."))
            return Problem(error.code, title, detail)
    return Problem(500, "Something went wrong", "The reason is in the archive's log.")


def _answer(error: Exception) -> tuple[str, int]:
    problem = problem_of(error)
    if isinstance(error, ArchiveError) and problem.status >= 500:
        log.error("%s %s: %s", request.method, request.path, error)
    text = request.args.get("q", "").strip()
    state = SearchState(text=text)
    page = render_template("error.html", problem=problem, state=state, around=_around(text, problem.column))
    return page, problem.status


def _around(text: str, column: int | None) -> tuple[str, str, str] | None:
    """Cut a query at the place that is wrong: before, there, after (some words of each)."""
    if column is None or not 0 <= column <= len(text):
        return None
    before, after = text[max(0, column - _SHOWN) : column], text[column + 1 : column + 1 + _SHOWN]
    return clean(before), clean(text[column : column + 1]) or " ", clean(after)
