"""What a cluster's refusals mean: each becomes an error of the archive, a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opensearchpy import (
    AuthenticationException,
    ConnectionTimeout,
    OpenSearchException,
    SSLError,
    TransportError,
)
from opensearchpy import ConnectionError as NoConnection

from indexer.errors import (
    ArchiveError,
    EngineError,
    EngineTimeout,
    EngineUnavailable,
    InvalidQuery,
    SchemaMismatch,
)

#: What a cluster should allow in one search; a long question has some thousand words to look for.
CLAUSES_WANTED = 65_536
#: The remedy for what another version of this program has stored.
BUILD_ANEW = (
    "`newsarchive generations build` makes a new one from the archive's own articles, "
    "`newsarchive generations promote` puts it in place."
)
#: The type of what a closed index answers, with the status of a bad request.
CLOSED = "index_closed_exception"
_LONGEST_REASON = 300


class LastingFailure(EngineUnavailable):
    """A refusal that waiting does not change: a password, a right, a full disk, a missing index."""


class NoHome(LastingFailure):
    """What was to be written has no index under this name: there is no archive, or it has moved to other indices."""


class WritesStopped(NoHome):
    """A promotion stops writers for a moment; behind it they may have another home, with other rules."""


class TooLarge(LastingFailure):
    """The request has more bytes than the cluster takes."""


def translate(
    error: OpenSearchException | tuple[int, Any], address: str, seconds: float | None = None
) -> ArchiveError:
    """Return the archive's error for the client's exception, or for an answer's (status, error)."""
    if isinstance(error, ConnectionTimeout):
        return too_late(address, seconds)
    if isinstance(error, SSLError):
        return EngineUnavailable(
            f"The TLS certificate of {address} is not one that is trusted here.",
            remedy="Set NEWSARCHIVE_OPENSEARCH_CA_CERTS to the file of the cluster's certificate authority.",
        )
    if isinstance(error, NoConnection):
        return EngineUnavailable(
            f"No OpenSearch answers at {address}.",
            remedy="Start the cluster, or correct NEWSARCHIVE_ENGINE (and mind http:// and https://).",
        )
    if isinstance(error, AuthenticationException):
        return _refused_login(address)
    if isinstance(error, tuple):
        return _from_answer(*error, address)
    if isinstance(error, TransportError) and isinstance(error.status_code, int):
        info = error.info if isinstance(error.info, Mapping) else {}
        return _from_answer(error.status_code, info.get("error", error.error), address)
    return EngineError(f"OpenSearch at {address} gave an answer that cannot be read.")


def too_late(address: str, seconds: float | None) -> EngineTimeout:
    limit = f" within {seconds:g} s" if seconds else ""
    return EngineTimeout(
        f"OpenSearch at {address} did not answer{limit}.",
        remedy="Try again, or raise NEWSARCHIVE_OPENSEARCH_TIMEOUT (for searches: NEWSARCHIVE_SEARCH_TIMEOUT).",
    )


def is_closed(index: str) -> LastingFailure:
    return LastingFailure(
        f"An index of this archive is closed: {index}.",
        remedy=f"POST /{index}/_open opens it; then run the command again.",
    )


