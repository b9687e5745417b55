"""Errors as pages, and for programs as problems (RFC 9457): a sentence, and nothing of the inside."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask, Response, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from indexer.errors import (
    ArchiveError,
    ArticleNotFound,
    EngineTimeout,
    InvalidQuery,
    NoSuchPage,
    SearchStopped,
    TooBusy,
)
from indexer.wording import say
from webapp.marking import clean
from webapp.parameters import ALL_WRONG, kind_of, wrong_parameters
from webapp.public import at_root
from webapp.state import SearchState

log = logging.getLogger(__name__)

_SENTENCES = {
    400: (say("This cannot be read"), say("The address or the form is not one that this page understands.")),
    403: (say("Not from there"), say("Forms of this archive are taken from its own pages only.")),
    404: (say("There is nothing here"), say("No page of the archive has this address.")),
    405: (say("Not in this way"), say("This address does not take this kind of request.")),
    413: (say("That is too much"), say("The form holds more than this archive takes.")),
    415: (say("Not in this form"), say("This address takes application/json.")),
    421: (say("Not by this name"), say("This archive does not answer to the name in the address.")),
}

PROBLEM_TYPE = "application/problem+json"
#: Addresses below this are asked by programs.
_API = "/api/v1/"

#: What a status means, for the API's description.
PROBLEMS = {
    400: "The question, a filter or another parameter makes no sense; `detail` says which.",
    403: "The request comes from a page of another site.",
    404: "The archive has no such article, or the API no such address.",
    405: "The address takes another kind of request.",
    413: "More was sent than the archive takes.",
    415: "The body is not sent as `application/json`.",
    421: "The archive does not answer to the name in the address.",
    500: "Something went wrong here; the reason is in the archive's log.",
    503: "The archive does not answer, or did not in time. Try again later.",
}

#: Pages whose addresses are searches; from others the way back leads to the first.
_SEARCHES = ("/search", "/coverage")
_LONGEST_DATE = 40  # characters of what was given for one
_DATES = frozenset({"from", "to"})
_SHOWN = 60  # characters of the query on either side of the place that is wrong


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, as it is told to whoever asked: programs in English, persons in their language."""

    status: int
    title: str
    detail: str
    remedy: str = ""
    #: A place in the query, as character from 0.
    column: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the members of RFC 9457, with two of our own: `remedy` and `column`."""
        members: dict[str, Any] = {
            "type": f"{request.script_root}/api/#problem-{self.status}",
            "title": self.title,
            "status": self.status,
            "detail": clean(self.detail),
        }
        if self.remedy:
            members["remedy"] = clean(self.remedy)
        if self.column is not None:
            members["column"] = self.column
        return members


def init_app(app: Flask) -> None:
    app.register_error_handler(ArchiveError, _answer)
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(500, _answer)


def problem_of(error: Exception) -> Problem:
    """Return what may be told of an error."""
    match error:
        case InvalidQuery():
            return _of_query(error)
        case ArticleNotFound():
            return Problem(
                404, say("There is no such article"), say("No article of this archive has that id.")
            )
        case SearchStopped():
            return Problem(503, say("The search was stopped"), say("It has no answer."), say("Search again."))
        case TooBusy():
            return Problem(503, say("The archive is busy"), error.message, error.remedy)
        case EngineTimeout():
            return Problem(
                503,
                say("The search took too long"),
                say("The archive did not answer in time."),
                say("Try again, or ask for less."),
            )
        case ArchiveError():
            return Problem(
                503,
                say("The archive does not answer"),
                say("Searching is not possible at the moment."),
                say(
                    "Try again in a minute. Whoever runs the archive finds the reason in its log; "
                    "newsarchive doctor says how to mend it."
                ),
            )
        case HTTPException() if error.code and error.code < 500:
            title, detail = _SENTENCES.get(error.code, (say("This does not work"), f"{error.name}."))
            return Problem(error.code, title, detail)
    return Problem(500, say("Something went wrong"), say("The reason is in the archive's log."))


def _of_query(error: InvalidQuery) -> Problem:
    names = wrong_parameters(error)
    title = kind_of(names).title if names else say("This question cannot be searched")
    return Problem(400, title, error.message, error.remedy, error.column)


def _answer(error: Exception) -> Response:
    problem = problem_of(error)
    if isinstance(error, ArchiveError) and problem.status >= 500:
        log.error("%s %s: %s", request.method, request.path, error)
    response = _for_program(problem) if request.path.startswith(_API) else _for_person(problem, error)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _for_program(problem: Problem) -> Response:
    return Response(orjson.dumps(problem.to_json()), status=problem.status, content_type=PROBLEM_TYPE)


def _for_person(problem: Problem, error: Exception) -> Response:
    names = wrong_parameters(error) if isinstance(error, InvalidQuery) else ()
    # What was chosen stays in the box's form: a slip in one place must not throw the search away.
    state, others = SearchState.what_can_be_read(_without(request.args, names))
    path = request.path if request.path in _SEARCHES else _SEARCHES[0]
    page = render_template(
        "error.html",
        problem=problem,
        state=state,
        around=_around(state.text, problem.column),
        wrong=names,
        # To be corrected where they are told to be wrong: on the page of results they would be in a panel.
        dates_given=_dates_given() if path == request.path and _DATES.intersection(names) else (),
        path=at_root(path),
        without=(ALL_WRONG if others else kind_of(names).without) if names else "",
        without_url=state.url(path),
        last=error.last if isinstance(error, NoSuchPage) else 0,
    )
    return Response(page, status=problem.status)


def _dates_given() -> tuple[str, str]:
    return request.args.get("from", "")[:_LONGEST_DATE], request.args.get("to", "")[:_LONGEST_DATE]


def _without(args: MultiDict[str, str], names: Collection[str]) -> MultiDict[str, str]:
    return MultiDict((name, value) for name, value in args.items(multi=True) if name not in names)


def _around(text: str, column: int | None) -> tuple[str, str, str] | None:
    """Cut a query at the place that is wrong: before, there, after (some words of each)."""
    if column is None or not 0 <= column <= len(text):
        return None
    before, after = text[max(0, column - _SHOWN) : column], text[column + 1 : column + 1 + _SHOWN]
    return clean(before), clean(text[column : column + 1]) or " ", clean(after)
