"""Reading help for those who do not read Arabic: what a word means, and how a title sounds.

Two ways to the same glosses: a script asks for the word under the pointer (`/gloss`), and `help=1` writes one
above each word of the article, which needs no script. Titles are told word by word wherever they are listed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from flask import Blueprint, Response, jsonify, request
from markupsafe import Markup, escape

from indexer.article import Article
from indexer.errors import EngineError
from indexer.search.glosses import ARABIC_WORD, NEAR, Gloss, Reader
from indexer.text import base_language
from indexer.text.transliteration import romanise
from webapp.context import the_archive
from webapp.language import language

blueprint = Blueprint("reading", __name__)
logger = logging.getLogger(__name__)

#: Longest word that is looked up, in characters, and the most glosses that are shown of it.
MAX_WORD = 60
MAX_GLOSSES = 8
_LONGEST_ABOVE = 22  # a gloss above a word must not push its neighbours far away


@blueprint.get("/gloss")
def gloss() -> Response:
    """Answer with the English glosses of one Arabic word (`w`), as it is used in an article (`id`), as JSON."""
    word = request.args.get("w", "")[:MAX_WORD].strip()
    archive = the_archive()
    article = (
        archive.articles([article_id]).get(article_id) if (article_id := request.args.get("id")) else None
    )
    found = archive.reader(article).glosses(word) if ARABIC_WORD.search(word) else ()
    response = jsonify(word=word, sounds=romanise(word), glosses=[_shown(one) for one in found[:MAX_GLOSSES]])
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _shown(one: Gloss) -> str:
    """Return a gloss as it is shown: what no list confirms is told from what one does."""
    return f"≈ {one.english}" if one.source == NEAR else one.english


@blueprint.app_template_test("helped")
def helps(article: Article) -> bool:
    """Whether there is help for reading an article: the dictionary is of Arabic."""
    return base_language(article.language) == "ar"


def romanised_title(article: Article) -> str:
    """Return an Arabic title in Latin letters, empty for other languages."""
    return romanise(article.title) if helps(article) and ARABIC_WORD.search(article.title) else ""


def gists(articles: Sequence[Article]) -> dict[str, str]:
    """Return the titles of Arabic articles in English, word by word, by id; none for who reads Arabic.

    A help and no part of the answer: where the engine does not bring what it takes, there are none.
    """
    if language().code == "ar":
        return {}
    try:
        return the_archive().gists(articles)
    except EngineError as error:
        logger.warning("Titles are shown without their English: %s", error)
        return {}


def with_glosses(text: str, reader: Reader) -> Markup:
    """Return a run of text with the likeliest gloss of each Arabic word or phrase above it."""
    parts: list[Markup] = []
    position = 0
    for run in reader.runs(text):
        written = text[run.start : run.end]
        shown = map(_shown, run.glosses)
        english = next((gloss for gloss in shown if len(gloss) <= _LONGEST_ABOVE), "")
        parts.append(escape(text[position : run.start]))
        if english:
            parts.append(Markup('<ruby>{}<rt lang="en" dir="ltr">{}</rt></ruby>').format(written, english))
        else:
            parts.append(escape(written))
        position = run.end
    parts.append(escape(text[position:]))
    return Markup("").join(parts)
