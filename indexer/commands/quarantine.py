"""`newsarchive quarantine`: the records that could not be indexed, with their reasons."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from indexer.commands.common import Target, archive_options, clean, echo_json, json_option
from indexer.commands.writing import output as written
from indexer.wording import counted


@click.group("quarantine")
def quarantine_() -> None:
    """Look after the records that could not be indexed.

    A record that is not an article does not stop a run: it waits here with its file, line and reason.

    \b
    Example:
      newsarchive quarantine list
      newsarchive quarantine retry
    """


@quarantine_.command("list")
@click.option("--limit", type=click.IntRange(1, 1_000_000_000), help="At most this many.")
@json_option
@archive_options
def list_(target: Target, limit: int | None, as_json: bool) -> None:
    """List the records with file, line and reason, by file and line.

    \b
    Example:
      newsarchive quarantine list --limit 20
    """
    with target.existing() as archive:
        entries = archive.quarantine.in_order(limit)
    if as_json:
        echo_json([{"key": entry.key, **asdict(entry)} for entry in entries])
        return
    for entry in entries:
        line = f":{entry.line}" if entry.line else ""
        click.echo(f"{clean(entry.file)}{line}: {clean(entry.reason)}")
    click.echo(f"{counted(len(entries), 'record')}." if entries else "Nothing is in quarantine.", err=True)


@quarantine_.command("retry")
@json_option
@archive_options
def retry_(target: Target, as_json: bool) -> None:
    """Read the records again, from their files where those still exist; what is an article now is indexed.

    Files are read with the options that they were indexed with (--source, --column, --timezone, ...).

    \b
    Example:
      newsarchive quarantine retry
    """
    from indexer.commands.alerts import run_after_ingest
    from indexer.commands.index import finish
    from indexer.commands.progress import ingest_progress

    with target.existing() as archive, ingest_progress(["-"]) as progress:
        report = archive.retry_quarantine(progress=progress)
        if report.stored and not report.interrupted:
            run_after_ingest(archive)
    finish(report, as_json)


@quarantine_.command("export")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@archive_options
def export_(target: Target, output: Path | None) -> None:
    """Write the records as JSON Lines, to standard output or a file, in no order.

    `raw` is the beginning of the record as it was read; of an article that has the id of another one and was no JSON
    object of its own, as an export writes it.

    \b
    Example:
      newsarchive quarantine export -o bad.jsonl
    """
    import orjson

    with target.existing() as archive, written(output) as out:
        for entry in archive.quarantine:
            out.write(orjson.dumps({"key": entry.key, **asdict(entry)}, option=orjson.OPT_APPEND_NEWLINE))


@quarantine_.command("clear")
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@click.option("--all", "all_", is_flag=True, help="Drop all of them.")
@archive_options
def clear_(target: Target, keys: tuple[str, ...], all_: bool) -> None:
    """Drop records for good: those with these KEYs (`list --json` gives them), or all.

    \b
    Example:
      newsarchive quarantine clear --all
    """
    if bool(keys) == all_:
        raise click.UsageError("Say which keys, or --all.")
    with target.existing() as archive:
        quarantine = archive.quarantine
        count = quarantine.remove([entry.key for entry in quarantine] if all_ else keys)
    click.echo(f"{counted(count, 'record')} dropped.")
