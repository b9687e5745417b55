"""Safe re-indexing: a new generation is built beside the one in use, compared with it, and put in its place.

    build      make the next generation and fill it from the archive's own articles
    check      say how it differs from the one in use
    promote    bring it up to date, then move the aliases to it in one call: searches see the old or the new
    rollback   move the aliases back to the generation before
    drop       delete a generation that is not in use

While a generation that takes the same documents (same model, passages, text analysis and fields) is being
built, every write goes to it as well. What it lacks all the same, since something must be made anew first or
a writer died between the two, `promote` finds by the content hashes and brings over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from indexer.article import Article
from indexer.engines.base import EncodedPassage, Entry, Manifest
from indexer.engines.opensearch import placing
from indexer.engines.opensearch.documents import CODES, VECTORS, codes_of, to_article, to_passages, vectors_of
from indexer.engines.opensearch.homes import Home, Homes, home_of
from indexer.engines.opensearch.mappings import same_layout, schema_hash
from indexer.engines.opensearch.patience import once, patiently
from indexer.engines.opensearch.queries import EVERYTHING
from indexer.engines.opensearch.scanning import KEEP_ALIVE, scan
from indexer.engines.opensearch.switching import switch, take_the_mark
from indexer.engines.opensearch.words import stored_words, write_words
from indexer.errors import ArticlesRefused, EngineError, SchemaMismatch
from indexer.wording import counted

if TYPE_CHECKING:
    from indexer.engines.opensearch.engine import OpenSearchEngine

#: Encodes articles for the new generation; None takes the vectors that are stored.
Encode = Callable[[list[Article]], list[Entry]]
Progress = Callable[[int], None]

#: In place of the hash of an article that stands in two partitions: it equals none.
_TWICE = "twice"
_BATCH = 100
_WORDS = 1_000
#: How long the cluster keeps the view that a build reads while articles are encoded.
_LONGEST_BUILD = "12h"


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
        articles, (_, words) = _articles(engine, number), engine.names.generation(number)
        indices = f"{articles},{words},{engine.names.places(number)}"
        stats = engine.cluster.request(
            "GET", f"/{indices}/_stats/store", params={"ignore_unavailable": "true"}
        )
        found.append(
            Generation(
                number=number,
                in_use=number == live,
                building=number == building,
                articles=engine.indices.count(articles),
                bytes_on_disk=stats["_all"]["total"].get("store", {}).get("size_in_bytes", 0),
                manifest=_manifest_of(_mapping(engine, number)),
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
    """Make and fill the next generation; return its number. A build that was cut off goes on.

    With another `manifest` (model, passages) `encode` must make the entries; without it passages and vectors
    are taken over, and words analysed anew. Raises `EngineError` where there is nothing to build from.
    """
    live = _live(engine)
    manifest = manifest or manifest_in_use(engine)
    number = _begun(engine, live, manifest)
    if number is None:
        number = max(engine.indices.numbers()) + 1
        engine.indices.create_generation(manifest, number, live=False)
    together = _same_documents(engine, live, number)
    if together:
        # From here on writers write to both, and the copy replaces nothing: what they wrote is newer.
        switch(engine.cluster, engine.names, live, building=number)
    done = 0
    differences = _compare(engine, live, number, keep_alive=_LONGEST_BUILD, patient=True)
    for batch in _batches(id_ for id_, ours, theirs in differences if ours and not theirs):
        done += _copy(engine, live, batch, number, encode, overwrite=False)
        if progress:
            progress(done)
    _catch_up(engine, live, number, encode)
    if together:  # other words are made anew by whoever knows the encoder
        _copy_words(engine, live, number)
    engine.indices.merge(_articles(engine, number))
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


def promote(
    engine: OpenSearchEngine, number: int, *, encode: Encode | None = None, discard: bool = False
) -> None:
    """Put a generation in place of the one in use, with everything that was written meanwhile.

    The aliases move in one call, so a search sees the old or the new generation. Writers wait while the last
    differences are made up for, and then write to the new one. `encode` as for `build`. Raises `EngineError`
    where a rollback has left articles in that generation alone, unless they are to be discarded.
    """
    live = _live(engine)
    if number == live:
        raise EngineError(f"Generation {number} is in use already.")
    _home(engine, number)
    if not discard:
        _check_left(engine, number)
    engine.indices.set_replicas(_articles(engine, number))
    together = _same_documents(engine, live, number)
    if together:
        switch(engine.cluster, engine.names, live, building=number)
    _catch_up(engine, live, number, encode)  # most of it, while writers go on
    with _writes_blocked(engine, live):
        # Nothing is acknowledged now that is not in the old one. What writers send to the new one at this
        # moment they send again, through the alias.
        _catch_up(engine, live, number, encode)
        switch(engine.cluster, engine.names, number, building=_still_building(engine, number))
    if _is_left(engine, number):
        _mark_left(engine, number, "remove")


def rollback(engine: OpenSearchEngine) -> int:
    """Go back to the newest generation before the one in use; return its number.

    What was written since the promotion is only in the newer generation, which is marked: `promote` does not
    replace it unasked. (`promote` for the older one, in place of this, would bring it over.) Raises `EngineError`
    where there is none before.
    """
    live = _live(engine)
    earlier = [number for number in engine.indices.numbers() if number < live]
    if not earlier:
        raise EngineError("There is no generation before the one in use.")
    new = earlier[-1]
    _mark_left(engine, live, "add")
    with take_the_mark(engine.cluster, engine.names):
        switch(engine.cluster, engine.names, new, building=_still_building(engine, new))
    return new


def _check_left(engine: OpenSearchEngine, number: int) -> None:
    if not _is_left(engine, number):
        return
    difference = check(engine, number)
    if lost := difference.surplus + difference.changed:
        raise EngineError(
            f"A rollback has left {counted(lost, 'article')} in generation {number} that the one in use lacks or has "
            f"in another version, among them {difference.examples[0]!r}; promoting it would replace them.",
            remedy="Index again what was written before the rollback; or let them go with --discard.",
        )


def _is_left(engine: OpenSearchEngine, number: int) -> bool:
    path = f"/{_articles(engine, number)}/_alias/{engine.names.left}"
    return bool(engine.cluster.request("GET", path, missing=True))


def _mark_left(engine: OpenSearchEngine, number: int, what: str) -> None:
    step = {what: {"index": _articles(engine, number), "alias": engine.names.left}}
    engine.cluster.request("POST", "/_aliases", {"actions": [step]})


def drop(engine: OpenSearchEngine, number: int) -> None:
    """Delete a generation. Raises `EngineError` for the one in use."""
    if number == engine.indices.live():
        raise EngineError(f"Generation {number} is in use.", remedy="Promote another one first.")
    home = _home(engine, number)
    _, words = engine.names.generation(number)
    articles = [engine.names.index(number, home.unit, key) for key in sorted(home.keys)]
    for index in (*articles, engine.names.places(number), words):
        engine.cluster.request("DELETE", f"/{index}", missing=True)


def _live(engine: OpenSearchEngine) -> int:
    live = engine.indices.live()
    if live is None:
        raise EngineError(
            "There is no archive on this cluster under this prefix.", remedy="`newsarchive index` makes it."
        )
    return live


def manifest_in_use(engine: OpenSearchEngine) -> Manifest:
    """Return what the generation in use was made with, by this version of the program or another one."""
    manifest = _manifest_of(_mapping(engine, _live(engine)), any_schema=True)
    if manifest is None:
        raise SchemaMismatch(
            f"The index {engine.names.articles!r} on the cluster was not made by this program.",
            remedy="Choose another prefix with NEWSARCHIVE_OPENSEARCH_PREFIX.",
        )
    return manifest


def _mapping(engine: OpenSearchEngine, number: int) -> dict[str, Any]:
    found = engine.indices.mapping(number)
    return found[1] if found else {}


def _articles(engine: OpenSearchEngine, number: int) -> str:
    """Return what names a generation's indices of articles."""
    return engine.names.generation_pattern(number)


