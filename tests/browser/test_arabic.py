"""The interface in Arabic, in a real browser: mirrored, complete, within a phone's width, and open to everybody."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.looks import PHONE, style
from tests.browser.test_accessibility import MISTAKES, PAGES, violations
from webapp.language import catalogue

pytestmark = pytest.mark.browser

#: What the welcome page offers those who read Arabic; its first answer is the seed article.
QUESTION = catalogue("ar").gettext("Russia calls for a ceasefire in Libya, Lavrov and Bogdanov")
ARABIC = {"locale": "ar-EG"}


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_each_page_mirrored_and_whole(open_page: OpenPage, name: str) -> None:
    page = open_page(PAGES[name], viewport=PHONE, quiet=name in MISTAKES, **ARABIC)
    assert style(page, "html", "direction") == "rtl"
    wide, visible = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= visible
    # In a page from right to left what sticks out does so at the left.
    assert page.evaluate("scrollTo(-500, 0), scrollX") == 0
    for summary in page.locator("details:not([open]) > summary").all()[:3]:
        summary.click()
    assert not violations(page)


@pytest.mark.parametrize("locale", ["en-US", "ar-EG"])
def test_a_phone_shows_which_place_is_open(open_page: OpenPage, locale: str) -> None:
    page = open_page("/judgements", viewport=PHONE, locale=locale)
    here = page.locator(".places [aria-current]")
    expect(here).to_be_in_viewport(ratio=0.99)
    assert page.evaluate("scrollY") == 0


def test_the_question_of_an_arabic_reader_is_answered(open_page: OpenPage) -> None:
    page = open_page("/", **ARABIC)
    page.get_by_role("link", name=QUESTION).click()
    first = page.locator(".card").first
    expect(first.locator(".title")).to_contain_text("الروسية")
    expect(first.locator(".why summary")).to_have_text(re.compile(r"^فيه \d من كلمات السؤال"))
    first.locator(".why summary").click()
    expect(first.locator(".parts")).to_contain_text("الأولى")
    first.locator(".title a").click()
    expect(page.locator(".trail b")).to_have_text(re.compile("^1 من "))
    page.get_by_role("link", name="العودة إلى نتائج").click()
    expect(page.locator("#q")).to_have_value(QUESTION)


def test_the_page_is_mirrored(open_page: OpenPage) -> None:
    def places(locale: str) -> dict[str, tuple[float, float]]:
        page = open_page("/search?q=elections", viewport={"width": 1200, "height": 900}, locale=locale)
        boxes = {}
        for selector in (".brand", ".languages", ".found", "#filters", ".card .tick"):
            box = page.locator(selector).first.bounding_box()
            assert box
            boxes[selector] = (box["x"], box["width"])
        bars = page.locator(".histogram a .bar")
        first, last = bars.first.bounding_box(), bars.last.bounding_box()
        assert first
        assert last
        assert (first["x"] < last["x"]) is (locale == "en-US")
        return boxes

    english, arabic = places("en-US"), places("ar-EG")
    for selector, (x, width) in english.items():
        there, _ = arabic[selector]
        assert (x + width / 2 < 592) is not (there + width / 2 < 592), selector


def test_texts_keep_their_own_direction(open_page: OpenPage) -> None:
    page = open_page("/article?id=evil&q=hostile", **ARABIC)
    assert style(page, ".article > header .title", "direction") == "ltr"
    assert style(page, ".text", "direction") == "ltr"
    assert style(page, ".about dt", "direction") == "rtl"
    assert style(page, "h1", "letterSpacing") == "normal"  # letters that join are not spaced


def test_a_long_name_in_latin_letters_is_cut_at_its_end(open_page: OpenPage) -> None:
    page = open_page(
        "/search?q=hostile&all=source&find=Evil", viewport={"width": 1200, "height": 900}, **ARABIC
    )
    left, written, seen = page.locator(".facet .value bdi", has_text="Evil").evaluate(
        """node => {
             const letters = document.createRange();
             letters.selectNodeContents(node);
             const written = letters.getBoundingClientRect(), link = node.parentNode.getBoundingClientRect();
             return [written.left - link.left, written.width, link.width];
           }"""
    )
    assert written > seen
    assert left >= 0


@pytest.mark.parametrize("width", [280, 390])
def test_dates_in_sentences_stand_whole_and_from_left_to_right(open_page: OpenPage, width: int) -> None:
    page = open_page(
        "/search?q=abc&from=2018-13", viewport={"width": width, "height": 800}, quiet=True, **ARABIC
    )
    digits = page.locator(".trouble .day").evaluate_all(
        """nodes => nodes.map(node => [0, node.firstChild.length - 1].map(place => {
             const digit = document.createRange();
             digit.setStart(node.firstChild, place);
             digit.setEnd(node.firstChild, place + 1);
             return [digit.getBoundingClientRect().left, digit.getBoundingClientRect().top];
           }))"""
    )
    assert len(digits) == 3
    assert all(first[0] < last[0] and first[1] == last[1] for first, last in digits)


def test_a_reader_changes_the_language_and_a_link_does_not(open_page: OpenPage) -> None:
    page = open_page("/search?q=elections&language=ar")
    assert style(page, "html", "direction") == "ltr"
    page.get_by_role("button", name="العربية").click()
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    assert page.url.endswith("/search?q=elections&language=ar")
    # It lasts on other pages, and is not part of what is sent to others.
    permalink = page.get_by_role("link", name="رابط دائم لهذا البحث").get_attribute("href")
    assert permalink == "/search?q=elections&language=ar"
    page.get_by_role("link", name="التغطية").click()
    assert style(page, "html", "direction") == "rtl"
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Coverage")).to_be_visible()


def test_the_language_is_chosen_without_a_script(open_page: OpenPage) -> None:
    page = open_page("/names", java_script_enabled=False, viewport=PHONE)
    page.get_by_role("button", name="العربية").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")


def test_keys_work_on_an_arabic_keyboard(open_page: OpenPage) -> None:
    page = open_page("/search?q=ليبيا&language=ar", **ARABIC)
    page.locator(".card .title a").first.click()
    page.locator("html.scripted .hits").wait_for()
    bar = page.locator(".hits")
    press = "([key, code]) => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, code, bubbles: true}))"
    page.evaluate(press, ["ى", "KeyN"])
    expect(bar).to_contain_text("1 من ")
    page.evaluate(press, ["ح", "KeyP"])
    expect(bar).to_contain_text(f"{bar.get_attribute('data-hits')} من ")
    page.evaluate(press, ["؟", "Slash"])
    expect(page.get_by_role("dialog")).to_be_visible()


def test_what_scripts_say_is_arabic(open_page: OpenPage) -> None:
    page = open_page("/search?q=elections", **ARABIC)
    expect(page.locator(".facet .find input[type=search]").first).to_have_attribute(
        "placeholder", re.compile("^ابحث عن ")
    )
    page.goto(page.url.partition("/search")[0] + "/search?q=ليبيا&language=ar")
    page.locator(".card .title a").first.click()
    expect(page.locator(".text")).to_have_attribute("aria-label", re.compile("^نص المقال"))
