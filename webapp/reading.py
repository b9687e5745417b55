"""Reading help for those who do not read Arabic: what a word means, and how a title sounds.

Two ways to the same glosses: a script asks for the word under the pointer (`/gloss`), and `help=1` writes one
above each word of the article, which needs no script. The dictionary is unpacked at its first use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, jsonify, request
from markupsafe import Markup, escape

from indexer.article import Article
from indexer.search.glosses import ARABIC_WORD, NEAR, Gloss
from indexer.text import base_language
from indexer.text.transliteration import romanise
from webapp.context import the_archive

blueprint = Blueprint("reading", __name__)

#: Longest word that is looked up, in characters, and the most glosses that are shown of it.
MAX_WORD = 60
MAX_GLOSSES = 8
_LONGEST_ABOVE = 22  # a gloss above a word must not push its neighbours far away

#: Tells what an Arabic word means, the likeliest first.
Meaning = Callable[[str], Sequence[Gloss]]


@blueprint.get("/gloss")
def gloss() -> Response:
    """Answer with the English glosses of one Arabic word (`w`), as it is used in an article (`id`), as JSON."""
    word = request.args.get("w", "")[:MAX_WORD].strip()
    archive = the_archive()
    article = (
        archive.articles([article_id]).get(article_id) if (article_id := request.args.get("id")) else None
    )
    found = archive.glosses_in(article)(word) if ARABIC_WORD.search(word) else ()
    response = jsonify(word=word, sounds=romanise(word), glosses=[_shown(one) for one in found[:MAX_GLOSSES]])
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _shown(one: Gloss) -> str:
    """Return a gloss as it is shown: what no list confirms is told from what one does."""
    return f"≈ {one.english}" if one.source == NEAR else one.english


def helps(article: Article) -> bool:
    """Whether there is help for reading an article: the dictionary is of Arabic."""
    return base_language(article.language) == "ar"


def romanised_title(article: Article) -> str:
    """Return an Arabic title in Latin letters, empty for other languages."""
    return romanise(article.title) if helps(article) and ARABIC_WORD.search(article.title) else ""


def with_glosses(text: str, meaning: Meaning) -> Markup:
    """Return a run of text with the likeliest gloss of each Arabic word above it."""
    parts: list[Markup] = []
    position = 0
    for found in ARABIC_WORD.finditer(text):
        shown = map(_shown, meaning(found[0]))
        english = next((gloss for gloss in shown if len(gloss) <= _LONGEST_ABOVE), "")
        parts.append(escape(text[position : found.start()]))
        if english:
            parts.append(Markup('<ruby>{}<rt lang="en" dir="ltr">{}</rt></ruby>').format(found[0], english))
        else:
            parts.append(escape(found[0]))
        position = found.end()
    parts.append(escape(text[position:]))
    return Markup("").join(parts)
