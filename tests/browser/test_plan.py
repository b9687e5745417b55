"""The plan of a search in the browser: read it, take a word out, pin one, add one, with and without script."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.looks import PHONE, style

pytestmark = pytest.mark.browser

SEARCH = "/search?q=ceasefire+in+Libya"


def row(page: Page, word: str) -> Locator:
    return page.locator(".plan .row", has=page.locator("dt", has_text=word))


def params(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_word_is_taken_out_and_put_back(open_page: OpenPage, script: bool) -> None:
    page = open_page(SEARCH, java_script_enabled=script)
    expect(page.locator("#plan dl")).to_be_hidden()
    page.locator(".plan-name").click()
    libya = row(page, "libya")
    expect(libya.locator(".choice").first).to_contain_text("ليبيا")
    libya.get_by_role("button", name="Do not search ليبيا", exact=True).click()
    assert params(page)["drop"] == ["libya:ليبيا"]
    expect(row(page, "libya").locator(".gone")).to_contain_text("ليبيا")
    expect(page.locator(".chip")).to_contain_text("1 change")
    row(page, "libya").get_by_role("link", name="put back ليبيا").click()
    assert "drop" not in params(page)


def test_what_is_taken_out_is_not_marked(open_page: OpenPage) -> None:
    mark = ".card .title mark"
    page = open_page("/search?q=Libya&language=ar")
    with_it = page.locator(mark, has_text="ليبيا").count()
    assert with_it
    page.goto(page.url + "&drop=libya:ليبيا")
    assert page.locator(mark, has_text="ليبيا").count() < with_it


def test_a_pinned_word_comes_first_and_stays_in_the_address(open_page: OpenPage) -> None:
    page = open_page(SEARCH)
    page.locator(".plan-name").click()
    last = row(page, "ceasefire").locator("dd > ul .choice").last
    name = last.locator("bdi").inner_text()
    last.get_by_role("button", name=f"Pin {name}", exact=True).click()
    assert len(params(page)["pin"]) == 1
    first = row(page, "ceasefire").locator(".choice").first
    expect(first).to_have_class("choice pinned")
    expect(first.locator("bdi")).to_have_text(name)
    first.get_by_role("link", name=f"Unpin {name}", exact=True).click()
    assert "pin" not in params(page)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("قتال", "قتال"), ("truce", "هدنة"), ("hudna", "hudna")],
    ids=["arabic", "english", "unknown"],
)
def test_a_word_is_added_by_typing(open_page: OpenPage, typed: str, shown: str) -> None:
    page = open_page(SEARCH, java_script_enabled=False)
    page.locator(".plan-name").click()
    page.locator("select[name=word]").select_option("ceasefire")
    page.locator("input[name=add]").fill(typed)
    page.get_by_role("button", name="Add").click()
    assert params(page)["pin"]
    pinned = row(page, "ceasefire").locator(".pinned bdi")
    # An archive word stands in its most frequent form (القتال).
    assert any(shown in text for text in pinned.all_inner_texts())


def test_names_are_guessed_or_not(open_page: OpenPage) -> None:
    page = open_page("/search?q=Bogdanov")
    page.locator(".plan-name").click()
    expect(page.locator("#plan")).to_contain_text("بوجدانوف")
    page.get_by_role("link", name="do not guess").click()
    assert params(page)["names"] == ["off"]
    expect(page.locator("#plan")).not_to_contain_text("بوجدانوف")
    page.get_by_role("link", name="guess them").click()
    assert "names" not in params(page)


def test_the_plan_is_folded_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(SEARCH, viewport=PHONE)
    expect(page.locator("#plan dl")).to_be_hidden()
    assert style(page, ".plan-short", "display") == "none"
    page.locator(".plan-name").click()
    wide, visible = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= visible
