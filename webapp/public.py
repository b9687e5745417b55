"""The address by which readers know the web app where a proxy stands before it: the setting `web_url`.

A proxy ends TLS, and may serve the app below a path of its site. What arrives here says neither, so links to
whole addresses (feeds, exports, the API's description) would lead astray, and cookies would not be kept to https.
A proxy could tell by headers, but so could anybody who reaches the port; the operator's word is taken instead, for
requests that name the public host.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, has_request_context, request
from werkzeug.wrappers import Response

from indexer.errors import SettingsError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_YEAR = 365 * 24 * 3600
_PORTS = {"http": ":80", "https": ":443"}


def init_app(app: Flask, web_url: str) -> None:
    """Put the app, which has all of its pages by now, behind its public address.

    Raises `SettingsError` where the path of that is one of the app's own.
    """
    if not web_url:
        return
    path = urlsplit(web_url).path.rstrip("/")
    own = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()} - {""}
    if path[1:].partition("/")[0] in own:
        raise SettingsError(
            f"The web app cannot be served at {path} (web_url): it has pages of that name.",
            remedy="Choose another path.",
        )
    app.wsgi_app = PublicAddress(app.wsgi_app, web_url)  # type: ignore[method-assign]


def public_name(web_url: str) -> str:
    """Return the host of the public address without its port, empty where there is none."""
    return urlsplit(web_url).hostname or ""


def at_root(path: str) -> str:
    """Return a path of the app as the browser knows it: below the one that a proxy serves the app at."""
    return request.script_root + path if has_request_context() else path


def keep(response: Response, cookie: str, value: str) -> None:
    """Have the browser keep what its reader has chosen, for this app alone."""
    response.set_cookie(
        cookie,
        value,
        max_age=_YEAR,
        path=at_root("") or "/",
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )


class PublicAddress:
    """Lets requests to the public host know its scheme, and the path that the app is served at.

    It does not matter whether the proxy takes that path away before it hands a request on, as no page of the app has
    that path (see `init_app`).
    """

    def __init__(self, app: WSGIApplication, web_url: str) -> None:
        url = urlsplit(web_url)
        self._app = app
        self._scheme = url.scheme
        self._host = _host(url.netloc, url.scheme)
        self._path = url.path.rstrip("/")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if _host(environ.get("HTTP_HOST", ""), self._scheme) == self._host:
            environ["wsgi.url_scheme"] = self._scheme
            environ["HTTP_HOST"] = self._host
            environ["SCRIPT_NAME"] = self._path
            path = environ.get("PATH_INFO", "")
            if path == self._path or path.startswith(f"{self._path}/"):
                environ["PATH_INFO"] = path[len(self._path) :]
        return self._app(environ, start_response)


def _host(netloc: str, scheme: str) -> str:
    """Return a host and port as they compare: without the port that goes without saying, and the root's dot."""
    name, colon, port = netloc.casefold().removesuffix(_PORTS[scheme]).partition(":")
    return name.removesuffix(".") + colon + port
