"""Translated sentences, kept: an article that was translated once is there at once the next time.

One SQLite file in the cache's folder, which several archives share. The key is a digest of the model's
fingerprint and the sentence, so a text that changes in one sentence is translated anew in that one only.
The file may be deleted at any time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from indexer.kept import KeptRows
from indexer.translation.base import Model

FILE_NAME = "translations-1.sqlite"


class TranslationCache:
    """Translations of sentences. Safe across processes and threads."""

    def __init__(self, folder: Path) -> None:
        self._kept = KeptRows(
            folder / FILE_NAME,
            "translations",
            "(key BLOB PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID",
            what="translation cache",
            remedy="Make space or delete it.",
        )

    def close(self) -> None:
        self._kept.close()

    def get(self, model: Model, sentences: Sequence[str]) -> dict[str, str]:
        """Return sentence -> translation of those that are kept."""
        keys = {_key(model, sentence): sentence for sentence in sentences}
        return {keys[key]: text for key, text in self._kept.get(list(keys))}

    def put(self, model: Model, translations: Mapping[str, str]) -> None:
        """Keep translations by sentence."""
        self._kept.put([(_key(model, sentence), _storable(text)) for sentence, text in translations.items()])


def _key(model: Model, sentence: str) -> bytes:
    digest = hashlib.blake2b(model.fingerprint.encode(), digest_size=16)
    digest.update(b"\0" + sentence.encode("utf-8", "surrogatepass"))
    return digest.digest()


def _storable(text: str) -> str:
    """Return a text that UTF-8 can hold: a model may copy a lone surrogate."""
    return text.encode("utf-8", "replace").decode()
