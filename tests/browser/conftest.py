"""A real Chromium, and the web app on a real socket over the bundled sample with the real encoder."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from waitress.server import create_server

from indexer.archive import Archive
from indexer.commands.demo import sample_files
from indexer.settings import load_settings
from tests.conftest import skip_or_fail
from tests.translation.handmade import write_argos
from webapp import create_app, underway

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
#: An article that tries to run, to load and to mislead, in every field that a page shows.
HOSTILE = {
    "id": "evil",
    "title": "<script>document.title='owned'</script> hostile headline \u202egpj.exe",
    "text": "hostile <img src=x onerror=\"document.title='owned'\"> text of a page \u202egpj.exe",
    "url": "javascript:document.title='owned'",
    "source": '<b>Evil</b>"><img src=x onerror="document.title=\'owned\'"> \u202ecba',
    "section": "</title><script>document.title='owned'</script>",
    "author": "'\"onmouseover=\"document.title='owned'\" autofocus onfocus=\"document.title='owned'\"",
    "note": "</dd><iframe srcdoc=\"<script>parent.document.title='owned'</script>\"></iframe>",
    "language": "en",
    "published_at": "2017-03-01<svg onload=alert(1)>",
}

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium_path() -> str:
    found = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if not found:
        skip_or_fail("no Chromium; install it (apt-get install chromium) or name it in CHROMIUM")
    assert found
    return found


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application on a real socket; give its address."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        thread.join(5)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the web app over the sample and one hostile article, with a translator for Arabic."""
    folder = tmp_path_factory.mktemp("browser")
    hostile: Path = folder / "hostile.jsonl"
    hostile.write_bytes(orjson.dumps(HOSTILE))
    with Archive.open(load_settings(archive=folder / "archive")) as archive:
        archive.index([*sample_files(), hostile])
        # Kept beside the test, unlike the encode cache: these translations are of no use to anybody.
        archive.settings = archive.settings.model_copy(
            update={"translation_models": write_argos(folder / "models" / "ar_en").parent, "cache": folder}
        )
        app = create_app(archive)
        app.config[underway.PATIENCE] = (
            60  # however busy the machine is; test_slow.py has the page of a slow search
        )
        with serving(app) as address:
            yield address


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, site: str) -> Iterator[OpenPage]:
    """A function that opens a path in a fresh window; errors in its console fail the test."""
    problems: list[str] = []
    contexts = []

    def open_(path: str = "/", *, quiet: bool = False, **options: object) -> Page:
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        if not quiet:  # a page that answers 400 is an error in the console, too
            page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        page.goto(site + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not problems
