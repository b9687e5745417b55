"""BibTeX: an @online entry an article, in UTF-8 (biblatex with biber, Zotero, JabRef)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from indexer.article import Article
from indexer.text import base_language
from webapp.formats.base import Exported, Provenance, date_parts
from webapp.marking import external_url, one_line

_SPECIAL = {
    "\\": r"\textbackslash{}",
    # BibTeX counts braces even behind a backslash, so a single one must go by its name.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}

#: What LaTeX (babel, polyglossia) calls a language, for hyphenation and the words of a style.
_BABEL = {
    "ar": "arabic", "de": "german", "en": "english", "es": "spanish", "fa": "persian", "fr": "french", "he": "hebrew",
    "hi": "hindi", "it": "italian", "nl": "dutch", "pl": "polish", "pt": "portuguese", "ru": "russian",
    "tr": "turkish", "uk": "ukrainian", "ur": "urdu",
}  # fmt: skip


def write(exported: Iterator[Exported], provenance: Provenance) -> Iterator[str]:
    for article in (one.article for one in exported):
        fields = "".join(f",\n  {name} = {{{value}}}" for name, value in _fields(article, provenance))
        yield f"@online{{{key(article)}{fields}\n}}\n\n"


def key(article: Article) -> str:
    """Return a citation key: the Latin part of the source, the year, and a digest of the id."""
    source = "".join(re.findall("[a-z0-9]+", article.source.lower()))[:12] or "article"
    year = "".join(map(str, date_parts(article)[:1]))
    return f"{source}{year}-{hashlib.blake2b(article.id.encode(), digest_size=4).hexdigest()}"


def escape(value: str) -> str:
    """Return *value* as it stands between braces."""
    return "".join(_SPECIAL.get(character, character) for character in one_line(value))


def _fields(article: Article, provenance: Provenance) -> Iterator[tuple[str, str]]:
    parts = date_parts(article)
    if article.title:
        # In a second pair of braces, so that no style changes its capitals.
        yield "title", f"{{{escape(article.title)}}}"
    if article.author:
        yield "author", f"{{{escape(article.author)}}}"
    for name, value in (
        ("organization", article.publisher or article.source),
        ("langid", _BABEL.get(base_language(article.language), "")),
        ("abstract", article.summary),
        # No standard style prints it; `note` and `addendum` stand in every bibliography.
        ("annotation", f"{provenance.note} {provenance.permalink(article)} (id {article.id})"),
    ):
        if value:
            yield name, escape(value)
    if parts:
        yield "date", "-".join([f"{parts[0]:04}", *(f"{part:02}" for part in parts[1:])])
        yield "year", f"{parts[0]:04}"
    yield "url", _address(external_url(article.url) or provenance.permalink(article))
    yield "urldate", provenance.retrieved.date().isoformat()


def _address(url: str) -> str:
    """Return an address with the braces and backslashes that would end its field in percent form."""
    return url.replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D")
