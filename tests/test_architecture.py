"""What importing costs and which arrows there are (the contracts themselves are in pyproject.toml)."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("torch", "sentence_transformers", "transformers", "opensearchpy", "onnxruntime", "sklearn")


def loaded_by(statement: str) -> set[str]:
    """Return the names of all modules that a fresh interpreter has after *statement*."""
    code = f"{statement}\nimport sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["indexer.archive", "webapp", "indexer.cli"])
def test_importing_the_front_doors_loads_nothing_heavy(module: str) -> None:
    assert not loaded_by(f"import {module}") & set(HEAVY)


def test_help_imports_no_command() -> None:
    loaded = loaded_by("from indexer.cli import main\nmain(['--help'], standalone_mode=False)")
    shared = {
        "indexer.commands.common",
        "indexer.commands.writing",
    }  # options and standard output, of all commands
    assert {name for name in loaded if name.startswith("indexer.commands.")} <= shared
    assert "pydantic" not in loaded


def test_help_answers_at_once() -> None:
    """Under 0.3 s is promised; the best of five runs is measured, so that a busy machine does not matter."""
    durations = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "indexer", "--help"], cwd=ROOT, capture_output=True, check=True)
        durations.append(time.perf_counter() - started)
    assert min(durations) < 0.3


def test_import_arrows() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_every_module_says_what_it_is() -> None:
    for path in [*ROOT.glob("indexer/**/*.py"), *ROOT.glob("webapp/**/*.py")]:
        source = path.read_text(encoding="utf-8")
        if source.strip():
            assert ast.get_docstring(ast.parse(source)), path
