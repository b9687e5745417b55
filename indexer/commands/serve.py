"""`newsarchive serve`: the web app on this machine."""

from __future__ import annotations

import errno
import ipaddress
import logging
import socket
from time import monotonic
from typing import TYPE_CHECKING

import click

from indexer.commands.common import Target, archive_options, clean
from indexer.errors import SettingsError

if TYPE_CHECKING:
    from indexer.archive import Archive

_SAID_ONCE_IN = 60.0


@click.command("serve")
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 for any free one.  [default: 8000]")
@click.option(
    "--allow-remote",
    is_flag=True,
    help="Listen beyond this machine all the same: whoever reaches the port can read the archive.",
)
@archive_options
def serve_(target: Target, host: str | None, port: int | None, allow_remote: bool) -> None:
    """Serve the archive in the browser until Ctrl-C.

    The web app has no accounts, so it listens on this machine only unless told otherwise. It may be started before
    there is an archive: what is indexed then is served.

    \b
    Example:
      newsarchive serve
      newsarchive --archive /data/news serve --port 9000
    """
    settings = target.settings(host=host, port=port)
    with (
        bind(settings.host, settings.port, allow_remote=allow_remote) as listener,
        target.open() as archive,
    ):
        if error := archive.missing():
            click.echo(f"Note: {clean(str(error))} Until then the pages are empty.", err=True)
        serve(archive, listener)


def bind(host: str, port: int, *, allow_remote: bool = False) -> socket.socket:
    """Return a socket bound to the address. Raises `SettingsError` where it may not or cannot be."""
    if not allow_remote and not _is_loopback(host):
        raise SettingsError(
            f"The web app has no accounts, so it does not listen on {host}, where others can reach it.",
            remedy="Use 127.0.0.1, or --allow-remote behind something that asks for a password.",
        )
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        taken = "another program listens there" if error.errno == errno.EADDRINUSE else str(error)
        raise SettingsError(
            f"The web app cannot listen on {host}, port {port}: {taken}.",
            remedy="Choose another with --port.",
        ) from None
    return listener


def serve(archive: Archive, listener: socket.socket) -> None:
    """Serve *archive* on a bound socket until Ctrl-C."""
    from waitress.server import create_server

    from indexer.memory import keep_loaded
    from webapp import create_app

    archive.warm_up()
    keep_loaded()
    settings = archive.settings
    logging.getLogger("waitress.queue").addFilter(_Busy(settings.web_requests, settings.web_threads))
    server = create_server(create_app(archive), sockets=[listener], threads=settings.web_requests, ident=None)
    host, port = listener.getsockname()[:2]
    click.echo(f"Serving on http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl-C ends it)")
    try:
        server.run()
    finally:
        server.close()
    click.echo("Ended.", err=True)


class _Busy(logging.Filter):
    """Says what waitress's "Task queue depth is" means here and what to do, once a minute."""

    def __init__(self, requests: int, threads: int) -> None:
        super().__init__()
        self._told = (
            f"The web app answers {requests} requests at the same time, and more wait. Where that lasts, raise "
            f"NEWSARCHIVE_WEB_THREADS (now {threads})."
        )
        self._again = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        if monotonic() < self._again:
            return False
        self._again = monotonic() + _SAID_ONCE_IN
        record.msg, record.args = self._told, ()
        return True


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
