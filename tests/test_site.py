"""The manual as a site: it is built without a warning, every link and anchor leads somewhere, and no page asks the network.

The fixture `site` builds it. What a browser makes of it is in tests/browser.
"""

from __future__ import annotations

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rebild_policy.bundled import rules_folder
from rebild_policy.loading import load_rules

ROOT = Path(__file__).resolve().parent.parent
# Attributes by which a page loads something when it is opened; a link is loaded when it is followed.
LOADING = {("link", "href"), ("script", "src"), ("img", "src"), ("source", "srcset"), ("iframe", "src"), ("image", "href")}


class Page(HTMLParser):
    """The ids, links and loaded files of a page, and what it says of itself."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.lang: str | None = None
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.lang = values.get("lang") if tag == "html" else self.lang
        self.ids |= {values[name] for name in ("id", "name") if values.get(name) and (name == "id" or tag == "a")}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag != "link" or values.get("rel") in {"stylesheet", "icon", "shortcut icon", "preload"}:
            self.loads += [value for name, value in values.items() if (tag, name) in LOADING]


@cache
def parsed(path: Path) -> Page:
    return Page(path)


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def test_every_page_of_the_manual_is_there(site: Path) -> None:
    wanted = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    assert wanted - {path.relative_to(site) for path in pages(site)} == set()
    rules = {rule.name for rule in load_rules(rules_folder()).rules}
    assert {path.stem for path in (site / "reference" / "rules").glob("*.html")} == rules


def test_every_link_and_anchor_leads_somewhere(site: Path) -> None:
    wrong = []
    for path in pages(site):
        for link in parsed(path).links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = target.is_file() and (
                not parts.fragment or target.suffix != ".html" or unquote(parts.fragment) in parsed(target).ids
            )
            if not there:
                wrong.append(f"{path.relative_to(site)}: {link}")
    assert not wrong


def test_no_page_loads_anything_from_the_network(site: Path) -> None:
    for path in pages(site):
        for load in parsed(path).loads:
            parts = urlsplit(load)
            assert not parts.netloc, f"{path.name}: {load}"
            if parts.scheme != "data":
                assert (path.parent / unquote(parts.path)).resolve().is_file(), f"{path.name}: {load}"
    for style in site.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import )[\"']?(?:https?:)?//", style.read_text(encoding="utf-8")), style.name


def test_danish_pages_say_that_they_are_danish(site: Path) -> None:
    for path in pages(site):
        danish = path.relative_to(site).parts[0] == "da"
        assert parsed(path).lang == ("da" if danish else "en"), path.name


def test_the_keyboard_gets_into_what_scrolls_and_headings_have_a_level(site: Path) -> None:
    for path in pages(site):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r'role="heading"(?! aria-level)', text), path.name
        assert not re.search(r"<pre(?! tabindex)|<div class=\"table-wrapper", text), path.name


def test_the_sidebar_leads_to_every_page_of_the_index(site: Path) -> None:
    sidebar = (
        (site / "index.html").read_text(encoding="utf-8").partition('<div class="sidebar-tree">')[2].partition("</aside>")[0]
    )
    reached = set(re.findall(r'href="([\w./-]+\.html)"', sidebar))
    for link in re.findall(r"\]\(([\w./-]+)\.md\)", (ROOT / "docs" / "index.md").read_text(encoding="utf-8")):
        assert f"{link}.html" in reached
    assert "reference/rules/late-reply.html" in reached


def test_the_search_index_holds_both_languages_and_loads_from_disk(site: Path) -> None:
    text = (site / "searchindex.js").read_text(encoding="utf-8")
    call = re.fullmatch(r"Search\.setIndex\((.*)\)", text, re.DOTALL)
    assert call, "a script, which a page from disk may load; it may not fetch a file"
    index = json.loads(call[1])
    assert {"ordlist", "hear", "karantæn"} <= set(index["terms"]) | set(index["titleterms"])


def test_examples_of_rules_are_timelines(site: Path) -> None:
    page = (site / "reference" / "rules" / "late-reply.html").read_text(encoding="utf-8")
    tables = re.findall(r'<table class="[^"]*timeline[^"]*">.*?</table>', page, re.DOTALL)
    assert len(tables) == len(load_rules(rules_folder()).rule("late-reply").examples)
    assert all("<th" in table for table in tables), "heads, for those who hear the table"
    assert re.search(r'<strong class="verdict deviates">possible deviation</strong>', page)
