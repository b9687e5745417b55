"""Alerts as an Atom feed (RFC 4287). Texts of articles are text in it, never markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlencode
from xml.etree import ElementTree

from indexer.alerts.saved import Alert, SavedSearch
from indexer.alerts.told import Told
from indexer.article import UNKNOWN_LANGUAGE, Article, Precision
from webapp.marking import clean, external_url

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
_ATOM = "http://www.w3.org/2005/Atom"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_SUMMARY = 400  # characters
# What XML 1.0 cannot hold at all, escaped or not, beside what `clean` takes.
_NO_XML = re.compile("[\ufffe\uffff]")


def write(saved: SavedSearch, alerts: Sequence[Told], *, root: str) -> bytes:
    """Return the feed. *root* is the web app's address with the slash at its end."""
    page = f"{root}saved/{saved.id}"
    feed = ElementTree.Element("feed", xmlns=_ATOM)
    _add(feed, "id", page)
    _add(feed, "title", saved.name)
    _add(feed, "updated", _moment(alerts[0].alert.at if alerts else saved.created_at))
    ElementTree.SubElement(feed, "link", rel="self", type="application/atom+xml", href=f"{page}/feed.atom")
    ElementTree.SubElement(feed, "link", rel="alternate", type="text/html", href=page)
    _add(ElementTree.SubElement(feed, "author"), "name", "News archive")
    for one in alerts:
        if one.article:
            _entry(feed, one.alert, one.article, one.gist, root)
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(feed: ElementTree.Element, alert: Alert, article: Article, gist: str, root: str) -> None:
    page = f"{root}article?{urlencode({'id': article.id})}"
    entry = ElementTree.SubElement(feed, "entry")
    if article.language != UNKNOWN_LANGUAGE:
        entry.set(_LANGUAGE, _text(article.language))
    _add(entry, "id", page)
    _add(entry, "title", article.title or "Untitled")
    _add(entry, "updated", _moment(alert.at))
    published = article.published
    if published and published.precision in (Precision.SECOND, Precision.MINUTE) and not published.doubtful:
        _add(entry, "published", published.at.isoformat().replace("+00:00", "Z"))
    _add(ElementTree.SubElement(entry, "author"), "name", article.author or article.source or "unknown")
    ElementTree.SubElement(entry, "link", rel="alternate", type="text/html", href=page)
    if source := external_url(article.url):
        ElementTree.SubElement(entry, "link", rel="via", href=_text(source))
    for term in filter(None, (article.section, article.source)):
        ElementTree.SubElement(entry, "category", term=_text(term))
    told = f"Word for word: {gist}" if gist else ""
    _add(entry, "summary", " \n".join(filter(None, (told, str(alert.reason), article.text[:_SUMMARY]))))


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = _text(text)


def _text(text: str) -> str:
    return _NO_XML.sub("", clean(text)).strip()


def _moment(at: str) -> str:
    return at.replace("+00:00", "Z")
