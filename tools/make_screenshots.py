"""Take the pictures of docs/images/ from the bundled sample, with the real encoder and a real browser.

python tools/make_screenshots.py [--chromium PATH] [--archive FOLDER]

FOLDER is an archive of the sample that is there already (as `newsarchive demo --no-serve` makes it).
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright
from waitress.server import create_server

from indexer.archive import Archive
from indexer.commands.demo import sample_files
from indexer.settings import load_settings
from webapp import create_app

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
QUESTION = "Russia calls for a ceasefire in Libya, Lavrov and Bogdanov"


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
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        desk = browser.new_page(viewport={"width": 1200, "height": 800})
        desk.goto(f"{site}/search?q={QUESTION}")
        desk.screenshot(path=IMAGES / "search.png")
        phone = browser.new_page(viewport={"width": 390, "height": 780}, color_scheme="dark")
        phone.goto(f"{site}/search?q={QUESTION}")
        phone.locator(".card .title[lang=ar] a").first.click()
        phone.screenshot(path=IMAGES / "article-phone-dark.png")
        browser.close()


if __name__ == "__main__":
    main()
