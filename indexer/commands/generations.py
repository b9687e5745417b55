"""`newsarchive generations`: a new version of an archive's indices, built beside the one in use."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.commands.common import PARTIAL, Target, archive_options, echo_json, json_option
from indexer.wording import counted

if TYPE_CHECKING:
    from indexer.engines.opensearch.generations import Generation
    from indexer.reindex import Reindexer

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("generations")
def generations_() -> None:
    """Rebuild an archive on an OpenSearch cluster while it is in use.

    A generation is one version of the archive's indices. A new one is built from the archive's own articles
    beside the one in use: after a change of the model, of the passages, of shards or of the kind of vector
    index, or for a new version of this program. Searches see the old one until it is promoted.

    \b
    Example:
      newsarchive generations build
      newsarchive generations check --queries dev.tsv --qrels dev.qrels
      newsarchive generations promote
      newsarchive generations drop 1
    """


@generations_.command("list")
@json_option
@archive_options
def list_(target: Target, as_json: bool) -> None:
    """List the generations with their state, articles, size and model.

    \b
    Example:
      newsarchive generations list
    """
    from indexer.reindex import reindexer

    with reindexer(target.settings()) as generations:
        found = generations.generations()
    if as_json:
        echo_json([_to_json(one) for one in found])
        return
    for one in found:
        model = one.manifest.model.get("name", "?") if one.manifest else "(made by another version)"
        size = one.bytes_on_disk / 1e6
        click.echo(
            f"{one.number:>6}  {one.state:<11}  {counted(one.articles, 'article'):>21}  {size:>10,.1f} MB  {model}"
        )


@generations_.command("build")
@archive_options
def build_(target: Target) -> None:
    """Build the next generation with the settings of now; a build that was cut off goes on.

    Stored vectors are taken over. Articles are encoded again only for another model or other passages, and then
    not those that the encode cache holds.

    \b
    Example:
      newsarchive generations build
      NEWSARCHIVE_MODEL=/models/larger newsarchive generations build
    """
    from indexer.reindex import reindexer

    with reindexer(target.settings()) as generations:
        number = generations.build(progress=_progress())
    click.echo(f"Generation {number} is built: `newsarchive generations promote` puts it in use.")


@generations_.command("check")
@click.argument("number", type=click.IntRange(min=1), required=False)
@click.option("--queries", type=FILE, help="Judged queries, to compare the rankings as well.")
@click.option("--qrels", type=FILE, help="Their judgements in TREC form.")
@json_option
@archive_options
def check_(
    target: Target, number: int | None, queries: Path | None, qrels: Path | None, as_json: bool
) -> None:
    """Say how a generation (the newest, unless told) differs from the one in use.

    Leaves with exit code 3 when articles differ. With judged queries both are asked; one that was made with
    another model than the settings' is left out.

    \b
    Example:
      newsarchive generations check
      newsarchive generations check 2 --queries dev.tsv --qrels dev.qrels
    """
    from indexer.reindex import reindexer

    if bool(queries) != bool(qrels):
        raise click.UsageError("Give both --queries and --qrels.")
    with reindexer(target.settings()) as generations:
        number, difference = generations.check(number)
        figures = _evaluate(generations, number, queries, qrels) if queries and qrels else {}
    if as_json:
        echo_json(
            {
                "generation": number,
                "missing": difference.missing,
                "changed": difference.changed,
                "surplus": difference.surplus,
                "examples": list(difference.examples),
                "measures": figures,
            }
        )
    elif difference.is_none:
        click.echo(f"Generation {number} holds the articles that are in use, no more and no less.")
    else:
        click.echo(
            f"Generation {number} lacks {counted(difference.missing, 'article')}, has {difference.changed:,} in "
            f"another version and {difference.surplus:,} that are gone; promoting it brings it up to date."
        )
        click.echo(f"Among them: {', '.join(map(repr, difference.examples))}")
    if not as_json:
        for name, means in figures.items():
            click.echo(f"{name}: " + ", ".join(f"{measure} {value:.4f}" for measure, value in means.items()))
    if not difference.is_none:
        raise click.exceptions.Exit(PARTIAL)


@generations_.command("promote")
@click.argument("number", type=click.IntRange(min=1), required=False)
@click.option("--discard", is_flag=True, help="Let go what a rollback has left in that generation alone.")
@archive_options
def promote_(target: Target, number: int | None, discard: bool) -> None:
    """Put a generation (the newest, unless told) in use, with everything that was written meanwhile.

    Searches see the old one or the new one, never neither. Writers wait for the moment of the change. The old
    one stays until it is dropped.

    \b
    Example:
      newsarchive generations promote
    """
    from indexer.reindex import reindexer

    with reindexer(target.settings()) as generations:
        number = generations.promote(number, discard=discard)
    click.echo(f"Generation {number} is in use. `newsarchive generations rollback` goes back.")


@generations_.command("rollback")
@archive_options
def rollback_(target: Target) -> None:
    """Go back to the generation before the one in use.

    What was written since the promotion stays in the newer one only; `newsarchive generations promote` with the older
    one's number, in place of this, takes it along.

    \b
    Example:
      newsarchive generations rollback
    """
    from indexer.reindex import reindexer

    with reindexer(target.settings()) as generations:
        number = generations.rollback()
    click.echo(
        f"Generation {number} is in use again, without what was written since: "
        "`newsarchive generations check` tells how much that is."
    )


@generations_.command("drop")
@click.argument("number", type=click.IntRange(min=1))
@archive_options
def drop_(target: Target, number: int) -> None:
    """Delete a generation that is not in use.

    \b
    Example:
      newsarchive generations drop 1
    """
    from indexer.reindex import reindexer

    with reindexer(target.settings()) as generations:
        generations.drop(number)
    click.echo(f"Generation {number} is deleted.")


def _progress() -> Callable[[int], None]:
    """Return what writes the count of articles over itself on a terminal; elsewhere it is quiet."""
    if not sys.stderr.isatty():
        return lambda done: None
    return lambda done: click.echo(f"\r{counted(done, 'article')}", err=True, nl=False)


def _evaluate(generations: Reindexer, number: int, queries: Path, qrels: Path) -> dict[str, dict[str, float]]:
    from indexer.evaluate.datasets import read_qrels, read_queries
    from indexer.evaluate.judgedqueries import JudgedQueries
    from indexer.evaluate.runner import evaluate

    judged = JudgedQueries(read_queries(queries), read_qrels(qrels))
    return {name: evaluate(archive, judged).whole.means for name, archive in generations.archives(number)}


def _to_json(one: Generation) -> dict[str, object]:
    return {
        "number": one.number,
        "state": one.state,
        "articles": one.articles,
        "bytes_on_disk": one.bytes_on_disk,
        "model": dict(one.manifest.model) if one.manifest else None,
        "passages": dict(one.manifest.passages) if one.manifest else None,
    }
