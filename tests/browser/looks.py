"""How a page looks and behaves, asked of the browser."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from webapp.home import EXAMPLES

#: The question whose first answer is the seed article, in Arabic.
QUESTION = EXAMPLES[-1]
PHONE = {"width": 360, "height": 740}


def style(page: Page, selector: str, name: str) -> str:
    """Return a computed style of the first element that a selector finds."""
    value: str = page.locator(selector).first.evaluate(f"node => getComputedStyle(node)['{name}']")
    return value


def box(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Question").or_(page.get_by_role("combobox", name="Question"))
