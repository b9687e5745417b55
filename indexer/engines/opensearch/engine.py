"""The engine for archives on an OpenSearch cluster: the contract, each part in a module of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np

from indexer.article import Article
from indexer.engines.base import (
    Engine,
    EngineStats,
    Entry,
    Filters,
    Finding,
    FloatArray,
    Gathered,
    GatherRequest,
    Leg,
    LegResult,
    Manifest,
    Sort,
    StoredPassage,
    Union,
    VectorLeg,
    Word,
    WordCount,
)
from indexer.engines.opensearch import placing, records, words
from indexer.engines.opensearch.client import Cluster, dumps
from indexer.engines.opensearch.documents import (
    VECTORS,
    WHOLE,
    codes_of,
    to_article,
    to_document,
    to_passages,
    vectors_of,
    whole_of,
)
from indexer.engines.opensearch.failures import NoHome
from indexer.engines.opensearch.gathering import article_search, by_ids, gathered, searches_for
from indexer.engines.opensearch.health import Health
from indexer.engines.opensearch.homes import Homes
from indexer.engines.opensearch.indices import Indices
from indexer.engines.opensearch.mappings import Names
from indexer.engines.opensearch.matching import run_legs
from indexer.engines.opensearch.partitions import keys_for
from indexer.engines.opensearch.patience import Patience, patiently
from indexer.engines.opensearch.queries import columns, union_query
from indexer.engines.opensearch.scanning import scan
from indexer.engines.opensearch.writing import CHUNK_ACTIONS, Outcome
from indexer.errors import ArticlesRefused, EngineError
from indexer.settings import Settings

logger = logging.getLogger(__name__)

#: A page may end here (index.max_result_window); further pages are walked to.
_LAST_DIRECT_HIT = 10_000
_LOOKUP = 1_000
_WITH_VECTORS = 200  # articles, of some kilobytes for each passage
_SMALLEST_SHARE = 32
#: An archive with so many times the articles of before is merged at the end of a load.
_GROWN = 1.5
#: Of a request's first line the server takes 4,096 bytes.
_LONGEST_ADDRESS = 3_500

T = TypeVar("T")


class OpenSearchEngine:
    """An archive on a cluster. `generation` looks at another generation than the one in use."""

    name = "opensearch"
    remade_by = "`newsarchive generations build`, with `newsarchive generations promote` behind it,"

    def __init__(self, cluster: Cluster, settings: Settings, *, generation: int | None = None) -> None:
        self.cluster = cluster
        self.settings = settings
        self.names = Names(settings.opensearch_prefix)
        self.indices = Indices(cluster, self.names, settings)
        self._generation = generation
        self._articles, self._words = self.names.articles, self.names.words
        if generation is not None:
            self._articles = self.names.generation_pattern(generation)
            _, self._words = self.names.generation(generation)
        cluster.on_nothing = self._check_nothing
        self._first_load = False
        #: What this engine's articles are made with, and the generation that was last found to be made with it, too.
        self._made_with: Manifest | None = None
        self._fits: int | None = None

    @classmethod
    def open(cls, address: str, settings: Settings) -> OpenSearchEngine:
        """Connect to the cluster; nothing is created. Raises as `Cluster.connect` does."""
        return cls(Cluster.connect(address, settings), settings)

    # -- life

    def close(self) -> None:
        """Disconnect. An engine that filled a new archive, and was not told of the end, gives it its replicas first."""
        try:
            self._end_first_load()
        finally:
            self.cluster.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def manifest(self, *, timeout: float | None = None) -> Manifest | None:
        return self.indices.manifest(self._generation, timeout=timeout)

    def create(self, manifest: Manifest) -> None:
        self.indices.create(manifest, self.remade_by)
        self._made_with, self._fits = manifest, None
        # Without replicas it is new, or its first load was cut off: this is that load.
        self._first_load = not self.indices.has_replicas(self._articles)

    # -- writing

    def write(self, entries: Sequence[Entry]) -> None:
        latest = list({entry.article.id: entry for entry in entries}.values())
        # Twice the requests, half the size: the server indexes one while the next is analysed here.
        share = min(CHUNK_ACTIONS, max(_SMALLEST_SHARE, -(-len(latest) // 2)))

        def act(homes: Homes) -> Outcome:
            if homes.live is None:
                self.indices.check_nothing()
                raise NoHome(
                    "There is no archive to write to any more.", remedy="`newsarchive index` makes it."
                )
            self._check_fits(homes)
            return placing.write(self.cluster, homes, latest, self.document, limit=share)

        outcome = self._at_home(act)
        if outcome.refused:
            raise ArticlesRefused(outcome.refused)

    def delete(self, ids: Iterable[str]) -> int:
        known = list(dict.fromkeys(ids))
        if self.indices.live() is None:
            self.indices.check_nothing()
            return 0
        return self._at_home(lambda homes: placing.delete(self.cluster, homes, known))

    def refresh(self) -> None:
        path = f"/{self._articles}/_refresh"
        patiently(lambda: self.cluster.request("POST", path, missing=True))

    def settle(self, before: int) -> None:
        """Merge what the archive was filled with, where it has grown by half; set a new one's replicas.

        A large load leaves dozens of segments, each of which has a graph of its vectors to be searched. What comes in
        small numbers the server merges by itself.
        """
        try:
            if self.indices.count(self._articles) > _GROWN * before:
                self.indices.merge(self._articles)
        except EngineError as error:
            logger.warning("How much the archive has grown is not known: %s", error.message)
        finally:
            self._end_first_load()

    def hashes(self, ids: Sequence[str]) -> dict[str, str]:
        def ask(homes: Homes) -> dict[str, str]:
            found: dict[str, str] = {}
            for first in range(0, len(ids) if homes.live else 0, _LOOKUP):
                assert homes.live is not None
                found.update(placing.hashes(self.cluster, homes.live, ids[first : first + _LOOKUP]))
            return found

        # Asked before each batch is written, and so as patient as the writing itself.
        return self._at_home(lambda homes: patiently(lambda: ask(homes)))

    # -- looking up

    def begin(self, ask: Callable[[Engine], T]) -> Callable[[], T]:
        return self.cluster.ahead.submit(ask, self).result

    def match(self, legs: Sequence[Leg], *, timeout: float | None = None) -> list[LegResult]:
        if not legs:
            return []
        # Legs by words ask all partitions: a word weighs the same whatever dates are asked for.
        indices = [self._asked(leg.filters) if isinstance(leg, VectorLeg) else self._articles for leg in legs]
        return run_legs(self.cluster, indices, legs, timeout=timeout)

    def gather(self, request: GatherRequest, *, timeout: float | None = None) -> Gathered:
        counts, found = searches_for(request)
        searches = [
            *((self._asked(request.union.filters), body) for body in counts),
            *((self._articles, body) for body in found),
        ]
        answers = self.cluster.msearch(searches, timeout=timeout) if searches else []
        return gathered(request, answers[: len(counts)], answers[len(counts) :])

    def browse(
        self, union: Union, *, sort: Sort, size: int, offset: int = 0, timeout: float | None = None
    ) -> tuple[list[str], int]:
        query, order, asked = union_query(union), _order(sort), self._asked(union.filters)
        direct = offset + size <= _LAST_DIRECT_HIT
        body = {
            "query": query,
            "sort": order,
            "from": offset if direct else 0,
            "size": size if direct else 0,
            "track_total_hits": True,
            **columns("id"),
        }
        (answer,) = self.cluster.msearch([(asked, body)], timeout=timeout, whole=timeout is None)
        total = answer["hits"]["total"]["value"]
        if direct:
            return [hit["fields"]["id"][0] for hit in answer["hits"]["hits"]], total
        if offset >= total:
            return [], total
        hits = scan(self.cluster, asked, query, sort=order, batch=_LAST_DIRECT_HIT, fields=("id",))
        with closing(hits):
            page = islice(hits, offset, offset + size)
            return [hit["fields"]["id"][0] for hit in page], total

    def articles(self, ids: Sequence[str]) -> dict[str, Article]:
        found: dict[str, Article] = {}
        for first in range(0, len(ids), _LOOKUP):
            some = tuple(ids[first : first + _LOOKUP])
            search = article_search(some, codes=False)
            (answer,) = self.cluster.msearch([(self._articles, search)], whole=True)
            for hit in answer["hits"]["hits"]:
                article = to_article(whole_of(hit))
                found[article.id] = article
        return {id_: found[id_] for id_ in ids if id_ in found}

    def passages(self, article_id: str, *, vectors: bool = False) -> tuple[StoredPassage, ...]:
        search = article_search((article_id,), codes=True)
        if vectors:
            search["_source"] = [VECTORS]
        (answer,) = self.cluster.msearch([(self._articles, search)], whole=True)
        for hit in answer["hits"]["hits"]:
            return to_passages(whole_of(hit), codes_of(hit), vectors_of(hit) if vectors else ())
        return ()

    def vectors(
        self, ids: Sequence[str], *, lead: bool = False, timeout: float | None = None
    ) -> dict[str, FloatArray]:
        found: dict[str, FloatArray] = {}
        for first in range(0, len(ids), _WITH_VECTORS):
            some = tuple(ids[first : first + _WITH_VECTORS])
            search = {**by_ids(some), "_source": [VECTORS], "docvalue_fields": ["id"]}
            (answer,) = self.cluster.msearch(
                [(self._articles, search)], timeout=timeout, whole=timeout is None
            )
            for hit in answer["hits"]["hits"]:
                # The source has passages only as a whole.
                if vectors := vectors_of(hit):
                    found[hit["fields"]["id"][0]] = np.stack(vectors[:1] if lead else vectors)
        return found

    def scan(self, union: Union = Union(), *, batch: int = 500) -> Iterator[Article]:  # noqa: B008
        hits = scan(
            self.cluster,
            self._asked(union.filters),
            union_query(union),
            sort=[{"id": "asc"}],
            batch=batch,
            source=False,
            stored_fields=(WHOLE,),
        )
        last = None
        for hit in hits:
            article = to_article(whole_of(hit))
            if article.id != last:  # of one that is on its way to another partition one version is enough
                yield article
            last = article.id

    def stats(self) -> EngineStats:
        body = {
            "size": 0,
            "track_total_hits": True,
            "aggs": {"passages": {"sum": {"field": "passage_count"}}},
        }
        counts, lexicon = self.cluster.msearch(
            [(self._articles, body), (self._words, {"size": 0, "track_total_hits": True})]
        )
        stored, details = self.indices.storage(self._articles, self._words)
        return EngineStats(
            articles=counts["hits"]["total"]["value"],
            passages=int(counts.get("aggregations", {}).get("passages", {}).get("value", 0)),
            words=lexicon["hits"]["total"]["value"],
            bytes_on_disk=stored,
            details=details,
        )

    def check(self, *, repair: bool = False) -> list[Finding]:
        return Health(self.cluster, self.names, self.indices).check(repair=repair)

    # -- words

    def vocabulary(self, *, min_articles: int = 2) -> Iterator[WordCount]:
        return words.vocabulary(self.cluster, self._articles, min_articles)

    def write_words(self, words_: Sequence[Word]) -> None:
        if self._generation is None:
            self._check_fits(self.indices.homes())
        words.write_words(self.cluster, self._words, words_, alias=self._generation is None)

    def words(self, *, vectors: bool = True) -> Iterator[Word]:
        return words.stored_words(self.cluster, self._words, vectors=vectors)

    # -- records

    def put_records(self, kind: str, records_: Mapping[str, Mapping[str, Any]]) -> None:
        self.indices.create_records()
        records.put_records(self.cluster, self.names.records, kind, records_)

    def records(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        return records.stored_records(self.cluster, self.names.records, kind)

    def record_kinds(self) -> list[str]:
        return records.record_kinds(self.cluster, self.names.records)

    def delete_records(self, kind: str, keys: Iterable[str]) -> int:
        self.indices.create_records()
        return records.delete_records(self.cluster, self.names.records, kind, keys)

    # -- helpers

    def at_generation(self, number: int) -> OpenSearchEngine:
        """Return an engine that looks at another generation, over the same connection: to compare the two."""
        return OpenSearchEngine(self.cluster, self.settings, generation=number)

    def document(self, entry: Entry) -> bytes:
        """Return an entry as it is stored."""
        return dumps(to_document(entry, native=self.settings.opensearch_native_fields))

    def _at_home(self, act: Callable[[Homes], T]) -> T:
        """Act where articles are written now; again, where a promotion has moved that meanwhile.

        *act* must be safe to repeat. Raises `NoHome` where there is no archive.
        """
        patience = Patience()
        while True:
            homes = patiently(self.indices.homes)
            try:
                return act(homes)
            except NoHome as error:
                if homes.live is None:
                    raise
                patience.wait(error)

    def _check_nothing(self, index: str) -> None:
        if index.startswith(self.names.articles):
            self.indices.check_nothing()

    def _check_fits(self, homes: Homes) -> None:
        """Raise `SchemaMismatch` where another generation is in use by now, and was made with something else.

        Whoever writes may have been at it for hours, and goes on in the generation that was promoted meanwhile.
        """
        if self._made_with is None or homes.live is None or homes.live.number == self._fits:
            return
        if stored := self.indices.manifest(homes.live.number):
            stored.check(self._made_with, self.remade_by)
        self._fits = homes.live.number

    def _end_first_load(self) -> None:
        if not self._first_load:
            return
        self._first_load = False
        try:
            self.indices.set_replicas(self._articles)
        except EngineError as error:
            logger.warning(
                "The archive has no replicas yet: %s `newsarchive doctor --repair` sets them.", error
            )

    def _asked(self, filters: Filters) -> str:
        """Return the indices that may hold what passes *filters*."""
        keys = keys_for(filters) if self.indices.is_cut and self._generation is None else None
        if keys is None:
            return self._articles
        named = ",".join(self.names.partition(self._articles, key) for key in keys)
        return named if len(named) <= _LONGEST_ADDRESS else self._articles


def _order(sort: Sort) -> list[dict[str, Any]]:
    if sort is Sort.RELEVANCE:
        return [{"id": "asc"}]
    direction = "desc" if sort is Sort.NEWEST else "asc"
    return [{"date": {"order": direction, "missing": "_last", "unmapped_type": "date"}}, {"id": "asc"}]
