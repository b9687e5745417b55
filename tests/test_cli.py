"""The command, as a script and a person meet it: output, exit codes, errors, interruption."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any

import click
import pytest
from click.testing import CliRunner, Result

import indexer.archive
from indexer.cli import main
from indexer.commands.common import clean, isolate
from indexer.commands.progress import count_records
from indexer.commands.search import Day
from tests.real import load_encoder_once

Run = Callable[..., Result]

HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202eevil\u202c title\nsecond line"
ARTICLES: list[dict[str, Any]] = [
    {
        "id": "ceasefire",
        "title": "موسكو تدعو إلى وقف إطلاق النار في ليبيا",
        "text": "قال وزير الخارجية الروسي سيرغي لافروف إن بلاده تدعو إلى وقف إطلاق النار في ليبيا. "
        "وأضاف أن المفاوضات ستبدأ قريبا.",
        "source": "Moscow Daily",
        "url": "https://example.org/1",
        "published_at": "2020-06-05T10:00:00+03:00",
        "language": "ar",
    },
    {
        "id": "football",
        "title": "فوز المنتخب التونسي بكأس إفريقيا لكرة القدم",
        "text": "فاز المنتخب التونسي لكرة القدم على نظيره المغربي بهدفين مقابل هدف واحد في النهائي.",
        "source": "Radio Sport",
        "published_at": "2019-02",
        "language": "ar",
    },
    {
        "id": "price/of \"bread\"",
        "title": "Bread prices rise in Egypt",
        "text": "The price of bread has risen by a third since January, bakers in Cairo say.",
        "source": "Cairo Post",
        "published_at": "2018-01-31",
        "language": "en",
    },
    {
        "id": "hostile",
        "title": HOSTILE,
        "text": "An article about nothing but \x1b[31mcolours\x1b[0m and lines.",
        "language": "en",
    },
]  # fmt: skip


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("NEWSARCHIVE_")]:
        if name != "NEWSARCHIVE_CACHE":
            monkeypatch.delenv(name)
    monkeypatch.setenv("NEWSARCHIVE_ENCODE_CACHE", "false")
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _one_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexer.archive, "load_encoder", load_encoder_once)


def invoke(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)


def write_jsonl(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of `ARTICLES`; tests only read it."""
    folder = tmp_path_factory.mktemp("cli")
    source = write_jsonl(folder / "articles.jsonl", ARTICLES)
    done = invoke("--archive", folder / "archive", "index", source)
    assert done.exit_code == 0, done.output
    return folder / "archive"


# --- help and errors ----------------------------------------------------------------------------


def every_command(
    group: click.Group = main, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))


@pytest.mark.parametrize(
    ("name", "command"), [pytest.param(*found, id=found[0]) for found in every_command()]
)
def test_every_command_has_an_example_that_names_it(name: str, command: click.Command) -> None:
    text = command.get_help(click.Context(command, info_name=name))
    assert "Example:" in text
    assert f"newsarchive {name}" in text.replace("--archive /data/news ", "")


def test_commands_that_print_data_can_print_json() -> None:
    commands = dict(every_command())
    for name in (
        "index",
        "search",
        "show",
        "stats",
        "delete",
        "doctor",
        "quarantine list",
        "quarantine retry",
    ):
        assert any("--json" in parameter.opts for parameter in commands[name].params), name


def test_an_unknown_command_is_wrong_use() -> None:
    assert invoke("serach", "x").exit_code == 2
    wrong = invoke("search", "x", "--from", "31.12.2018")
    assert wrong.exit_code == 2
    assert wrong.output.count("Write 2018-12-31.") == 1


