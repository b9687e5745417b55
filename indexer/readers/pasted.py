"""A text as people paste it -> its parts: title line, dateline, body, publisher, credit, source.

The body loses a line only where its form says what it is; a doubtful line stays, since only
the body is searched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from indexer.readers.calendar_words import MONTH, fold_date_text
from indexer.readers.dates import parse_date
from indexer.readers.names import fold_name

MAX_TITLE = 160
_MAX_LABELLED = 300
_MAX_TAIL_LINES = 8

_QUOTES = {'"': '"', "«": "»", "“": "”", "„": "“", "'": "'", "‘": "’", "(": ")", "[": "]"}

_SOURCE = re.compile(
    r"(?:المصدر|مصدر الخبر|source|sources)\s*(?P<colon>[:：\-–—])?\s*(?P<value>\S.*)", re.IGNORECASE
)
_CREDIT = re.compile(
    r"(?:(?:photos?|pictures?|images?|(?:photo|picture|image) credit|photo by|credit|crédit photo|"
    r"الصورة|صورة|صور|تصوير|عدسة|مصدر الصورة|حقوق الصورة|المصور)\s*[:：/]|"
    r"تصوير(?=\s(?:\S+\s?){1,4}$)|photo by\b|©)\s*"
    r"(?P<value>\S.*)",
    re.IGNORECASE,
)
_AUTHOR = re.compile(
    r"(?:(?:بقلم|كتب|كتبت|الكاتب|إعداد|اعداد|تحرير|author|written by|par)\s*[:：]|بقلم(?=\s(?:\S+\s?){1,5}$)|"
    r"by(?=(?:\s[A-Z]\S*){1,5}$))\s*(?P<value>\S.*)",
    re.IGNORECASE,
)
_BY_NAME = re.compile(r"by(?:\s[A-Z]\S*){1,5}")
_URL = re.compile(r"(?:(?:الرابط|رابط|url|link|address)\s*[:：]\s*)?(?P<value>https?://\S+)", re.IGNORECASE)
_DATE_LABEL = re.compile(
    r"(?:تاريخ النشر|نشر في|نشر بتاريخ|التاريخ|تاريخ|published(?: on)?|date|publié le)\s*[:：]?\s*",
    re.IGNORECASE,
)

#: First words of a publisher's name: group, agency, newspaper, channel, network, site, centre, ...
_HOUSE = re.compile(
    r"(?:مجموعة|وكالة|صحيفة|جريدة|مجلة|قناة|شبكة|موقع|مركز|مؤسسة|إذاعة|تلفزيون|دار|هيئة|معهد|[©–—])\s*\S|"
    r".*\b(?:news|agency|press|newspaper|magazine|media|times|tribune|journal)$",
    re.IGNORECASE,
)
_NAME_WORDS = 12

_LABELS = {
    fold_name(label): ours
    for ours, labels in (
        ("title", "title headline العنوان عنوان"),
        ("published", "date published التاريخ تاريخ تاريخ_النشر"),
        ("source", "source المصدر"),
        ("url", "url link address الرابط رابط"),
        ("author", "author by الكاتب بقلم كتب"),
        ("section", "section category القسم"),
    )
    for label in labels.split()
}
_LABELLED = re.compile(r"(?P<label>[^\W\d_][\w ]{1,15})\s?[:：]\s*(?P<value>\S.*)")

# `موسكو، 3 حزيران/يونيو 2020 –`, `القاهرة (رويترز) -`, `DUBAI, June 3, 2020 (AFP) --`
_DATELINE = re.compile(
    r"(?P<place>[^\d():.!؟?\"«–—-]{2,60}?)\s*(?:[،,]\s*(?P<date>[^()\"«–—]{0,10}\d[^()\"«–—]{2,30}?))?\s*"
    r"(?:\((?P<agency>[^()\d]{2,40})\))?\s*(?:[–—]|-{1,2})\s+(?=\S)"
)


@dataclass(slots=True)
class Pasted:
    """The parts of a pasted text; what was not found is empty."""

    text: str = ""
    title: str = ""
    published: str = ""
    source: str = ""
    author: str = ""
    url: str = ""
    section: str = ""
    publisher: str = ""
    credit: str = ""
    dateline: str = ""
    #: Where the first sentence begins in `text`: behind the dateline.
    opening: int = field(default=0)


def take_apart(text: str) -> Pasted:
    """Return the parts of `text`, which has `\\n` line ends."""
    parts = Pasted()
    lines = [" ".join(line.split()) for line in text.strip().split("\n")]
    lines = _take_head(lines, parts)
    lines = _take_tail(lines, parts)
    lines = _unwrapped(lines)
    parts.text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if match := _dateline(parts.text.split("\n", 1)[0]):
        parts.dateline = match[0].rstrip(" -–—")
        parts.opening = match.end()
        parts.source = parts.source or (match["agency"] or "").strip()
        if not parts.published and match["date"] and parse_date(match["date"]):
            parts.published = match["date"].strip()
    return parts


def unquoted(value: str) -> str:
    """Return a name without the quotation marks around the whole of it, and without a last full stop."""
    value = value.strip().rstrip(".").strip()
    while (
        len(value) > 2 and _QUOTES.get(value[0]) == value[-1] and not {value[0], value[-1]} & set(value[1:-1])
    ):
        value = value[1:-1].strip()
    return value


def _take_head(lines: list[str], parts: Pasted) -> list[str]:
    rest = lines
    while rest and (labelled := _label(rest[0])):
        ours, value = labelled
        if getattr(parts, ours):
            break
        setattr(parts, ours, value)
        rest = _lstrip(rest[1:])
    if not rest:
        # Nothing but labels is a text about something else.
        for ours in _LABELS.values():
            setattr(parts, ours, "")
        return lines
    if not parts.title and _is_title(rest):
        parts.title = rest[0].lstrip("# ").strip()
        rest = _lstrip(rest[1:])
    if parts.title:
        rest = _take_marks(rest, parts)
    return rest


def _take_marks(lines: list[str], parts: Pasted) -> list[str]:
    """Take the lines of author, date and address between the title and the body."""
    rest = lines
    for _ in range(4):
        if len(rest) < 2 or not (mark := _mark(rest[0])) or getattr(parts, mark[0]):
            break
        setattr(parts, *mark)
        rest = _lstrip(rest[1:])
    return rest if any(rest) else lines


def _take_tail(lines: list[str], parts: Pasted) -> list[str]:
    rest = _rstrip(lines)
    signed = False
    for _ in range(_MAX_TAIL_LINES):
        shorter = _rstrip(rest[:-1])
        if not shorter or not (mark := _signature(rest[-1]) or _mark(rest[-1])) or getattr(parts, mark[0]):
            break
        setattr(parts, *mark)
        signed = signed or mark[0] in ("source", "credit")
        rest = shorter
    before = _rstrip(rest[:-1])
    if before and not parts.publisher and _is_house(rest[-1], before[-1], signed=signed):
        parts.publisher = rest[-1].lstrip("©–— ").strip()
        rest = before
    return rest


def _label(line: str) -> tuple[str, str] | None:
    match = _LABELLED.fullmatch(line)
    ours = _LABELS.get(fold_name(match["label"])) if match else None
    if match is None or ours is None or len(line) > _MAX_LABELLED:
        return None
    if ours == "published" and parse_date(match["value"]) is None:
        return None
    return ours, unquoted(match["value"]) if ours == "source" else match["value"]


def _mark(line: str) -> tuple[str, str] | None:
    """Return the field and value of a line that holds nothing but an author, a date or an address."""
    if len(line) > 120:
        return None
    if match := _URL.fullmatch(line):
        return "url", match["value"]
    if (match := _AUTHOR.fullmatch(line)) and (
        line[:3].lower() != "by " or _BY_NAME.fullmatch(line[:1].lower() + line[1:])
    ):
        return "author", match["value"]
    date = _DATE_LABEL.sub("", line, count=1)
    if (found := parse_date(date)) and found.precision not in ("year", "month") and not date.isdigit():
        return "published", date
    return None


def _signature(line: str) -> tuple[str, str] | None:
    """Return the field and value of a source or credit line, as they stand below an article."""
    if len(line) > 160:
        return None
    bare = line[1:-1].strip() if line[:1] in "([" and line[-1:] in ")]" else line
    if match := _SOURCE.fullmatch(bare):
        value = unquoted(match["value"])
        # Without a colon a sentence may begin so (`المصدر رفض التعليق ...`): only a quoted or very short
        # name will do.
        quoted = value != match["value"].rstrip(". ")
        if match["colon"] or quoted or (not bare.isascii() and len(value.split()) <= 2):
            return ("source", value) if value and len(value.split()) <= _NAME_WORDS else None
    if (match := _CREDIT.fullmatch(bare)) and len(match["value"].split()) <= _NAME_WORDS:
        return "credit", unquoted(match["value"])
    return None


def _is_house(line: str, before: str, *, signed: bool) -> bool:
    """Tell a publisher's name: a short last line that is no sentence, after one that is.

    It must begin or end like a publisher's name; with a source or credit line below it, a short name of any
    kind will do, unless it begins with "and".
    """
    words = len(line.split())
    if len(line) > 100 or line[-1] in ".!?؟:،,؛;…" or before[-1] not in '.!?؟…"”»)':
        return False
    if _HOUSE.match(line):
        return words <= (_NAME_WORDS if signed else 6)
    return signed and words <= 3 and line[0] not in "وف"


def _is_title(lines: list[str]) -> bool:
    first = lines[0]
    if first.startswith("# ") and len(first) <= MAX_TITLE:
        return any(lines[1:])
    following = next((line for line in lines[1:] if line), "")
    if not first or not following or len(first) > MAX_TITLE or first[-1] in ".。،,؛;:…" or _URL.match(first):
        return False
    if _dateline(first) or _signature(first):
        return False
    return not lines[1] or _mark(following) is not None or len(following) >= max(80, 1.3 * len(first))


def _dateline(line: str) -> re.Match[str] | None:
    match = _DATELINE.match(line)
    if match is None or len(match["place"].split()) > 6:
        return None
    dated = match["date"] and MONTH.search(fold_date_text(match["date"]))
    return match if match["agency"] or dated or (match["date"] and parse_date(match["date"])) else None


def _unwrapped(lines: list[str]) -> list[str]:
    """Join lines that were broken at a fixed width (as in mail), so that sentences are whole again."""
    inner = [line for line, following in pairwise(lines) if line and following]
    longest = max(map(len, lines), default=0)
    if len(inner) < 5 or not 40 <= longest <= 100:
        return lines
    broken = sum(line[-1] not in '.!?؟:"»' and len(line) > 0.6 * longest for line in inner)
    if broken < 0.7 * len(inner):
        return lines
    joined: list[str] = []
    for line in lines:
        if line and joined and joined[-1]:
            joined[-1] += f" {line}"
        else:
            joined.append(line)
    return joined


def _lstrip(lines: list[str]) -> list[str]:
    start = next((number for number, line in enumerate(lines) if line), len(lines))
    return lines[start:]


def _rstrip(lines: list[str]) -> list[str]:
    end = next((number for number in range(len(lines), 0, -1) if lines[number - 1]), 0)
    return lines[:end]
