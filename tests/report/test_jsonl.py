"""Findings as JSON lines: complete, in a fixed order, and one a line whatever an id holds."""

from __future__ import annotations

import json
import random
from io import StringIO
from pathlib import Path
from typing import Any, get_args

import pytest
from report_samples import all_findings

from rebild_policy.audits.results import Audit
from rebild_policy.report.jsonl import Explain, write_findings
from rebild_policy.results import Finding, Verdict
from rebild_policy.rules import Language


def lines(findings: tuple[Finding, ...], lang: Language | None = None, explain: Explain = "open") -> list[Any]:
    stream = StringIO()
    count = write_findings(stream, findings, lang, explain=explain)
    read = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert count == len(read) == len(findings)
    return read


def test_the_order_is_that_of_case_rule_and_row(audit: Audit) -> None:
    written = StringIO()
    write_findings(written, audit.findings)
    keys = [(one["case"], one["rule"], one["trigger"]["row"]) for one in lines(audit.findings)]
    assert keys == sorted(keys)
    by_verdict = {one.verdict: one for one in audit.findings if one.rule == "late-reply" and one.case == "S-2"}
    shuffled = [*by_verdict.values()]
    random.Random(1).shuffle(shuffled)
    assert list(lines(tuple(shuffled))[0]) == list(lines(audit.findings)[0])


def test_rows_are_sorted_as_numbers() -> None:
    first = all_findings("S-1")[0]
    rows = [2, 10, 1]
    findings = [first.model_copy(update={"trigger": first.trigger.model_copy(update={"row": row})}) for row in rows]
    assert [one["trigger"]["row"] for one in lines(tuple(findings))] == [1, 2, 10]


@pytest.mark.parametrize("explain", get_args(Explain))
def test_which_findings_are_explained(explain: Explain) -> None:
    for one in lines(all_findings("S-1"), explain=explain):
        wanted = explain == "all" or (explain == "open" and one["verdict"] not in {"satisfied", "exempt"})
        assert ("explanation" in one) == wanted


def test_nothing_is_explained_that_is_not_asked_for() -> None:
    def explain() -> None:
        raise AssertionError

    findings = tuple(one.model_copy(update={"explain": explain}) for one in all_findings("S-1"))
    lines(findings, explain="none")
    lines(tuple(one for one in findings if one.verdict is Verdict.SATISFIED), explain="open")


def test_one_language_or_both() -> None:
    both, danish = lines(all_findings("S-1")), lines(all_findings("S-1"), "da")
    assert both[0]["title"].keys() == {"da", "en"}
    assert danish[0]["title"] == both[0]["title"]["da"]
    assert danish[2]["explanation"]["message"] == "Beskeden fra reglen."


def test_a_file_is_utf8_with_plain_line_ends(hostile_audit: Audit, tmp_path: Path) -> None:
    path = tmp_path / "findings.jsonl"
    assert write_findings(path, hostile_audit.findings) == len(hostile_audit.findings)
    text = path.read_bytes().decode("utf-8")
    assert len(text.splitlines()) == len(hostile_audit.findings)
    assert all(line.isprintable() for line in text.splitlines())
    cases = {json.loads(line)["case"] for line in text.splitlines()}
    assert cases == {finding.case for finding in hostile_audit.findings}
    assert "æ" in text
