"""What the fields of one event would have to hold for a condition to come out as wanted.

`solve` walks a condition and proposes values, the likeliest first. It proposes and proves nothing: what it gives is tried
on the case by `explaining.changes`, which asks the reference engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date, timedelta
from itertools import islice
from typing import Any

from rebild_policy.engines.reference import Match
from rebild_policy.errors import UsageError
from rebild_policy.explaining.edits import name_of, rebuilt
from rebild_policy.expressions import (
    UNKNOWN,
    And,
    Attribute,
    Before,
    Compare,
    Conditional,
    Expression,
    Field,
    Linked,
    Membership,
    Not,
    Operator,
    Or,
    Parameter,
    Present,
    Truth,
    Value,
    parameter,
    truth,
    value,
)
from rebild_policy.facts import Event, FieldSpec
from rebild_policy.facts.base import EARLIEST, LATEST
from rebild_policy.results import ChangeValue, Copy

Assignment = dict[str, ChangeValue]

STATED = "stated"  # stands for a text that should be there, whatever it says
OTHER = "another"  # stands for a text that should be a different one
NOTICE = timedelta(days=14)  # time to act, where a date lies ahead and the rule does not say how far
_ALTERNATIVES = 8  # ways to fill in the fields of one event
_DAY = timedelta(days=1)
_AHEAD = ("_by", "until")  # how the names of fields end that hold a day to come

_NEGATED: dict[Operator, Operator] = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_MIRRORED: dict[Operator, Operator] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_STEPS: dict[Operator, int] = {"<": -1, "<=": 0, ">": 1, ">=": 0}


@dataclass(frozen=True)
class Draft:
    """A match in which one event, new or on record, is being worked on: the environment that conditions are solved in.

    `locked` names the fields that must stay as they are, `set_` holds what has been proposed so far.
    """

    match: Match
    var: str
    event: Event
    locked: frozenset[str] = frozenset()
    set_: Assignment = dataclass_field(default_factory=dict)

    def attribute(self, node: Attribute | Field) -> Value:
        """See `Match.attribute`."""
        return self._bound.attribute(node)

    def day(self, var: str) -> date:
        """See `Match.day`."""
        return self._bound.day(var)

    def before(self, first: str, second: str) -> Truth:
        """The order of two events. That of the draft and another of its day is unknown: it has no place in the case yet."""
        if self.var not in {first, second}:
            return self.match.before(first, second)
        one, other = self.day(first), self.day(second)
        return Truth.UNKNOWN if one == other else Truth.TRUE if one < other else Truth.FALSE

    def parameter(self, name: str, key: Value) -> Any:
        """See `Match.parameter`."""
        return self._bound.parameter(name, key)

    def changed(self, values: Assignment) -> Draft | None:
        """The draft with some fields changed; None where the vocabulary does not take the values."""
        try:
            event = rebuilt(self.event, values, self.match.case) if values else self.event
            return replace(self, event=event, set_={**self.set_, **values})
        except UsageError:
            return None

    def free(self, node: Expression) -> FieldSpec | None:
        """The field that a node reads, if it is one of the draft's that may be changed."""
        if not isinstance(node, Field) or node.var != self.var or node.name in self.locked:
            return None
        spec = self.match.plan.vocabulary.types[self.event.type].fields.get(node.name)
        return spec if spec and spec.kind != "id" and not spec.derived else None

    @property
    def _bound(self) -> Match:
        return self.match.with_candidate(self.var, self.event)


def solutions(node: Expression, want: bool, draft: Draft) -> list[Assignment]:
    """The first ways found by `solve`, those that need the fewest fields first."""
    return sorted(islice(solve(node, want, draft), _ALTERNATIVES), key=len)


def solve(node: Expression, want: bool, draft: Draft) -> Iterator[Assignment]:
    """Fields of the draft with which `node` may come out true, or false; empty where it does already.

    The order of the draft among other events is taken to be right: days are chosen elsewhere.
    """
    if truth(node, draft) is (Truth.TRUE if want else Truth.FALSE):
        yield {}
        return
    match node:
        case And(parts) | Or(parts):
            goals = [(part, want) for part in parts]
            yield from _together(goals, draft) if isinstance(node, And) is want else _apart(goals, draft)
        case Not(part):
            yield from solve(part, not want, draft)
        case Conditional(test, yes, no):
            yield from _together([(test, True), (yes, want)], draft)
            yield from _together([(test, False), (no, want)], draft)
        case Before(first, second) if draft.var in {first, second}:
            yield {}
        case _:
            split = _split(node)
            yield from solve(split, want, draft) if split else _leaf(node, want, draft)


def _together(goals: list[tuple[Expression, bool]], draft: Draft) -> Iterator[Assignment]:
    if not goals:
        yield {}
        return
    (node, want), *rest = goals
    for first in solve(node, want, draft):
        later = draft.changed(first)
        if later is not None:
            yield from ({**first, **others} for others in _together(rest, later))


def _apart(goals: list[tuple[Expression, bool]], draft: Draft) -> Iterator[Assignment]:
    for node, want in goals:
        yield from solve(node, want, draft)


