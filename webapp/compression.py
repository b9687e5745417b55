"""Pages and static files compressed on their way, for browsers that ask for it: a fifth of the bytes.

Compression can betray a secret that stands beside what an attacker made the page say (BREACH). The pages hold
no secrets: there are no accounts, sessions or tokens.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

#: Below this many bytes a header costs what compression saves.
LEAST = 1_000
_LEVEL = 5
_TYPES = ("text/", "application/json", "application/javascript", "image/svg+xml", "application/problem+json")


def init_app(app: Flask) -> None:
    app.after_request(compress)


def compress(response: Response) -> Response:
    """Compress a whole answer of text. Exports are streamed, and stay as they are."""
    if not (response.mimetype or "").startswith(_TYPES) or response.status_code != 200:
        return response
    response.vary.add("Accept-Encoding")
    if response.is_streamed and not response.direct_passthrough:
        return response
    if not request.accept_encodings.quality("gzip") or "Content-Encoding" in response.headers:
        return response
    response.direct_passthrough = False  # a static file is passed through unread otherwise
    body = response.get_data()
    if len(body) >= LEAST:
        response.set_data(gzip.compress(body, _LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        if (etag := response.get_etag()[0]) is not None:
            response.set_etag(etag, weak=True)  # the same content in other bytes
    return response
