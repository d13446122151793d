"""Conditions: a small subset of Python expressions, parsed with `ast` into frozen nodes and never handed to Python.

    decision.final and decision.outcome in ('refused', 'burdening') and not present(decision.legal_basis)

`parse` makes the nodes and `unparse` writes them; `truth` and `value` say what they mean, over any `Environment` that can
look names up. A value is given, absent (None) or unknown (`UNKNOWN`); a truth is one of the chain false < unknown < open <
true, of which conditions use false, unknown and true (Kleene). Every engine is held to these two functions.
"""

from rebild_policy.expressions.kleene import Environment, ids, parameter, truth, value
from rebild_policy.expressions.nodes import (
    FALSE,
    TRUE,
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
    Scalar,
    Term,
    Truth,
    Unknown,
    Value,
    children,
    conjunction,
    conjuncts,
    transform,
    variables,
    walk,
)
from rebild_policy.expressions.parsing import parse
from rebild_policy.expressions.writing import unparse

__all__ = [
    "FALSE",
    "TRUE",
    "UNKNOWN",
    "And",
    "Attribute",
    "Before",
    "Compare",
    "Conditional",
    "Day",
    "Environment",
    "Expression",
    "Field",
    "Linked",
    "Literal",
    "Membership",
    "Not",
    "Operator",
    "Or",
    "Parameter",
    "Present",
    "Scalar",
    "Term",
    "Truth",
    "Unknown",
    "Value",
    "children",
    "conjunction",
    "conjuncts",
    "ids",
    "parameter",
    "parse",
    "transform",
    "truth",
    "unparse",
    "value",
    "variables",
    "walk",
]