def _home(engine: OpenSearchEngine, number: int) -> Home:
    home = home_of(engine.cluster, engine.names, number)
    if home is None:
        raise EngineError(f"There is no generation {number}.", remedy="See `newsarchive generations list`.")
    return home


def _still_building(engine: OpenSearchEngine, live: int) -> int | None:
    """Return the generation that is being built if it goes on taking what is written to a new one in use."""
    building = engine.indices.building()
    if building is None or building == live or not _same_documents(engine, live, building):
        return None
    return building


def _same_documents(engine: OpenSearchEngine, one: int, other: int) -> bool:
    """Say whether what writers make for one generation is right for the other as it is."""
    first, second = (_mapping(engine, number).get("_meta", {}) for number in (one, other))
    return all(
        first.get(part) == second.get(part)
        if part == "schema"
        else first["manifest"][part] == second["manifest"][part]
        for part in ("schema", "model", "passages", "text_version")
    )


def _manifest_of(mapping: dict[str, Any], *, any_schema: bool = False) -> Manifest | None:
    meta = mapping.get("_meta", {})
    if "manifest" not in meta or (meta.get("schema") != schema_hash() and not any_schema):
        return None
    return Manifest(**meta["manifest"])


def _begun(engine: OpenSearchEngine, live: int, manifest: Manifest) -> int | None:
    """Return the newest generation after the one in use if it was begun with what is wanted now."""
    number = max(engine.indices.numbers())
    if number == live:
        return None
    mapping = _mapping(engine, number)
    begun = _manifest_of(mapping)
    fits = begun and not begun.differences(manifest)
    return number if fits and same_layout(mapping["_meta"].get("layout", {}), engine.settings) else None


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(ids)
    while batch := list(islice(remaining, _BATCH)):
        yield batch


