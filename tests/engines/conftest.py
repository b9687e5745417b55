"""The engines that the contract is held against: a test that takes `engine` runs once for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from indexer.engines.base import Engine
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.opensearch import OpenSearchEngine
from tests.engines.builders import MANIFEST
from tests.opensearch.fixture import archive_settings

#: Opens one archive; called again, it opens the same archive a second time.
Opener = Callable[[], Engine]
EngineFactory = Callable[[pytest.FixtureRequest], AbstractContextManager[Opener]]


@contextmanager
def embedded(request: pytest.FixtureRequest) -> Iterator[Opener]:
    temporary: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    folder = temporary.mktemp("embedded") / "archive"
    yield lambda: EmbeddedEngine.open(folder)


@contextmanager
def opensearch(request: pytest.FixtureRequest) -> Iterator[Opener]:
    with archive_settings(request.getfixturevalue("opensearch_url")) as settings:
        yield lambda: OpenSearchEngine.open(settings.engine, settings)


@contextmanager
def partitioned(request: pytest.FixtureRequest) -> Iterator[Opener]:
    with archive_settings(request.getfixturevalue("opensearch_url")) as settings:
        settings = settings.model_copy(update={"opensearch_partition": "year"})
        yield lambda: OpenSearchEngine.open(settings.engine, settings)


_HERE = Path(__file__).parent

ENGINE_FACTORIES: dict[str, EngineFactory] = {
    "embedded": embedded,
    "opensearch": opensearch,
    "partitioned": partitioned,
}


#: An archive that is cut up by year: these in `make test`, every test of the contract in `make nightly`.
_OFTEN = {"test_gather.py", "test_lexical.py", "test_writing.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "[partitioned" in item.name and item.path.parent == _HERE and item.path.name not in _OFTEN:
            item.add_marker(pytest.mark.nightly)


@pytest.fixture(
    scope="session",
    params=[
        "embedded",
        pytest.param("opensearch", marks=pytest.mark.opensearch),
        pytest.param("partitioned", marks=pytest.mark.opensearch),
    ],
)
def factory(request: pytest.FixtureRequest) -> EngineFactory:
    return ENGINE_FACTORIES[request.param]


@pytest.fixture
def opener(factory: EngineFactory, request: pytest.FixtureRequest) -> Iterator[Opener]:
    """Opens an archive that does not exist yet, as often as it is called."""
    with factory(request) as opened:
        yield opened


@pytest.fixture
def engine(opener: Opener) -> Iterator[Engine]:
    """An engine with an archive that is new and empty."""
    with opener() as opened:
        opened.create(MANIFEST)
        yield opened


@pytest.fixture(scope="module")
def shared_engine(factory: EngineFactory, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine for a module's own fixture to fill once; its tests only read."""
    with factory(request) as opened, opened() as engine:
        engine.create(MANIFEST)
        yield engine
