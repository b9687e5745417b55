"""Models for the tests, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.translation.handmade import write_argos, write_opus


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an Argos package for Arabic and an OPUS-MT model for French."""
    folder = tmp_path_factory.mktemp("models")
    write_argos(folder / "ar_en")
    write_opus(folder / "opus-mt-fr-en", words={"trêve": "truce", "en": "in", "Libye": "Libya"})
    return folder
