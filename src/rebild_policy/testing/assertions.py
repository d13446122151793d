"""An assertion that a case deviates from nothing, whose failure says what is wrong and what would have been right."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache

from rebild_policy.errors import UsageError, did_you_mean
from rebild_policy.facts import Case, Coverage
from rebild_policy.policy import Policy
from rebild_policy.report.failures import failure
from rebild_policy.results import Finding, Report, Verdict
from rebild_policy.rules import Language


def assert_compliant(
    case: Case,
    as_of: date,
    *,
    policy: Policy | None = None,
    rules: Collection[str] | None = None,
    coverage: Coverage | None = None,
    lang: Language = "en",
) -> None:
    """Fail where a case shows a possible deviation as of the end of a day.

    `policy`: the bundled one by itself. `rules`: only these count. The failure names each finding with its evidence and the
    smallest change that would have satisfied its rule. Raises `UsageError` for a rule that the policy does not have.
    """
    __tracebackhide__ = True
    judge = policy or bundled_policy()
    report = judge.check(case, as_of, coverage=coverage)
    found = deviations(report, judge, rules)
    if found:
        raise AssertionError(failure(report, found, lang))


def deviations(report: Report, policy: Policy, rules: Collection[str] | None) -> list[Finding]:
    """The violations of a report, or only those of some rules. Raises `UsageError` for a rule that the policy does not have."""
    if rules is None:
        return report.violations
    known = {rule.name for rule in policy.rules}
    for name in rules:
        if name not in known:
            raise UsageError(f"unknown rule '{name}'.", remedy=did_you_mean(name, known))
    violated = (one for one in report.findings if one.verdict is Verdict.VIOLATED and one.waived is None)
    # A fault that another rule counts is counted here where that rule is not asked about.
    return [one for one in violated if one.rule in rules and one.subsumed_by not in rules]


@cache
def bundled_policy() -> Policy:
    """The bundled rules as they stand, made once."""
    return Policy.rebild()
