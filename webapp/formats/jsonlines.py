"""JSON Lines: whole articles, in the form that `newsarchive index` takes back."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from webapp.formats.base import Exported, Provenance


def write(exported: Iterator[Exported], provenance: Provenance) -> Iterator[str]:
    for article in (one.article for one in exported):
        record = article.to_dict()
        # Below `extra`, as the reader takes an export for its own only if it has no other names.
        record["extra"] = {
            **article.extra,
            "exported_from": provenance.permalink(article),
            "exported_at": provenance.retrieved_at,
            "exported_query": provenance.search_url,
            "exported_generation": provenance.generation,
        }
        yield orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE).decode()
