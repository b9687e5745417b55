"""Requests to addresses that other people gave: sent to the public internet only (no SSRF).

A webhook's address is hostile input: it must not make this machine speak to itself, to its network or to the
metadata service of a cloud. So its name is resolved here, each of its addresses is checked, and the connection
goes to the address that was checked, not to the name again (an answer may change between: DNS rebinding).
Redirects are not followed, proxies not used; time and size are limited as a whole.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from urllib.parse import SplitResult, urlsplit

from indexer.errors import ArchiveError
from indexer.wording import say

TIMEOUT = 10.0  # seconds, for everything after the name is resolved
MAX_ANSWER = 64 * 1024
MAX_URL = 2_000

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Refused(ArchiveError):
    """The request was not sent, or its answer is not one that counts."""


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout: float = TIMEOUT,
    may_reach: Callable[[Address], bool] | None = None,
) -> int:
    """Send *body* and return the status, which is 200 to 299. Raises `Refused` in all other cases."""
    parts = checked(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address = _resolve(host, port, may_reach or is_public)
    connection = _connection(parts.scheme, host, port, address, timeout)
    # Slow answers that keep each wait short would otherwise last for ever.
    too_late = threading.Event()
    # The connection itself forgets its socket while an answer that ends with it is still read.
    sockets: list[socket.socket] = []
    watch = threading.Timer(timeout, _hang_up, (sockets, too_late))
    watch.daemon = True
    watch.start()
    try:
        connection.connect()
        sockets.append(connection.sock)
        if too_late.is_set():  # there was no socket yet that could have been shut down
            raise TimeoutError
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, dict(headers))
        response = connection.getresponse()
        response.read(MAX_ANSWER)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if not too_late.is_set():
            raise Refused(f"{host} did not answer as it should ({type(error).__name__}).") from None
    finally:
        watch.cancel()
        connection.close()
    if too_late.is_set():  # what was cut off may look like a short answer, too
        raise Refused(f"{host} did not answer within {timeout:g} seconds.")
    if not 200 <= response.status < 300:
        raise Refused(f"{host} answered with status {response.status}.")
    return response.status


def checked(url: str) -> SplitResult:
    """Return an address in parts. Raises `Refused` where it is not a plain http or https address."""
    try:
        parts = urlsplit(url)
        sound = (
            len(url) <= MAX_URL
            and url.isascii()
            and url.isprintable()
            and " " not in url
            and parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and "@" not in parts.netloc
            and parts.port != 0
        )
    except ValueError:
        sound = False
    if not sound:
        raise Refused(
            say("The webhook is not an http or https address."),
            remedy=say("Write it in full: https://example.org/x."),
        )
    return parts


def is_public(address: Address) -> bool:
    """Say whether an address is one of the public internet, looking into those that wrap another."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _resolve(host: str, port: int, may_reach: Callable[[Address], bool]) -> str:
    """Return an address of a name, all of which may be reached."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        allowed = [may_reach(ipaddress.ip_address(address)) for address in addresses]
    except (OSError, ValueError):
        raise Refused(f"{host} has no address.") from None
    if not addresses or not all(allowed):
        raise Refused(
            f"{host} is not on the public internet.", remedy="Alerts are sent to public addresses only."
        )
    return addresses[0]


def _connection(
    scheme: str, host: str, port: int, address: str, timeout: float
) -> http.client.HTTPConnection:
    """Return a connection that says the name and goes to the address."""

    def connect(_: tuple[str, int], wait: float | None = None, source: object = None) -> socket.socket:
        return socket.create_connection((address, port), timeout)

    made: http.client.HTTPConnection
    if scheme == "https":
        made = http.client.HTTPSConnection(host, port, timeout=timeout, context=ssl.create_default_context())
    else:
        made = http.client.HTTPConnection(host, port, timeout=timeout)
    made._create_connection = connect  # type: ignore[attr-defined]
    return made


def _hang_up(sockets: Sequence[socket.socket], too_late: threading.Event) -> None:
    too_late.set()
    for sock in sockets:
        with suppress(OSError):  # it is closed already
            sock.shutdown(socket.SHUT_RDWR)
