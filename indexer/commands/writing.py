"""What commands write for the person: to a file, whole or not at all, or to standard output."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from indexer.errors import UnwritableOutput

# What is named here is a device or a pipe (`/dev/stdout`, `/dev/fd/63`), even where it leads to a file.
_DEVICES = (Path("/dev"), Path("/proc"))
_STANDARD_OUTPUT = "Standard output"
_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class Output:
    """Where bytes go; what keeps them from it becomes `UnwritableOutput`."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._name = name

    def write(self, data: bytes) -> None:
        with told(self._name):
            self._stream.write(data)

    def flush(self) -> None:
        with told(self._name):
            self._stream.flush()


@contextmanager
def output(path: Path | None) -> Iterator[Output]:
    """Open a file for the body to write, or standard output for None.

    A file is written beside its place and put there at the end, so that what breaks off leaves the earlier file
    whole; devices and pipes are written as they are. Raises `UnwritableOutput`.
    """
    if path is None:
        with _standard_output() as out:
            yield out
        return
    place = _place(path)
    if place is None:
        with _opened(path, path) as out:
            yield out
        return
    work = _make_beside(place, path)
    try:
        with _opened(work, path) as out:
            yield out
        with told(path):
            work.replace(place)
    except BaseException:
        work.unlink(missing_ok=True)
        raise


def check_writable(path: Path) -> None:
    """Raise `UnwritableOutput` where a file cannot be written, before work goes into what it is to hold."""
    place = _place(path)
    with told(path):
        if place is not None:
            _make_beside(place, path).unlink()
        elif not os.access(path, os.W_OK):
            path.open("ab").close()  # says why


@contextmanager
def told(what: Path | str) -> Iterator[None]:
    """Turn an `OSError` of the body, which only writes, into `UnwritableOutput`."""
    try:
        yield
    except BrokenPipeError:
        raise  # whoever read it has enough (`| head`): no error
    except OSError as error:
        raise UnwritableOutput(
            f"{what} cannot be written: {error.strerror or error}.",
            remedy="Name a file in a folder that exists, may be written and has space.",
        ) from None


@contextmanager
def printing() -> Iterator[None]:
    """Turn what keeps prints of the body from standard output into `UnwritableOutput`. Other `OSError`s pass."""
    try:
        yield
        if sys.stdout:
            sys.stdout.flush()
    except OSError as error:
        # Whatever else is written names its file. Of a print nothing tells where it went.
        if error.errno not in _UNWRITABLE or error.filename is not None:
            raise
        _write_no_more()
        with told(_STANDARD_OUTPUT):
            raise


@contextmanager
def _standard_output() -> Iterator[Output]:
    out = Output(sys.stdout.buffer, _STANDARD_OUTPUT)
    try:
        yield out
        out.flush()
    except UnwritableOutput:
        _write_no_more()
        raise


def _write_no_more() -> None:
    """Pass over what is left for standard output: Python tries once more when it ends, and would complain again."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _opened(file: Path, name: Path) -> Iterator[Output]:
    with told(name):
        stream = file.open("wb")
    try:
        out = Output(stream, str(name))
        yield out
        out.flush()
        if file != name:
            with told(name):
                os.fsync(stream.fileno())  # a file that is put in its place must be there after a power cut
    finally:
        with suppress(OSError):  # what could not be written was told
            stream.close()


def _place(path: Path) -> Path | None:
    """Return the file that is to be replaced, behind links; None for what is written as it is."""
    with told(path):
        absolute = path.absolute()
        place = Path(os.path.realpath(path))
        is_special = place.exists() and not place.is_file()
        if is_special or any(absolute.is_relative_to(folder) for folder in _DEVICES):
            return None
        # In a folder that is not ours a file of ours can only be written as it is.
        locked = place.exists() and os.access(place, os.W_OK) and not os.access(place.parent, os.W_OK)
        return None if locked else place


def _make_beside(place: Path, name: Path) -> Path:
    """Make an empty file beside *place*, with its permissions; hidden, so that no folder is indexed with it."""
    work = place.with_name(f".newsarchive-{secrets.token_hex(8)}")
    with told(name):
        work.open("xb").close()
        if place.exists():
            shutil.copymode(place, work)
    return work
