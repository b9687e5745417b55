"""Names that the web app answers to."""

from __future__ import annotations

import pytest

from webapp.security import is_our_host, is_our_page


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


@pytest.mark.parametrize(
    ("fetch_site", "origin", "ours"),
    [
        ("same-origin", "http://localhost:8000", True),
        ("none", None, True),  # typed or reloaded by the person
        ("cross-site", "https://evil.example", False),
        ("same-site", "http://localhost:9000", False),
        ("", None, False),
        (None, None, True),  # a program
        (None, "http://localhost:8000", True),
        (None, "https://LOCALHOST:8000", True),  # behind a proxy that ends TLS
        (None, "http://localhost:9000", False),
        (None, "http://evil.example", False),
        (None, "null", False),
        (None, "", False),
        (None, "http://[::1", False),
    ],
)
def test_forms_of_other_sites_are_not_taken(fetch_site: str | None, origin: str | None, ours: bool) -> None:
    assert is_our_page(fetch_site, origin, "localhost:8000") is ours
