"""The encode cache: what was encoded once need not be encoded again, in this archive or in another.

One SQLite file, shared by every archive whose `cache` setting names the same folder. The key is a digest of
the encoder's fingerprint and of exactly what the encoder reads, so an entry is never wrong; the file may be
deleted at any time.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import orjson

from indexer.errors import EngineUnavailable
from indexer.models.base import Fingerprint, PassageEncoding, PassageText

FILE_NAME = "encodings-1.sqlite"
_CHUNK = 500  # keys a statement: SQLite allows at least 999 parameters


class EncodeCache:
    """Passage encodings by digest. Vectors are kept as float16. Safe across processes and threads."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._lock = threading.Lock()
        with self._errors():
            folder.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(
                self.path, timeout=60, isolation_level=None, check_same_thread=False
            )
            self._database.execute("PRAGMA journal_mode=WAL")
            # An entry lost with the power is encoded again, so commits need not wait for the disk.
            self._database.execute("PRAGMA synchronous=NORMAL")
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS encodings"
                " (key BLOB PRIMARY KEY, vector BLOB NOT NULL, codes BLOB)"
            )

    def close(self) -> None:
        with self._lock:
            self._database.close()

    @staticmethod
    def key(fingerprint: Fingerprint, passage: PassageText) -> bytes:
        """Return the 16-byte digest of what is encoded and by what."""
        parts = (passage.title, passage.text, passage.language)
        digest = hashlib.blake2b(
            orjson.dumps(fingerprint.to_dict(), option=orjson.OPT_SORT_KEYS), digest_size=16
        )
        for part in parts:
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "little") + data)
        return digest.digest()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, PassageEncoding]:
        """Return the entries that exist."""
        found: dict[bytes, PassageEncoding] = {}
        with self._errors(), self._lock:
            for first in range(0, len(keys), _CHUNK):
                chunk = keys[first : first + _CHUNK]
                marks = ",".join("?" * len(chunk))
                rows = self._database.execute(
                    f"SELECT key, vector, codes FROM encodings WHERE key IN ({marks})", chunk
                )
                for key, vector, codes in rows:
                    decoded = np.frombuffer(vector, np.float16).astype(np.float32)
                    found[key] = PassageEncoding(decoded, codes)
        return found

    def put(self, encodings: Mapping[bytes, PassageEncoding]) -> None:
        """Keep the entries."""
        rows = [
            (key, encoding.vector.astype(np.float16).tobytes(), encoding.codes)
            for key, encoding in encodings.items()
        ]
        with self._errors(), self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                self._database.executemany("INSERT OR REPLACE INTO encodings VALUES (?, ?, ?)", rows)
                self._database.execute("COMMIT")
            except BaseException:  # Ctrl-C too: an open transaction would lock out every other archive
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise EngineUnavailable(
                f"The encode cache {self.path} cannot be used: {error}.",
                remedy="Make space or delete it, or set NEWSARCHIVE_ENCODE_CACHE=false.",
            ) from error