def _copy(
    engine: OpenSearchEngine,
    source: int,
    ids: list[str],
    target: int,
    encode: Encode | None,
    *,
    overwrite: bool,
) -> int:
    """Store articles of one generation in another; without `overwrite` only those that are not in it yet."""
    body = {
        "query": {"terms": {"id": ids}},
        "size": 2 * len(ids),
        "_source": {"excludes": [VECTORS]} if encode else True,
        "stored_fields": [CODES],
    }
    params = {"allow_partial_search_results": "false"}
    path = f"/{_articles(engine, source)}/_search"
    # A build takes hours, and a busy cluster is no reason to end it; a promotion must not hold writers up.
    attempt = once if overwrite else patiently
    answer = attempt(lambda: engine.cluster.request("POST", path, body, params=params))
    # Of an article that stands in two partitions (a writer was cut off) one is enough.
    hits = list({hit["_source"]["id"]: hit for hit in answer["hits"]["hits"]}.values())
    entries = encode([to_article(hit["_source"]) for hit in hits]) if encode else list(map(_entry, hits))
    home = attempt(lambda: _home(engine, target))
    outcome = placing.write(engine.cluster, [home], entries, engine.document, only_new=not overwrite)
    if outcome.refused:
        raise ArticlesRefused(outcome.refused)
    return len(entries)


def _entry(hit: dict[str, Any]) -> Entry:
    # The source, since a generation that another version has made may have no more.
    source = hit["_source"]
    passages = to_passages(source, codes_of(hit), vectors_of(hit))
    encoded = []
    for stored in passages:
        assert stored.vector is not None
        encoded.append(EncodedPassage(stored.passage, stored.vector, stored.codes))
    return Entry(to_article(source), source["content_hash"], tuple(encoded))


def _copy_words(engine: OpenSearchEngine, live: int, number: int) -> None:
    (_, old), (_, index) = map(engine.names.generation, (live, number))
    batch = []
    for word in stored_words(engine.cluster, old, vectors=True):
        batch.append(word)
        if len(batch) >= _WORDS:
            write_words(engine.cluster, index, batch, alias=False)
            batch = []
    write_words(engine.cluster, index, batch, alias=False)


def _compare(
    engine: OpenSearchEngine,
    live: int,
    number: int,
    *,
    keep_alive: str = KEEP_ALIVE,
    patient: bool = False,
) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield (id, hash in use, hash in the other) where the two differ: a merge of two sorted streams."""
    ours, theirs = (_hashes(engine, one, keep_alive, patient) for one in (live, number))
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


def _hashes(
    engine: OpenSearchEngine, number: int, keep_alive: str, patient: bool
) -> Iterator[tuple[str, str]]:
    articles = _articles(engine, number)
    attempt = patiently if patient else once
    attempt(lambda: engine.cluster.request("POST", f"/{articles}/_refresh"))
    hits = scan(
        engine.cluster,
        articles,
        EVERYTHING,
        # By index, too: one that stands twice might else be passed over at a batch's end.
        sort=[{"id": "asc"}, {"_index": "asc"}],
        batch=5_000,
        fields=("id", "content_hash"),
        keep_alive=keep_alive,
        patient=patient,
    )
    for id_, found in groupby(hits, key=lambda hit: str(hit["fields"]["id"][0])):
        hashes = [str(hit["fields"]["content_hash"][0]) for hit in found]
        yield id_, hashes[0] if len(hashes) == 1 else _TWICE


def _catch_up(engine: OpenSearchEngine, live: int, number: int, encode: Encode | None) -> None:
    """Make a generation hold what the one in use holds now."""
    differing: list[str] = []
    gone: list[str] = []
    twice: list[str] = []
    for id_, ours, theirs in _compare(engine, live, number):
        (differing if ours else gone).append(id_)
        if theirs == _TWICE:
            twice.append(id_)
    home = _home(engine, number)
    # The copy and a writer may both have found an article nowhere: its place names one partition of the two.
    placing.leave(engine.cluster, home, dict.fromkeys(twice, home.keys))
    placing.delete(engine.cluster, Homes(live=home), gone)
    for batch in _batches(differing):
        _copy(engine, live, batch, number, encode, overwrite=True)
    engine.cluster.request("POST", f"/{_articles(engine, number)}/_refresh")


@contextmanager
def _writes_blocked(engine: OpenSearchEngine, live: int) -> Iterator[None]:
    """Let nobody write to the generation in use; writers wait (`doctor --repair` mends what a crash leaves)."""
    with take_the_mark(engine.cluster, engine.names):  # first, so that no partition is made without a block
        # This call returns when writes that are under way are done, and others are refused.
        engine.cluster.request("PUT", f"/{engine.names.articles}/_block/write")
        try:
            yield
        finally:
            old, body = _articles(engine, live), {"index.blocks.write": None}
            patiently(lambda: engine.cluster.request("PUT", f"/{old}/_settings", body))
