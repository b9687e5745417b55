"""A title for an article that has none, made from its first sentence."""

from __future__ import annotations

import re

#: Longest made title, in characters; about one line of a result list.
MAX_MADE_TITLE = 100
# A sentence shorter than this ends at an abbreviation, or says too little: the next one is added.
_MIN_SENTENCE = 20

# A full stop ends a sentence only before a space, so that 3.5 and U.S.A stay whole.
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{2})[.!?؟۔।](?=[\"'”»)\]]*(?:\s|$))|[。！？]|\n")
_TRAILING = " \t,،؛;:-–—(\"'“«.…"


def make_title(text: str) -> str:
    """Return the first sentence of `text`, cut at a word with `…` past `MAX_MADE_TITLE` characters."""
    start = text.lstrip()[: 10 * MAX_MADE_TITLE]
    ends = _SENTENCE_END.finditer(start)
    end = next((end for end in ends if end[0] == "\n" or end.start() >= _MIN_SENTENCE), None)
    sentence = " ".join((start[: end.start()] if end else start).split())
    if end and end[0] in "?!؟！？":
        sentence += end[0]
    if len(sentence) <= MAX_MADE_TITLE:
        return sentence
    head = sentence[:MAX_MADE_TITLE]
    if not sentence[MAX_MADE_TITLE].isspace() and " " in head:
        head = head[: head.rindex(" ")]
    return head.rstrip(_TRAILING) + "…"
