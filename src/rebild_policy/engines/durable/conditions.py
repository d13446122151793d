"""Conditions and values as Python functions, for what is settled before a fact is asserted: one event, or one match.

Written apart from the reference's evaluation and from the compiled engine's, so that a slip in one shows as a difference.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from rebild_policy.engines.base import constant_of, received
from rebild_policy.expressions import (
    UNKNOWN,
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
    Or,
    Parameter,
    Present,
    Truth,
)
from rebild_policy.plan import Plan

Bound: TypeAlias = dict[str, Any]  # variable -> the fields of its event; "case" -> those of the case; RECORD -> the record
Read: TypeAlias = Callable[[Bound], Any]  # a value: given, None (absent) or UNKNOWN
Test: TypeAlias = Callable[[Bound], int]  # a truth: 0 false, 1 unknown, 3 true
RECORD: Final = ""
NO, MAYBE, YES = int(Truth.FALSE), int(Truth.UNKNOWN), int(Truth.TRUE)
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Conditions:
    """Makes functions of the expressions of one rule. `counting`: days are those that deadlines count from."""

    def __init__(self, plan: Plan, trigger: str, *, counting: bool = False) -> None:
        self.plan = plan
        self.trigger = trigger
        self.counting = counting

    # ----------------------------------------------------------------------------------------------------------- values
    def value(self, node: Expression) -> Read:
        """What a node stands for."""
        match node:
            case Literal(given):
                return lambda _: given
            case Field():
                return _field(node)
            case Day(var):
                return self._day(var)
            case Conditional(test, yes, no):
                return _choice(self.truth(test), self.value(yes), self.value(no))
            case Parameter():
                return self.parameter(node)
        test_of = self.truth(node)
        return lambda bound: (False, UNKNOWN, None, True)[test_of(bound)]

    def _day(self, var: str) -> Read:
        calendar = self.plan.calendar
        if not self.counting or calendar.cut_off is None:
            return lambda bound: bound[var]["day"]
        return lambda bound: received(bound[RECORD].case.event(bound[var]["id"]), calendar)

    def parameter(self, node: Parameter) -> Read:
        """The value of a parameter in force on the trigger's day."""
        constant = constant_of(node, self.plan)
        if constant is not None:
            return lambda _: constant
        dated, trigger = self.plan.parameters[node.name], self.trigger
        if node.key is None:
            return lambda bound: dated.on(bound[trigger]["day"])
        key_of = self.value(node.key)

        def row(bound: Bound) -> Any:
            key = key_of(bound)
            return UNKNOWN if key is None or key is UNKNOWN else dated.on(bound[trigger]["day"], key)

        return row

    # ------------------------------------------------------------------------------------------------------- conditions
    def truth(self, node: Expression) -> Test:  # noqa: PLR0911 - one arm for each kind of node
        """Whether a condition holds."""
        match node:
            case And(parts):
                tests = [self.truth(part) for part in parts]
                return lambda bound: min([test(bound) for test in tests])
            case Or(parts):
                tests = [self.truth(part) for part in parts]
                return lambda bound: max([test(bound) for test in tests])
            case Not(part):
                inner = self.truth(part)
                return lambda bound: (YES, MAYBE, NO, NO)[inner(bound)]
            case Compare(sign, left, right):
                return _compared(_COMPARE[sign], self.value(left), self.value(right))
            case Linked(left, right):
                return _linked(self.value(left), self.value(right))
            case Membership(item, options):
                given = self.parameter(options) if isinstance(options, Parameter) else lambda _: options
                return _member(self.value(item), given)
            case Present(of):
                return _present(self.value(of))
            case Before(first, second):
                return lambda bound: _said(bound[RECORD].earlier(bound[first]["id"], bound[second]["id"]))
        read = self.value(node)
        return lambda bound: _TRUTHS.get(read(bound), MAYBE)


_TRUTHS: Final[dict[Any, int]] = {True: YES, False: NO}


def _said(answer: bool | None) -> int:
    return MAYBE if answer is None else YES if answer else NO


def _field(node: Field) -> Read:
    var, name = node.var, node.name
    otherwise = node.default if node.covered else UNKNOWN

    def read(bound: Bound) -> Any:
        given = bound[var][name]
        return otherwise if given is None else given

    return read


def _choice(test: Test, yes: Read, no: Read) -> Read:
    def read(bound: Bound) -> Any:
        said = test(bound)
        return UNKNOWN if said == MAYBE else yes(bound) if said else no(bound)

    return read


def _compared(compare: Callable[[Any, Any], bool], left: Read, right: Read) -> Test:
    def test(bound: Bound) -> int:
        one, other = left(bound), right(bound)
        if one is None or other is None or one is UNKNOWN or other is UNKNOWN:
            return MAYBE
        return YES if compare(one, other) else NO

    return test


def _linked(left: Read, right: Read) -> Test:
    def test(bound: Bound) -> int:
        one, other = left(bound), right(bound)
        if one is UNKNOWN or other is UNKNOWN:
            return MAYBE
        return YES if any(id_ in held(other) for id_ in held(one)) else NO

    return test


def held(link: Any) -> tuple[str, ...]:
    """The ids in a link: none, one or several."""
    return link if isinstance(link, tuple) else () if link is None else (link,)


def _member(item: Read, options: Read) -> Test:
    def test(bound: Bound) -> int:
        one, among = item(bound), options(bound)
        if one is None or one is UNKNOWN or among is UNKNOWN:
            return MAYBE
        return YES if one in among else NO

    return test


def _present(read: Read) -> Test:
    def test(bound: Bound) -> int:
        given = read(bound)
        return MAYBE if given is UNKNOWN else NO if given is None else YES

    return test


# ------------------------------------------------------------------------------------------------------------ what is known
def can_be_unknown(node: Expression, plan: Plan) -> bool:
    """May the condition come out unknown? A yes may be too cautious, a no never is."""
    match node:
        case And(parts) | Or(parts):
            return any(can_be_unknown(part, plan) for part in parts)
        case Not(part):
            return can_be_unknown(part, plan)
        case Compare(_, left, right):
            return _can_be_missing(left, plan) or _can_be_missing(right, plan)
        case Membership(item, options):
            return _can_be_missing(item, plan) or (isinstance(options, Parameter) and _can_be_missing(options, plan))
        case Linked(left, right):
            return any(not (isinstance(side, Literal) or (isinstance(side, Field) and side.covered)) for side in (left, right))
        case Present(of):
            return not (isinstance(of, Field) and of.covered)
        case Literal():
            return False
    return not isinstance(node, Field) or _can_be_missing(node, plan)


def _can_be_missing(node: Expression, plan: Plan) -> bool:
    match node:
        case Literal() | Day():
            return False
        case Field(_, name, default, covered):
            return name != "id" and (default is None or not covered)
        case Parameter():
            return constant_of(node, plan) is None
    return True