def _split(node: Expression) -> Conditional | None:
    """A comparison with a conditional side as a choice between two comparisons; None where no side is conditional."""
    match node:
        case Compare(_, Conditional() as side, _) | Linked(Conditional() as side, _):
            return Conditional(side.test, replace(node, left=side.yes), replace(node, left=side.no))
        case Compare(_, _, Conditional() as side) | Linked(_, Conditional() as side):
            return Conditional(side.test, replace(node, right=side.yes), replace(node, right=side.no))
        case Membership(Conditional() as side, _):
            return Conditional(side.test, replace(node, item=side.yes), replace(node, item=side.no))
        case Present(Conditional() as side):
            return Conditional(side.test, Present(side.yes), Present(side.no))
    return None


# ----------------------------------------------------------------------------------------------------------------- leaves
def _leaf(node: Expression, want: bool, draft: Draft) -> Iterator[Assignment]:
    match node:
        case Compare(operator, left, right):
            operator = operator if want else _NEGATED[operator]
            yield from _compared(operator, left, right, draft)
            yield from _compared(_MIRRORED[operator], right, left, draft)
        case Linked(left, right) if want:
            yield from _linked(left, right, draft)
            yield from _linked(right, left, draft)
        case Membership(item, options):
            yield from _member(item, options, want, draft)
        case Present(Field(name=name) as of) if want and (spec := draft.free(of)):
            yield from ({name: some} for some in neutral(spec, draft.event, draft.match))
        case Field(name=name) if (spec := draft.free(node)) and spec.kind == "bool":
            yield {name: want}


def _compared(operator: Operator, side: Expression, other: Expression, draft: Draft) -> Iterator[Assignment]:
    spec = draft.free(side)
    known = value(other, draft) if spec else None
    if spec is None or known is None or known is UNKNOWN:
        return
    if operator == "==":
        yield {spec.name: _copied(other, known, draft)}
    elif operator == "!=":
        yield from ({spec.name: different} for different in _different(spec, [known]))
    elif isinstance(known, date):
        ahead = spec.name.endswith(_AHEAD)
        for day in _shifted(known, _STEPS[operator]):
            if not (ahead and day < draft.event.day):
                yield {spec.name: day}
    elif isinstance(known, int):
        yield {spec.name: known + _STEPS[operator]}


def _linked(side: Expression, other: Expression, draft: Draft) -> Iterator[Assignment]:
    spec = draft.free(side)
    known = value(other, draft) if spec else None
    if spec and known is not None and known is not UNKNOWN:
        yield {spec.name: _copied(other, known, draft)}


def _copied(node: Expression, known: Value, draft: Draft) -> ChangeValue:
    """A value that the draft should share: a text or a link of the case is named, not repeated."""
    if isinstance(known, bool | int | date):
        return known
    if not isinstance(node, Field):
        return str(known)  # a text of the rule or of a parameter
    if node.var == "case":
        return Copy(event="case", field=node.name)
    if node.var == draft.var and node.name in draft.set_:
        return draft.set_[node.name]
    event = draft.event if node.var == draft.var else draft.match.bound[node.var]
    return Copy(event=name_of(event, draft.match.case), field=node.name)


def _member(item: Expression, options: tuple[Any, ...] | Parameter, want: bool, draft: Draft) -> Iterator[Assignment]:
    spec = draft.free(item)
    among = parameter(options, draft) if isinstance(options, Parameter) else options
    if spec and isinstance(among, tuple):
        yield from ({spec.name: option} for option in (among if want else _different(spec, list(among))))


def _different(spec: FieldSpec, known: list[Any]) -> Iterator[ChangeValue]:
    """Values of a field that are none of `known`."""
    match spec.kind:
        case "bool":
            yield from (flag for flag in (True, False) if flag not in known)
        case "enum":
            yield from (one for one in spec.values if one not in known)
        case "int":
            yield max(known) + 1
        case "date":
            yield from (*_shifted(min(known), -1), *_shifted(max(known), 1))
        case "text":
            yield next(text for text in (OTHER, *(f"{OTHER} ({number})" for number in range(2, 99))) if text not in known)


def _shifted(day: date, days: int) -> Iterator[date]:
    if EARLIEST < day < LATEST:
        yield day + days * _DAY


def neutral(spec: FieldSpec, event: Event, match: Match) -> Iterator[ChangeValue]:
    """Values of a field of `event` that say no more than that there is one."""
    match spec.kind:
        case "bool":
            yield True
        case "enum":
            yield from spec.values
        case "int":
            yield 1
        case "date":
            ahead = min(event.day + NOTICE, match.as_of) if spec.name.endswith(_AHEAD) else event.day
            yield max(event.day, ahead)
        case "text":
            yield STATED
        case "link":
            yield from (Copy(event=name_of(other, match.case), field="id") for other in _targets(spec, event, match))


def _targets(spec: FieldSpec, event: Event, match: Match) -> Iterator[Event]:
    """The events that a link may point to: those of the match first, then the latest."""
    for other in (*match.bound.values(), *reversed(match.case.events)):
        fits = spec.link and ("*" in spec.link.targets or other.type in spec.link.targets)
        if fits and other.id != event.id and other.day <= match.as_of:
            yield other
