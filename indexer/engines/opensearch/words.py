"""The archive's words: those that its articles hold (counted), and the lexicon made from them (stored)."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from indexer.engines.base import Word, WordCount
from indexer.engines.fields import indexed_form
from indexer.engines.opensearch.client import Cluster, dumps
from indexer.engines.opensearch.mappings import FORM_SEPARATOR, document_id
from indexer.engines.opensearch.queries import EVERYTHING
from indexer.engines.opensearch.scanning import scan
from indexer.engines.opensearch.writing import Action, send_all
from indexer.text import base_language, stem_word

_PAGE = 10_000
_STORED = "<f2"  # half precision, as in the other engine: the same words must come out nearest


def vocabulary(cluster: Cluster, index: str, min_articles: int) -> Iterator[WordCount]:
    """Page through the distinct (language, form) values, which the server keeps sorted."""
    after: dict[str, Any] | None = None
    while True:
        composite: dict[str, Any] = {"size": _PAGE, "sources": [{"form": {"terms": {"field": "forms"}}}]}
        if after:
            composite["after"] = after
        body = {"size": 0, "aggs": {"forms": {"composite": composite}}}
        (answer,) = cluster.msearch([(index, body)], whole=True)
        page = answer.get("aggregations", {}).get("forms", {})
        for bucket in page.get("buckets", ()):
            if bucket["doc_count"] >= min_articles:
                language, _, form = bucket["key"]["form"].partition(FORM_SEPARATOR)
                stem = indexed_form(stem_word(form, base_language(language))) or form
                yield WordCount(form, stem, language, bucket["doc_count"])
        after = page.get("after_key")
        if after is None:
            return


def write_words(cluster: Cluster, index: str, words: Sequence[Word], *, alias: bool = True) -> None:
    send_all(cluster, (_action(index, word, alias) for word in words))


def stored_words(cluster: Cluster, index: str, *, vectors: bool) -> Iterator[Word]:
    source = True if vectors else {"excludes": ["vector"]}
    hits = scan(cluster, index, EVERYTHING, sort=[{"key": "asc"}], batch=2_000, source=source)
    for hit in hits:
        data = hit["_source"]
        vector = data.pop("vector", None)
        del data["key"]
        yield Word(**data, vector=None if vector is None else _decoded(vector))


def _action(index: str, word: Word, alias: bool) -> Action:
    document: dict[str, Any] = {
        "key": f"{word.language}{FORM_SEPARATOR}{word.stem}",
        "stem": word.stem,
        "language": word.language,
        "surface": word.surface,
        "articles": word.articles,
        "skeleton": word.skeleton,
    }
    if word.vector is not None:
        document["vector"] = base64.b64encode(np.asarray(word.vector, _STORED).tobytes()).decode("ascii")
    return Action(index, document_id(word.language, word.stem), word.stem, dumps(document), alias)


def _decoded(vector: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.frombuffer(base64.b64decode(vector), _STORED).astype(np.float32)
