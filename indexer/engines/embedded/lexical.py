"""The lexical view: a tantivy index of the articles' tokens, which knows articles by their row only.

Scores are BM25 on Lucene's scale: tantivy's have a constant factor k1 + 1 more, which is taken out.
Document frequencies count deleted versions until their segment is merged, as Lucene's do; an index of which
more than half is deleted is made anew (see `building`).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import tantivy
from tantivy import Occur, Query

from indexer.engines.base import TITLE_BOOST, Field, FloatArray, Form
from indexer.engines.embedded.columns import Positions
from indexer.engines.embedded.failures import view_errors
from indexer.engines.fields import LexicalFields, field_name, indexed_form

_TOKENIZER = "tokens"
_HEAP = 50_000_000
# tantivy keeps BM25's factor (k1 + 1), which Lucene has dropped; k1 is 1.2 in both.
_LUCENE_SCALE = 1 / 2.2
TEXT_FIELDS = tuple(field_name(field, form) for field in (Field.TITLE, Field.BODY) for form in Form)


class Atom(NamedTuple):
    """A term or phrase: one token, or several side by side. A tuple, as it is hashed a hundred times a search."""

    tokens: tuple[str, ...]
    form: Form
    field: Field


def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", indexed=True, fast=True)
    for name in TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name=_TOKENIZER)
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

    def add(self, row: int, fields: LexicalFields) -> None:
        document = tantivy.Document()
        document.add_unsigned("row", row)
        for name in TEXT_FIELDS:
            document.add_text(name, getattr(fields, name))
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
            self._schema = index.schema

    @staticmethod
    def _open(folder: Path) -> tantivy.Index:
        index = tantivy.Index.open(str(folder))
        index.config_reader(reload_policy="manual")
        return index

    def look_up(self, atom: Atom) -> tuple[Positions, FloatArray]:
        """Return the rows of all articles that hold a term or phrase, and their BM25 scores, in no order."""
        with view_errors():
            query, most = self._query(atom)
            if query is None:
                return np.zeros(0, np.int64), np.zeros(0, np.float32)
            hits = self._searcher.search(query, most, count=False).hits
            rows = self._searcher.fast_field_values("row", list(map(itemgetter(1), hits)))
            scores = np.fromiter(map(itemgetter(0), hits), np.float32, len(hits))
            return np.fromiter(rows, np.int64, len(hits)), scores

    def _query(self, atom: Atom) -> tuple[Query | None, int]:
        """Return tantivy's query and how many articles it may find; None where no article can hold the tokens.

        Half of what a search looks up is not there, or in no title: that is told by the terms' frequencies alone.
        """
        words = [indexed_form(token) for token in atom.tokens]
        fields = (Field.TITLE, Field.BODY) if atom.field is Field.ANY else (atom.field,)
        queries, most = [], 0
        for field in fields:
            name = field_name(field, atom.form)
            if rarest := min((self._searcher.doc_freq(name, word) for word in words), default=0):
                query = self._within(words, name)
                # A title counts more beside a body; asked for alone, its scale is its own.
                raised = atom.field is Field.ANY and field is Field.TITLE
                queries.append(Query.boost_query(query, TITLE_BOOST) if raised else query)
                most += rarest
        if len(queries) < 2:
            return next(iter(queries), None), most
        return Query.boolean_query([(Occur.Should, query) for query in queries]), most

    def _within(self, words: list[str], name: str) -> Query:
        if len(words) == 1:
            found = Query.term_query(self._schema, name, words[0], index_option="freq")
        else:
            found = Query.phrase_query(self._schema, name, list[Any](words))
        return Query.boost_query(found, _LUCENE_SCALE)


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
