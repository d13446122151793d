"""All that conditions can come to: every way to give their fields a value, as far as they can tell values apart.

A condition tells few values apart. A date is before, on or after another; a text is one of those named or not; a link names
an event that is bound, or another. So finitely many values stand for all, and what holds for all of them holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from math import prod
from typing import Any, Final

from rebild_policy.calendar import Duration
from rebild_policy.expressions import (
    UNKNOWN,
    Attribute,
    Before,
    Day,
    Expression,
    Field,
    Literal,
    Membership,
    Parameter,
    Scalar,
    Truth,
    Value,
    truth,
    walk,
)
from rebild_policy.facts import FieldSpec, vocabulary
from rebild_policy.parameters import ParameterDefinition

MOST: Final = 20_000  # ways; beyond, nothing is claimed
Scope = Mapping[str, tuple[str, ...]]
_BASE: Final = date(2020, 6, 1)
_OTHERS: Final = ("\0other", "\0another")  # texts that no author can write


def truths(
    conditions: Sequence[Expression], scope: Scope, parameters: Mapping[str, ParameterDefinition]
) -> list[tuple[Truth, ...]]:
    """The combinations of truths that planned conditions can have together, over all cases that a source covers wholly.

    `scope` gives the event types of each variable. Empty where there are more ways than can be tried.
    """
    domains = _Domains(conditions, scope, parameters).all()
    if prod(len(values) for values in domains.values()) > MOST:
        return []
    names = list(domains)
    found = {
        tuple(truth(condition, _World(dict(zip(names, values, strict=True)))) for condition in conditions)
        for values in product(*domains.values())
    }
    return sorted(found)


Name = tuple[str, ...]  # ("field", var, name), ("day", var), ("before", x, y) or ("parameter", name)


class _World:
    """One way to give every name a value: the environment of the conditions."""

    def __init__(self, values: dict[Name, Any]) -> None:
        self.values = values

    def attribute(self, node: Attribute | Field) -> Value:
        given: Value = self.values["field", node.var, node.name]
        return node.default if given is None and isinstance(node, Field) else given

    def day(self, var: str) -> date:
        found: date = self.values["day", var]
        return found

    def before(self, first: str, second: str) -> Truth:
        found: Truth = self.values["before", first, second]
        return found

    def parameter(self, name: str, key: Value) -> Any:  # noqa: ARG002 - a table has durations, which no condition compares
        return self.values.get(("parameter", name), UNKNOWN)


def _id(var: str) -> str:
    return f"\0{var}"


class _Domains:
    """The values that stand for all, for each name in some conditions."""

    def __init__(self, conditions: Sequence[Expression], scope: Scope, parameters: Mapping[str, ParameterDefinition]) -> None:
        self.nodes = [node for condition in conditions for node in walk(condition)]
        self.scope = scope
        self.parameters = parameters
        self.constants: set[Scalar] = {node.value for node in self.nodes if isinstance(node, Literal)}
        for node in self.nodes:
            if isinstance(node, Membership) and isinstance(node.options, tuple):
                self.constants |= set(node.options)
            if isinstance(node, Parameter):
                self.constants |= set(_flat(parameters[node.name]))
        # As many days as there are dates to tell apart, and those next to each date that is named.
        self.dates = sum(self._is_date(name) for name in self._names())

    def all(self) -> dict[Name, tuple[Any, ...]]:
        return {name: tuple(dict.fromkeys(self._values(name))) for name in self._names()}

    def _names(self) -> dict[Name, None]:
        found: dict[Name, None] = {}
        for node in self.nodes:
            match node:
                case Field(var, name):
                    found["field", var, name] = None
                case Day(var):
                    found["day", var] = None
                case Before(first, second):
                    found["before", first, second] = None
                case Parameter(name) if self.parameters[name].kind not in {"duration", "table"}:
                    found["parameter", name] = None
        return found

    def _spec(self, var: str, name: str) -> FieldSpec:
        return vocabulary().case[name] if var == "case" else vocabulary().field(self.scope[var], name)

    def _is_date(self, name: Name) -> bool:
        return name[0] == "day" or (name[0] == "field" and self._spec(*name[1:]).kind == "date")

    def _values(self, name: Name) -> Iterator[Any]:
        match name:
            case ("before", *_):
                yield from (Truth.FALSE, Truth.TRUE)
            case ("day", _):
                yield from self._days()
            case ("parameter", parameter) if self.parameters[parameter].kind == "flag":
                yield from (True, False)  # it is there to be set
            case ("parameter", parameter):
                yield from (dated.value for dated in self.parameters[parameter].values)
            case (_, var, "id"):
                yield from (_id(var), *self._texts())
            case (_, var, field):
                yield None
                yield from self._of_kind(self._spec(var, field))

    def _of_kind(self, spec: FieldSpec) -> Iterator[Any]:
        match spec.kind:
            case "bool":
                yield from (True, False)
            case "enum":
                yield from spec.values
            case "date":
                yield from self._days()
            case "link" if spec.many:
                yield from ((target,) for target in (*map(_id, self.scope), *self._texts(), *_OTHERS))
            case "link":
                yield from (*map(_id, self.scope), *self._texts(), *_OTHERS)
            case "int":
                near = [value for value in self.constants if isinstance(value, int) and not isinstance(value, bool)]
                yield from (value + step for value in near or [0] for step in (-1, 0, 1))
            case _:
                yield from (*self._texts(), *_OTHERS)

    def _texts(self) -> list[str]:
        return sorted(value for value in self.constants if isinstance(value, str))

    def _days(self) -> Iterator[date]:
        named = [value for value in self.constants if isinstance(value, date)]
        yield from (day + timedelta(days=step) for day in named for step in (-1, 0, 1))
        yield from (_BASE + timedelta(days=step) for step in range(self.dates or 1))


def _flat(parameter: ParameterDefinition) -> Iterator[Scalar]:
    for dated in parameter.values:
        if isinstance(dated.value, tuple):
            yield from dated.value
        elif not isinstance(dated.value, Duration):
            yield dated.value
