"""CSV and TSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import SettingsError, UnreadableSource
from indexer.readers import ReadOptions, Record, read, read_raw
from indexer.readers.opening import Stream, TextSource


def records(tmp_path: Path, data: str | bytes, name: str = "a.csv", **options: Any) -> list[Record]:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read([path], ReadOptions(**options)))


def texts(found: list[Record]) -> list[str]:
    return [record.article.text if record.article else f"! {record.reason}" for record in found]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_from_the_header(tmp_path: Path, delimiter: str) -> None:
    data = "\n".join(
        delimiter.join(row) for row in (("id", "headline", "body"), ("1", "T", "B"), ("2", "U", "C"))
    )
    found = records(tmp_path, data)
    assert [(r.article.id, r.article.title, r.article.text, r.line) for r in found if r.article] == [
        ("1", "T", "B", 2),
        ("2", "U", "C", 3),
    ]


def test_quoted_cells_hold_delimiters_quotes_and_lines(tmp_path: Path) -> None:
    data = 'id,text\r\n1,"قال ""نعم"", ثم\r\nسكت"\r\n\r\n2,B\r\n'
    found = records(tmp_path, data)
    assert texts(found) == ['قال "نعم", ثم\nسكت', "B"]
    assert [record.line for record in found] == [2, 5]


def test_lines_may_end_as_on_old_macs(tmp_path: Path) -> None:
    found = records(tmp_path, 'id,title,text\rq,T,"Some\rtext"\r\rr,U,More\r')
    assert [(r.article.id, r.article.text, r.line) for r in found if r.article] == [
        ("q", "Some\ntext", 2),
        ("r", "More", 5),
    ]
    assert texts(records(tmp_path, "id,text\rq,نص\r".encode("utf-16"))) == ["نص"]


@pytest.mark.parametrize("name", ["a.csv", "a"])
def test_a_carriage_return_in_the_middle_of_a_header_is_no_crash(tmp_path: Path, name: str) -> None:
    data = "id,title\rtext\nq,T\nr,U\n"
    if name == "a.csv":
        with pytest.raises(UnreadableSource, match=r"header of .*a\.csv cannot be read"):
            records(tmp_path, data, name)
    else:  # nothing says that it is a table
        (found,) = records(tmp_path, data, name)
        assert found.article is not None


def test_a_first_line_longer_than_the_limit_of_a_cell_is_no_crash(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match=r"header of .* cannot be read"):
        records(tmp_path, "id,text" + "x" * 200_000, max_record_bytes=2_000)


def test_tsv(tmp_path: Path) -> None:
    assert texts(records(tmp_path, "id\ttext\n1\ta,b;c\n", "a.tsv")) == ["a,b;c"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1256", "iso8859_6"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    data = "العنوان;النص\nعنوان;أعلنت الوزارة في بيان اليوم\n"
    (found,) = records(tmp_path, data.encode(encoding))
    assert found.article is not None
    assert (found.article.title, found.article.text) == ("عنوان", "أعلنت الوزارة في بيان اليوم")


def test_a_wrong_header_is_told_with_its_columns_and_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource) as caught:
        records(tmp_path, "nr,prose\n1,B\n")
    assert "Its columns are: nr, prose." in str(caught.value)
    assert "--column text=NAME" in str(caught.value)
    assert texts(records(tmp_path, "nr,prose\n1,B\n", columns={"text": "prose", "id": "nr"})) == ["B"]


def test_a_mapped_column_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        UnreadableSource, match=r"no column 'prosa' for the field text. Its columns are: nr, prose"
    ):
        records(tmp_path, "nr,prose\n1,B\n", columns={"text": "prosa"})


def test_a_field_that_does_not_exist_is_told() -> None:
    with pytest.raises(SettingsError, match="no field 'texte'"):
        read(["-"], ReadOptions(columns={"texte": "x"}))


def test_a_bad_row_gives_a_reason_and_the_run_goes_on(tmp_path: Path) -> None:
    data = 'id,text\n1,A\n2,"B" x\n3,C,extra\n4,\n5,E\n6\n7,G\n8,"never closed\n9,I\n'
    found = records(tmp_path, data)
    assert texts(found)[0] == "A"
    reasons = {record.line: record.reason for record in found if record.article is None}
    assert "not valid CSV" in reasons[3]
    assert "3 cells, the header 2" in reasons[4]
    assert "no text" in reasons[5]
    assert "no text" in reasons[7]
    assert "not valid CSV: unexpected end of data" in reasons[9]
    assert "takes in 1 more lines, to line 10" in reasons[9]
    assert [text for text in texts(found) if not text.startswith("!")] == ["A", "E", "G", "I"]
    assert next(record for record in found if record.line == 9).raw == '8,"never closed\n'


@pytest.mark.parametrize(("name", "tab"), [("a.csv", ","), ("a.tsv", "\t")])
def test_a_quote_that_is_not_closed_spoils_its_own_row_only(tmp_path: Path, name: str, tab: str) -> None:
    data = 'id,title,text\n1,T,"never closed\n2,T,B\n3,T,"B ""b""\nC"\n\n4,T,"lone\n5,T,E\n6,T,F\n'
    found = records(tmp_path, data.replace(",", tab), name)
    articles = [(record.line, record.article.id, record.article.text) for record in found if record.article]
    assert articles == [(3, "2", "B"), (4, "3", 'B "b"\nC'), (8, "5", "E"), (9, "6", "F")]
    reasons = {record.line: record.reason for record in found if not record.article}
    assert list(reasons) == [2, 7]
    assert "takes in 2 more lines, to line 4; they are read on their own." in reasons[2]
    assert "takes in 2 more lines, to line 9; they are read on their own." in reasons[7]


def test_the_inside_of_a_spoiled_cell_is_no_article(tmp_path: Path) -> None:
    data = 'text,id\n"First line.\nAnother\nHe said "no".\nThe end.",1\nB,2\n'
    found = records(tmp_path, data)
    assert [record.article.id for record in found if record.article] == ["2"]
    assert [record.line for record in found if not record.article] == [2, 3, 4, 5]
    assert "stands behind a quote that is not closed" in found[1].reason


def test_lines_that_are_made_to_be_read_again_and_again_take_no_longer(tmp_path: Path) -> None:
    """Each of these lines opens a quote, and leaves one open that was open before."""
    count = 100_000
    found = records(tmp_path, "id,text\n" + 'a","\n' * count + "x" * 1_000_000 + "\n")
    assert 1 < len(found) < 100
    assert "more lines, to line" in found[-1].reason


def test_a_kept_row_can_be_read_again_without_its_header(tmp_path: Path) -> None:
    (bad,) = records(tmp_path, "id,text,prose\n1,,B\n")
    assert bad.article is None
    mended = read_raw(bad.raw, ReadOptions(columns={"text": "prose"}), file="a.csv", line=2)
    assert mended.article is not None
    assert (mended.article.id, mended.article.text, mended.line) == ("1", "B", 2)


def test_bytes_that_are_not_utf8_spoil_their_row_only(tmp_path: Path) -> None:
    data = "id,text\n1,أعلنت الوزارة\n".encode() + b"2,\xff\xfe\n" + "3,أعلنت الوزارة\n".encode()
    found = records(tmp_path, data)
    assert [record.article is not None for record in found] == [True, False, True]
    assert "not UTF-8" in found[1].reason


def test_a_row_over_the_limit_is_skipped_alone(tmp_path: Path) -> None:
    one_line = "id,text\n1,A\n2," + "x" * 5_000 + "\n3,C\n"
    assert [text[:21] for text in texts(records(tmp_path, one_line, max_record_bytes=2_000))] == [
        "A",
        "! The row has more th",
        "C",
    ]
    many_lines = 'id,text\n1,A\n2,"' + "x\n" * 5_000 + '"\n'
    found = records(tmp_path, many_lines, max_record_bytes=2_000)
    assert found[0].article is not None
    assert "more than 2000 bytes" in found[1].reason
    unclosed = 'id,text\n1,A\n2,"B\n' + "".join(f"{n},{'x' * 100}\n" for n in range(3, 103))
    found = records(tmp_path, unclosed, max_record_bytes=2_000)
    assert [record.line for record in found if not record.article] == [3]
    assert len(found) == 102


def test_a_header_over_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match=r"header of .* cannot be read: it is too long"):
        records(tmp_path, "x" * 5_000, max_record_bytes=2_000)


def test_an_article_of_5_mb_is_read_whole(tmp_path: Path) -> None:
    (found,) = records(tmp_path, "id,text\n1," + "ab " * 1_700_000 + "\n")
    assert found.article is not None
    assert len(found.article.text) == 3 * 1_700_000 - 1


def test_columns_without_or_with_the_same_name_are_kept_apart(tmp_path: Path) -> None:
    (found,) = records(tmp_path, "text,,note,note\nB,x,1,2\n")
    assert found.article is not None
    assert found.article.extra == {"note": "1", "note (2)": "2"}


_CELL = st.text(
    alphabet=st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"), min_size=1
)


@settings(max_examples=60)
@given(st.lists(st.tuples(_CELL.filter(str.strip), _CELL.filter(str.strip)), min_size=1, max_size=4))
def test_what_a_csv_writer_wrote_is_read_back(rows: list[tuple[str, str]]) -> None:
    from indexer.readers.delimited import read_delimited
    from indexer.readers.fields import FieldMapper

    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["note", "text"])
    writer.writerows([(note, f"x{text}x") for note, text in rows])
    source = TextSource(Stream("a.csv", io.BytesIO(out.getvalue().encode()), max_bytes=10**6), "utf-8")
    found = list(read_delimited(source, ReadOptions(), FieldMapper(ReadOptions())))
    raw_texts = [record.article.text for record in found if record.article]
    # Entities (`&amp;`) are resolved; whatever else is written comes back.
    assert [text for text, (_, given_text) in zip(raw_texts, rows, strict=True) if "&" not in given_text] == [
        f"x{text}x" for _, text in rows if "&" not in text
    ]
