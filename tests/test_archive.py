"""Bad input, end to end: a sentence for the person or an entry in quarantine, and nothing lost or stuck."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import indexer.archive
from indexer.archive import Archive
from indexer.article import MAX_ID_LENGTH, MAX_TEXT_LENGTH, Article
from indexer.cli import main
from indexer.engines.base import Filters, Sort
from indexer.errors import ArticleNotFound, EngineUnavailable, InvalidQuery, SchemaMismatch, UnreadableSource
from indexer.search.request import SearchRequest
from indexer.settings import load_settings
from tests.clock import look_each_time
from tests.conftest import ROOT
from tests.fakes import FakeEncoder
from tests.real import load_encoder_once

GOOD = {"id": "good", "title": "Ships", "text": "Ships came to the harbour of the town.", "language": "en"}
MEGABYTE = 1_000_000


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture
def archive(tmp_path: Path, encoder: FakeEncoder) -> Iterator[Archive]:
    """An archive with one good article, which is still there and found when the test has ended."""
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path / "cache", encode_cache=False)
    with Archive.open(settings, encoder=encoder) as opened:
        opened.index([lines(tmp_path / "good.jsonl", GOOD)])
        yield opened
        assert opened.article("good").text == GOOD["text"]
        found = {result.article.id for result in opened.search(SearchRequest("+ships title:ships")).results}
        assert "good" in found
        assert opened.index([tmp_path / "good.jsonl"]).unchanged == 1


def lines(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def reasons(archive: Archive) -> list[str]:
    return [entry.reason for entry in archive.quarantine]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command in an empty folder; return its result."""
    monkeypatch.setattr(indexer.archive, "load_encoder", load_encoder_once)
    monkeypatch.setenv("NEWSARCHIVE_ENCODE_CACHE", "false")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))

    return run


# --- files that hold no articles ------------------------------------------------------------------

USELESS = {
    "empty.jsonl": (b"", "is empty"),
    "blank.txt": (b" \n\t\n", "is empty"),
    "binary.txt": (bytes(range(256)) * 40, "binary file"),
    "program.jsonl": (b"\x7fELF" + bytes(1_000), "a program"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + bytes(1_000), "a PNG picture"),
    "header.csv": (b"nr,prose\n1,A text.\n", "no column for the text. Its columns are: nr, prose."),
    "empty.jsonl.gz": (gzip.compress(b""), "is empty"),
}


@pytest.mark.parametrize("name", USELESS)
def test_a_named_file_without_articles_is_an_error_in_one_line(
    command: Any, tmp_path: Path, name: str
) -> None:
    content, reason = USELESS[name]
    (tmp_path / name).write_bytes(content)
    done = command("index", name)
    assert done.exit_code == 1, done.output
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert name in done.stderr
    assert reason in done.stderr
    assert done.stdout == ""


