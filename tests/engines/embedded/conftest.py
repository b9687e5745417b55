"""Archives in folders, and folders on disks of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.engines.embedded import EmbeddedEngine
from tests.engines.builders import MANIFEST, entries


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "archive"
    with EmbeddedEngine.open(folder) as engine:
        engine.create(MANIFEST)
        engine.write(entries(range(40)))
        engine.refresh()
    return folder


@pytest.fixture
def filled(filled_once: Path, folder: Path) -> Path:
    """The folder of an archive of 40 articles, published and closed."""
    return Path(shutil.copytree(filled_once, folder))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """An empty disk of 8 MB; skipped where this user may not mount one."""
    with _mounted(tmp_path / "disk", "size=8m") as disk:
        yield disk


@pytest.fixture
def read_only_copy(tmp_path: Path) -> Iterator[Callable[[Path], Path]]:
    """Copies a folder to where nobody may write: for root that is a disk mounted for reading only."""
    copy = tmp_path / "read-only"

    def make(source: Path) -> Path:
        shutil.copytree(source, copy / "archive", copy_function=shutil.copy2)
        if os.geteuid() == 0:
            subprocess.run(["mount", "-o", "remount,ro", copy], check=True)
        else:
            subprocess.run(["chmod", "-R", "a-w", copy], check=True)
        return copy / "archive"

    if os.geteuid() == 0:
        with _mounted(copy, "size=64m"):
            yield make
    else:
        yield make
        subprocess.run(["chmod", "-R", "u+w", copy], check=True)


class _mounted:
    """A tmpfs for as long as the block runs."""

    def __init__(self, place: Path, options: str) -> None:
        self._place, self._options = place, options

    def __enter__(self) -> Path:
        self._place.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", self._options, "tmpfs", self._place],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            pytest.skip(f"this user may not mount a disk: {done.stderr.strip()}")
        return self._place

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", "--lazy", self._place], check=True)
