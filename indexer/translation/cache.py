"""Translated sentences, kept: an article that was translated once is there at once the next time.

One SQLite file in the cache's folder, which several archives share. The key is a digest of the model's
fingerprint and the sentence, so a text that changes in one sentence is translated anew in that one only.
The file may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import EngineUnavailable
from indexer.translation.base import Model

FILE_NAME = "translations-1.sqlite"
_CHUNK = 500  # keys a statement: SQLite allows at least 999 parameters


class TranslationCache:
    """Translations of sentences. Safe across processes and threads."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._lock = threading.Lock()
        with self._errors():
            folder.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(
                self.path, timeout=60, isolation_level=None, check_same_thread=False
            )
            self._database.execute("PRAGMA journal_mode=WAL")
            # What is lost with the power is translated again, so commits need not wait for the disk.
            self._database.execute("PRAGMA synchronous=NORMAL")
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS translations (key BLOB PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID"
            )

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def get(self, model: Model, sentences: Sequence[str]) -> dict[str, str]:
        """Return sentence -> translation of those that are kept."""
        keys = {_key(model, sentence): sentence for sentence in sentences}
        wanted = list(keys)
        found: dict[str, str] = {}
        with self._errors(), self._lock:
            for first in range(0, len(wanted), _CHUNK):
                chunk = wanted[first : first + _CHUNK]
                marks = ",".join("?" * len(chunk))
                rows = self._database.execute(
                    f"SELECT key, text FROM translations WHERE key IN ({marks})", chunk
                )
                found.update((keys[key], text) for key, text in rows)
        return found

    def put(self, model: Model, translations: Mapping[str, str]) -> None:
        """Keep translations by sentence."""
        rows = [(_key(model, sentence), _storable(text)) for sentence, text in translations.items()]
        with self._errors(), self._lock:
            self._database.executemany("INSERT OR REPLACE INTO translations VALUES (?, ?)", rows)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise EngineUnavailable(
                f"The translation cache {self.path} cannot be used: {error}.",
                remedy="Make space or delete it.",
            ) from error


def _key(model: Model, sentence: str) -> bytes:
    digest = hashlib.blake2b(model.fingerprint.encode(), digest_size=16)
    digest.update(b"\0" + sentence.encode("utf-8", "surrogatepass"))
    return digest.digest()


def _storable(text: str) -> str:
    """Return a text that UTF-8 can hold: a model may copy a lone surrogate."""
    return text.encode("utf-8", "replace").decode()
