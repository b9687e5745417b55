"""`newsarchive index`: files and folders of articles into the archive, or what would happen (`--dry-run`)."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from indexer.commands.alerts import run_after_ingest
from indexer.commands.common import (
    INTERRUPTED,
    PARTIAL,
    Target,
    archive_options,
    clean,
    echo_json,
    json_option,
)
from indexer.wording import counted

if TYPE_CHECKING:
    from indexer.ingest.report import IngestReport
    from indexer.readers import SourceDescription

FORMATS = ("auto", "jsonl", "csv", "tsv", "text")


class Column(click.ParamType[tuple[str, str]]):
    """`title=headline`: our field, then its name in the file."""

    name = "field=name"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        ours, equals, theirs = str(value).partition("=")
        if not (ours and equals and theirs):
            self.fail(f"{value!r} should look like title=headline.", param, ctx)
        return ours.strip(), theirs.strip()


class Zone(click.ParamType[tzinfo]):
    """A time zone by its name in the tz database."""

    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tzinfo:
        if isinstance(value, tzinfo):
            return value
        try:
            return ZoneInfo(str(value))
        except (ValueError, OSError, KeyError):
            self.fail(f"{value!r} is not a time zone such as Asia/Dubai or UTC.", param, ctx)


@click.command("index")
@click.argument("sources", nargs=-1, required=True, metavar="FILE-OR-FOLDER...")
@click.option("--dry-run", is_flag=True, help="Show how the sources are understood; store nothing.")
@click.option("--format", type=click.Choice(FORMATS), default="auto", help="What the files are.")
@click.option("--encoding", default="auto", metavar="NAME", help="Their encoding, such as windows-1256.")
@click.option(
    "--column",
    "columns",
    type=Column(),
    multiple=True,
    help="Which field of the file is which of ours: title=headline; repeatable.",
)
@click.option("--title", default="", help="Title of an article that has none.")
@click.option("--published", default="", metavar="DATE", help="Publication date of articles that have none.")
@click.option("--source", default="", help="Source of all the articles, such as BBC Arabic.")
@click.option("--url", default="", help="Address of the article, where it has none.")
@click.option("--language", default="", metavar="CODE", help="Language of all the articles, such as ar.")
@click.option("--section", default="", help="Section of all the articles.")
@click.option("--author", default="", help="Author of all the articles.")
@click.option("--timezone", type=Zone(), default="UTC", help="Zone of times written without one.")
@click.option(
    "--delete-missing",
    is_flag=True,
    help="Delete articles that were read from these folders before and are there no more.",
)
@click.option("--device", help="Encode on this device: auto, cpu, cuda, cuda:1, mps.")
@click.option("--batch-size", type=int, help="Passages that the encoder takes at once.")
@click.option("--threads", type=int, help="Threads of the encoder; 0 for all cores.")
@json_option
@archive_options
def index_(
    target: Target,
    sources: tuple[str, ...],
    dry_run: bool,
    columns: tuple[tuple[str, str], ...],
    timezone: tzinfo,
    delete_missing: bool,
    device: str | None,
    batch_size: int | None,
    threads: int | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Read FILE-OR-FOLDER... into the archive; - is standard input.

    JSON Lines, CSV, TSV and plain text, also packed with gzip or zstd. Running the same command again encodes
    and writes only what is new or changed, also after an interruption. See docs/formats.md.

    \b
    Example:
      newsarchive index articles.jsonl.gz
      newsarchive index --dry-run export.csv --column title=headline --column published=day
      newsarchive index texts/ --source "BBC Arabic" --language ar --delete-missing
    """
    import os.path

    from indexer.readers import ReadOptions

    # `Path.is_dir` ends in an error for one that may not be looked at: that is told when it is read.
    if delete_missing and not any(os.path.isdir(source) for source in sources):  # noqa: PTH112
        raise click.UsageError("--delete-missing needs a folder among the sources.")
    read_options = ReadOptions(columns=dict(columns), default_timezone=timezone, **options).checked()
    with target.open(device=device, batch_size=batch_size, threads=threads) as archive:
        if dry_run:
            descriptions = archive.describe(sources, read_options)
            _show(descriptions, as_json)
            if not any(description.articles for description in descriptions):
                raise click.exceptions.Exit(1)  # as without --dry-run
            return
        from indexer.commands.progress import ingest_progress

        with ingest_progress(sources) as progress:
            report = archive.index(sources, read_options, delete_missing=delete_missing, progress=progress)
        if report.stored and not report.interrupted:
            run_after_ingest(archive)
    finish(report, as_json)


def finish(report: IngestReport, as_json: bool) -> None:
    """Say what a run did, and leave with its exit code."""
    if as_json:
        echo_json(report.to_dict())
    else:
        click.echo(summary(report))
    if report.interrupted:
        click.echo("Interrupted. What is stored is safe: the same command goes on from here.", err=True)
        raise click.exceptions.Exit(INTERRUPTED)
    if report.quarantined:
        uncounted = f" ({report.not_kept:,} of them are only counted)" if report.not_kept else ""
        click.echo(
            f"{counted(report.quarantined, 'record')} went to quarantine{uncounted}: "
            "see `newsarchive quarantine list`.",
            err=True,
        )
        raise click.exceptions.Exit(PARTIAL)


def summary(report: IngestReport) -> str:
    """Return a run in one sentence."""
    parts = [f"{counted(report.stored, 'article')} stored ({counted(report.passages, 'passage')})"]
    for count, what in (
        (report.unchanged, "unchanged"),
        (report.repeated, "repeated"),
        (report.deleted, "deleted"),
        (report.unread_dates, "undated, as the date cannot be read"),
    ):
        if count:
            parts.append(f"{count:,} {what}")
    seconds = report.articles_seconds
    rate = f", {report.stored / seconds:.1f} articles/s" if report.stored and seconds else ""
    return f"{'; '.join(parts)}; {report.seconds:.1f} s{rate}."


def _show(descriptions: list[SourceDescription], as_json: bool) -> None:
    if as_json:
        echo_json([_to_json(description) for description in descriptions])
        return
    for description in descriptions:
        compression = f", {description.compression}" if description.compression else ""
        # Of what holds no articles nothing is known but that.
        understood = ", ".join(filter(None, (description.format, description.encoding)))
        click.echo(f"{clean(description.file)}: {understood or 'not understood'}{compression}")
        for theirs, ours in description.mapping.items():
            click.echo(f"  {clean(theirs)} -> {ours}")
        for theirs in description.ignored:
            click.echo(f"  {clean(theirs)} -> (kept, not searched)")
        click.echo(
            f"  articles among the first {counted(description.looked_at, 'record')}: {description.articles:,}"
        )
        for problem in description.problems:
            click.echo(f"  problem: {clean(problem)}")
        if description.first:
            from indexer.commands.output import print_article

            click.echo("  The first article as it would be stored:\n")
            print_article(description.first, characters=500)
            click.echo()


def _to_json(description: SourceDescription) -> dict[str, Any]:
    return {
        "file": description.file,
        "format": description.format,
        "encoding": description.encoding,
        "compression": description.compression or None,
        "mapping": dict(description.mapping),
        "ignored": list(description.ignored),
        "looked_at": description.looked_at,
        "articles": description.articles,
        "problems": list(description.problems),
        "first": description.first.to_dict() if description.first else None,
    }
