"""From records to stored articles: read, validate, cut, encode, write, each stage in a thread of its own.

Three stages run side by side with short queues between them, so that the encoder never waits and memory
does not grow with the input:

    prepare   read -> validate -> language -> unchanged? -> passages -> encode cache?
    encode    what the cache lacks, sorted by length across articles, in batches (the caller's thread)
    write     into the engine, durably

There is no checkpoint to go wrong: what is stored is the checkpoint. A run that was interrupted is run
again, and finds by their content hashes the articles that need nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from time import monotonic, thread_time
from typing import Any

from indexer.article import UNKNOWN_LANGUAGE, Article
from indexer.engines.base import EncodedPassage, Engine, Entry
from indexer.errors import ArchiveError, ArticlesRefused, EngineTimeout, EngineUnavailable, InvalidArticle
from indexer.ingest.badrecords import BadRecords
from indexer.ingest.cutting import Cutter
from indexer.ingest.entries import Batch
from indexer.ingest.fresh import Fresh
from indexer.ingest.handover import POLL_SECONDS, Handover, Stop, Stopped
from indexer.ingest.ledger import Ledger
from indexer.ingest.origins import ORIGIN, is_same_content, split_hash
from indexer.ingest.quarantine import Quarantine
from indexer.ingest.report import IngestReport
from indexer.models.base import Encoder, PassageEncoding
from indexer.models.cache import EncodeCache
from indexer.readers import Record
from indexer.readers.fields import has_unread_date
from indexer.text import detect_language

#: Called with the report in the thread that runs the pipeline, several times a second.
Progress = Callable[[IngestReport], None]

_CHUNK_ARTICLES = 64
_CHUNK_CHARACTERS = 200_000
_QUEUED_CHUNKS = 2
_CACHED_PASSAGES = 256  # so many are encoded at most before the cache has them
_REFRESH_SECONDS = 30.0
_READER_PATIENCE = 1.0


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A record that is an article: as it was read, as it is stored, and its hashes."""

    record: Record
    article: Article
    content_hash: str
    stored_hash: str


