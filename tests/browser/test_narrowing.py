"""Narrowing a search in the browser: the histogram clicked and dragged over, facets, dates, chips, nothing found."""

from __future__ import annotations

import itertools
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.looks import PHONE

pytestmark = pytest.mark.browser

SEARCH = "/search?q=elections"
BARS = ".histogram a[data-period]"


def params(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def total(page: Page) -> int:
    found = re.match(r"([\d,]+) article", page.locator("h1").inner_text())
    assert found
    return int(found[1].replace(",", ""))


def test_dragging_over_bars_chooses_their_time(open_page: OpenPage) -> None:
    page = open_page(SEARCH)
    before, bars = total(page), page.locator(BARS)
    first, last = bars.nth(1), bars.nth(bars.count() - 2)
    periods = [bar.get_attribute("data-period") for bar in (first, last)]
    start, end = (bar.locator(".slot").bounding_box() for bar in (first, last))
    assert start
    assert end
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 20, steps=8)
    expect(page.locator(".histogram .within")).to_have_count(bars.count() - 2)
    with page.expect_navigation():
        page.mouse.up()
    assert [params(page)["from"], params(page)["to"]] == periods
    assert 0 < total(page) < before
    # The same time, dragged from its end to its beginning.
    page.go_back()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 20)
    page.mouse.down()
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + 20, steps=8)
    with page.expect_navigation():
        page.mouse.up()
    assert [params(page)["from"], params(page)["to"]] == periods


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_year_opens_into_months_and_days_and_closes_again(open_page: OpenPage, script: bool) -> None:
    page = open_page("/search", java_script_enabled=script)
    page.locator("input[name=from]").fill("2017")
    page.locator("input[name=to]").fill("2017")
    page.get_by_role("button", name="Set").click()
    year = total(page)
    assert params(page)["from"] == params(page)["to"] == "2017"
    period = "2017"
    while len(period) < 10:
        bar = page.locator(BARS).first
        period = bar.get_attribute("data-period") or ""
        count = re.search(r": ([\d,]+) article", bar.locator("title").text_content() or "")
        assert count
        bar.click()
        assert params(page)["from"] == params(page)["to"] == period
        assert total(page) == int(count[1].replace(",", ""))
    page.locator(".steps a", has_text=re.compile("^2017$")).click()
    assert total(page) == year
    page.get_by_role("link", name="All dates").click()
    assert "from" not in params(page)


