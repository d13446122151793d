"""What an audit says: the numbers, the account of every row, and the findings. Only typed fields, never free text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from pydantic import Field

from rebild_policy.audits.equality import EqualTreatment
from rebild_policy.results import (
    Finding,
    MissingFact,
    NotCheckableRule,
    ParameterInfo,
    Result,
    RuleSetInfo,
    SafeText,
    Statistic,
    Verdict,
    WaiverNote,
    Words,
)
from rebild_policy.rules import Profile, Severity


class Activity(Result):
    """An activity of an export, or a note on it, and how many rows have it."""

    name: SafeText
    rows: int


class QuarantinedRow(Result):
    """A row that could not be used: its number in the file, the column at fault and what was expected there."""

    row: int
    column: SafeText | None
    reason: SafeText


class Accounting(Result):
    """Where every row of an export went: rows = mapped + irrelevant + unmapped + quarantined + duplicates.

    `skipped`: mapped rows that gave no event, since a condition of the mapping did not hold.
    """

    rows: int
    mapped: int
    skipped: int
    duplicates: int
    quarantined: int
    events: int
    cases: int
    irrelevant: tuple[Activity, ...]
    unmapped: tuple[Activity, ...]
    quarantine: tuple[QuarantinedRow, ...]  # the first of them; `Audit.every_quarantined` gives all
    notes: tuple[Activity, ...] = ()  # what looks wrong in rows that were used, such as a link to no event
    rows_without_case: int  # quarantined rows whose case is unreadable: a limit of the audit


class SourceInfo(Result):
    """What was audited: file name and sha256 of the export and of the mapping."""

    file: SafeText
    sha256: str
    mapping: SafeText
    mapping_sha256: str


class Assumption(Result):
    """Something that the mapping, a rule or a parameter takes for granted, and how many links rest on it."""

    text: Words
    count: int | None = None


class Reason(Result):
    """Why findings are undetermined: a missing fact and how many findings turn on it."""

    missing: MissingFact  # without the event
    findings: int


class RuleTally(Result):
    """How often a rule came to each verdict; `partly_known` counts cases where quarantined rows could hide a trigger.

    `lacks`: the event types and fields that it reads and the source does not record; None where that was not noted.
    """

    rule: SafeText
    title: Words
    statements: tuple[SafeText, ...]
    severity: Severity
    verdicts: dict[Verdict, int]
    subsumed: int
    waived: int = 0  # of those that are not subsumed
    not_applicable: int
    partly_known: int
    lacks: tuple[SafeText, ...] | None = None


Dimension = Literal["month", "unit", "channel", "kind"]


class Cell(Result):
    """How often a rule came to each verdict among the findings that share a value.

    `value` is None where none is given. `others`: of every value that is not listed by itself, such as one that few cases
    share. `verdicts` names those that occur; a deviation that is subsumed or accepted is left out, so that `violated` counts
    what deviates.
    """

    rule: SafeText
    value: SafeText | None
    others: bool = False
    verdicts: dict[Verdict, int]


class Breakdown(Result):
    """The findings by one thing: the `month` of the trigger's day (as 2026-01), the `unit` or the `channel` that the trigger
    names, or the `kind` of its case.

    The cells of months stand in their order; of everything else, the value with the most deviations comes first, then those
    with fewer, then all others together, then what names none. Cells of one value stand together, in the order of the rules.
    """

    by: Dimension
    cells: tuple[Cell, ...]


class DueCount(Result):
    """How many findings of a rule await a day."""

    day: date | None
    rule: SafeText
    findings: int


class ReviewInfo(Result):
    """The sample of cases that people reviewed, and the file with their answers."""

    file: SafeText
    sha256: str
    cases: int
    seed: int


class ReviewTally(Result):
    """What people answered to the question of a statement, in a sample of cases. A "no" is a judgement and no deviation."""

    statement: SafeText
    yes: int
    no: int
    unclear: int
    unanswered: int

    @property
    def answered(self) -> int:
        """In how many cases the question was answered."""
        return self.yes + self.no + self.unclear


ReviewProblem = Literal["export", "rules", "cells", "case", "statement", "asked", "answer", "twice"]


class ReviewNote(Result):
    """What is wrong with answers: a row that was left out, or (without a row) a sample of another export or other rules."""

    row: int | None
    problem: ReviewProblem


class FixedFinding(Result):
    """A deviation of an earlier audit that is none any more; `now` is its verdict, None where there is no such finding."""

    fingerprint: str
    rule: SafeText
    case: SafeText
    trigger: SafeText
    now: Verdict | None


class BaselineInfo(Result):
    """The earlier audit that this one is compared with: its findings file, and what became of its deviations."""

    file: SafeText
    sha256: str
    new: int
    persisting: int
    fixed: tuple[FixedFinding, ...]


class Audit(Result):
    """What the rules say of an export as of a day: the numbers first, then the findings.

    Of a large export, `findings` are the worst, and `quarantined` the first; `every()` and `every_quarantined()` give all.
    """

    version: str
    as_of: date
    profile: Profile
    ruleset: RuleSetInfo
    parameters: tuple[ParameterInfo, ...]
    source: SourceInfo
    command: SafeText
    accounting: Accounting
    tallies: tuple[RuleTally, ...]
    statistics: tuple[Statistic, ...]
    equal_treatment: EqualTreatment | None = None
    reasons: tuple[Reason, ...]
    reasons_of: int | None = None  # of how many undetermined findings, where there are too many to ask each
    breakdowns: tuple[Breakdown, ...] = ()
    awaited: tuple[DueCount, ...] = ()
    not_checkable: tuple[NotCheckableRule, ...]
    assumptions: tuple[Assumption, ...]
    waiver_notes: tuple[WaiverNote, ...] = ()
    reviewed: ReviewInfo | None = None
    reviews: tuple[ReviewTally, ...] = ()
    review_notes: tuple[ReviewNote, ...] = ()
    baseline: BaselineInfo | None = None
    findings: tuple[Finding, ...] = Field(exclude=True, repr=False)
    quarantined: tuple[QuarantinedRow, ...] = Field(default=(), exclude=True, repr=False)
    store: Any = Field(default=None, exclude=True, repr=False)  # where all findings are, if not in memory

    def every(self) -> Iterable[Finding]:
        """Every finding, case by case."""
        found: Iterable[Finding] = self.findings if self.store is None else self.store.findings()
        return found

    def every_quarantined(self) -> Iterable[QuarantinedRow]:
        """Every row that could not be used, in the order of the export."""
        found: Iterable[QuarantinedRow] = self.quarantined if self.store is None else self.store.quarantined()
        return found

    @property
    def violations(self) -> list[Finding]:
        """The possible deviations, one for each fault."""
        return [finding for finding in self.findings if finding.deviates]

    @property
    def waived(self) -> list[Finding]:
        """The deviations that are accepted."""
        return [finding for finding in self.findings if finding.waived]

    def by(self, dimension: Dimension) -> Breakdown:
        """The findings by one thing; without cells where nothing was counted by it."""
        return next((one for one in self.breakdowns if one.by == dimension), Breakdown(by=dimension, cells=()))

    def count(self, verdict: Verdict) -> int:
        """How many findings have this verdict; a deviation that is subsumed or accepted does not count as one."""
        apart = sum(tally.subsumed + tally.waived for tally in self.tallies) if verdict is Verdict.VIOLATED else 0
        return sum(tally.verdicts.get(verdict, 0) for tally in self.tallies) - apart
