"""Safe re-indexing: a new generation is built beside the one in use, compared with it, and put in its place.

    build      make the next generation and fill it from the archive's own articles
    check      say how it differs from the one in use
    promote    bring it up to date, then move the aliases to it in one call: searches see the old or the new
    rollback   move the aliases back to the generation before
    drop       delete a generation that is not in use

While a generation with the same model is being built, every write goes to it as well. What it lacks all the
same, since another model has to encode it first or a writer died between the two, `promote` finds by the
content hashes and brings over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from indexer.article import Article
from indexer.engines.base import EncodedPassage, Entry, Manifest
from indexer.engines.opensearch.client import Cluster
from indexer.engines.opensearch.documents import VECTORS, to_article, to_passages
from indexer.engines.opensearch.mappings import document_id, manifest_from_dict, schema_hash
from indexer.engines.opensearch.queries import EVERYTHING
from indexer.engines.opensearch.scanning import scan
from indexer.engines.opensearch.words import stored_words, write_words
from indexer.engines.opensearch.writing import Action, send
from indexer.errors import ArticlesRefused, EngineError

if TYPE_CHECKING:
    from indexer.engines.opensearch.engine import OpenSearchEngine

#: Encodes articles for the new generation; None takes the vectors that are stored.
Encode = Callable[[list[Article]], list[Entry]]
Progress = Callable[[int], None]

_BATCH = 100
_WORDS = 1_000
_PATIENCE = 3  # rounds in which a promotion tries to catch up with the writers


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation of an archive's indices."""

    number: int
    in_use: bool
    building: bool
    articles: int
    bytes_on_disk: int
    manifest: Manifest | None  # None where it was made by another version of this program

    @property
    def state(self) -> str:
        return "in use" if self.in_use else "being built" if self.building else "kept"


@dataclass(frozen=True, slots=True)
class Difference:
    """How another generation differs from the one in use; ids of articles, a few as examples."""

    missing: int = 0
    changed: int = 0
    surplus: int = 0
    examples: tuple[str, ...] = ()

    @property
    def is_none(self) -> bool:
        return not (self.missing or self.changed or self.surplus)


def generations(engine: OpenSearchEngine) -> list[Generation]:
    """Return the generations that exist, oldest first."""
    live, building = engine.indices.live(), engine.indices.building()
    found = []
    for number in engine.indices.numbers():
        articles, words = engine.names.generation(number)
        mapping = engine.cluster.request("GET", f"/{articles}/_mapping")[articles]["mappings"]
        stats = engine.cluster.request(
            "GET", f"/{articles},{words}/_stats/store", params={"ignore_unavailable": "true"}
        )
        found.append(
            Generation(
                number=number,
                in_use=number == live,
                building=articles == building,
                articles=engine.cluster.request("GET", f"/{articles}/_count")["count"],
                bytes_on_disk=stats["_all"]["total"].get("store", {}).get("size_in_bytes", 0),
                manifest=_manifest_of(mapping),
            )
        )
    return found


def build(
    engine: OpenSearchEngine,
    manifest: Manifest | None = None,
    *,
    encode: Encode | None = None,
    progress: Progress | None = None,
) -> int:
    """Make and fill the next generation; return its number. A build that was cut off is begun again.

    With another `manifest` (model, passages) `encode` must make the entries; without, vectors are taken over.
    Raises `EngineError` where there is nothing to build from.
    """
    live = _live(engine)
    if engine.indices.building():
        drop(engine, int(str(engine.indices.building())[-6:]))
    number = max(engine.indices.numbers()) + 1
    articles, words = engine.names.generation(number)
    if manifest is None:
        old, _ = engine.names.generation(live)
        mapping = engine.cluster.request("GET", f"/{old}/_mapping")[old]["mappings"]
        manifest = _manifest_of(mapping, any_schema=True)
        assert manifest is not None
    engine.indices.create_generation(manifest, number, live=False)
    if encode is None:
        # From here on writers write to both, and the copy replaces nothing: what they wrote is newer.
        _swap(engine.cluster, [("add", articles, engine.names.building)])
    done = 0
    batch: list[dict[str, Any]] = []
    for hit in _stored(engine, live, vectors=encode is None):
        batch.append(hit)
        if len(batch) >= _BATCH:
            done += _copy(engine, batch, articles, encode, replace=False)
            batch = []
            if progress:
                progress(done)
    if batch:
        done += _copy(engine, batch, articles, encode, replace=False)
    if encode is None:  # words of another model are made anew when they are first needed
        _copy_words(engine, live, words)
    engine.cluster.request("POST", f"/{articles}/_refresh")
    if progress:
        progress(done)
    return number