def _from_answer(status: int, error: Any, address: str) -> ArchiveError:
    reasons = " | ".join(dict.fromkeys(_reasons(error)))
    if status == 401:
        return _refused_login(address)
    if "too_many_clauses" in reasons or "too_many_nested_clauses" in reasons or "maxClauseCount" in reasons:
        return InvalidQuery(
            "This search has more words than the cluster allows.",
            remedy="Use fewer words, or raise indices.query.bool.max_clause_count on the cluster to "
            f"{CLAUSES_WANTED}.",
        )
    if "read-only-allow-delete" in reasons or "read_only_allow_delete" in reasons:
        return LastingFailure(
            "The cluster takes no more articles: a disk is nearly full, and the index is read-only.",
            remedy="Free disk space or add a node; OpenSearch lifts the block by itself. Then run the "
            "command again: it goes on where it stopped.",
        )
    if "index write (api)" in reasons:
        return WritesStopped(
            "Writing is stopped for a moment, while a generation of the archive is promoted.",
            remedy="Try again; if nobody promotes one, `newsarchive doctor --repair` lets writers in again.",
        )
    if CLOSED in reasons:
        return is_closed(_index_of(error))
    if "cluster_block_exception" in reasons and status != 503:  # 503: no manager or state yet, which passes
        return LastingFailure(
            f"The cluster at {address} refuses the request: {_shortened(reasons)}.",
            remedy="Look at GET _cluster/settings and at the index's blocks.",
        )
    if status == 403:
        return LastingFailure(
            f"The cluster's user may not do this: {_shortened(reasons)}.",
            remedy="Give the user the role from docker/roles.yml.",
        )
    if status == 413:
        return TooLarge(
            "An article with its passages is larger than the cluster takes in one request.",
            remedy="Raise http.max_content_length on the cluster's nodes.",
        )
    if "search_context_missing" in reasons:
        return EngineError(
            f"The cluster at {address} no longer keeps the archive as it was when this was begun: a node was started "
            "again, or more than the time allowed passed from one part to the next.",
            remedy="Run it again.",
        )
    if status == 404 or "no write index is defined" in reasons or "more than one index" in reasons:
        return NoHome(
            f"The cluster at {address} lacks an index of this archive: {_shortened(reasons)}.",
            remedy="`newsarchive index` makes it; `newsarchive doctor` says more.",
        )
    if "mapper_parsing_exception" in reasons or "strict_dynamic_mapping_exception" in reasons:
        return SchemaMismatch(
            f"The index does not take this archive's articles: {_shortened(reasons)}.",
            remedy="`newsarchive generations build` makes a new index from the archive's own articles.",
        )
    if "maximum shards open" in reasons:
        return LastingFailure(
            f"The cluster has no room for another index: {_shortened(reasons)}.",
            remedy="Add a node or raise cluster.max_shards_per_node; an archive that is cut up by month can be cut up "
            "by year (NEWSARCHIVE_OPENSEARCH_PARTITION=year, `newsarchive generations build`).",
        )
    if status == 429:
        return EngineUnavailable(
            "The cluster has more to do than it can take.", remedy="Try again later, or with less at a time."
        )
    if status == 503 or "no_shard_available" in reasons or "all shards failed" in reasons:
        return EngineUnavailable(
            f"A part of the archive is not available on the cluster at {address} (its health is red).",
            remedy="Start the missing nodes; GET _cluster/allocation/explain tells why a part has no home.",
        )
    if status >= 500:
        return EngineUnavailable(
            f"The cluster at {address} failed at the request ({status}): {_shortened(reasons)}.",
            remedy="The logs of its nodes say more. Run it again when they are mended.",
        )
    return EngineError(f"OpenSearch refused the request ({status}): {_shortened(reasons)}.")


def _refused_login(address: str) -> LastingFailure:
    return LastingFailure(
        f"The cluster at {address} does not accept this user name and password.",
        remedy="Set NEWSARCHIVE_OPENSEARCH_USER and NEWSARCHIVE_OPENSEARCH_PASSWORD.",
    )


def _reasons(error: Any) -> list[str]:
    """Return "type: reason" of an error and of what caused it, outermost first."""
    if not isinstance(error, Mapping):
        return [str(error)]
    found = [f"{error.get('type', '')}: {error.get('reason', '')}"]
    for shard in error.get("failed_shards") or ():
        found += _reasons(shard.get("reason"))
    for cause in error.get("root_cause") or ():
        found += _reasons(cause)
    if isinstance(error.get("caused_by"), Mapping):
        found += _reasons(error["caused_by"])
    return found


def _index_of(error: Any) -> str:
    """Return the name of the index that an error is about, empty where it is not told."""
    told = [error, *(error.get("root_cause") or ())] if isinstance(error, Mapping) else []
    return next((cause["index"] for cause in told if cause.get("index")), "")


def _shortened(reasons: str) -> str:
    reasons = " ".join(reasons.split()).rstrip(".")
    return reasons if len(reasons) <= _LONGEST_REASON else f"{reasons[:_LONGEST_REASON]}…"


def reason_of(error: Any) -> str:
    """Return the server's own reason for refusing one item, in one line."""
    return _shortened(" | ".join(dict.fromkeys(_reasons(error))))
