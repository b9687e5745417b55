"""A real node with the security plugin, set up by what sets up the containers.

The plugin's own installer makes the certificates and the users of the demo, as the image does when it first starts,
`docker/roles.yml` takes the place of the plugin's roles, and the script of `docker/compose.yaml` makes our users.
"""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import tempfile
import urllib.request
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from indexer.settings import Settings, load_settings
from tests.docker.test_compose import DOCKER, load
from tests.opensearch.nodes import RUN, Node, answers, prepare

_SECURITY = {"OPENSEARCH_TEST_SECURITY": "true"}
# The plugin refuses weak ones, and those that are like the name of the user.
_ADMIN = "Quiet-Harbour-4-Lanterns"
PASSWORDS = {"indexer": "Seven-Olive-2-Presses", "web": "Paper-Kites-9-Rising"}


class SecuredNode(Node):
    """A node that speaks TLS and asks who is there."""

    def __init__(self, directory: Path, settings: Sequence[str] = ()) -> None:
        super().__init__(directory, settings)
        self._config = directory / "config"
        self.ca = self._config / "root-ca.pem"

    @staticmethod
    def prepare() -> None:
        prepare(**_SECURITY)

    def settings(self, user: str, **changes: object) -> Settings:
        """Return the settings of the indexer or of the web app."""
        return load_settings(
            engine=self.url,
            opensearch_ca_certs=self.ca,
            opensearch_user=f"newsarchive-{user}",
            opensearch_password=PASSWORDS[user],
            **changes,
        )

    def make_users(self, **passwords: str) -> None:
        """Run the script of the service `users`. Raises `RuntimeError` with what it said, where it fails."""
        (script,) = load("compose.yaml")["services"]["users"]["command"]
        handed_on = Path(tempfile.mkdtemp(dir=self.directory))
        for there, here in {
            "$$": "$",
            "/config/": f"{self._config}/",
            "/certs/": f"{handed_on}/",
            "https://node-0.example.com:9200": self.url,
        }.items():
            assert there in script
            script = script.replace(there, here)
        words = {name.upper(): word for name, word in {"admin": _ADMIN, **PASSWORDS, **passwords}.items()}
        _run("bash", "-euc", script, env={**os.environ, **words})

    def as_admin(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request as the administrator, who may do everything."""
        data = None if body is None else json.dumps(body).encode()
        request = self._request(path, data, method=method)
        with urllib.request.urlopen(request, timeout=30, context=self._tls()) as response:
            return json.load(response)

    def _set_up(self) -> None:
        if not self._config.exists():
            variables = {**self._environment(), "OPENSEARCH_INITIAL_ADMIN_PASSWORD": _ADMIN}
            _run(RUN, "secure", self.directory, env=variables)
            shutil.copy(DOCKER / "roles.yml", self._config / "opensearch-security")

    def _environment(self) -> dict[str, str]:
        return {**super()._environment(), **_SECURITY}

    def _url_of(self, bound: str) -> str:
        return f"https://localhost:{urlsplit(f'//{bound}').port}"

    def _answers(self, path: str) -> bool:
        return answers(self._request(path), tls=self._tls())

    def _request(
        self, path: str, data: bytes | None = None, *, method: str = "GET"
    ) -> urllib.request.Request:
        login = b64encode(f"admin:{_ADMIN}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
        return urllib.request.Request(self.url + path, data, headers, method=method)

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca)


def _run(*command: str | Path, env: Mapping[str, str]) -> None:
    result = subprocess.run(command, env=env, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"{command[0]} failed: {result.stdout}\n{result.stderr}")
