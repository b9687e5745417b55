"""Everything that goes wrong with a cluster becomes a sentence that says what to do, without a secret in it."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opensearchpy import AuthenticationException, SSLError, TransportError
from pydantic import SecretStr

from indexer.archive import Archive
from indexer.engines.base import Filters, GatherRequest, LexicalLeg, LexicalQuery, Sort, Term, Union
from indexer.engines.opensearch import OpenSearchEngine
from indexer.engines.opensearch.failures import LastingFailure, TooLarge, translate
from indexer.engines.opensearch.mappings import Names
from indexer.engines.opensearch.partitions import Unit
from indexer.errors import (
    ArchiveError,
    EngineError,
    EngineTimeout,
    EngineUnavailable,
    InvalidQuery,
    SchemaMismatch,
    SettingsError,
)
from indexer.search.request import SearchRequest
from indexer.settings import Settings, load_settings
from tests.clock import look_each_time
from tests.engines.builders import MANIFEST, entries, entry
from tests.fakes import FakeEncoder
from tests.opensearch.gate import gate
from tests.opensearch.nodes import Node, free_ports

COMMON = LexicalLeg(LexicalQuery(should=(Term("common"),)))
SECRET = "correct-horse-battery"


def test_nothing_listens(opensearch_settings: Settings) -> None:
    (port,) = free_ports(1)
    with pytest.raises(EngineUnavailable, match="Start the cluster"):
        OpenSearchEngine.open(f"http://127.0.0.1:{port}", opensearch_settings)


def test_a_password_in_the_address_is_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    (port,) = free_ports(1)
    settings = load_settings(opensearch_user="reader", opensearch_password=SECRET)
    with caplog.at_level(logging.DEBUG), pytest.raises(EngineUnavailable) as raised:
        OpenSearchEngine.open(f"http://somebody:{SECRET}@127.0.0.1:{port}", settings)
    assert SECRET not in str(raised.value) + repr(raised.value) + caplog.text + repr(settings)
    assert raised.value.__cause__ is None


def test_a_node_that_stands_still_is_left_alone_while_another_answers(
    opensearch_settings: Settings,
) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()  # the system takes connections, and nobody answers
        address = f"http://127.0.0.1:{deaf.getsockname()[1]},{opensearch_settings.engine}"
        settings = opensearch_settings.model_copy(update={"opensearch_timeout": 2.0})
        late = 0
        with OpenSearchEngine.open(address, settings) as engine:
            for _ in range(10):
                try:
                    engine.manifest()
                except EngineTimeout:
                    late += 1
        assert late <= 1
        with pytest.raises(EngineTimeout, match="did not answer within 2 s"):
            OpenSearchEngine.open(address.split(",")[0], settings)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://user:pw@192.0.2.1:9200", "unencrypted"),
        ("ftp://host", "no address"),
        ("https://", "no address"),
        ("https://host:port", "no address"),
    ],
)
def test_addresses_that_cannot_work(address: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason) as raised:
        OpenSearchEngine.open(address, load_settings())
    assert "pw" not in str(raised.value)


def test_a_missing_certificate_file(tmp_path: Path) -> None:
    settings = load_settings(opensearch_ca_certs=tmp_path / "ca.pem")
    with pytest.raises(SettingsError, match=r"ca\.pem"):
        OpenSearchEngine.open("https://127.0.0.1:1", settings)


def test_skipping_verification_is_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    (port,) = free_ports(1)
    with pytest.raises(EngineUnavailable):
        OpenSearchEngine.open(f"https://127.0.0.1:{port}", load_settings(opensearch_insecure=True))
    assert "not verified" in caplog.text


def test_a_search_that_takes_too_long(engine: OpenSearchEngine) -> None:
    engine.create(MANIFEST)
    with pytest.raises(EngineTimeout, match=r"within 1e-05 s"):
        engine.match([COMMON], timeout=0.00001)


def test_a_read_only_index_says_that_a_disk_is_full(engine: OpenSearchEngine) -> None:
    engine.create(MANIFEST)
    _block(engine, "read_only_allow_delete")
    with pytest.raises(LastingFailure, match="disk"):
        engine.write(entries(range(3)))
    assert any(finding.level == "error" and "read-only" in finding.what for finding in engine.check())
    engine.check(repair=True)
    engine.write(entries(range(3)))


def test_an_export_whose_view_is_gone_says_so(engine: OpenSearchEngine) -> None:
    engine.create(MANIFEST)
    engine.write(entries(range(9)))
    engine.refresh()
    articles = engine.scan(batch=3)
    next(articles)
    views = engine.cluster.request("GET", "/_search/point_in_time/_all")["pits"]
    engine.cluster.request("DELETE", "/_search/point_in_time", {"pit_id": [view["pit_id"] for view in views]})
    with pytest.raises(EngineError, match="no longer keeps the archive as it was") as raised:
        list(articles)
    assert "newsarchive index" not in str(raised.value)


def test_the_indices_of_an_archive_of_a_longer_prefix_are_left_alone(engine: OpenSearchEngine) -> None:
    """Its promotion stops writers, and who repairs this archive must not let them in."""
    engine.create(MANIFEST)
    longer = f"{engine.names.prefix}-articles"  # as like this one's as can be
    settings = engine.settings.model_copy(update={"opensearch_prefix": longer})
    with OpenSearchEngine.open(settings.engine, settings) as other:
        other.create(MANIFEST)
        _block(other, "write")
        _block(engine, "write")
        assert [finding.what for finding in engine.check() if "read-only" in finding.what] == [
            f"The indices {engine.names.generation(1)[0]} are read-only."
        ]
        engine.check(repair=True)
        assert not [finding for finding in engine.check() if "read-only" in finding.what]
        assert [finding for finding in other.check() if "read-only" in finding.what]


def test_an_alias_that_was_deleted_is_missed_and_put_back(opensearch_settings: Settings) -> None:
    """It was taken for an empty archive: searches found nothing, and what was written went nowhere."""
    settings = opensearch_settings.model_copy(update={"encode_cache": False})
    with Archive.open(settings, encoder=FakeEncoder()) as archive:
        assert isinstance(archive.engine, OpenSearchEngine)
        archive.add(entry(number).article for number in range(5))
        _forget(archive.engine, archive.engine.names.articles)
        asked: list[Callable[[], object]] = [
            lambda: archive.search(SearchRequest("common")),
            lambda: archive.add([entry(7).article]),
            lambda: archive.engine.write(entries(range(3))),
            lambda: archive.delete(["article-00001"]),
            lambda: list(archive.scan()),
            archive.count,
        ]
        for ask in asked:
            with pytest.raises(LastingFailure, match=r"its alias \S+ is not. `newsarchive doctor --repair`"):
                ask()
        assert _levels(archive.engine, "lacks aliases") == ["error"]
        archive.engine.check(repair=True)
        assert not _levels(archive.engine, "lacks aliases")
        assert archive.add([entry(number).article for number in range(6)]).stored == 1
        assert archive.count() == 6


@pytest.mark.parametrize("partition", ["none", "month"])
def test_indices_without_any_alias_are_no_new_archive(opensearch_settings: Settings, partition: str) -> None:
    """As a snapshot leaves them that is restored without aliases."""
    settings = opensearch_settings.model_copy(update={"opensearch_partition": partition})
    with OpenSearchEngine.open(settings.engine, settings) as engine:
        engine.create(MANIFEST)
        engine.write([entry(1), entry(40)])
        engine.refresh()
        before = engine.cluster.request("GET", f"/{engine.names.prefix}-*/_alias")
        _forget(engine, "*")
        with pytest.raises(LastingFailure, match="doctor --repair"):
            engine.create(MANIFEST)
        with pytest.raises(LastingFailure, match="doctor --repair"):
            Archive(settings, engine, FakeEncoder()).missing()
        assert _levels(engine, "lacks aliases") == ["error"]
        engine.check(repair=True)
        assert engine.cluster.request("GET", f"/{engine.names.prefix}-*/_alias") == before
        assert [article.id for article in engine.scan()] == ["article-00001", "article-00040"]


def test_which_of_several_generations_without_an_alias_is_meant_is_for_a_person_to_say(
    engine: OpenSearchEngine,
) -> None:
    engine.create(MANIFEST)
    engine.indices.create_generation(MANIFEST, 2, live=False)
    _forget(engine, engine.names.articles)
    assert _levels(engine, "lacks aliases") == ["error"]  # the others tell
    _forget(engine, "*")
    assert _levels(engine, "None of the archive's generations") == ["error"]
    engine.check(repair=True)
    assert _levels(engine, "None of the archive's generations") == ["error"]


def test_an_archive_that_was_deleted_meanwhile_takes_no_articles(engine: OpenSearchEngine) -> None:
    engine.create(MANIFEST)
    engine.cluster.request("DELETE", f"/{engine.names.prefix}-*")
    with pytest.raises(LastingFailure, match="There is no archive to write to any more"):
        engine.write(entries(range(3)))


def test_a_closed_index_is_not_searched_like_an_empty_one(engine: OpenSearchEngine) -> None:
    engine.create(MANIFEST)
    engine.write(entries(range(3)))
    index, _ = engine.names.generation(1)
    engine.cluster.request("POST", f"/{index}/_close")
    asked: list[Callable[[], object]] = [lambda: engine.match([COMMON]), lambda: list(engine.scan())]
    for ask in asked:
        with pytest.raises(LastingFailure, match=f"is closed: {index}"):
            ask()


def test_an_index_of_another_schema(engine: OpenSearchEngine) -> None:
    engine.create(MANIFEST)
    index, _ = engine.names.generation(1)
    meta = {"_meta": {"schema": "older", "manifest": {}}}
    engine.cluster.request("PUT", f"/{index}/_mapping", meta)
    with pytest.raises(SchemaMismatch, match="generations build"):
        engine.manifest()


def test_an_archive_of_other_settings_names_the_command_that_works_here(engine: OpenSearchEngine) -> None:
    engine.create(MANIFEST)
    with pytest.raises(SchemaMismatch, match=r"text version \(.*generations build.*generations promote"):
        engine.create(replace(MANIFEST, text_version=99))


def test_an_index_that_is_not_ours(engine: OpenSearchEngine) -> None:
    engine.cluster.request("PUT", f"/{engine.names.articles}", {"mappings": {}})
    with pytest.raises(SchemaMismatch, match="OPENSEARCH_PREFIX"):
        engine.manifest()


def test_an_unknown_field_is_refused_not_guessed(engine: OpenSearchEngine) -> None:
    engine.create(MANIFEST)
    with pytest.raises(SchemaMismatch, match="generations build"):
        engine.cluster.request("PUT", f"/{engine.names.articles}/_doc/1", {"unheard_of": 1})


def test_a_query_of_too_many_words(engine: OpenSearchEngine) -> None:
    engine.create(MANIFEST)
    engine.write(entries(range(3)))
    engine.refresh()
    words = tuple(Term(f"word{number}") for number in range(40_000))
    with pytest.raises(InvalidQuery, match="max_clause_count"):
        engine.match([LexicalLeg(LexicalQuery(should=words))])


def test_a_part_without_a_home_is_told_and_waited_for(engine: OpenSearchEngine) -> None:
    """A red index: the server has no node that may hold its only part."""
    engine.create(MANIFEST)
    index, _ = engine.names.generation(1)
    _make_anew(engine, index, node="nowhere")
    with pytest.raises(EngineUnavailable, match="its health is red"):
        engine.match([COMMON])
    assert engine.check()[0].level == "error"
    found_a_home = threading.Timer(2.0, _move, (engine, index, None))
    found_a_home.start()
    engine.write(entries(range(3)))  # waits by itself
    found_a_home.join()
    assert len(engine.hashes([f"article-{number:05}" for number in range(3)])) == 3


def test_what_stands_in_a_part_that_is_away_is_not_told_to_be_missing(opensearch_settings: Settings) -> None:
    settings = opensearch_settings.model_copy(update={"opensearch_partition": "month"})
    with OpenSearchEngine.open(settings.engine, settings) as engine:
        engine.create(MANIFEST)
        engine.write([entry(1), entry(40)])  # of January and of February
        engine.refresh()
        ids = here, away = ["article-00001", "article-00040"]
        _make_anew(engine, engine.names.index(1, Unit.MONTH, "2018-02"), node="nowhere")
        asked: list[Callable[[], object]] = [
            lambda: engine.articles(ids),
            lambda: engine.passages(away),
            lambda: engine.vectors(ids),
            lambda: engine.browse(Union(), sort=Sort.NEWEST, size=9),
            lambda: list(engine.vocabulary(min_articles=1)),
            lambda: list(engine.scan()),
        ]
        for ask in asked:
            with pytest.raises(EngineUnavailable, match="its health is red"):
                ask()
        # A search goes on with what there is, and says so.
        (found,) = engine.match([COMMON], timeout=10)
        assert (found.ids, found.complete) == ([here], False)
        assert not engine.gather(GatherRequest(Union()), timeout=10).complete
        assert engine.browse(Union(), sort=Sort.NEWEST, size=9, timeout=10) == ([here], 1)
        assert list(engine.vectors(ids, timeout=10)) == [here]


@pytest.mark.parametrize("sort", [Sort.RELEVANCE, Sort.NEWEST])
@pytest.mark.parametrize("text", ["common", ""])
def test_an_export_of_a_search_without_a_part_that_is_away_is_refused(
    opensearch_settings: Settings, text: str, sort: Sort
) -> None:
    changes = {"opensearch_partition": "month", "encode_cache": False}
    settings = opensearch_settings.model_copy(update=changes)
    with Archive.open(settings, encoder=FakeEncoder(32)) as archive:
        archive.add(entry(number).article for number in (1, 2, 40, 41))
        request = SearchRequest(text, sort=sort)
        assert len(list(archive.search_ids(request))) == 4
        engine = archive.engine
        assert isinstance(engine, OpenSearchEngine)
        _make_anew(engine, engine.names.index(1, Unit.MONTH, "2018-02"), node="nowhere")
        page = archive.search(request)
        assert (page.total, len(page.notices)) == (2, 1)
        with pytest.raises(EngineUnavailable):
            list(archive.search_ids(request))


def test_searches_go_on_while_words_cannot_be_looked_at_again(
    opensearch_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_each_time(monkeypatch)
    settings = opensearch_settings.model_copy(update={"encode_cache": False})
    with Archive.open(settings, encoder=FakeEncoder(32)) as archive:
        archive.add(entry(number).article for number in range(20))
        request = SearchRequest("common", Filters(include={"language": frozenset({"en"})}))
        before = archive.search(request)
        names = Names(settings.opensearch_prefix)
        engine = archive.engine
        assert isinstance(engine, OpenSearchEngine)
        engine.cluster.request("PUT", f"/{names.records}/_settings", {"index.blocks.read": True})
        with pytest.raises(EngineUnavailable):
            list(engine.records("lexicon"))
        assert [r.article.id for r in archive.search(request).results] == [
            r.article.id for r in before.results
        ]


def test_a_wrong_password(opensearch_settings: Settings) -> None:
    with gate(opensearch_settings.engine, login=("reader", SECRET)) as address:
        right = opensearch_settings.model_copy(
            update={"opensearch_user": "reader", "opensearch_password": SecretStr(SECRET)}
        )
        with OpenSearchEngine.open(address, right) as engine:
            engine.create(MANIFEST)
            engine.write(entries(range(3)))
        for password in ("wrong-horse", ""):
            wrong = right.model_copy(update={"opensearch_password": SecretStr(password)})
            with pytest.raises(LastingFailure, match="NEWSARCHIVE_OPENSEARCH_PASSWORD") as raised:
                OpenSearchEngine.open(address, wrong)
            assert "wrong-horse" not in str(raised.value)


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ({"number": "2.19.3"}, r"is OpenSearch 2\.19\.3; 3\.5 or newer is needed\. Upgrade the cluster\."),
        ({"number": "3.4.0"}, r"is OpenSearch 3\.4\.0; 3\.5 or newer is needed\."),
        (
            {"number": "8.17.0", "distribution": None},
            r"is not OpenSearch \(version 8\.17\.0\)\. Give the address",
        ),
        ({"number": "3.5.0-beta1"}, ""),
        ({"number": "10.1.0"}, ""),
    ],
)
def test_servers_that_are_too_old_or_something_else(
    opensearch_settings: Settings, version: dict[str, str | None], sentence: str
) -> None:
    with gate(opensearch_settings.engine, change=lambda said: said["version"].update(version)) as address:
        if not sentence:
            OpenSearchEngine.open(address, opensearch_settings).close()
            return
        with pytest.raises(EngineUnavailable, match=sentence):
            OpenSearchEngine.open(address, opensearch_settings)


def test_something_that_is_no_server_of_documents(tmp_path: Path) -> None:
    """A web server answers with pages."""
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with pytest.raises(EngineError) as raised:
                OpenSearchEngine.open(f"http://127.0.0.1:{server.server_port}", load_settings())
        finally:
            server.shutdown()
            thread.join()
    assert "OpenSearch" in str(raised.value)
    assert "<" not in str(raised.value)


@pytest.mark.parametrize(
    ("error", "kind", "part"),
    [
        (AuthenticationException(401, "Unauthorized", {}), LastingFailure, "PASSWORD"),
        (SSLError("N/A", "self-signed certificate", OSError()), EngineUnavailable, "CA_CERTS"),
        (TransportError(403, "security_exception", {"error": {"type": "security_exception"}}), LastingFailure, "role"),
        (TransportError(413, "", None), TooLarge, "max_content_length"),
        (TransportError(429, "", {"error": {"type": "rejected_execution"}}), EngineUnavailable, "later"),
        (TransportError(503, "", {"error": {"type": "no_shard_available"}}), EngineUnavailable, "red"),
    ],
)  # fmt: skip
def test_answers_that_a_test_node_cannot_give(
    error: TransportError, kind: type[ArchiveError], part: str
) -> None:
    failure = translate(error, "https://host:9200")
    assert type(failure) is kind
    assert part in str(failure)


@pytest.mark.slow
@pytest.mark.usefixtures("opensearch_node_ready")
def test_parts_that_do_not_answer_are_told(tmp_path: Path) -> None:
    """One of three parts stays away after a restart: an answer of the two others says so."""
    node = Node(tmp_path / "node")
    node.start()
    settings = load_settings(engine=node.url, opensearch_prefix="parts", opensearch_shards=3)
    try:
        with OpenSearchEngine.open(node.url, settings) as engine:
            engine.create(MANIFEST)
            engine.write(entries(range(60)))
            engine.refresh()
            whole = engine.match([COMMON])[0]
            node.kill()
            _corrupt_one_shard(node.directory)
            node.start(healthy=False)  # it never will be
            _wait_for_parts(engine, 2)
            (part,) = engine.match([COMMON])
            assert whole.complete
            assert not part.complete
            assert part.notice == "1 of 3 parts of the archive did not answer; results are incomplete."
            assert 0 < part.total < whole.total
            assert engine.check()[0].level == "error"
            with pytest.raises(EngineUnavailable):
                list(engine.scan())
    finally:
        node.stop()


def _block(engine: OpenSearchEngine, kind: str) -> None:
    index, _ = engine.names.generation(1)
    engine.cluster.request("PUT", f"/{index}/_settings", {f"index.blocks.{kind}": True})


def _forget(engine: OpenSearchEngine, alias: str) -> None:
    """Take an alias of the archive (`*`: all of them) away from its indices."""
    body = {"actions": [{"remove": {"index": f"{engine.names.prefix}-*", "alias": alias}}]}
    engine.cluster.request("POST", "/_aliases", body)


def _levels(engine: OpenSearchEngine, part: str) -> list[str]:
    return [finding.level for finding in engine.check() if part in finding.what]


def _make_anew(engine: OpenSearchEngine, index: str, *, node: str) -> None:
    """Make the index again, empty, where only the node of this name may hold it.

    A part that has been somewhere is forced back there before it is left without a home, whatever the settings say.
    """
    made = engine.cluster.request("GET", f"/{index}")[index]
    for of_the_server in ("creation_date", "uuid", "version", "provided_name"):
        del made["settings"]["index"][of_the_server]
    made["settings"]["index.routing.allocation.require._name"] = node
    engine.cluster.request("DELETE", f"/{index}")
    engine.cluster.request("PUT", f"/{index}", made, params={"wait_for_active_shards": "0"})


def _move(engine: OpenSearchEngine, index: str, node: str | None) -> None:
    """Let only the node of this name hold the index; None for any."""
    body = {"index.routing.allocation.require._name": node}
    engine.cluster.request("PUT", f"/{index}/_settings", body)


def _wait_for_parts(engine: OpenSearchEngine, active: int) -> None:
    index, _ = engine.names.generation(1)
    params = {"wait_for_active_shards": active, "timeout": "100s"}
    engine.cluster.request("GET", f"/_cluster/health/{index}", params=params, timeout=120)


def _corrupt_one_shard(directory: Path) -> None:
    shards = [
        path.parent for path in directory.glob("data/**/index/segments_*") if path.parent.parent.name == "2"
    ]
    for shard in shards:
        for segments in shard.glob("segments_*"):
            segments.write_bytes(b"not an index")
