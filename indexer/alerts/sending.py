"""Where alerts may be sent, and the sending: by SMTP to allowed addresses, by webhook to public ones."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Sequence
from email.utils import parseaddr
from typing import TYPE_CHECKING

import orjson

import indexer
from indexer.alerts import guard
from indexer.alerts.messages import mail, payload
from indexer.alerts.saved import SavedSearch
from indexer.alerts.told import Told
from indexer.errors import InvalidQuery, SettingsError
from indexer.wording import say

if TYPE_CHECKING:
    from indexer.settings import Settings

_TIMEOUT = 20.0


class Sender:
    """Sends the alerts of one archive as its settings say."""

    def __init__(
        self, settings: Settings, *, may_reach: Callable[[guard.Address], bool] | None = None
    ) -> None:
        self._settings = settings
        self._may_reach = may_reach

    @property
    def base_url(self) -> str:
        """The address of the web app, with a slash at its end."""
        given = self._settings.web_url or f"http://{self._settings.host}:{self._settings.port}"
        return given.rstrip("/") + "/"

    def ways(self, saved: SavedSearch) -> dict[str, Callable[..., None]]:
        """Return the ways by which a saved search wants its alerts: name -> what sends them."""
        ways: dict[str, Callable[..., None]] = {}
        if saved.email:
            ways["email"] = self.send_mail
        if saved.webhook:
            ways["webhook"] = self.send_webhook
        return ways

    def send_mail(self, saved: SavedSearch, alerts: Sequence[Told]) -> None:
        """Send one mail. Raises `SettingsError`, or `InvalidQuery` for an address that is not allowed."""
        settings = self._settings
        check_email(settings, saved.email)
        try:
            message = mail(saved, alerts, sender=settings.smtp_from, base_url=self.base_url)
            with self._smtp() as smtp:
                if settings.smtp_user:
                    smtp.login(settings.smtp_user, settings.smtp_password.get_secret_value())
                smtp.send_message(message)
        except (
            OSError,
            ValueError,
            smtplib.SMTPException,
        ) as error:  # ValueError: a host or sender that is none
            raise SettingsError(
                f"The mail server {settings.smtp_host} did not take the mail ({type(error).__name__}).",
                remedy="Check the smtp settings.",
            ) from None

    def send_webhook(self, saved: SavedSearch, alerts: Sequence[Told]) -> None:
        """Post the alerts as JSON. Raises `guard.Refused`."""
        body = orjson.dumps(payload(saved, alerts, base_url=self.base_url))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"newsarchive/{indexer.__version__}",
        }
        guard.post(saved.webhook, body, headers, may_reach=self._may_reach)

    def _smtp(self) -> smtplib.SMTP:
        settings = self._settings
        context = ssl.create_default_context()
        if settings.smtp_security == "tls":
            return smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT, context=context)
        smtp = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT)
        if settings.smtp_security == "starttls":
            try:
                smtp.starttls(context=context)
            except BaseException:
                smtp.close()
                raise
        return smtp


def check_email(settings: Settings, address: str) -> None:
    """Raise where mails cannot be sent, or not to this address: anybody may save a search with any address."""
    if not (settings.smtp_host and settings.smtp_from):
        raise SettingsError(
            say("This archive sends no mail."),
            remedy=say("Whoever runs it sets smtp_host, smtp_from and alert_recipients."),
        )
    if parseaddr(address)[1] != address or address.count("@") != 1 or not address.isascii():
        raise InvalidQuery(say("%(address)s is not a mail address.", address=repr(address[:100])))
    allowed = {name.strip().casefold() for name in settings.alert_recipients.split(",") if name.strip()}
    folded = address.casefold()
    if folded not in allowed and f"@{folded.partition('@')[2]}" not in allowed:
        raise InvalidQuery(
            # A run's problems are shown to everybody, and the addresses of alerts to nobody.
            say("This archive may not send mail to this address."),
            remedy=say("Whoever runs it allows addresses by the setting alert_recipients."),
        )
