"""Answers are compressed for browsers that ask, and are the same when they are unpacked."""

from __future__ import annotations

import gzip

import pytest
from flask.testing import FlaskClient

ASK = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.parametrize("path", ["/", "/search?q=ceasefire", "/static/app.css"])
def test_text_is_compressed_on_request_only(client: FlaskClient, path: str) -> None:
    plain, packed = client.get(path), client.get(path, headers=ASK)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    if path.startswith("/static"):
        assert gzip.decompress(packed.data) == plain.data


def test_a_compressed_file_is_not_sent_twice(client: FlaskClient) -> None:
    etag = client.get("/static/app.css", headers=ASK).headers["ETag"]
    assert client.get("/static/app.css", headers={**ASK, "If-None-Match": etag}).status_code == 304


def test_what_is_short_or_streamed_stays_as_it_is(client: FlaskClient) -> None:
    for path in ("/healthz", "/export?format=csv"):
        assert "Content-Encoding" not in client.get(path, headers=ASK).headers
