"""What a comparison of two policies says: the verdicts that differ, rule by rule. Only typed fields, never free text."""

from __future__ import annotations

from collections import Counter
from datetime import date

from rebild_policy.results import Result, RuleSetInfo, SafeText, Verdict, Words
from rebild_policy.rules import Profile


class PolicyInfo(Result):
    """One of two policies: its rules, its profile, and the parameters that were set to another value."""

    ruleset: RuleSetInfo
    profile: Profile
    parameters: dict[str, SafeText]


class VerdictChange(Result):
    """A verdict that differs between two policies; None where one of them gives none."""

    rule: SafeText
    case: SafeText
    trigger: SafeText
    day: date
    old: Verdict | None
    new: Verdict | None
    old_due: date | None
    new_due: date | None


class RuleDifference(Result):
    """What changes for one rule, of how many matches judged by either policy."""

    rule: SafeText
    title: Words
    judged: int
    changes: tuple[VerdictChange, ...]

    @property
    def counts(self) -> dict[tuple[Verdict | None, Verdict | None], int]:
        """How many verdicts change from what to what, the most frequent first."""
        return dict(Counter((change.old, change.new) for change in self.changes).most_common())


class PolicyDifference(Result):
    """What a change of policy would do to cases as of a day: the rules of which a verdict changes."""

    old: PolicyInfo
    new: PolicyInfo
    as_of: date
    cases: int
    verdicts: int
    rules: tuple[RuleDifference, ...]

    @property
    def changes(self) -> int:
        """How many verdicts change."""
        return sum(len(rule.changes) for rule in self.rules)
