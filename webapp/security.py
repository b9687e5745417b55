"""Headers that keep a page's content from acting, and the checks of where a request comes from.

Articles are hostile input. Templates escape everything; the headers are the second wall: no script but our
own files, no frames, no requests to other sites. The Host check is against DNS rebinding: a page of another
site whose name resolves to 127.0.0.1 could otherwise read the archive through the visitor's browser.

Forms that change something are taken from our own pages only. Browsers say where a form was sent from, and a
page cannot make them say otherwise, so no token and no secret is needed: `Sec-Fetch-Site` where the browser
sends it (https and localhost), else `Origin`. Programs send neither, and have no visitor to be misused.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from indexer.settings import Settings
from webapp.public import public_name

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # The publisher of an article must not learn what was searched for.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Frame-Options": "DENY",
}


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def init_app(app: Flask, settings: Settings) -> None:
    given = [*settings.web_hosts.split(","), public_name(settings.web_url)]
    names = frozenset(name.strip().casefold() for name in given if name.strip())

    @app.before_request
    def check_host() -> None:
        if not is_our_host(request.host, names):
            abort(421)

    @app.before_request
    def check_origin() -> None:
        if request.method not in SAFE_METHODS and not is_our_page(
            request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin"), request.host
        ):
            abort(403)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def is_our_page(fetch_site: str | None, origin: str | None, host: str) -> bool:
    """Whether a request that changes something comes from a page of ours, or from no page at all.

    The scheme is not compared: behind a proxy that ends TLS ours is another than the browser's, where no `web_url`
    is set.
    """
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    if origin is None:
        return True
    try:
        return bool(origin) and urlsplit(origin).netloc.casefold() == host.casefold()
    except ValueError:
        return False


def is_our_host(host: str, names: frozenset[str] = frozenset()) -> bool:
    """Whether a Host header names this server: localhost, any address, or one of *names*.

    Addresses pass, as rebinding needs a name that the attacker controls.
    """
    if host.startswith("["):
        name, bracket, rest = host[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            return False
    else:
        name = host.partition(":")[0]
    name = name.casefold().removesuffix(".")
    if name == "localhost" or name in names:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
