"""Conditions as SQL booleans, where NULL is unknown: SQL's `AND`, `OR` and `NOT` are Kleene's.

A value that is absent or unknown is NULL. Where the two differ, in `present` and on links, `unknown` tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sqlglot import exp

from rebild_policy.calendar import Duration
from rebild_policy.engines.base import constant_of
from rebild_policy.engines.tables import sql
from rebild_policy.engines.tables.order import before
from rebild_policy.engines.tables.sql import Sql
from rebild_policy.errors import EngineError
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
    Present,
    Scalar,
)
from rebild_policy.facts import ANY_EVENT
from rebild_policy.parameters import ParameterValue
from rebild_policy.plan import Plan

_OPERATORS: Final[Mapping[Operator, type[exp.Binary]]] = {
    "==": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


class Durations(dict[tuple[Duration, bool], int]):
    """The durations of a plan, each with whether its end rolls to a working day, and the numbers they go by in SQL."""

    def number(self, duration: Duration, *, roll: bool) -> int:
        """The number of a duration."""
        return self.setdefault((duration, roll), len(self))


@dataclass(frozen=True)
class Conditions:
    """Writes the conditions of one rule. `place` gives the column of a variable's field; each variable has one type."""

    plan: Plan
    place: Callable[[str, str], Sql]
    types: Mapping[str, str]
    trigger: str
    day_column: str = "day"

    def counting(self) -> Conditions:
        """The same, for the start of a window: the day of an event is the one it counts from, by the cut-off hour."""
        return self if self.plan.calendar.cut_off is None else replace(self, day_column="counted")

    # ----------------------------------------------------------------------------------------------------------- values
    def value(self, node: Expression) -> Sql:
        """A value; NULL where it is absent or unknown."""
        match node:
            case Literal(value):
                return sql.literal(value)
            case Field(var, name, default, covered):
                found = self.place(var, name)
                return sql.or_else(found, sql.literal(default)) if default is not None and covered else found
            case Day(var):
                return self.place(var, self.day_column)
            case Conditional(test, yes, no):
                return self._branches(test, self.value(yes), self.value(no))
            case Parameter():
                return self.parameter(node, _scalar)
        return self.truth(node)

    def unknown(self, node: Expression) -> Sql:
        """Is a value unknown, and not given or absent? Never NULL."""
        match node:
            case Literal() | Day():
                return sql.literal(False)
            case Field(_, name, _, covered):
                known = covered or name == "id"
                return sql.literal(False) if known else sql.is_null(self.value(node))
            case Conditional(test, yes, no):
                return sql.or_else(self._branches(test, self.unknown(yes), self.unknown(no)), sql.literal(True))
        return sql.is_null(self.value(node))

    def _branches(self, test: Expression, yes: Sql, no: Sql) -> Sql:
        tested = self.truth(test)
        if self.known(test):
            return sql.case([(tested, yes)], no)
        return sql.case([(tested, yes), (sql.negated(tested), no)])

    def parameter(self, node: Parameter, write: Callable[[ParameterValue], Sql]) -> Sql:
        """The value in force on the trigger's day; NULL before the first, and for a key without a row."""
        constant = constant_of(node, self.plan)
        if constant is not None:
            return write(constant)
        definition, day = self.plan.parameters[node.name], self.place(self.trigger, "day")
        # The last that fits counts, as in `ParameterDefinition.on`: later ones are tried first.
        values = reversed(definition.values)
        pairs = [(sql.at_most(sql.literal(dated.since), day), write(dated.value)) for dated in values]
        key = self.value(node.key) if node.key else None
        for row in reversed(definition.rows):
            if row.in_force and key is not None:
                inside = [sql.at_most(sql.literal(row.valid_from), day), sql.at_most(day, sql.literal(row.valid_to))]
                pairs.append((sql.both([sql.equal(key, sql.literal(row.key)), *inside]), write(row.value)))
        return sql.case(pairs) if pairs else sql.null()

    def duration(self, node: Expression, number: Callable[[ParameterValue], Sql]) -> Sql:
        """The number of a duration; NULL where none is in force."""
        match node:
            case Parameter():
                return self.parameter(node, number)
            case Conditional(test, yes, no):
                return self._branches(test, self.duration(yes, number), self.duration(no, number))
        raise EngineError("the table engine runs durations that are parameters, and no other.")

    # ------------------------------------------------------------------------------------------------------- conditions
    def truth(self, node: Expression) -> Sql:  # noqa: PLR0911 - one arm for each kind of node
        """A condition: true, false, or NULL where it is unknown."""
        match node:
            case And(parts):
                return sql.both(self.truth(part) for part in parts)
            case Or(parts):
                return sql.either(self.truth(part) for part in parts)
            case Not(part):
                return sql.negated(self.truth(part))
            case Compare(operator, left, right):
                return sql.binary(_OPERATORS[operator], self.value(left), self.value(right))
            case Linked(left, right):
                unknown = sql.either([self.unknown(left), self.unknown(right)])
                return self._unless(unknown, sql.surely(self.shared(left, right)))
            case Membership(item, options):
                return self._member(self.value(item), options)
            case Present(of):
                return self._unless(self.unknown(of), sql.is_given(self.value(of)))
            case Before(first, second):
                return before(self.plan, self.place, (first, self.types[first]), (second, self.types[second]))
        return self.value(node)

    def _member(self, item: Sql, options: tuple[Scalar, ...] | Parameter) -> Sql:
        if isinstance(options, Parameter):
            return self.parameter(options, lambda value: self._member(item, value if isinstance(value, tuple) else ()))
        if not options:
            return sql.case([(sql.is_given(item), sql.literal(False))])
        return exp.Paren(this=exp.In(this=item, expressions=[sql.literal(option) for option in options]))

    def _unless(self, unknown: Sql, otherwise: Sql) -> Sql:
        if isinstance(unknown, exp.Boolean) and not unknown.this:
            return otherwise
        return sql.case([(sql.negated(unknown), otherwise)])

    def shared(self, left: Expression, right: Expression) -> Sql:
        """Do two links share an id? NULL where one is empty."""
        one, other = self.value(left), self.value(right)
        match self.many(left), self.many(right):
            case False, False:
                return sql.equal(one, other)
            case True, False:
                return sql.call("list_contains", one, other)
            case False, True:
                return sql.call("list_contains", other, one)
        return sql.call("list_has_any", one, other)

    def many(self, node: Expression) -> bool:
        """Does one side of a link hold a list of ids?"""
        match node:
            case Field(var, name) if var != "case":
                return name != "id" and self.plan.vocabulary.field((self.types[var],), name).many
            case Conditional(_, yes, no):
                return self.many(yes) or self.many(no)
        return False

    def known(self, node: Expression) -> bool:  # noqa: PLR0911 - one arm for each kind of node
        """Is the condition never unknown?"""
        match node:
            case And(parts) | Or(parts):
                return all(self.known(part) for part in parts)
            case Not(part):
                return self.known(part)
            case Compare(_, left, right):
                return not self.nullable(left) and not self.nullable(right)
            case Linked(left, right):
                return all(isinstance(side, Literal) or (isinstance(side, Field) and side.covered) for side in (left, right))
            case Present(of):
                return isinstance(of, Field) and of.covered
            case Membership(item, options):
                return not isinstance(options, Parameter) and not self.nullable(item)
            case Literal():
                return True
            case Field() | Parameter():
                return not self.nullable(node)
        return False

    def nullable(self, node: Expression) -> bool:
        """Can a value be absent or unknown?"""
        match node:
            case Literal() | Day():
                return False
            case Field(_, name, default, covered):
                return name != "id" and not (default is not None and covered)
            case Parameter():
                return constant_of(node, self.plan) is None
        return True


def _scalar(value: ParameterValue) -> Sql:
    assert not isinstance(value, tuple | Duration)  # noqa: S101 - the plan has checked the types
    return sql.literal(value)


def types_of(plan: Plan, types: tuple[str, ...]) -> tuple[str, ...]:
    """The event types that a quantifier looks through."""
    return tuple(plan.vocabulary.types) if types == (ANY_EVENT,) else types