def check(engine: OpenSearchEngine, number: int) -> Difference:
    """Compare a generation with the one in use, article by article (content hashes)."""
    missing = changed = surplus = 0
    examples: list[str] = []
    for id_, ours, theirs in _compare(engine, _live(engine), number):
        missing += theirs is None
        surplus += ours is None
        changed += ours is not None and theirs is not None
        if len(examples) < 5:
            examples.append(id_)
    return Difference(missing, changed, surplus, tuple(examples))


def promote(engine: OpenSearchEngine, number: int, *, encode: Encode | None = None) -> None:
    """Put a generation in place of the one in use, with everything that was written meanwhile.

    The aliases move in one call, so a search sees the old or the new generation. Raises `EngineError` while
    writers are so busy that the new one does not catch up, or where it lacks articles that it should have.
    """
    live = _live(engine)
    if number == live:
        raise EngineError(f"Generation {number} is in use already.")
    if number not in engine.indices.numbers():
        raise EngineError(f"There is no generation {number}.", remedy="See `newsarchive generations list`.")
    articles, words = engine.names.generation(number)
    engine.indices.set_replicas(articles)
    if encode is None:
        _swap(engine.cluster, [("add", articles, engine.names.building)])
        _catch_up(engine, live, number, None)  # once is enough: whatever is written now goes to both
    else:
        _catch_up_alone(engine, live, number, encode)
    old_articles, old_words = engine.names.generation(live)
    steps = [
        ("remove", old_articles, engine.names.articles),
        ("remove", old_words, engine.names.words),
        ("add", articles, engine.names.articles),
        ("add", words, engine.names.words),
    ]
    if encode is None:
        steps.append(("remove", articles, engine.names.building))
    _swap(engine.cluster, steps)


def rollback(engine: OpenSearchEngine) -> int:
    """Go back to the newest generation before the one in use; return its number.

    What was written since the promotion is only in the newer generation, until `promote` is called for the
    older one, which brings it over. Raises `EngineError` where there is none before.
    """
    live = _live(engine)
    earlier = [number for number in engine.indices.numbers() if number < live]
    if not earlier:
        raise EngineError("There is no generation before the one in use.")
    new = earlier[-1]
    steps = []
    for old_index, new_index, alias in zip(
        engine.names.generation(live),
        engine.names.generation(new),
        (engine.names.articles, engine.names.words),
        strict=True,
    ):
        steps += [("remove", old_index, alias), ("add", new_index, alias)]
    _swap(engine.cluster, steps)
    return new


def drop(engine: OpenSearchEngine, number: int) -> None:
    """Delete a generation. Raises `EngineError` for the one in use."""
    if number == engine.indices.live():
        raise EngineError(f"Generation {number} is in use.", remedy="Promote another one first.")
    for index in engine.names.generation(number):
        engine.cluster.request("DELETE", f"/{index}", missing=True)


def _live(engine: OpenSearchEngine) -> int:
    live = engine.indices.live()
    if live is None:
        raise EngineError(
            "There is no archive on this cluster under this prefix.", remedy="`newsarchive index` makes it."
        )
    return live


def _manifest_of(mapping: dict[str, Any], *, any_schema: bool = False) -> Manifest | None:
    meta = mapping.get("_meta", {})
    if "manifest" not in meta or (meta.get("schema") != schema_hash() and not any_schema):
        return None
    return manifest_from_dict(meta["manifest"])


def _stored(engine: OpenSearchEngine, number: int, *, vectors: bool) -> Iterator[dict[str, Any]]:
    articles, _ = engine.names.generation(number)
    engine.cluster.request("POST", f"/{articles}/_refresh")
    return scan(
        engine.cluster,
        articles,
        EVERYTHING,
        sort=[{"id": "asc"}],
        batch=_BATCH,
        source=True if vectors else {"excludes": [VECTORS]},
        stored_fields=("codes",),
    )


