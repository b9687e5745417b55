"""JSON Lines, arrays, single objects; broken and giant ones."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.readers import ReadOptions, Record, read
from indexer.readers.jsonlines import split_lines, split_values


def records(tmp_path: Path, data: str | bytes, name: str = "a.jsonl", **options: Any) -> list[Record]:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read([path], ReadOptions(**options)))


def test_lines_blank_lines_and_no_last_line_end(tmp_path: Path) -> None:
    found = records(tmp_path, '{"id":1,"text":"A"}\n\n  \r\n{"id":2,"text":"B"}\r\n{"id":3,"text":"C"}')
    assert [(r.article and r.article.id, r.line) for r in found] == [("1", 1), ("2", 4), ("3", 5)]


def test_a_bad_line_gives_a_reason_and_the_run_goes_on(tmp_path: Path) -> None:
    found = records(
        tmp_path, '{"id":1,"text":"A"}\n{"id":2,"text":\n[1]\n"x"\n{"id":3}\n{"id":4,"text":"D"}\n'
    )
    assert [r.article.id if r.article else r.line for r in found] == ["1", 2, 3, 4, 5, "4"]
    assert "not valid JSON" in found[1].reason
    assert found[1].raw == '{"id":2,"text":'
    assert "not a JSON object" in found[2].reason
    assert "no text" in found[4].reason


@pytest.mark.parametrize(
    "document",
    [
        '[{"id":1,"text":"A"},{"id":2,"text":"B"}]',
        '[\n {"id": 1, "text": "A"},\n {"id": 2, "text": "B"}\n]\n',
        '{"status":"ok","articles":[{"id":1,"text":"A"},{"id":2,"text":"B"}]}',
        '{\n "response": {\n  "results": [{"id":1,"text":"A"},{"id":2,"text":"B"}]\n }\n}',
        '{"hits":{"total":2,"hits":[{"_source":{"id":1,"text":"A"}},{"_source":{"id":2,"text":"B"}}]}}',
        '{\n "id": 1,\n "text": "A"\n}\n{\n "id": 2,\n "text": "B"\n}',
        '\ufeff[{"id":1,"text":"A"},{"id":2,"text":"B"}]',
    ],
)
def test_arrays_answers_and_spread_out_objects(tmp_path: Path, document: str) -> None:
    found = records(tmp_path, document, "a.json")
    assert [r.article and (r.article.id, r.article.text) for r in found] == [("1", "A"), ("2", "B")]


def test_elements_of_an_array_know_their_line(tmp_path: Path) -> None:
    found = records(
        tmp_path, '[\n{"id":1,"text":"A"},\n7,\n{"id":2,\n"text":"B"},\n{"id":3,"text":"C"}]', "a.json"
    )
    assert [(r.line, r.article is not None) for r in found] == [(2, True), (3, False), (4, True), (6, True)]


def test_an_array_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    found = records(tmp_path, '[{"id":1,"text":"A"},{"id":2,"te', "a.json")
    assert found[0].article is not None
    assert "not valid JSON" in found[1].reason


def test_nan_and_surrogates_and_deep_nesting(tmp_path: Path) -> None:
    deep = '{"text":"A","x":' + "[" * 100_000 + "]" * 100_000 + "}"
    found = records(tmp_path, '{"text":"A","author":NaN}\n{"text":"\\ud800"}\n' + deep + "\n")
    assert found[0].article is not None
    assert found[0].article.author == ""
    assert "surrogates" in found[1].reason
    assert "nested too deeply" in found[2].reason


def test_bytes_that_are_not_utf8_spoil_their_record_only(tmp_path: Path) -> None:
    good = '{"text":"أعلنت الوزارة"}\n'.encode() * 5
    found = records(tmp_path, good + b'{"text":"\xff\xfe"}\n' + good)
    assert [r.article is not None for r in found] == [True] * 5 + [False] + [True] * 5
    assert "not UTF-8" in found[5].reason
    found[5].raw.encode()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "cp1256", "iso8859_6", "utf-8-sig"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    line = json.dumps({"text": "أعلنت الوزارة اليوم في بيان"}, ensure_ascii=False) + "\n"
    found = records(tmp_path, (line * 3).encode(encoding))
    assert [r.article and r.article.text for r in found] == ["أعلنت الوزارة اليوم في بيان"] * 3


def test_a_record_over_the_limit_is_skipped_alone(tmp_path: Path) -> None:
    big = json.dumps({"id": 2, "text": "x" * 5_000})
    for data, name in (
        ('{"id":1,"text":"A"}\n' + big + '\n{"id":3,"text":"C"}\n', "a.jsonl"),
        ('[{"id":1,"text":"A"},' + big + ',{"id":3,"text":"C"}]', "a.json"),
    ):
        found = records(tmp_path, data, name, max_record_bytes=2_000)
        assert [r.article.id if r.article else r.reason[:20] for r in found] == [
            "1",
            "The record has more ",
            "3",
        ]


def test_raw_is_limited(tmp_path: Path) -> None:
    (found,) = records(tmp_path, '{"title":"' + "ع" * 50_000 + '"}')
    assert 9_990 < len(found.raw.encode()) <= 10_000


def test_ten_thousand_copies_are_one_article(tmp_path: Path) -> None:
    found = records(tmp_path, '{"title":"T","text":"B"}\n' * 10_000)
    assert len(found) == 10_000
    assert len({r.article.id for r in found if r.article}) == 1


def test_an_article_of_5_mb_is_read_whole(tmp_path: Path) -> None:
    text = "جملة طويلة. " * 230_000
    (found,) = records(tmp_path, json.dumps({"text": text}, ensure_ascii=False))
    assert found.article is not None
    assert found.article.text == text.strip()


@pytest.mark.slow
@pytest.mark.parametrize("opening", ['{"text":"', '[{"text":"', '[{"a":['])
def test_a_200_mb_line_is_refused_in_little_memory(tmp_path: Path, opening: str) -> None:
    path = tmp_path / "giant.json"
    with path.open("wb") as file:
        file.write(opening.encode())
        part = b'"x",' * 250_000 if opening.endswith("[") else b"x" * 1_000_000
        for _ in range(200):
            file.write(part)
    script = (
        "import sys, resource; from indexer.readers import read, ReadOptions\n"
        "base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "records = list(read([sys.argv[1]], ReadOptions()))\n"
        "print(len(records), records[0].reason)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, timeout=120, check=True
    )
    reason, kilobytes = done.stdout.strip().split("\n")
    assert reason.startswith("1 The record has more than 32000000 bytes")
    assert int(kilobytes) < 150_000


def _cut(data: bytes, cuts: list[int]) -> Iterator[bytes]:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for start, end in pairwise(edges):
        yield data[start:end]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150)
@given(
    st.lists(st.dictionaries(st.text(max_size=5), _JSON, min_size=1, max_size=3), max_size=5),
    st.lists(st.integers(0, 10_000), max_size=8),
    st.sampled_from([None, 2]),
    st.booleans(),
    st.booleans(),
)
def test_values_are_split_wherever_the_chunks_end(
    values: list[dict[str, Any]], cuts: list[int], indent: int | None, as_array: bool, escape: bool
) -> None:
    if as_array:
        data = json.dumps(values, indent=indent, ensure_ascii=escape).encode("utf-8", "surrogatepass")
    else:
        data = "\n".join(json.dumps(value, indent=indent) for value in values).encode()
    found = list(split_values(_cut(data, cuts), 10**6))
    assert [json.loads(value or b"null") for _, value in found] == values
    lines = data.split(b"\n")
    for line, value in found:
        assert value is not None
        assert value.split(b"\n")[0].strip() in lines[line - 1]


@settings(max_examples=100)
@given(st.binary(max_size=60), st.lists(st.integers(0, 100), max_size=6))
def test_lines_are_split_wherever_the_chunks_end(data: bytes, cuts: list[int]) -> None:
    found = list(split_lines(_cut(data, cuts), 1_000))
    expected = data.split(b"\n")
    if expected[-1] == b"":
        expected.pop()
    assert found == list(enumerate(expected, start=1))


@settings(max_examples=100)
@given(st.binary(max_size=60), st.lists(st.integers(0, 100), max_size=6))
def test_no_bytes_stop_the_splitter(data: bytes, cuts: list[int]) -> None:
    list(split_values(_cut(data, cuts), 20))
