"""The connection to a cluster: addresses, TLS, credentials, and one door through which every request goes.

Credentials are kept out of everything that is shown: addresses are stripped of them before they are used,
and no error carries the client's own exception, whose text may hold a request.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson
from opensearchpy import (
    Connection,
    ConnectionTimeout,
    ImproperlyConfigured,
    JSONSerializer,
    OpenSearch,
    OpenSearchException,
    RoundRobinSelector,
    Urllib3HttpConnection,
)

from indexer.engines.opensearch.failures import too_late, translate
from indexer.errors import EngineTimeout, EngineUnavailable, SettingsError
from indexer.settings import Settings

logger = logging.getLogger(__name__)

#: Before it, what a search for passages forbids, and its phrases, were taken for conditions on the passages:
#: articles that are to be left out were found.
OLDEST_VERSION = (3, 5)
_PASSWORD_REMEDY = "Use https:// (or NEWSARCHIVE_OPENSEARCH_INSECURE=true on a network that you trust)."
_CONNECTIONS = 16
#: So many requests of a search are under way at once: by words and by meaning; articles, counts and those of a facet.
_CONNECTIONS_PER_SEARCH = 4
#: Seconds in which a node says what it is; then another one is asked.
_FIRST_ANSWER = 10.0
#: A node that did not answer in time is not asked for so many seconds, while others can be.
_REST = 30.0
#: An archive that was never created has no index: it is searched like an empty one.
_IF_THERE = {"ignore_unavailable": True, "allow_no_indices": True}


class Cluster:
    """One cluster, reached through any of its nodes. Safe to use from several threads."""

    def __init__(
        self, client: OpenSearch, address: str, *, timeout: float, connections: int = _CONNECTIONS
    ) -> None:
        self._client = client
        #: What may be shown: the nodes' addresses, without credentials.
        self.address = address
        self.timeout = timeout
        #: Called with what a search was asked of where nothing is there; may raise what that means.
        self.on_nothing: Callable[[str], None] = lambda index: None
        #: Requests sent so far.
        self.requests = 0
        #: For requests that are sent side by side; its threads are made when they are first needed.
        self.beside = ThreadPoolExecutor(connections, thread_name_prefix="opensearch")
        #: For whole calls that are answered while their caller goes on, and may wait for those.
        self.ahead = ThreadPoolExecutor(connections, thread_name_prefix="opensearch-ahead")

    @classmethod
    def connect(cls, address: str, settings: Settings) -> Cluster:
        """Connect to the nodes in `address`, a URL or several with commas between them.

        Raises `SettingsError` for addresses and certificates that cannot work, `EngineUnavailable` where
        nothing answers or the server is too old.
        """
        nodes, auth = _nodes(address, settings)
        shown = ", ".join(f"{n['scheme']}://{_bracketed(n['host'])}:{n['port']}" for n in nodes)
        secure = any(node["scheme"] == "https" for node in nodes)
        # Requests of the web app that are no search ask one thing after the other.
        connections = _CONNECTIONS_PER_SEARCH * settings.web_threads + settings.web_requests
        if secure and settings.opensearch_insecure:
            logger.warning("TLS certificates of %s are not verified (opensearch_insecure is set).", shown)
        try:
            client = OpenSearch(
                nodes,
                http_auth=auth,
                pool_maxsize=connections,
                timeout=settings.opensearch_timeout,
                # Once at each of the nodes; where there is one, again, as it may have closed the connection.
                max_retries=len(nodes),
                connection_class=_Connection,
                selector_class=_Answering,
                serializer=_Orjson(),
                **(_tls(settings) if secure else {}),
            )
        except (ImproperlyConfigured, OSError, ValueError) as error:
            raise SettingsError(f"The connection to {shown} cannot be set up: {error}.") from None
        cluster = cls(client, shown, timeout=settings.opensearch_timeout, connections=connections)
        try:
            cluster._check_version(attempts=len(nodes))
        except BaseException:
            cluster.close()
            raise
        return cluster

    def close(self) -> None:
        for threads in (self.ahead, self.beside):
            threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        missing: bool = False,
    ) -> Any:
        """Send one request and return the answer; `bytes` are sent as they are (newline-delimited JSON).

        With `missing`, what is not there answers None. Raises an `EngineError` for every other failure.
        """
        seconds = timeout or self.timeout
        options = {"request_timeout": seconds, **({"ignore": 404} if missing else {})}
        self.requests += 1
        started = monotonic()
        try:
            answer = self._client.transport.perform_request(
                method, path, params={**(params or {}), **options}, body=body
            )
        except OpenSearchException as error:
            failure = translate(error, self.address, seconds)
        else:
            if timeout and monotonic() - started > timeout:
                # The socket waits this long for each piece of an answer, which may come in many.
                raise too_late(self.address, timeout)
            return None if missing and isinstance(answer, dict) and answer.get("status") == 404 else answer
        raise failure

    def msearch(
        self,
        searches: Sequence[tuple[str, Mapping[str, Any]]],
        *,
        timeout: float | None = None,
        whole: bool = False,
    ) -> list[dict[str, Any]]:
        """Run (index, body) searches in one request. Raises if one of them failed altogether.

        With *whole* also where a part of the archive did not answer: then what did not come is not known not to exist.
        """
        header = {**_IF_THERE, **({"allow_partial_search_results": False} if whole else {})}
        lines = []
        for index, body in searches:
            # Term statistics of all shards: a term weighs the same wherever an article is kept.
            lines.append(orjson.dumps({"index": index, "search_type": "dfs_query_then_fetch", **header}))
            lines.append(dumps(_with_timeout(body, timeout)))
        answer = self.request("POST", "/_msearch", b"\n".join(lines) + b"\n", timeout=timeout)
        responses: list[dict[str, Any]] = answer["responses"]
        for (index, _), response in zip(searches, responses, strict=True):
            if "error" in response:
                raise translate(
                    (response.get("status", 500), response["error"]), self.address, timeout or self.timeout
                )
            if not response["_shards"]["total"]:
                self.on_nothing(index)
        return responses

    def search(
        self, index: str, body: Mapping[str, Any], *, timeout: float | None = None, **params: str
    ) -> dict[str, Any]:
        """Run one search by itself, with parameters of the address that `msearch` does not take."""
        query = {"search_type": "dfs_query_then_fetch", **dict.fromkeys(_IF_THERE, "true"), **params}
        answer: dict[str, Any] = self.request(
            "POST", f"/{index}/_search", _with_timeout(body, timeout), params=query, timeout=timeout
        )
        return answer

    def _check_version(self, attempts: int) -> None:
        limit = min(self.timeout, _FIRST_ANSWER)
        while True:
            attempts -= 1
            try:
                version = self.request("GET", "/", timeout=limit).get("version", {})
                break
            except EngineTimeout:
                if attempts < 1:
                    raise
        number = str(version.get("number", ""))
        if version.get("distribution") != "opensearch":
            raise EngineUnavailable(
                f"The server at {self.address} is not OpenSearch (version {number or 'unknown'}).",
                remedy="Give the address of an OpenSearch cluster.",
            )
        if tuple(int(part) for part in number.split("-")[0].split(".")[:2]) < OLDEST_VERSION:
            raise EngineUnavailable(
                f"The server at {self.address} is OpenSearch {number}; {'.'.join(map(str, OLDEST_VERSION))} "
                "or newer is needed.",
                remedy="Upgrade the cluster.",
            )


class _Connection(Urllib3HttpConnection):
    """The connections to one node, which remember when it did not answer in time."""

    rests_until = 0.0

    def perform_request(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().perform_request(*args, **kwargs)
        except ConnectionTimeout:
            self.rests_until = monotonic() + _REST
            raise


class _Answering(RoundRobinSelector):
    """Asks node after node, those that did not answer in time only where there are no others.

    The client itself puts aside only nodes that refuse connections; one that stands still would be asked on and on.
    """

    def select(self, connections: Sequence[Connection]) -> Any:
        now = monotonic()
        rested = [one for one in connections if getattr(one, "rests_until", 0.0) <= now]
        return super().select(rested or connections)


class _Orjson(JSONSerializer):
    """JSON as the archive's texts need it: fast, and lone surrogates are kept as escapes."""

    def dumps(self, data: Any) -> Any:
        if isinstance(data, str | bytes):
            return data
        return dumps(data)

    def loads(self, s: Any) -> Any:
        return loads(s)


