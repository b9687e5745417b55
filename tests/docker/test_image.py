"""What the Dockerfile takes from the lock is what the program needs: its own command is run, without an engine."""

from __future__ import annotations

import re
import subprocess
from importlib import metadata

import pytest

from tests.conftest import ROOT

DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
#: Left out by intent, with all that they alone need.
_WITHOUT = {"torch"}
_TRANSLATE = "extra == 'translate'"


@pytest.fixture(scope="module")
def kept() -> str:
    """Return the part of the lock that the image installs."""
    command = re.search(r"^RUN (awk .*? requirements\.lock) >", DOCKERFILE, re.DOTALL | re.MULTILINE)
    assert command
    return subprocess.run(
        ["sh", "-c", command[1]], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def test_the_image_gets_all_that_the_program_needs(kept: str) -> None:
    missing = needed() - {normal(name) for name in re.findall(r"^([^ =#]+)==", kept, re.MULTILINE)}
    assert not missing


def test_the_image_gets_no_torch_and_no_test_tools(kept: str) -> None:
    assert not re.findall(r"^(?:torch|nvidia-[^=]+|pytest|hypothesis|ruff|uv)==", kept, re.MULTILINE)
    # What is left out goes with its hashes.
    for name, block in re.findall(r"^([^ =#]+)==(.*?)(?=^[a-z]|\Z)", kept, re.DOTALL | re.MULTILINE):
        assert len(re.findall("(?<!-)--hash=", block)) >= 1, name
        assert "\n    # via" in block


def test_a_stop_reaches_the_program() -> None:
    # As a container's first process Python does not hear SIGTERM, but Ctrl-C.
    assert "\nSTOPSIGNAL SIGINT\n" in DOCKERFILE


def needed() -> set[str]:
    """Return what the program and its translations need of the packages installed here, and what those need."""
    found: set[str] = set()
    waiting = ["newsarchive"]
    while waiting:
        name = waiting.pop()
        if name in found or name in _WITHOUT:
            continue
        try:
            requirements = metadata.requires(name) or ()
        except metadata.PackageNotFoundError:  # for another system, or another Python
            continue
        found.add(name)
        for requirement in requirements:
            if "extra ==" not in requirement or _TRANSLATE in requirement:
                match = _NAME.match(requirement)
                assert match
                waiting.append(normal(match[0]))
    return found - {"newsarchive"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
