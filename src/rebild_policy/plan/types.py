"""Types of conditions: names, fields, enum literals and operators are checked when the plan is built.

The check also settles what only types can tell: a quoted date compared with a date becomes one, and equality on a link
becomes `Linked`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rebild_policy.errors import ExpressionError, RuleError, did_you_mean
from rebild_policy.expressions import (
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
from rebild_policy.facts import Vocabulary, read_day
from rebild_policy.parameters import ParameterDefinition

Scope = Mapping[str, tuple[str, ...]]  # variable -> the event types it may be


@dataclass(frozen=True, slots=True)
class Type:
    """What a node stands for: a kind of field, or of parameter; an enum has its values."""

    kind: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return {
            "bool": "true or false",
            "int": "a number",
            "date": "a date",
            "enum": f"one of {', '.join(self.values)}",
        }.get(self.kind, f"a {self.kind}")


BOOL, DATE = Type("bool"), Type("date")
_ORDERED = {"int", "date"}
_IDS = {"id", "link"}


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks conditions against a vocabulary and the parameters of a rule set."""

    vocabulary: Vocabulary
    parameters: Mapping[str, ParameterDefinition]

    def condition(self, node: Expression, scope: Scope) -> Expression:
        """`node` checked as a condition. Raises `ExpressionError` or `RuleError` without a place."""
        checked, type_ = self.check(node, scope)
        if type_ != BOOL:
            raise ExpressionError(f"a condition is true or false, and this is {type_}.", remedy="Compare it, or use present().")
        return checked

    def date(self, node: Expression, scope: Scope) -> Expression:
        """`node` checked as a date."""
        checked, type_ = self.check(node, scope)
        if type_ != DATE:
            raise ExpressionError(f"a deadline is a date, and this is {type_}.", remedy="Write day(x), or a date field.")
        return checked

    def duration(self, node: Expression, scope: Scope) -> Expression:
        """`node` checked as a duration: a parameter, or a row of a table of them."""
        checked, type_ = self.check(node, scope)
        if type_.kind != "duration":
            raise ExpressionError(f"'within' takes a duration, and this is {type_}.", remedy="Write parameters.name.")
        return checked

    def check(self, node: Expression, scope: Scope) -> tuple[Expression, Type]:  # noqa: C901, PLR0911, PLR0912 - one arm a node
        """`node` and its type."""
        match node:
            case Literal(value):
                return node, _literal_type(value)
            case Attribute(var, name):
                return node, self._attribute(var, name, scope)
            case Day(var):
                self._bound(var, scope)
                return node, DATE
            case Before(first, second):
                self._bound(first, scope), self._bound(second, scope)
                return node, BOOL
            case Parameter():
                return self._parameter(node, scope)
            case Present(of):
                checked, _ = self.check(of, scope)
                if not isinstance(of, Attribute):
                    raise ExpressionError("present() takes a field.", remedy="Write present(x.ground).")
                return Present(checked), BOOL
            case And(parts):
                return And(tuple(self.condition(part, scope) for part in parts)), BOOL
            case Or(parts):
                return Or(tuple(self.condition(part, scope) for part in parts)), BOOL
            case Not(part):
                return Not(self.condition(part, scope)), BOOL
            case Conditional(test, yes, no):
                return self._conditional(self.condition(test, scope), yes, no, scope)
            case Compare():
                return self._compare(node, scope), BOOL
            case Membership():
                return self._membership(node, scope), BOOL
            case Term(name):
                raise ExpressionError(f"unknown term '{name}'.")
            case Field() | Linked():
                raise AssertionError("the plan checks what authors wrote")

    def _bound(self, var: str, scope: Scope) -> tuple[str, ...]:
        if var not in scope:
            raise ExpressionError(f"'{var}' is not bound here.", remedy=did_you_mean(var, [*scope, "case", "parameters"]))
        return scope[var]

    def _attribute(self, var: str, name: str, scope: Scope) -> Type:
        if var == "case":
            if name not in self.vocabulary.case:
                raise ExpressionError(f"unknown field '{name}' of the case.", remedy=did_you_mean(name, self.vocabulary.case))
            return Type(self.vocabulary.case[name].kind)
        try:
            spec = self.vocabulary.field(self._bound(var, scope), name)
        except ExpressionError:
            raise
        except RuleError as error:
            raise ExpressionError(error.message, remedy=error.remedy) from None
        return Type(spec.kind, spec.values)

    def _parameter(self, node: Parameter, scope: Scope) -> tuple[Expression, Type]:
        if node.name not in self.parameters:
            raise ExpressionError(f"unknown parameter '{node.name}'.", remedy=did_you_mean(node.name, self.parameters))
        kind = self.parameters[node.name].kind
        if (kind == "table") != (node.key is not None):
            remedy = f"Write parameters.{node.name}" + ("[case.kind]." if kind == "table" else " without a key.")
            raise ExpressionError(f"the parameter '{node.name}' is a {kind}.", remedy=remedy)
        if node.key is None:
            return node, Type({"number": "int", "flag": "bool"}.get(kind, kind))
        key, type_ = self.check(node.key, scope)
        if type_.kind not in {"text", "enum"}:
            raise ExpressionError(f"the key of a table is a text, and this is {type_}.")
        return Parameter(node.name, key), Type("duration")

    def _conditional(self, test: Expression, yes: Expression, no: Expression, scope: Scope) -> tuple[Expression, Type]:
        (yes, yes_type), (no, no_type) = self.check(yes, scope), self.check(no, scope)
        if yes_type.kind != no_type.kind:
            raise ExpressionError(f"the two sides of 'if … else' differ: {yes_type}, and {no_type}.")
        return Conditional(test, yes, no), yes_type

    def _compare(self, node: Compare, scope: Scope) -> Expression:
        (left, left_type), (right, right_type) = self.check(node.left, scope), self.check(node.right, scope)
        left, left_type = _as(left, left_type, right_type)
        right, right_type = _as(right, right_type, left_type)
        kinds = {left_type.kind, right_type.kind}
        if "link" in kinds or kinds == {"id"}:
            if not kinds <= _IDS or node.operator not in {"==", "!="}:
                remedy = "Compare a link with the id of an event: reply.inquiry == inquiry.id."
                raise ExpressionError(f"a link can't be compared so with {right_type}.", remedy=remedy)
            linked = Linked(left, right)
            return Not(linked) if node.operator == "!=" else linked
        if len(kinds) > 1 or not kinds <= {"bool", "int", "date", "text", "enum"}:
            raise ExpressionError(f"{left_type} can't be compared with {right_type}.")
        if node.operator not in {"==", "!="} and not kinds <= _ORDERED:
            raise ExpressionError(f"{left_type} has no order.", remedy="Use == or !=.")
        return Compare(node.operator, left, right)

    def _membership(self, node: Membership, scope: Scope) -> Expression:
        item, type_ = self.check(node.item, scope)
        if isinstance(node.options, Parameter):
            _, options_type = self.check(node.options, scope)
            if options_type.kind != "list" or type_.kind not in {"text", "enum"}:
                raise ExpressionError(f"after 'in' comes a list of the same type, and this is {options_type}.")
            return Membership(item, node.options)
        if type_.kind in _IDS:
            wrong = next((option for option in node.options if not isinstance(option, str)), None)
            if wrong is not None:
                raise ExpressionError(f"{type_} can't be in a list with {_literal_type(wrong)}.")
            return Or(tuple(Linked(item, Literal(option)) for option in node.options))
        options: list[Scalar] = []
        for option in node.options:
            literal, option_type = _as(Literal(option), _literal_type(option), type_)
            if option_type.kind != type_.kind or not isinstance(literal, Literal):
                raise ExpressionError(f"{type_} can't be in a list with {option_type}.")
            options.append(literal.value)
        return Membership(item, tuple(options))


def _literal_type(value: Scalar) -> Type:
    if isinstance(value, bool):
        return BOOL
    return Type("int") if isinstance(value, int) else DATE if isinstance(value, date) else Type("text")


def _as(node: Expression, type_: Type, other: Type) -> tuple[Expression, Type]:
    """A quoted literal as what it is compared with: an enum value, a date or an id."""
    if not (isinstance(node, Literal) and isinstance(node.value, str)):
        return node, type_
    if other.kind == "enum":
        if node.value not in other.values:
            raise ExpressionError(f"unknown value '{node.value}'.", remedy=did_you_mean(node.value, other.values))
        return node, other
    if other.kind == "date":
        try:
            return Literal(read_day(node.value)), DATE
        except ValueError:
            raise ExpressionError(f"'{node.value}' is not a date.", remedy="Write '2024-01-31'.") from None
    return (node, Type("id")) if other.kind in _IDS else (node, type_)
