"""What rules look at: the event types, fields, values, durations and days that decide a verdict.

A generator that draws from these makes cases in which conditions come out either way; one that does not tests nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from rebild_policy.calendar import Duration
from rebild_policy.expressions import Compare, Expression, Field, Linked, Literal, Membership, Parameter, Present, Scalar, walk
from rebild_policy.facts import ANY_EVENT
from rebild_policy.loading import RuleSet
from rebild_policy.parameters import ParameterDefinition
from rebild_policy.plan import Plan, build_plan
from rebild_policy.plan.walks import quantifiers
from rebild_policy.rules import By, Formula, Group, Holds, Rule, Within

Scope: TypeAlias = Mapping[str, tuple[str, ...]]  # variable -> the event types it may be; the case is of type "case"
Place: TypeAlias = tuple[str, str]  # event type (or "case", or "any_event") and field

CASE = "case"


@dataclass(frozen=True, slots=True)
class Focus:
    """What decides a rule, or several.

    `triggers`: the types bound by `each`, in order. `types`: those that quantifiers look for. `fields`: every field
    read; `asked`: those asked whether they are present. `values`: what a field is compared with. `durations` and `days`:
    time limits, and days when the law changes.
    """

    triggers: tuple[str, ...]
    types: tuple[str, ...]
    fields: frozenset[Place]
    asked: frozenset[Place]
    values: Mapping[Place, tuple[Scalar, ...]]
    durations: tuple[Duration, ...]
    days: tuple[date, ...]

    def names(self, type_: str) -> set[str]:
        """The fields of `type_` that are read; those read of any event included."""
        return _of(type_, self.fields)

    def asked_of(self, type_: str) -> set[str]:
        """The fields of `type_` that are asked whether they are present: left out as often as not."""
        return _of(type_, self.asked)


def _of(type_: str, places: Iterable[Place]) -> set[str]:
    return {name for owner, name in places if owner in {type_, ANY_EVENT}}


def focus_on(rules: Iterable[Rule], parameters: Mapping[str, ParameterDefinition]) -> Focus:
    """What decides `rules`, which are those of a plan."""
    reader = _Reader(parameters)
    for rule in rules:
        reader.read(rule)
    return reader.focus()


def planned(source: Plan | RuleSet) -> dict[str, list[Rule]]:
    """The rules of a plan by name; of a rule set, those of both profiles and so sometimes two of a name."""
    if isinstance(source, Plan):
        return {rule.name: [rule] for rule in source.rules}
    found: dict[str, list[Rule]] = {rule.name: [] for rule in source.rules}
    for plan in (build_plan(source, profile="guideline"), build_plan(source, profile="statutory")):
        for rule in plan.rules:
            if rule not in found[rule.name]:
                found[rule.name].append(rule)
    return found


class _Reader:
    """Collects what the conditions and windows of rules name. Dicts stand for sets that keep their order."""

    def __init__(self, parameters: Mapping[str, ParameterDefinition]) -> None:
        self.parameters = parameters
        self.triggers: dict[str, None] = {}
        self.types: dict[str, None] = {}
        self.fields: dict[Place, None] = {}
        self.asked: dict[Place, None] = {}
        self.values: dict[Place, dict[Scalar, None]] = {}
        self.durations: dict[Duration, None] = {}
        self.days: dict[date, None] = {}

    def focus(self) -> Focus:
        return Focus(
            triggers=tuple(self.triggers),
            types=tuple(self.types),
            fields=frozenset(self.fields),
            asked=frozenset(self.asked),
            values={place: tuple(values) for place, values in self.values.items()},
            durations=tuple(self.durations),
            days=tuple(self.days),
        )

    def read(self, rule: Rule) -> None:
        bound = {CASE: (CASE,), **{var: (type_,) for var, type_ in rule.each}}
        self.triggers.update(dict.fromkeys(type_ for _, type_ in rule.each))
        self._change(rule.valid_from, rule.valid_to)
        self._expression(rule.condition, bound)
        for condition in (*_held(rule.unless), *_held(rule.require)):
            self._expression(condition, bound)
        for node in quantifiers(rule):
            self.types.update(dict.fromkeys(node.types))
            self._expression(node.where, {**bound, node.var: node.types})
            match node.window:
                case By(day):
                    self._expression(day, bound)
                case Within(duration, start, paused):
                    self._expression(duration, bound)
                    self._expression(start or Literal(0), bound)
                    if paused:
                        self.types["suspension"] = None
                        self.fields["suspension", "until"] = None

    def _expression(self, expression: Expression, scope: Scope) -> None:
        for node in walk(expression):
            match node:
                case Field():
                    self.fields.update(dict.fromkeys(_places(node, scope)))
                case Present(Field() as asked):
                    self.asked.update(dict.fromkeys(_places(asked, scope)))
                case Compare(_, left, right) | Linked(left, right):
                    self._compared([*walk(left), *walk(right)], scope, [])
                case Membership(item, options):
                    named, literals = ([options], []) if isinstance(options, Parameter) else ([], list(options))
                    self._compared([*walk(item), *named], scope, literals)
                case Parameter():
                    self._parameter(node, scope)

    def _compared(self, nodes: list[Expression], scope: Scope, literals: list[Scalar]) -> None:
        """Remember for each field among `nodes` the constants that stand beside it."""
        constants = [*literals, *(node.value for node in nodes if isinstance(node, Literal))]
        for node in nodes:
            if isinstance(node, Parameter):
                constants += [value for value in self._values(node) if not isinstance(value, Duration)]
        self.days.update(dict.fromkeys(value for value in constants if isinstance(value, date)))
        for node in nodes:
            if isinstance(node, Field):
                for place in _places(node, scope):
                    self.values.setdefault(place, {}).update(dict.fromkeys(constants))

    def _parameter(self, node: Parameter, scope: Scope) -> None:
        definition = self.parameters[node.name]
        self.durations.update(dict.fromkeys(value for value in self._values(node) if isinstance(value, Duration)))
        if len(definition.values) > 1:
            self._change(*(dated.since for dated in definition.values))
        for row in definition.rows:
            self._change(row.valid_from, row.valid_to)
        if node.key is not None:
            self._compared(list(walk(node.key)), scope, [row.key for row in definition.rows])

    def _change(self, *days: date) -> None:
        """Remember days on which the law changes."""
        self.days.update(dict.fromkeys(day for day in days if day not in {date.min, date.max}))

    def _values(self, node: Parameter) -> Iterator[Scalar | Duration]:
        definition = self.parameters[node.name]
        yield from (row.value for row in definition.rows)
        for dated in definition.values:
            if isinstance(dated.value, tuple):
                yield from dated.value
            else:
                yield dated.value


def _places(node: Field, scope: Scope) -> list[Place]:
    return [(type_, node.name) for type_ in scope[node.var]]


def _held(formula: Formula) -> Iterator[Expression]:
    """The conditions of `holds` in a formula."""
    if isinstance(formula, Holds):
        yield formula.condition
    elif isinstance(formula, Group):
        for part in formula.parts:
            yield from _held(part)
