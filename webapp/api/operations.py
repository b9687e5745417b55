"""The table of operations: a decorator that routes a view and keeps what the description says of it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Blueprint, Response, request
from pydantic import BaseModel

from webapp.api.parameters import read

BASE = "/api/v1"
blueprint = Blueprint("api", __name__, url_prefix="/api")

P = TypeVar("P", bound=BaseModel)
View = Callable[[P], BaseModel | Response]


@dataclass(frozen=True, slots=True)
class Operation:
    """One path of the API. `answer` is a model, or None for a stream of `media_type`."""

    path: str
    name: str
    summary: str
    description: str
    parameters: type[BaseModel]
    answer: type[BaseModel] | None
    media_type: str
    errors: tuple[int, ...]


OPERATIONS: list[Operation] = []


def operation(
    path: str,
    parameters: type[P],
    answer: type[BaseModel] | None,
    *,
    errors: tuple[int, ...] = (),
    media_type: str = "application/json",
) -> Callable[[View[P]], View[P]]:
    """Make a view of a GET operation: it is given its parameters, and what it returns is sent.

    The first paragraph of the view's docstring is the operation's summary, the rest its description.
    """

    def register(view: View[P]) -> View[P]:
        summary, _, rest = (view.__doc__ or "").partition("\n\n")
        OPERATIONS.append(
            Operation(
                path=f"{BASE}{path}",
                name=view.__name__,
                summary=" ".join(summary.split()),
                description=" ".join(rest.split()),
                parameters=parameters,
                answer=answer,
                media_type=media_type,
                errors=(400, *errors, 503),
            )
        )

        @functools.wraps(view)
        def respond() -> Response:
            given = view(read(parameters, request.args))
            return given if isinstance(given, Response) else send(given)

        blueprint.add_url_rule(f"/v1{path}", endpoint=view.__name__, view_func=respond, methods=["GET"])
        return view

    return register


def send(answer: BaseModel, status: int = 200) -> Response:
    """Return a model as a response, never kept by caches: the archive changes."""
    return Response(
        answer.model_dump_json(by_alias=True),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
