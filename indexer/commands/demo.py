"""`newsarchive demo`: the bundled articles through the ordinary pipeline, three questions, the web app."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

import indexer
from indexer.commands.common import Target, archive_options, clean, isolate
from indexer.commands.serve import bind, serve
from indexer.wording import counted

if TYPE_CHECKING:
    from indexer.archive import Archive

DEMO_ARCHIVE = "demo-archive"
SAMPLE = Path(indexer.__file__).parent / "data" / "sample"

#: Each is answered by an Arabic article that holds none of its words.
QUESTIONS = (
    "Trump withdraws from the Paris climate agreement",
    "Russia vetoes resolution on chemical attack in Syria",
    "Russia calls for a ceasefire in Libya, Lavrov and Bogdanov",
)


@click.command("demo")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 for any free one.  [default: 8000]")
@click.option("--no-serve", is_flag=True, help="Only make the archive and ask the questions.")
@archive_options
def demo_(target: Target, port: int | None, no_serve: bool) -> None:
    """Index the bundled articles into ./demo-archive, ask three questions, serve the archive.

    690 articles in twelve languages, most of them Arabic. The first time takes about a minute; after that the
    archive is there.

    \b
    Example:
      newsarchive demo
      newsarchive --archive try-it demo --port 9000
    """
    # A cluster or folder that the environment names holds real articles: the demo keeps out of it.
    target = Target(archive=target.archive or DEMO_ARCHIVE, engine=target.engine or "embedded")
    settings = target.settings(port=port)
    with ExitStack() as stack:
        # Bound before the long work, so that a port in use is told at once.
        listener = None if no_serve else stack.enter_context(bind(settings.host, settings.port))
        archive = stack.enter_context(target.open())
        make_archive(archive)
        ask(archive)
        if listener:
            serve(archive, listener)


def sample_files() -> list[Path]:
    """Return the bundled articles' files."""
    return sorted([*SAMPLE.glob("*.jsonl.gz"), *SAMPLE.glob("*.txt")])


def make_archive(archive: Archive) -> None:
    """Index the sample; what is there already is left alone."""
    from indexer.commands.index import summary
    from indexer.commands.progress import ingest_progress

    files = sample_files()
    with ingest_progress(files) as progress:
        report = archive.index(files, progress=progress)
    if report.interrupted:
        raise KeyboardInterrupt
    click.echo(
        summary(report) if report.stored else f"There already: {counted(report.unchanged, 'article')}."
    )


def ask(archive: Archive) -> None:
    """Print the questions, each with the article that comes first."""
    from indexer.commands.output import origin
    from indexer.search.request import SearchRequest

    click.echo("\nThree questions to try, each with its first answer:\n")
    for question in QUESTIONS:
        click.echo(f"  {question}")
        for result in archive.search(SearchRequest(question, size=1)).results:
            click.echo(f"    -> {isolate(result.article.title)}")
            for gist in archive.gists([result]).values():
                click.echo(f"       word for word: {clean(gist)}")
            click.echo(f"       {origin(result.article)}")
    click.echo()
