"""Everything is reached from the start page by links and forms, and none of them leads to an error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer.alerts.saved import Alert, SavedSearches, now
from indexer.archive import Archive
from indexer.article import Article
from indexer.settings import load_settings
from tests.fakes import FakeEncoder
from tests.webapp.conftest import ARTICLES
from webapp import create_app

#: What no page leads to, and why.
NOT_LINKED = {
    "health.alive": "asked by what watches over the process",
    "health.ready": "asked by what watches over the process",
    "metrics.show": "asked by Prometheus",
    "results.progress": "asked by the page of a slow search (test_underway)",
    "results.stop": "a form on the page of a slow search (test_underway)",
    "results.stopped": "where that form leads to",
}
#: Of one endpoint so many addresses are looked at, each with other parameters.
OF_ONE_ENDPOINT = 12
_FIELDS = {"text", "search", "hidden", "email", "url", ""}


@dataclass
class Form:
    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{self.action.partition('#')[0]}?{urlencode(self.fields)}"


class Links(HTMLParser):
    """The addresses that a page leads to: links, what scripts ask for, and forms as they stand there."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.forms: list[Form] = []
        self._select = ""
        self._form: Form | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name in ("href", "data-gloss", "data-progress"):
            if name in given and tag != "use":
                self.addresses.append(given[name])
        if tag == "form":
            self._form = Form(given["action"], given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is None or given.get("form"):
            return
        elif tag == "input" and given.get("name"):
            kind = given.get("type", "")
            if kind in _FIELDS or "checked" in given:
                empty = "هدنة" if "required" in given else ""
                self._form.fields.append((given["name"], given.get("value", "") or empty))
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select:
            self._form.fields.append((self._select, given.get("value", "")))
            self._select = ""
        elif (
            tag == "button"
            and given.get("name")
            and not any(n == given["name"] for n, _ in self._form.fields)
        ):
            self._form.fields.append((given["name"], given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An archive in use: articles, a judgement, a saved search with an unread alert."""
    folder: Path = tmp_path_factory.mktemp("reachable")
    settings = load_settings(archive=folder / "archive", cache=folder, encode_cache=False)
    articles = [
        Article(**{name: given[name] for name in ("id", "title", "text", "url", "source", "language")})
        for given in ARTICLES
    ]
    encoder = FakeEncoder(synonyms={"هدنة": "ceasefire", "ليبيا": "libya"})
    with Archive.open(settings, encoder=encoder) as archive:
        # Trump is the first example of the workbench of names.
        text = "ترامب: هدنة في ليبيا"
        articles += [Article(id=f"t{n}", title=text, text=f"{text} {n}.", language="ar") for n in range(3)]
        archive.add(articles)
        app = create_app(archive)
        client = app.test_client()
        client.post("/saved", data={"name": "Ceasefires", "search": "q=ceasefire"})
        store = SavedSearches(archive.engine)
        [saved] = store
        store.add(saved.id, [Alert("n1", now())])
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    judged = {"article": "n1", "search": "q=ceasefire", "rank": "1", "grade": "1", "name": "Mona"}
    assert client.post("/judge", data=judged).status_code == 303
    return client


def crawl(app: Flask, client: FlaskClient) -> tuple[set[str], list[str], dict[str, str]]:
    """Return the endpoints that were reached, what was wrong, and the texts of the pages by endpoint."""
    adapter = app.url_map.bind("localhost")
    reached: set[str] = set()
    wrong: list[str] = []
    texts: dict[str, str] = {}
    looked_at: Counter[str] = Counter()
    kinds = set()
    # A question is typed: no page of an archive other than the demo's has one to click on.
    waiting = [("/", "the start"), ("/search?q=ceasefire+in+Libya", "the box")]
    seen = set()
    while waiting:
        address, origin = waiting.pop(0)
        parts = urlsplit(urljoin("http://localhost/", address))
        target = parts._replace(fragment="").geturl()
        if parts.netloc != "localhost" or parts.scheme != "http" or target in seen:
            continue
        seen.add(target)
        endpoint, _ = adapter.match(parts.path, method="GET")
        kind = endpoint, frozenset(name for name, _ in parse_qsl(parts.query))
        if kind in kinds or looked_at[endpoint] >= OF_ONE_ENDPOINT:
            continue
        kinds.add(kind)
        looked_at[endpoint] += 1
        response = client.get(target)
        response.close()  # an export is not read to its end
        reached.add(endpoint)
        if response.status_code not in (200, 202, 302, 303, 308):
            wrong.append(f"{target}: {response.status_code}, linked from {origin}")
        if response.location:
            waiting.append((response.location, target))
        if response.mimetype != "text/html":
            continue
        texts[endpoint] = response.text
        links = Links(response.text)
        waiting += [
            (urljoin(target, found), target) for found in links.addresses if not found.startswith("#")
        ]
        for form in links.forms:
            if form.method == "get":
                waiting.append((urljoin(target, form.address), target))
            else:
                reached.add(adapter.match(urlsplit(urljoin(target, form.action)).path, method="POST")[0])
    return reached, wrong, texts


def test_every_page_is_reached_by_links_from_the_start(app: Flask, client: FlaskClient) -> None:
    reached, wrong, texts = crawl(app, client)
    assert not wrong
    programs = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")]
    wanted = {rule.endpoint for rule in app.url_map.iter_rules()} - {rule.endpoint for rule in programs}
    assert wanted - reached == set(NOT_LINKED)
    # Programs find theirs on the page of the API.
    for rule in programs:
        assert rule.rule in texts["api.docs"]


def test_an_empty_archive_leads_to_no_error(tmp_path: Path) -> None:
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path, encode_cache=False)
    with Archive.open(settings, encoder=FakeEncoder()) as archive:
        app = create_app(archive)
        reached, wrong, _ = crawl(app, app.test_client())
    assert not wrong
    assert {"coverage.show", "quality.show", "judgements.show", "saved.show_all", "api.docs"} <= reached