def dumps(data: Any) -> bytes:
    """Return JSON. Strings that are no valid Unicode are written with escapes, which read back the same."""
    try:
        return orjson.dumps(data, option=orjson.OPT_SERIALIZE_NUMPY)
    except TypeError:
        return json.dumps(
            data, ensure_ascii=True, separators=(",", ":"), default=lambda array: array.tolist()
        ).encode("ascii")


def loads(data: Any) -> Any:
    """Read JSON, of `dumps` or the server's."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(data)  # takes escapes that are no valid Unicode


def _nodes(address: str, settings: Settings) -> tuple[list[dict[str, Any]], tuple[str, str] | None]:
    """Return the nodes without credentials, and the credentials: those of the settings, else an address's."""
    nodes: list[dict[str, Any]] = []
    in_the_clear: list[str] = []
    password = settings.opensearch_password.get_secret_value()
    auth = (settings.opensearch_user, password) if settings.opensearch_user else None
    for part in address.split(","):
        url = urlsplit(part.strip())
        try:
            port = url.port
        except ValueError:
            port = -1
        if url.scheme not in ("http", "https") or not url.hostname or port == -1:
            raise SettingsError(
                "The engine is no address of an OpenSearch cluster.",
                remedy="Give https://host:9200, or several with commas between them.",
            )
        if url.username and not auth:
            auth = (unquote(url.username), unquote(url.password or ""))
        nodes.append({"host": url.hostname, "port": port or 9200, "scheme": url.scheme})
        if url.scheme == "http" and not _is_here(url.hostname):
            in_the_clear.append(url.hostname)
    if auth and in_the_clear and not settings.opensearch_insecure:
        raise SettingsError(f"A password would go to {in_the_clear[0]} unencrypted.", remedy=_PASSWORD_REMEDY)
    return nodes, auth


def _tls(settings: Settings) -> dict[str, Any]:
    for name in ("opensearch_ca_certs", "opensearch_client_cert", "opensearch_client_key"):
        path = getattr(settings, name)
        if path is not None and not path.is_file():
            raise SettingsError(f"The file of the setting {name!r} does not exist: {path}.")
    files = {
        "ca_certs": settings.opensearch_ca_certs,
        "client_cert": settings.opensearch_client_cert,
        "client_key": settings.opensearch_client_key,
    }
    return {
        "verify_certs": not settings.opensearch_insecure,
        # Not True where they are verified: urllib3 takes it for the name to expect.
        "ssl_assert_hostname": False if settings.opensearch_insecure else None,
        "ssl_show_warn": False,  # the warning above says it once, in our words
        **{name: str(path) for name, path in files.items() if path},
    }


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _with_timeout(body: Mapping[str, Any], timeout: float | None) -> Mapping[str, Any]:
    """Let the shards give up a little before the client does, so that what was found by then still comes."""
    return {**body, "timeout": f"{max(1, int(timeout * 900))}ms"} if timeout else body
