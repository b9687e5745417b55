"""Write the pages of docs/ that are made from the code: settings.md and commands.md.

    python docs/tools/make_docs.py

`tests/test_docs.py` fails when a page is not what this would write.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from indexer.cli import COMMANDS, EPILOG, main
from indexer.settings import CONFIG_FILE, Settings

DOCS = Path(__file__).resolve().parents[1]
MADE = "<!-- Made by `make docs` from {source}; do not edit. -->"


def settings_page() -> str:
    """Return docs/settings.md."""
    lines = [
        "# Settings",
        "",
        MADE.format(source="indexer/settings.py"),
        "",
        "A setting is read from the command line where a command has an option of that name, else from the",
        f"environment, else from a file `{CONFIG_FILE}` in the working directory (`name = value`, TOML),",
        "else its default counts. An unknown name in the file is refused, so that a typing error does not",
        "pass unseen.",
        "",
        "| setting | environment | default | what it is |",
        "|---|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = _default(name, field.default)
        lines.append(f"| `{name}` | `NEWSARCHIVE_{name.upper()}` | {default} | {field.description} |")
    lines += [
        "",
        "Example, in the environment and in the file:",
        "",
        "```sh",
        "export NEWSARCHIVE_ARCHIVE=/data/news NEWSARCHIVE_THREADS=4",
        "```",
        "",
        "```toml",
        f"# {CONFIG_FILE}",
        'archive = "/data/news"',
        "threads = 4",
        "```",
        "",
        "Put passwords into the environment, not into the file; they are never logged or shown.",
        "",
    ]
    return "\n".join(lines)


def commands_page() -> str:
    """Return docs/commands.md."""
    lines = [
        "# Commands",
        "",
        MADE.format(source="the commands' own help"),
        "",
        "`newsarchive COMMAND --help` prints the same.",
        "",
        "| command | what it does |",
        "|---|---|",
        *(f"| [`{name}`](#newsarchive-{name}) | {text} |" for name, (_, text) in COMMANDS.items()),
        "",
        "## Exit codes",
        "",
        "```text",
        *inspect.cleandoc(EPILOG.replace("\b", "")).splitlines()[1:],
        "```",
    ]
    for name, command in _walk(main, ("newsarchive",)):
        lines += ["", f"## {name}", "", "```text", _help(name, command), "```"]
    return "\n".join(lines) + "\n"


def _default(name: str, value: Any) -> str:
    if value is PydanticUndefined:
        return "none: must be given"
    if name == "cache":
        return "the user's cache folder"  # differs between systems
    if isinstance(value, SecretStr) or value in ("", None):
        return "empty"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _walk(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield " ".join((*path, name)), command
            yield from _walk(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def _help(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name, terminal_width=100, max_content_width=100)
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())


PAGES = {"settings.md": settings_page, "commands.md": commands_page}

if __name__ == "__main__":
    for page, make in PAGES.items():
        (DOCS / page).write_text(make(), encoding="utf-8")
