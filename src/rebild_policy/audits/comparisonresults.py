"""What the comparison of two audits says. Only typed fields, never free text."""

from __future__ import annotations

from datetime import date
from typing import Literal

from rebild_policy.results import Result, RuleSetInfo, SafeText, Verdict, Words
from rebild_policy.rules import Profile

Unlike = Literal["ruleset", "overlay", "profile", "parameters", "mapping", "coverage", "coverage-unknown"]
Comparability = Literal["compared", "too-few", "not-comparable", "nothing"]


class AuditInfo(Result):
    """One of two audits: what was judged, as of when, by which rules."""

    file: SafeText
    sha256: str
    mapping: SafeText
    mapping_sha256: str
    as_of: date
    profile: Profile
    ruleset: RuleSetInfo
    cases: int


class Standing(Result):
    """What an audit says of a statement: kept and possible deviations, and what was not decided."""

    kept: int
    deviations: int
    undetermined: int
    pending: int
    exempt: int

    @property
    def decided(self) -> int:
        """Kept and possible deviations."""
        return self.kept + self.deviations


class StatementComparison(Result):
    """A statement of the guideline then and now.

    `difference`: of the shares kept, in percentage points, from old to new; None where they are not compared. `unlike`: why
    not: event types and fields that its rules read, and that one source records and the other does not, and rules that judged
    in one audit only. `nothing`: nothing was decided in either.
    """

    statement: SafeText
    old: Standing
    new: Standing
    status: Comparability
    difference: float | None
    unlike: tuple[SafeText, ...] = ()


class StatisticComparison(Result):
    """An aim of the guideline then and now: how often it was met, of how many. A count, never an accusation."""

    rule: SafeText
    title: Words
    old_met: int
    old_of: int
    new_met: int
    new_of: int
    status: Comparability
    difference: float | None  # in percentage points, as of a statement


class GoneFinding(Result):
    """How many deviations of a rule are none any more, by what they are `now`; None where the newer audit has no such finding."""

    now: Verdict | None
    findings: int


class RuleChanges(Result):
    """The deviations of a rule: in the newer audit only, in both, and in the older one only."""

    rule: SafeText
    title: Words
    new: tuple[SafeText, ...]  # fingerprints
    persisting: int
    gone: tuple[GoneFinding, ...]


class Quantity(Result):
    """A number of the data then and now, and what it is a part of."""

    name: Literal["rows", "quarantined", "unmapped", "without-case", "undetermined"]
    old: int
    new: int
    old_of: int
    new_of: int


class Quality(Result):
    """What changed of the data: numbers, and what one of the two sources does not record or its mapping does not name."""

    quantities: tuple[Quantity, ...]
    recorded_now: tuple[SafeText, ...]  # not then, of what rules read
    recorded_no_more: tuple[SafeText, ...]
    checkable_now: tuple[SafeText, ...]  # rules
    checkable_no_more: tuple[SafeText, ...]
    unmapped_now: tuple[SafeText, ...]  # activities
    unmapped_no_more: tuple[SafeText, ...]


class AuditComparison(Result):
    """Two audits compared. `unlike`: in what they differ besides the cases, which may be why a share differs."""

    old: AuditInfo
    new: AuditInfo
    too_few: int
    unlike: tuple[Unlike, ...]
    statements: tuple[StatementComparison, ...]
    statistics: tuple[StatisticComparison, ...]
    quality: Quality
    in_both: int | None  # findings of both audits; None where the findings of one are not at hand
    rules: tuple[RuleChanges, ...] | None  # None likewise
