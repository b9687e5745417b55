"""Webhooks against real servers on this machine: what is refused, and what a bad server can do."""

from __future__ import annotations

import ipaddress
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from indexer.alerts.guard import MAX_ANSWER, Refused, checked, is_public, post

Handle = Callable[[socket.socket, bytes], None]


@contextmanager
def server(handle: Handle) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the port of a server that reads a request and lets *handle* answer, and the requests it got."""
    seen: list[bytes] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            request = self.request.recv(65536)
            while b"\r\n\r\n" not in request or not request.endswith(b"}"):
                if not (more := self.request.recv(65536)):
                    break
                request += more
            seen.append(request)
            with suppress(OSError):
                handle(self.request, request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening.server_address[1], seen
        listening.shutdown()


def anywhere(address: object) -> bool:
    return True


def answer(status: str, headers: str = "", body: bytes = b"") -> Handle:
    def send(client: socket.socket, request: bytes) -> None:
        client.sendall(f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    return send


def test_a_message_arrives_as_it_was_sent() -> None:
    with server(answer("204 No Content")) as (port, seen):
        url = f"http://localhost:{port}/hook?token=x"
        assert post(url, b'{"a": 1}', {"Content-Type": "application/json"}, may_reach=anywhere) == 204
    assert seen[0].startswith(b"POST /hook?token=x HTTP/1.1\r\n")
    assert f"Host: localhost:{port}".encode() in seen[0]
    assert seen[0].endswith(b'{"a": 1}')


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "127.1"])
def test_this_machine_is_not_reached(host: str) -> None:
    with server(answer("200 OK")) as (port, seen):
        with pytest.raises(Refused, match=r"public internet|no address"):
            post(f"http://{host}:{port}/", b"{}", {})
        assert not seen


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),  # the metadata service of clouds
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("240.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fec0::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:808:808::1", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


def test_every_address_of_a_name_must_be_public(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", ("8.8.8.8", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with pytest.raises(Refused, match="public internet"):
        post("http://two.example/", b"{}", {})


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that has another address the second time (DNS rebinding) is not asked a second time."""
    asked: list[str] = []
    resolve = socket.getaddrinfo

    def once(host: str, *rest: object, **options: object) -> object:
        if host == "rebinding.example":
            asked.append(host)
            return resolve("127.0.0.1", *rest, **options)  # type: ignore[arg-type]
        return resolve(host, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", once)
    with server(answer("200 OK")) as (port, seen):
        post(f"http://rebinding.example:{port}/", b"{}", {}, may_reach=anywhere)
    assert asked == ["rebinding.example"]
    assert f"Host: rebinding.example:{port}".encode() in seen[0]


def test_a_redirect_is_not_followed() -> None:
    with (
        server(answer("200 OK")) as (target, reached),
        server(answer("302 Found", f"Location: http://127.0.0.1:{target}/\r\n")) as (port, _),
    ):
        with pytest.raises(Refused, match="status 302"):
            post(f"http://127.0.0.1:{port}/", b"{}", {}, may_reach=anywhere)
        assert not reached


def test_a_server_that_drips_is_left() -> None:
    def drip(client: socket.socket, request: bytes) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in range(200):
            client.sendall(f"X-{number}: y\r\n".encode()[:1])
            time.sleep(0.1)

    with server(drip) as (port, _):
        started = time.monotonic()
        with pytest.raises(Refused):
            post(f"http://127.0.0.1:{port}/", b"{}", {}, timeout=0.5, may_reach=anywhere)
        assert time.monotonic() - started < 5


def test_an_answer_that_ends_with_its_connection_and_drips_is_left() -> None:
    """The library lets go of the socket when it has read the headers of such an answer."""

    def drip(client: socket.socket, request: bytes) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for _ in range(200):
            client.sendall(b"x")
            time.sleep(0.1)

    with server(drip) as (port, _):
        started = time.monotonic()
        with pytest.raises(Refused, match=r"within 0\.5 seconds"):
            post(f"http://127.0.0.1:{port}/", b"{}", {}, timeout=0.5, may_reach=anywhere)
        assert time.monotonic() - started < 5


def test_a_connection_that_is_made_too_late_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time is over there is no socket yet that could be shut down; the server then drips."""

    def drip(client: socket.socket, request: bytes) -> None:
        for letter in b"HTTP/1.1 200 OK\r\n" * 10:
            client.sendall(bytes([letter]))
            time.sleep(0.1)

    connect = socket.create_connection

    def late(*arguments: Any) -> socket.socket:
        time.sleep(0.5)
        return connect(*arguments)

    monkeypatch.setattr(socket, "create_connection", late)
    with server(drip) as (port, _):
        started = time.monotonic()
        with pytest.raises(Refused, match=r"within 0\.3 seconds"):
            post(f"http://localhost:{port}/", b"{}", {}, timeout=0.3, may_reach=anywhere)
        assert time.monotonic() - started < 3


def test_a_server_that_is_silent_is_left() -> None:
    with server(lambda client, request: time.sleep(3)) as (port, _):
        started = time.monotonic()
        with pytest.raises(Refused, match="did not answer"):
            post(f"http://127.0.0.1:{port}/", b"{}", {}, timeout=0.3, may_reach=anywhere)
        assert time.monotonic() - started < 2.5


def test_an_endless_answer_is_cut_off() -> None:
    sent = 0

    def flood(client: socket.socket, request: bytes) -> None:
        nonlocal sent
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while sent < 64 * MAX_ANSWER:
            client.sendall(b"x" * MAX_ANSWER)
            sent += MAX_ANSWER

    with server(flood) as (port, _):
        assert post(f"http://127.0.0.1:{port}/", b"{}", {}, may_reach=anywhere) == 200
    assert sent < 64 * MAX_ANSWER


def test_nonsense_is_no_answer() -> None:
    with (
        server(lambda client, request: client.sendall(b"nonsense\r\n\r\n")) as (port, _),
        pytest.raises(Refused, match="did not answer as it should"),
    ):
        post(f"http://127.0.0.1:{port}/", b"{}", {}, may_reach=anywhere)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "//example.org/",
        "https://",
        "https://user:secret@example.org/",
        "https://example.org:99999/",
        "https://example.org:0/",
        "https://exa mple.org/",
        "https://example.org/\r\nX: y",
        "https://example.org/ä",
        "http://[::1",
        "https://example.org/" + "x" * 3_000,
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="http or https"):
        checked(url)
