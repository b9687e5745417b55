"""An entry as the document that is stored, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pybase64

from indexer.article import Article, Passage, Published
from indexer.engines.base import Entry, FloatArray, StoredPassage
from indexer.engines.fields import lexical_fields
from indexer.engines.opensearch.client import dumps, loads
from indexer.engines.opensearch.failures import BUILD_ANEW
from indexer.engines.opensearch.mappings import FORM_SEPARATOR, NATIVE_ANALYZERS
from indexer.engines.opensearch.queries import milliseconds
from indexer.errors import SchemaMismatch
from indexer.text import base_language

PASSAGES = "passages"
#: Asked for by this name: for "passages" as a whole the k-NN plugin (3.5) does not put the vectors back in.
VECTORS = "passages.vector"
LEAD = "lead"  #: the first passage's vector, once more (see `matching`)
#: Stored fields: an article with the places of its passages, and all of its codes.
WHOLE, CODES = "whole", "codes"


def to_document(entry: Entry, *, native: bool) -> dict[str, Any]:
    """Return the document of an article; `native` adds its text for the server's own analysers."""
    article = entry.article
    fields = lexical_fields(article)
    kept = article.to_dict()
    if article.extra:
        kept["extra"] = json.dumps(kept["extra"])
    places = [
        {
            "number": encoded.passage.number,
            "start": encoded.passage.start,
            "end": encoded.passage.end,
            "language": encoded.passage.language,
            **({} if encoded.codes is None else {"codes_bytes": len(encoded.codes)}),
        }
        for encoded in entry.passages
    ]
    document = {
        **kept,
        "content_hash": entry.content_hash,
        "title_exact": fields.title_exact,
        "title_stem": fields.title_stem,
        "body_exact": fields.body_exact,
        "body_stem": fields.body_stem,
        "forms": [f"{article.language}{FORM_SEPARATOR}{form}" for form in fields.forms],
        "passage_count": len(entry.passages),
        PASSAGES: [
            {**place, "vector": _rounded(encoded.vector)}
            for place, encoded in zip(places, entry.passages, strict=True)
        ],
        WHOLE: _encoded(dumps({**kept, PASSAGES: places})),
    }
    if entry.passages:
        document[LEAD] = _rounded(entry.passages[0].vector)
    codes = b"".join(encoded.codes or b"" for encoded in entry.passages)
    if codes:
        document[CODES] = _encoded(codes)
    if article.published:
        document.update(_dates(article.published))
    if native:
        language = base_language(article.language)
        name = language if language in NATIVE_ANALYZERS else "other"
        document["native"] = {name: f"{article.title}\n{article.text}"}
    return document


def whole_of(hit: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a hit has of an article in its field `WHOLE`: what its source would have, without vectors.

    Raises `SchemaMismatch` for an article that an older version of this program has written.
    """
    if WHOLE not in hit.get("fields", {}):
        raise SchemaMismatch(
            "The archive holds articles that another version of this program has written.",
            remedy=BUILD_ANEW,
        )
    whole: dict[str, Any] = loads(pybase64.b64decode(hit["fields"][WHOLE][0], validate=True))
    return whole


def codes_of(hit: Mapping[str, Any]) -> bytes:
    """Return the codes that came with a hit, empty where there are none or none were asked for."""
    return b"".join(
        pybase64.b64decode(codes, validate=True) for codes in hit.get("fields", {}).get(CODES, ())
    )


def vectors_of(hit: Mapping[str, Any]) -> list[FloatArray]:
    """Return the vectors of the passages that came with a hit's source, in order."""
    return [np.array(part["vector"], np.float32) for part in hit["_source"].get(PASSAGES) or ()]


def to_article(whole: Mapping[str, Any]) -> Article:
    data = dict(whole)
    if "extra" in data:
        data["extra"] = json.loads(data["extra"])
    return Article.from_dict(data)


def to_passages(
    whole: Mapping[str, Any], codes: bytes = b"", vectors: Sequence[FloatArray] = ()
) -> tuple[StoredPassage, ...]:
    """Return the passages of an article with what else was read of them: all codes in one, a vector of each."""
    position = 0
    passages = []
    for place, part in enumerate(whole.get(PASSAGES) or ()):
        own = None
        if codes and "codes_bytes" in part:
            own = codes[position : position + part["codes_bytes"]]
            position += part["codes_bytes"]
        passages.append(
            StoredPassage(
                Passage(part["number"], part["start"], part["end"], part["language"]),
                own,
                vectors[place] if vectors else None,
            )
        )
    return tuple(passages)


def _encoded(data: bytes) -> str:
    return pybase64.b64encode_as_string(data)


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
