"""The table of operations: a decorator that routes a view and keeps what the description says of it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Blueprint, Response, abort, request
from pydantic import BaseModel, ValidationError

from webapp.api.parameters import Parameters, read, wrong

BASE = "/api/v1"
blueprint = Blueprint("api", __name__, url_prefix="/api")

P = TypeVar("P", bound=BaseModel)
View = Callable[[P], BaseModel | Response]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. `asked` is read from the address, or by POST from a JSON body.

    `answer` is a model; without one it is a stream of one of `media_types`, or nothing where there are
    none.
    """

    path: str
    method: str
    name: str
    summary: str
    description: str
    asked: type[BaseModel]
    answer: type[BaseModel] | None
    status: int
    media_types: tuple[str, ...]
    errors: tuple[int, ...]


OPERATIONS: list[Operation] = []


def operation(
    path: str,
    asked: type[P],
    answer: type[BaseModel] | None,
    *,
    method: str = "GET",
    status: int = 200,
    errors: tuple[int, ...] = (),
    media_types: tuple[str, ...] = ("application/json",),
) -> Callable[[View[P]], View[P]]:
    """Make an operation of a view: it is given what is asked, and what it returns is sent.

    The first paragraph of the view's docstring is the operation's summary, the rest its description.
    """

    def register(view: View[P]) -> View[P]:
        summary, _, rest = (view.__doc__ or "").partition("\n\n")
        OPERATIONS.append(
            Operation(
                path=f"{BASE}{path}",
                method=method,
                name=view.__name__,
                summary=" ".join(summary.split()),
                description=" ".join(rest.split()),
                asked=asked,
                answer=answer,
                status=status,
                media_types=media_types,
                errors=tuple(sorted({400, *errors, *((413, 415) if method == "POST" else ()), 503})),
            )
        )

        @functools.wraps(view)
        def respond() -> Response:
            given = view(read_body(asked) if method == "POST" else read(asked, request.args))
            return given if isinstance(given, Response) else send(given, status)

        blueprint.add_url_rule(f"/v1{path}", endpoint=view.__name__, view_func=respond, methods=[method])
        return view

    return register


def read_body(model: type[P]) -> P:
    """Return what a JSON body asks. Raises `InvalidQuery`, and 415 for what is not sent as JSON.

    A form of another site cannot send JSON without asking first, which nobody answers it.
    """
    if request.mimetype != "application/json":
        abort(415)
    read(Parameters, request.args)
    try:
        return model.model_validate_json(request.get_data())
    except ValidationError as error:
        raise wrong("body", error) from None


def send(answer: BaseModel, status: int = 200) -> Response:
    """Return a model as a response, never kept by caches: the archive changes."""
    return Response(
        answer.model_dump_json(by_alias=True),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
