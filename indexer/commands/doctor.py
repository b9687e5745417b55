"""`newsarchive doctor`: what is wrong, and how to mend it."""

from __future__ import annotations

import click

from indexer.commands.common import PARTIAL, Target, archive_options, clean, echo_json, json_option
from indexer.errors import ArchiveError

_COLOURS = {"ok": "green", "warning": "yellow", "error": "red"}


@click.command("doctor")
@click.option("--repair", is_flag=True, help="Mend what can be mended without a decision.")
@json_option
@archive_options
def doctor_(target: Target, repair: bool, as_json: bool) -> None:
    """Check this machine, the model and the archive; say what is wrong and what to do.

    Leaves with exit code 3 when something is wrong.

    \b
    Example:
      newsarchive doctor
      newsarchive doctor --repair
    """
    from indexer.archive import Archive
    from indexer.doctor import examine_machine
    from indexer.engines.base import Finding

    settings = target.settings()
    try:
        with Archive.open(settings) as archive:
            findings = archive.doctor(repair=repair)
    except ArchiveError as error:
        # An archive that cannot be opened is a finding too.
        findings = [*examine_machine(settings), Finding("error", error.message, error.remedy)]
    if as_json:
        echo_json([{"level": f.level, "what": f.what, "remedy": f.remedy or None} for f in findings])
    else:
        for finding in findings:
            level = click.style(f"{finding.level:<8}", fg=_COLOURS.get(finding.level))
            click.echo(f"{level} {clean(finding.what)}")
            if finding.remedy:
                click.echo(f"{'':<8} -> {clean(finding.remedy)}")
    if any(finding.level == "error" for finding in findings):
        raise click.exceptions.Exit(PARTIAL)
