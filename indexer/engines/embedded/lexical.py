"""The lexical view: a tantivy index of the articles' tokens, which knows articles by their row only.

Scores are BM25 on Lucene's scale: tantivy's have a constant factor k1 + 1 more, which `compile` takes out.
Document frequencies count deleted versions until their segment is merged, as Lucene's do; an index of which
more than half is deleted is made anew (see `views`).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import tantivy

from indexer.engines.base import FACETS, Clause, Field, Filters, Form, LexicalQuery
from indexer.engines.embedded.columns import FacetValues, Positions
from indexer.engines.embedded.compile import Compiler
from indexer.engines.embedded.failures import view_errors
from indexer.engines.fields import LexicalFields, field_name

_TOKENIZER = "tokens"
_HEAP = 50_000_000
TEXT_FIELDS = tuple(field_name(field, form) for field in (Field.TITLE, Field.BODY) for form in Form)


def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", indexed=True, fast=True)
    for name in TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name=_TOKENIZER)
    for name in FACETS:
        builder.add_unsigned_field(name, indexed=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    return builder.build()


def opstamp(folder: Path) -> int:
    """Return the number of the last commit."""
    return int(_meta(folder)["opstamp"])


def deleted_share(folder: Path) -> tuple[int, float]:
    """Return how many documents the index holds, and which share of them is deleted."""
    segments = _meta(folder)["segments"]
    total = sum(segment["max_doc"] for segment in segments)
    deleted = sum((segment["deletes"] or {}).get("num_deleted_docs", 0) for segment in segments)
    return total, deleted / total if total else 0.0


def _meta(folder: Path) -> dict[str, Any]:
    with view_errors():
        meta: dict[str, Any] = orjson.loads((folder / "meta.json").read_bytes())
        return meta


class LexicalWriter:
    """Adds and removes articles; nothing is kept before `commit`. One at a time, under the views' lock."""

    def __init__(self, folder: Path) -> None:
        with view_errors():
            folder.mkdir(parents=True, exist_ok=True)
            self._schema = schema()
            index = tantivy.Index(self._schema, path=str(folder), reuse=True)
            tokenizer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
            index.register_tokenizer(_TOKENIZER, tokenizer)
            self._writer = index.writer(_HEAP, 1)

    def add(self, row: int, fields: LexicalFields, facets: Iterable[int], day: int | None) -> None:
        document = tantivy.Document()
        document.add_unsigned("row", row)
        for name in TEXT_FIELDS:
            document.add_text(name, getattr(fields, name))
        for name, code in zip(FACETS, facets, strict=True):
            document.add_unsigned(name, code)
        if day is not None:
            document.add_integer("day", day)
        with view_errors():
            self._writer.add_document(document)

    def remove(self, rows: Sequence[int]) -> None:
        """Remove articles. By query: tantivy's deletion by term takes no unsigned number, and says nothing."""
        if rows:
            self._remove(tantivy.Query.term_set_query(self._schema, "row", list(rows)))

    def remove_after(self, row: int) -> None:
        """Remove all articles that were written later than this row."""
        lowest = row + 1
        self._remove(tantivy.Query.range_query(self._schema, "row", tantivy.FieldType.Unsigned, lowest))

    def _remove(self, query: tantivy.Query) -> None:
        with view_errors():
            self._writer.delete_documents_by_query(query)

    def commit(self) -> None:
        """Make the changes durable, and wait for the merges they set off."""
        with view_errors():
            self._writer.commit()
            self._writer.wait_merging_threads()


class LexicalReader:
    """The index as it was when this was made. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._borrowed: tempfile.TemporaryDirectory[str] | None = None
        with view_errors():
            try:
                index = self._open(folder)
            except (OSError, ValueError):
                # Opening makes a lock file, which a folder that cannot be written refuses: lend it another.
                self._borrowed = _linked(folder)
                index = self._open(Path(self._borrowed.name))
            self._searcher = index.searcher()
            self._compiler = Compiler(index.schema)

    @staticmethod
    def _open(folder: Path) -> tantivy.Index:
        index = tantivy.Index.open(str(folder))
        index.config_reader(reload_policy="manual")
        return index

    def best(
        self, query: LexicalQuery, filters: Filters, values: FacetValues, size: int
    ) -> tuple[Positions, npt.NDArray[np.float32], int]:
        """Return the rows and scores of the `size` best articles and of all that tie with the last, and the total.

        Scores are rounded to 16 bits, as the sums' last bits depend on which segment an article is in.
        """
        with view_errors():
            compiled = self._compiler.filtered(self._compiler.query(query), filters, values)
            documents = max(1, self._searcher.num_docs)
            limit = min(documents, max(1, size) + 16)
            while True:
                result = self._searcher.search(compiled, limit, count=True)
                hits = result.hits
                scores = _rounded(np.array([score for score, _ in hits], np.float32))
                if len(hits) < limit or limit == documents or scores[-1] < scores[size - 1]:
                    break
                limit = min(documents, limit * 8)
            if not size:
                hits, scores = [], scores[:0]
            elif len(hits) > size:
                count = int(np.count_nonzero(scores >= scores[size - 1]))
                hits, scores = hits[:count], scores[:count]
            rows = self._searcher.fast_field_values("row", [address for _, address in hits])
            total = int(getattr(result, "count", 0))
            return np.array(rows, np.int64), scores, total

    def parts(self, clauses: Sequence[Clause], rows: Positions) -> npt.NDArray[np.float32]:
        """Return (n, n_clauses): what each clause scores for the articles of *rows*, 0 where it does not match."""
        scores = np.zeros((len(rows), len(clauses)), np.float32)
        if not len(rows):
            return scores
        places = {row: place for place, row in enumerate(rows.tolist())}
        with view_errors():
            for column, clause in enumerate(self._compiler.among(clauses, list(places))):
                hits = self._searcher.search(clause, len(places), count=False).hits
                found = self._searcher.fast_field_values("row", [address for _, address in hits])
                for row, (score, _) in zip(found, hits, strict=True):
                    scores[places[row], column] = score
        return _rounded(scores)

    def rows(self, query: LexicalQuery) -> Positions:
        """Return the rows of all articles that match."""
        with view_errors():
            hits = self._searcher.search(
                self._compiler.query(query),
                max(1, self._searcher.num_docs),
                count=False,
                order_by_field="row",
                order=tantivy.Order.Asc,
            ).hits
            return np.fromiter(map(itemgetter(0), hits), np.int64, len(hits))


def _rounded(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    mantissa, exponent = np.frexp(scores)
    rounded: npt.NDArray[np.float32] = np.ldexp(np.round(mantissa * 65_536) / np.float32(65_536), exponent)
    return rounded


def _linked(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """Return a folder of links to another's files."""
    lent = tempfile.TemporaryDirectory(prefix="newsarchive-")
    for file in folder.iterdir():
        if file.suffix == ".lock":
            continue
        if file.name in ("meta.json", ".managed.json"):
            shutil.copyfile(file, Path(lent.name) / file.name)
        else:
            (Path(lent.name) / file.name).symlink_to(file.absolute())
    return lent
