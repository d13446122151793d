"""Conditions as clauses: "or" of "and"s of what one fact shows by itself and what a pattern compares between two facts.

A condition with three truths is asked twice: when it is *true*, and when it is *not false*, which is possibly true. Each of the
two is an ordinary condition with two truths, and `not` turns one into the opposite of the other. Four readings follow:
TRUE, FALSE, POSSIBLE (not false) and DOUBTFUL (not true).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from itertools import product
from typing import Final, TypeAlias

from rebild_policy.engines.base import constant_of
from rebild_policy.engines.durable.conditions import can_be_unknown
from rebild_policy.expressions import (
    And,
    Before,
    Compare,
    Conditional,
    Day,
    Expression,
    Field,
    Linked,
    Literal,
    Membership,
    Not,
    Operator,
    Or,
    Parameter,
    transform,
    walk,
)
from rebild_policy.plan import Plan

MOST_CLAUSES: Final = 24


class Reading(Enum):
    """Which of its truths a condition is asked for."""

    TRUE = "true"
    FALSE = "false"
    POSSIBLE = "not false"
    DOUBTFUL = "not true"
    UNKNOWN = "unknown"  # of conditions on one fact only


_NEGATED = {
    Reading.TRUE: Reading.FALSE,
    Reading.FALSE: Reading.TRUE,
    Reading.POSSIBLE: Reading.DOUBTFUL,
    Reading.DOUBTFUL: Reading.POSSIBLE,
}
_POSITIVE = {Reading.TRUE, Reading.POSSIBLE}
_CERTAIN = {Reading.POSSIBLE: Reading.TRUE, Reading.DOUBTFUL: Reading.FALSE}
_OPPOSITE: dict[Operator, Operator] = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


@dataclass(frozen=True, slots=True)
class Single:
    """A condition on one side: the candidate alone, or what is bound already."""

    node: Expression
    reading: Reading


@dataclass(frozen=True, slots=True)
class Cross:
    """A comparison of two sides, `==` or an order; `certain`: a missing value fails it, else it passes."""

    sign: Operator
    left: Expression
    right: Expression
    certain: bool
    link: bool = False


@dataclass(frozen=True, slots=True)
class CrossLink:
    """Whether two sides of which one holds a list of ids share one."""

    left: Expression
    right: Expression
    reading: Reading


@dataclass(frozen=True, slots=True)
class Ordered:
    """Whether one event is earlier than another."""

    first: str
    second: str
    reading: Reading


Atom: TypeAlias = Single | Cross | CrossLink | Ordered
Clause: TypeAlias = frozenset[Atom]


class TooManyClausesError(Exception):
    """A condition falls into more cases than patterns should be made for."""


class MixedValueError(Exception):
    """A value is worked out from two facts at once."""


class ListsApartError(Exception):
    """Two lists of ids are asked to have nothing in common."""


class Clauses:
    """Takes conditions of one rule apart. `sides` says which variables one fact can speak for together."""

    def __init__(self, plan: Plan, trigger: str, types: Mapping[str, tuple[str, ...]], sides: tuple[frozenset[str], ...]) -> None:
        self.plan = plan
        self.trigger = trigger
        self.types = types
        self.sides = sides

    def of(self, node: Expression, reading: Reading) -> list[Clause]:
        """The clauses of a condition; none where it never holds."""
        found = _least(self._of(node, reading))
        if len(found) > MOST_CLAUSES:
            raise TooManyClausesError
        return found

    # ------------------------------------------------------------------------------------------------------ connectives
    def _of(self, node: Expression, reading: Reading) -> list[Clause]:
        if reading in _CERTAIN and not can_be_unknown(node, self.plan):
            reading = _CERTAIN[reading]
        if self._on_one_side(node):
            return [frozenset({Single(node, reading)})]
        match node:
            case Not(part):
                return self._of(part, _NEGATED[reading])
            case And(parts):
                return self._all(parts, reading) if reading in _POSITIVE else self._any(parts, reading)
            case Or(parts):
                return self._any(parts, reading) if reading in _POSITIVE else self._all(parts, reading)
            case Conditional(test, yes, no):
                return self._conditional(test, yes, no, reading)
            case Compare() | Linked() | Membership():
                return self._comparison(node, reading)
            case Before(first, second):
                return [frozenset({Ordered(first, second, reading)})]
        raise AssertionError(node)

    def variables(self, node: Expression) -> frozenset[str]:
        """The events that a condition looks at; a parameter that changes over time looks at the trigger."""
        found: set[str] = set()
        for part in walk(node):
            match part:
                case Field(var) | Day(var):
                    found.add(var)
                case Before(first, second):
                    found |= {first, second}
                case Parameter() if constant_of(part, self.plan) is None:
                    found.add(self.trigger)
        return frozenset(found - {"case"})

    def _on_one_side(self, node: Expression) -> bool:
        variables = self.variables(node)
        return any(variables <= side for side in self.sides)

    def _all(self, parts: Iterable[Expression], reading: Reading) -> list[Clause]:
        found: list[Clause] = [frozenset()]
        for part in parts:
            found = _least(one | other for one, other in product(found, self._of(part, reading)))
            if len(found) > MOST_CLAUSES:
                raise TooManyClausesError
        return found

    def _any(self, parts: Iterable[Expression], reading: Reading) -> list[Clause]:
        return [clause for part in parts for clause in self._of(part, reading)]

    def _conditional(self, test: Expression, yes: Expression, no: Expression, reading: Reading) -> list[Clause]:
        """`yes if test else no` is unknown where `test` is, so it is certain only where the test is."""
        if reading in _CERTAIN.values():
            branches = [self._both((test, Reading.TRUE), (yes, reading)), self._both((test, Reading.FALSE), (no, reading))]
            return [*branches[0], *branches[1]]
        either = [
            [*self._of(test, Reading.DOUBTFUL), *self._of(yes, reading)],
            [*self._of(test, Reading.POSSIBLE), *self._of(no, reading)],
        ]
        return [one | other for one, other in product(*either)]

    def _both(self, *asked: tuple[Expression, Reading]) -> list[Clause]:
        return [frozenset().union(*clauses) for clauses in product(*(self._of(node, reading) for node, reading in asked))]

    # ------------------------------------------------------------------------------------------------------ comparisons
    def _comparison(self, node: Compare | Linked | Membership, reading: Reading) -> list[Clause]:
        """A comparison of two sides. One that chooses a value by a condition is chosen by that condition itself."""
        names = ("item",) if isinstance(node, Membership) else ("left", "right")
        for name in names:
            side = getattr(node, name)
            if not self._on_one_side(side):
                chosen = _as_choice(side)
                yes, no = _with(node, name, chosen.yes), _with(node, name, chosen.no)
                return self._of(Conditional(chosen.test, yes, no), reading)
        match node:
            case Compare(sign, left, right):
                return self._compared(sign, left, right, reading)
            case Linked(left, right):
                return self._linked(left, right, reading)
            case Membership(_, Parameter() as options):
                return self._among(node, options, reading)
        raise AssertionError(node)

    def _compared(
        self, sign: Operator, left: Expression, right: Expression, reading: Reading, *, link: bool = False
    ) -> list[Clause]:
        sign = sign if reading in _POSITIVE else _OPPOSITE[sign]
        certain = reading in _CERTAIN.values()
        signs: tuple[Operator, ...] = ("<", ">") if sign == "!=" else (sign,)
        return [frozenset({Cross(one, left, right, certain, link)}) for one in signs]

    def _linked(self, left: Expression, right: Expression, reading: Reading) -> list[Clause]:
        lists = [self.holds_list(side) for side in (left, right)]
        if not any(lists):
            return self._compared("==", left, right, reading, link=True)
        if all(lists) and reading not in _POSITIVE:
            raise ListsApartError
        return [frozenset({CrossLink(left, right, reading)})]

    def holds_list(self, node: Expression) -> bool:
        """May a side of a link hold several ids?"""
        for part in walk(node):
            if isinstance(part, Field) and part.name != "id" and part.var != "case":
                specs = [self.plan.vocabulary.field((type_,), part.name) for type_ in self.types[part.var]]
                if any(spec.many for spec in specs):
                    return True
        return False

    def _among(self, node: Membership, options: Parameter, reading: Reading) -> list[Clause]:
        """A value of one event in a list that the trigger's day decides: a case for each list there has been."""
        dated = self.plan.parameters[options.name]
        lists = dict.fromkeys(each.value for each in dated.values if isinstance(each.value, tuple))
        found: list[Clause] = []
        for chosen in lists:
            fixed = Membership(node.item, chosen)
            found += self._both((Compare("==", options, Literal(chosen)), Reading.TRUE), (fixed, reading))  # type: ignore[arg-type]
        if reading not in _CERTAIN.values():
            found += self._of(Compare("==", options, options), Reading.DOUBTFUL)  # before the first list
        return found


