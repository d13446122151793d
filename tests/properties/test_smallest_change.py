"""Law: applying the proposed change removes the violation."""

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from laws import Place, Setting, ruleset

from rebild_policy import Case, Policy
from rebild_policy.explaining.changes import applied
from rebild_policy.results import Finding, Verdict
from rebild_policy.rules import Profile
from rebild_policy.strategies.generator import Scenario


@settings(max_examples=120)
@given(data=st.data())
def test_the_proposed_change_removes_the_violation(setting: Setting, data: st.DataObject) -> None:
    scenario = setting.scenario(data)
    before = violations(setting, scenario, scenario.case)
    for place, finding in before.items():
        change = finding.explanation.change
        assert change is not None
        if change.kind == "none":
            assert change.reason
            continue
        after = violations(setting, scenario, applied(scenario.case, change))
        assert place not in after
        assert after.keys() <= before.keys(), "one violation less, and none more"


def violations(setting: Setting, scenario: Scenario, case: Case) -> dict[Place, Finding]:
    """The violated findings of a case by where they stand, those included that a rule with the same fault speaks for."""
    report = _policy(setting.rules, setting.profile).check(
        case, scenario.as_of, coverage=scenario.coverage, same_day=scenario.same_day, engine=setting.engine
    )
    found = [finding for finding in report.findings if finding.verdict is Verdict.VIOLATED]
    return {(finding.rule, finding.trigger.id, tuple(ref.id for ref in finding.key)): finding for finding in found}


@cache
def _policy(rules: str, profile: Profile) -> Policy:
    return Policy(ruleset(rules), profile=profile)
