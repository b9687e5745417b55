"""Alerts as a mail and as JSON. Articles are hostile: nothing of them can start a line, a header or a direction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any
from urllib.parse import urlencode

from indexer.alerts.saved import SavedSearch
from indexer.alerts.told import TOLD, Told
from indexer.article import Article

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_LONGEST = 300
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def mail(saved: SavedSearch, alerts: Sequence[Told], *, sender: str, base_url: str) -> EmailMessage:
    """Return a plain-text mail that tells the alerts of one saved search."""
    message = EmailMessage()
    count = f"{len(alerts):,} new article{'' if len(alerts) == 1 else 's'}"
    message["Subject"] = f"{one_line(saved.name)}: {count}"
    message["From"] = sender
    message["To"] = saved.email
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or None)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    lines = [f"The saved search “{one_line(saved.name)}” has found {count}.", ""]
    for one in alerts[:TOLD]:
        article = one.article
        if article is None:
            continue
        lines += [
            _isolated(article.title) or "Untitled",
            *([f"  Word for word: {one_line(one.gist)}"] if one.gist else []),
            "  " + " · ".join(filter(None, (_isolated(article.source), date_of(article)))),
            f"  {_isolated(one.alert.reason)}",
            f"  {page_of(article, base_url)}",
            "",
        ]
    if len(alerts) > TOLD:
        lines += [f"… and {len(alerts) - TOLD:,} more.", ""]
    lines += [
        f"All of them: {base_url}saved/{saved.id}",
        "To end these mails, delete the saved search there.",
    ]
    message.set_content("\n".join(lines) + "\n")
    return message


def payload(saved: SavedSearch, alerts: Sequence[Told], *, base_url: str) -> dict[str, Any]:
    """Return what a webhook is sent, of the same as `mail`."""
    return {
        "saved_search": {
            "id": saved.id,
            "name": saved.name,
            "search": dict(saved.search),
            "url": f"{base_url}saved/{saved.id}",
        },
        "alerts": [
            {
                "at": one.alert.at,
                "reason": one.alert.reason,
                "pairs": [asdict(pair) for pair in one.alert.pairs],
                "article": {
                    "id": article.id,
                    "title": article.title,
                    "gist": one.gist,
                    "url": article.url,
                    "source": article.source,
                    "language": article.language,
                    "published": date_of(article),
                    "page": page_of(article, base_url),
                },
            }
            for one in alerts[:TOLD]
            if (article := one.article) is not None
        ],
        "more": max(0, len(alerts) - TOLD),
    }


def one_line(text: str) -> str:
    """Return *text* on one line, without what could mislead, of a sensible length."""
    return " ".join(_UNSAFE.sub(" ", text).split())[:_LONGEST]


def date_of(article: Article) -> str:
    return article.published.isoformat() if article.published else ""


def page_of(article: Article, base_url: str) -> str:
    return f"{base_url}article?{urlencode({'id': article.id})}"


def _isolated(text: str) -> str:
    """Return text whose direction is its own, whatever stands beside it."""
    line = one_line(text)
    return f"{_FIRST_STRONG_ISOLATE}{line}{_POP_ISOLATE}" if line else ""
