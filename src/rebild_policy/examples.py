"""The examples of a rule file: small cases, written short, that every engine must judge as they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rebild_policy.errors import Location, RuleError, did_you_mean
from rebild_policy.expressions import FALSE
from rebild_policy.rulefiles import NOT_APPLICABLE, VERDICTS, ExampleShape, RuleShape
from rebild_policy.rules import Example, Formula, Group, Holds, Profile, Quantifier, Rule

NOTE = "note"  # a key of an example's event that is no field: why an event stands there that the rule has no use for
At = Callable[[tuple[str | int, ...]], Location]


def read_examples(shape: RuleShape, at: At) -> tuple[Example, ...]:
    """The examples of a rule file, their events written out."""
    names = dict(shape.each)
    for node in _nodes([*shape.unless, *(shape.require if isinstance(shape.require, list) else [])]):
        for var, types in {**(node.get("some") or {}), **(node.get("none") or {})}.items():
            names.setdefault(var, types if isinstance(types, str) else types[0])
    return tuple(_example(example, names, shape, at, number) for number, example in enumerate(shape.examples))


def _nodes(nodes: list[Any]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        content = vars(node)
        yield content
        yield from _nodes(content.get("all") or content.get("any") or [])


def _example(shape: ExampleShape, names: dict[str, str], rule: RuleShape, at: At, number: int) -> Example:
    place = ("examples", number)
    read = [_event(event, names, at((*place, "events", index))) for index, event in enumerate(shape.events)]
    events = [{name: value for name, value in event.items() if name != NOTE} for event in read]
    expect = shape.expect
    if isinstance(expect, str):
        trigger_type = next(iter(rule.each.values()))
        ids = [event["id"] for event in events if event["type"] == trigger_type]
        if expect == NOT_APPLICABLE:
            expect = {}
        elif len(ids) == 1 and len(rule.each) == 1:
            expect = {ids[0]: expect}
        else:
            expect = {"*": expect}
    for verdict in expect.values():
        if verdict not in {*VERDICTS, NOT_APPLICABLE}:
            remedy = did_you_mean(verdict, [*VERDICTS, NOT_APPLICABLE])
            raise RuleError(f"unknown verdict '{verdict}'.", at=at((*place, "expect")), remedy=remedy)
    profiles: tuple[Profile, ...]
    profiles = (shape.profile,) if shape.profile else (rule.profile,) if rule.profile else ("guideline", "statutory")
    return Example(
        name=shape.name.text,
        as_of=shape.as_of,
        expect=expect,
        case={"id": "example", **shape.case, "events": events},
        profiles=profiles,
        without=tuple(shape.without),
        same_day=shape.same_day,
        deadline=shape.deadline,
        due=shape.due,
        objection=shape.objection,
        parameters=shape.parameters,
        notes={event["id"]: str(event[NOTE]) for event in read if NOTE in event},
        at=at(place),
    )


def _event(short: dict[str, Any], names: dict[str, str], at: Location) -> dict[str, Any]:
    if not short:
        raise RuleError("an event of an example is empty.", at=at, remedy="Write {decision: 2026-01-05, outcome: refused}.")
    (first, time), *fields = short.items()
    return {"type": names.get(first, first), "id": first, "time": time, **dict(fields)}


def check_examples(rule: Rule) -> None:
    """Refuse a rule whose examples do not show every verdict that matters, and both sides of its deadline."""
    shown = {verdict for example in rule.examples for verdict in example.expect.values()}
    needed = {"undetermined"} | ({"violated"} if rule.measure is None else set())
    if rule.require.parts != (Holds(FALSE),):
        needed.add("satisfied")  # what must never happen can't be
    deadlines = {example.deadline for example in rule.examples}
    if has_window(rule.require):
        needed |= {"pending"}
        missing = [f"one with 'deadline: {name}'" for name in ("last day", "day after") if name not in deadlines]
    else:
        missing = []
    missing = [f"one that is {verdict}" for verdict in sorted(needed - shown)] + missing
    if missing:
        at = Location(rule.at.file, rule.lines.get("examples", 1))
        raise RuleError(f"the examples of '{rule.name}' lack {', '.join(missing)}.", at=at)


def has_window(formula: Formula) -> bool:
    """Does the formula hold a deadline?"""
    if isinstance(formula, Group):
        return any(has_window(part) for part in formula.parts)
    return isinstance(formula, Quantifier) and formula.window is not None
