"""A rule as data: the closed set of nodes that a rule file can hold. A new node needs a decision record and every engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple, TypeAlias

from rebild_policy.errors import Location
from rebild_policy.expressions import TRUE, Expression

Profile = Literal["guideline", "statutory"]
Severity = Literal["low", "medium", "high"]
Language = Literal["da", "en"]


class Text(NamedTuple):
    """The same words in Danish and English."""

    da: str
    en: str

    def in_(self, lang: Language) -> str:
        """The words in `lang`."""
        return self.da if lang == "da" else self.en


@dataclass(frozen=True, slots=True)
class Within:
    """By a number of days after a start: the day of the event it is counted from, unless `start` says another."""

    duration: Expression  # a duration parameter
    start: Expression | None = None  # a date
    paused: bool = False  # suspensions move the due date
    roll: bool = False  # a due date on a weekend or holiday moves to the next working day
    computable: bool = True  # set by the plan: false where suspensions count and the source does not record them


@dataclass(frozen=True, slots=True)
class By:
    """By a date that is on record."""

    date: Expression


Window: TypeAlias = Within | By


@dataclass(frozen=True, slots=True)
class Quantifier:
    """`some`: there is such an event; `none`: there is no such event. A candidate is never an event already bound.

    In a plan, `where` is the whole condition on a candidate: its place, its link, its matter and what the author wrote.
    """

    kind: Literal["some", "none"]
    var: str
    types: tuple[str, ...]
    before: str | None = None
    after: str | None = None
    of: str | None = None
    same: str | None = None
    where: Expression = TRUE
    window: Window | None = None
    profile: Profile | None = None
    covered: bool = True  # set by the plan: is the absence of such an event a fact?
    at: Location = field(default=Location(""), compare=False)
    lines: dict[str, int] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Holds:
    """A condition on the bound events and the case."""

    condition: Expression
    profile: Profile | None = None
    at: Location = field(default=Location(""), compare=False)


@dataclass(frozen=True, slots=True)
class Group:
    """`all` of the parts, or `any` of them."""

    kind: Literal["all", "any"]
    parts: tuple[Formula, ...]
    profile: Profile | None = None
    at: Location = field(default=Location(""), compare=False)


Formula: TypeAlias = Quantifier | Holds | Group
Binding: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Measure:
    """What a statistic counts: a share of the matches, or the working days between two events."""

    kind: Literal["share", "working_days"]
    between: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A small case with the verdict that the rule must give it."""

    name: Text
    as_of: date
    # Ids of trigger and key joined by "+" -> verdict or "not applicable"; "*" stands for all findings; empty: no finding.
    expect: dict[str, str]
    case: dict[str, Any]  # as `Case.read` takes it
    profiles: tuple[Profile, ...]
    without: tuple[str, ...] = ()  # what the source does not cover
    same_day: Literal["unknown", "source-order"] = "unknown"
    deadline: Literal["last day", "day after"] | None = None
    due: date | None = None
    objection: str | None = None  # the caseworker's objection that it answers
    notes: dict[str, str] = field(default_factory=dict)  # event id -> why it stands there
    parameters: dict[str, Any] = field(default_factory=dict)  # set for all days, as a municipality might
    at: Location = field(default=Location(""), compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """For each match of the bound events where the condition holds, unless exempt, the requirement must hold.

    The first event of `each` is the trigger: it dates the law and identifies the finding; the others are its key.
    """

    name: str
    title: Text
    statements: tuple[str, ...]
    law: tuple[str, ...]
    severity: Severity
    each: tuple[Binding, ...]
    condition: Expression
    unless: Group
    require: Group
    message: Text
    remedy: Text
    not_formalised: Text
    examples: tuple[Example, ...]
    profile: Profile | None = None
    valid_from: date = date.min
    valid_to: date = date.max
    measure: Measure | None = None  # makes the rule a statistic, which counts and never accuses
    subsumed_by: str | None = None
    assumption: Text | None = None
    unverified: tuple[str, ...] = ()  # the references of `law` whose words were not checked
    lines: dict[str, int] = field(default_factory=dict, compare=False)
    at: Location = field(default=Location(""), compare=False)


@dataclass(frozen=True, slots=True)
class TermDefinition:
    """A named condition over typed events: `adverse(decision)`."""

    name: str
    title: Text
    parameters: tuple[Binding, ...]
    means: Expression
    at: Location = field(default=Location(""), compare=False)


@dataclass(frozen=True, slots=True)
class Law:
    """A statute, or a principle of law, and its provisions that were checked against a public source."""

    name: str
    title: Text
    verified: tuple[str, ...]

    def is_cited_in(self, reference: str) -> bool:
        """Is a reference, such as `FVL § 16(2)`, to this law?"""
        return reference == self.name or reference.startswith(f"{self.name} ")

    def verifies(self, reference: str) -> bool:
        """Was the provision checked? `§ 16` covers `§ 16(2)`."""
        provision = reference.removeprefix(self.name).strip()
        return any(provision == checked or provision.startswith(f"{checked}(") for checked in self.verified)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of the guideline."""

    id: str
    section: Text
    gloss: Text
    quote: str
    modality: str
    law: tuple[str, ...]
    answer: Literal["rules", "statistic", "review", "context"]
    question: Text | None = None  # what a reviewer of a case is asked, to be answered yes, no or can't tell
    reason: Text | None = None
    across: Literal["equal-treatment"] | None = None  # a statistic across cases that tells more of it
    at: Location = field(default=Location(""), compare=False)
