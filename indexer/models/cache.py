"""The encode cache: what was cut and encoded once need not be again, in this archive or in another.

One SQLite file, shared by every archive whose `cache` setting names the same folder. The key is a digest of
the encoder's fingerprint and of exactly what the encoder (or whoever cuts) reads, so an entry is never wrong; the
file may be deleted at any time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import orjson

from indexer.kept import KeptRows
from indexer.models.base import Fingerprint, PassageEncoding, PassageText

FILE_NAME = "encodings-1.sqlite"


class EncodeCache:
    """Passage encodings and cuts by digest. Vectors are kept as float16. Safe across processes and threads."""

    def __init__(self, folder: Path) -> None:
        self._kept = _table(folder, "encodings", "(key BLOB PRIMARY KEY, vector BLOB NOT NULL, codes BLOB)")
        self._cuts = _table(folder, "cuts", "(key BLOB PRIMARY KEY, cut BLOB NOT NULL)")

    def close(self) -> None:
        self._kept.close()
        self._cuts.close()

    @staticmethod
    def key(fingerprint: Fingerprint, passage: PassageText) -> bytes:
        """Return the digest of what is encoded and by what."""
        return EncodeCache.digest(fingerprint, (passage.title, passage.text, passage.language))

    @staticmethod
    def digest(fingerprint: Fingerprint, parts: Sequence[str]) -> bytes:
        """Return the 16-byte digest of an encoder and of texts, which do not run together."""
        digest = hashlib.blake2b(
            orjson.dumps(fingerprint.to_dict(), option=orjson.OPT_SORT_KEYS), digest_size=16
        )
        for part in parts:
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "little") + data)
        return digest.digest()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, PassageEncoding]:
        """Return the entries that exist."""
        return {
            key: PassageEncoding(np.frombuffer(vector, np.float16).astype(np.float32), codes)
            for key, vector, codes in self._kept.get(keys)
        }

    def put(self, encodings: Mapping[bytes, PassageEncoding]) -> None:
        """Keep the entries."""
        self._kept.put(
            [
                (key, encoding.vector.astype(np.float16).tobytes(), encoding.codes)
                for key, encoding in encodings.items()
            ]
        )

    def cuts(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return where articles are cut (see `indexer.ingest.cutting`), as far as it is known."""
        return dict(self._cuts.get(keys))

    def put_cuts(self, cuts: Mapping[bytes, bytes]) -> None:
        """Keep where articles are cut."""
        self._cuts.put(list(cuts.items()))


def _table(folder: Path, name: str, columns: str) -> KeptRows:
    return KeptRows(
        folder / FILE_NAME,
        name,
        columns,
        what="encode cache",
        remedy="Make space or delete it, or set NEWSARCHIVE_ENCODE_CACHE=false.",
    )
