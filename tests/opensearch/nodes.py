"""Real OpenSearch nodes for tests: where Java is, how a node is started, stopped, killed and paused."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

RUN = Path(__file__).parent / "node" / "run.sh"
LEAST_JAVA = 21
JAVA_OPTIONS = "OPENSEARCH_TEST_JAVA_OPTS"
#: As docs/opensearch.md and docker/compose.yaml set it.
MOST_CLAUSES = 65_536
_JAVA_PLACES = (
    "/usr/lib/jvm/*",
    "/opt/java/*",
    "/opt/jdk*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
)
_START_SECONDS = 180.0


class Missing(Exception):
    """Something that a node needs is not installed; the text says what."""


class Node:
    """One node in a directory. Its data outlives it, so that it can be killed and started again."""

    def __init__(self, directory: Path, settings: Sequence[str] = (), *, java_options: str = "") -> None:
        self.directory = directory
        self._settings = settings
        self._java_options = java_options
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self, *, wait: bool = True, healthy: bool = True) -> None:
        """Start the node, and with `wait` return only when it answers (`healthy`: for all of its indices)."""
        self.directory.mkdir(parents=True, exist_ok=True)
        ports = [f"http.port={_port_of(self.url)}"] if self.url else ["http.port=0"]
        ports.append(f"indices.query.bool.max_clause_count={MOST_CLAUSES}")
        if not any(setting.startswith("transport.port=") for setting in self._settings):
            ports.append("transport.port=0")
        self._set_up()
        with (self.directory / "node.log").open("ab") as log:
            self._process = subprocess.Popen(
                [RUN, "exec", self.directory, *ports, *self._settings],
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait:
            self.wait(healthy=healthy)

    def wait(self, *, healthy: bool = True) -> None:
        """Return when the node answers; raise `RuntimeError` if it ends before."""
        # A node answers searches once it has joined a cluster; "healthy" is at least yellow.
        question = "wait_for_status=yellow&timeout=2s" if healthy else "wait_for_nodes=%3E%3D1&timeout=2s"
        deadline = time.monotonic() + _START_SECONDS
        ports = self.directory / "logs" / "http.ports"
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(f"the node stopped, see {self.directory / 'node.log'}")
            if ports.exists() and (found := ports.read_text().split()):
                self.url = self._url_of(found[0])
                if self._answers(f"/_cluster/health?{question}"):
                    return
            time.sleep(0.1)
        raise RuntimeError(f"no answer after {_START_SECONDS:g} s, see {self.directory / 'node.log'}")

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the node at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Stop the process without ending it: its connections stay open and nothing answers."""
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        self._send(signal.SIGCONT)

    def _set_up(self) -> None:
        """Make what the node needs in its directory before it starts."""

    def _url_of(self, bound: str) -> str:
        """Return the address of a node that is bound to this host and port."""
        return f"http://{bound}"

    def _answers(self, path: str) -> bool:
        return answers(self.url + path)

    def _environment(self) -> dict[str, str]:
        given = os.environ.get(JAVA_OPTIONS, "")
        return {**environment(), JAVA_OPTIONS: f"{given} {self._java_options}".strip()}

    def _send(self, which: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(which)

    def _end(self, which: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(which)
            self._process.wait(timeout=60)
            self._process = None


def prepare(**variables: str) -> None:
    """Download and compile what a node needs, once; `variables` are for `run.sh`.

    Raises `Missing` where that cannot work.
    """
    variables = {**environment(), **variables}
    if not shutil.which("mvn") and not _is_cached():
        raise Missing("Maven (mvn) is needed once, to download the OpenSearch test node")
    result = subprocess.run([RUN, "prepare"], env=variables, capture_output=True, text=True)
    if result.returncode:
        raise Missing(
            f"the OpenSearch test node cannot be prepared: {(result.stderr or result.stdout)[-800:]}"
        )


def environment() -> dict[str, str]:
    """Return the environment of a node, with a Java that is new enough. Raises `Missing`."""
    return {**os.environ, "JAVA_HOME": str(java_home())}


def java_home() -> Path:
    for home in _java_homes():
        if _java_version(home) >= LEAST_JAVA:
            return home
    raise Missing(f"Java {LEAST_JAVA} or newer is needed for a real OpenSearch node (set JAVA_HOME)")


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def answers(
    request: str | urllib.request.Request, timeout: float = 5.0, tls: ssl.SSLContext | None = None
) -> bool:
    try:
        with urllib.request.urlopen(request, timeout=timeout, context=tls) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _java_homes() -> Iterator[Path]:
    if os.environ.get("JAVA_HOME"):
        yield Path(os.environ["JAVA_HOME"])
    if java := shutil.which("java"):
        yield Path(java).resolve().parent.parent
    for pattern in _JAVA_PLACES:
        yield from sorted(Path("/").glob(pattern[1:]), reverse=True)


def _java_version(home: Path) -> int:
    """Return the feature version that a JDK's `release` file tells, 0 where there is none."""
    try:
        release = (home / "release").read_text()
    except OSError:
        return 0
    found = re.search(r'^JAVA_VERSION="(\d+)', release, re.MULTILINE)
    return int(found[1]) if found and (home / "bin" / "javac").exists() else 0


def _is_cached() -> bool:
    cache = os.environ.get("OPENSEARCH_TEST_CACHE")
    folder = Path(cache) if cache else Path.home() / ".cache" / "opensearch-test-node"
    return any(folder.glob("*/test-node.jar"))


def _port_of(url: str) -> str:
    return url.rsplit(":", 1)[1]
