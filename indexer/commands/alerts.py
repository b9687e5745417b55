"""`newsarchive alerts`: saved searches, run on what is new."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from indexer.commands.common import Target, archive_options, clean, echo_json, isolate, json_option
from indexer.wording import counted

if TYPE_CHECKING:
    from indexer.alerts.run import AlertReport
    from indexer.archive import Archive


@click.group("alerts")
def alerts_() -> None:
    """Run saved searches on new articles.

    Searches are saved in the web app. `newsarchive index` runs them on what it has stored; `alerts run` does so
    at any other time, and sends again what could not be sent.

    \b
    Example:
      newsarchive alerts run
      newsarchive alerts list
    """


@alerts_.command("run")
@json_option
@archive_options
def run_(target: Target, as_json: bool) -> None:
    """Match new articles with the saved searches, and send the alerts.

    Exits with 3 where a search could not be run or a message not be sent.

    \b
    Example:
      newsarchive alerts run
    """
    from indexer.alerts.run import run_alerts
    from indexer.commands.common import PARTIAL

    with target.existing() as archive:
        report = run_alerts(archive)
    if as_json:
        echo_json(report.to_dict())
    else:
        tell(report)
    if report.problems:
        raise click.exceptions.Exit(PARTIAL)


@alerts_.command("list")
@json_option
@archive_options
def list_(target: Target, as_json: bool) -> None:
    """List the saved searches with their alerts.

    \b
    Example:
      newsarchive alerts list
    """
    from indexer.alerts.saved import SavedSearches

    with target.existing() as archive:
        store = SavedSearches(archive.engine)
        rows = [
            (noted, len(alerts), noted.read.unread(alerts))
            for noted in store.noted()
            for alerts in [store.alerts(noted.saved.id)]
        ]
    if as_json:
        echo_json(
            [
                {**asdict(saved), **asdict(sent), **asdict(read), "alerts": alerts, "unread": unread}
                for (saved, sent, read), alerts, unread in rows
            ]
        )
        return
    for (saved, sent, _), alerts, unread in rows:
        click.echo(f"{isolate(saved.name)}: {counted(alerts, 'alert')}, {unread:,} unread")
        if sent.problem:
            click.echo(f"  {clean(sent.problem)}")
    click.echo(
        f"{counted(len(rows), 'saved search', 'saved searches')}." if rows else "No search is saved.",
        err=True,
    )


def run_after_ingest(archive: Archive) -> None:
    """Run the saved searches, if there are any, on what was stored; a failure there is told, and no more."""
    from indexer.alerts.run import run_alerts
    from indexer.errors import ArchiveError
    from indexer.ingest.fresh import Fresh

    if not Fresh(archive.engine).is_wanted():
        return
    try:
        report = run_alerts(archive)
    except ArchiveError as error:
        click.echo(f"The saved searches could not be run: {error} Try `newsarchive alerts run`.", err=True)
        return
    if report.alerts or report.sent or report.problems:
        tell(report, err=True)


def tell(report: AlertReport, *, err: bool = False) -> None:
    """Say what a run of alerts did."""
    sent = f", {counted(report.sent, 'message')} sent" if report.sent else ""
    click.echo(
        f"{counted(report.alerts, 'alert')} of {counted(report.searches, 'saved search', 'saved searches')} "
        f"in {counted(report.articles, 'new article')}{sent}.",
        err=err,
    )
    for one in report.problems:
        click.echo(f"{isolate(one.name)}: {clean(one.problem)}", err=True)
