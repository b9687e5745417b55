"""The indices of an archive: their names, and the body that each is made with.

An article and its passages are one document, the passages nested in it. So they are written, replaced and
seen together or not at all; a vector search can take any condition on the article as its filter; and it
returns articles, not passages of which several belong to one article.

Lexical fields hold tokens that `indexer.text` has cut, split again at spaces only, and are not part of the
stored source: like vectors they can be made again. `native` is analysed by the server, in the article's
language, for people who look at the archive with other tools.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from indexer.engines.base import Manifest
from indexer.engines.opensearch.partitions import REST, Unit
from indexer.settings import Settings

#: Lucene takes 32,766 bytes as one keyword: this many UTF-16 units never need more.
LONGEST_KEYWORD = 10_922
#: What separates language and form in `forms`; it sorts before every letter.
FORM_SEPARATOR = "\x1f"
#: Passages of one article (an article of 20 million characters has about 25,000).
MAX_PASSAGES = 100_000

#: Languages with an analyser of their own in every OpenSearch; others go to `native.other`.
NATIVE_ANALYZERS = {
    "ar": "arabic", "bg": "bulgarian", "bn": "bengali", "cs": "czech", "da": "danish", "de": "german",
    "el": "greek", "en": "english", "es": "spanish", "fa": "persian", "fi": "finnish", "fr": "french",
    "hi": "hindi", "hu": "hungarian", "id": "indonesian", "it": "italian", "ja": "cjk", "ko": "cjk",
    "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish",
    "th": "thai", "tr": "turkish", "zh": "cjk", "other": "standard",
}  # fmt: skip

_KEPT = {"type": "keyword", "index": False, "doc_values": False}  # in the source, not searchable
_FACET = {"type": "keyword", "ignore_above": LONGEST_KEYWORD}
_COUNTED = {"type": "integer", "index": False}  # aggregated, never searched
_TOKENS = {"type": "text", "analyzer": "whitespace", "similarity": "bm25"}

#: Fields of an article that its source does not hold.
NOT_IN_SOURCE = (
    "title_exact", "title_stem", "body_exact", "body_stem", "native.*", "forms", "whole", "codes",
    "date", "year", "month", "day", "lead",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """What the indices and aliases of one archive are called."""

    prefix: str

    @property
    def articles(self) -> str:
        """The alias that is searched and written."""
        return f"{self.prefix}-articles"

    @property
    def words(self) -> str:
        return f"{self.prefix}-words"

    @property
    def records(self) -> str:
        return f"{self.prefix}-records"

    @property
    def first_records(self) -> str:
        """The index behind that alias."""
        return f"{self.records}-000001"

    @property
    def building(self) -> str:
        """The alias of a generation that is being built."""
        return f"{self.prefix}-building"

    @property
    def open(self) -> str:
        """The alias that marks a generation which may get new partitions (see `homes`)."""
        return f"{self.prefix}-open"

    @property
    def left(self) -> str:
        """The alias of a generation that was in use until a rollback: what it alone holds is not to be lost."""
        return f"{self.prefix}-left"

    def generation(self, number: int) -> tuple[str, str]:
        """Return the names of a generation's indices: of its articles, not cut up, and of its words."""
        return f"{self.articles}-{number:06}", f"{self.words}-{number:06}"

    def generation_pattern(self, number: int) -> str:
        """Return what names all indices of articles of a generation, however it is cut up."""
        return f"{self.articles}-{number:06}*"

    def index(self, number: int, unit: Unit, key: str) -> str:
        """Return the name of a partition's index."""
        whole, _ = self.generation(number)
        return whole if unit is Unit.NONE else f"{whole}-{unit}-{key}"

    def parsed(self, index: str) -> tuple[int, Unit, str] | None:
        """Return generation, unit and key of an index of articles, None for any other name."""
        units = f"{Unit.YEAR}|{Unit.MONTH}"
        found = re.fullmatch(rf"{re.escape(self.articles)}-(\d{{6}})(?:-({units})-([\d-]+|{REST}))?", index)
        return (int(found[1]), Unit(found[2] or Unit.NONE), found[3] or REST) if found else None

    def owns(self, index: str) -> bool:
        """Say whether an index is this archive's, and not that of one whose prefix begins with the same words."""
        names = "|".join(re.escape(f"{self.prefix}-{kind}-") for kind in ("words", "records", "places"))
        return self.parsed(index) is not None or re.fullmatch(rf"(?:{names})\d{{6}}", index) is not None

    def partition(self, base: str, key: str) -> str:
        """Return the alias of a partition; `base` is the alias of all of them (`articles` or `building`)."""
        return f"{base}-of-{key}"

    def places(self, number: int) -> str:
        """Return the name of the index that says in which partition of a generation an article stands."""
        return f"{self.prefix}-places-{number:06}"


def document_id(*parts: str) -> str:
    """Return the `_id` of what these parts name, whatever their length (an `_id` has 512 bytes at most)."""
    joined = "\x00".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=16).hexdigest()


def articles_index(manifest: Manifest, settings: Settings, generation: int) -> dict[str, Any]:
    """Return the body of an index of articles, one partition. It has no replicas while it is filled."""
    properties = _article_properties(int(manifest.model["dimensions"]), settings.opensearch_knn)
    return {
        "settings": {
            "index": {
                "number_of_shards": settings.opensearch_shards,
                "number_of_replicas": 0,
                # Only the archive refreshes: a reader's view changes when a batch is complete.
                "refresh_interval": "-1",
                "knn": True,
                "knn.derived_source.enabled": True,
                "mapping.nested_objects.limit": MAX_PASSAGES,
                "similarity.bm25": {"type": "BM25", "k1": 1.2, "b": 0.75},
            }
        },
        "mappings": {
            "dynamic": "strict",
            "_meta": {
                "schema": schema_hash(),
                "manifest": manifest.to_dict(),
                "layout": layout(settings),
                "generation": generation,
            },
            "_source": {"excludes": list(NOT_IN_SOURCE)},
            "properties": properties,
        },
    }


