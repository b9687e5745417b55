"""Alerts by mail, to a real SMTP server on this machine, and as the JSON of webhooks."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from indexer.alerts.messages import mail, payload
from indexer.alerts.run import run_alerts
from indexer.alerts.saved import Alert, SavedSearch, SavedSearches
from indexer.alerts.sending import Sender, check_email
from indexer.alerts.told import TOLD, Told
from indexer.archive import Archive
from indexer.errors import ArchiveError, InvalidQuery, SettingsError
from indexer.search.page import WordPair
from indexer.settings import Settings, load_settings
from tests.alerts.conftest import article, save
from tests.alerts.test_guard import answer, anywhere, server

Mails = list[tuple[list[str], EmailMessage]]


class _Smtp(socketserver.StreamRequestHandler):
    """The least of RFC 5321 that a client needs."""

    mails: Mails

    def handle(self) -> None:
        self.say("220 test")
        recipients: list[str] = []
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "RCPT":
                recipients.append(line.partition("<")[2].partition(">")[0])
            if verb == "DATA":
                self.say("354 go on")
                lines = []
                while (part := self.rfile.readline()) != b".\r\n":
                    lines.append(part[1:] if part.startswith(b".") else part)
                message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                assert isinstance(message, EmailMessage)
                self.mails.append((recipients, message))
            self.say("221 bye" if verb == "QUIT" else "250 ok")
            if verb == "QUIT":
                return

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def smtp() -> Iterator[tuple[int, Mails]]:
    mails: Mails = []
    handler = type("Handler", (_Smtp,), {"mails": mails})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening.server_address[1], mails
        listening.shutdown()


def with_smtp(settings: Settings, port: int, **more: Any) -> Settings:
    return settings.model_copy(
        update={
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "smtp_security": "none",
            "smtp_from": "archive@example.org",
            "alert_recipients": "mona@example.com, @example.org",
            "web_url": "https://news.example.org",
            **more,
        }
    )


def test_a_mail_tells_what_triggered_it(
    archive: Archive, store: SavedSearches, smtp: tuple[int, Mails]
) -> None:
    port, mails = smtp
    archive.settings = with_smtp(archive.settings, port)
    saved = save(store, "Libya ceasefire", email="reader@example.org")
    archive.add(
        [
            article("a/b", "A ceasefire in Libya.", title="First"),
            article("c", "هدنة في ليبيا", title="هدنة", language="ar"),
        ]
    )
    report = run_alerts(archive)
    assert (report.alerts, report.sent, report.problems) == (2, 1, [])
    [(recipients, message)] = mails
    assert recipients == ["reader@example.org"]
    assert message["Subject"] == "Libya ceasefire: 2 new articles"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content()
    assert "First" in text
    assert "\u2068هدنة\u2069" in text
    assert "  Word for word: truce\r\n" in text
    assert "ceasefire → هدنة" in text
    assert "https://news.example.org/article?id=a%2Fb" in text
    assert f"https://news.example.org/saved/{saved.id}" in text
    assert run_alerts(archive).sent == 0


def test_an_article_cannot_forge_a_mail(settings: Settings) -> None:
    evil = article(
        "x", "text", title="Subject\r\nBcc: all@example.org\r\n\r\n\u202eevil\u2029x", source="a\nb"
    )
    saved = SavedSearch("name\r\nBcc: victim@example.org", {"text": "x"}, email="reader@example.org")
    alert = Alert("x", "2026-01-01", (WordPair("x", "y\r\n\u202ez", "near"),), 1, 1)
    told = [Told(alert, evil, "evil\r\nBcc: z")]
    message = mail(saved, told, sender="archive@example.org", base_url="https://n.example/")
    assert "Bcc" not in message
    assert message["Subject"] == "name Bcc: victim@example.org: 1 new article"
    text = message.get_content()
    assert not any(line.startswith(("Bcc", "evil")) for line in text.splitlines())
    assert "\u202e" not in text


def test_many_alerts_are_counted(settings: Settings) -> None:
    alerts = [
        Told(Alert(f"a{number}", "2026-01-01"), article(f"a{number}", "text")) for number in range(TOLD + 7)
    ]
    saved = SavedSearch("many", {"text": "x"}, email="reader@example.org")
    message = mail(saved, alerts, sender="a@example.org", base_url="https://n.example/")
    assert "and 7 more" in message.get_content()
    sent = payload(saved, alerts, base_url="https://n.example/")
    assert (len(sent["alerts"]), sent["more"]) == (TOLD, 7)


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("reader@example.org", None),
        ("Mona@Example.com", None),
        ("other@example.com", InvalidQuery),
        ("reader@sub.example.org", InvalidQuery),
        ("a@example.org, b@evil.example", InvalidQuery),
        ("a@example.org\r\nBcc: b@evil.example", InvalidQuery),
        ("a@evil.example@example.org", InvalidQuery),
        ("Name <reader@example.org>", InvalidQuery),
        ("reader", InvalidQuery),
        ("", InvalidQuery),
    ],
)
def test_who_may_be_mailed(settings: Settings, address: str, error: type[ArchiveError] | None) -> None:
    allowed = with_smtp(settings, 25)
    if error is None:
        check_email(allowed, address)
    else:
        with pytest.raises(error):
            check_email(allowed, address)


def test_without_a_mail_server_nothing_is_mailed(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="sends no mail"):
        check_email(settings, "reader@example.org")


@pytest.mark.parametrize(
    "wrong", [{"smtp_host": "mail..example.org"}, {"smtp_from": "a@b.example\nBcc: c@d.example"}]
)
def test_mail_settings_that_are_none_are_told(
    archive: Archive, store: SavedSearches, wrong: dict[str, str]
) -> None:
    archive.settings = with_smtp(archive.settings, 1).model_copy(update=wrong)
    save(store, "ceasefire", email="reader@example.org")
    archive.add([article("a", "A ceasefire.")])
    [problem] = run_alerts(archive).problems
    assert "did not take the mail" in problem.problem


def test_a_mail_server_that_is_away_is_told_without_the_password(
    archive: Archive, store: SavedSearches
) -> None:
    archive.settings = with_smtp(
        archive.settings, 1, smtp_user="me", smtp_password=SecretStr("secret-password")
    )
    saved = save(store, "ceasefire", email="reader@example.org")
    archive.add([article("a", "A ceasefire.")])
    report = run_alerts(archive)
    [problem] = report.problems
    assert "mail server 127.0.0.1 did not take" in problem.problem
    assert "secret" not in problem.problem
    assert [alert.sent for alert in store.alerts(saved.id)] == [()]


def test_a_webhook_is_sent_json(archive: Archive, store: SavedSearches) -> None:
    with server(answer("200 OK")) as (port, seen):
        save(store, "Libya ceasefire", webhook=f"http://127.0.0.1:{port}/hook")
        archive.add([article("a", "A ceasefire in Libya.", url="https://bbc.example/1", day="2018-02-18")])
        report = run_alerts(archive, sender=Sender(archive.settings, may_reach=anywhere))
    assert (report.sent, report.problems) == (1, [])
    body = orjson.loads(seen[0].partition(b"\r\n\r\n")[2])
    assert body["saved_search"]["name"] == "Libya ceasefire"
    [alert] = body["alerts"]
    assert alert["article"]["id"] == "a"
    assert alert["article"]["published"] == "2018-02-18"
    assert {pair["word"] for pair in alert["pairs"]} == {"Libya", "ceasefire"}
    assert body["more"] == 0


def test_a_webhook_to_this_machine_is_refused(archive: Archive, store: SavedSearches) -> None:
    with server(answer("200 OK")) as (port, seen):
        saved = save(store, "ceasefire", webhook=f"http://127.0.0.1:{port}/hook")
        archive.add([article("a", "A ceasefire.")])
        report = run_alerts(archive)
    assert not seen
    assert "public internet" in report.problems[0].problem
    assert [alert.sent for alert in store.alerts(saved.id)] == [()]


def test_links_lead_to_the_web_app() -> None:
    assert Sender(load_settings(port=9000)).base_url == "http://127.0.0.1:9000/"
    assert (
        Sender(load_settings(web_url="https://news.example.org/x")).base_url == "https://news.example.org/x/"
    )
