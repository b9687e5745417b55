"""The API's description: an OpenAPI 3.1 document made from the table of operations, and a page that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal

from flask import Response, render_template
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

import indexer
from webapp.api.answers import ProblemAnswer
from webapp.api.operations import OPERATIONS, Operation, blueprint
from webapp.errors import PROBLEM_TYPE, PROBLEMS
from webapp.public import at_root
from webapp.state import SearchState

_REF = "#/components/schemas/{model}"
_INTRODUCTION = (
    "Searches, articles, facets and exports of this archive. Addresses are those of the web pages: what stands "
    "behind the question mark of a search page is a search here, too."
)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    return Response(_document_bytes(at_root("")), content_type="application/json")


@blueprint.get("/")
def docs() -> str:
    """Show the description to a person."""
    return render_template(
        "api.html",
        state=SearchState(),
        document=document(),
        problems=PROBLEMS,
    )


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    _, definitions = models_json_schema(_models(), ref_template=_REF)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "News archive",
            "version": indexer.__version__,
            "description": _INTRODUCTION,
        },
        "paths": _paths(),
        "components": {"schemas": dict(sorted(definitions.get("$defs", {}).items()))},
    }


@lru_cache(maxsize=2)
def _document_bytes(root: str) -> bytes:
    """Return the document as it is served: its paths are below `root`."""
    import orjson

    served = {**document(), "servers": [{"url": root or "/"}]}
    return orjson.dumps(served, option=orjson.OPT_INDENT_2)


def _models() -> list[tuple[type[BaseModel], Literal["validation", "serialization"]]]:
    answers = dict.fromkeys(operation.answer for operation in OPERATIONS if operation.answer)
    bodies = dict.fromkeys(operation.asked for operation in OPERATIONS if operation.method == "POST")
    return [
        (ProblemAnswer, "serialization"),
        *((model, "serialization") for model in answers),
        *((model, "validation") for model in bodies),
    ]


def _paths() -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return paths


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "parameters": [],
        "responses": {
            str(operation.status): _response(operation),
            **{str(status): _problem(status) for status in operation.errors},
        },
    }
    if operation.method == "POST":
        schema = {"$ref": _REF.format(model=operation.asked.__name__)}
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    else:
        described["parameters"] = list(_parameters(operation.asked))
    return described


def _response(operation: Operation) -> dict[str, Any]:
    if operation.answer:
        schema: dict[str, Any] = {"$ref": _REF.format(model=operation.answer.__name__)}
    elif operation.media_types:
        schema = {"type": "string"}
    else:
        return {"description": "Done; the answer is empty."}
    listing = {"type": "array", "items": {"type": "object"}}
    content = {one: {"schema": listing if one.endswith("+json") else schema} for one in operation.media_types}
    return {"description": "Done.", "content": content}


def _parameters(model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    """Yield an operation's parameters; what a schema says beside the type is said of the parameter."""
    whole = model.model_json_schema(ref_template=_REF)
    for name, schema in whole["properties"].items():
        schema = _inlined(dict(schema), whole.get("$defs", {}))
        schema.pop("title", None)
        yield {
            "name": name,
            "in": "query",
            "required": name in whole.get("required", ()),
            "description": schema.pop("description", ""),
            "schema": schema,
        }


def _inlined(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter's schema without references and without null, which an address cannot say."""
    options = [option for option in schema.pop("anyOf", ()) if option != {"type": "null"}]
    for option in options:
        schema = {**option, **schema}
    if reference := schema.pop("$ref", ""):
        target = definitions[reference.rpartition("/")[2]]
        schema = {"type": target["type"], "enum": target["enum"], **schema}
    if schema.get("default", "") is None:
        del schema["default"]
    return schema


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": PROBLEMS[status],
        "content": {PROBLEM_TYPE: {"schema": {"$ref": _REF.format(model="ProblemAnswer")}}},
    }
