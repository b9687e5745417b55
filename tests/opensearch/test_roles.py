"""The roles of docker/roles.yml, held by the real security plugin: each user can do its work, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from indexer.alerts.run import run_alerts
from indexer.alerts.saved import SavedSearches
from indexer.archive import Archive
from indexer.article import Article, Published
from indexer.engines.opensearch import OpenSearchEngine, client
from indexer.engines.opensearch import generations as g
from indexer.errors import ArchiveError, EngineError, EngineUnavailable
from indexer.search.request import SearchRequest
from indexer.settings import Settings
from tests.conftest import skip_or_fail
from tests.fakes import FakeEncoder
from tests.opensearch.nodes import Missing
from tests.opensearch.secured import PASSWORDS, SecuredNode
from webapp import create_app

ARTICLES = [
    Article(
        id=f"a{number}",
        title=f"هدنة في ليبيا {number}",
        text=f"اتفق الطرفان على هدنة في ليبيا. The ceasefire of city{number} holds.",
        language="ar",
        source=("BBC", "CNN")[number % 2],
        published=Published(datetime(2018, 1 + number % 3, 18, tzinfo=UTC)) if number % 4 else None,
    )
    for number in range(40)
]
REFUSED = "may not do this"


@pytest.fixture(scope="module", autouse=True)
def version() -> Iterator[None]:
    """The plugin is published for an older server than the archive takes; what it refuses is the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "OLDEST_VERSION", (3, 4))
        yield


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredNode]:
    try:
        SecuredNode.prepare()
    except Missing as missing:
        skip_or_fail(str(missing))
    node = SecuredNode(tmp_path_factory.mktemp("secured") / "node")
    node.start()
    try:
        node.make_users()
        # It lets everybody send requests of many parts; a company's cluster may not.
        node.as_admin("DELETE", "/_plugins/_security/api/rolesmapping/own_index")
        node.as_admin("PUT", "/others-articles-000001", {})
        node.as_admin("PUT", "/newsarchives", {})  # begins as ours do, and is not
        yield node
    finally:
        node.stop()


@pytest.fixture
def indexer(node: SecuredNode, tmp_path: Path) -> Iterator[Settings]:
    """The indexer's settings; what it made is deleted after the test, by itself."""
    settings = node.settings("indexer", cache=tmp_path / "cache", encode_cache=False)
    yield settings
    with OpenSearchEngine.open(node.url, settings) as engine:
        engine.cluster.request("DELETE", "/newsarchive-*")


@pytest.fixture
def web(node: SecuredNode, tmp_path: Path) -> Settings:
    return node.settings("web", cache=tmp_path / "cache", encode_cache=False)


def opened(settings: Settings) -> Archive:
    return Archive.open(settings, encoder=FakeEncoder(codes=True))


