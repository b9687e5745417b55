"""The encoding of a text, told from its first bytes.

UTF-8 and UTF-16 are told by their structure. For Arabic in one byte a letter, charset-normalizer alone
confuses windows-1256 and ISO-8859-6 (and Cyrillic ones), so the candidates compete by whose text looks like
Arabic words.
"""

from __future__ import annotations

import re

import charset_normalizer

#: Byte order marks, the longer first: UTF-32's begins with UTF-16's.
BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)

#: Bytes given to charset-normalizer; more costs seconds and tells no more.
_SAMPLE = 16_384

_ARABIC_CANDIDATES = ("cp1256", "iso8859_6", "cp720", "mac_arabic")

#: The least share of words that must look Arabic. Wrong decodings stay under 0.1, real text is over 0.3.
_ARABIC_ENOUGH = 0.2

_LATIN = frozenset(
    "cp1250 cp1252 cp1254 cp1257 cp1258 latin_1 iso8859_2 iso8859_3 iso8859_4 iso8859_9 iso8859_10 "
    "iso8859_13 iso8859_14 iso8859_15 iso8859_16 mac_latin2 cp775 cp852 cp1125 hp_roman8".split()
)
_WESTERN = frozenset("éèêëàâäçôöîïûùüßñáíóúãœæøåÉÈÊÀÂÄÇÔÖÎÜÑÁÓ’‘“”«»–—…€°·\xa0¿¡")

_ARABIC_WORD = re.compile(r"[ء-يپچژکگی]+")
_WORD = re.compile(r"[^\W\d_]+")
_COMMON = frozenset(
    "في من على إلى الى عن أن ان إن التي الذي هذا هذه ذلك كان كانت قال قالت بعد قبل مع ما لا لم لن بين كما "
    "وقد قد هو هي وهو وهي أو او ثم حتى كل بن عام يوم خلال حول وفي ومن وعلى عند منذ غير عبد محمد أكثر به له "
    "لها فيها منها عليه الله لكن رئيس".split()
)


def detect_encoding(head: bytes) -> str | None:
    """Return the name of the encoding of a text that begins with `head`, or None for a binary file."""
    for bom, name in BOMS:
        if head.startswith(bom):
            return name
    if wide := _wide_encoding(head):
        return wide
    if _looks_binary(head):
        return None
    if head.isascii():
        return "utf-8"
    return "utf-8" if _is_utf8(head) else _single_byte_encoding(head)


def _wide_encoding(head: bytes) -> str | None:
    """Tell UTF-16 without a mark: every other byte holds one of a few values (0x00, 0x06, 0x20...)."""
    if len(head) < 4 or b"\x00" not in head[:4096]:
        return None
    sample = head[:4096] if len(head) >= 4096 else head[: len(head) // 2 * 2]
    for name, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if sum(byte in (0x00, 0x04, 0x06, 0x20) for byte in high) < 0.9 * len(high):
            continue
        text = sample.decode(name, "replace")
        letters = sum(c.isalnum() or c.isspace() for c in text)
        if letters > 0.7 * len(text) and text.count("\ufffd") <= 1 and "\x00" not in text:
            return name
    return None


def _looks_binary(head: bytes) -> bool:
    sample = head[:8192]
    if b"\x00" in sample:
        return True
    controls = sum(byte < 0x20 and byte not in b"\t\n\r\f\x1a\x1b\x1e" for byte in sample)
    return controls > 0.01 * len(sample)


def _is_utf8(head: bytes) -> bool:
    """Tell UTF-8, also with a few broken bytes: those records are refused, the others read."""
    text = head.decode("utf-8", "replace")
    broken = text.count("\ufffd") - head.count(b"\xef\xbf\xbd")
    # The head may end in the middle of a character.
    if text.endswith("\ufffd"):
        broken -= 1
    good = sum(not c.isascii() for c in text) - text.count("\ufffd")
    return broken <= 0 or broken < 0.1 * good


def _single_byte_encoding(head: bytes) -> str | None:
    sample = _dense_sample(head)
    scores = {name: _arabic_score(sample.decode(name, "replace")) for name in _ARABIC_CANDIDATES}
    best = max(_ARABIC_CANDIDATES, key=scores.__getitem__)
    if scores[best] >= _ARABIC_ENOUGH:
        return best
    guess = charset_normalizer.from_bytes(sample).best()
    # What is UTF-16 or UTF-32 was told before: here it is a guess about binary data.
    if guess is None or guess.encoding.startswith(("utf_16", "utf_32", "utf_7")):
        return None
    # Central European and Baltic pages share most of their letters with French and German ones.
    return "cp1252" if guess.encoding in _LATIN and _is_western(sample) else guess.encoding


def _is_western(sample: bytes) -> bool:
    beyond = [c for c in sample.decode("cp1252", "replace") if not c.isascii()]
    return sum(c in _WESTERN for c in beyond) >= 0.95 * len(beyond)


def _dense_sample(head: bytes) -> bytes:
    """Return the part of the head that starts with its first line beyond ASCII (headers are often ASCII)."""
    first = next(position for position, byte in enumerate(head) if byte > 0x7F)
    start = head.rfind(b"\n", 0, first) + 1
    return head[start : start + _SAMPLE]


def _arabic_score(text: str) -> float:
    """Return the share of the words beyond ASCII that are common Arabic words or have the article `ال`."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    if not words:
        return 0.0
    found = sum(
        word in _COMMON or (len(word) >= 4 and word.startswith(("ال", "وال", "بال", "لل", "كال", "فال")))
        for word in words
        if _ARABIC_WORD.fullmatch(word)
    )
    return float(found) / len(words) - 2.0 * text.count("\ufffd") / len(text)
