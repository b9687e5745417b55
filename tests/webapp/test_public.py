"""Behind a proxy: the app as readers reach it, by the public address of the setting `web_url`."""

from __future__ import annotations

import html
import os
import re
import shutil
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from indexer.alerts.run import run_alerts
from indexer.archive import Archive
from indexer.article import Article
from indexer.errors import SettingsError
from indexer.settings import load_settings
from tests.certificates import Authority
from tests.conftest import ROOT
from tests.fakes import FakeEncoder
from tests.opensearch.nodes import free_ports
from tests.webapp.conftest import ARTICLES
from webapp import create_app
from webapp.public import PublicAddress

SITE = "https://news.example.org"
START = (
    "/", "/search?q=ceasefire", "/article?id=n1&q=ceasefire", "/coverage?q=ceasefire", "/names?name=Libya", "/api/"
)  # fmt: skip
_MOST = 150
_POSTED = re.compile(r"/(language|judge|judge/forget|search/stop)$")


def app_at(archive: Archive, web_url: str) -> Flask:
    """Return the app with this public address."""
    settings = archive.settings.model_copy(update={"web_url": web_url})
    return create_app(Archive(settings, archive.engine, archive.encoder))


def behind(archive: Archive, web_url: str) -> FlaskClient:
    """Return a client of the app with this public address; requests arrive by plain http, as from a proxy."""
    return app_at(archive, web_url).test_client()


@pytest.mark.parametrize("stripped", [False, True], ids=["whole-path", "stripped-path"])
def test_every_address_on_the_pages_leads_below_the_path(archive: Archive, stripped: bool) -> None:
    client = behind(archive, f"{SITE}/archive/")

    def ask(path: str) -> str:
        assert path.startswith("/archive/"), path
        arriving = path.removeprefix("/archive") if stripped else path
        response = client.get(arriving, base_url="http://news.example.org")
        # A form without what it asks for is refused; what is not found is not ours.
        assert response.status_code in (200, 302, 304, 400), (path, response.status_code)
        if response.status_code == 302:
            assert urlsplit(response.location).path.startswith("/archive/"), path
            return ""
        return response.text if response.mimetype == "text/html" else ""

    waiting = [f"/archive{path}" for path in START]
    seen: set[str] = set()
    kinds: set[str] = set()
    while waiting and len(seen) < _MOST:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        kinds.add(urlsplit(path).path)
        for address in addresses(ask(path)):
            assert address.startswith("/archive/"), f"{address} on {path}"
            if not _POSTED.search(address):
                waiting.append(address)
    assert len(seen) == _MOST
    assert {"/archive/search", "/archive/article", "/archive/coverage", "/archive/static/app.js"} <= kinds


def addresses(page: str) -> list[str]:
    """Return the addresses of this site that a page names: links, forms, pictures, and what scripts ask for."""
    found = re.findall(r'\s(?:href|src|action|data-[a-z]+)="(/[^"]*)"', page)
    return [html.unescape(address).partition("#")[0] for address in found]


@pytest.mark.parametrize(
    ("web_url", "host"),
    [
        (SITE, "news.example.org"),
        (f"{SITE}:443/", "news.example.org"),
        (SITE, "News.Example.Org:443"),
        (SITE, "news.example.org."),
        (f"{SITE}:8443", "news.example.org:8443"),
    ],
)
def test_whole_addresses_are_the_public_ones(archive: Archive, web_url: str, host: str) -> None:
    client = behind(archive, web_url)
    port = ":8443" if "8443" in host else ""
    described = client.get("/opensearch.xml", headers={"Host": host}).text.lower()
    assert f"https://news.example.org{port}/search?q=" in described
    assert "http://news" not in described


