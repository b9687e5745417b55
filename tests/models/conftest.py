"""The real bundled encoder, prepared once."""

from __future__ import annotations

import pytest

from indexer.models.onnx_encoder import OnnxEncoder
from indexer.settings import load_settings


@pytest.fixture(scope="session")
def onnx_encoder() -> OnnxEncoder:
    return OnnxEncoder(load_settings().cache / "models")
