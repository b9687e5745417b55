"""The pipeline: what is counted, that stages overlap, that memory stays, and how a run ends when something breaks."""

from __future__ import annotations

import gc
import threading
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from indexer.archive import Archive
from indexer.article import UNKNOWN_LANGUAGE, Article
from indexer.errors import ModelError, SchemaMismatch, UnreadableSource
from indexer.ingest.pipeline import Pipeline
from indexer.ingest.report import IngestReport, Phase
from indexer.ingest.unfinished import articles_before
from indexer.models.base import PassageEncoding, PassageText
from indexer.models.cache import EncodeCache
from indexer.readers import Record
from indexer.search.request import SearchRequest
from indexer.settings import load_settings
from tests.fakes import FakeEncoder, WordlessEncoder
from tests.ingest.conftest import WriteLines, story

CHUNK = 64  # articles that go through the stages together


def articles(count: int, *, length: int = 1) -> Iterator[Article]:
    for number in range(count):
        text = f"The ship number {number} came to the harbour. " * length
        yield Article(id=f"{number:06}", title=f"Ship {number}", text=text, language="en")


def ingest_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("ingest-")]


# --- what a run does ------------------------------------------------------------------------------


def test_every_record_ends_in_one_count(archive: Archive, write_lines: WriteLines) -> None:
    archive.index([write_lines("old.jsonl", [story("unchanged")])])
    records = [story("new"), story("unchanged"), story("new"), {"id": "bad"}, story("new", "Another text.")]
    report = archive.index([write_lines("old.jsonl", records)])
    assert (report.read, report.stored, report.unchanged) == (5, 1, 1)
    assert (report.quarantined, report.repeated) == (2, 1)
    assert report.read == report.stored + report.unchanged + report.quarantined + report.repeated
    assert report.passages == report.encoded == 1
    assert report.tokens > 10
    assert set(report.stages) == {"prepare", "encode", "write"}


def test_two_texts_under_one_id_are_told_apart_by_place(archive: Archive, write_lines: WriteLines) -> None:
    path = write_lines("a.jsonl", [story("a"), story("b"), story("a", "Another text.")])
    archive.index([path])
    assert archive.article("a").text == story("a")["text"]
    (entry,) = archive.quarantine
    assert entry.line == 3
    assert f"{path}:1" in entry.reason


def test_ten_thousand_copies_are_one_article(archive: Archive, encoder: FakeEncoder) -> None:
    (article,) = articles(1)
    report = archive.add([article] * 10_000)
    assert (report.stored, report.repeated) == (1, 9_999)
    assert encoder.passages_encoded == 1


def test_languages_are_detected_where_none_is_given(archive: Archive) -> None:
    arabic = "قال وزير الخارجية الروسي سيرغي لافروف إن بلاده تدعو إلى وقف إطلاق النار في ليبيا."
    archive.add([
        Article(id="given", title="", text=arabic, language="fa"),
        Article(id="found", title="", text=arabic),
        Article(id="none", title="", text="12345"),
    ])  # fmt: skip
    found = archive.articles(["given", "found", "none"])
    assert [found[name].language for name in ("given", "found", "none")] == ["fa", "ar", UNKNOWN_LANGUAGE]
    assert found["given"].language_confidence == 1.0
    assert 0.9 < found["found"].language_confidence <= 1.0


def test_progress_is_told_while_the_run_goes_on(archive: Archive) -> None:
    told: list[int] = []
    archive.add(articles(5 * CHUNK), progress=lambda report: told.append(report.stored))
    assert len(told) > 5
    assert told == sorted(told)
    assert told[-1] == 5 * CHUNK


def test_progress_tells_what_is_done_after_the_articles(archive: Archive) -> None:
    told: list[Phase] = []
    archive.add(articles(3), progress=lambda report: told.append(report.phase))
    assert list(dict.fromkeys(told)) == [Phase.ARTICLES, Phase.WORDS, Phase.SETTLING]


def test_what_is_stored_can_be_found_when_the_run_has_ended(archive: Archive) -> None:
    archive.add(articles(3))
    page = archive.search(SearchRequest("ship number 2"))
    assert page.results[0].article.id == "000002"


# --- stages side by side --------------------------------------------------------------------------


