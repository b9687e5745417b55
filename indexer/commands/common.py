"""What commands share: which archive they work on, JSON output, text that is safe in a terminal."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from indexer.archive import Archive
    from indexer.settings import Settings

FAILED = 1
PARTIAL = 3
INTERRUPTED = 130

FIRST_STRONG_ISOLATE = "\u2068"
POP_DIRECTIONAL_ISOLATE = "\u2069"
# Control characters move the cursor or recolour the terminal; bidi controls reorder the line around them.
# Articles are hostile input, so neither reaches a terminal from an article.
_UNSAFE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Target:
    """Which archive a command works on, as far as its options say; settings say the rest."""

    archive: str | None = None
    engine: str | None = None

    def settings(self, **overrides: Any) -> Settings:
        """Return the settings with the options given on the command line put first."""
        from indexer.settings import load_settings

        chosen = {"archive": self.archive, "engine": self.engine, **overrides}
        return load_settings(**{name: value for name, value in chosen.items() if value is not None})

    def open(self, **overrides: Any) -> Archive:
        """Open the archive; use it in a `with`."""
        from indexer.archive import Archive

        return Archive.open(self.settings(**overrides))

    @contextmanager
    def existing(self, **overrides: Any) -> Iterator[Archive]:
        """Open an archive that is there, for a command that only reads or changes what it holds.

        Raises `SettingsError` where there is none: a mistyped folder must not look like an archive without articles.
        """
        with self.open(**overrides) as archive:
            if error := archive.missing():
                raise error
            yield archive


def archive_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--archive` and `--engine`, passed as `target`; those before the command's name count too."""

    @click.option("--archive", metavar="DIR", help="Folder of the archive.  [default: ./archive]")
    @click.option("--engine", metavar="URL", help="OpenSearch cluster to use instead of a folder.")
    @functools.wraps(command)
    def with_target(*args: Any, archive: str | None, engine: str | None, **options: Any) -> Any:
        outer = click.get_current_context().find_object(Target) or Target()
        target = Target(archive=archive or outer.archive, engine=engine or outer.engine)
        return command(*args, target=target, **options)

    return with_target


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")


def echo_json(value: Any) -> None:
    """Print *value* as indented JSON in UTF-8."""
    import orjson

    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2))


def clean(text: str) -> str:
    """Return *text* without what could move the cursor or turn the line around. Tabs and line ends stay."""
    return _UNSAFE.sub("", text)


def verbatim(text: str) -> str:
    """Return what is copied from a terminal or a pipe, as an id is, as one line, safe and without any mark of ours."""
    return " ".join(clean(text).splitlines())


def isolate(text: str) -> str:
    """Return *text* as one line, safe in a terminal, whose direction is that of its own first letter."""
    return f"{FIRST_STRONG_ISOLATE}{' '.join(clean(text).split())}{POP_DIRECTIONAL_ISOLATE}"
