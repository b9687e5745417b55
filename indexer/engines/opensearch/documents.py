"""An entry as the document that is stored, and back."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from indexer.article import Article, Passage, Published
from indexer.engines.base import Entry, FloatArray, StoredPassage
from indexer.engines.fields import lexical_fields
from indexer.engines.opensearch.mappings import FORM_SEPARATOR, NATIVE_ANALYZERS
from indexer.engines.opensearch.queries import milliseconds
from indexer.text import base_language

#: What a search for articles leaves out of their source: passages can be many, and vectors are rebuilt.
PASSAGES = "passages"
VECTORS = "passages.vector"
LEAD = "lead"  #: the first passage's vector, once more (see `matching`)
#: Named one by one: for "passages" as a whole the k-NN plugin (3.5) does not put the vectors back in.
PASSAGES_WITH_VECTORS = [
    f"passages.{name}" for name in ("number", "start", "end", "language", "codes_bytes", "vector")
]


def to_document(entry: Entry, *, native: bool) -> dict[str, Any]:
    """Return the document of an article; `native` adds its text for the server's own analysers."""
    article = entry.article
    fields = lexical_fields(article)
    document = article.to_dict()
    if article.extra:
        document["extra"] = json.dumps(document["extra"])
    document.update(
        content_hash=entry.content_hash,
        title_exact=fields.title_exact,
        title_stem=fields.title_stem,
        body_exact=fields.body_exact,
        body_stem=fields.body_stem,
        forms=[f"{article.language}{FORM_SEPARATOR}{form}" for form in fields.forms],
        passage_count=len(entry.passages),
        passages=[
            {
                "number": encoded.passage.number,
                "start": encoded.passage.start,
                "end": encoded.passage.end,
                "language": encoded.passage.language,
                "vector": _rounded(encoded.vector),
                **({} if encoded.codes is None else {"codes_bytes": len(encoded.codes)}),
            }
            for encoded in entry.passages
        ],
    )
    if entry.passages:
        document[LEAD] = _rounded(entry.passages[0].vector)
    codes = b"".join(encoded.codes or b"" for encoded in entry.passages)
    if codes:
        document["codes"] = base64.b64encode(codes).decode("ascii")
    if article.published:
        document.update(_dates(article.published))
    if native:
        language = base_language(article.language)
        name = language if language in NATIVE_ANALYZERS else "other"
        document["native"] = {name: f"{article.title}\n{article.text}"}
    return document


def to_article(source: Mapping[str, Any]) -> Article:
    data = dict(source)
    if "extra" in data:
        data["extra"] = json.loads(data["extra"])
    return Article.from_dict(data)


def to_passages(
    source: Mapping[str, Any], *, codes: Iterable[str] = (), vectors: bool = False
) -> tuple[StoredPassage, ...]:
    """Return the passages of a document; `codes` is its stored field of that name, empty if not asked for."""
    blob = base64.b64decode("".join(codes))
    position = 0
    passages = []
    for part in source.get(PASSAGES) or ():
        passage_codes = None
        if blob and "codes_bytes" in part:
            passage_codes = blob[position : position + part["codes_bytes"]]
            position += part["codes_bytes"]
        passages.append(
            StoredPassage(
                Passage(part["number"], part["start"], part["end"], part["language"]),
                passage_codes,
                np.array(part["vector"], np.float32) if vectors else None,
            )
        )
    return tuple(passages)


def _rounded(vector: FloatArray) -> FloatArray:
    """Return a vector as precise as the other engine and the encode cache keep it, so that scores are the same."""
    return vector.astype(np.float16).astype(np.float32)


def _dates(published: Published) -> dict[str, Any]:
    """Return the fields for sorting, filtering and the histogram, which leaves doubtful dates out."""
    at = published.at
    dates: dict[str, Any] = {"date": milliseconds(at), "doubtful": published.doubtful}
    if not published.doubtful:
        dates["year"] = at.year
        dates["month"] = at.year * 100 + at.month
        dates["day"] = dates["month"] * 100 + at.day
    return dates
