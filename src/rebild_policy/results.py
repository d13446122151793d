"""What a check says: verdicts, findings with their evidence, and the report of a case. Only typed fields, never free text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, computed_field

from rebild_policy.dues import Due, DueList
from rebild_policy.errors import UsageError, did_you_mean
from rebild_policy.privacy import holds_cpr, redact
from rebild_policy.rules import Profile, Severity, Text


class Verdict(StrEnum):
    """What a rule says of one match of its events."""

    SATISFIED = "satisfied"
    EXEMPT = "exempt"
    UNDETERMINED = "undetermined"
    PENDING = "pending"
    VIOLATED = "violated"


# Of several findings of one statement, the first of these that occurs speaks for it.
PRECEDENCE = (Verdict.VIOLATED, Verdict.UNDETERMINED, Verdict.PENDING, Verdict.SATISFIED, Verdict.EXEMPT)


class Row(NamedTuple):
    """A verdict as a plain tuple: rule, trigger's id, ids of the other bound events, verdict, due date."""

    rule: str
    trigger: str
    key: tuple[str, ...]
    verdict: Verdict
    due: date | None


def overall(verdicts: Iterable[Verdict]) -> Verdict | None:
    """One verdict for several; None for none."""
    found = set(verdicts)
    return next((verdict for verdict in PRECEDENCE if verdict in found), None)


# ----------------------------------------------------------------------------------------------------------------- models
SafeText = Annotated[str, AfterValidator(redact)]


