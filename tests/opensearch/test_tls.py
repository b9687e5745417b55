"""TLS as a client meets it: a real handshake, in front of the real node, with authorities made for the test."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from indexer.engines.opensearch import OpenSearchEngine
from indexer.errors import EngineUnavailable
from indexer.settings import Settings
from tests.certificates import Authority
from tests.engines.builders import MANIFEST, entries


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"), "ours")


@pytest.fixture(scope="module")
def others(ours: Authority, tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"), "others")


@contextmanager
def tls(node: str, certificate: tuple[Path, Path], clients: Authority | None = None) -> Iterator[str]:
    """Speak TLS in front of a node; with *clients*, only to who has a certificate of this authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    if clients:
        context.load_verify_locations(clients.file)
        context.verify_mode = ssl.CERT_REQUIRED
    target = urlsplit(node)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(
            target=_serve, args=(listening, context, target.hostname, target.port), daemon=True
        ).start()
        yield f"https://localhost:{listening.getsockname()[1]}"


def _serve(listening: socket.socket, context: ssl.SSLContext, host: str, port: int) -> None:
    while True:
        try:
            accepted, _ = listening.accept()
        except OSError:  # closed: the test is over
            return
        threading.Thread(target=_forward, args=(accepted, context, host, port), daemon=True).start()


def _forward(accepted: socket.socket, context: ssl.SSLContext, host: str, port: int) -> None:
    with suppress(OSError):  # refused handshakes are what the tests are about
        client = context.wrap_socket(accepted, server_side=True)
        server = socket.create_connection((host, port))
        back = threading.Thread(target=_copy, args=(server, client), daemon=True)
        back.start()
        _copy(client, server)
        back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def with_(settings: Settings, **changes: object) -> Settings:
    return settings.model_copy(update=changes)


def test_a_certificate_of_the_trusted_authority(opensearch_settings: Settings, ours: Authority) -> None:
    trusting = with_(opensearch_settings, opensearch_ca_certs=ours.file)
    with (
        tls(opensearch_settings.engine, ours.certify("localhost")) as url,
        OpenSearchEngine.open(url, trusting) as engine,
    ):
        engine.create(MANIFEST)
        engine.write(entries(range(20)))
        engine.refresh()
        assert engine.stats().articles == 20


def test_a_certificate_that_nobody_vouches_for(
    opensearch_settings: Settings, ours: Authority, others: Authority
) -> None:
    with tls(opensearch_settings.engine, ours.certify("localhost")) as url:
        for trusted in (None, others.file):
            with pytest.raises(EngineUnavailable, match="OPENSEARCH_CA_CERTS"):
                OpenSearchEngine.open(url, with_(opensearch_settings, opensearch_ca_certs=trusted))


def test_a_certificate_for_another_host(opensearch_settings: Settings, ours: Authority) -> None:
    trusting = with_(opensearch_settings, opensearch_ca_certs=ours.file)
    with (
        tls(opensearch_settings.engine, ours.certify("node-0.example.com")) as url,
        pytest.raises(EngineUnavailable, match="TLS certificate"),
    ):
        OpenSearchEngine.open(url, trusting)


def test_unverified_only_where_it_is_asked_for(
    opensearch_settings: Settings, others: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    careless = with_(opensearch_settings, opensearch_insecure=True)
    with (
        tls(opensearch_settings.engine, others.certify("elsewhere")) as url,
        OpenSearchEngine.open(url, careless) as engine,
    ):
        assert engine.manifest() is None
    assert [record.levelno for record in caplog.records if "not verified" in record.message] == [
        logging.WARNING
    ]


def test_a_client_certificate(opensearch_settings: Settings, ours: Authority, others: Authority) -> None:
    trusting = with_(opensearch_settings, opensearch_ca_certs=ours.file)
    with tls(opensearch_settings.engine, ours.certify("localhost"), clients=ours) as url:
        (certificate, key), (strange, its_key) = ours.certify("indexer"), others.certify("indexer")
        known = with_(trusting, opensearch_client_cert=certificate, opensearch_client_key=key)
        with OpenSearchEngine.open(url, known) as engine:
            assert engine.manifest() is None
        stranger = with_(trusting, opensearch_client_cert=strange, opensearch_client_key=its_key)
        for settings in (trusting, stranger):
            with pytest.raises(EngineUnavailable):
                OpenSearchEngine.open(url, settings)
