"""The reference engine: it walks the nodes of a plan as they stand, and so defines what rules mean.

Formulas have a value on the chain false < unknown < open < true: `any` is the maximum, `all` the minimum. It is slow and
small on purpose; the other engines are compared with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from rebild_policy.calendar import Duration
from rebild_policy.engines.base import Judgement, collapse, key_with_gaps, paused_days, received, verdict
from rebild_policy.expressions import (
    UNKNOWN,
    Attribute,
    Expression,
    Field,
    Parameter,
    Truth,
    Value,
    parameter,
    truth,
    value,
)
from rebild_policy.facts import ANY_EVENT, Case, Event, earlier
from rebild_policy.plan import OpenLink, Plan, open_links
from rebild_policy.results import Row, Verdict
from rebild_policy.rules import By, Formula, Group, Holds, Quantifier, Rule, Within


class Answer(NamedTuple):
    """The value of a formula and the due date that goes with it."""

    value: Truth
    due: date | None


@dataclass(frozen=True)
class Match:
    """The bound events of one rule in one case: the environment of its conditions."""

    plan: Plan
    case: Case
    as_of: date
    rule: Rule
    bound: dict[str, Event]

    # ------------------------------------------------------------------------------------------------------ conditions
    def attribute(self, node: Attribute | Field) -> Value:
        """Given, absent (its default, or None) or UNKNOWN."""
        given: Value = getattr(self.case if node.var == "case" else self.bound[node.var], node.name)
        if given is not None:
            return given
        assert isinstance(node, Field)  # noqa: S101 - a plan holds no other
        return node.default if node.covered else UNKNOWN

    def day(self, var: str) -> date:
        """The local day of a bound event."""
        return self.bound[var].day

    def before(self, first: str, second: str) -> Truth:
        """The order of two bound events."""
        answer = earlier(self.bound[first], self.bound[second], self.case, self.plan.same_day, self.plan.covers)
        return Truth.UNKNOWN if answer is None else Truth.TRUE if answer else Truth.FALSE

    def parameter(self, name: str, key: Value) -> Any:
        """The value in force on the trigger's day."""
        return self.plan.parameters[name].on(self.trigger.day, key if isinstance(key, str) else None)

    @property
    def trigger(self) -> Event:
        """The event that the match starts from."""
        return self.bound[self.rule.each[0][0]]

    def holds(self, condition: Expression) -> Truth:
        """The truth of a condition on the bound events."""
        return truth(condition, self)

    def with_candidate(self, var: str, event: Event) -> Match:
        """The match with one more event bound."""
        return Match(self.plan, self.case, self.as_of, self.rule, {**self.bound, var: event})

    # -------------------------------------------------------------------------------------------------------- formulas
    def answer(self, formula: Formula) -> Answer:
        """The value and the due date of a formula."""
        match formula:
            case Holds(condition):
                return Answer(self.holds(condition), None)
            case Quantifier():
                due = self.due(formula)
                return Answer(self._some(formula, due) if formula.kind == "some" else self._none(formula, due), due)
            case Group(kind, parts):
                return combined(kind, [self.answer(part) for part in parts])

    def _some(self, node: Quantifier, due: date | None) -> Truth:
        found = [self.candidate(node, event, due) for event in self.candidates(node)]
        return max([*found, self._base(node, due, Truth.FALSE)])

    def _none(self, node: Quantifier, due: date | None) -> Truth:
        found = [self.candidate(node, event, due).negated for event in self.candidates(node)]
        return min([*found, self._base(node, due, Truth.TRUE)])

    def _base(self, node: Quantifier, due: date | None, otherwise: Truth) -> Truth:
        """What the absence of candidates says: unknown if not covered, open while there is time, else `otherwise`."""
        if not node.covered or (node.window and due is None):
            return Truth.UNKNOWN
        return Truth.OPEN if due and self.as_of <= due else otherwise

    def candidates(self, node: Quantifier) -> Iterator[Event]:
        """The visible events of the types sought, less those bound already."""
        for event in self.case.events:
            sought = event.day <= self.as_of and (event.type in node.types or node.types == (ANY_EVENT,))
            if sought and all(event is not bound for bound in self.bound.values()):
                yield event

    def candidate(self, node: Quantifier, event: Event, due: date | None) -> Truth:
        """Is this event one that is sought, and in time?"""
        in_time = Truth.TRUE
        if node.window:
            in_time = Truth.UNKNOWN if due is None else Truth.TRUE if event.day <= due else Truth.FALSE
        return min(in_time, self.with_candidate(node.var, event).holds(node.where))

    # -------------------------------------------------------------------------------------------------------- deadlines
    def due(self, node: Quantifier) -> date | None:
        """The last day of the window; None without one, and where it can't be computed."""
        match node.window:
            case By(day):
                due = value(day, self)
                return due if isinstance(due, date) else None
            case Within():
                return self._within(node.window)
        return None

    def start(self, window: Within) -> date | None:
        """The day that a window is counted from."""
        counting = _Counting(self.plan, self.case, self.as_of, self.rule, self.bound)
        start = value(window.start, counting) if window.start else None
        return start if isinstance(start, date) else None

    def _within(self, window: Within) -> date | None:
        start = self.start(window)
        duration = parameter(window.duration, self) if isinstance(window.duration, Parameter) else value(window.duration, self)
        if start is None or not isinstance(duration, Duration) or not window.computable:
            return None
        paused = paused_days(self._visible("suspension"), start) if window.paused else set()
        return None if paused is None else self.plan.calendar.deadline(start, duration, paused, roll=window.roll)

    def _visible(self, type_: str) -> Iterator[Event]:
        return (event for event in self.case.events if event.type == type_ and event.day <= self.as_of)


