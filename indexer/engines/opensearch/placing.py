"""Articles in their homes: written, replaced and deleted so that none ever stands in two partitions for long.

An archive that is not cut up needs nothing of this: an article's `_id` is its place. In one that is, the date of an
article may change, and its new version belongs to another partition. So an index of *places* says in which partitions
each article may stand. It is written first (old and new partition), then the article, then the old version is
deleted, and the place named alone. Whatever is cut off when, the places name all partitions where the article stands,
and the next who writes or deletes it, or `newsarchive doctor --repair`, finishes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from indexer.engines.base import Entry
from indexer.engines.opensearch.client import Cluster, dumps
from indexer.engines.opensearch.failures import translate
from indexer.engines.opensearch.homes import Home, Homes, make_partitions
from indexer.engines.opensearch.mappings import document_id
from indexer.engines.opensearch.partitions import REST, partition_of
from indexer.engines.opensearch.writing import CHUNK_ACTIONS, Action, Outcome, send, send_all


@dataclass(frozen=True, slots=True)
class Place:
    """The partitions where an article may stand, the newest last; several only while it moves."""

    keys: tuple[str, ...]
    moving: bool = False


@dataclass(slots=True)
class _Moves:
    """What is to be finished in one home when the articles are written."""

    home: Home
    keys: dict[str, str] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    left: dict[str, tuple[str, ...]] = field(default_factory=dict)  # partitions to leave


def write(
    cluster: Cluster,
    homes: Iterable[Home],
    entries: Sequence[Entry],
    document: Callable[[Entry], bytes],
    *,
    limit: int = CHUNK_ACTIONS,
    only_new: bool = False,
) -> Outcome:
    """Store entries (of distinct ids) in each of the homes; with *only_new* leave alone what is there.

    Raises `NoHome` where a home has moved meanwhile: then all of it is to be written again.
    """
    moves = [_begin(cluster, home, entries, only_new) for home in homes]

    def actions() -> Iterator[Action]:
        for entry in entries:
            id_ = entry.article.id
            targets = [move.home.target(move.keys[id_]) for move in moves if id_ in move.keys]
            body = document(entry) if targets else b""
            for index, alias in targets:
                yield Action(index, document_id(id_), id_, body, alias, only_new)

    outcome = send(cluster, actions(), limit=limit)
    for move in moves:
        _finish(cluster, move, outcome.refused)
    return outcome


def delete(cluster: Cluster, homes: Homes, ids: Sequence[str]) -> int:
    """Delete articles from each of the homes; return how many there were in the one in use."""
    count = 0
    for home in homes:
        done = _delete(cluster, home, ids)
        count = len(done) if home is homes.live else count
    return count


def hashes(cluster: Cluster, home: Home, ids: Sequence[str]) -> dict[str, str]:
    """Return id -> content hash of what is stored. An article that is between two partitions is not."""
    if home.is_cut:
        settled = {id_: place for id_, place in places(cluster, home, ids).items() if not place.moving}
        wanted = [(home.target(place.keys[-1])[0], id_) for id_, place in settled.items()]
    else:
        wanted = [(home.target(REST)[0], id_) for id_ in ids]
    found = _get(cluster, wanted, "id,content_hash")
    return {source["id"]: source["content_hash"] for source in found}


def places(cluster: Cluster, home: Home, ids: Sequence[str]) -> dict[str, Place]:
    """Return the places of articles, as they are at this moment."""
    found = _get(cluster, [(home.places, id_) for id_ in ids], "id,keys,moving")
    return {source["id"]: Place(tuple(source["keys"]), source["moving"]) for source in found}


def put_places(cluster: Cluster, home: Home, found: Mapping[str, Place]) -> None:
    send_all(
        cluster,
        (
            Action(
                home.places,
                document_id(id_),
                id_,
                dumps({"id": id_, "keys": list(place.keys), "moving": place.moving}),
                alias=False,
            )
            for id_, place in found.items()
        ),
        refresh=False,
    )


def delete_places(cluster: Cluster, home: Home, ids: Iterable[str]) -> None:
    actions = (Action(home.places, document_id(id_), id_, alias=False) for id_ in ids)
    send_all(cluster, actions, refresh=False)


def leave(cluster: Cluster, home: Home, found: Mapping[str, Iterable[str]]) -> None:
    """Delete articles from partitions: id -> keys."""
    send_all(
        cluster,
        (
            Action(index, document_id(id_), id_, alias=alias)
            for id_, keys in found.items()
            for index, alias in map(home.target, keys)
        ),
        refresh=False,
    )


def _begin(cluster: Cluster, home: Home, entries: Sequence[Entry], only_new: bool) -> _Moves:
    move = _Moves(home)
    for entry in entries:
        move.keys[entry.article.id] = partition_of(entry.article.published, home.unit)
    if not home.is_cut:
        return move
    make_partitions(cluster, home, set(move.keys.values()))
    known = places(cluster, home, list(move.keys))
    intents: dict[str, Place] = {}
    for id_, key in list(move.keys.items()):
        place = known.get(id_)
        if place is None:
            move.new.add(id_)
            intents[id_] = Place((key,))
        elif place.keys != (key,):
            if only_new:
                del move.keys[id_]
                continue
            move.left[id_] = tuple(one for one in place.keys if one != key)
            intents[id_] = Place((*move.left[id_], key), moving=True)
        elif place.moving:
            move.left[id_] = ()
    put_places(cluster, home, intents)
    return move


def _finish(cluster: Cluster, move: _Moves, refused: Mapping[str, str]) -> None:
    left = {id_: keys for id_, keys in move.left.items() if id_ not in refused}
    if left:
        leave(cluster, move.home, left)
        put_places(cluster, move.home, {id_: Place((move.keys[id_],)) for id_ in left})
    if nowhere := move.new & refused.keys():
        delete_places(cluster, move.home, nowhere)


def _delete(cluster: Cluster, home: Home, ids: Sequence[str]) -> set[str]:
    if not home.is_cut:
        index, alias = home.target(REST)
        return send(cluster, (Action(index, document_id(id_), id_, alias=alias) for id_ in ids)).done
    known = places(cluster, home, ids)
    actions = (
        Action(index, document_id(id_), id_, alias=alias)
        for id_, place in known.items()
        for index, alias in map(home.target, place.keys)
    )
    done = send(cluster, actions).done
    delete_places(cluster, home, known)
    return done


def _get(cluster: Cluster, wanted: Sequence[tuple[str, str]], fields: str) -> Iterator[dict[str, Any]]:
    """Yield the sources of (index, article id) that are there: those acknowledged, refreshed or not."""
    if not wanted:
        return
    body = {"docs": [{"_index": index, "_id": document_id(id_)} for index, id_ in wanted]}
    answer = cluster.request("POST", "/_mget", body, params={"_source": fields}, missing=True)
    for document in (answer or {}).get("docs", ()):
        if document.get("found"):
            yield document["_source"]
        elif "error" in document:
            # A part that is away does not say that the article is not there; an index that is, that it moved.
            status = 404 if document["error"]["type"] == "index_not_found_exception" else 503
            raise translate((status, document["error"]), cluster.address)
