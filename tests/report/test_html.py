"""The page: well formed, self-contained, true to the audit, and safe against what an export holds."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from html_page import Page, squeezed
from report_samples import HOSTILE, make_audit

from rebild_policy import report
from rebild_policy.audits.results import Audit
from rebild_policy.report import figures
from rebild_policy.report.html import headline, render_html
from rebild_policy.report.writing import Writer
from rebild_policy.results import Verdict
from rebild_policy.rules import Language, Statement

LANGUAGES = get_args(Language)
Statements = dict[str, Statement]


@pytest.fixture(params=LANGUAGES)
def lang(request: pytest.FixtureRequest) -> Language:
    return request.param


@pytest.fixture(params=["audit", "hostile_audit"])
def page(request: pytest.FixtureRequest, statements: Statements, lang: Language) -> Page:
    return Page(render_html(request.getfixturevalue(request.param), statements, lang))


def test_it_is_well_formed_and_links_within_itself(page: Page, lang: Language) -> None:
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert not [id_ for id_ in ids if not id_ or " " in id_]
    links = page.values("href")
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)
    assert all(link.startswith("#") for link in links)
    assert set(page.values("aria-labelledby")) <= set(ids)
    (html,) = [element for element in page.elements if element.tag == "html"]
    assert html.attributes["lang"] == lang


def test_it_loads_nothing(page: Page) -> None:
    tags = {element.tag for element in page.elements}
    assert not tags & {"img", "link", "iframe", "object", "embed", "base", "image", "use"}
    assert not [name for name in ("src", "srcset", "action", "data", "background", "poster", "style") if page.values(name)]
    assert not [name for element in page.elements for name in element.attributes if name.startswith("on")]
    (style,) = [element.text for element in page.elements if element.tag == "style"]
    assert set(re.findall(r"url\((.)", style)) == {"#"}  # the patterns of the page itself
    assert "@import" not in style
    assert "http:" not in page.html
    assert "https:" not in page.html


def test_its_policy_lets_in_its_own_style_and_script_alone(page: Page) -> None:
    (policy,) = [value for value in page.values("content") if "default-src" in value]
    for tag in ("style", "script"):
        (text,) = [element.text for element in page.elements if element.tag == tag]
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_it_can_be_used_without_seeing_it(page: Page) -> None:
    assert [element.tag for element in page.elements].count("h1") == 1
    assert {"header", "main", "nav"} <= {element.tag for element in page.elements}
    levels = [int(element.tag[1]) for element in page.elements if re.fullmatch("h[1-6]", element.tag)]
    assert all(below - above <= 1 for above, below in pairwise(levels))
    assert {element.attributes.get("scope") for element in page.elements if element.tag == "th"} == {"col", "row"}
    scrolling = page.of_class("scroll")
    assert scrolling
    for element in scrolling:
        assert element.attributes["tabindex"] == "0"
        assert "aria-label" in element.attributes or "aria-labelledby" in element.attributes


def test_hostile_text_is_shown_as_text(hostile_audit: Audit, statements: Statements, lang: Language) -> None:
    page = Page(render_html(hostile_audit, statements, lang))
    cases = [squeezed(element.text) for element in page.of_class("case")]
    assert HOSTILE[0] in cases
    assert [element.tag for element in page.elements].count("script") == 1
    assert "alert(1)" not in next(element.text for element in page.elements if element.tag == "script")
    assert "<img" not in page.html
    assert "{{ 7 * 7 }}" in page.html
    assert not re.search("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", page.html)
    assert "⟨U+202E⟩" in page.html
    assert "æ" * 200 not in page.html


def test_the_numbers_are_those_of_the_audit(audit: Audit, statements: Statements, lang: Language) -> None:
    page = Page(render_html(audit, statements, lang))
    writer = Writer(lang)
    counts = figures.of_audit(audit)
    assert counts[Verdict.VIOLATED] == len(audit.violations) == 9
    rows = {squeezed(row.text) for row in page.elements if row.tag == "tr"}
    for verdict, number in counts.items():
        name = writer.verdict(verdict.value)
        share = writer.share(number, sum(counts.values()))
        assert any(row.startswith(f"{name[:1].upper()}{name[1:]}{number}{share}") for row in rows), name
    assert squeezed(page.of_class("tally")[0].text).startswith(f"{counts[Verdict.SATISFIED]} ")
    assert any(row.endswith("1.234" if lang == "da" else "1,234") for row in rows)
    assert sum(figures.total(figures.of_tallies([tally])) for tally in audit.tallies) == figures.total(counts)


def test_the_guideline_is_there_in_full(audit: Audit, statements: Statements, lang: Language) -> None:
    page = Page(render_html(audit, statements, lang))
    shown = {id_: element for element in page.elements if (id_ := element.attributes.get("id")) in statements}
    assert list(shown) == list(statements)
    for section in figures.by_section(audit, statements):
        for one in section.statements:
            text = squeezed(shown[one.statement.id].text)
            assert one.statement.gloss.in_(lang) in text
            if one.counts and one.counts[Verdict.VIOLATED]:
                assert f"{one.counts[Verdict.VIOLATED]} " in text
    assert (f"3 {Writer(lang).counted('violated', 3)}") in squeezed(shown["G50"].text)
    assert "class" not in shown["G50"].attributes
    assert shown["G00"].attributes["class"] == "quiet"


def test_data_quality_is_as_visible_as_the_result(audit: Audit, statements: Statements) -> None:
    page = Page(render_html(audit, statements, "en"))
    (main,) = [element for element in page.elements if element.tag == "main"]
    said = squeezed(main.text)
    for words in (
        "Every row is accounted for.",
        "1 quarantined row can’t be tied to a case",
        "a date was expected",
        "Sag oprettet2",
        "Complaint not passed on",
        "“complaint received”, “matter” of “hearing letter sent”",
        "A reply is to the latest inquiry. (in 9 places)",
        "Partly known",
        "The source does not record “caseworker named” of “acknowledgement letter sent”.",
        "Decided within ten working days (G25): 57% (4 of 7)",
    ):
        assert words in said, words


def test_reasons_of_a_part_are_said_to_be(audit: Audit, statements: Statements) -> None:
    said = "The reasons were counted for 1,000 of the undetermined findings."
    assert said not in render_html(audit, statements, "en")
    assert said in render_html(audit.model_copy(update={"reasons_of": 1000}), statements, "en")


def test_rows_that_are_not_accounted_for_are_said(audit: Audit, statements: Statements) -> None:
    short = audit.model_copy(update={"accounting": audit.accounting.model_copy(update={"rows": 1236})})
    assert "2 rows are not accounted for." in render_html(short, statements, "en")


def test_it_says_where_it_comes_from(audit: Audit, statements: Statements, lang: Language) -> None:
    page = Page(render_html(audit, statements, lang))
    (about,) = page.of_class("about")
    said = squeezed(about.text)
    for words in (audit.command, audit.ruleset.digest, audit.source.sha256, audit.source.mapping_sha256, "rebild 0.1.0"):
        assert words in said
    assert ("Frist for svar: 10 hverdage" if lang == "da" else "Time limit for answers: 10 working days") in said
    assert ("1. maj 2024" if lang == "da" else "2024-05-01") in said


def test_the_worst_come_first_and_evenly(audit: Audit, statements: Statements) -> None:
    chosen = figures.worst(audit, 4)
    assert [finding.rule for finding in chosen] == [
        "decided-with-declared-interest",
        "decided-with-declared-interest",
        "decision-without-hearing",
        "late-reply",
    ]
    assert len(figures.worst(audit, 100)) == 9
    assert figures.worst(audit, 0) == []
    page = Page(render_html(audit, statements, "en", worst=4))
    assert len([one for one in page.of_class("finding") if "violated" in (one.attributes["class"] or "")]) == 4
    assert "The page shows 4 of 9 possible deviations, the worst first." in page.html


def test_only_what_is_shown_is_explained(audit: Audit, statements: Statements) -> None:
    told = []

    def explain() -> None:
        told.append(1)

    findings = tuple(
        finding.model_copy(update={"explain": explain}) for finding in audit.findings if finding.rule == "late-reply"
    )
    render_html(audit.model_copy(update={"findings": findings * 100}), statements, "en", worst=5)
    assert len(told) < 30


def test_the_headline_says_when_little_is_known(audit: Audit) -> None:
    writer = Writer("en")
    assert headline(audit, writer) == "9 possible deviations in 3 cases"
    unknown = make_audit(tuple(one for one in audit.findings if one.verdict is Verdict.UNDETERMINED))
    assert headline(unknown, writer) == "No possible deviations found in 3 cases, but 6 undetermined findings"
    assert headline(make_audit(()), writer) == "No possible deviations in 0 cases"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(scheme: str) -> None:
    css = (Path(report.__file__).parent / "templates" / "base.css").read_text()
    blocks = css.split("@media (prefers-color-scheme: dark)")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[0].split("}")[0]))
    if scheme == "dark":
        colours |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[1].split("}")[0]))
    for ground in ("paper", "soft"):
        for ink in ("ink", "muted", "link", "violated-ink"):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for fill in ("satisfied", "violated", "pending"):
        assert contrast(colours[fill], colours["paper"]) >= 3, fill


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
