"""Files, folders, standard input: what is read, what is refused, what is described."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.article import Article, Precision, Published
from indexer.errors import SettingsError, UnreadableSource
from indexer.readers import ReadOptions, Record, describe, read, read_raw

LINE = '{"id":%d,"title":"T","text":"B"}\n'


def ids(records: list[Record]) -> list[str]:
    return [record.article.id if record.article else f"! {Path(record.file).name}" for record in records]


def test_a_folder_is_read_in_order_without_hidden_and_foreign_files(tmp_path: Path) -> None:
    for name in (
        "b/2.jsonl",
        "a.csv",
        ".hidden.jsonl",
        ".git/x.jsonl",
        "picture.png",
        "README.md",
        "c.jsonl",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(LINE % 2)
    (tmp_path / "a.csv").write_text("id,text\n1,B\n")
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress((LINE % 3).encode()))
    (tmp_path / "d.ndjson.zst").write_bytes(zstandard.compress((LINE % 4).encode()))
    found = list(read([tmp_path]))
    assert ids(found) == ["1", "2", "3", "4", "2"]
    assert found[0].file == str(tmp_path / "a.csv")


def test_in_a_folder_an_unreadable_file_is_a_record_and_the_run_goes_on(tmp_path: Path) -> None:
    (tmp_path / "1.jsonl").write_text("")
    (tmp_path / "2.csv").write_text("nr,prose\n1,B\n")
    (tmp_path / "3.txt").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "4.jsonl").write_text(LINE % 4)
    found = list(read([tmp_path]))
    assert ids(found) == ["! 1.jsonl", "! 2.csv", "! 3.txt", "4"]
    assert "is empty" in found[0].reason
    assert "no column for the text" in found[1].reason
    assert "binary" in found[2].reason


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.jsonl", b"", "is empty"),
        ("a.txt", b"  \n", "is empty"),
        ("a.jsonl", bytes(range(256)) * 20, "binary"),
        ("a.pdf", b"%PDF-1.4\n", "PDF"),
        ("a.jsonl.gz", gzip.compress(b"x" * 100)[:10], "truncated"),
    ],
)
def test_a_named_file_that_is_no_articles_is_refused(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UnreadableSource, match=message):
        list(read([path]))


def test_what_does_not_exist_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(LINE % 1)
    with pytest.raises(UnreadableSource, match="no file or folder"):
        read([tmp_path / "a.jsonl", tmp_path / "b.jsonl"])
    with pytest.raises(UnreadableSource, match="cannot be opened: File name too long"):
        read([tmp_path / "a.jsonl", tmp_path / ("b" * 300)])
    with pytest.raises(UnreadableSource, match="No file or folder was given"):
        read([])
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableSource, match="holds no files to read"):
        list(read([tmp_path / "empty"]))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(LINE % 1)
    path.chmod(0)
    with pytest.raises(UnreadableSource, match="Permission denied"):
        list(read([path]))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter every folder")
@pytest.mark.parametrize("mode", [0, 0o444])
def test_a_folder_without_permission_is_a_record_and_the_run_goes_on(tmp_path: Path, mode: int) -> None:
    inner = tmp_path / "inner"
    for name in ("a.jsonl", "inner/b.json", "z.jsonl"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(LINE % 1)
    inner.chmod(mode)
    try:
        first, last, refused = read([tmp_path])
        for named in (inner, inner / "b.json") if mode == 0 else (inner / "b.json",):
            with pytest.raises(UnreadableSource, match="Permission denied"):
                list(read([named]))
    finally:
        inner.chmod(0o700)
    assert first.article
    assert last.article
    assert refused.file == str(inner if mode == 0 else inner / "b.json")
    assert "Permission denied" in refused.reason


def test_a_folder_that_cannot_be_entered_is_a_record_and_the_run_goes_on(tmp_path: Path) -> None:
    """A path can be too long even for root."""
    (tmp_path / "z.jsonl").write_text(LINE % 1)
    _too_deep(tmp_path)
    read_first, refused = read([tmp_path])
    assert read_first.article
    assert "cannot be entered: File name too long" in refused.reason
    assert "cannot be entered" in describe([tmp_path])[1].problems[0]


def _too_deep(folder: Path) -> None:
    here = os.open(folder, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=here)
        inner = os.open("d" * 250, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


@pytest.mark.parametrize("ending", [".json", ".txt"])
def test_a_file_with_the_longest_of_names_is_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / ("n" * (255 - len(ending)) + ending)
    path.write_text(LINE % 1)
    assert ids(list(read([tmp_path]))) == ["1"]
    assert ids(list(read([path]))) == ["1"]


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "a.jsonl").write_text(LINE % 1)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "b.jsonl").write_text(LINE % 2)
    (tmp_path / "here" / "link").symlink_to(tmp_path / "away")
    assert ids(list(read([tmp_path / "here"]))) == ["2"]
    assert ids(list(read([tmp_path / "here" / "link"]))) == ["1"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (ReadOptions(format="xml"), "no format 'xml'"),
        (ReadOptions(encoding="utf-9"), "no text encoding 'utf-9'"),
        (ReadOptions(encoding="base64"), "no text encoding 'base64'"),
        (ReadOptions(encoding="rot13"), "no text encoding 'rot13'"),
        (ReadOptions(encoding="punycode"), "no text encoding 'punycode'"),
        (ReadOptions(encoding="idna"), "no text encoding 'idna'"),
        (ReadOptions(encoding="unicode_escape"), "no text encoding 'unicode_escape'"),
        (ReadOptions(encoding="undefined"), "no text encoding 'undefined'"),
        (ReadOptions(encoding="a\0b"), "no text encoding"),
        (ReadOptions(published="yesterday"), "date 'yesterday' cannot be read"),
    ],
)
def test_options_that_cannot_work_are_refused(options: ReadOptions, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        read(["-"], options)


@pytest.mark.parametrize(
    "encoding",
    [
        "windows-1256",
        "iso-8859-6",
        "utf-16",
        "utf-32-be",
        "utf-8-sig",
        "utf-7",
        "cp037",
        "gb18030",
        "iso2022_jp",
    ],
)
def test_encodings_that_files_are_written_in_are_taken(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes((LINE % 1 + LINE % 2).encode(encoding))
    assert ids(list(read([path], ReadOptions(encoding=encoding)))) == ["1", "2"]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_truncated_file_gives_the_records_before_the_break(tmp_path: Path, pack: object) -> None:
    import random

    rng = random.Random(1)
    lines = "".join(json.dumps({"id": n, "text": rng.randbytes(300).hex()}) + "\n" for n in range(3_000))
    packed: bytes = pack(lines.encode())  # type: ignore[operator]
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    found = list(read([path]))
    articles = [record for record in found if record.article]
    assert 1_000 < len(articles) < 2_000
    assert ids(articles) == [str(n) for n in range(len(articles))]
    assert found[-1].article is None
    assert "truncated" in found[-1].reason
    assert found[-1].line == len(articles) + 1
    assert len(found) == len(articles) + 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (LINE % 1, ["1"]),
        ("[" + (LINE % 1).strip() + "]", ["1"]),
        ("id,title,text\n1,T,B\n", ["1"]),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_standard_input_tells_its_format(
    data: str, expected: list[str], pack: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed: bytes = pack(data.encode())  # type: ignore[operator]
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(packed)))
    found = list(read(["-"]))
    assert ids(found) == expected
    assert found[0].file == "-"


def test_standard_input_as_text_from_an_old_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"Title,x\rSome plain text\r")))
    (found,) = read(["-"])
    assert found.article is not None
    assert found.article.text == "Title,x\nSome plain text"


def test_json_lines_of_an_old_mac_are_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(LINE % n for n in (1, 2)).replace("\n", "\r"), newline="")
    assert ids(list(read([path]))) == ["1", "2"]


def test_standard_input_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO("قال الوزير: نعم.".encode())))
    (found,) = read(["-"], ReadOptions(title="T"))
    assert found.article is not None
    assert (found.article.title, found.article.text) == ("T", "قال الوزير: نعم.")


def test_a_name_that_says_nothing_or_lies_is_looked_into(tmp_path: Path) -> None:
    for name in ("articles", "articles.txt", "articles.data"):
        path = tmp_path / name
        path.write_text(LINE % 1)
        assert ids(list(read([path]))) == ["1"]
    path = tmp_path / "text"
    path.write_text("id,text\n1,B\n")
    assert ids(list(read([path]))) == ["1"]
    assert ids(list(read([path], ReadOptions(format="csv")))) == ["1"]


def test_a_file_name_that_is_not_utf8_is_shown_as_clean_text(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jsonl"))
    try:
        path.write_text(LINE % 1)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (found,) = read([tmp_path])
    found.file.encode()
    assert found.article is not None


def test_reading_is_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(LINE % n for n in range(200_000)))
    records = read([path])
    assert next(records).line == 1
    records.close()  # type: ignore[attr-defined]


def test_the_description_says_how_a_file_would_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    rows = "headline;body;day;colour\nT;أعلنت الوزارة في بيان;2020-06-03;red\nU;C;someday;\nV;;2020;\n"
    path.write_bytes(gzip.compress(rows.encode("cp1256")))
    (found,) = describe([path], ReadOptions(columns={"published": "day"}))
    assert (found.format, found.encoding, found.compression) == ("csv", "cp1256", "gzip")
    assert found.mapping == {"headline": "title", "body": "text", "day": "published"}
    assert found.ignored == ("colour",)
    assert (found.looked_at, found.articles) == (3, 2)
    assert found.first is not None
    assert found.first.title == "T"
    assert any("Line 4" in problem and "no text" in problem for problem in found.problems)
    assert any("the date cannot be read: 1 of 2 articles" in problem for problem in found.problems)


def test_the_description_looks_at_a_limited_number_and_names_unreadable_files(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("".join(LINE % n for n in range(500)))
    (tmp_path / "b.jsonl").write_text("")
    first, second = describe([tmp_path], limit=50)
    assert (first.looked_at, first.articles, first.problems) == (50, 50, ())
    assert (second.looked_at, second.first) == (0, None)
    assert "is empty" in second.problems[0]


_BITS = [
    b'{"id":1,"text":"A"}', b"\n", b'"', b"{", b"}", b"[", b"]", b",", b";", b"\t", b"\\", b"\\u12", b" ",
    b"\r\n", b"\r",
    "النص".encode(), "النص".encode("cp1256"), b"\xff\xfe", b"\x00", b"id,text\n", b"<p>", b"x" * 50, b"# ",
    b"\x1f\x8b", b"(\xb5/\xfd", "المصدر: ".encode(), b"2020-01-01", b"photo: ",
]  # fmt: skip


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(_BITS), max_size=30).map(b"".join),
    st.sampled_from([".jsonl", ".json", ".csv", ".tsv", ".txt", ".x"]),
    st.none() | st.integers(5, 100),
)
def test_no_bytes_make_reading_fail(tmp_path: Path, data: bytes, ending: str, cut: int | None) -> None:
    """Every file gives records with an article or a reason, or one expected error; all of it clean text."""
    path = tmp_path / f"a{ending}"
    path.write_bytes(data if cut is None else gzip.compress(data)[:cut])
    try:
        for record in read([path]):
            assert (record.article is None) == bool(record.reason)
            (record.file + record.reason + record.raw).encode()
            assert len(record.raw.encode()) <= 10_000
            if record.article:
                orjson.dumps(record.article.to_dict())
        describe([path])
    except UnreadableSource as error:
        str(error).encode()


# -- an export reads back

_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
_PUBLISHED = st.builds(
    Published,
    at=st.datetimes(timezones=st.just(UTC)),
    precision=st.sampled_from(Precision),
    offset_minutes=st.none() | st.integers(-720, 720),
    raw=_TEXT,
    doubtful=st.booleans(),
)
_ARTICLES = st.builds(
    Article,
    id=_TEXT.filter(bool),
    title=_TEXT.filter(bool),
    text=_TEXT.filter(str.strip),
    url=_TEXT,
    summary=_TEXT,
    source=_TEXT,
    section=_TEXT,
    author=_TEXT,
    language=st.sampled_from(["ar", "en", "und", "zh"]),
    language_confidence=st.floats(0, 1),
    published=st.none() | _PUBLISHED,
    publisher=_TEXT,
    credit=_TEXT,
    title_made=st.booleans(),
    extra=st.dictionaries(_TEXT, _TEXT, max_size=3),
)


@settings(max_examples=150)
@given(_ARTICLES)
def test_an_export_reads_back_to_the_same_article(article: Article) -> None:
    record = read_raw(orjson.dumps(article.to_dict()).decode())
    assert record.article == article, record.reason


def test_an_export_file_reads_back_to_the_same_articles(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(
        '{"id":"a/\\"1\'","headline":" T ","body":"<p>&lt;b&gt; x</p>","date":"3 يونيو 2020","x":1}\n'
        '{"body":"No title here, so one is made.","date":"31/02/2020","lang":"AR"}\n',
        encoding="utf-8",
    )
    first = [record.article for record in read([source])]
    export = tmp_path / "out.jsonl"
    export.write_bytes(b"\n".join(orjson.dumps(article.to_dict()) for article in first if article))
    assert [record.article for record in read([export])] == first


@pytest.mark.parametrize(
    "change",
    [
        {"extra": {"a": 1}},
        {"extra": {str(n): "" for n in range(1_000)}},
        {"title": 3},
        {"published": {"at": "never", "precision": "second"}},
        {"published": {"at": "2020-01-01T00:00:00Z", "precision": "second", "raw": "x" * 10_000}},
        {"published": {"at": "2020-01-01T00:00:00", "precision": "second"}},
        {"published": {"at": "2020-01-01T00:00:00Z", "precision": "day", "offset_minutes": {"a": [1]}}},
        {"published": {"at": "2020-01-01T00:00:00Z", "precision": "day", "offset_minutes": True}},
        {"published": {"at": "2020-01-01T00:00:00Z", "precision": "second", "raw": ["a"]}},
        {"published": ["2020-01-01T00:00:00Z"]},
        {"language_confidence": "high"},
        {"language_confidence": float("nan")},
        {"language": "x" * 1_000},
        {"foreign": 1},
    ],
)
def test_what_only_looks_like_an_export_is_read_like_any_record(change: dict[str, object]) -> None:
    record = read_raw(
        json.dumps({"id": "1", "title": "T", "text": "B", "language_confidence": 0.5, **change})
    )
    assert record.article is not None
    assert len(record.article.extra) <= 64
    assert record.article.language == "und"
    assert record.article.language_confidence == 0.0


# -- real files


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "lines", "articles"),
    [
        ("ant", 30_178, 30_177),
        ("jawhara", 9_996, 9_974),
        ("ntrex", 1_476, 1_476),
        ("xquad", 240, 240),
        ("mlqa", 439, 439),
    ],
)
def test_the_real_collections_are_read_whole(
    shared_data: Path, folder: str, lines: int, articles: int
) -> None:
    options = ReadOptions(now=datetime(2026, 1, 1, tzinfo=UTC))
    total = kept = undated = doubtful = 0
    for record in read([shared_data / folder / "articles.jsonl.gz"], options):
        total += 1
        if record.article is None:
            assert "no text" in record.reason
            continue
        kept += 1
        undated += record.article.published is None
        doubtful += record.article.published is not None and record.article.published.doubtful
        assert record.article.language != "und"
    assert (total, kept, doubtful) == (lines, articles, 0)
    if folder in ("ant", "jawhara"):
        assert undated <= 7