def _with(node: Compare | Linked | Membership, name: str, side: Expression) -> Expression:
    changed: Expression = replace(node, **{name: side})  # type: ignore[arg-type]  # the node's own side
    return changed


def _as_choice(side: Expression) -> Conditional:
    """A value that rests on two facts as a choice between values that do not. Raises `MixedValueError` for one that can't be."""
    match side:
        case Conditional():
            return side
        case And() | Or() | Not() | Compare() | Linked() | Membership() | Before():
            return Conditional(side, Literal(True), Literal(False))
    raise MixedValueError


def _least(clauses: Iterable[Clause]) -> list[Clause]:
    """Without the clauses that hold only where a shorter one does."""
    found: list[Clause] = []
    for clause in sorted(dict.fromkeys(clauses), key=len):
        if not any(shorter <= clause for shorter in found):
            found.append(clause)
    return found


def of_one(node: Expression, var: str, name: str) -> Expression:
    """An expression about the event `var`, said of the event `name`: alike for all rules that ask the same."""

    def renamed(part: Expression) -> Expression:
        if isinstance(part, Field | Day) and part.var == var:
            return replace(part, var=name)
        return (
            Before(*(name if each == var else each for each in (part.first, part.second))) if isinstance(part, Before) else part
        )

    return transform(node, renamed)
