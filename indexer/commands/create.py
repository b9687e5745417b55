"""`newsarchive create`: an empty archive, before anything is indexed."""

from __future__ import annotations

import click

from indexer.commands.common import Target, archive_options, echo_json, json_option


@click.command("create")
@json_option
@archive_options
def create_(target: Target, as_json: bool) -> None:
    """Make an empty archive; on a cluster its indices and aliases.

    `newsarchive index` does this by itself. It is for set-ups in which who serves the archive may not make it.
    An archive that is there already is left alone; one that was made with other settings is refused.

    \b
    Example:
      newsarchive create
      newsarchive create --engine https://search.example.org:9200
    """
    with target.open() as archive:
        made = archive.create()
    if as_json:
        echo_json({"created": made})
    else:
        click.echo(
            "An empty archive was made." if made else "There is an archive already; it was left alone."
        )
