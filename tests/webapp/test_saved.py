"""Saved searches in the browser, without JavaScript, and their feeds as a reader of feeds takes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from indexer.alerts.run import run_alerts
from indexer.alerts.saved import Alert, SavedSearch, SavedSearches, Sent, now
from indexer.alerts.sending import Sender
from indexer.archive import Archive
from indexer.article import Article
from indexer.errors import SchemaMismatch
from indexer.search.record import to_record
from indexer.search.request import SearchRequest
from indexer.settings import load_settings
from tests.fakes import FakeEncoder
from tests.webapp.conftest import SCRIPT
from webapp import create_app, saved, unread

ATOM = "{http://www.w3.org/2005/Atom}"
EVIL = Article(
    id="evil/..?a=b&c#d",
    title=f"{SCRIPT} \u202egpj.exe \uffff\u0000",
    text=f"A ceasefire. {SCRIPT} ]]> &xxe; \u0001",
    url="javascript:alert(1)",
    source='"><img src=x>',
    author="\ufffe'",
    section="</entry>",
    language="en",
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path / "cache", encode_cache=False)
    with Archive.open(settings, encoder=FakeEncoder()) as opened:
        opened.add(
            [Article(id="old", title="Old", text="A ceasefire in Libya.", source="BBC", language="en")]
        )
        yield opened


@pytest.fixture
def client(archive: Archive) -> FlaskClient:
    return create_app(archive).test_client()


@pytest.fixture
def store(archive: Archive) -> SavedSearches:
    return SavedSearches(archive.engine)


def save(client: FlaskClient, search: str = "q=ceasefire", **fields: str) -> str:
    response = client.post("/saved", data={"name": "Ceasefires", "search": search, **fields})
    assert response.status_code == 303, response.text
    return response.headers["Location"]


def hidden(html: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html)
    return {name: value.replace("&amp;", "&") for name, value in found}


def test_words_that_are_searched_as_they_are_written_are_told_wherever_a_search_is_kept(
    client: FlaskClient, archive: Archive
) -> None:
    archive.add([Article(id="ar", title="هدنة", text="هدنة في ليبيا", language="ar")])
    told = "are looked for as they are written, in no other language."
    location = save(client, "q=%22crude+oil%22")
    for path in ("/saved/new?q=%22crude+oil%22", "/saved", location, f"{location}/edit"):
        assert told in client.get(path).text, path
    assert told not in client.get("/saved/new?q=crude+oil").text
    assert told not in client.get("/saved/new?q=%22crude+oil%22&language=en").text


def test_saved_searches_are_listed_where_the_archive_cannot_be_searched(
    client: FlaskClient, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = save(client, "q=%22crude+oil%22")

    def other_model(_: SearchRequest) -> list[str]:
        raise SchemaMismatch("This archive was made with another model.")

    monkeypatch.setattr(archive, "word_notices", other_model)
    for path in ("/saved", location):
        assert "crude oil" in client.get(path).text


def test_what_could_not_be_sent_keeps_its_own_direction(client: FlaskClient, store: SavedSearches) -> None:
    """It is noted in English, whose full stop a page from right to left would set before it."""
    location = save(client)
    problem = "webhook: The server did not answer."
    store.note_sent(location.rpartition("/")[2], Sent(problem=problem))
    for path in ("/saved", location):
        assert f"<bdi>{problem}</bdi>" in client.get(path, headers={"Accept-Language": "ar"}).text


def test_saved_searches_of_one_name_are_told_apart(client: FlaskClient) -> None:
    whole = save(client, "q=ceasefire")
    narrow = save(client, "q=ceasefire&source=BBC&words=some")
    asked = "<bdi>ceasefire</bdi> · source <bdi>BBC</bdi> · only with <bdi>matching words</bdi>"
    assert asked in client.get(narrow).text
    assert "· source" not in client.get(whole).text
    listed = client.get("/saved").text
    assert listed.count(asked) == 1
    assert listed.count("<bdi>ceasefire</bdi>") == 2
    # A name that is the question itself says enough.
    save(client, "q=Ceasefires")
    assert listed.count('<p class="note">') == client.get("/saved").text.count('<p class="note">')


def test_from_the_results_to_a_saved_search(client: FlaskClient, store: SavedSearches) -> None:
    html = client.get("/search?q=ceasefire&source=BBC&size=25&sort=newest").text
    form = html.partition('action="/saved/new"')[2].partition("</form>")[0]
    assert hidden(form) == {"q": "ceasefire", "source": "BBC"}
    page = client.get("/saved/new", query_string={**hidden(form), "save_as": "Truces"}).text
    main = page.partition("<main")[2]
    assert 'value="Truces"' in main
    assert "1 article of the whole archive would have raised an alert" in " ".join(main.split())
    response = client.post("/saved", data={**hidden(main), "name": "Truces"})
    assert response.status_code == 303
    [kept] = store
    assert kept.name == "Truces"
    assert kept.query_string == "q=ceasefire&source=BBC"
    assert kept.search["include"] == {"source": ["BBC"]}
    assert "Truces" in client.get("/saved").text
    assert 'href="/saved"' in client.get("/").text


def test_nothing_is_not_saved(client: FlaskClient) -> None:
    assert client.get("/saved/new").status_code == 400
    assert client.post("/saved", data={"name": "x", "search": ""}).status_code == 400
    assert client.get("/saved/new?q=%22x").status_code == 400
    assert "No search is saved" in client.get("/saved").text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " \u202e "}, "needs a name"),
        ({"webhook": "ftp://example.org"}, "http or https"),
        ({"email": "a@example.org"}, "sends no mail"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_kept(
    client: FlaskClient, store: SavedSearches, fields: dict[str, str], sentence: str
) -> None:
    given = {"name": "Kept name", "search": "q=ceasefire", "webhook": "https://example.org/kept", **fields}
    response = client.post("/saved", data=given)
    assert response.status_code == 400
    if "email" not in fields:  # there is no field for mail where none can be sent
        assert sentence in response.text
        assert 'aria-invalid="true"' in response.text
    if "name" not in fields:
        assert 'value="Kept name"' in response.text
    assert not list(store)


def test_alerts_are_unread_until_they_are_read(client: FlaskClient, archive: Archive) -> None:
    page = save(client)
    assert "Nothing new has answered it yet" in client.get(page).text
    archive.add([Article(id="new", title="New truce", text="A ceasefire.", language="en")])
    run_alerts(archive)
    html = client.get(page).text
    assert "1 unread" in html
    assert "New truce" in html
    assert "Answers the search by ceasefire." in html
    assert '<b class="unread">1</b>' in client.get("/saved").text
    assert client.post(f"{page}/read").headers["Location"] == page
    assert "unread" not in client.get(page).text
    assert client.post(f"{page}/delete").headers["Location"] == "/saved"
    assert client.get(page).status_code == 404


def test_the_alerts_of_a_search_are_read_once_for_a_list(
    client: FlaskClient, store: SavedSearches, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread, "PATIENCE", 10)
    save(client)
    client.get("/saved")  # the number at its top is counted
    [kept] = store
    store.add(kept.id, [Alert("a", now()), Alert("b", now())])
    records, asked = archive.engine.records, Counter[str]()

    def counted(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        asked[kind] += 1
        return records(kind)

    monkeypatch.setattr(archive.engine, "records", counted)
    for path in ("/saved", f"/saved/{kept.id}", "/api/v1/saved-searches", f"/api/v1/alerts?id={kept.id}"):
        asked.clear()
        client.get(path)
        assert asked[f"alert-{kept.id}"] == 1, path
        assert set(asked.values()) == {1}, path


def test_forms_of_other_sites_are_refused(client: FlaskClient, store: SavedSearches) -> None:
    page = save(client)
    for path in ("/saved", f"{page}/read", f"{page}/delete"):
        response = client.post(path, headers={"Origin": "https://evil.example"})
        assert response.status_code == 403
    assert len(list(store)) == 1


def test_a_feed_names_what_triggered_it(client: FlaskClient, archive: Archive) -> None:
    page = save(client, "q=ceasefire+Libya")
    archive.add(
        [
            Article(
                id="new",
                title="هدنة",
                text="هدنة في ليبيا",
                url="https://news.example/1",
                source="BBC",
                language="ar",
            )
        ]
    )
    run_alerts(archive)
    assert f'href="{page}/feed.atom"' in client.get(page).text
    response = client.get(f"{page}/feed.atom")
    assert response.content_type == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.data)
    assert feed.findtext(f"{ATOM}title") == "Ceasefires"
    [entry] = feed.iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "هدنة"
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "ar"
    assert "ceasefire → هدنة" in (entry.findtext(f"{ATOM}summary") or "")
    links = {link.get("rel"): link.get("href") for link in entry.iter(f"{ATOM}link")}
    assert links == {"alternate": "http://localhost/article?id=new", "via": "https://news.example/1"}
    # What RFC 4287 demands of a feed and of an entry.
    for element in (feed, entry):
        for name in ("id", "title", "updated"):
            assert element.findtext(f"{ATOM}{name}")
    again = client.get(f"{page}/feed.atom", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_hostile_articles_cannot_break_a_feed_or_a_page(client: FlaskClient, archive: Archive) -> None:
    page = save(client, name=f"{SCRIPT}\u202e")
    archive.add([EVIL])
    run_alerts(archive)
    feed = ElementTree.fromstring(client.get(f"{page}/feed.atom").data)
    [entry] = feed.iter(f"{ATOM}entry")
    assert SCRIPT in (entry.findtext(f"{ATOM}title") or "")  # as text
    assert "\u202e" not in (entry.findtext(f"{ATOM}title") or "")
    assert not any("javascript" in (link.get("href") or "") for link in entry.iter(f"{ATOM}link"))
    assert not any(element.get("type") in ("html", "xhtml") for element in entry.iter())
    for path in (page, "/saved", "/saved/new?q=" + "%3Cscript%3E&save_as=%3Cscript%3E"):
        html = client.get(path).text
        assert SCRIPT not in html
        assert "<img" not in html
        assert "\u202e" not in html
        assert not re.search(r"<style|\sstyle=", html)


def test_a_search_whose_address_is_not_understood_is_still_shown(
    client: FlaskClient, store: SavedSearches
) -> None:
    record = to_record(SearchRequest("x"))
    store.put(SavedSearch("Old form", record, query_string="q=x&page=none", id="0123456789abcdef"))
    html = client.get("/saved/0123456789abcdef").text
    assert "Old form" in html
    assert "Search now" not in html


def test_mail_is_offered_where_it_can_be_sent(archive: Archive) -> None:
    archive.settings = archive.settings.model_copy(
        update={"smtp_host": "mail.example", "smtp_from": "a@b.example", "alert_recipients": "@b.example"}
    )
    client = create_app(archive).test_client()
    assert 'name="email"' in client.get("/saved/new?q=ceasefire").text
    response = client.post("/saved", data={"name": "x", "search": "q=x", "email": "c@d.example"})
    assert response.status_code == 400
    assert "may not send mail to this address" in response.text
    save(client, email="c@b.example")


def test_the_page_shows_so_many(
    client: FlaskClient, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved, "_SHOWN", 2)
    page = save(client)
    archive.add([Article(id=f"a{number}", title="t", text="ceasefire", language="en") for number in range(3)])
    run_alerts(archive)
    assert "The latest 2 are shown" in client.get(page).text


def form(html: str) -> dict[str, str]:
    """Return what the form of a saved search holds, as a browser would send it unchanged."""
    main = html.partition('<form class="save"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'<input id="save-\w+" name="(\w+)" [^>]*? value="([^"]*)"', main))
    fields |= dict(re.findall(r'name="(\w+)" value="([^"]*)" checked', main))
    chosen = re.search(r'<option value="(\w*)" selected', main)
    return {**fields, "every": chosen[1] if chosen else ""}


def test_a_saved_search_is_changed(client: FlaskClient, store: SavedSearches, archive: Archive) -> None:
    page = save(client, "q=ceasefire&source=BBC&language=en")
    assert f'href="{page}/edit"' in client.get(page).text
    html = client.get(f"{page}/edit").text
    assert form(html) == {
        "name": "Ceasefires", "q": "ceasefire", "webhook": "", "every": "", "keep": "1",
    }  # fmt: skip
    response = client.post(
        f"{page}/edit",
        data={
            "name": "Truces",
            "q": "truce",
            "keep": ["1"],
            "every": "day",
            "webhook": "https://example.org/x",
        },
    )
    assert (response.status_code, response.location) == (303, page)
    [kept] = store
    assert f"/saved/{kept.id}" == page
    assert (kept.name, kept.query_string, kept.every) == ("Truces", "q=truce&source=BBC", "day")
    assert kept.search == {"text": "truce", "include": {"source": ["BBC"]}, "names": True, "spelling": True}
    assert kept.webhook == "https://example.org/x"
    assert form(client.get(f"{page}/edit").text)["every"] == "day"
    # The new question is asked of new articles; what was found stays.
    archive.add([Article(id="new", title="Truce", text="A truce.", source="BBC", language="en")])
    run_alerts(archive)
    assert [alert.article for alert in store.alerts(kept.id)] == ["new"]
    client.post(f"{page}/edit", data={"name": "Truces", "q": "peace"})
    assert [alert.article for alert in store.alerts(kept.id)] == ["new"]
    [changed] = store
    assert changed.query_string == "q=peace"
    assert changed.created_at == kept.created_at


def test_a_paused_search_is_passed_by(client: FlaskClient, store: SavedSearches, archive: Archive) -> None:
    page = save(client)
    client.post(f"{page}/edit", data={"name": "Ceasefires", "q": "ceasefire", "paused": "1"})
    assert "It is paused" in client.get(page).text
    assert "paused" in client.get("/saved").text
    archive.add([Article(id="new", title="Truce", text="A ceasefire.", language="en")])
    run_alerts(archive)
    [kept] = store
    assert not store.alerts(kept.id)
    client.post(f"{page}/edit", data={"name": "Ceasefires", "q": "ceasefire"})
    archive.add([Article(id="newer", title="Truce", text="A ceasefire.", language="en")])
    run_alerts(archive)
    assert [alert.article for alert in store.alerts(kept.id)] == ["newer"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "needs a name"),
        ({"q": '"x'}, "quotation mark"),
        ({"q": ""}, "no search to save"),
        ({"webhook": "ftp://example.org"}, "http or https"),
        ({"every": "minute"}, ""),
    ],
)
def test_a_change_that_cannot_be_keeps_what_was(
    client: FlaskClient, store: SavedSearches, fields: dict[str, str], sentence: str
) -> None:
    page = save(client)
    before = list(store)
    given = {"name": "Kept name", "q": "truce", "webhook": "https://example.org/kept", **fields}
    response = client.post(f"{page}/edit", data=given)
    assert response.status_code == 400
    assert sentence in response.text
    assert 'aria-invalid="true"' in response.text
    if "name" not in fields:
        assert 'value="Kept name"' in response.text
    assert list(store) == before


def test_changing_is_for_our_own_forms_and_searches(client: FlaskClient, store: SavedSearches) -> None:
    page = save(client)
    response = client.post(f"{page}/edit", data={"name": "x"}, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
    assert client.get("/saved/0123456789abcdef/edit").status_code == 404
    assert client.post("/saved/0123456789abcdef/edit", data={"name": "x"}).status_code == 404
    [kept] = store
    assert kept.name == "Ceasefires"


def test_an_address_for_mail_stays_where_none_can_be_sent(client: FlaskClient, store: SavedSearches) -> None:
    page = save(client)
    [kept] = store
    store.put(replace(kept, email="a@b.example"))
    client.post(f"{page}/edit", data={"name": "Renamed", "q": "ceasefire"})
    [kept] = store
    assert (kept.name, kept.email) == ("Renamed", "a@b.example")


def test_where_alerts_go_is_told_to_nobody(
    client: FlaskClient, store: SavedSearches, archive: Archive
) -> None:
    archive.settings = archive.settings.model_copy(
        update={"smtp_host": "mail.example", "smtp_from": "a@b.example", "alert_recipients": "@b.example"}
    )
    page = save(client, email="mona@b.example", webhook="https://hook.example/secret")
    archive.settings = archive.settings.model_copy(update={"alert_recipients": "@other.example"})
    archive.add([Article(id="new", title="New", text="A ceasefire.", language="en")])
    report = run_alerts(archive, sender=Sender(archive.settings, may_reach=lambda _: False))
    assert len(report.problems) == 2  # the page of the search tells them
    for path in (page, f"{page}/edit", "/saved", f"{page}/feed.atom", "/api/v1/saved-searches"):
        text = client.get(path).text
        assert "mona@" not in text, path
        assert "secret" not in text, path
    assert "sent by mail" in client.get(page).text
    assert client.get(f"{page}/edit").text.count("An address is kept; type another to replace it.") == 2


@pytest.mark.parametrize(
    ("fields", "email", "webhook"),
    [
        ({}, "a@b.example", "https://hook.example/1"),
        ({"email": " ", "webhook": ""}, "a@b.example", "https://hook.example/1"),
        ({"remove": "webhook"}, "a@b.example", ""),
        ({"remove": ["webhook", "email"]}, "", ""),
        ({"webhook": "https://hook.example/2"}, "a@b.example", "https://hook.example/2"),
        ({"email": "c@b.example"}, "c@b.example", "https://hook.example/1"),
        ({"remove": "webhook", "webhook": "https://hook.example/2"}, "a@b.example", "https://hook.example/2"),
    ],
)
def test_where_alerts_go_is_kept_replaced_or_removed(
    client: FlaskClient,
    store: SavedSearches,
    archive: Archive,
    fields: dict[str, str | list[str]],
    email: str,
    webhook: str,
) -> None:
    archive.settings = archive.settings.model_copy(
        update={"smtp_host": "mail.example", "smtp_from": "a@b.example", "alert_recipients": "@b.example"}
    )
    page = save(client, email="a@b.example", webhook="https://hook.example/1")
    given = {"name": "Ceasefires", "q": "ceasefire", **fields}
    assert client.post(f"{page}/edit", data=given).status_code == 303
    [kept] = store
    assert (kept.email, kept.webhook) == (email, webhook)


def test_the_top_of_each_page_has_the_number_of_unread_alerts(
    client: FlaskClient, store: SavedSearches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread, "PATIENCE", 10)
    url = save(client)
    assert "unread" not in client.get("/").text.partition("<main")[0]
    [kept] = store
    store.add(kept.id, [Alert(article="old", at=now()), Alert(article="gone", at=now())])
    client.application.extensions[unread._EXTENSION].forget()
    for path in ("/", "/search?q=ceasefire", "/nothing"):
        top = client.get(path).text.partition("<main")[0]
        assert re.search(r'<a href="/saved">Saved searches <b class="unread">2<', top)
    client.post(f"{url}/read")
    assert "unread" not in client.get("/").text.partition("<main")[0]


def test_unread_alerts_are_not_counted_for_each_page(
    client: FlaskClient, store: SavedSearches, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    monkeypatch.setattr(SavedSearches, "unread", lambda _: counted.append("once") or 0)
    monkeypatch.setattr(unread, "PATIENCE", 10)
    save(client)
    for _ in range(3):
        client.get("/names")
    assert len(counted) == 1


def test_a_count_that_fails_or_lasts_holds_no_page_up(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise OSError

    save(client)
    monkeypatch.setattr(SavedSearches, "unread", broken)
    assert client.get("/names").status_code == 200
    gate = Event()
    monkeypatch.setattr(SavedSearches, "unread", lambda *_: gate.wait(30) and 0)
    client.application.extensions[unread._EXTENSION].forget()
    assert client.get("/names").status_code == 200
    gate.set()


def test_a_search_is_saved_from_beside_the_number_of_its_results(client: FlaskClient) -> None:
    html = client.get("/search?q=ceasefire&source=BBC&size=25&sort=newest&page=1").text
    link = re.search(r'<a class="keep" href="([^"]+)"', html)
    assert link
    page = client.get(link[1].replace("&amp;", "&")).text.partition("<main")[2]
    assert hidden(page)["search"] == "q=ceasefire&source=BBC"
    assert 'class="keep"' not in client.get("/search").text
