"""Reading help for those who do not read Arabic: what a word means, and how a title sounds.

Two ways to the same glosses: a script asks for the word under the pointer (`/gloss`), and `help=1` writes one
above each word of the article, which needs no script. The dictionary is unpacked at its first use.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, jsonify, request
from markupsafe import Markup, escape

from indexer.article import Article
from indexer.text import base_language, normalise
from indexer.text.transliteration import romanise
from webapp.context import the_archive

blueprint = Blueprint("reading", __name__)

#: Longest word that is looked up, in characters, and the most glosses that are shown of it.
MAX_WORD = 60
MAX_GLOSSES = 8
_LONGEST_ABOVE = 22  # a gloss above a word must not push its neighbours far away
_WORD = re.compile("[\u0620-\u065f\u0670-\u06d3]+")
#: Words of grammar have many glosses, and the commonest is not the first of the list.
_GRAMMAR = {
    normalise(arabic): english
    for arabic, english in (
        ("في", "in"), ("من", "from, of"), ("على", "on"), ("إلى", "to"), ("عن", "about"), ("مع", "with"),
        ("أن", "that"), ("إن", "that"), ("لا", "not"), ("ما", "what, not"), ("لم", "did not"), ("لن", "will not"),
        ("هذا", "this"), ("هذه", "this"), ("ذلك", "that"), ("تلك", "that"), ("الذي", "who, which"),
        ("التي", "who, which"), ("الذين", "who"), ("كان", "was"), ("كانت", "was"), ("قد", "already, may"),
        ("بعد", "after"), ("قبل", "before"), ("بين", "between"), ("كما", "as also"), ("حول", "about"),
        ("خلال", "during"), ("منذ", "since"), ("حتى", "until"), ("أو", "or"), ("ثم", "then"), ("هو", "he"),
        ("هي", "she"), ("هم", "they"), ("كل", "every"), ("أي", "any"), ("غير", "not, other than"),
        ("ضد", "against"), ("عند", "at"), ("أمام", "before"), ("تم", "was done"), ("به", "with it"),
        ("له", "for him"), ("لها", "for her"), ("فيه", "in it"), ("فيها", "in it"), ("منها", "of it"),
        ("منه", "of it"), ("عليه", "on it"), ("عليها", "on it"), ("إنه", "that he"), ("أنه", "that he"),
        ("أنها", "that she"), ("عبد", "servant (of)"),
    )
}  # fmt: skip


@blueprint.get("/gloss")
def gloss() -> Response:
    """Answer with the English glosses of one Arabic word, as JSON."""
    word = request.args.get("w", "")[:MAX_WORD].strip()
    response = jsonify(word=word, sounds=romanise(word), glosses=glosses(word)[:MAX_GLOSSES])
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def glosses(word: str) -> list[str]:
    """Return English words for an Arabic word as it stands in a text, the likeliest first."""
    if not _WORD.search(word):
        return []
    if grammar := _GRAMMAR.get(normalise(word)):
        return grammar.split(", ")
    return list(the_archive().glosses(word))


def helps(article: Article) -> bool:
    """Whether there is help for reading an article: the dictionary is of Arabic."""
    return base_language(article.language) == "ar"


def romanised_title(article: Article) -> str:
    """Return an Arabic title in Latin letters, empty for other languages."""
    return romanise(article.title) if helps(article) and _WORD.search(article.title) else ""


def with_glosses(text: str) -> Markup:
    """Return a run of text with the likeliest gloss of each Arabic word above it."""
    parts: list[Markup] = []
    position = 0
    for found in _WORD.finditer(text):
        english = next((gloss for gloss in glosses(found[0]) if len(gloss) <= _LONGEST_ABOVE), "")
        parts.append(escape(text[position : found.start()]))
        if english:
            parts.append(Markup('<ruby>{}<rt lang="en" dir="ltr">{}</rt></ruby>').format(found[0], english))
        else:
            parts.append(escape(found[0]))
        position = found.end()
    parts.append(escape(text[position:]))
    return Markup("").join(parts)
