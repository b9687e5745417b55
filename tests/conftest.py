"""Fixtures that every part of the tests may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

#: The fixtures of a real OpenSearch node: one plugin, so that one node serves everything in a session.
pytest_plugins = ("tests.opensearch.fixture",)

# Tests of other things are served by the small encoder: where the CPU has AMX, whatever indexes more than some
# articles would load torch, in each of many processes. tests/models asks for both by name.
os.environ.setdefault("NEWSARCHIVE_BACKEND", "onnx")

ROOT = Path(__file__).resolve().parent.parent


def skip_or_fail(reason: str) -> None:
    """Skip aloud where a needed part is missing; under CI a missing part is a failure."""
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(f"needed under CI: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of judged queries and real articles that lies beside some checkouts."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no development data at {folder}")
    return folder
