"""Ways through a rule: its quantifiers, its expressions, and the uncovered links that join its events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from rebild_policy.errors import Location, PolicyError
from rebild_policy.expressions import Expression, Field, Linked, walk
from rebild_policy.rules import By, Formula, Group, Holds, Quantifier, Rule, Window, Within

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OpenLink:
    """An uncovered link that joins events of `each`. Where it is empty, the key loses `frees`: any such event could be meant."""

    field: Field
    frees: frozenset[str]


def open_links(rule: Rule) -> tuple[OpenLink, ...]:
    """The uncovered links between the events of `each`: matches that differ only in them collapse to one finding."""
    trigger = rule.each[0][0]
    bound = {var for var, _ in rule.each}
    found: dict[Field, frozenset[str]] = {}
    for node in walk(rule.condition):
        if isinstance(node, Linked):
            sides = [side for side in (node.left, node.right) if isinstance(side, Field)]
            joined = frozenset(side.var for side in sides) & bound
            for side in sides:
                if len(joined) > 1 and not side.covered:
                    found[side] = found.get(side, frozenset()) | (joined - {trigger})
    return tuple(OpenLink(field, frees) for field, frees in found.items())


def quantifiers(rule: Rule) -> Iterator[Quantifier]:
    """Every quantifier of a rule, exemptions first."""
    return (node for node in _nodes(rule) if isinstance(node, Quantifier))


def _nodes(rule: Rule) -> Iterator[Formula]:
    """Every node of a rule, exemptions first."""

    def below(formula: Formula) -> Iterator[Formula]:
        yield formula
        if isinstance(formula, Group):
            for part in formula.parts:
                yield from below(part)

    yield from below(rule.unless)
    yield from below(rule.require)


def expressions(rule: Rule) -> Iterator[Expression]:
    """Every expression of a rule: its conditions, and what its windows rest on."""
    yield rule.condition
    for node in _nodes(rule):
        match node:
            case Holds(condition):
                yield condition
            case Quantifier(where=where, window=window):
                yield where
                match window:
                    case By(day):
                        yield day
                    case Within(duration, start):
                        yield from (duration, start) if start else (duration,)


def with_place(step: Callable[[], T], at: Location) -> T:
    """The result of `step`; an error that has no place gets this one."""
    try:
        return step()
    except PolicyError as error:
        if error.at is not None:
            raise
        raise type(error)(error.message, at=at, remedy=error.remedy) from None


def each_quantifier(rule: Rule, change: Callable[[Quantifier], Formula]) -> Rule:
    """Change every quantifier; an error that has no place gets the quantifier's."""

    def changed(formula: Formula) -> Formula:
        if isinstance(formula, Group):
            return within(formula)
        return with_place(partial(change, formula), formula.at) if isinstance(formula, Quantifier) else formula

    def within(group: Group) -> Group:
        return replace(group, parts=tuple(changed(part) for part in group.parts))

    return replace(rule, unless=within(rule.unless), require=within(rule.require))


def each_expression(rule: Rule, change: Callable[[Expression, bool], Expression]) -> Rule:
    """Change every condition; the second argument says whether it is a quantifier's own `where`."""

    def changed(formula: Formula) -> Formula:
        match formula:
            case Group():
                return within(formula)
            case Holds(condition):
                return replace(formula, condition=with_place(lambda: change(condition, False), formula.at))
            case Quantifier():
                return replace(formula, where=with_place(lambda: change(formula.where, True), place_in(formula, "where")))

    def within(group: Group) -> Group:
        return replace(group, parts=tuple(changed(part) for part in group.parts))

    at = Location(rule.at.file, rule.lines.get("if", 1))
    condition = with_place(lambda: change(rule.condition, False), at)
    return replace(rule, condition=condition, unless=within(rule.unless), require=within(rule.require))


def each_of_window(
    node: Quantifier,
    change: Callable[[Expression], Expression],
    change_duration: Callable[[Expression], Expression] | None = None,
) -> Window | None:
    """The window of a quantifier with its dates changed, and its duration by a change of its own if there is one."""

    def changed(part: Expression, key: str) -> Expression:
        how = change_duration if change_duration and key == "within" else change
        return with_place(partial(how, part), place_in(node, key))

    match node.window:
        case Within(duration, start) as window:
            return replace(window, duration=changed(duration, "within"), start=changed(start, "from") if start else None)
        case By(day):
            return By(changed(day, "by"))
    return None


def place_in(node: Quantifier, key: str) -> Location:
    """Where a part of a quantifier stands."""
    return Location(node.at.file, node.lines.get(key, node.at.line))
