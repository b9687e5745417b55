"""A search that takes long, in a real browser: how far it is, its answer, and a way to stop it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from indexer.archive import Archive
from indexer.article import Article
from indexer.engines import open_engine
from indexer.settings import load_settings
from tests.browser.conftest import serving
from tests.browser.looks import box
from tests.browser.test_accessibility import violations
from tests.fakes import FakeEncoder
from tests.slow import SlowEngine
from webapp import create_app, underway

pytestmark = pytest.mark.browser

Slow = tuple[str, SlowEngine]


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slow]:
    """The address of a small archive on a slow engine, and the engine."""
    folder: Path = tmp_path_factory.mktemp("slow")
    settings = load_settings(archive=folder / "archive", cache=folder, encode_cache=False, search_timeout=60)
    article = Article(id="a", title="Truce in Libya", text="A ceasefire in Libya.", language="en")
    with Archive.open(settings, encoder=FakeEncoder()) as archive:
        archive.add([article])
    with open_engine(settings) as opened:
        engine = SlowEngine(opened)
        archive = Archive(settings, engine, FakeEncoder())
        archive.warm_up()
        app = create_app(archive)
        app.config[underway.PATIENCE] = 0.3
        with serving(app) as address:
            yield address, engine


@contextmanager
def asking(chromium: Browser, slow: Slow, delay: float, script: bool) -> Iterator[Page]:
    """Ask for a ceasefire in a fresh window; the engine waits for *delay* seconds in each of two calls."""
    address, engine = slow
    engine.delay = 0
    context = chromium.new_context(java_script_enabled=script)
    page = context.new_page()
    page.goto(address)
    engine.delay = delay
    box(page).fill("ceasefire")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Searching…")
    yield page
    engine.delay = 0
    context.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_slow_search_comes_to_its_answer(chromium: Browser, slow: Slow, script: bool) -> None:
    with asking(chromium, slow, 1.5, script) as page:
        expect(page.get_by_role("progressbar")).to_be_visible()
        expect(page.locator("#stage")).to_have_text(re.compile("words and meanings|Fetching articles"))
        expect(page.locator(".card .title")).to_have_text("Truce in Libya", timeout=60_000)
        expect(page).to_have_url(re.compile(r"/search\?q=ceasefire$"))
        page.go_back()  # no page of the waiting stands between
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Searching…")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_slow_search_is_stopped(chromium: Browser, slow: Slow, script: bool) -> None:
    with asking(chromium, slow, 3, script) as page:
        page.get_by_role("button", name="Stop the search").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("The search was stopped")
        slow[1].delay = 0
        page.get_by_role("link", name="Search again").click()
        expect(page.locator(".card .title")).to_have_text("Truce in Libya", timeout=60_000)


def test_the_bar_moves_and_axe_finds_nothing(chromium: Browser, slow: Slow) -> None:
    with asking(chromium, slow, 4, script=True) as page:
        assert not violations(page)
        bar = page.get_by_role("progressbar")
        first = bar.evaluate("bar => bar.value")
        for _ in range(100):
            if (now := bar.evaluate("bar => bar.value")) > first:
                break
            page.wait_for_timeout(100)
        assert first < now < 60
