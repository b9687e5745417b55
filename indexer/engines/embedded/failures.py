"""What SQLite, the file system and tantivy complain about, told as the archive's own errors."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from indexer.errors import ArchiveError, EngineTimeout, EngineUnavailable

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
# tantivy's errors reach Python as text alone.
_FULL_TEXTS = tuple(f"os error {number}" for number in sorted(_FULL)) + tuple(
    f"code: {number}," for number in sorted(_FULL)
)


class ViewBroken(Exception):
    """A view cannot be used as it is. Caught inside the engine, which makes the view anew from SQLite."""


@contextmanager
def engine_errors() -> Iterator[None]:
    """Turn what SQLite and the file system raise into `EngineUnavailable` or `EngineTimeout`."""
    try:
        yield
    except ArchiveError:
        raise
    except sqlite3.Error as error:
        raise _from_sqlite(error) from error
    except OSError as error:
        raise _from_system(error) from error


@contextmanager
def view_errors() -> Iterator[None]:
    """Turn what tantivy, numpy and missing or misshapen files raise into `ViewBroken`; a full disk stays one."""
    try:
        yield
    except (ArchiveError, ViewBroken):
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise _from_system(error) from error
        raise ViewBroken(str(error)) from error
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        if any(text in str(error) for text in _FULL_TEXTS):
            raise _full() from error
        raise ViewBroken(str(error)) from error
    except BaseException as error:
        # pyo3 raises Rust panics as a BaseException of its own, which cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise ViewBroken(str(error)) from error


class Deadline:
    """A moment after which `check` raises `EngineTimeout`. `seconds` None never passes."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._end = None if seconds is None else monotonic() + seconds

    def check(self) -> None:
        if self._end is not None and monotonic() > self._end:
            raise EngineTimeout(f"The archive did not answer within {self._seconds:g} seconds.")


def _full() -> EngineUnavailable:
    return EngineUnavailable(
        "The disk of the archive is full, or the archive may not grow.",
        remedy="Make space and run the command again: nothing that was stored is lost.",
    )


def _read_only() -> EngineUnavailable:
    return EngineUnavailable("The archive's folder cannot be written to.")


def _from_system(error: OSError) -> ArchiveError:
    if error.errno in _FULL:
        return _full()
    if error.errno in _FORBIDDEN:
        return _read_only()
    return EngineUnavailable(f"The archive's files cannot be used: {error.strerror or error}.")


def _from_sqlite(error: sqlite3.Error) -> ArchiveError:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return EngineUnavailable(
            "Another process is writing to this archive and did not finish in time.",
            remedy="Try again later.",
        )
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE")):
        return _full()
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")):
        return _read_only()
    if name.startswith("SQLITE_CANTOPEN"):
        return EngineUnavailable("The archive's database cannot be opened.")
    if name.startswith("SQLITE_INTERRUPT"):
        return EngineTimeout("The archive did not answer in time.")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return EngineUnavailable(
            "The archive's database is damaged.", remedy="`newsarchive doctor` says more; restore a backup."
        )
    return EngineUnavailable(f"The archive's database failed: {error}.")
