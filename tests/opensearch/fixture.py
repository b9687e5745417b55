"""Fixtures for tests that need a real OpenSearch: one node a session, an archive's own prefix a test."""

from __future__ import annotations

import os
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from indexer.settings import Settings, load_settings
from tests.conftest import skip_or_fail
from tests.opensearch.nodes import Missing, Node, prepare

OTHER_SERVER = "NEWSARCHIVE_TEST_OPENSEARCH_URL"


@pytest.fixture(scope="session")
def opensearch_node_ready() -> None:
    """Skip (under CI: fail) where a node cannot be started."""
    try:
        prepare()
    except Missing as missing:
        skip_or_fail(str(missing))


@pytest.fixture(scope="session")
def opensearch_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server: that of the environment, else a node that runs until the session ends."""
    if other := os.environ.get(OTHER_SERVER):
        yield other
        return
    request.getfixturevalue("opensearch_node_ready")
    folder = tmp_path_factory.mktemp("opensearch")
    node = Node(folder / "node", [f"path.repo={folder}"])  # for snapshots
    node.start()
    try:
        yield node.url
    finally:
        node.stop()


@pytest.fixture
def opensearch_settings(opensearch_url: str) -> Iterator[Settings]:
    with archive_settings(opensearch_url) as settings:
        yield settings


@contextmanager
def archive_settings(url: str) -> Iterator[Settings]:
    """Settings of an archive of its own on the server; its indices are deleted at the end."""
    settings = load_settings(engine=url, opensearch_prefix=f"test-{uuid.uuid4().hex[:12]}")
    yield settings
    delete_indices(url, settings.opensearch_prefix)


def delete_indices(url: str, prefix: str) -> None:
    request = urllib.request.Request(f"{url}/{prefix}-*", method="DELETE")
    with urllib.request.urlopen(request, timeout=60):
        pass
