"""Articles and results as text in a terminal: right for Arabic, safe for hostile titles."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from indexer.article import Article
from indexer.commands.common import POP_DIRECTIONAL_ISOLATE, clean, isolate, verbatim
from indexer.search.page import Highlight, Result, ResultPage
from indexer.search.plan import QueryPlan, Searched
from indexer.wording import counted

_STYLES = {"keyword": "bold yellow", "meaning": "bold cyan"}
_INDENT = "    "
_LEFT_TO_RIGHT_ISOLATE = "\u2066"
_RIGHT_TO_LEFT_ISOLATE = "\u2067"


def console() -> Console:
    """Return a console for stdout that prints text as it is: no markup, emoji codes or guessed colours."""
    return Console(markup=False, emoji=False, highlight=False)


def print_page(page: ResultPage, gists: Mapping[str, str], *, explain: bool = False) -> None:
    """Print a page of results: title, origin, best passage with its matched words marked.

    *gists* are titles in English, word for word, by the id of the article (see `Archive.gists`).
    """
    out = console()
    if explain:
        _print_plan(out, page.plan)
    if not page.results:
        out.print(
            "No article was found." if page.total == 0 else f"This page is empty; there are {page.pages}."
        )
        return
    first = page.results[0].rank
    out.print(f"{first}-{first + len(page.results) - 1} of {counted(page.total, 'article')}", style="dim")
    for result in page.results:
        out.print()
        _print_result(out, result, gists.get(result.article.id, ""), explain)


def _print_plan(out: Console, plan: QueryPlan) -> None:
    """Print what was searched for each word of the question, weightiest first, with where it came from."""
    for word in plan.words:
        searched = ", ".join(map(_told, word.searched)) or "nothing but the word itself"
        out.print(f"{isolate(word.text)}: {searched}", soft_wrap=True)


def _told(one: Searched) -> str:
    known = f", {counted(one.articles, 'article')}" if one.articles else ""
    return f"{isolate(one.surface)} ({one.source}, weight {one.weight:.2f}{known})"


def _print_result(out: Console, result: Result, gist: str, explain: bool) -> None:
    article = result.article
    title = Text(f"{result.rank:>2}. ")
    title.append(isolate(article.title), style="bold")
    out.print(title, soft_wrap=True)
    if gist:
        out.print(f"{_INDENT}word for word: {clean(gist)}", soft_wrap=True)
    out.print(f"{_INDENT}{origin(article)}", style="dim", soft_wrap=True)
    for line in _wrapped(out, marked(result.snippet.text, result.snippet.highlights)):
        out.print(line, soft_wrap=True)
    if explain:
        out.print(f"{_INDENT}why: {clean(result.explanation.sentence)}", soft_wrap=True)
        for leg in result.explanation.legs:
            out.print(
                f"{_INDENT}     {leg.leg}: score {leg.score:.3f}, rank {leg.rank}, share {leg.share:.3f}"
            )
        for pair in result.explanation.pairs:
            out.print(
                f"{_INDENT}     {isolate(pair.word)} = {isolate(pair.found)} ({pair.source})", soft_wrap=True
            )
    out.print(f"{_INDENT}id: {verbatim(article.id)}", style="dim", soft_wrap=True)


def print_article(article: Article, *, characters: int | None = None) -> None:
    """Print an article, of its text at most *characters*."""
    out = console()
    made = "  (made from the first sentence)" if article.title_made else ""
    out.print(Text.assemble((isolate(article.title), "bold"), (made, "dim")), soft_wrap=True)
    out.print(origin(article), style="dim", soft_wrap=True)
    for name in ("url", "author", "section", "publisher", "credit"):
        if value := getattr(article, name):
            shown = verbatim(value) if name == "url" else isolate(value)
            out.print(f"{name}: {shown}", style="dim", soft_wrap=True)
    text = article.text[:characters] + ("…" if characters and len(article.text) > characters else "")
    for paragraph in clean(text).splitlines():
        out.print()
        for line in _wrapped(out, Text(paragraph), indent=""):
            out.print(line, soft_wrap=True)


def origin(article: Article) -> str:
    """Return where and when an article comes from, in one line."""
    published = article.published.isoformat() if article.published else "undated"
    doubt = " (doubtful)" if article.published and article.published.doubtful else ""
    parts = (isolate(article.source) if article.source else "", published + doubt, article.language)
    return " · ".join(part for part in parts if part)


def marked(text: str, highlights: Sequence[Highlight]) -> Text:
    """Return *text* without unsafe characters, its highlights in colour."""
    result = Text()
    position = 0
    for mark in sorted(highlights, key=lambda mark: mark.start):
        result.append(clean(text[position : mark.start]))
        result.append(clean(text[max(position, mark.start) : mark.end]), style=_STYLES.get(mark.kind, "bold"))
        position = max(position, mark.end)
    result.append(clean(text[position:]))
    return result


def _wrapped(out: Console, text: Text, *, indent: str = _INDENT) -> list[Text]:
    """Return *text* as lines that fit, each isolated in the direction of the whole.

    A line of an Arabic text that happens to start with a Latin name still runs from right to left, and does
    not disturb the line after it.
    """
    width = max(20, out.width - len(indent) - 2)
    opening = _isolate_for(text.plain)
    return [Text.assemble(indent, opening, line, POP_DIRECTIONAL_ISOLATE) for line in text.wrap(out, width)]


def _isolate_for(text: str) -> str:
    for character in text:
        match unicodedata.bidirectional(character):
            case "L":
                return _LEFT_TO_RIGHT_ISOLATE
            case "R" | "AL":
                return _RIGHT_TO_LEFT_ISOLATE
    return _LEFT_TO_RIGHT_ISOLATE