def layout(settings: Settings) -> dict[str, Any]:
    """Return what of the settings an index is made with for good."""
    return {
        "shards": settings.opensearch_shards,
        "knn": settings.opensearch_knn,
        "native": settings.opensearch_native_fields,
        "partition": settings.opensearch_partition,
    }


def same_layout(stored: Mapping[str, Any], settings: Settings) -> bool:
    """Say whether an index was laid out as the settings want it; older ones do not speak of partitions."""
    return {"partition": str(Unit.NONE), **stored} == layout(settings)


def words_index(settings: Settings) -> dict[str, Any]:
    """Return the body of an index of words. Their vectors are read as a whole, so they are only kept."""
    return {
        "settings": {"index": {"number_of_shards": 1, **replica_settings(settings)}},
        "mappings": {
            "dynamic": "strict",
            "_meta": {"schema": schema_hash()},
            "properties": {
                "key": {"type": "keyword"},  # language, separator, stem
                **dict.fromkeys(("stem", "language", "surface", "skeleton"), _KEPT),
                "articles": _COUNTED,
                "vector": {"type": "binary"},  # float16, little-endian, base64
            },
        },
    }


def places_index(settings: Settings) -> dict[str, Any]:
    """Return the body of the index that says in which partitions each article may stand."""
    return {
        "settings": {
            "index": {
                "number_of_shards": settings.opensearch_shards,
                "refresh_interval": "-1",  # it is read by `_id`, which needs none
                **replica_settings(settings),
            }
        },
        "mappings": {
            "dynamic": "strict",
            "_meta": {"schema": schema_hash()},
            "properties": {
                "id": {"type": "keyword"},
                "keys": {"type": "keyword"},
                "moving": {"type": "boolean"},
            },
        },
    }


def records_index(settings: Settings) -> dict[str, Any]:
    return {
        "settings": {"index": {"number_of_shards": 1, **replica_settings(settings)}},
        "mappings": {
            "dynamic": "strict",
            "_meta": {"schema": schema_hash()},
            "properties": {
                "kind": {"type": "keyword"},
                "key": {"type": "keyword"},
                "record": {"type": "object", "enabled": False},
            },
        },
    }


def replica_settings(settings: Settings) -> dict[str, Any]:
    """Return the index settings for replicas: one as soon as there is a second node, or a fixed number."""
    if settings.opensearch_replicas == "auto":
        return {"auto_expand_replicas": "0-1"}
    return {"auto_expand_replicas": False, "number_of_replicas": int(settings.opensearch_replicas)}


def schema_hash() -> str:
    """Return a digest of the mappings: an index with another one was made by another version."""
    properties = _article_properties(1, "lucene")
    canonical = orjson.dumps([properties, NOT_IN_SOURCE], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(canonical, digest_size=8).hexdigest()


def _article_properties(dimensions: int, knn: str) -> dict[str, Any]:
    return {
        "id": {"type": "keyword"},
        "content_hash": {"type": "keyword", "index": False},  # read as a column when generations are compared
        **dict.fromkeys(("title", "text", "summary", "url", "publisher", "credit"), _KEPT),
        **dict.fromkeys(("language", "source", "section", "author"), _FACET),
        "language_confidence": {"type": "float", "index": False, "doc_values": False},
        "title_made": {"type": "boolean", "index": False, "doc_values": False},
        "published_at": _KEPT,
        "published": {"type": "object", "enabled": False},
        "extra": _KEPT,  # as JSON: its names are anybody's, and fields of their own would soon be too many
        "date": {"type": "date", "format": "epoch_millis"},
        "doubtful": {"type": "boolean"},
        **dict.fromkeys(("year", "month", "day"), _COUNTED),  # 2018, 201802, 20180218
        **dict.fromkeys(("title_exact", "title_stem", "body_exact", "body_stem"), _TOKENS),
        "native": {
            "properties": {
                language: {"type": "text", "analyzer": analyzer, "norms": False}
                for language, analyzer in NATIVE_ANALYZERS.items()
            }
        },
        "forms": {"type": "keyword"},
        "passage_count": _COUNTED,
        # The article and the places of its passages once more, as JSON: what is read back. The server unpacks a source
        # to leave the vectors out of it, which takes it twice as long as all the rest.
        "whole": {"type": "binary", "store": True},
        "codes": {"type": "binary", "store": True},  # of all passages, one after the other
        "passages": {
            "type": "nested",
            "properties": {
                "number": _COUNTED,
                **{name: {**_COUNTED, "doc_values": False} for name in ("start", "end", "codes_bytes")},
                "language": _KEPT,
                "vector": _vector(dimensions, knn),
            },
        },
        # The first passage's vector again: conditions on the article and on the passage cannot both hold
        # inside a search of nested vectors.
        "lead": _vector(dimensions, knn),
    }


def _vector(dimensions: int, knn: str) -> dict[str, Any]:
    field = {"type": "knn_vector", "dimension": dimensions}
    if knn == "on-disk":
        return {**field, "space_type": "cosinesimil", "mode": "on_disk"}
    parameters: dict[str, Any] = {"m": 16, "ef_construction": 128}
    if knn == "faiss-fp16":
        parameters["encoder"] = {"name": "sq", "parameters": {"type": "fp16"}}
    engine = "lucene" if knn == "lucene" else "faiss"
    method = {"name": "hnsw", "engine": engine, "space_type": "cosinesimil", "parameters": parameters}
    return {**field, "method": method}