@pytest.mark.parametrize(
    "path", ["/search?from=2017-03&to=2017-10", "/search?from=2017&to=2017", "/coverage"]
)
@pytest.mark.parametrize("locale", ["en-US", "ar-EG"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_labels_of_the_date_drawing_keep_apart(
    open_page: OpenPage, path: str, locale: str, width: int
) -> None:
    page = open_page(path, viewport={"width": width, "height": 900}, locale=locale)
    if page.locator(".to-filters").is_visible():
        page.locator(".to-filters").click()
    boxes = sorted(
        page.locator(".histogram text").evaluate_all(
            "nodes => nodes.map(node => node.getBoundingClientRect()).map(box => [box.left, box.right])"
        )
    )
    assert boxes
    assert all(left[1] + 2 < right[0] for left, right in itertools.pairwise(boxes))


@pytest.mark.parametrize("locale", ["en-US", "ar-EG"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_date_is_seen_whole_in_its_box(open_page: OpenPage, locale: str, width: int) -> None:
    page = open_page("/search", viewport={"width": width, "height": 900}, locale=locale)
    if page.locator(".to-filters").is_visible():
        page.locator(".to-filters").click()
    for name in ("from", "to"):
        field = page.locator(f".filters .dates input[name={name}]")
        field.fill("2018-08-28")  # what it proposes while it is empty is no longer
        assert field.evaluate("node => node.scrollWidth <= node.clientWidth")


@pytest.mark.parametrize("locale", ["en-US", "ar-EG"])
def test_the_places_at_the_top_have_a_shadow_where_a_phone_cuts_them(
    open_page: OpenPage, locale: str
) -> None:
    page = open_page("/search", viewport={"width": 390, "height": 900}, locale=locale)
    row = page.locator(".places")

    def edges() -> tuple[bytes, bytes]:
        box = row.bounding_box()
        assert box
        # Below the letters.
        clip = {"y": box["y"] + box["height"] - 4, "width": 3, "height": 3}
        left, right = (
            page.screenshot(clip={**clip, "x": x}) for x in (box["x"] + 1, box["x"] + box["width"] - 4)
        )
        return (left, right) if locale == "en-US" else (right, left)

    start, end = edges()
    row.evaluate("(node, way) => node.scrollLeft = way * 9999", 1 if locale == "en-US" else -1)
    later_start, later_end = edges()
    assert start != end
    assert (later_start == start, later_end == end) == (False, False)


@pytest.mark.parametrize("locale", ["en-US", "ar-EG"])
def test_a_table_that_is_cut_has_a_shadow_there_until_it_is_scrolled(
    open_page: OpenPage, locale: str
) -> None:
    page = open_page("/coverage", viewport={"width": 390, "height": 900}, locale=locale)
    table = page.locator(".wide").first
    assert table.evaluate("node => node.scrollWidth > node.clientWidth")

    def edges() -> tuple[bytes, bytes]:
        box = table.bounding_box()
        assert box
        clip = {"y": box["y"] + box["height"] - 12, "width": 4, "height": 8}
        left, right = (
            page.screenshot(clip={**clip, "x": x}, full_page=True)
            for x in (box["x"], box["x"] + box["width"] - 4)
        )
        return (left, right) if locale == "en-US" else (right, left)

    start, end = edges()
    table.evaluate("(node, way) => node.scrollLeft = way * 9999", 1 if locale == "en-US" else -1)
    later_start, later_end = edges()
    assert start != end
    assert (later_start == start, later_end == end) == (False, False)


def test_typing_narrows_what_a_facet_lists(open_page: OpenPage) -> None:
    page = open_page(SEARCH)
    facet = page.locator(".facet", has=page.get_by_role("heading", name="Language"))
    items = facet.locator("li")
    listed = items.count()
    facet.get_by_role("searchbox").type("arab")
    expect(facet.locator("li:visible")).to_have_count(1)
    expect(facet.locator("li:visible")).to_contain_text("Arabic")
    facet.get_by_role("searchbox").fill("")
    expect(facet.locator("li:visible")).to_have_count(listed)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_value_that_is_not_listed_is_found(open_page: OpenPage, script: bool) -> None:
    page = open_page("/search", java_script_enabled=script)
    facet = page.locator(".facet", has=page.get_by_role("heading", name="Source"))
    facet.get_by_role("searchbox").fill("e")
    facet.get_by_role("searchbox").press("Enter")
    expect(page).to_have_url(re.compile(r"all=source&find=e#facet-source"))
    page.wait_for_load_state()
    names = facet.locator(".value bdi").all_inner_texts()
    assert names
    assert all("e" in name.lower() for name in names)
    facet.locator(".value").last.click()
    expect(page.locator(".chip")).to_contain_text(names[-1])


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_values_are_chosen_left_out_and_taken_back(open_page: OpenPage, script: bool) -> None:
    page = open_page(SEARCH, java_script_enabled=script)
    everything = total(page)
    facet = page.locator(".facet", has=page.get_by_role("heading", name="Language"))
    value = facet.locator("li").first
    name = value.locator("bdi").inner_text()
    value.locator(".value").click()
    expect(page.locator(".chip")).to_have_text(re.compile(rf"language\s*{name}"))
    page.wait_for_load_state()
    assert set(page.locator(".card .origin .language").all_inner_texts()) == {name}
    expect(facet.locator("li.chosen bdi")).to_have_text(name)
    facet.get_by_role("link", name=f"Leave out {name}").click()
    expect(page.locator(".chip")).to_have_text(re.compile(rf"not language\s*{name}"))
    page.wait_for_load_state()
    languages = page.locator(".card .origin .language").all_inner_texts()
    assert languages
    assert name not in languages
    page.get_by_role("link", name=re.compile("^Remove: not language")).click()
    assert total(page) == everything


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_nothing_found_says_what_would_loosen_it(open_page: OpenPage, script: bool) -> None:
    page = open_page('/search?q=%2B"peace+dialogue+zzz"&language=ar&from=2017', java_script_enabled=script)
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing found")
    loosen = page.locator(".nothing")
    for sentence in ("Leave out “language Arabic”", "Leave out “from 2017”", "are strict"):
        expect(loosen).to_contain_text(sentence)
    loosen.get_by_role("link", name="Search without any filter").click()
    assert set(params(page)) == {"q"}
    page.locator(".nothing").get_by_role("link", name="Browse the whole archive").click()
    expect(page.locator(".card").nth(5)).to_be_visible()


def test_dates_and_facets_are_chosen_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(SEARCH, viewport=PHONE, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Filters").tap()
    bar = page.locator(BARS).first
    period = bar.get_attribute("data-period")
    bar.locator(".slot").tap()
    expect(page).to_have_url(re.compile(f"from={period}&to={period}"))
    wide, visible = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= visible


@pytest.mark.parametrize("locale", ["en-US", "ar-EG"])
def test_the_shadow_of_the_places_leaves_no_line_at_their_start(open_page: OpenPage, locale: str) -> None:
    page = open_page("/search", viewport={"width": 390, "height": 900}, device_scale_factor=2, locale=locale)
    box = page.locator(".places").bounding_box()
    assert box
    x = box["x"] if locale == "en-US" else box["x"] + box["width"] - 4
    beside = page.screenshot(clip={"x": x, "y": box["y"] - 4, "width": 4, "height": 3})
    for y in (box["y"] - 1, box["y"] + box["height"] - 2):
        assert page.screenshot(clip={"x": x, "y": y, "width": 4, "height": 3}) == beside


@pytest.mark.parametrize("locale", ["en-US", "ar-EG"])
def test_what_is_chosen_stays_within_the_column_of_a_phone(open_page: OpenPage, locale: str) -> None:
    page = open_page(SEARCH, viewport={"width": 390, "height": 900}, locale=locale)
    edges = "node => [node.getBoundingClientRect().left, node.getBoundingClientRect().right]"
    left, right = page.locator(".found").evaluate(edges)
    for chosen in page.locator(".sorts a[aria-current]").all():
        start, end = chosen.evaluate(edges)
        assert left <= start
        assert end <= right


def test_a_whole_name_is_seen_in_its_box_on_a_phone(open_page: OpenPage) -> None:
    page = open_page("/names?name=Mohammed+bin+Salman", viewport={"width": 390, "height": 900})
    assert page.get_by_label("Name", exact=True).evaluate("node => node.scrollWidth <= node.clientWidth")


def test_a_judgement_is_seen_whole_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(SEARCH, viewport={"width": 390, "height": 900})
    page.locator(".judge button").first.click()
    page.get_by_label("Your name").fill("Analyst")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator('.judge [aria-pressed="true"]')).to_have_count(1)
    page.goto(page.url.partition("/search")[0] + "/judgements")
    assert page.locator(".wide").evaluate("node => node.scrollWidth <= node.clientWidth")
    expect(page.locator("tbody td").last).to_be_in_viewport(ratio=1)
    page.go_back()
    page.locator('.judge [aria-pressed="true"]').click()  # other tests begin without judgements
    expect(page.locator('.judge [aria-pressed="true"]')).to_have_count(0)
