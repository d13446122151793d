"""Examples as tests: an example accounts for all that it holds."""

from __future__ import annotations

import pytest

from rebild_policy.engines import available
from rebild_policy.proving.trials import Trial, trials

RULE = """\
rule: rule
title: {{da: titel, en: title}}
statements: [G1]
law: []
severity: low
each: {{inquiry: inquiry_received}}
require:
  - some: {{reply: reply_sent}}
    of: inquiry
    within: parameters.days
message: {{da: besked, en: message}}
remedy: {{da: råd, en: remedy}}
not_formalised: {{da: intet, en: nothing}}
examples:
  - name: {{da: a, en: on the last day}}
    as_of: 2026-02-27
    deadline: last day
    events: [{{inquiry: 2026-01-05}}, {{reply: 2026-01-12, inquiry: inquiry}}]
    expect: satisfied
  - name: {{da: b, en: the day after}}
    as_of: 2026-02-27
    deadline: day after
    events: [{{inquiry: 2026-01-05}}, {{reply: 2026-01-13, inquiry: inquiry}}]
    expect: violated
  - name: {{da: c, en: still time}}
    as_of: 2026-01-12
    events: [{{inquiry: 2026-01-05}}]
    expect: pending
  - name: {{da: d, en: not recorded}}
    as_of: 2026-02-27
    without: [reply_sent]
    events: [{{inquiry: 2026-01-05}}]
    expect: undetermined
{more}"""
MORE = """\
  - name: {{da: e, en: the one in question}}
    as_of: 2026-02-27
    events: {events}
    expect: {expect}
"""


def failures(rules, more: str = "", **changes: str) -> dict[str, tuple[str, ...]]:
    text = RULE.format(more=more)
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    rules.file("rule.yaml", text)
    rules.parameter("days", "5 working days")
    return {trial.example.name.en: trial.problems for trial in trials(rules.load()) if not trial.passed}


def one(rules, events: str, expect: str) -> tuple[str, ...]:
    return failures(rules, MORE.format(events=events, expect=expect)).get("the one in question", ())


def test_each_example_is_judged_in_each_profile_by_each_engine(rules):
    assert failures(rules) == {}
    found = list(trials(rules.load()))
    assert {(trial.engine, trial.profile) for trial in found} == {
        (engine, profile) for engine in available() for profile in ("guideline", "statutory")
    }
    assert found[0].name == "rule: on the last day [reference, guideline]"
    assert all(isinstance(trial, Trial) for trial in found)


@pytest.mark.parametrize(
    ("events", "expect", "problem"),
    [
        ("[{inquiry: 2026-01-05}]", "satisfied", "expected inquiry: satisfied, and it is violated"),
        ("[]", "violated", "expected violated, and there is no finding"),
        ("[{inquiry: 2026-01-05}]", "not applicable", "there is a finding that it does not expect: inquiry: violated"),
        ("[{inquiry: 2026-01-05}]", "{other: violated}", "expected other: violated, and there is no such finding"),
        (
            "[{inquiry: 2026-01-05}, {inquiry_received: 2026-01-06, id: second}]",
            "{inquiry: violated}",
            "there is a finding that it does not expect: second: violated",
        ),
        ("[{inquiry: 2026-01-05}]", "violated\n    due: 2026-01-13", "expected to be due on 2026-01-13, and it is on 2026-01-12"),
        (
            "[{inquiry: 2026-01-05}, {suspension: 2026-01-06, until: 2026-02-01}]",
            "violated",
            "neither 'expect' nor a 'note' says what the event 'suspension' is there for",
        ),
        (
            "[{inquiry: 2026-01-05}, {reply: 2026-01-08, inquiry: inquiry}]",
            "satisfied\n    deadline: last day",
            "the last day is 2026-01-12, and none of its events is on that day",
        ),
    ],
)
def test_what_comes_out_otherwise_is_said(rules, events, expect, problem):
    assert problem in one(rules, events, expect)


def test_a_note_explains_an_event(rules):
    events = "[{inquiry: 2026-01-05}, {suspension: 2026-01-06, until: 2026-02-01, note: it pauses nothing here}]"
    assert one(rules, events, "violated") == ()


def test_not_applicable_may_be_said_of_one_event_of_several(rules):
    events = "[{inquiry: 2026-01-05, channel: email}, {inquiry_received: 2026-01-06, id: second, channel: phone}]"
    more = MORE.format(events=events, expect="{inquiry: violated, second: not applicable}")
    if_ = ("each: {inquiry: inquiry_received}", "each: {inquiry: inquiry_received}\nif: inquiry.channel != 'phone'")
    found = failures(rules, more, if_=if_)
    assert "the one in question" not in found
    assert "expected inquiry: satisfied, and it is undetermined" not in str(found.get("the one in question"))


def test_an_example_that_can_not_be_read_is_a_failure(rules):
    (problem,) = one(rules, "[{inquiry: 2026-01-05, channel: pigeon}]", "violated")
    assert "channel" in problem
