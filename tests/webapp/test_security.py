"""Names that the web app answers to."""

from __future__ import annotations

import pytest

from webapp.security import is_our_host


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "localhost:8000", "LOCALHOST.:8000", "127.0.0.1:8000", "[::1]:8000", "[::1]",
        "192.168.1.5", "news.example:443",
    ],
)  # fmt: skip
def test_our_names(host: str) -> None:
    assert is_our_host(host, frozenset({"news.example"}))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8000",
        "[::1",
        "[::1]evil.example",
        "",
    ],
)
def test_foreign_names(host: str) -> None:
    assert not is_our_host(host)
