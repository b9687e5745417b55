"""Every page passes axe-core (WCAG 2.2 AA and its best practices), is light, prints, and keeps still when told."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.looks import PHONE, QUESTION, style

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
PAGES = {
    "welcome": "/",
    "results": f"/search?q={QUESTION}",
    "edited plan": "/search?q=ceasefire+in+Libya&drop=libya:ليبيا&pin=ceasefire:هدن",
    "filtered": "/search?q=elections&language=ar&-source=bbc&from=2017",
    "nothing found": "/search?q=%2Bqwxyzzy",
    "article": "/article?id=evil&q=hostile&rank=1",
    "stopped search": "/search/stopped?q=elections",
    "names": "/names?name=Khalifa+Haftar",
    "coverage": "/coverage",
    "quality": "/quality",
    "saved searches": "/saved",
    "save a search": "/saved/new?q=ceasefire+in+Libya&language=ar",
    "judgements": "/judgements",
    "API": "/api/",
    "mistake": "/search?q=%22unbalanced",
    "wrong date": "/search?q=oil&from=31.12.2018",
}
#: Pages that answer with an error.
MISTAKES = {"mistake", "wrong date"}
MAX_FIRST_PAGE = 50_000  # bytes as they are sent, everything that the page loads included


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("axe.run().then(result => result.violations)")
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(open_page: OpenPage, name: str, scheme: str) -> None:
    page = open_page(PAGES[name], color_scheme=scheme, quiet=name in MISTAKES)
    for summary in page.locator("details:not([open]) > summary").all()[:3]:
        summary.click()
    assert not violations(page)


def test_axe_finds_nothing_on_an_article_in_arabic(open_page: OpenPage) -> None:
    page = open_page(f"/search?q={QUESTION}", viewport=PHONE)
    page.locator(".card .title a").first.click()
    assert not violations(page)
    page.get_by_role("link", name="Show English above each word").click()
    assert not violations(page)
    page.get_by_role("link", name="Translate into English").click()
    assert not violations(page)


def test_axe_finds_nothing_on_a_saved_search(open_page: OpenPage) -> None:
    page = open_page("/saved/new?q=elections&language=ar")
    page.get_by_role("button", name="Save", exact=True).click()
    assert not violations(page)
    page.get_by_role("link", name="Change it").click()
    assert not violations(page)
    page.go_back()
    page.get_by_text("Delete this saved search").click()
    page.get_by_role("button", name="Delete it and its alerts").click()
    expect(page.get_by_role("main")).to_contain_text("No search is saved")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_list_of_keys(open_page: OpenPage, scheme: str) -> None:
    page = open_page("/", color_scheme=scheme)
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert not violations(page)


def test_axe_finds_what_is_wrong(open_page: OpenPage) -> None:
    page = open_page("/")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any(line.startswith("button-name") for line in violations(page))


def test_the_first_page_is_light(open_page: OpenPage) -> None:
    page = open_page("/")
    sizes = page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".map(entry => [entry.name, entry.transferSize])"
    )
    assert len(sizes) > 5
    assert all(size for _, size in sizes)
    assert sum(size for _, size in sizes) < MAX_FIRST_PAGE, sizes


def test_print_leaves_out_what_cannot_be_clicked(open_page: OpenPage) -> None:
    page = open_page(f"/search?q={QUESTION}")
    page.emulate_media(media="print")
    expect(page.locator(".card").first).to_be_visible()
    for selector in (".top", ".filters", ".take", ".plan", ".bottom"):
        expect(page.locator(selector).first).to_be_hidden()


def test_nothing_moves_for_those_who_want_that(open_page: OpenPage) -> None:
    still = open_page("/search?q=elections", reduced_motion="reduce")
    assert style(still, "html", "scrollBehavior") == "auto"
    moving = open_page("/search?q=elections", reduced_motion="no-preference")
    assert style(moving, "html", "scrollBehavior") == "smooth"
