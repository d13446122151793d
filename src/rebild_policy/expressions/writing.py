"""Writes a condition as an author would: the inverse of `parse`."""

from __future__ import annotations

from datetime import date

from rebild_policy.expressions.nodes import (
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
    Or,
    Parameter,
    Present,
    Scalar,
    Term,
)

# How tightly a form binds; a part that binds less than the form around it stands in brackets.
_CONDITIONAL, _OR, _AND, _NOT, _COMPARISON, _ATOM = range(6)


def unparse(node: Expression) -> str:
    """The condition in the rule language. `parse(unparse(node))` is `node`, for every node that an author can write."""
    return _written(node)[0]


def _written(node: Expression) -> tuple[str, int]:  # noqa: PLR0911 - one arm a form
    match node:
        case And(parts):
            return " and ".join(_inside(part, _NOT) for part in parts), _AND
        case Or(parts):
            return " or ".join(_inside(part, _AND) for part in parts), _OR
        case Not(Membership(item, options)):
            return f"{_inside(item, _ATOM)} not in {_options(options)}", _COMPARISON
        case Not(part):
            return f"not {_inside(part, _NOT)}", _NOT
        case Compare(operator, left, right):
            return f"{_inside(left, _ATOM)} {operator} {_inside(right, _ATOM)}", _COMPARISON
        case Linked(left, right):
            return f"{_inside(left, _ATOM)} == {_inside(right, _ATOM)}", _COMPARISON
        case Membership(item, options):
            return f"{_inside(item, _ATOM)} in {_options(options)}", _COMPARISON
        case Conditional(test, yes, no):
            return f"{_inside(yes, _OR)} if {_inside(test, _OR)} else {_inside(no, _CONDITIONAL)}", _CONDITIONAL
    return _atom(node), _ATOM


def _atom(node: Expression) -> str:
    match node:
        case Literal(value):
            return _literal(value)
        case Attribute(var, name) | Field(var, name):
            return f"{var}.{name}"
        case Day(var):
            return f"day({var})"
        case Before(first, second):
            return f"before({first}, {second})"
        case Present(of):
            return f"present({unparse(of)})"
        case Term(name, arguments):
            return f"{name}({', '.join(arguments)})"
        case Parameter(name, key):
            return f"parameters.{name}" + (f"[{unparse(key)}]" if key else "")
    raise AssertionError("every form is written")


def _inside(node: Expression, binding: int) -> str:
    written, own = _written(node)
    return written if own >= binding else f"({written})"


def _options(options: tuple[Scalar, ...] | Parameter) -> str:
    if isinstance(options, Parameter):
        return unparse(options)
    return f"({', '.join(map(_literal, options))}{',' if len(options) == 1 else ''})"


def _literal(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}'" if isinstance(value, date) else repr(value)