def test_choices_are_kept_to_https_and_to_the_path(archive: Archive) -> None:
    client = behind(archive, f"{SITE}/archive")
    back = "/archive/search?q=ceasefire"
    answer = client.post(
        "/archive/language",
        data={"language": "ar", "back": back},
        base_url="http://news.example.org",
        headers={"Origin": SITE},
    )
    assert (answer.status_code, answer.location) == (303, back)
    cookie = answer.headers["Set-Cookie"]
    assert "Secure" in cookie
    assert "Path=/archive;" in cookie
    foreign = client.post(
        "/archive/language", base_url="http://news.example.org", headers={"Origin": "https://evil.example"}
    )
    assert foreign.status_code == 403


def test_the_page_of_the_reader_names_itself_for_the_way_back(archive: Archive) -> None:
    client = behind(archive, f"{SITE}/archive")
    page = client.get("/archive/search?q=ceasefire", base_url="http://news.example.org").text
    assert 'name="back" value="/archive/search?q=ceasefire"' in page


def test_the_public_name_needs_no_other_setting_and_others_stay_out(archive: Archive) -> None:
    client = behind(archive, SITE)
    assert client.get("/", base_url="http://news.example.org").status_code == 200
    assert client.get("/", base_url="http://other.example.org").status_code == 421


def test_a_request_to_the_port_itself_stays_what_it_is(archive: Archive) -> None:
    """A health check, or somebody on the machine: there is no TLS there, and no path."""
    client = behind(archive, f"{SITE}/archive")
    assert client.get("/readyz", base_url="http://127.0.0.1:8000").status_code == 200
    answer = client.post("/language", data={"language": "ar", "back": "/"}, base_url="http://127.0.0.1:8000")
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert (
        "http://127.0.0.1:8000/search" in client.get("/opensearch.xml", base_url="http://127.0.0.1:8000").text
    )


def test_a_path_that_only_begins_alike_is_another() -> None:
    asked: list[tuple[str, str]] = []

    def app(environ: dict[str, str], _: object) -> list[bytes]:
        asked.append((environ["SCRIPT_NAME"], environ["PATH_INFO"]))
        return []

    public = PublicAddress(app, f"{SITE}/a")  # type: ignore[arg-type]
    for path in ("/a", "/a/", "/a/search", "/about", "/search"):
        public({"HTTP_HOST": "news.example.org", "PATH_INFO": path}, lambda *_: lambda _: None)  # type: ignore[arg-type]
    assert asked == [("/a", ""), ("/a", "/"), ("/a", "/search"), ("/a", "/about"), ("/a", "/search")]


def test_exports_name_the_public_page(archive: Archive) -> None:
    client = behind(archive, f"{SITE}/archive")
    text = client.get("/archive/export?q=ceasefire&format=ris", base_url="http://news.example.org").text
    assert text.count(f"{SITE}/archive/article?id=") >= len(ARTICLES) - 1
    assert "http://news.example.org" not in text


def test_the_api_is_described_where_it_is(archive: Archive) -> None:
    client = behind(archive, f"{SITE}/archive")
    described = client.get("/archive/api/openapi.json", base_url="http://news.example.org").json
    assert described is not None
    assert described["servers"] == [{"url": "/archive"}]
    page = client.get("/archive/api/", base_url="http://news.example.org").text
    assert f'curl "{SITE}/archive/api/v1/search?' in html.unescape(page)


def test_a_feed_names_the_public_pages(tmp_path: Path) -> None:
    settings = load_settings(
        archive=tmp_path / "archive", cache=tmp_path / "cache", encode_cache=False, web_url=f"{SITE}/archive"
    )
    with Archive.open(settings, encoder=FakeEncoder()) as archive:
        client = create_app(archive).test_client()
        archive.add([Article("old", "Old", "Something else.", language="en")])
        fields = {"name": "Ceasefires", "search": "q=%2Bceasefire"}
        saved = client.post("/archive/saved", data=fields, base_url="http://news.example.org")
        assert saved.status_code == 303
        assert saved.location.startswith("/archive/saved/")
        archive.add([Article("new", "New", "A ceasefire.", language="en")])
        assert run_alerts(archive).articles == 1
        shown = client.get(saved.location, base_url="http://news.example.org").text
        assert 'href="/archive/article?id=new' in shown
        feed = client.get(f"{saved.location}/feed.atom", base_url="http://news.example.org").text
        assert f"{SITE}/archive/article?id=new" in feed
        assert "http://news.example.org" not in feed


