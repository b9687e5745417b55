"""The encode cache: keys, round trips, several users at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import EngineUnavailable
from indexer.models.base import Fingerprint, PassageEncoding, PassageText
from indexer.models.cache import FILE_NAME, EncodeCache

FINGERPRINT = Fingerprint("model", 4, "abc", "query: ", "passage: ", 512, "signs")
TEXT = PassageText("title", "text", "ar")


def test_what_was_put_comes_back(tmp_path: Path) -> None:
    cache, other = EncodeCache(tmp_path), EncodeCache(tmp_path)
    vector = np.array([0.5, 0.5, 0.5, 0.5], np.float32)
    cache.put({b"a" * 16: PassageEncoding(vector, b"codes"), b"b" * 16: PassageEncoding(vector, None)})
    found = other.get([b"a" * 16, b"b" * 16, b"c" * 16])
    assert set(found) == {b"a" * 16, b"b" * 16}
    np.testing.assert_array_equal(found[b"a" * 16].vector, vector)
    assert found[b"a" * 16].codes == b"codes"
    assert found[b"b" * 16].codes is None


def test_many_keys_at_once(tmp_path: Path) -> None:
    cache = EncodeCache(tmp_path)
    vector = np.ones(4, np.float32)
    keys = [number.to_bytes(16, "little") for number in range(2_000)]
    cache.put(dict.fromkeys(keys, PassageEncoding(vector, b"")))
    assert len(cache.get(keys)) == 2_000


@pytest.mark.parametrize(
    "other",
    [replace(TEXT, title="other"), replace(TEXT, text="other"), replace(TEXT, language="fa")],
)
def test_whatever_is_encoded_is_in_the_key(other: PassageText) -> None:
    assert EncodeCache.key(FINGERPRINT, TEXT) != EncodeCache.key(FINGERPRINT, other)


def test_the_model_is_in_the_key_and_parts_do_not_run_together() -> None:
    assert EncodeCache.key(FINGERPRINT, TEXT) != EncodeCache.key(replace(FINGERPRINT, weights="x"), TEXT)
    assert EncodeCache.key(FINGERPRINT, PassageText("ab", "c")) != EncodeCache.key(
        FINGERPRINT, PassageText("a", "bc")
    )


def test_a_broken_file_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not a database" * 1000)
    with pytest.raises(EngineUnavailable, match="delete it"):
        EncodeCache(tmp_path)
