"""A gate before a real node: a proxy with a login, which may change what the node says of itself."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Change = Callable[[dict[str, Any]], None]


@contextmanager
def gate(url: str, *, login: tuple[str, str] | None = None, change: Change | None = None) -> Iterator[str]:
    """Yield the address of a gate to the node at *url* that lets in who logs in; `change` edits `GET /`."""
    expected = login and "Basic " + b64encode(":".join(login).encode()).decode()

    class Gate(BaseHTTPRequestHandler):
        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if expected and self.headers.get("Authorization") != expected:
                self._answer(401, b"Unauthorized", "text/plain")
                return
            headers = {name: value for name, value in self.headers.items() if name.lower() == "content-type"}
            request = urllib.request.Request(url + self.path, body or None, headers, method=self.command)
            try:
                with urllib.request.urlopen(request, timeout=60) as response:
                    status, kind, answer = (
                        response.status,
                        response.headers.get_content_type(),
                        response.read(),
                    )
            except urllib.error.HTTPError as error:
                status, kind, answer = error.code, error.headers.get_content_type(), error.read()
            if change and self.path == "/":
                said = json.loads(answer)
                change(said)
                answer = json.dumps(said).encode()
            self._answer(status, answer, kind)

        do_GET = do_POST = do_PUT = do_DELETE = _pass

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gate)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
