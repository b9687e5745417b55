"""The `newsarchive` command: its options, its list of commands, its exit codes.

A command's module is imported when that command is called, so that `newsarchive --help` answers at once.
"""

from __future__ import annotations

import codecs
import importlib
import io
import os
import sys
import unicodedata
from typing import Any

import click

from indexer import __version__
from indexer.commands.common import Target, archive_options, clean
from indexer.commands.writing import printing
from indexer.errors import ArchiveError, InvalidQuery

# Said before numpy is loaded, which the commands do. A search multiplies small matrices: several threads wait for each
# other longer than they work, and take the cores from other searches. (Encoders have threads of their own.)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

#: Command -> (module, what `newsarchive --help` says of it). The command is the module's object of that name,
#: with an underscore after it (`export_`), since some are Python's own words.
COMMANDS = {
    "demo": ("demo", "Index the bundled articles and serve them in the browser."),
    "create": ("create", "Make an empty archive."),
    "index": ("index", "Read files and folders of articles into the archive."),
    "search": ("search", "Ask a question and get the articles that answer it."),
    "show": ("articles", "Print one article."),
    "export": ("articles", "Write articles out as JSON Lines."),
    "delete": ("articles", "Delete articles."),
    "stats": ("articles", "Say how large the archive is."),
    "quarantine": ("quarantine", "Look after the records that could not be indexed."),
    "serve": ("serve", "Serve the archive in the browser."),
    "rebuild": ("rebuild", "Make the archive anew from its own articles, for another model."),
    "generations": ("generations", "Rebuild an archive on a cluster while it is in use."),
    "lexicon": ("lexicon", "Keep your own word pairs for searches."),
    "evaluate": ("evaluate", "Measure the ranking with judged queries."),
    "alerts": ("alerts", "Run saved searches on new articles."),
    "doctor": ("doctor", "Say what is wrong with this archive, and how to mend it."),
}

EPILOG = """\b
Exit codes:
  0    done
  1    an expected error, told in one line
  2    wrong use of the command
  3    done, but some records went to quarantine (index), or something is wrong (doctor)
  130  interrupted with Ctrl-C; the same command goes on where it stopped
"""


_MARKED = "newsarchive-marked"


class CommandError(click.ClickException):
    """An expected error as one line on stderr: `Error: what happened. What to do.`"""

    def __init__(self, error: ArchiveError) -> None:
        where = ""
        if isinstance(error, InvalidQuery) and error.column is not None:
            place = f"at character {error.column + 1} of the query"
            where = "" if place in str(error) else f" ({place})"
        super().__init__(" ".join(clean(f"{error}{where}").split()))


def _marked(error: UnicodeError) -> tuple[str, int]:
    """Return question marks for what cannot be encoded, and nothing for what is not seen, such as isolates."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join("" if unicodedata.category(c) == "Cf" else "?" for c in lacking), error.end


class Commands(click.Group):
    """A group whose commands are imported when they are asked for."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line. A terminal that lacks letters shows marks for them, and does not end the command."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            codecs.register_error(_MARKED, _marked)
            sys.stdout.reconfigure(errors=_MARKED)
        return super().main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"indexer.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; expected errors become one line, Ctrl-C becomes exit code 130."""
        try:
            with printing():
                return super().invoke(ctx)
        except ArchiveError as error:
            raise CommandError(error) from None
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(130)


@click.group(
    cls=Commands,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="newsarchive", message="%(prog)s %(version)s")
@archive_options
@click.pass_context
def main(ctx: click.Context, target: Target) -> None:
    """A searchable multilingual news archive.

    English questions find Arabic articles (and those in many other languages), and each result says why it
    came.

    \b
    Example:
      newsarchive index articles.jsonl
      newsarchive search "ceasefire in Libya"
      newsarchive serve

    Settings come from options, else from the environment (NEWSARCHIVE_ and the setting's name in capitals),
    else from newsarchive.toml in the working directory. See docs/settings.md.
    """
    ctx.obj = target
