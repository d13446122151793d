"""Overlays: another municipality's parameters, severities and switched-off rules, each with a reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rebild_policy import Case, Policy
from rebild_policy.errors import RuleError

OVERLAY = """\
overlay: elsewhere
title: {da: Et andet sted, en: Elsewhere}
parameters:
  reply_deadline: {value: 8 working days, reason: the council's own promise}
severities:
  late-reply: {severity: high, reason: citizens complain most of it}
off:
  post-without-date-stamp: {reason: the supplier dates all post}
"""
AS_OF = date(2026, 3, 31)
CASE = Case.read(
    {
        "id": "c",
        "events": [
            {"type": "inquiry_received", "id": "letter", "time": "2026-01-05", "channel": "email"},
            {"type": "reply_sent", "id": "answer", "time": "2026-01-16", "inquiry": "letter"},
            {"type": "inquiry_received", "id": "post", "time": "2026-01-05", "channel": "post"},
        ],
    }
)


def overlay(folder: Path, text: str = OVERLAY, **parameters: str) -> Path:
    (folder / "overlay.yaml").write_text(text, encoding="utf-8")
    for name, content in parameters.items():
        (folder / "parameters").mkdir(exist_ok=True)
        (folder / "parameters" / f"{name}.yaml").write_text(content, encoding="utf-8")
    return folder


def late_reply(report):
    """The finding on the letter that was answered."""
    return next(one for one in report.findings if one.rule == "late-reply" and one.trigger.id == "letter")


def test_an_overlay_changes_what_it_names_and_the_report_says_so(tmp_path: Path):
    before, after = Policy.rebild(), Policy.rebild(overlay=overlay(tmp_path))
    rules = {finding.rule for finding in before.check(CASE, AS_OF).findings}
    report = after.check(CASE, AS_OF)
    assert "post-without-date-stamp" in rules
    assert {finding.rule for finding in report.findings} == rules - {"post-without-date-stamp"}
    late = late_reply(report)
    assert (late.verdict, late.severity, late.due) == ("violated", "high", date(2026, 1, 15))
    info = report.ruleset.overlay
    assert info is not None
    assert [(change.kind, change.name, change.value) for change in info.changes] == [
        ("parameter", "reply_deadline", "8 working days"),
        ("severity", "late-reply", "high"),
        ("off", "post-without-date-stamp", ""),
    ]
    assert all(change.reason for change in info.changes)
    assert report.ruleset.digest == before.info.digest, "the rules are the same"
    assert len(info.digest) == 64


def test_a_value_can_hold_from_a_day_on(tmp_path: Path):
    text = OVERLAY.replace("{value: 8 working days,", "{value: 8 working days, from: 2026-01-06,")
    report = Policy.rebild(overlay=overlay(tmp_path, text)).check(CASE, AS_OF)
    assert late_reply(report).due == date(2026, 1, 19)


TABLE = """\
parameter: processing_times
kind: table
title: {da: vedtagne tider, en: adopted times}
rows:
  - {case_kind: sygedagpenge, value: 3, unit: weeks, start: received, end: decided, valid_from: 2020-01-01, in_force: true}
"""


def test_a_whole_parameter_can_be_another(tmp_path: Path):
    policy = Policy.rebild(overlay=overlay(tmp_path, processing_times=TABLE))
    value = policy.ruleset.parameters["processing_times"].on(date(2026, 1, 1), "sygedagpenge")
    assert str(value) == "3 weeks"
    info = policy.info.overlay
    assert info is not None
    assert [change.name for change in info.changes if change.kind == "parameter"] == ["reply_deadline", "processing_times"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "reply_deadline:",
            "reply_dedline:",
            r"overlay\.yaml:4: unknown parameter 'reply_dedline'\. Did you mean 'reply_deadline'",
        ),
        ("  late-reply:", "  late-replay:", r"overlay\.yaml:6: unknown rule 'late-replay'\. Did you mean 'late-reply'"),
        ("post-without-date-stamp:", "post-without-stamp:", r"overlay\.yaml:8: unknown rule 'post-without-stamp'"),
        ("8 working days", "soon", r"overlay\.yaml:4: the value of 'reply_deadline' is wrong"),
        (", reason: the council's own promise", "", r"overlay\.yaml:4: .*reason"),
        ("reply_deadline: {value: 8 working days", "processing_times: {value: 8 weeks", "Put the whole table into parameters/"),
        ("severity: high", "severity: grave", "severity"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, old: str, new: str, message: str):
    assert old in OVERLAY
    with pytest.raises(RuleError, match=message):
        Policy.rebild(overlay=overlay(tmp_path, OVERLAY.replace(old, new)))


def test_a_folder_without_an_overlay_and_a_parameter_that_nobody_has(tmp_path: Path):
    with pytest.raises(RuleError, match=r"there is no overlay\.yaml"):
        Policy.rebild(overlay=tmp_path)
    with pytest.raises(RuleError, match="unknown parameter 'times'"):
        Policy.rebild(overlay=overlay(tmp_path, times=TABLE.replace("processing_times", "times")))
