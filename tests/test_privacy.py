"""Nobody is told what is done with an archive."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SWITCHES = ("ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY")


def run(code: str, home: Path, **said: str) -> str:
    """Run code as somebody who has said nothing of telemetry but what is *said*."""
    environment = {name: value for name, value in os.environ.items() if name not in SWITCHES}
    places = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "LOCALAPPDATA": str(home / "local")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**environment, **places, **said},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


@pytest.mark.parametrize("package", ["indexer.archive", "webapp"])
def test_the_encoders_runtime_reports_nothing(package: str, tmp_path: Path) -> None:
    """onnxruntime numbers the machine, and queues what it will send, in files of the person's cache folder."""
    run(f"import {package}, onnxruntime", tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_hubs_client_reports_nothing(tmp_path: Path) -> None:
    code = "import indexer.archive; from huggingface_hub import constants; print(constants.HF_HUB_DISABLE_TELEMETRY)"
    assert run(code, tmp_path).strip() == "True"


def test_who_wants_to_report_may(tmp_path: Path) -> None:
    code = "import indexer, os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    assert run(code, tmp_path, ORT_DISABLE_TELEMETRY="0").strip() == "0"