def test_in_a_folder_such_files_go_to_quarantine_and_the_others_are_read(
    command: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, (content, _) in USELESS.items():
        (folder / name).write_bytes(content)
    lines(folder / "good.jsonl", GOOD)
    done = command("index", "texts", "--json")
    assert done.exit_code == 3, done.output
    report = json.loads(done.stdout)
    assert (report["stored"], report["quarantined"]) == (1, len(USELESS))
    listed = json.loads(command("quarantine", "list", "--json").stdout)
    kept = {Path(entry["file"]).name: entry["reason"] for entry in listed}
    assert set(kept) == set(USELESS)
    for name, (_, reason) in USELESS.items():
        assert reason in kept[name]


def test_a_source_that_does_not_exist_ends_the_command_before_anything_is_read(
    archive: Archive, tmp_path: Path
) -> None:
    lines(tmp_path / "new.jsonl", {**GOOD, "id": "new"})
    with pytest.raises(UnreadableSource, match="no-such-file"):
        archive.index([tmp_path / "new.jsonl", tmp_path / "no-such-file.jsonl"])
    assert archive.stats().articles == 1


def test_a_truncated_gz_gives_what_came_before_the_break(command: Any, tmp_path: Path) -> None:
    noise = random.Random(3)
    records = [{**GOOD, "id": f"{number:03}", "author": noise.randbytes(300).hex()} for number in range(60)]
    packed = gzip.compress(lines(tmp_path / "all.jsonl", *records).read_bytes())
    (tmp_path / "cut.jsonl.gz").write_bytes(packed[: len(packed) * 2 // 3])
    done = command("index", "cut.jsonl.gz", "--json")
    assert done.exit_code == 3, done.output
    report = json.loads(done.stdout)
    assert 10 < report["stored"] < 60
    assert report["quarantined"] == 1
    assert "truncated" in command("quarantine", "list").stdout
    (tmp_path / "cut.jsonl.gz").write_bytes(packed)
    assert command("quarantine", "retry").exit_code == 0
    assert json.loads(command("stats", "--json").stdout)["articles"] == 60


# --- sizes ----------------------------------------------------------------------------------------

_MEASURED = """
import json, resource, sys
from indexer.archive import Archive
from indexer.settings import load_settings
from tests.fakes import FakeEncoder

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

folder, source, good = sys.argv[1:]
settings = load_settings(archive=folder, cache=folder, encode_cache=False)
with Archive.open(settings, encoder=FakeEncoder()) as archive:
    archive.index([good])
    before = peak()
    report = archive.index([source, good])
    after = peak()
    print(json.dumps({**report.to_dict(), "megabytes": after - before,
        "reasons": [entry.reason for entry in archive.quarantine], "raw": [len(e.raw) for e in archive.quarantine]}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("form", ["object", "array", "no json"])
def test_a_line_of_200_mb_is_refused_in_bounded_memory(tmp_path: Path, form: str) -> None:
    path = tmp_path / "huge.json"
    piece = b"x" * MEGABYTE
    with path.open("wb") as file:
        match form:
            case "object":
                file.write(b'{"id": "huge", "text": "')
                for _ in range(200):
                    file.write(piece)
                file.write(b'"}')
            case "array":  # each below the limit of a record, and above that of a text
                for number in range(8):
                    file.write(b'%c{"id": "%d", "text": "' % (b"," if number else b"[", number))
                    for _ in range(25):
                        file.write(piece)
                    file.write(b'"}')
                file.write(b"]")
            case "no json":
                file.write(b"{")
                for _ in range(200):
                    file.write(piece)
    good = lines(tmp_path / "good.jsonl", GOOD)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(tmp_path / "archive"), str(path), str(good)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert report["unchanged"] == 1
    assert report["quarantined"] == (8 if form == "array" else 1)
    limit = f"{MAX_TEXT_LENGTH} are allowed" if form == "array" else "max_record_bytes"
    assert all(limit in reason for reason in report["reasons"])
    assert max(report["raw"]) <= 10_000
    # A record of 32 MB may be held, once as bytes and some times as text, but never 200 MB.
    assert report["megabytes"] < 180


@pytest.mark.slow
def test_an_article_of_5_mb_is_indexed_whole(archive: Archive, tmp_path: Path) -> None:
    sentence = "أعلنت الوزارة اليوم أن السفن عادت إلى الميناء بعد توقف دام أسابيع. "
    text = sentence * (5 * MEGABYTE // len(sentence.encode())) + "وفي النهاية وصلت السفينة زنبقة."
    assert len(text.encode()) > 4_999_000
    report = archive.index([lines(tmp_path / "long.jsonl", {"id": "long", "title": "طويل", "text": text})])
    assert (report.stored, report.quarantined) == (1, 0)
    assert report.passages > 100
    assert archive.article("long").text == text
    page = archive.search(SearchRequest("زنبقة"))
    assert page.results[0].article.id == "long"
    snippet = page.results[0].snippet
    assert "زنبقة" in snippet.text
    assert text[snippet.start : snippet.end] == snippet.text


@pytest.mark.slow
def test_ten_thousand_copies_with_ids_of_their_own_are_encoded_once_and_paged_through(tmp_path: Path) -> None:
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path / "cache")
    encoder = FakeEncoder()
    with Archive.open(settings, encoder=encoder) as archive:
        report = archive.add(
            Article(id=f"{number:05}", title="Ships", text=GOOD["text"], language="en")
            for number in range(10_000)
        )
        assert report.stored == 10_000
        assert encoder.passages_encoded < 20  # one a chunk at most, until the cache has it
        seen: list[str] = []
        for page in range(1, 6):
            found = archive.search(SearchRequest("ships harbour", page=page, size=20))
            seen += [result.article.id for result in found.results]
        assert len(seen) == len(set(seen)) == 100
        assert archive.search(SearchRequest("+ships")).total == 10_000


# --- records --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"id": "x", "title": "No text"}, "no text"),
        ({"id": "x", "title": "No text", "text": " \n\t "}, "no text"),
        ({"id": "x", "title": "No text", "text": None}, "no text"),
        ({"id": "x" * (MAX_ID_LENGTH + 1), "title": "T", "text": "B"}, "512 are allowed"),
        ({"id": "x", "title": "t" * 9_000, "text": "B"}, "title has more than 8192"),
        ({"id": "x", "title": "T", "text": "broken \ud800"}, "surrogates"),
    ],
)  # fmt: skip
def test_a_record_that_is_no_article_waits_in_quarantine(
    archive: Archive, tmp_path: Path, record: dict[str, Any], reason: str
) -> None:
    report = archive.index([lines(tmp_path / "a.jsonl", record, {**GOOD, "id": "next"})])
    assert (report.stored, report.quarantined) == (1, 1)
    (said,) = reasons(archive)
    assert reason in said


ODD_IDS = (
    "a/b/c", "../../etc/passwd", "/absolute", "a\\b", 'with "quotes"', "it's", "'; DROP TABLE articles; --",
    "100%", "a%2Fb", "a?b=c&d#e", "<script>", "a b", "عربي/معرف", "\u202eright", "😀", "*", "-dash",
    "x" * MAX_ID_LENGTH,
)  # fmt: skip


def test_ids_of_any_kind_are_kept_as_they_are(archive: Archive, tmp_path: Path) -> None:
    records = [{**GOOD, "id": name, "source": f"source {n}"} for n, name in enumerate(ODD_IDS)]
    assert archive.index([lines(tmp_path / "odd.jsonl", *records)]).stored == len(ODD_IDS)
    for number, name in enumerate(ODD_IDS):
        assert archive.article(name).source == f"source {number}"
        page = archive.search(SearchRequest("ships", filters=including(source=f"source {number}")))
        assert [result.article.id for result in page.results] == [name]
        assert len(archive.passages(name)) == 1
    assert [article.id for article in archive.scan()] == sorted((*ODD_IDS, "good"))
    for name in ODD_IDS:
        assert archive.delete([name]) == 1
        with pytest.raises(ArticleNotFound):
            archive.article(name)


def test_odd_ids_pass_through_the_command(command: Any, tmp_path: Path) -> None:
    lines(tmp_path / "odd.jsonl", *({**GOOD, "id": name} for name in ODD_IDS))
    assert command("index", "odd.jsonl").exit_code == 0
    for name in ODD_IDS:
        done = command("show", "--json", "--", name)
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["id"] == name
    done = command("delete", "--json", "--", *ODD_IDS)
    assert json.loads(done.stdout) == {"deleted": len(ODD_IDS), "missing": []}


def test_of_two_texts_under_one_id_the_first_is_kept_and_the_second_told(
    command: Any, tmp_path: Path
) -> None:
    lines(tmp_path / "a.jsonl", GOOD, {**GOOD, "text": "Another text."})
    done = command("index", "a.jsonl")
    assert done.exit_code == 3
    assert json.loads(command("show", "good", "--json").stdout)["text"] == GOOD["text"]
    listed = command("quarantine", "list").stdout
    assert "a.jsonl:2: The id 'good' was already read at" in listed
    # The same again: the first does not change hands.
    assert command("index", "a.jsonl").exit_code == 3
    assert json.loads(command("show", "good", "--json").stdout)["text"] == GOOD["text"]


# --- questions ------------------------------------------------------------------------------------


def including(**values: str) -> Filters:
    return Filters(include={facet: frozenset({value}) for facet, value in values.items()})


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (SearchRequest("word " * 10_000), "2,000 are allowed"),
        (SearchRequest("a " * 900), "words"),
        (SearchRequest('ships "in the harbour'), "quot"),
        (SearchRequest("ships", page=10**9), "page"),
        (SearchRequest("", page=10**9, sort=Sort.NEWEST), "page"),
        (SearchRequest("ships", page=0), "page"),
        (SearchRequest("ships", page=-1), "page"),
        (SearchRequest("ships", size=10**6), "page"),
        (SearchRequest("ships from:2019 to:2018"), "dates"),
        (SearchRequest("ships", Filters(published_from=date(2019, 1, 1), published_to=date(2018, 1, 1))), "end"),
        (SearchRequest("ships", including(colour="red")), "no filter"),
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_an_error_with_a_sentence(
    archive: Archive, request_: SearchRequest, says: str
) -> None:
    with pytest.raises(InvalidQuery) as caught:
        archive.search(request_)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "request_",
    [
        SearchRequest('ships "in the harbour'),
        SearchRequest("ships", including(colour="red")),
        SearchRequest("ships", Filters(published_from=date(2019, 1, 1), published_to=date(2018, 1, 1))),
    ],
)
def test_a_plan_is_refused_as_its_search_is(archive: Archive, request_: SearchRequest) -> None:
    with pytest.raises(InvalidQuery) as searched:
        archive.search(request_)
    with pytest.raises(InvalidQuery) as planned:
        archive.plan(request_)
    assert str(planned.value) == str(searched.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "?!...",
        "()",
        "-",
        "+",
        "''",
        "\u200f\u200e",
        "a" * 1_999,
        "\x00\x1b",
        "😀",
        "*",
        "from",
        "[",
        "\ud800",
    ],
)
def test_odd_questions_get_an_answer_or_a_sentence(archive: Archive, text: str) -> None:
    with suppress(InvalidQuery):
        assert archive.search(SearchRequest(text)).total >= 0


# --- an archive that another process replaces -----------------------------------------------------


def test_what_an_open_archive_was_made_with_is_looked_at_now_and_then(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, looks = 1e9, []
    known = archive.engine.manifest()

    def look(**_: Any) -> Any:
        looks.append(now)
        return known

    monkeypatch.setattr("indexer.fresh.monotonic", lambda: now)
    archive.search(SearchRequest("ships"))  # what is read at the first is read
    monkeypatch.setattr(archive.engine, "manifest", look)
    for _ in range(3):
        now += 5.0
        archive.search(SearchRequest("ships"))
    assert not looks, "not at each search"
    now += 1.0
    archive.search(SearchRequest("ships"))
    assert looks == [1e9 + 16]


def test_what_was_looked_at_to_open_an_archive_is_not_looked_at_again_for_the_first_search(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Archive.open(archive.settings, encoder=archive.encoder) as opened:
        monkeypatch.setattr(opened.engine, "manifest", lambda **_: pytest.fail("looked at again"))
        assert opened.searcher


def test_an_open_archive_that_has_another_model_by_now_is_not_searched(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(archive.manifest_of_now(), model={"name": "other"})
    with monkeypatch.context() as replaced:
        look_each_time(replaced)
        replaced.setattr(archive.engine, "manifest", lambda **_: other)
        for _ in range(2):
            with pytest.raises(SchemaMismatch, match="another model"):
                archive.search(SearchRequest("ships"))
        arabic = Article("a", "سفن في المرفأ", "وصلت السفن.", language="ar")
        assert archive.gists([arabic]) == {}, "a help, without which pages are shown"
    assert archive.gists([arabic])
    assert archive.search(SearchRequest("ships")).results


def test_an_archive_that_was_right_is_searched_while_its_manifest_cannot_be_read(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, looks = 1e9, []

    def away(**_: Any) -> None:
        looks.append(now)
        raise EngineUnavailable("The cluster has no manager.")

    monkeypatch.setattr("indexer.fresh.monotonic", lambda: now)
    archive.search(SearchRequest("ships"))  # what is read at the first is read
    monkeypatch.setattr(archive.engine, "manifest", away)
    for _ in range(8):
        now += 5.0
        assert archive.search(SearchRequest("ships")).results
    assert looks == [1e9 + 20, 1e9 + 40], "not at each search"
    with pytest.raises(EngineUnavailable):
        _ = Archive(archive.settings, archive.engine, archive.encoder).searcher


@pytest.mark.parametrize("was_right", [True, False])
def test_who_searches_waits_for_another_threads_look_only_where_the_archive_was_not_right(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, was_right: bool
) -> None:
    archive.search(SearchRequest("ships"))
    known, other = archive.engine.manifest(), replace(archive.manifest_of_now(), model={"name": "other"})
    looks, go_on = threading.Event(), threading.Event()

    def slow(**_: Any) -> Any:
        looks.set()
        assert go_on.wait(30)
        return known

    with monkeypatch.context() as replaced, ThreadPoolExecutor() as threads:
        look_each_time(replaced)
        if not was_right:
            replaced.setattr(archive.engine, "manifest", lambda **_: other)
            with pytest.raises(SchemaMismatch):
                archive.search(SearchRequest("ships"))
        replaced.setattr(archive.engine, "manifest", slow)
        first = threads.submit(archive.search, SearchRequest("ships"))
        assert looks.wait(30)
        second = threads.submit(archive.search, SearchRequest("ships"))
        done, _ = wait([second], timeout=30 if was_right else 0.5)
        go_on.set()
        assert bool(done) == was_right
        assert first.result(30).results
        assert second.result(30).results
