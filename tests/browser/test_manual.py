"""The manual in a browser, opened from disk: it is found in, read on a telephone, and fit for assistive technology."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PAGES = (
    "index",
    "tutorial/your-first-audit",
    "reference/rules/late-reply",
    "reference/api",
    "da/efterproevning",
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

Open = Callable[..., Any]


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_screen_and_axe_finds_nothing(opened: Open, site: Path, name: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = opened(site / f"{name}.html", width)
    assert not found.complaints
    assert all(request.startswith(("file:", "data:")) for request in found.requests)
    assert found.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    result = Axe().run(found.page, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
    assert not result.response["violations"], result.generate_report()


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("partshøring", "Adverse decision without a prior hearing"),
        ("karantæne", "Ordliste"),
        ("compare_audits", "Compare two audits"),
    ],
)
def test_the_search_finds_in_both_languages(opened: Open, site: Path, words: str, title: str) -> None:
    found = opened(site / "index.html")
    found.page.get_by_role("textbox", name="Search").first.fill(words)
    found.page.keyboard.press("Enter")
    found.page.locator("#search-results").get_by_role("link", name=title, exact=True).wait_for()
    assert not found.complaints


def test_the_sidebar_opens_on_a_telephone(opened: Open, site: Path) -> None:
    page = opened(site / "index.html", 390).page
    link = page.locator(".sidebar-tree").get_by_role("link", name="The rules", exact=True)
    assert not link.is_visible() or link.bounding_box()["x"] < 0
    page.locator("label[for=__navigation]:visible").first.click()
    page.wait_for_timeout(500)
    assert link.bounding_box()["x"] >= 0
