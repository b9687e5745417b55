"""`newsarchive search`: a question in, ranked articles out, for people or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from indexer.commands.common import Target, archive_options, echo_json, json_option
from indexer.errors import InvalidQuery

if TYPE_CHECKING:
    from indexer.archive import Archive
    from indexer.engines.base import Filters
    from indexer.search.page import Result, ResultPage

FILTER_FIELDS = ("language", "source", "section", "author")


class Day(click.ParamType[date]):
    """A day, or the first (`last=False`) or last day of a month or year: 2018-02-18, 2018-02, 2018."""

    name = "date"

    def __init__(self, *, last: bool) -> None:
        self.last = last

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        from indexer.search.filters import period

        try:
            return period(str(value).strip())[self.last]
        except InvalidQuery as error:
            self.fail(str(error), param, ctx)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose articles; `chosen_filters` reads them."""
    command = click.option("--to", "to", type=Day(last=True), help="Published on or before this day.")(
        command
    )
    command = click.option("--from", "from_", type=Day(last=False), help="Published on or after this day.")(
        command
    )
    for name in reversed(FILTER_FIELDS):
        example = {"language": "ar", "source": "BBC", "section": "sport", "author": "Reuters"}[name]
        command = click.option(
            f"--{name}",
            multiple=True,
            metavar="NAME",
            help=f"Only this {name} (for example {example}); repeatable.",
        )(command)
    return command


def chosen_filters(options: dict[str, Any]) -> Filters:
    """Take the filter options out of *options*."""
    from indexer.engines.base import Filters

    values = {name: frozenset(options.pop(name)) for name in FILTER_FIELDS}
    return Filters(
        include={name: chosen for name, chosen in values.items() if chosen},
        published_from=options.pop("from_"),
        published_to=options.pop("to"),
    )


def resolved(filters: Filters, archive: Archive) -> Filters:
    """Return *filters* with the values of the archive that a search takes them for, and tell of those it lacks.

    Raises `InvalidQuery` for filters that make no sense.
    """
    from indexer.search.facets import FacetValues
    from indexer.search.filters import check_filters

    check_filters(filters)
    # The searcher has such values, too, but is made with the encoder, which an export does without.
    stored, unknown = FacetValues(archive.engine, archive.settings.search_timeout).resolve(filters)
    tell_notices(one.notice for one in unknown)
    return stored


def tell_notices(notices: Iterable[str]) -> None:
    for notice in notices:
        click.echo(f"Note: {notice}", err=True)


@click.command("search")
@click.argument("question", nargs=-1)
@filter_options
@click.option(
    "--sort", type=click.Choice(["relevance", "newest", "oldest"]), default="relevance", show_default=True
)
@click.option(
    "--words",
    type=click.Choice(["none", "some", "all"]),
    default="none",
    show_default=True,
    help="Words of the question that an article must hold, translations counted; near in meaning is enough for none.",
)
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True, help="Page of results.")
@click.option("--size", type=click.IntRange(1, 100), default=10, show_default=True, help="Results a page.")
@click.option(
    "--explain", is_flag=True, help="Say what was searched for, and why each result is where it is."
)
@json_option
@archive_options
def search_(
    target: Target,
    question: tuple[str, ...],
    sort: str,
    words: str,
    page: int,
    size: int,
    explain: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Ask QUESTION (in any language) and print the articles that answer it.

    Words may be refined: "exact phrase", +must, -not, one OR other, source:BBC. See docs/query-language.md.
    Without a question the archive is browsed.

    \b
    Example:
      newsarchive search "Russia calls for a ceasefire in Libya"
      newsarchive search elections --language ar --from 2017 --to 2018-06 --json
      newsarchive search "the prime minister of Iraq resigned" --explain
    """
    from indexer.engines.base import Sort
    from indexer.search.request import Demand, SearchRequest

    request = SearchRequest(
        text=" ".join(question),
        filters=chosen_filters(options),
        sort=Sort(sort),
        page=page,
        size=size,
        demand=Demand(words),
    )
    with target.existing() as archive:
        found = archive.search(request)
        gists = archive.gists(found.results)
    tell_notices(found.notices)
    if as_json:
        echo_json(page_to_json(found, gists, explain=explain))
    else:
        from indexer.commands.output import print_page

        print_page(found, gists, explain=explain)


def page_to_json(page: ResultPage, gists: Mapping[str, str], *, explain: bool = False) -> dict[str, Any]:
    """Return a page of results in the form that `search --json` prints (see docs/commands.md).

    *gists* are titles in English, word for word, by the id of the article (see `Archive.gists`).
    """
    data: dict[str, Any] = {
        "total": page.total,
        "results": [
            _result_to_json(result, gists.get(result.article.id, ""), explain) for result in page.results
        ],
    }
    if explain:
        data["stands_out"] = page.stands_out
        data["plan"] = [
            {
                "word": word.text,
                "searched": [
                    {
                        "words": searched.surface,
                        "language": searched.language,
                        "weight": searched.weight,
                        "source": searched.source,
                        "articles": searched.articles,
                    }
                    for searched in word.searched
                ],
            }
            for word in page.plan.words
        ]
    return data


def _result_to_json(result: Result, gist: str, explain: bool) -> dict[str, Any]:
    article, snippet = result.article, result.snippet
    data: dict[str, Any] = {
        "id": article.id,
        "title": article.title,
        "gist": gist or None,
        "url": article.url or None,
        "source": article.source or None,
        "published_at": article.published.isoformat() if article.published else None,
        "language": article.language,
        "score": result.score,
        "passage": {
            "text": snippet.text,
            "start": snippet.start,
            "end": snippet.end,
            "highlights": [[mark.start, mark.end] for mark in snippet.highlights],
        },
    }
    if explain:
        data["explanation"] = {
            "sentence": result.explanation.sentence,
            "legs": [
                {"leg": leg.leg, "score": leg.score, "rank": leg.rank, "share": leg.share}
                for leg in result.explanation.legs
            ],
            "pairs": [
                {"word": pair.word, "found": pair.found, "source": pair.source}
                for pair in result.explanation.pairs
            ],
            "highlights": [
                {"start": mark.start, "end": mark.end, "kind": mark.kind, "word": mark.word}
                for mark in snippet.highlights
            ],
        }
    return data