@dataclass(slots=True)
class _Chunk(Batch):
    """A chunk of articles on its way through the stages."""

    #: Entries that need no encoding.
    ready: list[Entry] = field(default_factory=list)
    #: Article id -> the record that it was read from.
    records: dict[str, Record] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Runs ingest into one engine with one encoder. `batch_size` is how many passages are encoded together at most."""

    engine: Engine
    encoder: Encoder
    cache: EncodeCache | None
    passage_tokens: int
    batch_size: int
    progress: Progress | None = None

    def run(
        self,
        records: Iterable[Record],
        *,
        delete_missing: Callable[[Article], bool] | None = None,
        changing: Callable[[], object] = lambda: None,
        options_of: Callable[[str], Mapping[str, Any]] = lambda file: {},
    ) -> IngestReport:
        """Index *records*; return what was done. *changing* is called before articles are written that are new
        or have changed, and before any are deleted.

        *options_of* says what a file is read with (`ReadOptions.said`): that is kept with its bad records.

        With *delete_missing*, stored articles for which it is true and that were not read are deleted at the
        end of a run that read everything; those of a file that gave a bad record are kept, as are those of
        one that exists and could not be read. Ctrl-C ends the run cleanly: the report says `interrupted`.

        Raises what the reader, the encoder or the engine raised; what was written before stays.
        """
        with Ledger() as ledger:
            run = _Run(self, records, ledger, changing, options_of)
            try:
                run.go()
                if delete_missing is not None and not run.report.interrupted:
                    run.delete(delete_missing)
            except KeyboardInterrupt:
                run.report.interrupted = True
            except (EngineUnavailable, EngineTimeout):
                raise  # the engine has waited for its store: what is written is seen at the next run
            except BaseException:
                with suppress(ArchiveError):
                    self.engine.refresh()
                raise
            self.engine.refresh()
            run.tick()
            return run.report


class _Run:
    """One run: the queues, the stages and what they report.

    Each count of the report is written by one stage alone, but for those of bad records, which `BadRecords` guards.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        records: Iterable[Record],
        ledger: Ledger,
        changing: Callable[[], object],
        options_of: Callable[[str], Mapping[str, Any]],
    ) -> None:
        self._pipeline = pipeline
        self._changing = changing
        self._cutter = Cutter(pipeline.encoder, pipeline.cache, tokens=pipeline.passage_tokens)
        self._records = iter(records)
        self._ledger = ledger
        self._fresh = Fresh(pipeline.engine)
        self._noting = False
        self._stop = Stop()
        self._to_encode: Handover[_Chunk | None] = Handover(self._stop, _QUEUED_CHUNKS)
        self._to_write: Handover[_Chunk | None] = Handover(self._stop, _QUEUED_CHUNKS)
        self._failures: list[BaseException] = []
        self._reading = False
        self.report = IngestReport()
        self._bad = BadRecords(Quarantine(pipeline.engine), ledger, options_of, self.report)

    def go(self) -> None:
        """Run the stages to their end. Raises the first failure of any of them."""
        prepare, write = (
            threading.Thread(target=self._guard, args=(stage,), name=f"ingest-{name}", daemon=True)
            for name, stage in (("prepare", self._prepare), ("write", self._write))
        )
        try:
            prepare.start()
            write.start()
            self._encode()
            while write.is_alive():
                write.join(POLL_SECONDS)
                self.tick()
        except Stopped:
            pass
        except KeyboardInterrupt:
            self.report.interrupted = True
        finally:
            self._wind_down(prepare, write)
        if self._failures:
            raise self._failures[0]
        if not self.report.interrupted:
            self._bad.settle()

    def delete(self, wanted: Callable[[Article], bool]) -> None:
        """Delete the stored articles that are *wanted* to go and that this run has not seen."""
        stored = (article for article in self._pipeline.engine.scan() if wanted(article))
        gone = self._ledger.missing(article.id for article in stored if self._is_gone(article))
        while batch := list(islice(gone, _CHUNK_ARTICLES)):
            self._changing()
            self.report.deleted += self._pipeline.engine.delete(batch)
            self.tick()

    def tick(self) -> None:
        """Tell how far the run is."""
        self.report.clock()
        if self._pipeline.progress:
            self._pipeline.progress(self.report)

    def _is_gone(self, article: Article) -> bool:
        """Say whether the place of an article that was not read is sure to hold it no more."""
        origin = article.extra.get(ORIGIN, "")
        if not origin or self._ledger.was_read_whole(origin):
            return True
        if self._ledger.was_read(origin):
            return False
        try:
            Path(origin).stat()
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            pass  # it may be there, and must not be lost to a folder that cannot be entered
        return False

    # -- stages

    def _clock(self, stage: str) -> None:
        """Note the CPU seconds that the calling stage's thread has used so far."""
        self.report.stages[stage] = thread_time()

    def _guard(self, stage: Callable[[], None]) -> None:
        try:
            stage()
        except Stopped:
            pass
        except BaseException as error:
            self._failures.append(error)
            self._stop.set()

    def _wind_down(self, prepare: threading.Thread, write: threading.Thread) -> None:
        self._stop.set()
        for thread in (write, prepare):
            while thread.is_alive():
                thread.join(_READER_PATIENCE)
                if thread is prepare and self._reading:
                    # It waits for its source, perhaps for ever (a pipe), and will stop when that speaks:
                    # before it does anything with what it has read.
                    break

    def _prepare(self) -> None:
        try:
            for chunk in self._chunks():
                self._clock("prepare")
                self._to_encode.put(chunk)
            self._clock("prepare")
            self._to_encode.put(None)
        finally:
            if isinstance(self._records, Generator):
                self._records.close()

    def _encode(self) -> None:
        while (chunk := self._to_encode.get(idle=self.tick)) is not None:
            started = monotonic()
            self._encode_chunk(chunk)
            stages = self.report.stages
            stages["encode"] = stages.get("encode", 0.0) + monotonic() - started
            self._to_write.put(chunk, idle=self.tick)
        self._to_write.put(None, idle=self.tick)

    def _write(self) -> None:
        refreshed = monotonic()
        while (chunk := self._to_write.get()) is not None:
            entries = chunk.entries()
            if entries and self._is_noting():
                self._fresh.note({entry.article.id: entry.content_hash for entry in entries})
            if entries:  # articles that were only moved to another file change nothing that is derived
                self._changing()
            refused = self._store([*entries, *chunk.ready])
            for entry in entries:
                if reason := refused.get(entry.article.id):
                    self._bad.add(chunk.records[entry.article.id], reason)
                else:
                    self.report.stored += 1
                    self.report.passages += len(entry.passages)
            if monotonic() - refreshed > _REFRESH_SECONDS:
                self._pipeline.engine.refresh()
                refreshed = monotonic()
            self._clock("write")
        self._bad.finish()

    def _store(self, entries: list[Entry]) -> dict[str, str]:
        """Store entries; return the reasons of those that the store refused, by id.

        One that is only moved to another file, and refused, stays as it is: its article is stored.
        """
        try:
            if entries:
                self._pipeline.engine.write(entries)
        except ArticlesRefused as error:
            return error.reasons
        return {}

    def _is_noting(self) -> bool:
        """Say whether articles are noted for saved searches, of which the first may come while this runs."""
        if not self._noting:
            try:
                self._noting = self._fresh.is_wanted()
            except (EngineUnavailable, EngineTimeout):
                # Writing waits for its store, asking does not; a note too many does less harm than one too few.
                return True
        return self._noting

    # -- prepare, in steps

    def _chunks(self) -> Iterator[_Chunk]:
        group: list[_Accepted] = []
        characters = 0
        while (record := self._next()) is not None:
            self.report.read += 1
            self._ledger.enter_file(record.file)
            try:
                accepted = self._accept(record)
            except InvalidArticle as error:
                self._bad.add(record, str(error))
            else:
                if accepted:
                    self.report.unread_dates += has_unread_date(accepted.article)
                    group.append(accepted)
                    characters += len(accepted.article.text)
            if len(group) >= _CHUNK_ARTICLES or characters >= _CHUNK_CHARACTERS:
                yield self._prepare_chunk(group)
                group, characters = [], 0
        if group:
            yield self._prepare_chunk(group)

    def _next(self) -> Record | None:
        self._reading = True
        try:
            record = next(self._records, None)
        finally:
            self._reading = False
        self._stop.check()
        return record

    def _accept(self, record: Record) -> _Accepted | None:
        """Return what is to be stored of the record; None for an article that was read before.

        Raises `InvalidArticle`.
        """
        if record.article is None:
            raise InvalidArticle(record.reason)
        article = with_language(record.article.validated())
        content_hash, stored_hash = split_hash(article)
        place = f"{record.file}:{record.line}" if record.line else record.file
        earlier = self._ledger.enter(article.id, content_hash, place)
        if earlier is None:
            return _Accepted(record, article, content_hash, stored_hash)
        if earlier[0] == content_hash:
            self.report.repeated += 1
            return None
        raise InvalidArticle(f"The id {article.id!r} was already read at {earlier[1]}, with another content.")

    def _prepare_chunk(self, group: list[_Accepted]) -> _Chunk:
        stored = self._pipeline.engine.hashes([one.article.id for one in group])
        seen = self._seen(
            [
                one.article.id
                for one in group
                if stored.get(one.article.id) != one.stored_hash
                and is_same_content(stored.get(one.article.id, ""), one.content_hash)
            ]
        )
        chunk = _Chunk()
        for one in group:
            self._stop.check()
            article, known = one.article, stored.get(one.article.id, "")
            if known == one.stored_hash:
                self.report.unchanged += 1
                continue
            if seen.get(article.id) == one.content_hash and (moved := self._moved(article, one.stored_hash)):
                chunk.ready.append(moved)
                self.report.unchanged += 1
                continue
            chunk.add(article, one.stored_hash, self._pipeline.encoder, self._cutter)
            chunk.records[article.id] = one.record
        self._cutter.keep()
        if self._pipeline.cache:
            chunk.encodings = self._pipeline.cache.get(list(chunk.texts))
            self.report.from_cache += len(chunk.encodings)
        return chunk

    def _seen(self, ids: list[str]) -> dict[str, str]:
        """Return id -> content hash of the articles as readers see them.

        A hash is told as soon as it is written; an article, with its passages, only after the next refresh, which a
        run that was killed has not made.
        """
        if not ids:
            return {}
        return {name: split_hash(article)[0] for name, article in self._pipeline.engine.articles(ids).items()}

    def _moved(self, article: Article, stored_hash: str) -> Entry | None:
        """Return the entry of an article that is stored, but was read at another place then."""
        encoded = []
        for stored in self._pipeline.engine.passages(article.id, vectors=True):
            if stored.vector is None:
                return None
            encoded.append(EncodedPassage(stored.passage, stored.vector, stored.codes))
        return Entry(article, stored_hash, tuple(encoded))

    # -- encode

    def _encode_chunk(self, chunk: _Chunk) -> None:
        fresh: dict[bytes, PassageEncoding] = {}
        try:
            for keys in chunk.missing(self._pipeline.batch_size):
                self._stop.check()
                made = chunk.encode(keys, self._pipeline.encoder)
                fresh.update(made)
                self.report.encoded += len(made)
                self.report.tokens += sum(encoding.tokens for encoding in made.values())
                if len(fresh) >= _CACHED_PASSAGES:
                    self._keep(chunk, fresh)
                    fresh = {}
                self.tick()
        finally:
            self._keep(chunk, fresh)

    def _keep(self, chunk: _Chunk, fresh: dict[bytes, PassageEncoding]) -> None:
        chunk.encodings.update(fresh)
        if self._pipeline.cache and fresh:
            self._pipeline.cache.put(fresh)


def with_language(article: Article) -> Article:
    """Return an article with its language and how sure that is: detected where its source says none."""
    if article.language != UNKNOWN_LANGUAGE:
        return replace(article, language_confidence=article.language_confidence or 1.0)
    language, confidence = detect_language(f"{article.title}\n{article.text}")
    return replace(article, language=language, language_confidence=round(confidence, 4))
