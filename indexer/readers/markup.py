"""HTML in a field -> plain text: tags out, entities resolved, paragraphs kept as lines.

Only for text that clearly is HTML; a lone `<` in prose stays. This is no sanitiser: whoever shows a text
escapes it. Every pattern here runs in linear time, as the input may be hostile.
"""

from __future__ import annotations

import html
import re

_TAG_NAMES = (
    "a|abbr|article|aside|b|blockquote|body|br|caption|center|cite|code|dd|div|dl|dt|em|embed|fieldset|"
    "figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link|main|"
    "meta|noscript|object|ol|p|picture|pre|q|s|script|section|small|source|span|strike|strong|style|sub|sup|"
    "svg|table|tbody|td|template|textarea|tfoot|th|thead|title|tr|u|ul|video"
)
# An attribute's value may hold `>`; none of the parts may hold `<`, so that each try ends at the next tag.
_TAG = re.compile(rf"""<(/?)({_TAG_NAMES})\b(?:[^<>"']|"[^"<]*"|'[^'<]*')*+>""", re.IGNORECASE)
_CLEAR_SIGN = re.compile(
    r"</(?:p|div|span|a|b|i|em|strong|li|ul|ol|h[1-6]|td|table|blockquote|figure|article|section|body|html|font)\s*>"
    r"|<(?:br|hr|p)\s*/?>|<(?:p|div|img|a|span|iframe|table)\s+[a-z-]+\s*=",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_BLOCKS = frozenset(
    "article aside blockquote body caption center dd div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 head header hr html li main ol p pre section table tbody tfoot thead tr ul br".split()
)
_DROPPED = ("script", "style", "noscript", "template", "iframe", "object", "svg", "head", "textarea")


def is_markup(text: str) -> bool:
    """Tell whether `text` clearly is HTML (a closing tag of a common element, `<br>`, `<p>`, `<img src=`)."""
    return "<" in text and _CLEAR_SIGN.search(text) is not None


def unescape(text: str) -> str:
    """Resolve entities (`&quot;`, `&#8217;`), which plain text does not hold by accident."""
    return html.unescape(text) if "&" in text and _ENTITY.search(text) else text


def strip_markup(text: str) -> str:
    """Return the text of an HTML fragment, block elements on lines of their own."""
    text = _drop_comments(text)
    for name in _DROPPED:
        text = _drop_element(text, name)
    text = re.sub(r"\s+", " ", text)
    text = _TAG.sub(lambda tag: "\n" if tag[2].lower() in _BLOCKS else "", text)
    lines = (" ".join(line.replace("\xa0", " ").split()) for line in html.unescape(text).split("\n"))
    return "\n".join(line for line in lines if line)


def _drop_comments(text: str) -> str:
    kept, position = [], 0
    while (start := text.find("<!--", position)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        kept.append(text[position:start])
        position = end + 3
    return "".join(kept) + text[position:]


def _drop_element(text: str, name: str) -> str:
    """Cut out `<name ...>...</name>` with what is inside; an element that never closes loses its tag only."""
    opening = re.compile(rf"<{name}\b[^<>]*>", re.IGNORECASE)
    closing = re.compile(rf"</{name}\s*>", re.IGNORECASE)
    kept, position = [], 0
    while start := opening.search(text, position):
        end = closing.search(text, start.end())
        if end is None:
            break
        kept.append(text[position : start.start()])
        position = end.end()
    return "".join(kept) + text[position:]
