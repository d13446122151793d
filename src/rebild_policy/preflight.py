"""Before an audit: which rules a source allows to check, and what each other one lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from rebild_policy.expressions import Expression, Field, walk
from rebild_policy.facts import ANY_EVENT
from rebild_policy.plan import Plan
from rebild_policy.plan.walks import quantifiers
from rebild_policy.results import Result, Words
from rebild_policy.rules import By, Formula, Group, Holds, Quantifier, Rule, Within


class Readiness(Result):
    """What a source allows one rule to say.

    `checkable`: everything it reads is covered. `partly`: it is judged, and may stay undetermined for want of `lacks`.
    `not_checkable`: the events that it starts from are not covered. `lacks` names event types and fields.
    """

    rule: str
    title: Words
    statements: tuple[str, ...]
    status: Literal["checkable", "partly", "not_checkable"]
    lacks: tuple[str, ...]


def preflight(plan: Plan) -> tuple[Readiness, ...]:
    """The readiness of every rule of a plan, in the order of the rules."""
    ready: dict[str, tuple[str, ...]] = {rule.name: tuple(dict.fromkeys(_lacks(rule, plan))) for rule in plan.rules}
    missing: dict[str, tuple[str, ...]] = {item.rule: item.missing for item in plan.not_checkable}
    found = []
    for name, rule in plan.written.items():
        if name in missing:
            status: Literal["checkable", "partly", "not_checkable"] = "not_checkable"
        elif name in ready:
            status = "partly" if ready[name] else "checkable"
        else:
            continue  # of the other profile
        lacks = missing[name] if name in missing else ready[name]
        title = Words(da=rule.title.da, en=rule.title.en)
        found.append(Readiness(rule=name, title=title, statements=rule.statements, status=status, lacks=lacks))
    return tuple(found)


def _lacks(rule: Rule, plan: Plan) -> Iterator[str]:
    types: dict[str, tuple[str, ...]] = {var: (type_,) for var, type_ in rule.each}
    for node in quantifiers(rule):
        types[node.var] = node.types
        if not node.covered:
            known = plan.vocabulary.types if node.types == (ANY_EVENT,) else node.types
            yield from (type_ for type_ in known if not plan.coverage.covers(type_))
    for expression in expressions(rule):
        for part in walk(expression):
            if isinstance(part, Field) and not part.covered:
                if part.var == "case":
                    yield f"case.{part.name}"
                else:
                    yield from (f"{type_}.{part.name}" for type_ in types[part.var])


def expressions(rule: Rule) -> Iterator[Expression]:
    """Every expression of a rule: conditions, and the dates and durations of windows."""

    def within(formula: Formula) -> Iterator[Expression]:
        match formula:
            case Holds(condition):
                yield condition
            case Group(_, parts):
                for part in parts:
                    yield from within(part)
            case Quantifier():
                yield formula.where
                if isinstance(formula.window, Within):
                    yield formula.window.duration
                    if formula.window.start is not None:
                        yield formula.window.start
                elif isinstance(formula.window, By):
                    yield formula.window.date

    yield rule.condition
    yield from within(rule.unless)
    yield from within(rule.require)
