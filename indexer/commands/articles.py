"""`newsarchive show`, `export`, `delete` and `stats`: single articles and the whole of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from indexer.commands.common import FAILED, Target, archive_options, clean, echo_json, json_option, verbatim
from indexer.commands.search import chosen_filters, filter_options, resolved
from indexer.commands.writing import output as written
from indexer.wording import counted

#: Of ids that are not there.
_MOST_NAMED = 10


@click.command("show")
@click.argument("article_id", metavar="ID")
@json_option
@archive_options
def show_(target: Target, article_id: str, as_json: bool) -> None:
    """Print the article with this ID (search results give it).

    \b
    Example:
      newsarchive show ntrex-bbc.381790-ar
    """
    with target.existing() as archive:
        article = archive.article(article_id)
    if as_json:
        echo_json(article.to_dict())
    else:
        from indexer.commands.output import print_article

        print_article(article)


@click.command("export")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@filter_options
@archive_options
def export_(target: Target, output: Path | None, **options: Any) -> None:
    """Write articles as JSON Lines, by id, to standard output or a file.

    What is written can be indexed again. The archive is streamed: its size does not matter. A file that is there
    is replaced at the end: an export that breaks off leaves it as it was.

    \b
    Example:
      newsarchive export -o all.jsonl
      newsarchive export --language ar --from 2018-01 --to 2018-06 | gzip > half.jsonl.gz
    """
    import orjson

    from indexer.engines.base import Union

    count = 0
    with target.existing() as archive, written(output) as out:
        filters = resolved(chosen_filters(options), archive)
        for article in archive.scan(Union(filters=filters)):
            out.write(orjson.dumps(article.to_dict(), option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    click.echo(f"{counted(count, 'article')} written.", err=True)


@click.command("delete")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@json_option
@archive_options
def delete_(target: Target, ids: tuple[str, ...], as_json: bool) -> None:
    """Delete the articles with these IDs.

    \b
    Example:
      newsarchive delete ant-JA-sport-7-20170115 ntrex-bbc.381790-ar
    """
    with target.existing() as archive:
        there = archive.engine.hashes(ids)
        count = archive.delete(ids)
    missing = [article_id for article_id in dict.fromkeys(ids) if article_id not in there]
    if as_json:
        echo_json({"deleted": count, "missing": missing})
    else:
        click.echo(f"{count:,} of {counted(len(set(ids)), 'article')} deleted.")
    if missing:
        named = ", ".join(map(verbatim, missing[:_MOST_NAMED]))
        more = f" and {len(missing) - _MOST_NAMED:,} more" if len(missing) > _MOST_NAMED else ""
        click.echo(f"Not in the archive: {named}{more}.", err=True)
    if not count:
        raise click.exceptions.Exit(FAILED)


@click.command("stats")
@json_option
@archive_options
def stats_(target: Target, as_json: bool) -> None:
    """Say how many articles and passages the archive has, and how large it is on disk.

    \b
    Example:
      newsarchive stats --json
    """
    with target.existing() as archive:
        stats = archive.stats()
    counts = {
        "articles": stats.articles,
        "passages": stats.passages,
        "words": stats.words,
        "bytes_on_disk": stats.bytes_on_disk,
    }
    if as_json:
        echo_json({**counts, "details": dict(stats.details)})
        return
    for name, value in {**counts, **stats.details}.items():
        shown = f"{value:,}" if isinstance(value, int) else clean(str(value))
        click.echo(f"{name.replace('_', ' '):<20} {shown}")
