"""What conditions mean, over any environment that can look names up: the definition that every engine is held to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Protocol

from rebild_policy.expressions.nodes import (
    UNKNOWN,
    And,
    Attribute,
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
    Present,
    Truth,
    Value,
)


# ---------------------------------------------------------------------------------------------------------------- meaning
class Environment(Protocol):
    """Looks up what a condition names."""

    def attribute(self, node: Attribute | Field) -> Value:
        """The value of an attribute: given, None (absent) or UNKNOWN."""

    def day(self, var: str) -> date:
        """The local date of the event bound to `var`."""

    def before(self, first: str, second: str) -> Truth:
        """Whether one bound event is earlier than another."""

    def parameter(self, name: str, key: Value) -> Any:
        """The value in force (a scalar, a list of them or a duration), or UNKNOWN; `key` is for a table alone."""


def value(node: Expression, env: Environment) -> Value:
    """What a value-like node stands for; conditions give True, False or UNKNOWN."""
    match node:
        case Literal(literal):
            return literal
        case Attribute() | Field():
            return env.attribute(node)
        case Day(var):
            return env.day(var)
        case Conditional(test, yes, no):
            tested = truth(test, env)
            return UNKNOWN if tested is Truth.UNKNOWN else value(yes if tested else no, env)
        case Parameter():
            found: Value = parameter(node, env)
            return found
    found_truth = truth(node, env)
    return UNKNOWN if found_truth is Truth.UNKNOWN else found_truth is Truth.TRUE


def truth(node: Expression, env: Environment) -> Truth:  # noqa: PLR0911 - one arm for each kind of node
    """Whether a condition holds: false, unknown or true."""
    match node:
        case And(parts):
            return min(truth(part, env) for part in parts)
        case Or(parts):
            return max(truth(part, env) for part in parts)
        case Not(part):
            return truth(part, env).negated
        case Compare(operator, left, right):
            return _compare(operator, value(left, env), value(right, env))
        case Linked(left, right):
            return _linked(value(left, env), value(right, env))
        case Membership(item, options):
            return _member(value(item, env), parameter(options, env) if isinstance(options, Parameter) else options)
        case Present(of):
            given = value(of, env)
            return Truth.UNKNOWN if given is UNKNOWN else _truth(given is not None)
        case Before(first, second):
            return env.before(first, second)
    answer = value(node, env)
    return _truth(answer) if isinstance(answer, bool) else Truth.UNKNOWN


def parameter(node: Parameter, env: Environment) -> Any:
    """The value in force of a parameter, or UNKNOWN: also where its key is absent or unknown."""
    if node.key is None:
        return env.parameter(node.name, None)
    key = value(node.key, env)
    return UNKNOWN if key is None or key is UNKNOWN else env.parameter(node.name, key)


def _compare(operator: Operator, left: Value, right: Value) -> Truth:
    if left is None or right is None or left is UNKNOWN or right is UNKNOWN:
        return Truth.UNKNOWN
    return _truth(_COMPARISONS[operator](left, right))


_COMPARISONS: dict[Operator, Callable[[object, object], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,  # type: ignore[operator]
    "<=": lambda left, right: left <= right,  # type: ignore[operator]
    ">": lambda left, right: left > right,  # type: ignore[operator]
    ">=": lambda left, right: left >= right,  # type: ignore[operator]
}


def _linked(left: Value, right: Value) -> Truth:
    if left is UNKNOWN or right is UNKNOWN:
        return Truth.UNKNOWN
    return _truth(not set(ids(left)).isdisjoint(ids(right)))


def _member(item: Value, options: Any) -> Truth:
    if item is None or item is UNKNOWN or not isinstance(options, tuple):
        return Truth.UNKNOWN
    return _truth(item in options)


def _truth(answer: bool) -> Truth:
    return Truth.TRUE if answer else Truth.FALSE


def ids(link: Value) -> tuple[str, ...]:
    """The ids that a link holds: none, one or several."""
    if isinstance(link, tuple):
        return link
    return (link,) if isinstance(link, str) else ()
