"""The page of an audit in a real browser: quiet, by keyboard, without script, accessible, on paper and on a telephone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hostile_export import BIDI, CLOSING, HOSTILE, IMAGE, SCRIPT, TEMPLATE

from rebild_policy import Audit, Verdict

pytestmark = pytest.mark.xdist_group("browser")  # one Chromium for all
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
LARGEST_PICTURE = 200_000
Open = Callable[..., Any]
SHOWN = "#found > tbody:not([hidden])"


def texts(page: Any, selector: str) -> list[str]:
    return page.locator(selector).all_inner_texts()


def open_all(page: Any) -> None:
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


# ----------------------------------------------------------------------------------------------------------------- quiet
@pytest.mark.parametrize("name", ["da", "hostile"])
def test_it_asks_nothing_of_the_network_and_complains_of_nothing(opened: Open, pages: dict[str, Path], name: str) -> None:
    found = opened(pages[name])
    open_all(found.page)
    found.page.mouse.wheel(0, 100_000)
    assert found.requests == [pages[name].as_uri()]
    assert found.complaints == []
    assert found.page.locator("html").get_attribute("lang") == ("da" if name == "da" else "en")


def test_its_policy_stops_what_is_not_its_own(opened: Open, pages: dict[str, Path], tmp_path: Path) -> None:
    """The guard behind the escaping: a script or an address that got in all the same does nothing."""
    tainted = tmp_path / "tainted.html"
    harm = "<script>window.harmed = 1</script><img src='https://example.org/x.png'><p style='position: fixed'>"
    tainted.write_text(pages["en"].read_text("utf-8").replace("</main>", f"{harm}</main>"), encoding="utf-8")
    found = opened(tainted)
    assert found.page.evaluate("window.harmed") is None
    assert found.page.evaluate("getComputedStyle(document.querySelector('p[style]')).position") == "static"
    assert len(found.complaints) == 3
    assert found.page.locator(SHOWN).count() > 0, "its own script still runs"


# -------------------------------------------------------------------------------------------------------------- findings
def test_findings_are_searched_and_filtered(opened: Open, pages: dict[str, Path], audit: Audit) -> None:
    page = opened(pages["en"]).page
    every = page.locator("#found > tbody").count()
    assert every >= audit.count(Verdict.VIOLATED) > 0
    assert texts(page, "#matches") == [f"{every} of {every} findings shown"]

    page.select_option("[name=verdict]", "violated")
    assert page.locator(SHOWN).count() == audit.count(Verdict.VIOLATED)
    page.select_option("[name=severity]", "high")
    high = [one for one in audit.violations if one.severity == "high"]
    assert page.locator(SHOWN).count() == len(high) > 0
    page.select_option("[name=rule]", "decision-without-hearing")
    assert page.locator(SHOWN).count() == len([one for one in high if one.rule == "decision-without-hearing"])

    page.click("button[type=reset]")
    page.wait_for_function(f"document.querySelectorAll('{SHOWN}').length === {every}")
    page.select_option("[name=statement]", "G21")
    of_shown = page.locator(SHOWN).evaluate_all("all => all.map(one => one.dataset.statements)")
    assert of_shown
    assert all("G21" in row.split() for row in of_shown)

    page.select_option("[name=statement]", "")
    case = audit.violations[0].case
    page.fill("[name=search]", case.upper())
    assert all(case in row for row in texts(page, SHOWN))
    page.fill("[name=search]", "no such words anywhere")
    assert page.locator(SHOWN).count() == 0
    assert texts(page, "#matches") == ["No finding meets the choices."]


def test_findings_are_sorted(opened: Open, pages: dict[str, Path]) -> None:
    page = opened(pages["da"]).page
    first = texts(page, "#found .case")
    for head, key in (("Sag", "case"), ("Regel", "title"), ("Frist", "due"), ("Alvor", "weight")):
        button = page.locator("#found thead button", has_text=head)
        button.click()
        assert page.locator(f"th[data-sort={key}]").get_attribute("aria-sort") == "ascending"
        up = page.locator("#found > tbody").evaluate_all(f"all => all.map(one => one.dataset.{key})")
        assert up == sorted(up, key=str.lower) or key == "title"  # titles by the rules of Danish
        button.click()
        assert page.locator("[aria-sort]").count() == 1
        down = page.locator("#found > tbody").evaluate_all(f"all => all.map(one => one.dataset.{key})")
        assert (down[0], down[-1]) == (up[-1], up[0])
    assert sorted(texts(page, "#found .case")) == sorted(first)


def test_a_statement_leads_to_its_findings_and_an_address_to_one(opened: Open, pages: dict[str, Path]) -> None:
    page = opened(pages["en"]).page
    page.locator("#G21 a[data-statement]").click()
    assert page.locator("[name=statement]").input_value() == "G21"
    assert 0 < page.locator(SHOWN).count() < page.locator("#found > tbody").count()
    hidden = page.locator("#found > tbody[hidden] details.finding").first.get_attribute("id")
    page.evaluate(f"location.hash = '{hidden}'")
    page.wait_for_selector(f"#{hidden}[open]")
    assert page.locator(f"#{hidden} .course").is_visible()


def test_a_finding_opens_into_its_course(opened: Open, pages: dict[str, Path]) -> None:
    page = opened(pages["en"]).page
    row = page.locator("#found > tbody[data-rule=late-reply][data-verdict=violated]").first
    row.locator("details.finding > summary").click()
    said = row.inner_text()
    for words in (
        "The obligation begins here",
        "Deadline: 10 working days",
        "Had not come:",
        "Smallest change",
        "sager.csv, row ",
    ):
        assert words in said, words
    days = [day.get_attribute("datetime") for day in row.locator(".course time").all()]
    assert days == sorted(days)
    assert row.locator(".ruler rect.due").count() == 1
    assert row.locator(".ruler text").last.text_content() == "10"
    row.locator("summary", has_text="Day by day").click()
    assert "Sat" in row.locator("table").inner_text()


def test_it_is_whole_without_script(opened: Open, pages: dict[str, Path], audit: Audit) -> None:
    page = opened(pages["en"], java_script_enabled=False).page
    assert not page.locator("#filter").is_visible()
    assert page.locator("#found > tbody").first.is_visible()
    assert page.locator("#found button").count() == 0
    row = page.locator("#found > tbody").nth(3)
    row.locator("details.finding > summary").click()
    assert row.locator(".course").is_visible()
    assert f"{audit.count(Verdict.VIOLATED)} possible deviations in 200 cases" in page.locator("h1").inner_text()


# -------------------------------------------------------------------------------------------------------- for everybody
def test_the_keyboard_reaches_everything(opened: Open, pages: dict[str, Path]) -> None:
    page = opened(pages["en"]).page
    page.evaluate("""() => {
        window.reached = new Set();
        document.addEventListener("focusin", (event) => window.reached.add(event.target));
    }""")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    wanted = (
        "[...document.querySelectorAll('a, button, input, select, summary, [tabindex]')].filter(one => one.checkVisibility())"
    )
    for _ in range(page.evaluate(f"{wanted}.length")):
        page.keyboard.press("Tab")
    assert page.evaluate(f"{wanted}.filter(one => !window.reached.has(one)).map(one => one.outerHTML)") == []

    outline = page.evaluate("""() => {
        const link = document.querySelector("#found summary");
        link.focus({focusVisible: true});
        return getComputedStyle(link).outlineStyle;
    }""")
    assert outline == "solid"
    page.keyboard.press("Enter")
    assert page.locator("#found details.finding").first.get_attribute("open") is not None
    page.locator("#found thead button").first.focus()
    page.keyboard.press("Space")
    assert page.locator("[aria-sort=ascending]").count() == 1


@pytest.mark.parametrize(("name", "scheme", "width"), [("da", "light", 1280), ("hostile", "dark", 320)])
def test_axe_finds_nothing(opened: Open, pages: dict[str, Path], name: str, scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(pages[name], width, color_scheme=scheme).page
    # A finding of each verdict, open; all others are of the same make, and would take a minute.
    page.evaluate("""() => {
        const kinds = new Set();
        for (const row of document.querySelectorAll("#found > tbody")) {
            if (kinds.has(row.dataset.verdict)) row.remove();
            kinds.add(row.dataset.verdict);
        }
    }""")
    open_all(page)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    result = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]})
    assert result.violations_count == 0, result.generate_report()


@pytest.mark.parametrize("name", ["da", "hostile"])
def test_it_never_scrolls_sideways(opened: Open, pages: dict[str, Path], name: str) -> None:
    page = opened(pages[name]).page
    open_all(page)
    wide = """() => [...document.querySelectorAll("main *, header *")]
        .filter(one => !one.closest(".scroll, .sr, svg") && one.getBoundingClientRect().right > innerWidth + 1)
        .map(one => one.outerHTML.slice(0, 80))"""
    for width in (320, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.evaluate(wide)[:5]


def test_it_follows_light_and_dark(opened: Open, pages: dict[str, Path]) -> None:
    grounds = {}
    for scheme in ("light", "dark"):
        page = opened(pages["da"], color_scheme=scheme).page
        grounds[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert grounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 24, 27)"}


def test_it_prints(opened: Open, pages: dict[str, Path]) -> None:
    page = opened(pages["da"], color_scheme="dark").page
    page.select_option("[name=severity]", "high")
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert 5 < len(re.findall(rb"/Type\s*/Page\b", printed)) < 60
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert not page.locator("#filter").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("figure table").first.is_visible(), "the numbers of a chart are printed with it"


# --------------------------------------------------------------------------------------------------------------- hostile
def test_hostile_content_is_text(opened: Open, pages: dict[str, Path]) -> None:
    found = opened(pages["hostile"])
    open_all(found.page)
    assert found.page.evaluate("window.harmed") is None
    assert found.complaints == []
    assert found.page.locator("img, iframe, object, #found h1").count() == 0
    assert found.page.locator("h1").count() == 1
    said = found.page.locator("body").inner_text()
    for text in (SCRIPT, IMAGE, TEMPLATE, CLOSING):
        assert text in said, text
    assert not re.search("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", found.page.content())
    assert BIDI.replace("\u202e", "⟨U+202E⟩").replace("\u2066", "⟨U+2066⟩") in said
    assert max(map(len, texts(found.page, "#found .case, .groups th"))) < 200, "what an export calls things is cut short"
    found.page.fill("[name=search]", IMAGE)
    assert found.page.locator(SHOWN).count() > 0
    names = set(found.page.locator("#found > tbody").evaluate_all("all => all.map(one => one.dataset.case)"))
    assert len(names) >= len(HOSTILE) - 1


# --------------------------------------------------------------------------------------------------------------- pictures
VIEWS = {
    ("en", 1280, "light"): {
        "report": "header.page",
        "report-guideline": "#G13",
        "report-where": "#where",
        "report-finding": "#found > tbody[data-rule=late-reply]",
    },
    ("da", 1280, "dark"): {"report-dark": "header.page"},
    ("en", 390, "light"): {"report-telephone": "header.page"},
}


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_pictures_for_the_documentation(opened: Open, pages: dict[str, Path], tmp_path: Path, view: tuple[str, int, str]) -> None:
    """They are taken every time, and kept in docs/pictures where REBILD_POLICY_PICTURES is set."""
    lang, width, scheme = view
    page = opened(pages[lang], width, color_scheme=scheme).page
    folder = PICTURES if os.environ.get("REBILD_POLICY_PICTURES") else tmp_path
    folder.mkdir(exist_ok=True)
    for name, place in VIEWS[view].items():
        found = page.locator(place).first
        found.evaluate("one => one.querySelector('details.finding')?.setAttribute('open', '')")
        found.evaluate("one => scrollTo({top: one.getBoundingClientRect().top + scrollY - 24, behavior: 'instant'})")
        picture = folder / f"{name}.png"
        page.screenshot(path=picture)
        assert 10_000 < picture.stat().st_size < LARGEST_PICTURE
