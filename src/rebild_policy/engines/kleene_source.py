"""Conditions as Python source: for every condition one expression that says when it is true, and one for when it is false.

Where both are false it is unknown. Two plain expressions run faster than one with three values, and most places ask for
one of them only. Values become expressions that give None where the value is absent or unknown; where the two differ
(`present`, links) the plan says what is covered, and the expression is written to match.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from rebild_policy.engines.base import constant_of
from rebild_policy.engines.runtime import counted_day, in_force, tie
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
    ids,
)
from rebild_policy.plan import Plan

_OPPOSITE: dict[Operator, Operator] = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
ALWAYS, NEVER = "True", "False"


class Names:
    """Hands out the only names that generated source may hold, and keeps what the constants among them stand for."""

    def __init__(self) -> None:
        self.constants: dict[str, object] = {}
        self._known: dict[tuple[type, object], str] = {}
        self._made: dict[tuple[object, ...], str] = {}
        self._count = 0

    def new(self, letter: str) -> str:
        """A variable that nothing else in the rule uses."""
        self._count += 1
        return f"{letter}{self._count}"

    def forget(self) -> None:
        """Let the next rule use the variables again: a function of hundreds of variables is a fifth slower."""
        self._count = 0

    def constant(self, value: object) -> str:
        """The name of a value that the source refers to."""
        key = (type(value), value if not isinstance(value, dict) else id(value))
        if key not in self._known:
            self._known[key] = f"k{len(self.constants) + 1}"
            self.constants[self._known[key]] = value
        return self._known[key]

    def made(self, make: Callable[..., object], *arguments: object) -> str:
        """The name of what a function gives, called once for the same arguments."""
        key = (make, *arguments)
        if key not in self._made:
            self._made[key] = self.constant(make(*arguments))
        return self._made[key]


class Conditions:
    """Writes the conditions of one rule. `variables` maps the rule's names to those of the source."""

    def __init__(self, plan: Plan, names: Names, variables: Mapping[str, str], types: Mapping[str, tuple[str, ...]]) -> None:
        self.plan = plan
        self.names = names
        self.variables = variables
        self.types = types
        self.counts = False

    def counting(self) -> Conditions:
        """The same, for the start of a window: the day of an event is the one it counts from, by the cut-off hour."""
        counting = Conditions(self.plan, self.names, self.variables, self.types)
        counting.counts = True
        return counting

    # ----------------------------------------------------------------------------------------------------------- values
    def value(self, node: Expression) -> str:
        """An expression for a value: None where it is absent or unknown."""
        match node:
            case Literal(value):
                return self.names.constant(value)
            case Field(var, name, default, covered):
                place = self._place(var, name)
                if default is None or not covered:
                    return place
                return f"({self.names.constant(default)} if {place} is None else {place})"
            case Day(var) if self.counts:
                calendar = self.names.constant(self.plan.calendar)
                return f"{self.names.constant(counted_day)}({self.variables[var]}, case, {calendar})"
            case Day(var):
                return self._place(var, "day")
            case Conditional(test, yes, no):
                otherwise = "" if self.known(test) else f" if {self.false_otherwise(test)} else None"
                return f"({self.value(yes)} if {self.true(test)} else {self.value(no)}{otherwise})"
            case Parameter():
                return self._parameter(node)
        return f"(True if {self.true(node)} else False if {self.false(node)} else None)"

    def _place(self, var: str, name: str) -> str:
        """A field of the case, or of an event's fields."""
        return f"case.{name}" if var == "case" else f"{self.variables[var]}[{name!r}]"

    def _parameter(self, node: Parameter) -> str:
        constant = constant_of(node, self.plan)
        if constant is not None:
            return self.names.constant(frozenset(constant) if isinstance(constant, tuple) else constant)
        on = self.names.made(in_force, self.plan.parameters[node.name])
        trigger = next(iter(self.variables.values()))
        key = f", {self.value(node.key)}" if node.key else ""
        return f"{on}({trigger}['day']{key})"

    def _constant(self, node: Literal | Parameter) -> object:
        return node.value if isinstance(node, Literal) else constant_of(node, self.plan)

    def nullable(self, node: Expression) -> bool:
        """Can the value be absent or unknown?"""
        match node:
            case Literal() | Day():
                return False
            case Field(_, name, default, covered):
                return name != "id" and not (default is not None and covered)
            case Parameter():
                return constant_of(node, self.plan) is None
        return True

    def _once(self, node: Expression) -> tuple[str, str]:
        """An expression for the first use of a value, and one for later uses: a long one is computed once."""
        text = self.value(node)
        if isinstance(node, Conditional) or (isinstance(node, Parameter) and self.nullable(node)):
            name = self.names.new("w")
            return f"({name} := {text})", name
        return text, text

    # ------------------------------------------------------------------------------------------------------- conditions
    def true(self, node: Expression) -> str:  # noqa: C901, PLR0911 - one arm for each kind of node
        """An expression that is true where the condition is."""
        match node:
            case Not(part):
                return self.false(part)
            case And(parts):
                return _all(_shortest_first(self.true(part) for part in parts))
            case Or(parts):
                return _any(_shortest_first(self.true(part) for part in parts))
            case Conditional(Present(Field() as given), Field() as field, no) if _same_place(given, field):
                return _any([self.true(field), _all([self._is_absent(given), self.true(no)])])
            case Conditional(test, yes, no):
                return self._branches(test, self.true(yes), self.true(no))
            case Compare(operator, left, right):
                return self._compared(operator, left, right)
            case Linked(left, right):
                return self._shared(left, right)
            case Membership():
                return self._member(node, "in")
            case Present(of):
                return self._given(of, self._is_given)
            case Before(first, second):
                return self._ordered(first, second, "<", ALWAYS)
            case Literal() | Parameter() if not self.nullable(node):
                return ALWAYS if self._constant(node) is True else NEVER
            case Field(var, name, default, covered):
                return f"{self._place(var, name)} is {'not False' if default is True and covered else 'True'}"
        return f"{self.value(node)} is True"

    def false(self, node: Expression) -> str:  # noqa: C901, PLR0911 - one arm for each kind of node
        """An expression that is true where the condition is false."""
        match node:
            case Not(part):
                return self.true(part)
            case And(parts):
                return _any(_shortest_first(self.false(part) for part in parts))
            case Or(parts):
                return _all(_shortest_first(self.false(part) for part in parts))
            case Conditional(Present(Field() as given), Field() as field, no) if _same_place(given, field):
                return _any([self.false(field), _all([self._is_absent(given), self.false(no)])])
            case Conditional(test, yes, no):
                return self._branches(test, self.false(yes), self.false(no))
            case Compare(operator, left, right):
                return self._compared(_OPPOSITE[operator], left, right)
            case Linked(left, right):
                return self._apart(left, right)
            case Membership():
                return self._member(node, "not in")
            case Present(of):
                return self._given(of, self._is_absent)
            case Before(first, second):
                return self._ordered(first, second, ">", NEVER)
            case Literal() | Parameter() if not self.nullable(node):
                return ALWAYS if self._constant(node) is False else NEVER
            case Field(var, name, default, covered):
                return f"{self._place(var, name)} is {'not True' if default is False and covered else 'False'}"
        return f"{self.value(node)} is False"

    def false_otherwise(self, node: Expression) -> str:
        """An expression that is true where the condition is false, for where it is known not to be true."""
        match node:
            case Or(parts):
                return _all(_shortest_first(self.false_otherwise(part) for part in parts))
            case Compare(_, left, right):
                return _all([f"{self.value(side)} is not None" for side in (left, right) if self.nullable(side)])
            case Membership(item, options) if not isinstance(options, Parameter):
                return f"{self.value(item)} is not None" if self.nullable(item) else ALWAYS
        return self.false(node)

    def known(self, node: Expression) -> bool:  # noqa: PLR0911 - one arm for each kind of node
        """Is the condition never unknown?"""
        match node:
            case And(parts) | Or(parts):
                return all(self.known(part) for part in parts)
            case Not(part):
                return self.known(part)
            case Compare(_, left, right):
                return not self.nullable(left) and not self.nullable(right)
            case Membership(item, options):
                unknown = isinstance(options, Parameter) and self.nullable(options)
                return not self.nullable(item) and not unknown
            case Linked(left, right):
                return all(side.covered for side in (left, right) if isinstance(side, Field))
            case Present(of):
                return isinstance(of, Field) and of.covered
            case Literal():
                return True
            case Field() | Parameter():
                return not self.nullable(node)
        return False

    def _branches(self, test: Expression, yes: str, no: str) -> str:
        return _any([_all([self.true(test), yes]), _all([self.false(test), no])])

    def _compared(self, operator: Operator, left: Expression, right: Expression) -> str:
        (first, again), (second, second_again) = self._once(left), self._once(right)
        # None equals no literal, so `==` needs no guard where one side is always given.
        sides = [(left, first, again), (right, second, second_again)]
        unguarded = operator == "==" and not all(self.nullable(side) for side, _, _ in sides)
        guards, texts = [], []
        for node, text, later in sides:
            if self.nullable(node) and not unguarded:
                guards.append(f"{text} is not None")
                texts.append(later)
            else:
                texts.append(text)
        return _all([*guards, f"{texts[0]} {operator} {texts[1]}"])

    def _member(self, node: Membership, operator: str) -> str:
        text, later = self._once(node.item)
        guards = []
        if self.nullable(node.item) and operator == "not in":
            guards.append(f"{text} is not None")
            text = later
        if not isinstance(node.options, Parameter):
            return _all([*guards, f"{text} {operator} {self.names.constant(frozenset(node.options))}"])
        options, later_options = self._once(node.options)
        if self.nullable(node.options):
            guards.append(f"{options} is not None")
            options = later_options
        return _all([*guards, f"{text} {operator} {options}"])

    def _ordered(self, first: str, second: str, sign: str, answer: str) -> str:
        one, other = self.variables[first], self.variables[second]
        settings = ", ".join(map(self.names.constant, (self.plan.same_day, self.plan.covers)))
        same = f"{self.names.constant(tie)}({one}, {other}, case, {settings}) is {answer}"
        day, other_day = self._place(first, "day"), self._place(second, "day")
        return f"({day} {sign} {other_day} or ({day} == {other_day} and {same}))"

    # ---------------------------------------------------------------------------------------------------- given and linked
    def _given(self, of: Expression, answer: Callable[[Field], str]) -> str:
        match of:
            case Field():
                return answer(of)
            case Conditional(test, yes, no):
                return self._branches(test, self._given(yes, answer), self._given(no, answer))
        always = answer == self._is_given
        return ALWAYS if always else NEVER

    def _is_given(self, of: Field) -> str:
        return f"{self._place(of.var, of.name)} is not None" if self.nullable(of) else ALWAYS

    def _is_absent(self, of: Field) -> str:
        return f"{self._place(of.var, of.name)} is None" if of.covered and self.nullable(of) else NEVER

    def _shared(self, left: Expression, right: Expression) -> str:
        one, other = self.value(left), self.value(right)
        many, other_many = self._many(left), self._many(right)
        guards = [f"{text} is not None" for node, text in ((left, one), (right, other)) if self.nullable(node)]
        if many is None or other_many is None or (many and other_many):
            held = self.names.constant(ids)
            return _all([*guards, f"not {{*{held}({one})}}.isdisjoint({held}({other}))"])
        if many or other_many:
            return _all([*guards, f"{other} in {one}" if many else f"{one} in {other}"])
        # Two single ids: None equals no id, so one guard is enough where both can be missing.
        return _all([*(guards[:1] if len(guards) > 1 else []), f"{one} == {other}"])

    def _apart(self, left: Expression, right: Expression) -> str:
        open_ = [side for side in (left, right) if isinstance(side, Field) and not side.covered and self.nullable(side)]
        return _all([*(f"{self.value(side)} is not None" for side in open_), f"not ({self._shared(left, right)})"])

    def _many(self, node: Expression) -> bool | None:
        """Does a side of a link hold a list of ids? None where that differs between the types it may be of."""
        if not isinstance(node, Field) or node.name == "id":
            return False
        said = {self.plan.vocabulary.field((type_,), node.name).many for type_ in self.types[node.var]}
        return said.pop() if len(said) == 1 else None


def _same_place(given: Field, field: Field) -> bool:
    """Is this `x if present(x) else ...`, as the plan writes a field that follows from others where it is not given?"""
    return given.covered and (given.var, given.name) == (field.var, field.name) and field.default is None


def _shortest_first(texts: Iterable[str]) -> list[str]:
    """What is quickly asked often settles the matter; the order of the parts means nothing."""
    return sorted(texts, key=len)


def _all(parts: list[str]) -> str:
    if NEVER in parts:
        return NEVER
    kept = [part for part in parts if part != ALWAYS]
    return kept[0] if len(kept) == 1 else f"({' and '.join(kept)})" if kept else ALWAYS


def _any(parts: list[str]) -> str:
    if ALWAYS in parts:
        return ALWAYS
    kept = [part for part in parts if part != NEVER]
    return kept[0] if len(kept) == 1 else f"({' or '.join(kept)})" if kept else NEVER
