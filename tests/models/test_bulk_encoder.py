"""Two encoders of one model: the quick one begins, the other takes over where many passages come."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import ModelError
from indexer.models.base import PassageText
from indexer.models.bulk_encoder import BULK_AFTER, BulkEncoder
from indexer.models.cpu import cpu_multiplies_bfloat16
from indexer.models.load import load_encoder
from indexer.models.onnx_encoder import OnnxEncoder
from indexer.settings import load_settings
from tests.fakes import FakeEncoder

PASSAGE = PassageText("", "وقف إطلاق النار في ليبيا", "ar")


def test_the_bulk_encoder_is_loaded_once_and_only_for_many_passages() -> None:
    quick, bulk = FakeEncoder(), FakeEncoder()
    loaded: list[FakeEncoder] = []

    def load() -> FakeEncoder:
        loaded.append(bulk)
        return bulk

    encoder = BulkEncoder(quick, load)
    encoder.warm_up()
    encoder.encode_query("ceasefire", words=True)
    for _ in range(BULK_AFTER // 32):
        encoder.encode_passages([PASSAGE] * 32)
    assert (quick.passages_encoded, loaded) == (BULK_AFTER, [])
    threads = [threading.Thread(target=encoder.encode_passages, args=([PASSAGE] * 32,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (quick.passages_encoded, bulk.passages_encoded, loaded) == (BULK_AFTER, 128, [bulk])


def test_only_a_processor_with_matrix_instructions_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for fast, kind in ((True, BulkEncoder), (False, OnnxEncoder)):
        monkeypatch.setattr("indexer.models.load.cpu_multiplies_bfloat16", lambda fast=fast: fast)
        assert type(load_encoder(load_settings(backend="auto"))) is kind
    monkeypatch.setattr("indexer.models.load.cpu_multiplies_bfloat16", lambda: True)
    assert type(load_encoder(load_settings(backend="onnx"))) is OnnxEncoder


def test_a_folder_that_takes_no_model_is_told_when_the_many_come(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("indexer.models.load.cpu_multiplies_bfloat16", lambda: True)
    encoder = load_encoder(load_settings(backend="auto", cache=tmp_path))
    (tmp_path / "models" / "multilingual-e5-small-float32").write_text("no folder")
    encoder.encode_passages([PASSAGE] * BULK_AFTER)
    with pytest.raises(ModelError, match="cannot be prepared"):
        encoder.encode_passages([PASSAGE])


@pytest.mark.slow
@pytest.mark.skipif(not cpu_multiplies_bfloat16(), reason="needs a CPU with AMX")
def test_both_halves_of_the_real_encoder_agree() -> None:
    encoder = load_encoder(load_settings(backend="auto"))
    passages = [PassageText("", f"ارتفعت أسعار النفط {number} في المئة", "ar") for number in range(32)]
    before = encoder.encode_passages(passages)
    encoder.encode_passages(passages * (BULK_AFTER // 32))
    after = encoder.encode_passages(passages)
    cosines = [float(one.vector @ other.vector) for one, other in zip(before, after, strict=True)]
    assert min(cosines) > 0.998
    assert [one.tokens for one in before] == [other.tokens for other in after]
    bits = [
        np.unpackbits(np.frombuffer(one.codes or b"", np.uint8) ^ np.frombuffer(other.codes or b"", np.uint8))
        for one, other in zip(before, after, strict=True)
    ]
    assert np.concatenate(bits).mean() < 0.05
