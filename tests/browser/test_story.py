"""The analyst's story in a real browser: an English question, an Arabic article, the way back."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import pytest
import rispy
from playwright.sync_api import expect

from tests.browser.conftest import HOSTILE, OpenPage
from tests.browser.looks import PHONE, QUESTION, box, style

pytestmark = pytest.mark.browser


def test_the_seed_article_is_the_first_answer(open_page: OpenPage) -> None:
    page = open_page(f"/search?q={QUESTION}")
    first = page.locator(".card").first
    expect(first.locator(".title")).to_have_attribute("lang", "ar")
    expect(first.locator(".title")).to_contain_text("وزارة الخارجية الروسية")
    first.locator(".title a").click()
    expect(page.locator(".trail b")).to_have_text(re.compile("^1 of "))
    # The article says what the question asks, and holds none of its words.
    text = page.locator(".text").inner_text()
    assert "ليبيا" in text
    assert "لافروف" in text
    assert "Lavrov" not in text


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_an_english_question_opens_an_arabic_article(open_page: OpenPage, script: bool) -> None:
    page = open_page("/", java_script_enabled=script)
    box(page).fill(QUESTION)
    page.get_by_role("button", name="Search").click()
    title = page.locator(".card .title[lang=ar]").first
    expect(title).to_contain_text("الروسية")
    if script:
        assert style(page, ".card .title[lang=ar]", "direction") == "rtl"
        assert style(page, ".card .snippet[lang=ar]", "direction") == "rtl"
        assert style(page, ".card .origin", "direction") == "ltr"
        # The Arabic title is set at the right edge of its column: its letters end where the column does.
        gap = title.evaluate(
            "node => { const range = document.createRange(); range.selectNodeContents(node);"
            " return node.getBoundingClientRect().right - range.getBoundingClientRect().right }"
        )
        assert abs(gap) < 2
    title.get_by_role("link").click()
    expect(page.locator(".text")).to_have_attribute("dir", "rtl")
    page.get_by_role("link", name="Back to the results").click()
    expect(box(page)).to_have_value(QUESTION)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search?q=ceasefire+in+Libya&language=ar&drop=libya:ليبيا",
        "/article?id=evil",
        "/article?id=evil&q=hostile&rank=1",
        "/names?name=Khalifa+Haftar",
    ],
)
def test_a_phone_never_scrolls_sideways(open_page: OpenPage, path: str, scheme: str) -> None:
    page = open_page(path, viewport=PHONE, color_scheme=scheme)
    wide, visible = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= visible
    background = style(page, "body", "backgroundColor")
    assert (background == "rgb(20, 22, 26)") is (scheme == "dark")


def test_filters_open_on_a_phone_without_script(open_page: OpenPage) -> None:
    page = open_page("/search?q=elections", viewport=PHONE, java_script_enabled=False)
    expect(page.locator("#filters")).to_be_hidden()
    page.get_by_role("button", name="Filters").click()
    page.locator("#filters .facet .value").first.click()
    expect(page.locator(".chips .chip").first).to_be_visible()


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=hostile+headline",
        "/search?q=hostile&source={source}",
        "/search?all=source&find=evil",
        "/article?id=evil&q=hostile&rank=1",
        "/coverage?source={source}",
        "/saved/new?q=hostile&source={source}",
        "/names?name={source}",
    ],
)
def test_hostile_articles_never_run_or_mislead(open_page: OpenPage, path: str) -> None:
    asked: list[str] = []
    page = open_page(path.format(source=quote(HOSTILE["source"])))
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    expect(page.locator("body")).to_contain_text("Evil")
    for node in page.locator("main :is(a, input, summary):visible").all()[:40]:
        node.hover(force=True, timeout=5_000)
    assert page.title() != "owned"
    assert page.locator("img, iframe, script:not([src]), [onerror], [onfocus], [onmouseover]").count() == 0
    assert page.locator("[href^='javascript' i]").count() == 0
    # Nothing that is shown or read out holds an override; the value of a hidden field has to.
    shown = page.evaluate(
        "[document.title, document.body.innerText, ...[...document.querySelectorAll('[title], [aria-label]')]"
        ".map(node => node.title + node.ariaLabel)].join(' ')"
    )
    assert "\u202e" not in shown
    assert not [url for url in asked if urlsplit(url).path not in ("/gloss", "/static/icon.svg")]


def test_the_text_of_a_hostile_article_is_read_as_it_stands(open_page: OpenPage) -> None:
    page = open_page("/search?q=hostile+headline")
    card = page.locator(".card", has_text="hostile headline").first
    expect(card.locator(".title")).to_contain_text("<script>document.title='owned'</script>")
    card.locator(".title a").click()
    expect(page.locator("h1")).to_contain_text("<script>")
    expect(page.locator(".text")).to_have_text(
        "hostile text of a page gpj.exe"
    )  # the reader took the tag away
    expect(page.locator(".about")).to_contain_text("javascript:document.title")
    # An override would show "exe.jpg" for what is no picture.
    expect(page.locator("h1")).to_contain_text("gpj.exe")


def test_matched_words_are_walked_through_with_keys(open_page: OpenPage) -> None:
    page = open_page("/search?q=ليبيا&language=ar")
    page.locator(".card .title a").first.click()
    bar = page.locator(".hits")
    expect(bar).to_contain_text("marked word")
    page.keyboard.press("n")
    expect(bar).to_contain_text("1 of ")
    expect(page.locator("#m1")).to_have_class("hit here")
    page.keyboard.press("p")
    expect(bar).to_contain_text(f"{bar.get_attribute('data-hits')} of ")
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_from_a_question_to_a_citation(open_page: OpenPage, script: bool) -> None:
    """The whole story: ask in English, see why, read with help, follow the marks, cite, come back by the citation."""
    page = open_page("/", java_script_enabled=script)
    box(page).fill("ceasefire in Libya, Lavrov and Bogdanov")
    page.get_by_role("button", name="Search").click()
    page.locator(".facet .value", has_text="Arabic").click()
    expect(page.locator(".chip")).to_contain_text("Arabic")
    card = page.locator(".card").first
    card.locator(".why summary").click()
    expect(card.locator(".pairs")).to_contain_text("ليبيا")
    title = card.locator(".title").inner_text()
    card.locator(".title a").click()
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator(".text mark", has_text="ليبيا").first).to_be_visible()
    expect(page.locator(".romanised")).to_contain_text("Romanised automatically")
    page.get_by_role("link", name="Next ›").click()
    expect(page).to_have_url(re.compile("#m1$"))
    with page.expect_download() as download:
        page.get_by_role("link", name="RIS").click()
    citation = download.value.path().read_text(encoding="utf-8")
    [reference] = rispy.loads(citation)
    assert reference["title"] == title
    assert reference["language"] == "ar"
    assert reference["secondary_title"]
    # A date is cited where the source gives one, and never made up.
    undated = page.get_by_text("The source gives no date.").count()
    assert ("date" in reference) is not bool(undated)
    address = re.search("^L2  - (.+)$", citation, re.MULTILINE)
    assert address
    page.goto(address[1].strip())
    expect(page.locator("h1")).to_have_text(title)


def test_a_ticked_result_is_downloaded_as_a_citation(open_page: OpenPage) -> None:
    page = open_page(f"/search?q={QUESTION}")
    page.locator(".card", has=page.locator("[lang=ar]")).first.locator(".tick").check()
    page.get_by_label("Take away").select_option("ris")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename.endswith(".ris")
    text = download.value.path().read_text(encoding="utf-8")
    assert text.count("TY  - NEWS") == 1
    assert "LA  - ar" in text


def test_keys_lead_from_result_to_result(open_page: OpenPage) -> None:
    page = open_page("/search?q=elections")
    titles = page.locator(".cards > .card .title a")
    page.locator("html.scripted").wait_for()
    page.keyboard.press("j")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(titles.nth(2)).to_be_focused()
    expect(titles.nth(2)).to_be_in_viewport()
    page.keyboard.press("k")
    expect(titles.nth(1)).to_be_focused()
    for _ in range(3):  # before the first is nothing
        page.keyboard.press("k")
    expect(titles.nth(0)).to_be_focused()
    page.locator(".tick").nth(4).focus()
    page.keyboard.press("j")
    expect(titles.nth(5)).to_be_focused()
    opened = titles.nth(5).inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(opened)


def test_the_list_of_keys_opens_and_closes(open_page: OpenPage) -> None:
    page = open_page("/search?q=elections")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_hidden()
    page.locator("html.scripted").wait_for()
    page.keyboard.press("?")
    expect(sheet).to_contain_text("next and previous result")
    page.keyboard.press("j")
    expect(page.locator(".title a:focus")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.get_by_role("button", name="Keys").click()
    sheet.get_by_role("button", name="Close").click()
    expect(sheet).to_be_hidden()
    # What is typed into a field is typed, and no key.
    page.locator("#q").fill("")
    page.locator("#q").press_sequentially("who? jk/")
    expect(page.locator("#q")).to_have_value("who? jk/")
    expect(sheet).to_be_hidden()


def test_ticks_last_from_page_to_page_and_are_all_downloaded(open_page: OpenPage) -> None:
    page = open_page("/search?q=elections&language=ar")
    told = page.locator("#ticked")
    expect(told).to_be_hidden()
    page.locator(".tick").nth(1).check()
    expect(told).to_contain_text("1 ticked")
    page.get_by_role("link", name="Next").click()
    expect(told).to_contain_text("1 ticked")
    expect(page.locator(".tick:checked")).to_have_count(0)
    page.locator(".tick").first.check()
    expect(told).to_contain_text("2 ticked")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert len(download.value.path().read_text(encoding="utf-8").splitlines()) == 3
    page.go_back()
    expect(page.locator(".tick:checked")).to_have_count(1)
    expect(told).to_contain_text("2 ticked")
    # In another order they are the same search's, in another search there are none.
    page.get_by_role("link", name="Oldest").click()
    expect(told).to_contain_text("2 ticked")
    page.goto(page.url.replace("elections", "ceasefire"))
    expect(told).to_be_hidden()
    page.go_back()
    told.get_by_role("button", name="Clear").click()
    expect(told).to_be_hidden()
    expect(page.get_by_role("button", name="Download")).to_be_focused()
    page.reload()
    expect(page.locator(".tick:checked")).to_have_count(0)
    expect(told).to_be_hidden()


def test_without_script_ticks_are_of_their_page(open_page: OpenPage) -> None:
    page = open_page("/search?q=elections", java_script_enabled=False)
    expect(page.locator("#ticked")).to_be_hidden()
    page.locator(".tick").first.check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert len(download.value.path().read_text(encoding="utf-8").splitlines()) == 2