@pytest.mark.parametrize(
    ("environment", "arguments", "says"),
    [
        ({"NEWSARCHIVE_THREADS": "many"}, ("stats",), "'threads'"),
        ({}, ("show", "no-such-article"), "no-such-article"),
        ({}, ("index", "no-such-file.jsonl"), "no-such-file.jsonl"),
        ({}, ("search", 'an "unbalanced phrase'), "at character"),
        ({}, ("search", "x", "--from", "2019", "--to", "2018"), "2018"),
        ({}, ("search", "word " * 10_000), "2,000 are allowed"),
        ({}, ("search", "libya", "--page", str(10**9)), "page"),
        ({}, ("serve", "--host", "0.0.0.0"), "--allow-remote"),
    ],
    ids=["setting", "id", "file", "query", "dates", "length", "page", "remote"],
)
def test_expected_errors_are_one_line(
    archive: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    arguments: tuple[str, ...],
    says: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = invoke("--archive", archive, *arguments)
    assert done.exit_code == 1, done.output
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
    assert done.stdout == ""


def test_a_port_in_use_is_told_at_once(archive: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = invoke("--archive", archive, "serve", "--port", str(taken.getsockname()[1]))
    assert done.exit_code == 1
    assert "another program" in done.stderr


@pytest.mark.parametrize(
    ("last", "given", "day"),
    [
        (False, "2018", date(2018, 1, 1)),
        (True, "2018", date(2018, 12, 31)),
        (True, "2020-02", date(2020, 2, 29)),
        (False, "2018-6-5", date(2018, 6, 5)),
    ],
)
def test_a_month_or_year_is_a_date_bound(last: bool, given: str, day: date) -> None:
    assert Day(last=last).convert(given, None, None) == day


@pytest.mark.parametrize("given", ["2018-13", "2018-02-30", "yesterday", "0000", "18", ""])
def test_what_is_no_date_is_refused(given: str) -> None:
    with pytest.raises(click.BadParameter):
        Day(last=False).convert(given, None, None)


# --- search and show ----------------------------------------------------------------------------


def search(archive: Path, *arguments: str) -> dict[str, Any]:
    done = invoke("--archive", archive, "search", *arguments, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_search_json_has_the_promised_form(archive: Path) -> None:
    found = search(archive, "ceasefire in Libya, Lavrov")
    assert set(found) == {"total", "results"}
    first = found["results"][0]
    assert set(first) == {
        "id", "title", "gist", "url", "source", "published_at", "language", "score", "passage"
    }  # fmt: skip
    assert set(first["passage"]) == {"text", "start", "end", "highlights"}
    assert first["id"] == "ceasefire"
    assert first["url"] == "https://example.org/1"
    assert first["source"] == "Moscow Daily"
    assert first["published_at"] == "2020-06-05T10:00:00+03:00"
    assert first["language"] == "ar"
    assert "ceasefire" in first["gist"].lower()
    assert all((result["gist"] is None) == (result["language"] != "ar") for result in found["results"])
    passage = first["passage"]
    assert passage["text"] == ARTICLES[0]["text"][passage["start"] : passage["end"]]
    assert found["total"] >= len(found["results"])


def test_highlights_cut_the_passage_at_the_query_words(archive: Path) -> None:
    passage = search(archive, "إطلاق النار")["results"][0]["passage"]
    words = {passage["text"][start:end] for start, end in passage["highlights"]}
    assert {"إطلاق", "النار"} <= words


def test_filters_choose_articles(archive: Path) -> None:
    def ids(*arguments: str) -> set[str]:
        return {result["id"] for result in search(archive, *arguments)["results"]}

    assert ids("--language", "ar") == {"ceasefire", "football"}
    assert ids("--source", "Radio Sport", "--source", "Cairo Post") == {"football", 'price/of "bread"'}
    assert ids("--from", "2019", "--to", "2019") == {"football"}
    assert ids("--from", "2018", "--language", "en") == {'price/of "bread"'}


def test_words_are_demanded(archive: Path) -> None:
    def ids(*arguments: str) -> list[str]:
        return [
            result["id"] for result in search(archive, "ceasefire in Libya, bread", *arguments)["results"]
        ]

    assert len(ids()) == len(ids("--words", "none")) > 2
    assert set(ids("--words", "some")) == {"ceasefire", 'price/of "bread"'}
    assert ids("--words", "all") == []
    assert [result["id"] for result in search(archive, "ceasefire Libya", "--words", "all")["results"]] == [
        "ceasefire"
    ]


def test_sort_and_pages(archive: Path) -> None:
    newest = [result["id"] for result in search(archive, "--sort", "newest")["results"]]
    assert newest == ["ceasefire", "football", 'price/of "bread"', "hostile"]
    pages = [
        search(archive, "--sort", "newest", "--size", "1", "--page", str(n))["results"] for n in (1, 2, 3, 4)
    ]
    assert [page[0]["id"] for page in pages] == newest


def test_explain_says_why(archive: Path) -> None:
    found = search(archive, "bread prices", "--explain")
    first = found["results"][0]
    assert first["id"] == 'price/of "bread"'
    assert first["explanation"]["sentence"]
    assert {leg["leg"] for leg in first["explanation"]["legs"]} >= {"keywords"}
    assert {"word": "bread", "found": "Bread", "source": "same"} in first["explanation"]["pairs"]
    marked = [first["passage"]["text"][m["start"] : m["end"]] for m in first["explanation"]["highlights"]]
    assert "bread" in marked
    assert [word["word"] for word in found["plan"]] == ["bread", "prices"]
    shown = invoke("--archive", archive, "search", "bread", "--explain").stdout
    assert "why:" in shown
    assert f"{isolate('bread')} = {isolate('Bread')} (same)" in shown
    assert shown.startswith(isolate("bread"))


def test_explain_names_the_words_of_the_other_language(archive: Path) -> None:
    found = search(archive, "minister calls for a ceasefire", "--explain", "--language", "ar")
    minister = next(word for word in found["plan"] if word["word"] == "minister")
    assert ("وزير", "dictionary") in {(one["words"], one["source"]) for one in minister["searched"]}
    pairs = found["results"][0]["explanation"]["pairs"]
    assert ("minister", "dictionary") in {(pair["word"], pair["source"]) for pair in pairs}


def test_arabic_titles_are_told_word_for_word(archive: Path) -> None:
    shown = invoke("--archive", archive, "search", "ceasefire in Libya").stdout
    assert re.search("^ +word for word: Moscow .* to ceasefire in Libya$", shown, re.MULTILINE)
    assert "word for word" not in invoke("--archive", archive, "search", "--language", "en").stdout


def test_terminal_output_isolates_directions_and_drops_controls(archive: Path) -> None:
    output = invoke("--archive", archive, "search").stdout
    assert f"\u2068{ARTICLES[0]['title']}\u2069" in output
    assert "\u2068[2J]0;ownedevil title second line\u2069" in output
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", output)
    # An Arabic passage is a right-to-left line of its own.
    assert re.search("^ +\u2067قال وزير.*\u2069$", output, re.MULTILINE)
    shown = invoke("--archive", archive, "show", "hostile").stdout
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)


@pytest.mark.parametrize("command", [("show", "ceasefire"), ("search", "--explain", "Libya")])
def test_a_terminal_without_arabic_letters_shows_marks_for_them(
    archive: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    process = start("--archive", archive, *command, cwd=tmp_path, PYTHONIOENCODING="ascii")
    out, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    assert "Moscow Daily" in out
    assert re.search(r"^( 1\. )?\?{5} \?{4} \?{3} \?{3} ", out, re.MULTILINE)  # and none for isolates


def test_json_is_whole_in_a_terminal_without_arabic_letters(archive: Path, tmp_path: Path) -> None:
    process = start(
        "--archive", archive, "show", "ceasefire", "--json", cwd=tmp_path, PYTHONIOENCODING="ascii"
    )
    out, _ = process.communicate(timeout=60)
    assert json.loads(out)["title"] == ARTICLES[0]["title"]


def test_clean_keeps_what_scripts_need() -> None:
    persian = "می\u200cخواهم\tبروم"
    assert clean(persian) == persian
    assert isolate("a\u0000\u001b[1m\r\nb") == "\u2068a[1m b\u2069"


def test_show_prints_an_article(archive: Path) -> None:
    done = invoke("--archive", archive, "show", 'price/of "bread"', "--json")
    assert json.loads(done.stdout)["text"] == ARTICLES[2]["text"]
    assert "Cairo Post" in invoke("--archive", archive, "show", 'price/of "bread"').stdout


def test_printed_ids_are_those_that_commands_know(archive: Path) -> None:
    shown = invoke("--archive", archive, "search", "bread").stdout
    ids = re.findall("^ +id: (.+)$", shown, re.MULTILINE)
    assert 'price/of "bread"' in ids
    for article_id in ids:
        assert invoke("--archive", archive, "show", article_id).exit_code == 0
    assert "url: https://example.org/1\n" in invoke("--archive", archive, "show", "ceasefire").stdout


def test_stats_count(archive: Path) -> None:
    stats = json.loads(invoke("--archive", archive, "stats", "--json").stdout)
    assert stats["articles"] == 4
    assert stats["passages"] >= 4
    assert stats["bytes_on_disk"] > 0
    assert re.search(r"^articles +4$", invoke("--archive", archive, "stats").stdout, re.MULTILINE)


def test_create_makes_an_empty_archive_once(archive: Path) -> None:
    assert json.loads(invoke("--archive", "new", "create", "--json").stdout) == {"created": True}
    assert json.loads(invoke("--archive", "new", "stats", "--json").stdout)["articles"] == 0
    for folder, articles in ((Path("new"), 0), (archive, 4)):
        again = invoke("--archive", folder, "create")
        assert (again.exit_code, again.stdout) == (0, "There is an archive already; it was left alone.\n")
        assert json.loads(invoke("--archive", folder, "stats", "--json").stdout)["articles"] == articles


def test_create_refuses_an_archive_of_other_settings(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSARCHIVE_PASSAGE_TOKENS", "100")
    refused = invoke("--archive", archive, "create")
    assert refused.exit_code == 1
    assert "newsarchive rebuild" in refused.output


def test_an_export_can_be_indexed_again(archive: Path, tmp_path: Path) -> None:
    assert invoke("--archive", archive, "export", "-o", "all.jsonl").exit_code == 0
    lines = [json.loads(line) for line in Path("all.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == sorted(article["id"] for article in ARTICLES)
    assert invoke("--archive", "copy", "index", "all.jsonl").exit_code == 0
    assert invoke("--archive", "copy", "export").stdout == Path("all.jsonl").read_text(encoding="utf-8")
    arabic = invoke("--archive", archive, "export", "--language", "ar").stdout.splitlines()
    assert len(arabic) == 2


def test_an_export_takes_filters_as_a_search_does(archive: Path) -> None:
    def ids(*filters: str) -> list[str]:
        found = search(archive, *filters, "--size", "100")["results"]
        done = invoke("--archive", archive, "export", *filters)
        exported = [json.loads(line)["id"] for line in done.stdout.splitlines()]
        assert exported == sorted(result["id"] for result in found)
        return exported

    assert ids("--source", "moscow") == ["ceasefire"]
    assert ids("--source", "CAIRO post", "--source", "Radio", "--from", "2019") == ["football"]
    told = invoke("--archive", archive, "search", "--source", "moskow").stderr
    assert "Did you mean Moscow Daily?" in told
    done = invoke("--archive", archive, "export", "--source", "moskow")
    assert (done.exit_code, done.stderr) == (0, f"{told}0 articles written.\n")
    assert invoke("--archive", archive, "export", "--from", "2019", "--to", "2018").exit_code == 1


@pytest.mark.parametrize("command", [("export",), ("quarantine", "export")])
@pytest.mark.parametrize("where", ["nowhere/x.jsonl", "/dev/full"])
def test_an_export_that_cannot_be_written_is_one_line(
    archive: Path, tmp_path: Path, command: tuple[str, ...], where: str
) -> None:
    if where == "/dev/full" and not Path(where).exists():
        pytest.skip("there is no full device here")
    write_jsonl(tmp_path / "bad.jsonl", [{"id": "1", "title": "No text"}])
    folder = archive if command == ("export",) else tmp_path / "of-bad"
    if folder != archive:
        invoke("--archive", folder, "index", "bad.jsonl")
    done = invoke("--archive", folder, *command, "-o", where)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: {where} cannot be written: No s")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", [("export",), ("search", "oil"), ("search", "oil", "--json"), ("stats",)])
def test_a_full_standard_output_is_one_line(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], unbuffered: str
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no full device here")
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)  # then a print fails, else what is written at the end
    with Path("/dev/full").open("wb") as full:
        process = start("--archive", archive, *command, cwd=tmp_path, stdout=full)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.count("\n") == 1
    assert "Standard output cannot be written: No space left on device." in errors


def test_doctor_finds_nothing_wrong(archive: Path) -> None:
    done = invoke("--archive", archive, "doctor", "--json")
    assert done.exit_code == 0, done.output
    assert {finding["level"] for finding in json.loads(done.stdout)} <= {"ok", "warning"}


def test_doctor_tells_of_another_model(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSARCHIVE_PASSAGE_TOKENS", "64")
    done = invoke("--archive", archive, "doctor")
    assert done.exit_code == 3
    assert "error" in done.stdout
    assert invoke("--archive", archive, "search", "x").exit_code == 1


# --- index, delete, quarantine ------------------------------------------------------------------


def test_index_reads_standard_input_and_options() -> None:
    record = json.dumps({"headline": "Title", "body": "A text about ships.", "day": "2020-01-02"})
    done = invoke(
        "index",
        "-",
        "--format",
        "jsonl",
        "--column",
        "published=day",
        "--source",
        "Here",
        "--json",
        stdin=record,
    )
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["stored"] == 1
    exported = json.loads(invoke("export").stdout)
    assert (exported["title"], exported["source"]) == ("Title", "Here")
    assert exported["published_at"] == "2020-01-02"


def test_dry_run_shows_the_mapping_and_stores_nothing(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", [{"headline": "Title", "body": "Text.", "colour": "red"}])
    done = invoke("index", "--dry-run", "a.jsonl")
    assert done.exit_code == 0, done.output
    assert "headline -> title" in done.stdout
    assert "body -> text" in done.stdout
    assert not Path("archive").exists()
    described = json.loads(invoke("index", "--dry-run", "a.jsonl", "--json").stdout)
    assert described[0]["mapping"]["headline"] == "title"
    assert described[0]["first"]["title"] == "Title"


@pytest.mark.parametrize("arguments", [(), ("--dry-run",)])
def test_what_holds_no_article_fails_with_and_without_dry_run(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    with zipfile.ZipFile(tmp_path / "bad.bin", "w") as packed:
        packed.writestr("a.jsonl", "{}")
    assert invoke("index", *arguments, "bad.bin").exit_code == 1


def test_dry_run_says_of_what_it_does_not_understand_only_that(tmp_path: Path) -> None:
    (tmp_path / "bad.bin").write_bytes(b"PK\x03\x04" + bytes(range(256)))
    assert invoke("index", "--dry-run", "bad.bin").stdout.splitlines()[0].endswith("bad.bin: not understood")


def test_a_place_in_a_query_is_said_once(archive: Path) -> None:
    assert invoke("--archive", archive, "search", 'an "unbalanced phrase').stderr.count("at character 4") == 1


def test_dry_run_shows_the_first_article_as_it_is_stored_then(tmp_path: Path) -> None:
    record = {name: ARTICLES[0][name] for name in ("title", "text")}
    write_jsonl(
        tmp_path / "a.jsonl", [{**record, "date": "31/02/2020"}, {**ARTICLES[2], "language": "English"}]
    )
    described = json.loads(invoke("index", "--dry-run", "a.jsonl", "--json").stdout)
    assert "the date cannot be read: 1 of 2 articles" in described[0]["problems"][0]
    indexed = invoke("index", "a.jsonl")
    assert "; 1 undated, as the date cannot be read; " in indexed.stdout
    stored = json.loads(invoke("export", "--language", "ar").stdout)
    assert stored["language_confidence"] > 0.5
    assert described[0]["first"] == stored
    assert json.loads(invoke("index", "a.jsonl", "--json").stdout)["unread_dates"] == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--column", "title"), "title=headline"),
        (("--timezone", "Mars/Olympus"), "time zone"),
        (("--delete-missing",), "folder"),
        (("--format", "pdf"), "pdf"),
    ],
)
def test_wrong_options_are_wrong_use(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    write_jsonl(tmp_path / "a.jsonl", ARTICLES[:1])
    done = invoke("index", "a.jsonl", *arguments)
    assert done.exit_code == 2
    assert says in done.stderr


def test_indexing_again_changes_nothing(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", ARTICLES[:2])
    invoke("index", "a.jsonl")
    report = json.loads(invoke("index", "a.jsonl", "--json").stdout)
    assert (report["stored"], report["unchanged"], report["encoded"]) == (0, 2, 0)


def test_delete_missing_follows_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    write_jsonl(folder / "a.jsonl", ARTICLES[:1])
    write_jsonl(folder / "b.jsonl", ARTICLES[1:2])
    invoke("index", folder)
    (folder / "a.jsonl").unlink()
    report = json.loads(invoke("index", folder, "--delete-missing", "--json").stdout)
    assert report["deleted"] == 1
    assert [json.loads(line)["id"] for line in invoke("export").stdout.splitlines()] == ["football"]


def test_delete_says_how_many(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", ARTICLES[:2])
    invoke("index", "a.jsonl")
    done = invoke("delete", "ceasefire", "unknown", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"deleted": 1, "missing": ["unknown"]})
    done = invoke("delete", "ceasefire")
    assert (done.exit_code, done.stdout) == (1, "0 of 1 article deleted.\n")
    assert done.stderr == "Not in the archive: ceasefire.\n"
    done = invoke("delete", "football", *(f"no-{number:02}" for number in range(12)))
    assert done.stdout == "1 of 13 articles deleted.\n"
    assert done.stderr.endswith("no-08, no-09 and 2 more.\n")
    assert invoke("show", "ceasefire").exit_code == 1


def test_a_bad_record_waits_in_quarantine_until_it_is_mended(tmp_path: Path) -> None:
    bad = {"id": "empty", "title": "No text", "text": " "}
    write_jsonl(tmp_path / "a.jsonl", [ARTICLES[0], bad])
    done = invoke("index", "a.jsonl")
    assert done.exit_code == 3
    assert "quarantine" in done.stderr

    listed = json.loads(invoke("quarantine", "list", "--json").stdout)
    assert len(listed) == 1
    assert listed[0]["line"] == 2
    assert "text" in listed[0]["reason"]
    assert "a.jsonl:2: " in invoke("quarantine", "list").stdout
    assert json.loads(invoke("quarantine", "export").stdout)["key"] == listed[0]["key"]

    assert invoke("quarantine", "retry").exit_code == 3
    write_jsonl(tmp_path / "a.jsonl", [ARTICLES[0], {**bad, "text": "Now there is one."}])
    assert invoke("quarantine", "retry").exit_code == 0
    assert invoke("show", "empty").exit_code == 0
    assert json.loads(invoke("quarantine", "list", "--json").stdout) == []


def test_a_limit_has_a_limit() -> None:
    done = invoke("quarantine", "list", "--limit", "9" * 23)
    assert done.exit_code == 2
    assert "--limit" in done.stderr
    invoke("create")
    assert invoke("quarantine", "list", "--limit", "1000000000").exit_code == 0


def test_a_file_of_broken_lines_is_counted_and_kept_in_part(tmp_path: Path) -> None:
    (tmp_path / "odd.jsonl").write_text("{broken\n" * 1_200)
    done = invoke("index", "odd.jsonl")
    assert done.exit_code == 3
    assert "1,200 records went to quarantine (200 of them are only counted)" in done.stderr
    listed = invoke("quarantine", "list")
    assert len(listed.stdout.splitlines()) == 1_001
    assert "odd.jsonl: 200 more of its records are bad" in listed.stdout


def test_quarantine_is_cleared_on_demand(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", [{"id": "1", "title": "No text"}, {"id": "2", "title": "No text"}])
    invoke("index", "a.jsonl")
    assert invoke("quarantine", "clear").exit_code == 2
    key = json.loads(invoke("quarantine", "list", "--json").stdout)[0]["key"]
    assert "1 record dropped." in invoke("quarantine", "clear", key).stdout
    assert "1 record dropped." in invoke("quarantine", "clear", "--all").stdout
    assert invoke("quarantine", "list").stdout == ""


def test_records_are_counted_for_the_time_left(tmp_path: Path) -> None:
    import gzip
    import threading

    write_jsonl(tmp_path / "a.jsonl", ARTICLES)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes().rstrip()))
    (tmp_path / "c.csv").write_text("title,text\na,b\nc,d\n")
    (tmp_path / "d.txt").write_text("one\n\ntwo\n")
    (tmp_path / "README.md").write_text("no articles\n")  # in a folder it is not read
    go_on = threading.Event()
    assert count_records([tmp_path], go_on) == 4 + 4 + 2 + 1
    assert count_records([tmp_path, "-"], go_on) is None
    (tmp_path / "e.jsonl.gz").write_bytes(gzip.compress(b'{"id": 1}\n' * 9)[:-9])
    assert count_records([tmp_path], go_on) is None


# --- processes ----------------------------------------------------------------------------------


def start(
    *arguments: str | Path, cwd: Path, stdout: int | IO[bytes] = subprocess.PIPE, **environment: str
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "indexer", *map(str, arguments)],
        cwd=cwd,
        text=True,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={
            **os.environ,
            **environment,
            "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
            "PYTHONUNBUFFERED": "1",
        },
    )


def test_serve_answers_until_ctrl_c(archive: Path, tmp_path: Path) -> None:
    process = start("--archive", archive, "serve", "--port", "0", cwd=tmp_path)
    assert process.stdout
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert address
        with urllib.request.urlopen(address[0], timeout=30) as response:
            assert response.status == 200
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors


def test_serve_says_that_there_is_no_archive_and_serves_what_is_indexed_then(tmp_path: Path) -> None:
    process = start("--archive", "later", "serve", "--port", "0", cwd=tmp_path)
    assert process.stdout
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert address
        with urllib.request.urlopen(address[0], timeout=30) as response:
            assert "This archive is empty." in response.read().decode()
        write_jsonl(tmp_path / "a.jsonl", ARTICLES[:1])
        done = invoke("--archive", "later", "index", "a.jsonl")
        assert done.stdout.startswith("1 article stored (1 passage); ")
        with urllib.request.urlopen(address[0], timeout=30) as response:
            assert ARTICLES[0]["title"] in response.read().decode()
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert errors.startswith("Note: There is no archive in later. `newsarchive index FILE` makes one; ")


def test_doctor_does_not_pass_over_a_missing_archive(tmp_path: Path) -> None:
    done = invoke("--archive", "typo", "doctor")
    assert done.exit_code == 3
    assert "error    There is no archive in typo." in done.stdout
    assert "-> `newsarchive index FILE` makes one; --archive and --engine name another." in done.stdout
    assert "quarantine" not in done.stdout
    assert not (tmp_path / "typo").exists()
    invoke("--archive", "made", "create")
    assert invoke("--archive", "made", "doctor").exit_code == 0


def test_own_word_pairs_are_searched(tmp_path: Path) -> None:
    article = {"id": "1", "title": "خبر", "text": "وصلت القنفذية إلى الميناء.", "language": "ar"}
    write_jsonl(tmp_path / "a.jsonl", [article])
    (tmp_path / "words.tsv").write_text("# ours\nhedgehogship\tالقنفذية\n", encoding="utf-8")
    assert "1 new word pair; there already: 0." in invoke("lexicon", "import", "words.tsv").stdout
    assert "0 new word pairs; there already: 1." in invoke("lexicon", "import", "words.tsv").stdout
    invoke("index", "a.jsonl")
    highlights = json.loads(invoke("search", "hedgehogship", "--json").stdout)["results"][0]["passage"]
    assert highlights["highlights"]
    assert "القنفذية" in invoke("lexicon", "list").stdout
    assert invoke("lexicon", "remove").exit_code == 2
    assert "1 word pair removed" in invoke("lexicon", "remove", "Hedgehogship").stdout


def test_a_file_that_is_no_lexicon_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "words.tsv").write_text("truce\tهدنة\nno tab\n", encoding="utf-8")
    done = invoke("lexicon", "import", "words.tsv")
    assert done.exit_code == 1
    assert "line 2" in done.stderr
    invoke("create")
    assert json.loads(invoke("lexicon", "list", "--json").stdout) == []


@pytest.mark.parametrize(
    "command",
    [
        "search libya", "show 1", "delete 1", "stats", "quarantine list", "quarantine retry", "quarantine clear --all",
        "lexicon list", "lexicon remove --all", "alerts run", "alerts list", "evaluate --from-judgements",
    ],
)  # fmt: skip
def test_a_mistyped_archive_is_no_archive_without_articles(tmp_path: Path, command: str) -> None:
    done = invoke("--archive", "typo", *command.split())
    assert done.exit_code == 1
    assert "There is no archive in typo" in done.stderr
    assert not (tmp_path / "typo").exists()


def test_an_export_of_a_mistyped_archive_leaves_the_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "backup.jsonl").write_text("precious\n")
    done = invoke("--archive", "typo", "export", "-o", "backup.jsonl")
    assert done.exit_code == 1
    assert (tmp_path / "backup.jsonl").read_text() == "precious\n"


@pytest.mark.parametrize(("said", "threads"), [("", 1), ("2", 2)])
def test_searches_do_not_spread_small_products_over_cores(said: str, threads: int) -> None:
    code = (
        "import indexer.cli, indexer.archive, numpy, threadpoolctl\n"
        "print(*{pool['num_threads'] for pool in threadpoolctl.threadpool_info() if pool['user_api'] == 'blas'})"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    if said:
        environment["OPENBLAS_NUM_THREADS"] = said
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    if not done.stdout.strip():
        pytest.skip("numpy has another library for matrices here")
    assert int(done.stdout) == min(threads, os.cpu_count() or 1)
