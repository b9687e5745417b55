"""An archive as large as the first analyst's, 30,178 articles, in a real browser: every night."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from indexer.archive import Archive
from indexer.article import Article, Published
from indexer.settings import load_settings
from tests.browser.conftest import serving
from tests.browser.looks import PHONE, box
from tests.browser.test_accessibility import MAX_FIRST_PAGE
from tests.fakes import FakeEncoder
from webapp import create_app, underway

pytestmark = [pytest.mark.browser, pytest.mark.nightly, pytest.mark.timeout(1_200)]

ARTICLES = 30_178
START = datetime(2005, 1, 1, tzinfo=UTC)
WORDS = (("هدنة", "ar"), ("ceasefire", "en"), ("trêve", "fr"))


def articles() -> Iterator[Article]:
    """Two hundred sources and 3,000 writers over eighteen years; a third in Arabic. Too short to be copies."""
    for number in range(ARTICLES):
        word, language = WORDS[number % len(WORDS)]
        yield Article(
            id=f"n{number}",
            title=f"{word} {number}",
            text=f"{word} ليبيا Libya Libye, {number}. "
            + " ".join(f"w{(number + n) % 3_000}" for n in range(10)),
            source=f"Paper {number % 200}",
            author=f"Writer {number % 3_000}",
            language=language,
            published=Published(START + timedelta(hours=number * 5)) if number % 50 else None,
        )


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("large")
    settings = load_settings(archive=folder / "archive", cache=folder, encode_cache=False, search_timeout=60)
    encoder = FakeEncoder(16, synonyms={"هدنة": "ceasefire", "ليبيا": "libya"})
    with Archive.open(settings, encoder=encoder) as archive:
        assert archive.add(articles()).stored == ARTICLES
        archive.warm_up()
        app = create_app(archive)
        app.config[underway.PATIENCE] = 60
        with serving(app) as address:
            yield address


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def page(chromium: Browser, large: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=request.param)
    opened = context.new_page()
    opened.goto(large)
    yield opened
    context.close()


def ask(page: Page, text: str) -> None:
    box(page).fill(text)
    page.get_by_role("button", name="Search").click()


def test_the_start_says_how_much_there_is(page: Page) -> None:
    expect(page.locator("body")).to_contain_text("30,178 articles in 3 languages")
    page.get_by_role("link", name="Browse all 30,178 articles").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("30,178 articles")


def test_pages_go_on_to_the_last(page: Page) -> None:
    ask(page, "ليبيا")
    seen: set[str] = set()
    for number in range(3):
        expect(page.locator(".pages [aria-current=page]")).to_have_text(str(number + 1))
        page.wait_for_load_state()
        seen |= {tick.get_attribute("value") or "" for tick in page.locator(".tick").all()}
        page.get_by_role("link", name="Next ›").click()
    assert len(seen) == 30
    page.get_by_role("navigation", name="Pages").get_by_role("link").nth(-2).click()
    expect(page.locator(".card")).not_to_have_count(0)
    expect(page.locator(".pages [aria-current=page]")).to_have_text("1,000")


def test_a_rare_value_a_day_and_a_writer_are_found(page: Page) -> None:
    ask(page, "ليبيا")
    facet = page.locator(".facet", has=page.get_by_role("heading", name="Author"))
    facet.get_by_role("searchbox").fill("Writer 1234")
    facet.get_by_role("searchbox").press("Enter")
    facet.locator(".value", has_text="Writer 1234").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(r"^\s*1\d articles"))
    page.locator(".histogram a[data-period]").first.click()
    expect(page.locator(".card")).not_to_have_count(0)
    page.locator(".card .title a").first.click()
    expect(page.locator(".about")).to_contain_text("Writer 1234")


def test_all_of_it_is_taken_away(page: Page) -> None:
    ask(page, "ليبيا")
    page.get_by_label("Take away").select_option("jsonl")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert len({json.loads(line)["id"] for line in lines}) == len(lines) == ARTICLES


def test_pages_stay_light_and_within_a_phone(chromium: Browser, large: str) -> None:
    context = chromium.new_context(viewport=PHONE, color_scheme="dark")
    page = context.new_page()
    for path in ("/", "/search?q=ليبيا", "/coverage", "/article?id=n3&q=ليبيا&rank=1"):
        response = page.goto(large + path)
        assert response
        assert response.ok
        assert len(response.body()) < 4 * MAX_FIRST_PAGE  # unpacked; a fifth of it on its way
        wide, visible = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= visible, path
    context.close()