class _Counting(Match):
    """A match in which the day of an event is the one it counts from: the next, where it came after the cut-off hour."""

    def day(self, var: str) -> date:
        """The day that a deadline is counted from."""
        return received(self.bound[var], self.plan.calendar)


def combined(kind: str, answers: list[Answer]) -> Answer:
    """`any`: the greatest value with the latest due date among those that have it; `all`: the least with the earliest."""
    if not answers:
        return Answer(Truth.TRUE if kind == "all" else Truth.FALSE, None)
    pick = min if kind == "all" else max
    best = pick(answer.value for answer in answers)
    dues = [answer.due for answer in answers if answer.value is best and answer.due]
    return Answer(best, pick(dues, default=None))


class ReferenceEngine:
    """Interprets a plan. `matches` and `Match` serve those who explain findings."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._keys: dict[str, tuple[tuple[OpenLink, ...], int | None]] = {}  # of the rules that have been asked

    def verdicts(self, case: Case, as_of: date) -> list[Row]:
        """See `Engine.verdicts`."""
        return self.judge(case, as_of).rows

    def judge(self, case: Case, as_of: date) -> Judgement:
        """See `Engine.judge`."""
        judgement = Judgement([])
        for rule in self.plan.rules:
            rows = []
            for match in self.matches(rule, case, as_of):
                row = self.row(match)
                if row is None:
                    judgement.not_applicable[rule.name] = judgement.not_applicable.get(rule.name, 0) + 1
                else:
                    rows.append(row)
            if rows:
                judgement.rows += collapse(rows, self._key_of(rule)[1])
        return judgement

    def matches(self, rule: Rule, case: Case, as_of: date) -> Iterator[Match]:
        """Every way to bind the events of `each` to visible events, on days when the rule is in force."""
        for bound in self._bindings(list(rule.each), case, as_of, {}):
            trigger = next(iter(bound.values()))
            if rule.valid_from <= trigger.day <= rule.valid_to:
                yield Match(self.plan, case, as_of, rule, bound)

    def _bindings(
        self, each: list[tuple[str, str]], case: Case, as_of: date, bound: dict[str, Event]
    ) -> Iterator[dict[str, Event]]:
        if not each:
            yield bound
            return
        (var, type_), *rest = each
        for event in case.events:
            if event.type == type_ and event.day <= as_of and all(event is not other for other in bound.values()):
                yield from self._bindings(rest, case, as_of, {**bound, var: event})

    def _key_of(self, rule: Rule) -> tuple[tuple[OpenLink, ...], int | None]:
        """The links of a rule that may be empty, and the length of a whole key where an event may be missing."""
        if rule.name not in self._keys:
            self._keys[rule.name] = open_links(rule), key_with_gaps(self.plan, rule)
        return self._keys[rule.name]

    def row(self, match: Match) -> Row | None:
        """What is said of one match; None where the rule does not apply."""
        rule = match.rule
        required, exempt = match.answer(rule.require), match.answer(rule.unless)
        said = verdict(match.holds(rule.condition), exempt.value, required.value)
        if said is None:
            return None
        empty = (link for link in self._key_of(rule)[0] if getattr(match.bound[link.field.var], link.field.name) is None)
        freed = {var for link in empty for var in link.frees}
        key = tuple(match.bound[var].id for var, _ in rule.each[1:] if var not in freed)
        return Row(rule.name, match.trigger.id, key, said, due_of(said, exempt, required))


def due_of(said: Verdict, exempt: Answer, required: Answer) -> date | None:
    """The due date of a verdict: that of the requirement kept, or the last day on which rule or exemption can be met."""
    if said is Verdict.SATISFIED:
        return required.due
    return exempt.due if said is Verdict.EXEMPT else combined("any", [exempt, required]).due
