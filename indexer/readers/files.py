"""Named files, folders and standard input -> the files to read, each with its format."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from indexer.errors import UnreadableSource
from indexer.readers.delimited import has_known_header
from indexer.readers.opening import PACKED_ENDINGS, STDIN, unpacked_name
from indexer.readers.sidecar import is_sidecar, texts_of_sidecar

_FORMATS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".jsonlines": "jsonl", ".json": "jsonl",
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".txt": "text", ".text": "text",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read; `given` if it was named itself, not found in a folder. `path` is None for stdin.

    With `reason` it is a folder that cannot be entered.
    """

    name: str
    path: Path | None
    given: bool
    reason: str = ""


def find_files(sources: Sequence[str | Path]) -> Iterator[Found]:
    """Yield the files of `sources`: folders recursively, in sorted order, hidden and unknown files left out.

    Raises `UnreadableSource` for a source that does not exist and a folder without readable files.
    """
    for source in sources:
        path = Path(source)
        if str(source) == STDIN:
            yield Found(STDIN, None, given=True)
        elif path.is_dir():
            found = False
            for inside in _inside(path):
                found = True
                yield inside
            if not found:
                raise UnreadableSource(
                    f"The folder {shown(path)} holds no files to read.",
                    remedy=f"Known endings: {' '.join(_FORMATS)}, also with {' '.join(PACKED_ENDINGS)}.",
                )
        elif not is_sidecar(path):
            yield Found(shown(path), path, given=True)


def check_sources(sources: Sequence[str | Path]) -> None:
    """Raise `UnreadableSource` before anything is read, for the first source of which nothing can be read.

    That is one that does not exist, and a sidecar that is named without its text: it is no article itself.
    """
    if not sources:
        raise UnreadableSource("No file or folder was given.")
    for source in sources:
        try:
            is_there = str(source) == STDIN or Path(source).exists()
        except OSError as error:
            raise UnreadableSource(f"{shown(source)} cannot be opened: {error.strerror}.") from None
        if not is_there:
            raise UnreadableSource(f"There is no file or folder {shown(source)}.")
    named = {Path(source).resolve() for source in sources if str(source) != STDIN}
    for source in sources:
        # `*` names both, and a folder holds both: then the sidecar is read with its text.
        texts = [text.resolve() for text in texts_of_sidecar(Path(source))]
        if texts and not any({text, *text.parents} & named for text in texts):
            raise UnreadableSource(
                f"{shown(source)} is no article, but a sidecar: it says what {shown(texts[0].name)} does not.",
                remedy=f"Name {shown(texts[0].name)}; its sidecar is read with it.",
            )


def format_of_name(name: str) -> str:
    """Return the format that a file's ending says, or an empty string."""
    stem, dot, ending = unpacked_name(name).lower().rpartition(".")
    return _FORMATS.get(dot + ending, "") if stem else ""


def format_of(name: str, head: str) -> str:
    """Return the format of a file: by its ending, and by its beginning where that says nothing or lies."""
    by_name = format_of_name(name)
    if by_name not in ("", "text"):
        return by_name
    start = head.lstrip()[:200_000]
    if start.startswith(("{", "[")) and _begins_json(start):
        return "jsonl"
    if not by_name and has_known_header(head):
        return "csv"
    return "text"


def shown(path: str | Path) -> str:
    """Return a path as clean text: a file's name need not be valid UTF-8, a stored string must be."""
    return os.fsencode(path).decode("utf-8", "replace")


def _inside(folder: Path) -> Iterator[Found]:
    refused: list[OSError] = []
    for root, folders, files in os.walk(folder, onerror=refused.append):
        yield from _not_entered(refused, folder)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(root, name)
            if name.startswith(".") or not format_of_name(name) or not _may_be_file(path) or is_sidecar(path):
                continue
            yield Found(shown(path), path, given=False)
    yield from _not_entered(refused, folder)


def _not_entered(refused: list[OSError], given: Path) -> Iterator[Found]:
    """Yield the folders that `os.walk` was refused since the last call."""
    while refused:
        error = refused.pop(0)
        path = Path(os.fsdecode(error.filename))
        reason = f"The folder {shown(path)} cannot be entered: {error.strerror}."
        yield Found(shown(path), path, given=path == given, reason=reason)


def _may_be_file(path: Path) -> bool:
    """Tell a file from a device, a pipe and a link to nothing; what cannot be told is left to who opens it."""
    try:
        return path.is_file()
    except OSError:
        return True


def _begins_json(start: str) -> bool:
    if start.startswith(("{\n", "{\r\n", "[\n", "[{", '{"')):
        return True
    try:
        orjson.loads(start.split("\n", 1)[0].encode("utf-8", "replace"))
    except orjson.JSONDecodeError:
        return False
    return True