class _WaitingEncoder(FakeEncoder):
    """Before it encodes it waits for what a test says."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.entered = threading.Event()

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageEncoding]:
        self.entered.set()
        assert self.gate.wait(60)
        return super().encode_passages(passages)


def test_reading_and_writing_go_on_while_the_encoder_works(archive: Archive) -> None:
    """Would a stage wait for another, this run would wait for itself until the gate gives up."""
    encoder = _WaitingEncoder()
    held = Archive(archive.settings, archive.engine, encoder)

    def source() -> Iterator[Article]:
        for number, article in enumerate(articles(6 * CHUNK)):
            if number == 2 * CHUNK:  # the first chunk is being encoded: it ends only when this is read
                assert encoder.entered.wait(60)
                encoder.gate.set()
            if number == 5 * CHUNK:  # two chunks are read ahead at most: the first must be written by now
                deadline = time.monotonic() + 60
                while not archive.engine.hashes(["000000"]):
                    assert time.monotonic() < deadline
                    time.sleep(0.01)
            yield article

    assert held.add(source()).stored == 6 * CHUNK


def test_a_slow_encoder_holds_the_reader_back(archive: Archive) -> None:
    encoder = _WaitingEncoder()
    held = Archive(archive.settings, archive.engine, encoder)
    read = 0

    def source() -> Iterator[Article]:
        nonlocal read
        for article in articles(50 * CHUNK):
            read += 1
            yield article

    def open_gate() -> None:
        assert encoder.entered.wait(60)
        before = -1
        while before < read:  # until the reader stands still
            before = read
            time.sleep(0.3)
        seen.append(read)
        encoder.gate.set()

    seen: list[int] = []
    opener = threading.Thread(target=open_gate)
    opener.start()
    held.add(source())
    opener.join()
    assert seen[0] <= 5 * CHUNK
    assert read == 50 * CHUNK


@pytest.mark.slow
def test_memory_does_not_grow_with_the_input(archive: Archive) -> None:
    """30 MB of text are read; what Python and numpy hold between two articles stays what it was."""
    held: list[int] = []
    text = ("word" * 100 + " ") * 60  # few words for its length: analysing them is not what is tested

    def source() -> Iterator[Article]:
        for number in range(1_200):
            if number % 100 == 0:
                gc.collect()
                held.append(tracemalloc.get_traced_memory()[0])
            yield Article(id=str(number), title="", text=f"{number}. {text}", language="eu")

    tracemalloc.start()
    try:
        # One passage an article, so that the encoder of the tests costs little.
        pipeline = Pipeline(
            archive.engine, _OnePieceEncoder(), cache=None, passage_tokens=100_000, batch_size=64
        )
        archive.engine.create(archive._manifest(archive.encoder.fingerprint))
        pipeline.run(Record(article, "(made)", 1) for article in source())
    finally:
        tracemalloc.stop()
    first, last = max(held[4:7]), max(held[-3:])
    assert last - first < 4_000_000


class _OnePieceEncoder(FakeEncoder):
    """Takes any text for a few pieces."""

    def token_starts(self, text: str):  # type: ignore[no-untyped-def]
        import numpy as np

        return np.zeros(1, np.int32)

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageEncoding]:
        return super().encode_passages([PassageText("", passage.text[:40]) for passage in passages])


# --- when something breaks ------------------------------------------------------------------------


class _BreakingEncoder(FakeEncoder):
    """Fails after so many passages, for as long as it is told to."""

    def __init__(self, after: int, error: Exception) -> None:
        super().__init__()
        self.after = after
        self.error = error

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageEncoding]:
        if self.passages_encoded + len(passages) > self.after:
            raise self.error
        return super().encode_passages(passages)


@pytest.mark.parametrize("error", [ModelError("The device is gone."), MemoryError()], ids=["expected", "any"])
def test_an_error_of_the_encoder_ends_the_run_and_the_next_goes_on(tmp_path: Path, error: Exception) -> None:
    encoder = _BreakingEncoder(3 * CHUNK + 20, error)
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path / "cache")
    with Archive.open(settings, encoder=encoder) as archive:
        with pytest.raises(type(error)):
            archive.add(articles(20 * CHUNK))
        assert ingest_threads() == []
        stored = archive.stats().articles
        assert stored <= 3 * CHUNK
        encoded = encoder.passages_encoded

        encoder.after = 10**9
        report = archive.add(articles(20 * CHUNK))
        assert report.unchanged == stored
        assert archive.stats().articles == 20 * CHUNK
        # What was encoded before the failure was kept, and not encoded again.
        assert report.from_cache == encoded - stored
        assert encoder.passages_encoded == 20 * CHUNK


def test_an_error_of_the_reader_ends_the_run_and_keeps_what_came_before(archive: Archive) -> None:
    def source() -> Iterator[Article]:
        yield from articles(3 * CHUNK)
        raise UnreadableSource("The share is gone.")

    with pytest.raises(UnreadableSource):
        archive.add(source())
    assert ingest_threads() == []
    assert archive.add(articles(3 * CHUNK)).stored <= 3 * CHUNK
    assert archive.stats().articles == 3 * CHUNK


def test_an_error_of_the_store_ends_the_run(archive: Archive) -> None:
    archive.add(articles(1))
    other = FakeEncoder(dimensions=32)
    pipeline = Pipeline(archive.engine, other, cache=None, passage_tokens=200, batch_size=8)
    with pytest.raises(SchemaMismatch, match="dimensions"):
        pipeline.run(Record(article, "x", 1) for article in articles(50 * CHUNK))
    assert ingest_threads() == []
    assert archive.stats().articles == 1


def test_ctrl_c_ends_the_run_with_a_report_and_the_next_goes_on(archive: Archive) -> None:
    def interrupt(report: IngestReport) -> None:
        if report.stored >= 2 * CHUNK and not report.interrupted:
            raise KeyboardInterrupt

    report = archive.add(articles(50 * CHUNK), progress=interrupt)
    assert report.interrupted
    assert 2 * CHUNK <= report.stored < 50 * CHUNK
    assert archive.stats().articles == report.stored
    assert ingest_threads() == []
    again = archive.add(articles(50 * CHUNK))
    assert (again.unchanged, again.stored) == (report.stored, 50 * CHUNK - report.stored)


def test_ctrl_c_does_not_wait_for_a_source_that_says_nothing(archive: Archive) -> None:
    silent = threading.Event()

    def source() -> Iterator[Article]:
        yield from articles(10)
        silent.wait()
        yield from articles(10)

    def interrupt(report: IngestReport) -> None:
        if report.read == 10 and not report.interrupted:
            raise KeyboardInterrupt

    started = time.monotonic()
    report = archive.add(source(), progress=interrupt)
    assert report.interrupted
    assert time.monotonic() - started < 30
    silent.set()


def test_the_lexicon_is_made_up_for_after_a_run_that_was_cut_off(tmp_path: Path) -> None:
    """All articles were stored, so the next run has nothing to store: the words must come all the same."""
    encoder = WordlessEncoder()
    with Archive.open(
        load_settings(archive=tmp_path / "archive", cache=tmp_path), encoder=encoder
    ) as archive:
        with pytest.raises(ModelError):
            archive.add(articles(10))
        assert archive.stats().articles == 10
        encoder.broken = False
        report = archive.add(articles(10))
        assert (report.stored, report.unchanged) == (0, 10)
        assert report.words == report.new_words > 3
        assert archive.stats().words == report.words
        # And then no more.
        assert archive.add(articles(10)).words == 0


@pytest.mark.parametrize("read", [0, 10])
def test_a_run_that_changed_nothing_leaves_nothing_to_make_up_for(archive: Archive, read: int) -> None:
    def unreadable() -> Iterator[Article]:
        yield from articles(read)
        raise UnreadableSource("The folder holds no files.")

    archive.add(articles(10))
    with pytest.raises(UnreadableSource):
        archive.add(unreadable())
    assert articles_before(archive.engine) is None


# --- the encode cache -----------------------------------------------------------------------------


def test_the_cache_spares_another_archive_the_encoder(tmp_path: Path) -> None:
    first, second = FakeEncoder(codes=True), FakeEncoder(codes=True)
    for name, encoder in (("one", first), ("two", second)):
        settings = load_settings(archive=tmp_path / name, cache=tmp_path / "cache")
        with Archive.open(settings, encoder=encoder) as archive:
            report = archive.add(articles(100))
            passages = [archive.engine.passages(f"{number:06}", vectors=True) for number in range(100)]
        if encoder is first:
            assert (report.encoded, report.from_cache) == (100, 0)
            before = passages
    assert second.passages_encoded == 0
    assert (report.stored, report.encoded, report.from_cache) == (100, 0, 100)
    for ours, theirs in zip(before, passages, strict=True):
        assert ours[0].codes == theirs[0].codes
        assert ours[0].vector is not None
        assert ours[0].vector.tobytes() == theirs[0].vector.tobytes()  # type: ignore[union-attr]


def test_another_model_is_not_served_from_the_cache(tmp_path: Path) -> None:
    cache = EncodeCache(tmp_path)
    for name in ("one", "two"):
        encoder = FakeEncoder(name=name)
        settings = load_settings(archive=tmp_path / name, cache=tmp_path, encode_cache=False)
        with Archive.open(settings, encoder=encoder) as archive:
            archive.engine.create(archive._manifest(encoder.fingerprint))
            pipeline = Pipeline(archive.engine, encoder, cache=cache, passage_tokens=200, batch_size=8)
            report = pipeline.run(Record(article, "x", 1) for article in articles(10))
        assert report.from_cache == 0
    cache.close()
