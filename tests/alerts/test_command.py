"""`newsarchive alerts`, and what `newsarchive index` does for saved searches, with the bundled encoder."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from indexer.alerts.saved import SavedSearches
from indexer.archive import Archive
from indexer.cli import main
from indexer.settings import load_settings
from tests.alerts.conftest import save


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--archive", str(folder / "archive"), *arguments])


def write(folder: Path, name: str, *texts: str) -> str:
    file = folder / f"{name}.jsonl"
    records = [
        {"id": f"{name}{number}", "title": text, "text": f"{text}.", "language": "en"}
        for number, text in enumerate(texts)
    ]
    file.write_bytes(b"\n".join(map(orjson.dumps, records)))
    return str(file)


def test_nothing_is_saved_yet(tmp_path: Path) -> None:
    assert run(tmp_path, "create").exit_code == 0
    listed = run(tmp_path, "alerts", "list")
    assert (listed.exit_code, listed.stderr) == (0, "No search is saved.\n")
    assert run(tmp_path, "alerts", "list", "--json").stdout == "[]\n"
    done = run(tmp_path, "alerts", "run", "--json")
    assert done.exit_code == 0
    assert orjson.loads(done.stdout) == {"searches": 0, "articles": 0, "alerts": 0, "sent": 0, "problems": []}


@pytest.mark.slow
def test_indexing_runs_the_saved_searches(tmp_path: Path) -> None:
    assert run(tmp_path, "index", write(tmp_path, "old", "A ceasefire in Libya")).exit_code == 0
    with Archive.open(load_settings(archive=tmp_path / "archive")) as archive:
        store = SavedSearches(archive.engine)
        save(store, "Libya ceasefire", name="Truce\u202e")
        save(store, "football", webhook="http://127.0.0.1:9/hook")
    new = write(tmp_path, "new", "The ceasefire in Libya holds", "A football match", "Rain")
    indexed = run(tmp_path, "index", new)
    assert indexed.exit_code == 0, (
        indexed.output
    )  # an alert that could not be sent is no failure of the ingest
    assert "2 alerts of 2 saved searches in 3 new articles." in indexed.stderr
    assert "public internet" in indexed.stderr
    listed = run(tmp_path, "alerts", "list")
    assert "\u202e" not in listed.stdout
    assert "Truce\u2069: 1 alert, 1 unread" in listed.stdout
    again = run(tmp_path, "alerts", "run")
    assert again.exit_code == 3
    assert "0 alerts of 2 saved searches in 0 new articles." in again.stdout