class Result(BaseModel):
    """Base of all results: frozen, no field beyond the declared, every text free of CPR shapes."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Words(Result):
    """The same words in Danish and English."""

    da: SafeText
    en: SafeText


class EventRef(Result):
    """An event of the case: its id, type and local day, and its row in an export."""

    id: SafeText
    type: SafeText
    day: date
    row: int | None = None


class Sought(Result):
    """What a rule looked for: `found` met it, `near` did not by a little."""

    kind: Literal["some", "none"]
    types: tuple[SafeText, ...]
    value: Literal["false", "unknown", "open", "true"]
    due: date | None
    counted_from: date | None
    counted: SafeText | None
    found: tuple[EventRef, ...]
    near: tuple[NearMiss, ...]


class NearMiss(Result):
    """An event that would have met the requirement but for one thing."""

    event: EventRef
    lacks: Literal["in time", "order", "link", "matter", "content"]
    days_late: int | None = None
    working_days_late: int | None = None


class MissingFact(Result):
    """A fact that the verdict turns on and that is not known.

    `cause`: `absent` (the place is empty), `uncovered` (the source does not record it), `quarantined` (rows of this case that
    could not be used may have held it), `order` (two events of one day), `parameter` (no value in force).
    """

    type: SafeText
    field: SafeText | None
    event: SafeText | None
    cause: Literal["absent", "uncovered", "quarantined", "order", "parameter"]


class Copy(Result):
    """The value of a field of another event of the case: how a change names a text without repeating it."""

    event: str
    field: SafeText


ChangeValue = bool | int | date | Copy | SafeText


class Change(Result):
    """The smallest change that would satisfy the rule, in the order of preference of its kinds.

    `insert` an event of `type` on `day` with `fields`; `set` the `field` of an `event` to `value`; `move` an `event` to
    `day`; `remove` an `event`; `none`, for the `reason` given. `explaining.changes.applied` makes it in a case.
    """

    kind: Literal["insert", "set", "move", "remove", "none"]
    type: SafeText | None = None
    event: str | None = None
    field: SafeText | None = None
    value: ChangeValue | None = None
    day: date | None = None
    fields: dict[str, ChangeValue] = {}
    reason: Words | None = None


class DayCounted(Result):
    """A day of the count to a due date: its number in the count, or why it was skipped.

    `added`: the due date lies so many days further, for days on which the case was suspended, or to reach a working day.
    """

    day: date
    number: int | None
    skipped: Literal["holiday", "saturday", "sunday", "closed", "paused", "rolled"] | None = None
    holiday: Words | None = None
    added: int = 0


class Explanation(Result):
    """The evidence of a finding."""

    message: Words
    remedy: Words
    witnesses: tuple[EventRef, ...]
    sought: tuple[Sought, ...]
    missing: tuple[MissingFact, ...]
    change: Change | None


class Waived(Result):
    """A deviation that the municipality has accepted: why, who did, and the last day."""

    reason: SafeText
    approved_by: SafeText
    expires: date


Problem = Literal["expired", "unreasoned", "unused"]


class WaiverNote(Result):
    """A waiver that accepts nothing: it has run out, gives no reason, or there is no such deviation."""

    rule: SafeText
    case: SafeText
    trigger: SafeText | None
    problem: Problem
    expires: date


Standing = Literal["new", "persisting"]


class Finding(Result):
    """The verdict of one rule on one match of its events, with the evidence in `explanation`, made when it is read.

    `subsumed_by`: the same fault is reported by that rule already, and this finding is not counted a second time. `waived`: the
    deviation is accepted; it is shown as such, and is no violation of the report. `baseline`: is the deviation in an earlier
    audit as well? None where nothing was compared.
    """

    fingerprint: str
    rule: SafeText
    title: Words
    statements: tuple[SafeText, ...]
    law: tuple[SafeText, ...]
    unverified: tuple[SafeText, ...] = ()  # the references of `law` whose words were not checked
    severity: Severity
    case: SafeText
    trigger: EventRef
    key: tuple[EventRef, ...]
    verdict: Verdict
    due: date | None
    as_of: date
    subsumed_by: str | None = None
    waived: Waived | None = None
    baseline: Standing | None = None
    explain: Annotated[Callable[[], Explanation] | None, Field(exclude=True, repr=False)] = None
    dispute: Annotated[Callable[[], bool] | None, Field(exclude=True, repr=False)] = None
    count: Annotated[Callable[[], tuple[DayCounted, ...]] | None, Field(exclude=True, repr=False)] = None

    @property
    def deviates(self) -> bool:
        """Is it a possible deviation that counts: violated, not told by another rule, and not accepted?"""
        return self.verdict is Verdict.VIOLATED and self.subsumed_by is None and self.waived is None

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def explanation(self) -> Explanation | None:
        """Message, witnesses, what was looked for, missing facts and the smallest change."""
        return self.explain() if self.explain else None

    @cached_property
    def days(self) -> tuple[DayCounted, ...]:
        """How the due date was counted, day by day; nothing where no duration led to it."""
        return self.count() if self.count else ()

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def disputed(self) -> bool:
        """Would the verdict be another if 24 and 31 December and 5 June were closed, or if Saturdays counted?"""
        return self.dispute() if self.dispute else False


_LETTERS = str.maketrans("0123456789", "ghjkmnpqrs")


def fingerprint(rule: str, case: str, trigger: EventRef, key: tuple[EventRef, ...]) -> str:
    """A name for a finding that stays the same from audit to audit: 20 letters.

    Letters, since some hashes in digits hold something of the shape of a CPR number. The ids are those that output shows,
    since a hash of a CPR number could be reversed; an event that has one for an id is named by its place in the case, and its
    findings keep their fingerprint only while no event comes before it.
    """
    parts = [rule, redact(case), *(f"{event.type}/{event.id}" for event in (trigger, *key))]
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return digest[:20].translate(_LETTERS)


def public_id(id_: str, type_: str, position: int) -> str:
    """An event id as output shows it: one that holds a CPR shape is replaced by the event's place in the case."""
    return f"{type_}-{position + 1}" if holds_cpr(id_) else id_


class OverlayChange(Result):
    """One thing that an overlay changed, and why: a parameter, a severity, or a rule that it switched off."""

    kind: Literal["parameter", "severity", "off"]
    name: SafeText
    value: SafeText
    reason: SafeText


