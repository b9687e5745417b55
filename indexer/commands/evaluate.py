"""`newsarchive evaluate`: judged queries in, figures out, as text, JSON, a TREC run or an HTML report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.commands.common import Target, archive_options, echo_json, json_option
from indexer.commands.writing import check_writable, told

if TYPE_CHECKING:
    from indexer.archive import Archive
    from indexer.evaluate.judgedqueries import JudgedQueries
    from indexer.evaluate.runner import Asked
    from indexer.search.weights import Weights

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command("evaluate")
@click.option("--queries", type=FILE, help="TSV (id, text), or JSON Lines with id, text and perhaps filters.")
@click.option("--qrels", type=FILE, help="Judgements in TREC form: query-id 0 article-id grade.")
@click.option("--demo", is_flag=True, help="Ask the bundled questions of a temporary archive instead.")
@click.option("--from-judgements", is_flag=True, help="Ask what readers of this archive have judged.")
@click.option("--measure", multiple=True, metavar="NAME", help="One more measure (R@20, AP@100); repeatable.")
@click.option("--limit", type=click.IntRange(min=1), help="Ask only the first queries, so many of them.")
@click.option(
    "--filter", "filters", multiple=True, metavar="FIELD=VALUE", help="Such as language=ar; repeatable."
)
@click.option("--syntax", is_flag=True, help="The queries are in the query language, not plain questions.")
@click.option(
    "--without", multiple=True, metavar="PART", help="Rank without this part (late, near, ...); repeatable."
)
@click.option("--baseline", type=FILE, metavar="RUN", help="TREC run to compare with.")
@click.option("--run-out", type=OUT, help="Write the ranking as a TREC run.")
@click.option(
    "--leg-run-out",
    type=OUT,
    help="Write each leg's ranking, too: FILE becomes FILE.dense, FILE.lexical and so on.",
)
@click.option("--html", "html_out", type=OUT, help="Write a report with plots.")
@click.option("--unanswerable", type=FILE, help="Queries that the archive has no answer to: are they told?")
@click.option(
    "--cross-validate",
    "folds",
    type=click.IntRange(min=2, max=100),
    metavar="FOLDS",
    help="Tell instead whether other fusion weights would rank better on queries they were not chosen on.",
)
@click.option("--keep", is_flag=True, help="Keep the figures in the archive, for its quality page.")
@json_option
@archive_options
def evaluate_(
    target: Target,
    queries: Path | None,
    qrels: Path | None,
    demo: bool,
    from_judgements: bool,
    measure: tuple[str, ...],
    limit: int | None,
    filters: tuple[str, ...],
    syntax: bool,
    without: tuple[str, ...],
    baseline: Path | None,
    run_out: Path | None,
    leg_run_out: Path | None,
    html_out: Path | None,
    keep: bool,
    unanswerable: Path | None,
    folds: int | None,
    as_json: bool,
) -> None:
    """Measure the ranking with judged queries: nDCG@10, MRR@10, R@1, R@10, R@100.

    Each figure comes with its 95 % confidence interval, for the whole ranking and for each leg. With a saved
    run as baseline, the differences are tested (paired randomisation test). With queries that the archive has no
    answer to, it is also told how many of each kind "nothing here stands out" was said of.

    \b
    Example:
      newsarchive evaluate --demo
      newsarchive evaluate --queries dev.tsv --qrels dev.qrels --run-out before.run
      newsarchive evaluate --queries dev.tsv --qrels dev.qrels --baseline before.run --html report.html
      newsarchive evaluate --from-judgements --keep
      newsarchive evaluate --queries dev.tsv --qrels dev.qrels --unanswerable of-another-field.tsv
      newsarchive evaluate --from-judgements --cross-validate 5
    """
    from indexer.evaluate.crossvalidation import cross_validate
    from indexer.evaluate.datasets import read_queries, read_run, write_run
    from indexer.evaluate.history import History
    from indexer.evaluate.measures import MEASURES
    from indexer.evaluate.page import to_html
    from indexer.evaluate.report import to_json, to_text, validation_to_json, validation_to_text
    from indexer.evaluate.runner import against, evaluate

    if sum((demo, from_judgements, bool(queries or qrels))) != 1 or bool(queries) != bool(qrels):
        raise click.UsageError("Give --queries and --qrels, or --from-judgements, or --demo.")
    if demo and keep:
        raise click.UsageError("--demo asks a temporary archive, which keeps nothing.")
    if without and keep:
        raise click.UsageError("--keep is for figures of the ranking that is in use, with all its parts.")
    if folds and (
        without or baseline or run_out or leg_run_out or html_out or keep or unanswerable or measure
    ):
        raise click.UsageError(
            "--cross-validate weighs weights only: it makes no run, and compares with none."
        )
    name = "What readers judged" if from_judgements else "The bundled XQuAD questions"
    name = queries.name if queries else name
    common, weights = _filters(filters), _weights(without)
    foreign = read_queries(unanswerable) if unanswerable else []
    before = read_run(baseline) if baseline else None
    for out in filter(None, (run_out, leg_run_out, html_out)):
        check_writable(out)
    with (
        _judged(target, queries, qrels, from_judgements) as (archive, given),
        _progress() as progress,
    ):
        judged = replace(
            given, filters=common, syntax=given.syntax or syntax, limit=limit, unanswerable=foreign
        )
        if folds:
            validation = cross_validate(archive, judged, folds=folds, asked=progress)
            if as_json:
                echo_json(validation_to_json(validation))
            else:
                click.echo(validation_to_text(validation))
            return
        evaluation = evaluate(
            archive,
            judged,
            measures=tuple(dict.fromkeys((*MEASURES, *measure))),
            weights=weights,
            asked=progress,
        )
        if keep:
            History(archive.engine).keep(evaluation, name)
    comparison = None
    if baseline and before is not None:
        comparison = against(evaluation, baseline.name, before, judged.qrels)
    if run_out:
        with told(run_out):
            write_run(run_out, evaluation.run)
    if leg_run_out:
        for leg, run in evaluation.leg_runs.items():
            path = leg_run_out.with_name(f"{leg_run_out.name}.{leg}")
            with told(path):
                write_run(path, run, tag=leg)
    if html_out:
        page = to_html(evaluation, judged.qrels, comparison, title=name)
        with told(html_out):
            html_out.write_text(page, encoding="utf-8")
    if as_json:
        echo_json(to_json(evaluation, comparison))
    else:
        click.echo(to_text(evaluation, comparison))


@contextmanager
def _judged(
    target: Target, queries: Path | None, qrels: Path | None, from_judgements: bool
) -> Iterator[tuple[Archive, JudgedQueries]]:
    """Open the archive with its judged queries: of files, of its readers, or the bundled ones."""
    from indexer.evaluate.datasets import read_qrels, read_queries
    from indexer.evaluate.demo import demo, demo_folder
    from indexer.evaluate.judgedqueries import JudgedQueries

    if from_judgements:
        with target.existing() as archive:
            yield archive, _of_readers(archive)
        return
    if queries and qrels:
        judged = JudgedQueries(read_queries(queries), read_qrels(qrels))
        with target.existing() as archive:
            yield archive, judged
        return
    from indexer.commands.progress import ingest_progress

    with (
        demo_folder() as folder,
        ingest_progress([folder / "articles.jsonl.gz"]) as progress,
        demo(target.settings(), progress=progress) as judged_archive,
    ):
        yield judged_archive


def _of_readers(archive: Archive) -> JudgedQueries:
    from indexer.errors import UnreadableSource
    from indexer.evaluate.judgements import Judgements, judged

    found = judged(Judgements(archive.engine))
    if not found.answerable:
        raise UnreadableSource(
            "Nobody has judged a result of this archive as relevant yet.",
            remedy="Serve the archive and press the thumbs beside its results.",
        )
    return found


def _filters(values: tuple[str, ...]) -> Any:
    """Return the filters of options `FIELD=VALUE`; values of one field are alternatives."""
    from indexer.evaluate.datasets import filters_from_mapping

    chosen: dict[str, Any] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not text:
            raise click.BadParameter(f"{value!r} is not FIELD=VALUE, such as language=ar.")
        if name.startswith("published_"):
            chosen[name] = text
        else:
            chosen.setdefault(name, []).append(text)
    try:
        return filters_from_mapping(chosen)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from None


def _weights(without: tuple[str, ...]) -> Weights:
    from indexer.search.weights import WEIGHTS

    weights = WEIGHTS
    for part in without:
        try:
            weights = weights.without(part)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    return weights


@contextmanager
def _progress() -> Iterator[Asked]:
    """Show how many queries were asked, on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("Asking", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
