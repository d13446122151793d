"""The checklists: one page that is well formed, loads nothing, prints one case a page and shows no text of a case."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import get_args

import pytest
from html_page import Page, squeezed
from report_samples import AS_OF, HOSTILE, event, late_replies

from rebild_policy.audits.results import SourceInfo
from rebild_policy.privacy import CPR_SHAPE
from rebild_policy.report.checklists import EVENTS, render_checklists
from rebild_policy.report.writing import Writer
from rebild_policy.results import EventRef, RuleSetInfo, Verdict
from rebild_policy.review.sampling import Checklist, Sample, SampledCase, Stratum
from rebild_policy.rules import Language, Statement

Statements = dict[str, Statement]
CPR = "990199-9998"


def stratum(kind: str | None = "Byggetilladelse", size: int | None = 24, drawn: int | None = 3) -> Stratum:
    return Stratum(kind=kind, unit="Byg og Miljø", verdict=Verdict.VIOLATED, size=size, drawn=drawn)


def checklist(case: str, statements: Statements, *events: EventRef, of: Stratum | None = None) -> Checklist:
    asked = tuple(one for one in statements.values() if one.question)
    return Checklist(case, of or stratum(), events, tuple(late_replies(case)[:1]), asked)


def rendered(lang: Language, *checklists: Checklist, **changed: object) -> str:
    sample = Sample(
        version="0.1.0",
        as_of=AS_OF,
        profile="guideline",
        ruleset=RuleSetInfo(name="rebild", version="0.1.0", digest="a" * 64),
        source=SourceInfo(file="sager.csv", sha256="b" * 64, mapping="sager.yaml", mapping_sha256="c" * 64),
        command="rebild-policy sample sager.csv",
        seed=2026,
        per_stratum=3,
        strata=tuple({one.stratum.model_dump_json(): one.stratum for one in checklists}.values()),
        cases=tuple(SampledCase(case=one.case, asked=tuple(asked.id for asked in one.asked)) for one in checklists),
    )
    return render_checklists(sample.model_copy(update=changed), checklists, lang)


@pytest.fixture(params=get_args(Language))
def lang(request: pytest.FixtureRequest) -> Language:
    return request.param


@pytest.fixture
def page(statements: Statements, lang: Language) -> Page:
    few = stratum(None, None, None)
    events = (event("i1", "inquiry_received", date(2024, 3, 4), 12), event("r1", "reply_sent", date(2024, 3, 20)))
    return Page(rendered(lang, checklist("S-1", statements, *events), checklist("S-2", statements, of=few)))


def test_it_is_well_formed_and_loads_nothing(page: Page, lang: Language) -> None:
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert set(page.values("aria-labelledby")) <= set(ids)
    assert page.values("href") == ["#main"]
    tags = {element.tag for element in page.elements}
    assert not tags & {"script", "img", "link", "iframe", "object", "embed", "form", "input", "base"}
    assert not [name for element in page.elements for name in element.attributes if name.startswith("on")]
    assert not re.search(r"url\(|@import|https?:", page.html)
    (html,) = [element for element in page.elements if element.tag == "html"]
    assert html.attributes["lang"] == lang


def test_it_can_be_used_without_seeing_it(page: Page) -> None:
    levels = [int(element.tag[1]) for element in page.elements if re.fullmatch("h[1-6]", element.tag)]
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    assert {element.attributes.get("scope") for element in page.elements if element.tag == "th"} == {"col", "row"}
    assert all(element.attributes["aria-labelledby"] for element in page.elements if element.tag in {"section", "article"})


def test_each_case_is_a_page_of_its_own_on_paper(page: Page) -> None:
    assert [element.tag for element in page.elements].count("article") == 2
    printed = page.html.rpartition("@media print")[2]
    assert re.search(r"\.checklist \{[^}]*break-before: page", printed)


def test_it_says_what_is_on_record_why_it_was_drawn_and_what_to_answer(
    page: Page, statements: Statements, lang: Language
) -> None:
    first, second = (squeezed(element.text) for element in page.elements if element.tag == "article")
    writer = Writer(lang)
    expected = {
        "da": (
            "Sag 1 af 2 S-1 Trukket fra gruppen: Byggetilladelse · Byg og Miljø · mulig afvigelse (3 af 24 sager).",
            "4. marts 2024 henvendelse modtaget (række 12) 20. marts 2024 svar sendt",
            "Skriftlig henvendelse ikke besvaret i tide (G21, G26)",
            "Svar sendt den 20. marts 2024, to hverdage for sent.",
            "ja nej kan ikke afgøres",
        ),
        "en": (
            "Case 1 of 2 S-1 Drawn from the group: Byggetilladelse · Byg og Miljø · possible deviation (3 of 24 cases).",
            "2024-03-04 inquiry received (row 12) 2024-03-20 reply sent",
            "Written inquiry not answered in time (G21, G26)",
            "Reply sent on 2024-03-20, two working days late.",
            "yes no can’t tell",
        ),
    }[lang]
    assert [words for words in expected if words.replace(" ", "") not in first.replace(" ", "")] == []
    for statement in statements.values():
        if statement.question:
            assert f"{statement.id}{statement.question.in_(lang)}" in first
    assert f"{writer.say('kind-other')} · Byg og Miljø · {writer.verdict('violated')}." in second
    assert writer.say("timeline-none") in second


def test_numbers_that_are_not_told_are_said_not_to_be(page: Page, lang: Language) -> None:
    rows = [squeezed(element.text) for element in page.elements if element.tag == "tr"]
    hidden = Writer(lang).say("not-shown")
    assert any(row.endswith("243") for row in rows)
    assert any(row.endswith(f"{hidden}{hidden}") for row in rows)


def test_a_long_case_is_cut_and_says_so(statements: Statements) -> None:
    events = [event(f"n{number}", "note_recorded", AS_OF, number) for number in range(EVENTS + 7)]
    page = Page(rendered("en", checklist("S-1", statements, *events)))
    assert [element.tag for element in page.elements].count("time") == EVENTS
    assert "and 7 more" in page.html


def test_hostile_text_is_shown_as_text(statements: Statements, lang: Language) -> None:
    checklists = [checklist(text, statements, event(text, text, AS_OF), of=stratum(text)) for text in HOSTILE]
    page = Page(rendered(lang, *checklists, command=" ".join(HOSTILE[:5])))
    assert "<script" not in page.html
    assert "<img" not in page.html
    assert "{{ 7 * 7 }}" in page.html
    assert not re.search("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", page.html)
    assert "æ" * 200 not in page.html


def test_a_cpr_number_is_nowhere(statements: Statements, lang: Language) -> None:
    planted = Stratum.model_construct(kind=f"Byg {CPR}", unit=CPR, verdict=Verdict.VIOLATED, size=9, drawn=3)
    one = checklist(f"sag {CPR}", statements, EventRef.model_construct(id=CPR, type=CPR, day=AS_OF, row=3), of=planted)
    html = rendered(lang, one, command=f"rebild-policy sample {CPR}")
    assert "[cpr]" in html
    assert not CPR_SHAPE.search(html)


def test_nobody_is_accused(page: Page) -> None:
    assert not re.search(r"ulovlig|illegal|overtræd|violat(?!ed)|breach|fejl i sagen", page.html.partition("</style>")[2])