class OverlayChanges(Result):
    """The overlay that was put over the rules: name, the sha256 of its files, and what it changed."""

    name: SafeText
    title: Words
    digest: str
    changes: tuple[OverlayChange, ...]


class RuleSetInfo(Result):
    """Which rules judged: name, version and the sha256 of their files, and the overlay over them."""

    name: str
    version: str
    digest: str
    overlay: OverlayChanges | None = None


class NotCheckableRule(Result):
    """A rule that can't be checked with this source, and the event types it would need."""

    rule: SafeText
    title: Words
    statements: tuple[SafeText, ...]
    missing: tuple[SafeText, ...]


class ParameterInfo(Result):
    """A parameter of the rule set and its value on the as-of day."""

    name: SafeText
    title: Words
    value: SafeText


class DayCount(Result):
    """How many matches took so many working days."""

    days: int
    count: int


class Statistic(Result):
    """How often an aspiration was met. A count, never an accusation; `unmet` is no deviation.

    `days`: of a statistic that measures working days, how many matches took how many, in order.
    """

    rule: SafeText
    title: Words
    statements: tuple[SafeText, ...]
    met: int
    unmet: int
    open: int
    unknown: int
    days: tuple[DayCount, ...] = ()

    def within(self, share: int) -> int | None:
        """The working days within which `share` per cent of the matches were; the median for 50. None without any."""
        seen, needed = 0, sum(one.count for one in self.days) * share
        for one in self.days:
            seen += one.count * 100
            if seen >= needed:
                return one.days
        return None


class Report(Result):
    """What the rules say of one case as of a day. Matches that a rule does not apply to are counted, never listed."""

    case: SafeText
    as_of: date
    profile: Profile
    ruleset: RuleSetInfo
    parameters: tuple[ParameterInfo, ...]
    findings: tuple[Finding, ...]
    not_applicable: dict[str, int]
    not_checkable: tuple[NotCheckableRule, ...]
    statistics: tuple[Statistic, ...] = ()
    decides: tuple[SafeText, ...] = ()  # the statements that the rules of the profile decide
    waiver_notes: tuple[WaiverNote, ...] = ()

    @property
    def violations(self) -> list[Finding]:
        """The possible deviations, one for each fault."""
        return [finding for finding in self.findings if finding.deviates]

    @property
    def waived(self) -> list[Finding]:
        """The deviations that are accepted."""
        return [finding for finding in self.findings if finding.waived]

    def due(self) -> DueList:
        """What is pending and has to be done by a day, the earliest first; as JSON and for a calendar, too."""
        return due_list(self.findings)

    def verdicts(self, statement: str) -> list[Verdict]:
        """The verdicts of the findings that concern a statement, such as "G50"; none where no rule applied.

        Raises `UsageError` for a statement that no rule of the profile decides: a misspelt one would always look kept.
        """
        if statement not in self.decides:
            raise UsageError(f"no rule decides '{statement}'.", remedy=did_you_mean(statement, self.decides))
        return [finding.verdict for finding in self.findings if statement in finding.statements]

    def verdict(self, statement: str) -> Verdict | None:
        """One verdict for a statement: violated over undetermined over pending over satisfied over exempt."""
        return overall(self.verdicts(statement))


def due_list(findings: Iterable[Finding]) -> DueList:
    """What findings say has to be done by a day, the earliest first."""
    found = (_due(finding, finding.due) for finding in findings if finding.verdict is Verdict.PENDING and finding.due)
    return DueList(sorted(found, key=lambda due: (due.day, due.case, due.rule, due.trigger)))


def _due(finding: Finding, day: date) -> Due:
    remedy = finding.explanation.remedy if finding.explanation else None
    return Due(
        day=day,
        case=finding.case,
        rule=finding.rule,
        title=Text(finding.title.da, finding.title.en),
        remedy=Text(remedy.da, remedy.en) if remedy else None,
        statements=finding.statements,
        severity=finding.severity,
        event=finding.trigger.type,
        trigger=finding.trigger.id,
        fingerprint=finding.fingerprint,
        as_of=finding.as_of,
    )
