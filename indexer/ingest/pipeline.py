"""From records to stored articles: read, validate, cut, encode, write, each stage in a thread of its own.

Three stages run side by side with short queues between them, so that the encoder never waits and memory
does not grow with the input:

    prepare   read -> validate -> language -> unchanged? -> passages -> encode cache?
    encode    what the cache lacks, sorted by length across articles, in batches
    write     into the engine, durably

There is no checkpoint to go wrong: what is stored is the checkpoint. A run that was interrupted is run
again, and finds by their content hashes the articles that need nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from queue import Empty, Full, Queue
from time import monotonic, thread_time

from indexer.article import UNKNOWN_LANGUAGE, Article, Passage
from indexer.engines.base import EncodedPassage, Engine, Entry
from indexer.errors import InvalidArticle
from indexer.ingest.ledger import Ledger
from indexer.ingest.passages import make_passages
from indexer.ingest.quarantine import Quarantine, Quarantined
from indexer.ingest.report import IngestReport
from indexer.models.base import Encoder, PassageEncoding, PassageText
from indexer.models.cache import EncodeCache
from indexer.readers import Record
from indexer.text import detect_language

Progress = Callable[[IngestReport], None]

_CHUNK_ARTICLES = 64
_CHUNK_CHARACTERS = 200_000
_QUEUED_CHUNKS = 4
_REFRESH_SECONDS = 30.0
_POLL_SECONDS = 0.1


@dataclass(slots=True)
class _Prepared:
    """A chunk on its way: articles with their passages, and the encodings found or made so far."""

    entries: list[tuple[Article, str, tuple[Passage, ...], list[bytes]]]
    texts: dict[bytes, PassageText]
    encodings: dict[bytes, PassageEncoding]


class _Stopped(Exception):
    """Another stage has failed or the person has interrupted: wind down."""


class Pipeline:
    """Runs ingest into one engine with one encoder."""

    def __init__(
        self,
        engine: Engine,
        encoder: Encoder,
        *,
        cache: EncodeCache | None,
        passage_tokens: int,
        batch_size: int,
        progress: Progress | None = None,
    ) -> None:
        self._engine = engine
        self._encoder = encoder
        self._cache = cache
        self._passage_tokens = passage_tokens
        self._batch_size = batch_size
        self._progress = progress or (lambda report: None)

    def run(
        self,
        records: Iterable[Record],
        *,
        delete_missing: Callable[[Article], bool] | None = None,
    ) -> IngestReport:
        """Index *records*; return what was done.

        With *delete_missing*, stored articles for which it is true and that were not read are deleted at the
        end of a run that read everything. Ctrl-C ends the run cleanly: the report says `interrupted`.
        """
        with Ledger() as ledger:
            run = _Run(self, records, ledger)
            run.go()
            if delete_missing is not None and not run.report.interrupted:
                stored = (article.id for article in self._engine.scan() if delete_missing(article))
                run.report.deleted = self._engine.delete(list(ledger.missing(stored)))
            self._engine.refresh()
            run.report.clock()
            self._progress(run.report)
            return run.report


class _Run:
    """One run: the queues, the stages and what they report."""

    def __init__(self, pipeline: Pipeline, records: Iterable[Record], ledger: Ledger) -> None:
        self._p = pipeline
        self._records = records
        self._ledger = ledger
        self._quarantine = Quarantine(pipeline._engine)
        self._to_encode: Queue[_Prepared | None] = Queue(_QUEUED_CHUNKS)
        self._to_write: Queue[_Prepared | None] = Queue(_QUEUED_CHUNKS)
        self._stop = threading.Event()
        self._failures: list[BaseException] = []
        self._files: set[str] = set()
        self._bad: set[str] = set()
        self.report = IngestReport()

    def go(self) -> None:
        threads = [
            threading.Thread(target=self._guard, args=(stage,), name=f"ingest-{name}", daemon=True)
            for name, stage in (("prepare", self._prepare), ("write", self._write))
        ]
        for thread in threads:
            thread.start()
        try:
            self._encode()
            threads[1].join()
        except _Stopped:
            pass
        except KeyboardInterrupt:
            self.report.interrupted = True
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
        if self._failures:
            raise self._failures[0]
        if not self.report.interrupted:
            self._quarantine.settle(self._files, self._bad)

    # -- stages

    def _guard(self, stage: Callable[[], None]) -> None:
        try:
            stage()
        except _Stopped:
            pass
        except BaseException as error:
            self._failures.append(error)
            self._stop.set()

    def _prepare(self) -> None:
        for chunk in self._chunks():
            self._clock("prepare")
            self._put(self._to_encode, chunk)
        self._clock("prepare")
        self._put(self._to_encode, None)

    def _encode(self) -> None:
        while (chunk := self._get(self._to_encode)) is not None:
            started = monotonic()
            missing = {key: text for key, text in chunk.texts.items() if key not in chunk.encodings}
            fresh = self._encode_texts(missing)
            if self._p._cache and fresh:
                self._p._cache.put(fresh)
            chunk.encodings.update(fresh)
            stages = self.report.stages
            stages["encode"] = stages.get("encode", 0.0) + monotonic() - started
            self._put(self._to_write, chunk)
        self._put(self._to_write, None)

    def _write(self) -> None:
        refreshed = monotonic()
        while (chunk := self._get(self._to_write)) is not None:
            self._p._engine.write([_entry(chunk, *parts) for parts in chunk.entries])
            self.report.stored += len(chunk.entries)
            self.report.passages += sum(len(passages) for _, _, passages, _ in chunk.entries)
            if monotonic() - refreshed > _REFRESH_SECONDS:
                self._p._engine.refresh()
                refreshed = monotonic()
            self._clock("write")
            self.report.clock()
            self._p._progress(self.report)

    # -- prepare, in steps

    def _chunks(self) -> Iterator[_Prepared]:
        group: list[tuple[Article, str]] = []
        characters = 0
        bad: list[Quarantined] = []
        for record in self._records:
            self._check_stopped()
            self.report.read += 1
            self._files.add(record.file)
            try:
                accepted = self._accept(record)
            except InvalidArticle as error:
                bad.append(_quarantined(record, error.message))
            else:
                if accepted:
                    group.append(accepted)
                    characters += len(accepted[0].text)
            if len(group) >= _CHUNK_ARTICLES or characters >= _CHUNK_CHARACTERS:
                yield self._prepare_chunk(group)
                group, characters = [], 0
            if len(bad) >= _CHUNK_ARTICLES:
                self._set_aside(bad)
                bad = []
        self._set_aside(bad)
        if group:
            yield self._prepare_chunk(group)

    def _accept(self, record: Record) -> tuple[Article, str] | None:
        """Return the article with its hash, None for one that was read before. Raises `InvalidArticle`."""
        if record.article is None:
            raise InvalidArticle(record.reason)
        article = _with_language(record.article.validated())
        content_hash = article.content_hash()
        place = f"{record.file}:{record.line}"
        earlier = self._ledger.enter(article.id, content_hash, place)
        if earlier is None:
            return article, content_hash
        if earlier[0] == content_hash:
            self.report.repeated += 1
            return None
        raise InvalidArticle(f"The id {article.id!r} was already read at {earlier[1]}, with another content.")

    def _set_aside(self, bad: list[Quarantined]) -> None:
        self._quarantine.add(bad)
        self._bad.update(entry.key for entry in bad)
        self.report.quarantined += len(bad)

    def _prepare_chunk(self, group: list[tuple[Article, str]]) -> _Prepared:
        stored = self._p._engine.hashes([article.id for article, _ in group])
        chunk = _Prepared([], {}, {})
        for article, content_hash in group:
            if stored.get(article.id) == content_hash:
                self.report.unchanged += 1
                continue
            passages = make_passages(article, self._p._encoder, tokens=self._p._passage_tokens)
            texts = [passage_text(article, passage) for passage in passages]
            keys = [EncodeCache.key(self._p._encoder.fingerprint, text) for text in texts]
            chunk.texts.update(zip(keys, texts, strict=True))
            chunk.entries.append((article, content_hash, passages, keys))
        if self._p._cache:
            chunk.encodings = self._p._cache.get(list(chunk.texts))
            self.report.from_cache += len(chunk.encodings)
        return chunk

    # -- encode

    def _encode_texts(self, texts: dict[bytes, PassageText]) -> dict[bytes, PassageEncoding]:
        keys = sorted(texts, key=lambda key: len(texts[key].text))
        fresh: dict[bytes, PassageEncoding] = {}
        for first in range(0, len(keys), self._p._batch_size):
            self._check_stopped()
            batch = keys[first : first + self._p._batch_size]
            encodings = self._p._encoder.encode_passages([texts[key] for key in batch])
            fresh.update(zip(batch, encodings, strict=True))
            self.report.encoded += len(batch)
            self.report.tokens += sum(encoding.tokens for encoding in encodings)
            self.report.clock()
            self._p._progress(self.report)
        return fresh

    # -- queues that end when the run does

    def _put(self, queue: Queue[_Prepared | None], item: _Prepared | None) -> None:
        while True:
            self._check_stopped()
            try:
                return queue.put(item, timeout=_POLL_SECONDS)
            except Full:
                continue

    def _get(self, queue: Queue[_Prepared | None]) -> _Prepared | None:
        while True:
            self._check_stopped()
            try:
                return queue.get(timeout=_POLL_SECONDS)
            except Empty:
                continue

    def _check_stopped(self) -> None:
        if self._stop.is_set():
            raise _Stopped

    def _clock(self, stage: str) -> None:
        """Note the CPU seconds that the calling stage's thread has used so far."""
        self.report.stages[stage] = thread_time()


def passage_text(article: Article, passage: Passage) -> PassageText:
    """Return what the encoder reads for a passage; a title made from the text adds nothing to it."""
    return PassageText(
        title="" if article.title_made else article.title,
        text=passage.text_of(article),
        language=passage.language,
    )


def _with_language(article: Article) -> Article:
    if article.language != UNKNOWN_LANGUAGE:
        return replace(article, language_confidence=article.language_confidence or 1.0)
    language, confidence = detect_language(f"{article.title}\n{article.text}")
    return replace(article, language=language, language_confidence=round(confidence, 4))


def _entry(
    chunk: _Prepared, article: Article, content_hash: str, passages: tuple[Passage, ...], keys: list[bytes]
) -> Entry:
    encoded = (
        EncodedPassage(passage, chunk.encodings[key].vector, chunk.encodings[key].codes)
        for passage, key in zip(passages, keys, strict=True)
    )
    return Entry(article, content_hash, tuple(encoded))


def _quarantined(record: Record, reason: str) -> Quarantined:
    return Quarantined(
        file=record.file,
        line=record.line,
        reason=reason,
        raw=record.raw,
        article_id=record.article.id if record.article else "",
    )
