"""The documentation is true: made pages are fresh, links lead somewhere, what is named exists."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from indexer.cli import COMMANDS
from indexer.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
MADE = runpy.run_path(str(ROOT / "docs" / "tools" / "make_docs.py"))["PAGES"]


@pytest.mark.parametrize("name", sorted(MADE))
def test_pages_made_from_the_code_are_fresh(name: str) -> None:
    # In a process of its own: click remembers the help option of a command that a test has called by itself.
    code = f"import runpy, sys; sys.stdout.buffer.write(runpy.run_path(sys.argv[1])['PAGES'][{name!r}]().encode())"
    made = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / "docs" / "tools" / "make_docs.py")],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == made.stdout.decode(), "run `make docs`"


def test_every_setting_has_a_help_text() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


@pytest.mark.parametrize("document", PAGES, ids=lambda document: str(document.relative_to(ROOT)))
def test_links_and_images_lead_to_files(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        linked = (document.parent / path).resolve() if path else document
        assert linked.exists(), f"{document.name} links to {target}"
        if anchor and linked.suffix == ".md":
            assert anchor in _anchors(linked), f"{document.name} links to {target}"


@pytest.mark.parametrize("document", PAGES, ids=lambda document: str(document.relative_to(ROOT)))
def test_commands_and_settings_named_in_the_text_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for name in re.findall(r"NEWSARCHIVE_([A-Z_]+[A-Z])", text):
        assert name.lower() in Settings.model_fields or name.startswith("TEST_"), name
    for name in re.findall(r"`newsarchive ([a-z]+)", text) + re.findall(
        r"^newsarchive ([a-z]+)", text, re.MULTILINE
    ):
        assert name in COMMANDS, name
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for name in re.findall(r"`make ([a-z]+)", text):
        assert name in targets, name


def test_commands_named_in_messages_exist() -> None:
    for path in [*ROOT.glob("indexer/**/*.py"), *ROOT.glob("webapp/**/*.py"), *ROOT.glob("webapp/**/*.html")]:
        for name in re.findall(r"(?:`|<code>)newsarchive ([a-z]+)", path.read_text(encoding="utf-8")):
            assert name in COMMANDS, f"{path.relative_to(ROOT)} names `newsarchive {name}`"


def test_every_page_is_reached_from_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        if page.name != "index.md":
            assert f"({page.name})" in index, page.name


def test_the_lock_has_a_hash_for_each_package_and_names_no_host() -> None:
    text = (ROOT / "requirements.lock").read_text()
    entries = re.split(r"\n(?=[a-z])", text)
    assert len(entries) > 50
    for entry in entries:
        assert "==" in entry.splitlines()[0], entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
    assert "://" not in text
    assert not re.search(r"^\s*--(index|extra-index|find-links|trusted-host)", text, re.MULTILINE)


def test_the_lock_holds_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    locked = set(
        re.findall(r"^([a-z0-9][a-z0-9._-]*)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    )
    for requirement in wanted:
        name = re.split(r"[\[<>=~! ;]", requirement)[0].lower().replace("_", "-")
        assert name in locked, f"{name} is not in requirements.lock: run `make lock`"


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert re.search(r"^make test\b", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("exec make test")


def _anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_service_of_the_example_tries_on_while_its_cluster_is_away() -> None:
    """systemd gives a service up that fails five times within ten seconds."""
    unit = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    (seconds,) = re.findall(r"^RestartSec=(\d+)$", unit, re.MULTILINE)
    assert int(seconds) * 5 > 10