@pytest.mark.parametrize("path", ["/search", "/api/v1", "/static/"])
def test_a_path_that_is_one_of_our_own_is_refused(archive: Archive, path: str) -> None:
    with pytest.raises(SettingsError, match="pages of that name"):
        behind(archive, f"{SITE}{path}")


@pytest.mark.parametrize(
    "web_url",
    [
        "https://[::1", "https:///x", "https://news.example.org:abc", "https://ann:secret@news.example.org",
        "https://أخبار.example", f"{SITE}/أرشيف/", f"{SITE}/news%20archive", f"{SITE}/?q=1", f"{SITE}/#top",
        f"{SITE}//x", "news.example.org", "ftp://news.example.org",
    ],
)  # fmt: skip
def test_what_is_no_public_address_is_refused(web_url: str) -> None:
    with pytest.raises(SettingsError, match="web_url"):
        load_settings(web_url=web_url)


@pytest.mark.parametrize(
    "web_url", ["https://[2001:db8::1]:8443/a", "https://xn--mgbb.example/", "http://10.0.0.5"]
)
def test_other_public_addresses_are_taken(web_url: str) -> None:
    assert load_settings(web_url=web_url).web_url == web_url


@pytest.mark.parametrize("path", ["/", "/archive/"])
def test_the_nginx_of_the_documentation_lets_in_who_logs_in(
    archive: Archive, tmp_path: Path, path: str
) -> None:
    if not (nginx := shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")):
        pytest.skip("no nginx here (not needed, also under CI)")
    authority = Authority(tmp_path, "ours")
    certificate, key = authority.certify("localhost")
    users = tmp_path / "users"
    users.write_text("mona:{PLAIN}secret\n")
    (port,) = free_ports(1)
    address = f"https://localhost:{port}{path}"
    with served(app_at(archive, address)) as behind_it:
        written = (ROOT / "docs" / "operating.md").read_text("utf-8")
        site = written.split("```nginx\n")[1].split("```")[0]
        for there, here in {
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            "server_name news.example.org": "server_name localhost",
            "/etc/ssl/news.example.org.pem": str(certificate),
            "/etc/ssl/private/news.example.org.pem": str(key),
            "location / {": f"location {path} {{",
            "/etc/nginx/newsarchive.users": str(users),
            "http://127.0.0.1:8000": behind_it,
        }.items():
            assert there in site
            site = site.replace(there, here)
        temporary = "".join(
            f"{name}_temp_path {tmp_path / name};"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;" if os.geteuid() == 0 else ""  # else its workers cannot read what is here
        settings = f"{user} daemon off; pid {tmp_path / 'pid'}; events {{}}"
        (tmp_path / "nginx.conf").write_text(f"{settings} http {{ access_log off; {temporary} {site} }}")
        command = [nginx, "-p", tmp_path, "-e", "stderr", "-c", tmp_path / "nginx.conf"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            tls = ssl.create_default_context(cafile=authority.file)
            assert asked(f"{address}search?q=ceasefire", tls)[0] == 401
            status, page = asked(f"{address}search?q=ceasefire", tls, login="mona:secret")
            assert status == 200
            assert f'href="{path}search?q=ceasefire&amp;page=2"' in page
            assert f"{address}search?q=" in asked(f"{address}opensearch.xml", tls, login="mona:secret")[1]
        finally:
            process.terminate()
            _, said = process.communicate(timeout=30)
            print(said)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an app on a port of its own, as it would be behind a proxy, and yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def asked(address: str, tls: ssl.SSLContext, *, login: str = "") -> tuple[int, str]:
    """Return status and body, once something listens there."""
    headers = {"Authorization": f"Basic {b64encode(login.encode()).decode()}"} if login else {}
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(
                urllib.request.Request(address, headers=headers), context=tls
            ) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
