"""Compression, broken and oversized streams, encodings."""

from __future__ import annotations

import gzip
import io
from base64 import b64encode
from pathlib import Path
from random import Random

import pytest
import zstandard

from indexer.errors import UnreadableSource
from indexer.readers import opening
from indexer.readers.encodings import detect_encoding
from indexer.readers.opening import BrokenSource, Stream, TextSource

ARABIC = (
    "أعلنت وزارة الخارجية الروسية اليوم أن موسكو على اتصال مع جميع الأطراف في ليبيا من أجل وقف إطلاق النار، "
    "وقال المصدر إن الخطوات التي اتخذت كانت ملموسة.\n"
)
FRENCH = (
    "Le Conseil de sécurité a été saisi après l'échec des négociations à Genève, où siège l'Organisation.\n"
)
RUSSIAN = "Министерство иностранных дел сообщило о переговорах с представителями правительства в Москве.\n"


def stream_of(data: bytes, max_bytes: int = 10**9) -> Stream:
    return Stream("x", io.BytesIO(data), max_bytes=max_bytes)


def drained(data: bytes, max_bytes: int = 10**9) -> bytes:
    return b"".join(stream_of(data, max_bytes))


def until_broken(stream: Stream) -> tuple[bytes, str]:
    """Return what a stream gives before it breaks off, and why it does."""
    got = bytearray()
    try:
        for chunk in stream:
            got += chunk
    except BrokenSource as broken:
        return bytes(got), str(broken)
    return bytes(got), ""


DATA = ARABIC.encode() * 5_000


@pytest.mark.parametrize(
    "packed",
    [
        DATA,
        gzip.compress(DATA),
        gzip.compress(DATA[:1000]) + gzip.compress(DATA[1000:]) + b"\x00" * 512,
        zstandard.compress(DATA),
        zstandard.compress(DATA[:1000]) + zstandard.compress(DATA[1000:]),
    ],
    ids=["plain", "gzip", "gzip members", "zstd", "zstd frames"],
)
def test_packed_or_not_the_bytes_are_the_same(packed: bytes) -> None:
    assert drained(packed) == DATA
    stream = stream_of(packed)
    assert stream.peek(100) == DATA[:100]
    assert b"".join(stream) == DATA


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_truncated_stream_gives_what_came_before(pack: object) -> None:
    # Random letters, so that the packed form has many blocks and can be cut in the middle.
    lines = b64encode(Random(7).randbytes(1_000_000))
    packed: bytes = pack(lines)  # type: ignore[operator]
    stream = stream_of(packed[: len(packed) // 2])
    stream.peek()
    got, reason = until_broken(stream)
    assert "truncated" in reason
    assert len(got) > 100_000
    assert lines.startswith(got)


def test_damaged_gzip_is_a_broken_source() -> None:
    packed = bytearray(gzip.compress(DATA))
    packed[len(packed) // 2] ^= 0xFF
    with pytest.raises(BrokenSource, match=r"damaged|truncated"):
        drained(bytes(packed))


def test_more_than_the_allowed_bytes_break_off() -> None:
    with pytest.raises(BrokenSource, match="max_file_bytes"):
        drained(gzip.compress(DATA), max_bytes=100_000)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_decompression_bomb_is_stopped(pack: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "RATIO_FREE_BYTES", 1_000_000)
    monkeypatch.setattr(opening, "MAX_RATIO", 500)
    bomb: bytes = pack(b"\x00" * 50_000_000)  # type: ignore[operator]
    got, reason = until_broken(stream_of(bomb))
    assert "bomb" in reason
    assert len(got) < 49_000_000


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (ARABIC, "utf-8", "utf-8"),
        (ARABIC, "utf-8-sig", "utf-8"),
        (ARABIC, "utf-16", "utf-16-le"),
        (ARABIC, "utf-16-le", "utf-16-le"),
        (ARABIC, "utf-16-be", "utf-16-be"),
        (ARABIC, "cp1256", "cp1256"),
        (ARABIC, "iso8859_6", "iso8859_6"),
        ("id,title,text\n1,العنوان,أعلنت الوزارة في بيان\n", "cp1256", "cp1256"),
        ("id,title,text\n1,العنوان,أعلنت الوزارة في بيان\n", "iso8859_6", "iso8859_6"),
        ("plain ascii\n", "ascii", "utf-8"),
        ("plain ascii, two bytes a letter\n", "utf-16-le", "utf-16-le"),
    ],
)
@pytest.mark.parametrize("times", [1, 30])
def test_encodings_are_told(text: str, encoding: str, found: str, times: int) -> None:
    data = (text * times).encode(encoding)
    assert detect_encoding(data) == found
    source = TextSource(stream_of(data), "auto")
    assert b"".join(source.chunks()).decode() == text * times


@pytest.mark.parametrize(("text", "encoding"), [(FRENCH * 5, "cp1252"), (RUSSIAN * 5, "cp1251")])
def test_other_languages_are_left_to_charset_normalizer(text: str, encoding: str) -> None:
    found = detect_encoding(text.encode(encoding))
    assert found is not None
    # Several code pages agree on these letters; the text is what counts.
    assert text.encode(encoding).decode(found) == text


def test_real_arabic_in_old_encodings_is_told(shared_data: Path) -> None:
    with gzip.open(shared_data / "ant" / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [line for _, line in zip(range(200), lines, strict=False)]
    for encoding in ("cp1256", "iso8859_6"):
        told = [detect_encoding(text.encode(encoding, "ignore")) for text in texts]
        assert told.count(encoding) == len(texts)


@pytest.mark.parametrize("given", ["utf-16", "UTF-16", "utf-16-le", "utf_16_le"])
@pytest.mark.parametrize("mark", [b"", b"\xff\xfe"])
def test_a_given_utf16_needs_no_mark(given: str, mark: bytes) -> None:
    source = TextSource(stream_of(mark + ARABIC.encode("utf-16-le")), given)
    assert b"".join(source.chunks()).decode() == ARABIC


def test_a_mark_is_surer_than_a_given_name() -> None:
    source = TextSource(stream_of(ARABIC.encode("utf-8-sig")), "cp1256")
    assert b"".join(source.chunks()).decode() == ARABIC


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    assert detect_encoding(ARABIC.encode() + b"\xff\xfe" + ARABIC.encode()) == "utf-8"


def test_a_character_cut_at_the_end_of_the_head_does_not_matter() -> None:
    assert detect_encoding(ARABIC.encode()[:21]) == "utf-8"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "zip"),
        (b"\x89PNG\r\n\x1a\n....", "PNG"),
        (bytes(range(256)) * 10, "binary"),
        (gzip.compress(b""), "is empty"),
        (gzip.compress(DATA)[:15], "truncated"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableSource, match=message):
        TextSource(stream_of(data), "auto")
