"""`newsarchive rebuild`: the archive anew from its own articles, with the settings of now."""

from __future__ import annotations

import click

from indexer.commands.common import Target, archive_options, json_option


@click.command("rebuild")
@json_option
@archive_options
def rebuild_(target: Target, as_json: bool) -> None:
    """Make the archive anew from its own articles, with the settings of now.

    For another model (NEWSARCHIVE_MODEL), other passages, or a version whose archives differ. The archive as
    it was is kept beside the new one, until you delete it. Restart a running web app afterwards.

    \b
    Example:
      NEWSARCHIVE_MODEL=/models/larger newsarchive rebuild
    """
    from indexer.commands.index import finish
    from indexer.commands.progress import ingest_progress
    from indexer.rebuild import rebuild

    with ingest_progress(["-"]) as progress:
        rebuilt = rebuild(target.settings(), progress=progress)
    if rebuilt.before:
        click.echo(
            f"The archive as it was lies in {rebuilt.before}; delete it when you are content.", err=True
        )
    finish(rebuilt.report, as_json)
