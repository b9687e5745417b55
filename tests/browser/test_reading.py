"""Reading an article: two kinds of marks, partners of a word, glosses, the way through marks and results."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.looks import PHONE, QUESTION, box, style

pytestmark = pytest.mark.browser

FIRST = ".card .title a"
ANSWERS = f"/search?q={QUESTION}&language=ar"


def test_marks_are_of_two_kinds_and_explained(open_page: OpenPage) -> None:
    page = open_page("/search?q=Russia+ليبيا&language=ar")
    expect(page.locator(".legend")).to_contain_text("keyword")
    colours = {kind: style(page, f".card mark.{kind}", "backgroundColor") for kind in ("keyword", "meaning")}
    assert colours["keyword"] != colours["meaning"]
    for kind, colour in colours.items():
        assert style(page, f".legend mark.{kind}", "backgroundColor") == colour
    page.locator(FIRST).first.click()
    expect(page.locator(".legend")).to_contain_text("meaning")


def test_a_word_of_the_question_marks_its_partners(open_page: OpenPage) -> None:
    page = open_page(ANSWERS)
    card = page.locator(".card").first
    card.locator(".why summary").click()
    english = card.locator(".pairs span[data-word=libya]")
    arabic = card.locator(".pairs bdi[data-word=libya]")
    mark = card.locator(".snippet mark[data-word=libya]").first
    lit = re.compile(r"\blit\b")
    english.hover()
    for partner in (arabic, mark):
        expect(partner).to_have_class(lit)
    expect(page.locator(".card").nth(1).locator("mark.lit")).to_have_count(0)
    mark.hover()
    expect(english).to_have_class(lit)
    box(page).hover()
    expect(page.locator(".lit")).to_have_count(0)
    # By keyboard: focus marks, Enter holds the mark when focus goes on.
    arabic.focus()
    expect(english).to_have_class(lit)
    page.keyboard.press("Enter")
    box(page).focus()
    expect(mark).to_have_class(lit)
    expect(arabic).to_have_attribute("aria-pressed", "true")


def test_the_reasons_are_in_words(open_page: OpenPage) -> None:
    page = open_page(ANSWERS)
    page.locator(FIRST).first.click()
    why = page.locator(".about .why")
    expect(why).to_contain_text("Why this article?")
    for name in ("Words", "Meaning", "Opening", "Single words"):
        expect(why.get_by_role("rowheader", name=name).first).to_be_visible()
    assert not re.search(r"\b(late|lead|keywords)\b", why.inner_text())


def test_one_walks_from_result_to_result(open_page: OpenPage) -> None:
    page = open_page(ANSWERS)
    titles = page.locator(FIRST).all_inner_texts()
    page.locator(FIRST).nth(8).click()
    expect(page.locator("h1")).to_have_text(titles[8])
    page.keyboard.press("j")
    expect(page.locator("h1")).to_have_text(titles[9])
    page.get_by_role("link", name="Next result").click()  # over the page's end
    expect(page.locator(".trail b")).to_have_text(re.compile("^11 of"))
    page.keyboard.press("k")
    expect(page.locator("h1")).to_have_text(titles[9])
    page.get_by_role("link", name="Back to the results").click()
    expect(page.locator(FIRST).nth(9)).to_be_in_viewport()
    page.keyboard.press("k")  # goes on from the one that was read
    expect(page.locator(FIRST).nth(8)).to_be_focused()


def test_a_word_is_explained_to_pointer_and_keyboard(open_page: OpenPage) -> None:
    page = open_page(ANSWERS)
    page.locator(FIRST).first.click()
    bubble = page.locator(".bubble")
    page.locator(".text p").first.hover()
    word = page.locator(".text .w", has_text=re.compile("^وزارة$")).first
    word.hover()
    expect(bubble).to_contain_text("ministry", timeout=30_000)  # the dictionary is unpacked for it
    page.keyboard.press("Escape")
    expect(bubble).to_be_hidden()
    page.mouse.move(1, 1)
    page.locator(".text").focus()
    page.keyboard.press("ArrowLeft")
    first = page.locator(".text .w").nth(0)
    expect(first).to_have_class("w asked")
    page.keyboard.press("ArrowLeft")  # the next word of a right-to-left text
    expect(page.locator(".text .w").nth(1)).to_have_class("w asked")
    expect(bubble).to_be_visible()


def test_a_tap_explains_a_word(open_page: OpenPage) -> None:
    page = open_page(ANSWERS, viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True)
    page.locator(FIRST).first.tap()
    expect(page.locator(".help .with-finger")).to_be_visible()
    expect(page.locator(".help .with-pointer")).to_be_hidden()
    page.locator(".text p").first.tap(position={"x": 5, "y": 5})
    page.locator(".text .w", has_text=re.compile("^وزارة$")).first.tap()
    bubble = page.locator(".bubble")
    expect(bubble).to_contain_text("ministry", timeout=30_000)
    page.wait_for_timeout(600)  # what hides it behind a pointer must not hide it behind a finger
    expect(bubble).to_be_visible()


def test_no_word_is_explained_by_another(open_page: OpenPage) -> None:
    page = open_page(ANSWERS)
    page.locator(FIRST).first.click()
    page.locator(".text p").first.hover(position={"x": 5, "y": 5})
    words = page.locator(".text .w")
    words.nth(1).hover()
    bubble = page.locator(".bubble")
    expect(bubble).to_be_visible(timeout=30_000)
    page.route("**/gloss*", lambda route: None)  # an answer that does not come
    words.nth(4).hover()
    expect(words.nth(4)).to_have_class(re.compile(r"\basked\b"))
    expect(bubble).to_be_hidden()


def test_a_word_of_a_result_is_explained_where_it_stands(open_page: OpenPage) -> None:
    page = open_page(ANSWERS)
    snippet = page.locator(".card .snippet").first
    snippet.hover()
    snippet.locator(".w", has_text=re.compile("^وزارة$|^وزير$")).first.hover()
    bubble = page.locator(".bubble")
    expect(bubble).to_contain_text("minist", timeout=30_000)
    page.mouse.move(0, 0)
    expect(bubble).to_be_hidden()
    # Marked words, and what they do, stay what they are.
    expect(snippet.locator("mark .w").first).to_be_attached()
    assert snippet.locator("mark").first.get_attribute("data-word")


def test_english_stands_above_each_word_without_script(open_page: OpenPage) -> None:
    page = open_page(ANSWERS, java_script_enabled=False)
    page.locator(FIRST).first.click()
    expect(page.locator(".with-script:visible")).to_have_count(0)
    page.get_by_role("link", name="Show English above each word").click()
    expect(page.locator(".text rt", has_text="ministry").first).to_be_visible()
    expect(page.locator(".romanised")).to_contain_text("automatically")
    page.get_by_role("link", name="Hide the English").click()
    expect(page.locator(".text rt")).to_have_count(0)


def test_a_name_is_looked_up_and_its_spellings_searched(open_page: OpenPage) -> None:
    page = open_page("/", java_script_enabled=False)
    page.get_by_role("link", name="See how a name is written here").click()
    page.get_by_label("Name", exact=True).fill("Gaddafi")
    page.get_by_role("button", name="Find spellings").click()
    expect(page.locator(".spellings label").first).to_contain_text("القذافي")
    page.get_by_role("button", name="Search the ticked spellings").click()
    # On a busy machine the page says for a moment that it is searching.
    expect(page.locator(".card").first).to_be_visible(timeout=30_000)
    expect(page.locator(".card mark.keyword", has_text="قذافي").first).to_be_visible()


def test_last_searches_are_offered_and_forgotten(open_page: OpenPage) -> None:
    page = open_page("/search?q=elections")
    page.get_by_role("link", name="News archive").click()
    recent = page.locator("#recent")
    expect(recent.get_by_role("link")).to_have_text(["elections"])
    recent.get_by_role("button", name="Forget them").click()
    page.reload()
    expect(recent).to_be_hidden()


def test_english_above_the_words_stays_within_a_phone(open_page: OpenPage) -> None:
    page = open_page(ANSWERS, viewport={"width": 390, "height": 780}, is_mobile=True)
    page.locator(FIRST).first.click()
    page.get_by_role("link", name="Show English above each word").click()
    expect(page.locator(".glossed ruby").nth(20)).to_be_attached()
    outside = page.evaluate(
        """() => {
            const text = document.querySelector(".text").getBoundingClientRect();
            return [...document.querySelectorAll(".glossed ruby")].filter((word) => {
                const box = word.getBoundingClientRect();
                return box.left < text.left - 1 || box.right > text.right + 1;
            }).map((word) => word.textContent);
        }"""
    )
    assert outside == []
    # Each English word stands above its Arabic one.
    apart = page.evaluate(
        """() => [...document.querySelectorAll(".glossed ruby")].map((word) => {
            const above = word.querySelector("rt").getBoundingClientRect();
            const range = document.createRange();
            range.setStartBefore(word.firstChild);
            range.setEndBefore(word.querySelector("rt"));
            const below = range.getBoundingClientRect();
            return Math.abs(above.left + above.width / 2 - below.left - below.width / 2);
        })"""
    )
    assert len(apart) > 20
    assert max(apart) < 3


@pytest.mark.parametrize("locale", ["en-US", "ar-EG"])
def test_a_phone_tells_in_one_line_how_many_words_are_marked(open_page: OpenPage, locale: str) -> None:
    page = open_page(f"/search?q={QUESTION}", viewport=PHONE, locale=locale)
    page.locator(".card .title a").first.click()
    page.locator("#hit-next").click()  # now its number stands there, too
    told = page.locator(".hits span").first.bounding_box()
    assert told
    assert told["height"] < 30
    bar = page.locator(".hits").bounding_box()
    assert bar
    assert bar["height"] < 80
