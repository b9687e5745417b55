"""What a reader keeps, in a real browser and without a script: judgements, saved searches; and whose forms count."""

from __future__ import annotations

import http.server
import re
import threading
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.looks import QUESTION

pytestmark = pytest.mark.browser


def test_a_result_is_judged(open_page: OpenPage) -> None:
    page = open_page(f"/search?q={QUESTION}", java_script_enabled=False)
    page.get_by_role("button", name=re.compile("^Relevant")).first.click()
    page.get_by_label("Your name").fill("Mona")
    page.get_by_role("button", name="Keep").click()
    expect(page).to_have_url(re.compile(r"/search\?q=.*#judge-1$"))
    first = page.get_by_role("button", name=re.compile("^Relevant")).first
    expect(first).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name=re.compile("^Not relevant")).first.click()  # no name is asked again
    expect(first).to_have_attribute("aria-pressed", "false")
    page.get_by_role("link", name="Judgements").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("Mona")
    page.go_back()
    page.reload()
    page.get_by_role("button", name=re.compile("^Not relevant")).first.click()  # takes it back
    page.get_by_role("link", name="Judgements").click()
    expect(page.get_by_role("main")).to_contain_text("Nobody has judged")


def test_a_search_is_saved_and_deleted(open_page: OpenPage) -> None:
    page = open_page(f"/search?q={QUESTION}&language=ar", java_script_enabled=False)
    page.get_by_label("Name of the saved search").fill("هدنة Libya")
    page.get_by_role("button", name="Save this search").click()
    expect(page.get_by_role("main")).to_contain_text("a week, as the last")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("هدنة Libya")
    page.get_by_role("link", name="Search now").click()
    expect(page).to_have_url(re.compile(r"language=ar"))
    page.get_by_role("link", name="Saved searches").click()
    page.get_by_role("link", name="هدنة Libya").click()
    page.get_by_role("link", name="Change it").click()
    page.get_by_label("Name", exact=True).fill("Truce")
    page.get_by_label("Question", exact=True).fill("truce in Libya")
    page.get_by_label("Send alerts").select_option(label="once a week at most")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Truce")
    page.get_by_role("link", name="Search now").click()
    expect(page).to_have_url(re.compile(r"q=truce\+in\+Libya&language=ar"))
    page.go_back()
    page.get_by_text("Delete this saved search").click()
    page.get_by_role("button", name="Delete it and its alerts").click()
    expect(page.get_by_role("main")).to_contain_text("No search is saved")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_places_of_the_archive_are_seen_at_the_top(open_page: OpenPage, width: int) -> None:
    page = open_page(f"/search?q={QUESTION}", viewport={"width": width, "height": 800})
    places = page.get_by_role("navigation", name="About this archive")
    box = places.bounding_box()
    assert box
    assert box["y"] + box["height"] < 130
    assert box["height"] < 40
    expect(places.get_by_role("link", name="Coverage")).to_be_in_viewport()
    expect(page.get_by_role("link", name="Save this search")).to_be_in_viewport()
    places.get_by_role("link", name="API").click()  # on a phone a finger or the Tab key brings it into view
    expect(page.get_by_role("link", name="API", exact=True)).to_have_attribute("aria-current", "page")


def test_a_form_of_another_site_changes_nothing(open_page: OpenPage) -> None:
    """The browser itself says where a form was sent from; another port is another site's page."""
    page = open_page("/saved", quiet=True)
    address = urlsplit(page.url)
    form = (
        f'<form method="post" action="http://{address.netloc}/saved"><input name="name" value="evil">'
        '<input name="search" value="q=evil"><button>Click here</button></form>'
    ).encode()

    class Evil(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(form)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Evil) as evil:
        threading.Thread(target=evil.serve_forever, daemon=True).start()
        page.goto(f"http://127.0.0.1:{evil.server_address[1]}/")
        page.get_by_role("button", name="Click here").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Not from there")
        evil.shutdown()
    page.goto(f"http://{address.netloc}/saved")
    expect(page.get_by_role("main")).to_contain_text("No search is saved")
