"""Findings as SARIF and as JUnit XML: what counts, what is suppressed or skipped, and that hostile text stays text."""

from __future__ import annotations

import json
import re
from datetime import date
from xml.etree import ElementTree

import pytest
from report_samples import HOSTILE, all_findings, make_audit

from rebild_policy.report.junit import render_junit
from rebild_policy.report.markdown import render_markdown
from rebild_policy.report.sarif import render_sarif
from rebild_policy.results import Verdict, Waived

WAIVED = Waived(reason="Aftalt med borgeren", approved_by="Leder", expires=date(2024, 12, 31))


@pytest.fixture
def audit():
    return make_audit(all_findings("sag-1", "sag-2"))


def results(audit, lang="en"):
    (run,) = json.loads(render_sarif(audit, lang))["runs"]
    return run, run["results"]


# ------------------------------------------------------------------------------------------------------------------ SARIF
def test_a_result_for_each_finding_that_is_not_kept(audit):
    run, found = results(audit)
    shown = [one for one in audit.findings if one.verdict in {Verdict.VIOLATED, Verdict.UNDETERMINED, Verdict.PENDING}]
    assert len(found) == len(shown)
    kinds = [one["kind"] for one in found]
    assert kinds.count("fail") == sum(one.verdict is Verdict.VIOLATED for one in shown)
    assert kinds.count("open") == sum(one.verdict is Verdict.UNDETERMINED for one in shown)
    assert {one["level"] for one in found if one["kind"] != "fail"} == {"none"}
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in found)
    assert "possible deviation" in found[kinds.index("fail")]["message"]["text"].lower()


def test_a_deviation_that_does_not_count_is_suppressed(audit):
    waived = audit.findings[0].model_copy(update={"waived": WAIVED})
    _, found = results(audit.model_copy(update={"findings": (waived, *audit.findings[1:])}))
    apart = [one for one in found if "suppressions" in one]
    assert len(apart) == 3  # the accepted one, and one in each case that another rule tells
    assert any("Aftalt med borgeren" in one["suppressions"][0]["justification"] for one in apart)
    assert len([one for one in found if one["kind"] == "fail"]) - len(apart) == len(audit.violations) - 1


def test_a_result_points_at_case_event_and_row(audit):
    _, found = results(audit)
    late = next(one for one in found if one["ruleId"] == "late-reply")
    (location,) = late["locations"]
    assert location["physicalLocation"]["region"] == {"startLine": 12}
    assert [one["name"] for one in location["logicalLocations"]] == ["sag-1", "i1"]
    assert late["partialFingerprints"]["rebildPolicy/v1"] == audit.findings[0].fingerprint


# ------------------------------------------------------------------------------------------------------------------ JUnit
def suites(audit, lang="en"):
    root = ElementTree.fromstring(render_junit(audit, lang))
    return root, {suite[0].get("classname"): suite for suite in root}


def test_the_counts_are_those_of_the_cases_in_the_file(audit):
    root, by_rule = suites(audit)
    assert set(by_rule) == {finding.rule for finding in audit.findings}
    for element in (root, *root):
        cases = list(element.iter("testcase"))
        assert int(element.get("tests")) == len(cases)
        assert int(element.get("failures")) == sum(case.find("failure") is not None for case in cases)
        assert int(element.get("skipped")) == sum(case.find("skipped") is not None for case in cases)
    assert int(root.get("failures")) == len(audit.violations)


def test_what_was_kept_is_one_test_that_says_how_many(audit):
    _, by_rule = suites(audit)
    passed = [case for case in by_rule["late-reply"] if len(case) == 0]
    assert [case.get("name") for case in passed] == ["4 kept or exempt"]


def test_an_accepted_deviation_is_skipped_with_its_reason(audit):
    waived = audit.findings[0].model_copy(update={"waived": WAIVED})
    root, _ = suites(audit.model_copy(update={"findings": (waived, *audit.findings[1:])}))
    assert int(root.get("failures")) == len(audit.violations) - 1
    assert any("Aftalt med borgeren" in one.get("message") for one in root.iter("skipped"))


# ---------------------------------------------------------------------------------------------------------------- hostile
@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text(hostile):
    audit = make_audit(all_findings(hostile))
    _, found = results(audit)
    assert found
    for text in (render_sarif(audit, "da"), render_junit(audit, "da")):
        assert all(char.isprintable() or char in " \n" for char in text), "nothing hidden reaches a terminal or an editor"
    root, _ = suites(audit, "da")
    assert {element.tag for element in root.iter()} == {"testsuites", "testsuite", "testcase", "failure", "skipped"}


def test_a_cpr_number_reaches_neither(audit):
    audit = make_audit(all_findings("010190-1234"))
    assert "010190-1234" not in render_sarif(audit, "da") + render_junit(audit, "da")


# --------------------------------------------------------------------------------------------------------------- Markdown
def test_the_document_begins_with_the_numbers(audit):
    text = render_markdown(audit, {}, "en")
    assert text.startswith("# Audit of ")
    assert f"| Possible deviation | {len(audit.violations)} |" in text
    assert f"{len(audit.violations)} of {len(audit.violations)} possible deviations are shown." in text
    assert "Efterprøvning" in render_markdown(audit, {}, "da")


@pytest.mark.parametrize("hostile", [*HOSTILE, "a | b", "[x](javascript:alert(1))", "`code`", "# head"])
def test_hostile_text_makes_no_markup(hostile):
    text = render_markdown(make_audit(all_findings(hostile)), {}, "en")
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert all(char.isprintable() or char == "\n" for char in text)
    assert not re.search(r"(?<!\\)[<>`\[\]]", text)
    # A cell that broke out of its place would give its row one cell more.
    widths = [len(re.split(r"(?<!\\)\|", line)) for line in tables]
    assert set(widths) <= {4, 5, 7, 8}
