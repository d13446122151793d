"""For every shipped rule, in either profile: violating cases violate it, compliant ones violate nothing, others are as asked.

The smallest change of a violation removes it and adds none.

Few draws of each by default; `REBILD_POLICY_DRAWS=200 python -m pytest tests/strategies/test_every_rule.py` takes minutes.
No health check is suppressed anywhere.
"""

from __future__ import annotations

import os
from datetime import date
from functools import cache
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rebild_policy import Case, Coverage, Policy
from rebild_policy.engines import ENGINES, Engine
from rebild_policy.errors import UsageError
from rebild_policy.explaining.changes import applied
from rebild_policy.results import Finding, Row, Verdict
from rebild_policy.rules import Profile
from rebild_policy.strategies import CaseAsOf, compliant_cases, pending_cases, undetermined_cases, violating_cases

DRAWS = int(os.environ.get("REBILD_POLICY_DRAWS", "10"))
CHANGES = max(4, DRAWS // 4)  # cases whose smallest change is made: that takes longer
MOST_EVENTS = 12


@cache
def policy(profile: Profile) -> Policy:
    return Policy.rebild(profile=profile)


@cache
def reference(profile: Profile) -> Engine:
    """The engine that defines the meaning; the strategies ask another one."""
    return ENGINES["reference"](policy(profile).ready(Coverage.all()).plan)


DUTIES = [(profile, rule.name) for profile in get_args(Profile) for rule in policy(profile).rules if rule.measure is None]
STATISTICS = {rule.name for profile in get_args(Profile) for rule in policy(profile).rules if rule.measure is not None}
WINDOWED = {
    rule.name
    for profile in get_args(Profile)
    for rule in policy(profile).rules
    if any("pending" in example.expect.values() for example in rule.examples)
}
every_duty = pytest.mark.parametrize(("profile", "rule"), DUTIES, ids=[f"{rule}-{profile}" for profile, rule in DUTIES])


def check(strategy: st.SearchStrategy[CaseAsOf], looked_at: list[CaseAsOf]) -> None:
    """Draw, with every health check in force, and put what was drawn into a list."""

    @settings(max_examples=DRAWS)
    @given(strategy)
    def draw(drawn: CaseAsOf) -> None:
        looked_at.append(drawn)

    draw()
    assert looked_at


def rows(profile: Profile, drawn: CaseAsOf) -> list[Row]:
    return reference(profile).verdicts(drawn.case, drawn.as_of)


@every_duty
def test_violating_cases_violate_the_rule(profile: Profile, rule: str) -> None:
    looked_at: list[CaseAsOf] = []
    check(violating_cases(policy(profile), rule=rule), looked_at)
    for drawn in looked_at:
        assert any(row.rule == rule and row.verdict is Verdict.VIOLATED for row in rows(profile, drawn))
        assert len(drawn.case.events) <= MOST_EVENTS
        assert all(event.day <= drawn.as_of for event in drawn.case.events)


@every_duty
def test_compliant_cases_violate_nothing_and_keep_the_rule(profile: Profile, rule: str) -> None:
    looked_at: list[CaseAsOf] = []
    check(compliant_cases(policy(profile), rule=rule), looked_at)
    for drawn in looked_at:
        said = rows(profile, drawn)
        assert not [row for row in said if row.verdict is Verdict.VIOLATED and row.rule not in STATISTICS]
        assert {row.verdict for row in said if row.rule == rule} & {Verdict.SATISFIED, Verdict.EXEMPT}
        assert not policy(profile).check(*drawn).violations


@pytest.mark.parametrize(("profile", "rule"), [one for one in DUTIES if one[1] in WINDOWED])
def test_pending_cases_are_pending(profile: Profile, rule: str) -> None:
    looked_at: list[CaseAsOf] = []
    check(pending_cases(policy(profile), rule=rule), looked_at)
    for drawn in looked_at:
        pending = [row for row in rows(profile, drawn) if row.rule == rule and row.verdict is Verdict.PENDING]
        assert pending
        assert all(row.due and row.due >= drawn.as_of for row in pending)


def needs_a_gap(profile: Profile, rule: str) -> bool:
    """Do the examples of a rule put it in doubt only by what the source leaves out?"""
    doubts = [one for one in policy(profile).ruleset.rule(rule).examples if "undetermined" in one.expect.values()]
    return all(example.without for example in doubts)


@pytest.mark.parametrize(("profile", "rule"), DUTIES[::4])
def test_undetermined_cases_are_undetermined(profile: Profile, rule: str) -> None:
    looked_at: list[CaseAsOf] = []
    try:
        check(undetermined_cases(policy(profile), rule=rule), looked_at)
    except UsageError:
        if not needs_a_gap(profile, rule):
            raise
    for drawn in looked_at:
        assert Verdict.UNDETERMINED in {row.verdict for row in rows(profile, drawn) if row.rule == rule}


@pytest.mark.parametrize("rule", sorted(STATISTICS))
def test_statistics_are_refused(rule: str) -> None:
    with pytest.raises(UsageError, match=f"'{rule}' is a statistic"):
        violating_cases(policy("statutory"), rule=rule)


@every_duty
def test_the_smallest_change_removes_the_violation_and_adds_none(profile: Profile, rule: str) -> None:
    judge = policy(profile)

    def violated(case: Case, as_of: date) -> dict[str, Finding]:
        found = judge.check(case, as_of).findings
        return {finding.fingerprint: finding for finding in found if finding.verdict is Verdict.VIOLATED}

    looked_at: list[CaseAsOf] = []
    check(violating_cases(judge, rule=rule), looked_at)
    for case, as_of in looked_at[:CHANGES]:
        before = violated(case, as_of)
        for place, finding in before.items():
            if finding.rule != rule:
                continue
            change = finding.explanation and finding.explanation.change
            assert change is not None
            if change.kind == "none":
                assert change.reason
                continue
            assert violated(applied(case, change), as_of).keys() <= before.keys() - {place}