def _copy(
    engine: OpenSearchEngine, hits: list[dict[str, Any]], index: str, encode: Encode | None, *, replace: bool
) -> int:
    """Store what the hits hold in an index; without `replace` only what is not in it yet."""
    entries = (
        encode([to_article(hit["_source"]) for hit in hits]) if encode else [_entry(hit) for hit in hits]
    )
    actions = (engine.entry_action(entry, index, alias=False, only_new=not replace) for entry in entries)
    outcome = send(engine.cluster, actions)
    if outcome.refused:
        raise ArticlesRefused(outcome.refused)
    return len(entries)


def _entry(hit: dict[str, Any]) -> Entry:
    source = hit["_source"]
    passages = to_passages(source, codes=hit.get("fields", {}).get("codes", ()), vectors=True)
    encoded = []
    for stored in passages:
        assert stored.vector is not None
        encoded.append(EncodedPassage(stored.passage, stored.vector, stored.codes))
    return Entry(to_article(source), source["content_hash"], tuple(encoded))


def _copy_words(engine: OpenSearchEngine, live: int, index: str) -> None:
    _, old = engine.names.generation(live)
    batch = []
    for word in stored_words(engine.cluster, old, vectors=True):
        batch.append(word)
        if len(batch) >= _WORDS:
            write_words(engine.cluster, index, batch, alias=False)
            batch = []
    write_words(engine.cluster, index, batch, alias=False)


def _compare(
    engine: OpenSearchEngine, live: int, number: int
) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield (id, hash in use, hash in the other) where the two differ: a merge of two sorted streams."""
    ours, theirs = _hashes(engine, live), _hashes(engine, number)
    one, two = next(ours, None), next(theirs, None)
    while one or two:
        if two is None or (one is not None and one[0] < two[0]):
            assert one is not None
            yield one[0], one[1], None
            one = next(ours, None)
        elif one is None or two[0] < one[0]:
            yield two[0], None, two[1]
            two = next(theirs, None)
        else:
            if one[1] != two[1]:
                yield one[0], one[1], two[1]
            one, two = next(ours, None), next(theirs, None)


def _hashes(engine: OpenSearchEngine, number: int) -> Iterator[tuple[str, str]]:
    articles, _ = engine.names.generation(number)
    engine.cluster.request("POST", f"/{articles}/_refresh")
    hits = scan(
        engine.cluster,
        articles,
        EVERYTHING,
        sort=[{"id": "asc"}],
        batch=5_000,
        source=["id", "content_hash"],
    )
    return ((hit["_source"]["id"], hit["_source"]["content_hash"]) for hit in hits)


def _catch_up(engine: OpenSearchEngine, live: int, number: int, encode: Encode | None) -> int:
    """Bring a generation to what is in use now; return how many articles differed."""
    articles, _ = engine.names.generation(number)
    differing: list[str] = []
    gone: list[str] = []
    for id_, ours, _theirs in _compare(engine, live, number):
        (differing if ours else gone).append(id_)
    send(engine.cluster, (Action(articles, document_id(id_), id_, alias=False) for id_ in gone))
    old, _ = engine.names.generation(live)
    for first in range(0, len(differing), _BATCH):
        some = differing[first : first + _BATCH]
        answer = engine.cluster.request(
            "POST",
            f"/{old}/_search",
            {
                "query": {"terms": {"id": some}},
                "size": len(some),
                "_source": {"excludes": [VECTORS]} if encode else True,
                "stored_fields": ["codes"],
            },
        )
        _copy(engine, answer["hits"]["hits"], articles, encode, replace=True)
    engine.cluster.request("POST", f"/{articles}/_refresh")
    return len(differing) + len(gone)


def _catch_up_alone(engine: OpenSearchEngine, live: int, number: int, encode: Encode) -> None:
    for _ in range(_PATIENCE):
        if not _catch_up(engine, live, number, encode):
            return
    raise EngineError(
        f"Generation {number} does not catch up with what is being written.",
        remedy="Stop the writers, or try again later.",
    )


def _swap(cluster: Cluster, steps: list[tuple[str, str, str]]) -> None:
    actions = [{verb: {"index": index, "alias": alias}} for verb, index, alias in steps]
    cluster.request("POST", "/_aliases", {"actions": actions})