@pytest.mark.parametrize("partition", ["none", "month"])
def test_the_indexer_makes_and_keeps_an_archive(
    indexer: Settings, partition: str, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(indexer.model_copy(update={"opensearch_partition": partition})) as archive:
        assert archive.create()
        report = archive.add(ARTICLES)
        assert (report.stored, report.quarantined) == (40, 0)
        assert archive.stats().articles == 40
        assert archive.stats().details["partitions"] == ("none" if partition == "none" else "4 by month")
        assert archive.search(SearchRequest("ceasefire city7")).results[0].article.id == "a7"
        assert len(list(archive.search_ids(SearchRequest("source:BBC")))) == 20
        assert len(list(archive.scan())) == 40
        assert archive.similar("a3")
        assert archive.delete(["a1"]) == 1
        assert archive.add(ARTICLES[:2]).stored == 1
        findings = archive.doctor() + archive.doctor(repair=True)
        assert [finding for finding in findings if finding.level == "error"] == []
    assert "not merged" not in caplog.text


@pytest.mark.parametrize("partition", ["none", "month"])
def test_the_indexer_builds_and_promotes_generations(indexer: Settings, partition: str) -> None:
    settings = indexer.model_copy(update={"opensearch_partition": partition})
    with opened(settings) as archive:
        archive.add(ARTICLES)
    with OpenSearchEngine.open(settings.engine, settings) as engine:
        number = g.build(engine)
        assert g.check(engine, number).is_none
        g.promote(engine, number)
        g.rollback(engine)
        g.drop(engine, number)
        assert [one.number for one in g.generations(engine)] == [1]
        assert engine.stats().articles == 40


def test_the_web_app_reads_all_and_keeps_saved_searches(indexer: Settings, web: Settings) -> None:
    with opened(indexer) as archive:
        archive.add(ARTICLES[:30])
    with opened(web) as archive:
        reader = create_app(archive).test_client()
        assert reader.get("/readyz").status_code == 200
        for address in (
            "/", "/search?q=ceasefire", "/search?q=city7&source=BBC&sort=newest", "/search?q=-ceasefire",
            "/article?id=a7&help=1", "/coverage?q=ceasefire", "/names?name=Libya", "/quality", "/metrics",
            "/export?q=ceasefire&format=csv",
        ):  # fmt: skip
            response = reader.get(address)
            assert response.status_code == 200, (address, response.text)
            assert REFUSED not in response.text, address
        assert "a7" in reader.get("/search?q=city7").text
        assert reader.get("/export?q=ceasefire&format=csv").text.count("/article?id=a") >= 29
        fields = {"name": "Ceasefires", "search": "q=%2Bceasefire"}
        assert reader.post("/saved", data=fields).status_code == 303
        (saved,) = SavedSearches(archive.engine)
        with opened(indexer) as writing:
            writing.add(ARTICLES[30:])
        assert run_alerts(archive).articles == 10
        assert reader.get(f"/saved/{saved.id}").status_code == 200
        found = {alert.article for alert in SavedSearches(archive.engine).alerts(saved.id)}
        assert found == {article.id for article in ARTICLES[30:]}
        assert [finding for finding in archive.doctor() if finding.level == "error"] == []


def test_the_web_app_writes_no_articles(indexer: Settings, web: Settings) -> None:
    with opened(indexer) as archive:
        archive.add(ARTICLES)
    with opened(web) as archive, OpenSearchEngine.open(web.engine, web) as engine:
        for forbidden in (
            lambda: archive.add([Article(id="new", title="New", text="Something new.", language="en")]),
            lambda: archive.delete(["a1"]),
            lambda: g.build(engine),
            lambda: engine.cluster.request("DELETE", "/newsarchive-articles-000001"),
            lambda: engine.cluster.request("DELETE", "/newsarchive-*"),
            lambda: engine.cluster.request("PUT", "/newsarchive-more", {}),
            lambda: engine.cluster.request("PUT", "/newsarchive-articles/_block/write"),
        ):
            with pytest.raises(ArchiveError, match=REFUSED):
                forbidden()
        assert sorted(article.id for article in archive.scan()) == sorted(article.id for article in ARTICLES)


@pytest.mark.parametrize("user", ["indexer", "web"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/others-articles-000001/_search", None),
        ("POST", "/others-articles-000001/_doc", {"title": "planted"}),
        ("DELETE", "/others-articles-000001", None),
        ("GET", "/newsarchives/_search", None),
        ("PUT", "/another", {}),
        ("POST", "/_aliases", {"actions": [{"add": {"index": "others-*", "alias": "newsarchive-articles"}}]}),
        ("GET", "/.opendistro_security/_search", None),
        ("PUT", "/_cluster/settings", {"persistent": {"search.max_buckets": 1}}),
        ("PUT", "/_plugins/_security/api/internalusers/another", {"password": "Green-Barley-6-Fields"}),
        ("GET", "/_plugins/_security/api/internalusers", None),
    ],
)
def test_what_is_not_the_archives_is_closed(
    indexer: Settings, node: SecuredNode, user: str, method: str, path: str, body: dict[str, object] | None
) -> None:
    with (
        OpenSearchEngine.open(node.url, node.settings(user)) as engine,
        pytest.raises(EngineError, match=REFUSED),
    ):
        engine.cluster.request(method, path, body)


@pytest.mark.parametrize("weak", ["short", "newsarchive-web-1"])
def test_a_weak_password_is_refused_with_the_reason(node: SecuredNode, weak: str) -> None:
    with pytest.raises(RuntimeError, match=r"(?i)password"):
        node.make_users(web=weak)


@pytest.mark.parametrize(
    "login", [("newsarchive-indexer", "wrong"), ("nobody", PASSWORDS["indexer"]), ("", "")]
)
def test_who_does_not_log_in_is_told(node: SecuredNode, login: tuple[str, str]) -> None:
    user, password = login
    settings = node.settings("indexer").model_copy(
        update={"opensearch_user": user, "opensearch_password": SecretStr(password)}
    )
    with pytest.raises(EngineUnavailable, match="NEWSARCHIVE_OPENSEARCH_USER") as refused:
        OpenSearchEngine.open(node.url, settings)
    assert "wrong" not in str(refused.value)
