"""What a writer promises: whole articles, nothing acknowledged lost, refusals told with the server's reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexer.archive import Archive
from indexer.article import Article, Passage
from indexer.engines.base import (
    EncodedPassage,
    Entry,
    Field,
    Form,
    LexicalLeg,
    LexicalQuery,
    PhraseTerm,
    VectorLeg,
)
from indexer.engines.opensearch import OpenSearchEngine, patience
from indexer.engines.opensearch.client import Cluster, dumps, loads
from indexer.engines.opensearch.failures import LastingFailure
from indexer.engines.opensearch.mappings import document_id
from indexer.engines.opensearch.writing import Action, send
from indexer.errors import ArticlesRefused, EngineUnavailable, ModelError, SchemaMismatch
from indexer.ingest.entries import EntryMaker
from indexer.ingest.origins import with_origins
from indexer.models.base import PassageEncoding, PassageText
from indexer.readers import Record
from indexer.settings import Settings, load_settings
from indexer.text import analyse
from tests.engines.builders import MANIFEST, article, entries, entry, vector
from tests.fakes import FakeEncoder, WordlessEncoder
from tests.opensearch.nodes import Node


def test_a_refused_article_is_named_and_the_others_are_stored(engine: OpenSearchEngine) -> None:
    engine.create(MANIFEST)
    good, bad = entry(1), entry(2)
    short = tuple(EncodedPassage(one.passage, one.vector[:3]) for one in bad.passages)
    with pytest.raises(ArticlesRefused) as refused:
        engine.write([good, Entry(bad.article, bad.content_hash, short)])
    assert list(refused.value.reasons) == [bad.article.id]
    assert "dimension" in refused.value.reasons[bad.article.id]
    engine.refresh()
    assert list(engine.articles([good.article.id, bad.article.id])) == [good.article.id]


def test_a_refused_article_goes_to_quarantine_and_the_load_goes_on(
    opensearch_settings: Settings, tmp_path: Path
) -> None:
    class Blunt(FakeEncoder):
        """Makes vectors that the index does not take for one article, until it is mended."""

        mended = False

        def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageEncoding]:
            return [
                replace(made, vector=made.vector[:3]) if "blunt" in passage.text and not self.mended else made
                for passage, made in zip(passages, super().encode_passages(passages), strict=True)
            ]

    encoder = Blunt()
    settings = opensearch_settings.model_copy(update={"encode_cache": False})
    texts = ["One is here.", "This one is blunt.", "Another is here."]
    file = tmp_path / "a.jsonl"
    file.write_bytes(
        b"\n".join(dumps({"id": f"{n}", "title": "T", "text": text}) for n, text in enumerate(texts))
    )
    with Archive.open(settings, encoder=encoder) as archive:
        for stored, unchanged in ((2, 0), (0, 2)):
            report = archive.index([file])
            assert (report.read, report.stored, report.unchanged, report.quarantined) == (
                3,
                stored,
                unchanged,
                1,
            )
            (kept,) = archive.quarantine
            assert (kept.file, kept.line, kept.article_id) == (str(file), 2, "1")
            assert "dimension" in kept.reason
        assert archive.stats().articles == 2
        encoder.mended = True
        assert archive.retry_quarantine().stored == 1
        assert not list(archive.quarantine)
        assert archive.stats().articles == 3


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_is_the_servers_fault_is_tried_again(
    engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr(patience, "PAUSES", (0.01,))
    fails = FailsFor(engine.cluster, "article-00002", status, times=3)
    monkeypatch.setattr(engine.cluster, "request", fails)
    engine.create(MANIFEST)
    engine.write(entries(range(5)))
    engine.refresh()
    assert (fails.times, engine.stats().articles) == (0, 5)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_stays_the_servers_fault_ends_the_load_and_blames_no_article(
    opensearch_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr(patience, "PAUSES", (0.01,))
    monkeypatch.setattr(patience, "LONGEST", 0.2)
    settings = opensearch_settings.model_copy(update={"encode_cache": False})
    with Archive.open(settings, encoder=FakeEncoder()) as archive:
        assert isinstance(archive.engine, OpenSearchEngine)
        with monkeypatch.context() as patched:
            fails = FailsFor(archive.engine.cluster, "2", status, times=1_000)
            patched.setattr(archive.engine.cluster, "request", fails)
            with pytest.raises(EngineUnavailable) as raised:
                archive.add([article(f"{number}") for number in range(5)])
        assert raised.value.remedy
        assert not list(archive.quarantine)
        assert archive.add([article(f"{number}") for number in range(5)]).quarantined == 0
        assert archive.stats().articles == 5


def test_a_closed_index_is_told_and_no_article_is_blamed(engine: OpenSearchEngine) -> None:
    engine.create(MANIFEST)
    index, _ = engine.names.generation(1)
    engine.cluster.request("POST", f"/{index}/_close")
    with pytest.raises(LastingFailure, match=f"is closed: {index}. POST /{index}/_open opens it"):
        engine.write(entries(range(3)))
    engine.cluster.request("POST", f"/{index}/_open", params={"wait_for_active_shards": 1})
    engine.write(entries(range(3)))


def test_readers_see_a_replaced_article_whole(engine: OpenSearchEngine) -> None:
    engine.create(MANIFEST)
    engine.write([entry(5)])
    engine.refresh()
    engine.write([entry(5, version=1)])
    before = engine.passages("article-00005", vectors=True)
    (found,) = engine.match([VectorLeg(vector(5, 1, 0), size=5)])
    assert "version0" in engine.articles(["article-00005"])["article-00005"].text
    assert found.scores[0] == pytest.approx(1.0, abs=1e-5)
    engine.refresh()
    assert (engine.passages("article-00005", vectors=True)[1].vector != before[1].vector).any()
    assert engine.stats().passages == len(before)


def test_a_text_of_200000_characters_is_found_by_its_last_sentence(engine: OpenSearchEngine) -> None:
    engine.create(MANIFEST)
    last = "انتهى الاجتماع الطارئ بتوقيع الاتفاق النهائي في طرابلس"
    text = "قال المتحدث إن الحكومة تدرس الطلب المقدم من الوزارة. " * 3_800 + last
    assert len(text) > 200_000
    article = Article("long", "عنوان", text, language="ar")
    engine.write([Entry(article, "hash", (EncodedPassage(Passage(0, 0, 100), vector(1)),))])
    engine.refresh()
    tokens = tuple(token.exact for token in analyse(last, "ar"))
    phrase = PhraseTerm(tokens, Form.EXACT, Field.BODY)
    (found,) = engine.match([LexicalLeg(LexicalQuery(must=(phrase,)))])
    assert found.ids == ["long"]
    assert engine.articles(["long"])["long"].text == text


def test_nothing_is_written_where_the_alias_is_missing(engine: OpenSearchEngine) -> None:
    """Without `require_alias` the server would make an index of its own, with guessed fields."""
    with pytest.raises(LastingFailure, match="newsarchive index"):
        send(engine.cluster, [Action(engine.names.articles, "1", "one", dumps({"a": 1}))])
    assert engine.manifest() is None


def test_a_first_load_gets_its_replicas_at_its_end_also_after_a_crash(engine: OpenSearchEngine) -> None:
    engine.create(MANIFEST)
    assert not engine.indices.has_replicas(engine.names.articles)
    # The process dies here; the next load finishes what it began.
    with OpenSearchEngine.open(engine.settings.engine, engine.settings) as second:
        second.create(MANIFEST)
        second.write(entries(range(3)))
    assert engine.indices.has_replicas(engine.names.articles)


def test_a_large_load_ends_with_a_merge_and_a_small_one_does_not(engine: OpenSearchEngine) -> None:
    engine.create(MANIFEST)
    write_apart(engine, range(3))
    engine.settle(0)
    assert segments(engine) == 1
    assert engine.indices.has_replicas(engine.names.articles)
    engine.create(MANIFEST)
    write_apart(engine, range(3, 4))
    engine.settle(3)
    assert segments(engine) == 2
    engine.create(MANIFEST)
    write_apart(engine, range(4, 9))
    engine.settle(4)
    assert segments(engine) == 1


def test_a_load_that_was_cut_off_at_its_end_is_merged_by_the_next(engine: OpenSearchEngine) -> None:
    encoder = WordlessEncoder()
    archive = Archive(engine.settings, engine, encoder)
    for first in (0, 2, 4):  # each is cut off when all is written but the words
        with pytest.raises(ModelError):
            archive.add([article(f"{first}"), article(f"{first + 1}")])
    assert segments(engine) > 1
    encoder.broken = False
    assert archive.add([article("0")]).unchanged == 1
    assert segments(engine) == 1


def test_an_archive_that_was_made_beforehand_is_merged_too(engine: OpenSearchEngine) -> None:
    with OpenSearchEngine.open(engine.settings.engine, engine.settings) as first:
        first.create(MANIFEST)  # and gives it its replicas, as `newsarchive create` does
    engine.create(MANIFEST)
    write_apart(engine, range(3))
    engine.settle(0)
    assert segments(engine) == 1


def test_segments_that_are_not_merged_cost_no_load_and_no_replicas(
    engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    request = engine.cluster.request

    def refused(method: str, path: str, *arguments: Any, **named: Any) -> Any:
        if path.endswith("/_forcemerge"):
            raise EngineUnavailable("The cluster's user may not do this.")
        return request(method, path, *arguments, **named)

    engine.create(MANIFEST)
    write_apart(engine, range(3))
    monkeypatch.setattr(engine.cluster, "request", refused)
    engine.settle(0)
    assert (
        "The archive's segments were not merged, and searches are slower: The cluster's user" in caplog.text
    )
    assert segments(engine) == 3
    assert engine.indices.has_replicas(engine.names.articles)


def test_an_article_that_an_older_version_has_written_is_told(engine: OpenSearchEngine) -> None:
    engine.create(MANIFEST)
    one = entry(1)
    document = {**loads(engine.document(one)), "whole": None}
    engine.cluster.request("POST", f"/{engine.names.articles}/_doc", document)
    engine.refresh()
    with pytest.raises(SchemaMismatch, match="another version"):
        engine.articles([one.article.id])


def test_an_article_that_moves_before_readers_see_it_keeps_its_own_passages(
    opensearch_settings: Settings, tmp_path: Path
) -> None:
    """A load was killed before it refreshed; the same article comes again, from another file."""
    encoder = FakeEncoder()
    settings = opensearch_settings.model_copy(update={"cache": tmp_path, "encode_cache": False})
    make = EntryMaker(encoder, cache=None, passage_tokens=settings.passage_tokens, batch_size=8)
    file = tmp_path / "a.jsonl"
    with Archive.open(settings, encoder=encoder) as archive:
        archive.add([Article("changed", "Title", "Old words.", language="en")])
        texts = {"changed": "The new words of it are more by far.", "new": "This one was never seen."}
        articles = [
            Article(id_, "Title", text, language="en", language_confidence=1.0) for id_, text in texts.items()
        ]
        killed = with_origins(Record(one, str(tmp_path / "gone.jsonl"), 1) for one in articles)
        archive.engine.write(make([record.article for record in killed if record.article]))
        file.write_bytes(b"\n".join(dumps(one.to_dict()) for one in articles))
        archive.index([file])
        for id_, text in texts.items():
            (one,) = archive.passages(id_)
            assert one.passage.text_of(archive.article(id_)) == text


class FailsFor:
    """Passes every request on, and says of one article in bulk that the server failed to store it, some times."""

    def __init__(self, cluster: Cluster, article_id: str, status: int, *, times: int) -> None:
        self._request = cluster.request
        self._id = document_id(article_id)
        self._status = status
        self.times = times

    def __call__(self, method: str, path: str, *arguments: Any, **named: Any) -> Any:
        answer = self._request(method, path, *arguments, **named)
        for item in answer["items"] if path == "/_bulk" else ():
            (result,) = item.values()
            if result["_id"] == self._id and self.times:
                self.times -= 1
                result.update(status=self._status, error={"type": "i_o_exception", "reason": "No space left"})
        return answer


def write_apart(engine: OpenSearchEngine, numbers: range) -> None:
    """Write articles so that each has a segment of its own."""
    for number in numbers:
        engine.write(entries(range(number, number + 1)))
        engine.refresh()


def segments(engine: OpenSearchEngine) -> int:
    _, details = engine.indices.storage(engine.names.articles)
    return int(details["segments"])


def test_a_search_is_two_requests(engine: OpenSearchEngine) -> None:
    from indexer.engines.base import GatherRequest, Term, Union

    engine.create(MANIFEST)
    engine.write(entries(range(20)))
    engine.refresh()
    before = engine.cluster.requests
    query = LexicalQuery(should=(Term("common"),))
    lexical, dense = engine.match([LexicalLeg(query), VectorLeg(vector(1))])
    ids = tuple(dict.fromkeys([*lexical.ids, *dense.ids]))
    engine.gather(
        GatherRequest(Union(query, ids), ids[:10], {"language": 5, "source": 5}, "auto", ids[:5], codes=True)
    )
    assert engine.cluster.requests - before == 2


@pytest.mark.slow
@pytest.mark.usefixtures("opensearch_node_ready")
def test_a_node_killed_while_it_is_written_loses_nothing_acknowledged(tmp_path: Path) -> None:
    node = Node(tmp_path / "node")
    node.start()
    try:
        settings = load_settings(engine=node.url, opensearch_prefix="crash")
        acknowledged: list[str] = []
        with OpenSearchEngine.open(node.url, settings) as engine:
            engine.create(MANIFEST)
            for first in range(0, 200, 20):
                engine.write(entries(range(first, first + 20)))
                acknowledged += [f"article-{number:05}" for number in range(first, first + 20)]
            node.kill()
            node.start(wait=False)
            engine.write(entries(range(200, 260)))  # waits for the node by itself
            acknowledged += [f"article-{number:05}" for number in range(200, 260)]
            engine.refresh()
            assert sorted(engine.hashes(acknowledged)) == sorted(acknowledged)
            assert [article.id for article in engine.scan()] == acknowledged
            assert engine.stats().passages == sum(len(one.passages) for one in entries(range(260)))
    finally:
        node.stop()
