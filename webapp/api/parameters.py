"""What may be asked of the API: each operation's parameters as a model, read from an address.

The names are those of the web page's permalinks (`webapp.state`), so that the part behind the question mark of
a search page can be handed to the API as it is. Unlike a page, the API refuses what it does not know: a
misspelt filter must not pass as a search without that filter.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.datastructures import MultiDict

from indexer.alerts import guard
from indexer.alerts.saved import MAX_NAME
from indexer.article import MAX_FIELD_LENGTH, MAX_ID_LENGTH
from indexer.engines.base import Sort
from indexer.errors import InvalidQuery
from indexer.search.request import MAX_PAGE_SIZE, MAX_QUERY_LENGTH, Demand
from webapp.state import DEFAULT_SIZE

MAX_SIMILAR = 50
MAX_QUERY_STRING = 20_000

Value = Annotated[str, Field(max_length=MAX_FIELD_LENGTH)]
Values = Annotated[list[Value], Field(default_factory=list)]
ArticleId = Annotated[str, Field(min_length=1, max_length=MAX_ID_LENGTH)]


class Parameters(BaseModel):
    """Base of all: no names but these, and the names of the address."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class SearchParameters(Parameters):
    """What shapes a search."""

    q: Annotated[
        str,
        Field(
            max_length=MAX_QUERY_LENGTH,
            description="Question or words, in the archive's query language; empty to browse.",
            examples=["ceasefire in Libya"],
        ),
    ] = ""
    language: Annotated[Values, Field(description="Language code that articles may have; repeatable.")]
    source: Annotated[Values, Field(description="Source that articles may have; repeatable.")]
    section: Annotated[Values, Field(description="Section that articles may have; repeatable.")]
    author: Annotated[Values, Field(description="Author that articles may have; repeatable.")]
    not_language: Annotated[
        Values, Field(alias="-language", description="Language to leave out; repeatable.")
    ]
    not_source: Annotated[Values, Field(alias="-source", description="Source to leave out; repeatable.")]
    not_section: Annotated[Values, Field(alias="-section", description="Section to leave out; repeatable.")]
    not_author: Annotated[Values, Field(alias="-author", description="Author to leave out; repeatable.")]
    from_: Annotated[
        str, Field(alias="from", description="First year, month or day.", examples=["2018", "2018-02"])
    ] = ""
    to: Annotated[str, Field(description="Last year, month or day.", examples=["2018-02-18"])] = ""
    sort: Annotated[
        Sort | None, Field(description="Order; by default `relevance` with a question, `newest` without.")
    ] = None
    words: Annotated[
        Demand,
        Field(
            description="Which of the question's words an article must hold, in any language they are searched in: "
            "with `none` it is enough to be near in meaning."
        ),
    ] = Demand.NONE
    drop: Annotated[
        Values,
        Field(
            description="Change of the plan, `word:archive word`: this archive word is not searched for it."
        ),
    ]
    pin: Annotated[
        Values, Field(description="Change of the plan, `word:archive word`: this one counts in full.")
    ]
    names: Annotated[Literal["on", "off"], Field(description="Whether spellings of names are guessed.")] = (
        "on"
    )
    spelling: Annotated[
        Literal["on", "off"], Field(description="Whether words that seem to be mistyped are corrected.")
    ] = "on"


class PagedParameters(SearchParameters):
    """A search of which one page is asked for."""

    size: Annotated[int, Field(ge=1, le=MAX_PAGE_SIZE, description="Results on a page.")] = DEFAULT_SIZE
    page: Annotated[int | None, Field(ge=1, description="Page, from 1. For going on, use `cursor`.")] = None
    cursor: Annotated[
        str, Field(max_length=100, description="`next_cursor` of the page before, with the same search.")
    ] = ""


class ExportParameters(SearchParameters):
    """A search of which everything is asked for, or articles that are named."""

    id: Annotated[
        list[ArticleId],
        Field(default_factory=list, description="Only these articles, in this order; repeatable."),
    ]
    format: Annotated[
        Literal["jsonl", "csv", "ris", "bibtex", "csl"], Field(description="What is written.")
    ] = "jsonl"


class ArticleParameters(Parameters):
    """One article."""

    id: Annotated[ArticleId, Field(description="The article's id.")]


class SimilarParameters(ArticleParameters):
    """Articles near to one."""

    size: Annotated[int, Field(ge=1, le=MAX_SIMILAR, description="How many at most.")] = 10


class SavedParameters(Parameters):
    """One saved search."""

    id: Annotated[str, Field(min_length=1, max_length=64, description="The saved search's id.")]


class NewSavedSearch(Parameters):
    """A search to be saved."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
    search: Annotated[
        str,
        Field(
            max_length=MAX_QUERY_STRING,
            description="What stands behind the question mark of a search page.",
            examples=["q=ceasefire+in+Libya&language=ar"],
        ),
    ]
    email: Annotated[
        str, Field(max_length=254, description="Mail alerts to this address; empty for no mail.")
    ] = ""
    webhook: Annotated[
        str,
        Field(max_length=guard.MAX_URL, description="Post alerts to this public address; empty for none."),
    ] = ""


P = TypeVar("P", bound=BaseModel)


def read(model: type[P], args: MultiDict[str, str]) -> P:
    """Return an address's parameters. Raises `InvalidQuery` that names the parameter."""
    names = {field.alias or name: field for name, field in model.model_fields.items()}
    values: dict[str, Any] = {}
    for name, given in args.lists():
        if name not in names:
            raise InvalidQuery(
                f"There is no parameter {name[:100]!r} here.",
                remedy=f"There are {', '.join(names)}." if names else "This operation has none.",
            )
        if get_origin(names[name].annotation) is list:
            values[name] = given
        elif len(given) > 1:
            raise InvalidQuery(f"The parameter {name!r} is given {len(given)} times.")
        else:
            values[name] = given[0]
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise wrong("parameter", error) from None


def wrong(what: str, error: ValidationError) -> InvalidQuery:
    """Return what a model says of something given, as one sentence."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return InvalidQuery(
        f"The {what} {repr(place) if place else ''} is wrong: {first['msg']}.".replace("  ", " ")
    )
