"""Writing in bulk: a bounded number of requests under way, refusals tried again, the rest reported.

A document is its article's `_id`, so that sending one twice changes nothing: whatever fails half-way is
simply sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from indexer.engines.opensearch.client import Cluster, dumps
from indexer.engines.opensearch.failures import CLOSED, LastingFailure, TooLarge, reason_of, translate
from indexer.engines.opensearch.patience import Patience
from indexer.errors import ArchiveError, EngineError, EngineTimeout, EngineUnavailable

CHUNK_ACTIONS = 500
CHUNK_BYTES = 10 * 1024 * 1024
#: A node's http.max_content_length is 100 MB unless set; it cuts the connection when more comes.
LARGEST_BODY = 95 * 1024 * 1024
IN_FLIGHT = 2

#: Answers about the archive, not about the one article, beside the server's own failures (5xx): too busy, no
#: right, no index.
_NOT_THE_ARTICLES_FAULT = frozenset({401, 403, 404, 429})


@dataclass(frozen=True, slots=True)
class Action:
    """One line pair of a bulk request. `body` is None for a deletion. `name` tells a person what it is."""

    index: str
    id: str
    name: str
    body: bytes | None = None
    #: Whether `index` is an alias: then nothing is written where it is missing, instead of making an index.
    alias: bool = True
    #: Leave a document alone that is there already.
    only_new: bool = False

    def lines(self) -> bytes:
        verb = "delete" if self.body is None else "create" if self.only_new else "index"
        head = dumps({verb: {"_index": self.index, "_id": self.id, "require_alias": self.alias}})
        return head + b"\n" if self.body is None else b"%b\n%b\n" % (head, self.body)


@dataclass(slots=True)
class Outcome:
    """What became of the actions, by their names: which did something, and why the cluster refused others."""

    done: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)


def send(
    cluster: Cluster, actions: Iterable[Action], *, refresh: bool = False, limit: int = CHUNK_ACTIONS
) -> Outcome:
    """Send *actions*; durable when it returns. A refusal that will not pass is in the outcome, not raised.

    Raises `EngineUnavailable` or `EngineTimeout` when the cluster does not take them, however patiently.
    """
    outcome = Outcome()
    under_way: set[Future[Outcome]] = set()
    with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="bulk") as pool:
        for chunk in _chunks(actions, limit, outcome):
            if len(under_way) >= IN_FLIGHT:
                under_way = _settle(under_way, outcome)
            under_way.add(pool.submit(_send_chunk, cluster, chunk, refresh))
        while under_way:
            under_way = _settle(under_way, outcome)
    return outcome


def send_all(cluster: Cluster, actions: Iterable[Action], *, refresh: bool = True) -> int:
    """Send *actions*, durable (and visible) when it returns; raise `EngineError` if any is refused."""
    outcome = send(cluster, actions, refresh=refresh)
    for name, reason in outcome.refused.items():
        raise EngineError(f"The cluster refused {name!r}: {reason}.")
    return len(outcome.done)


def _settle(under_way: set[Future[Outcome]], outcome: Outcome) -> set[Future[Outcome]]:
    finished, rest = wait(under_way, return_when="FIRST_COMPLETED")
    for future in finished:
        part = future.result()
        outcome.done |= part.done
        outcome.refused.update(part.refused)
    return rest


def _chunks(actions: Iterable[Action], limit: int, outcome: Outcome) -> Iterator[list[Action]]:
    chunk: list[Action] = []
    size = 0
    for action in actions:
        length = len(action.body or b"")
        if length > LARGEST_BODY:
            outcome.refused[action.name] = (
                f"With its passages the article has {length / 1e6:.0f} MB; 95 are taken."
            )
            continue
        if chunk and (len(chunk) >= limit or size + length > CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(action)
        size += length
    if chunk:
        yield chunk


def _send_chunk(cluster: Cluster, chunk: Sequence[Action], refresh: bool) -> Outcome:
    outcome = Outcome()
    patience = Patience()
    params = {"refresh": "true"} if refresh else None
    while True:
        try:
            body = b"".join(action.lines() for action in chunk)
            answer = cluster.request("POST", "/_bulk", body, params=params)
        except TooLarge as error:
            return _send_halves(cluster, chunk, refresh, error)
        except LastingFailure:
            raise
        except (EngineUnavailable, EngineTimeout) as error:
            patience.wait(error)
        else:
            chunk, failure = _sort_answers(cluster, chunk, answer, outcome)
            if failure is None:
                return outcome
            patience.wait(failure)


def _send_halves(cluster: Cluster, chunk: Sequence[Action], refresh: bool, error: TooLarge) -> Outcome:
    if len(chunk) == 1:
        return Outcome(refused={chunk[0].name: str(error)})
    middle = len(chunk) // 2
    first, second = (_send_chunk(cluster, part, refresh) for part in (chunk[:middle], chunk[middle:]))
    return Outcome(first.done | second.done, {**first.refused, **second.refused})


def _sort_answers(
    cluster: Cluster, chunk: Sequence[Action], answer: dict[str, Any], outcome: Outcome
) -> tuple[list[Action], ArchiveError | None]:
    """Count what was done, note what was refused; return what to send again and why."""
    again: list[Action] = []
    failure: ArchiveError | None = None
    for action, item in zip(chunk, answer["items"], strict=True):
        (result,) = item.values()
        status = result["status"]
        if status < 300:
            outcome.done.add(action.name)
        elif status == 404 and action.body is None and "error" not in result:
            continue  # what should be deleted is not there
        elif status == 409 and action.only_new:
            continue
        elif _is_the_archives(status, result["error"]):
            failure = translate((status, result["error"]), cluster.address)
            if isinstance(failure, LastingFailure):
                raise failure
            again.append(action)
        else:
            outcome.refused[action.name] = reason_of(result["error"])
    return again, failure


def _is_the_archives(status: int, error: Any) -> bool:
    """Say whether a refusal would meet any article, and tells nothing of this one."""
    told = str(error)
    return status >= 500 or status in _NOT_THE_ARTICLES_FAULT or "no write index" in told or CLOSED in told
