"""Reading help for those who do not read Arabic: what a word means, and how a title sounds.

Three ways to the same glosses: a script asks for the word under the pointer (`/gloss`), `help=1` writes one above each
word of the article, which needs no script, and titles are told word for word wherever they are listed.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, jsonify, request
from markupsafe import Markup, escape

from indexer.article import Article
from indexer.search.glosses import ARABIC_WORD, Gloss, Source
from indexer.search.page import Result
from indexer.search.wordforword import WordForWord
from indexer.text import base_language
from indexer.text.transliteration import romanise
from webapp.context import the_archive
from webapp.language import language

blueprint = Blueprint("reading", __name__)

#: Longest word that is looked up, in characters, and the most glosses that are shown of it.
MAX_WORD = 60
MAX_BESIDE = 200
MAX_GLOSSES = 8
_LONGEST_ABOVE = 22  # a gloss above a word must not push its neighbours far away


@blueprint.get("/gloss")
def gloss() -> Response:
    """Answer with the English of one Arabic word (`w`) as it is used in an article (`id`), as JSON.

    `before` and `after` are the words beside it: of a phrase or a name it tells what that means first.
    """
    word = request.args.get("w", "")[:MAX_WORD].strip()
    before, after = (request.args.get(name, "")[:MAX_BESIDE].strip() for name in ("before", "after"))
    archive = the_archive()
    article = (
        archive.articles([article_id]).get(article_id) if (article_id := request.args.get("id")) else None
    )
    found: tuple[Gloss, ...] = ()
    if ARABIC_WORD.search(word):
        told = archive.word_for_word(article)
        start = len(before) + 1 if before else 0
        runs = told.runs(" ".join(filter(None, (before, word, after))))
        here = next((run.glosses for run in runs if run.start <= start < run.end), ())
        found = tuple({one.english: one for one in (*here, *told.glosses(word))}.values())
    response = jsonify(word=word, sounds=romanise(word), glosses=[_shown(one) for one in found[:MAX_GLOSSES]])
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _shown(one: Gloss) -> str:
    """Return a gloss as it is shown: what no list confirms is told from what one does."""
    return f"≈ {one.english}" if one.source == Source.NEAR else one.english


@blueprint.app_template_test("helped")
def helps(article: Article) -> bool:
    """Whether there is help for reading an article: the dictionary is of Arabic."""
    return base_language(article.language) == "ar"


def romanised_title(article: Article) -> str:
    """Return an Arabic title in Latin letters, empty for other languages."""
    return romanise(article.title) if helps(article) and ARABIC_WORD.search(article.title) else ""


def gists(shown: Sequence[Article | Result]) -> dict[str, str]:
    """Return the titles of Arabic articles in English, word for word, by id; none for who reads Arabic."""
    return {} if language().code == "ar" else the_archive().gists(shown)


def with_glosses(text: str, told: WordForWord) -> Markup:
    """Return a run of text with the likeliest gloss of each Arabic word or phrase above it."""
    parts: list[Markup] = []
    position = 0
    for run in told.runs(text):
        end = run.end
        while end < len(text) and not (text[end].isspace() or text[end].isalnum()):
            end += 1  # what ends a sentence or a quotation stays with its word at the end of a line
        written = text[run.start : end]
        shown = map(_shown, run.glosses)
        longest = max(_LONGEST_ABOVE, 2 * len(written))
        english = next((gloss for gloss in shown if len(gloss) <= longest), "")
        parts.append(escape(text[position : run.start]))
        if english:
            parts.append(Markup('<ruby>{}<rt lang="en" dir="ltr">{}</rt></ruby>').format(written, english))
        else:
            parts.append(escape(written))
        position = end
    parts.append(escape(text[position:]))
    return Markup("").join(parts)
