"""Every test here needs a real node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.engines.opensearch import OpenSearchEngine
from indexer.settings import Settings

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.opensearch)


@pytest.fixture
def engine(opensearch_settings: Settings) -> Iterator[OpenSearchEngine]:
    with OpenSearchEngine.open(opensearch_settings.engine, opensearch_settings) as opened:
        yield opened
