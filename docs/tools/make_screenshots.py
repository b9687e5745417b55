"""Take the pictures of docs/images/ from the bundled sample, with the real encoder and a real browser.

python docs/tools/make_screenshots.py [--chromium PATH] [--archive FOLDER]

FOLDER is an archive of the sample that is there already (as `newsarchive demo --no-serve` makes it).
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from waitress.server import create_server

from indexer.archive import Archive
from indexer.commands.demo import sample_files
from indexer.settings import load_settings
from webapp import create_app
from webapp.language import catalogue

IMAGES = Path(__file__).resolve().parents[1] / "images"
MAX_BYTES = 300_000
QUESTION = "Russia calls for a ceasefire in Libya, Lavrov and Bogdanov"
NAME_IN_ARABIC = "ترامب"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", default=shutil.which("chromium"), help="path of a Chromium")
    parser.add_argument(
        "--archive", type=Path, help="an archive of the sample; made anew where none is named"
    )
    options = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Archive.open(load_settings(archive=options.archive or Path(folder))) as archive,
    ):
        if not options.archive:
            archive.index(sample_files())
        server = create_server(create_app(archive), host="127.0.0.1", port=0)
        threading.Thread(target=server.run, daemon=True).start()
        take(f"http://127.0.0.1:{server.effective_port}", options.chromium)
        server.close()


def take(site: str, chromium: str) -> None:
    search = f"{site}/search?q={QUESTION}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        desk = browser.new_page(viewport={"width": 1200, "height": 800})
        desk.goto(site)
        save(desk, "welcome")
        find(desk, search)
        save(desk, "search")
        find(desk, f"{search}&pin=ceasefire:هدن&drop=bogdanov:لافروف&language=ar")
        save(desk, "plan")
        find(desk, search)
        desk.locator(".card .title[lang=ar] a").first.click()
        desk.locator(".text p").first.hover()
        desk.locator(".text .w", has_text="وزارة").first.hover()
        desk.locator(".bubble").wait_for()
        save(desk, "article")
        desk.goto(f"{site}/names?name=Trump")
        save(desk, "names")
        phone = browser.new_page(viewport={"width": 390, "height": 780}, color_scheme="dark")
        find(phone, search)
        save(phone, "search-phone-dark")
        read_first(phone)
        save(phone, "article-phone-dark")
        take_in_arabic(browser, site)
        browser.close()


def take_in_arabic(browser: Browser, site: str) -> None:
    """Take the main pages as a reader sees them whose browser prefers Arabic."""
    question = catalogue("ar").gettext(QUESTION)
    desk = browser.new_page(viewport={"width": 1200, "height": 800}, locale="ar")
    desk.goto(site)
    save(desk, "welcome-arabic")
    find(desk, f"{site}/search?q={question}")
    save(desk, "search-arabic")
    read_first(desk)
    save(desk, "article-arabic")
    find(desk, f"{site}/search?q={QUESTION}&pin=ceasefire:هدن&language=ar")
    save(desk, "plan-arabic")
    desk.goto(f"{site}/names?name={NAME_IN_ARABIC}")
    save(desk, "names-arabic")
    desk.goto(f"{site}/coverage")
    save(desk, "coverage-arabic")
    phone = browser.new_page(viewport={"width": 390, "height": 780}, locale="ar")
    find(phone, f"{site}/search?q={question}")
    save(phone, "search-phone-arabic")
    read_first(phone)
    save(phone, "article-phone-arabic")


def find(page: Page, address: str) -> None:
    """Open a search, and wait for its results where it takes long."""
    page.goto(address)
    page.locator(".card").first.wait_for()


def read_first(page: Page) -> None:
    """Open the first Arabic article of a search."""
    page.locator(".card .title[lang=ar] a").first.click()
    page.locator("html.scripted .text").wait_for()


def save(page: Page, name: str) -> None:
    """Keep what the window shows; fails where a picture is larger than a page of text needs."""
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    if path.stat().st_size > MAX_BYTES:
        raise SystemExit(f"{path} has {path.stat().st_size:,} bytes; {MAX_BYTES:,} are allowed.")


if __name__ == "__main__":
    main()
