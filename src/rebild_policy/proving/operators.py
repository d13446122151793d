"""The ways in which an author may get a rule wrong: each operator yields the wrong rules and what is wrong with each.

What an operator says of a wrong rule names the place as `spots` does, and never changes while the rule does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from rebild_policy.calendar import Duration
from rebild_policy.expressions import (
    TRUE,
    And,
    Before,
    Compare,
    Day,
    Expression,
    Membership,
    Not,
    Operator,
    Or,
    Parameter,
    Scalar,
    unparse,
    walk,
)
from rebild_policy.facts import ANY_EVENT, vocabulary
from rebild_policy.parameters import ParameterDefinition
from rebild_policy.proving.spots import Spot, conditions, formulas, parts
from rebild_policy.rules import Formula, Group, Holds, Profile, Quantifier, Rule, Within

Wrong = Iterator[tuple[str, Rule]]


# ------------------------------------------------------------------------------------------------------------ conditions
_OTHER: dict[Operator, Operator] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}


def wrong_conditions(condition: Expression) -> Iterator[tuple[str, Expression]]:
    """A condition with one thing wrong: another comparison, another join, a part, an option or a `not` too few."""
    for part in parts(condition):
        words = unparse(part.value)
        if part.dropped is not None:
            yield f"without '{words}'", part.dropped
        match part.value:
            case Compare(operator, left, right):
                yield f"'{_OTHER[operator]}' in '{words}'", part.put(Compare(_OTHER[operator], left, right))
            case Membership(item, tuple() as options):
                for option in options if len(options) > 1 else ():
                    rest = tuple(other for other in options if other != option)
                    yield f"without {_word(option)} in '{words}'", part.put(Membership(item, rest))
            case And(several):
                yield f"'or' for 'and' in '{words}'", part.put(Or(several))
            case Or(several):
                yield f"'and' for 'or' in '{words}'", part.put(And(several))
            case Before(first, second):
                yield f"after for before in '{words}'", part.put(Before(second, first))
        if isinstance(part.value, Not):
            yield f"without 'not' in '{words}'", part.put(part.value.part)
        elif not isinstance(part.value, And | Or | Compare | Before):
            yield f"'not' before '{words}'", part.put(Not(part.value))


def _word(option: Scalar) -> str:
    return f"'{option}'" if isinstance(option, str) else str(option)


def _conditions(rule: Rule) -> Wrong:
    """A condition with one thing wrong, or none at all."""
    for spot in conditions(rule):
        for what, wrong in wrong_conditions(spot.value):
            yield f"{spot.name}: {what}", spot.put(wrong)
        if spot.name == "if" or spot.candidate is not None:
            yield f"{spot.name}: dropped", spot.put(TRUE)


# -------------------------------------------------------------------------------------------------------------- formulas
def _dropped(rule: Rule) -> Wrong:
    """An exemption or a requirement too few."""
    for spot in formulas(rule):
        if isinstance(spot.value, Group):
            for number, part in enumerate(spot.value.parts):
                rest = (*spot.value.parts[:number], *spot.value.parts[number + 1 :])
                if rest or spot.name == "unless":
                    inner = spot.name if "[" not in spot.name else f"{spot.name}.{spot.value.kind}"
                    yield f"{inner}[{number + 1}]: dropped ({_words(part)})", spot.put(replace(spot.value, parts=rest))


def _words(part: Formula) -> str:
    match part:
        case Holds(condition):
            return unparse(condition)
        case Quantifier():
            return f"{part.kind} {' or '.join(part.types)}"
    return part.kind


def _other_group(rule: Rule) -> Wrong:
    """`any` for `all`, and `all` for `any`."""
    for spot in formulas(rule):
        if isinstance(spot.value, Group) and len(spot.value.parts) > 1:
            other: Literal["any", "all"] = "any" if spot.value.kind == "all" else "all"
            yield f"{spot.name}: '{other}' for '{spot.value.kind}'", spot.put(replace(spot.value, kind=other))


def _quantified(rule: Rule) -> Iterator[tuple[Spot[Formula], Quantifier]]:
    return ((spot, spot.value) for spot in formulas(rule) if isinstance(spot.value, Quantifier))


def _other_quantifier(rule: Rule) -> Wrong:
    """`none` for `some`, and a type too few in a list."""
    for spot, node in _quantified(rule):
        kind: Literal["some", "none"] = "none" if node.kind == "some" else "some"
        yield f"{spot.name}: '{kind}' for '{node.kind}'", spot.put(replace(node, kind=kind))
        for type_ in node.types if len(node.types) > 1 else ():
            rest = tuple(other for other in node.types if other != type_)
            yield f"{spot.name}: without the type {type_}", spot.put(replace(node, types=rest))


def _other_place(rule: Rule) -> Wrong:
    """Before for after, and a side of the place dropped."""
    for spot, node in _quantified(rule):
        if node.before or node.after:
            swapped = replace(node, before=node.after, after=node.before)
            yield f"{spot.name}: after for before", spot.put(_counting_as(node, swapped))
        if node.before:
            yield f"{spot.name}: without 'before: {node.before}'", spot.put(replace(node, before=None))
        if node.after:
            yield f"{spot.name}: without 'after: {node.after}'", spot.put(_counting_as(node, replace(node, after=None)))


def _counting_as(node: Quantifier, changed: Quantifier) -> Quantifier:
    """A quantifier whose window is counted from where it was, though its place is another."""
    start = node.of or node.after
    if isinstance(node.window, Within) and node.window.start is None and start:
        return replace(changed, window=replace(node.window, start=Day(start)))
    return changed


def _other_joint(rule: Rule) -> Wrong:
    """The link or the matter dropped, or asked for where the author did not."""
    bound = dict(rule.each)
    for spot, node in _quantified(rule):
        if node.same:
            yield f"{spot.name}: without 'same: {node.same}'", spot.put(replace(node, same=None))
        elif _has_matter(node, bound):
            yield f"{spot.name}: with 'same: matter'", spot.put(replace(node, same="matter"))
        if node.of:
            # What follows from the link stays: the order, and where the window is counted from.
            after = node.after or (node.of if _points_back(node, bound) else None)
            unlinked = _counting_as(node, replace(node, of=None, after=after))
            yield f"{spot.name}: without the link 'of: {node.of}'", spot.put(unlinked)
        else:
            for var, type_ in bound.items():
                if len(node.types) == 1 and _links(node, type_):
                    yield f"{spot.name}: with 'of: {var}'", spot.put(_counting_as(node, replace(node, of=var)))


def _has_matter(node: Quantifier, bound: dict[str, str]) -> bool:
    known = vocabulary()
    return ANY_EVENT not in node.types and all(
        any("matter" in known.event_type(type_).fields for type_ in types) for types in (node.types, tuple(bound.values()))
    )


def _links(node: Quantifier, target: str) -> bool:
    return node.types != (ANY_EVENT,) and len(vocabulary().event_type(node.types[0]).links_to(target)) == 1


def _points_back(node: Quantifier, bound: dict[str, str]) -> bool:
    links = vocabulary().event_type(node.types[0]).links_to(bound[node.of or ""])
    return any(spec.link and not spec.link.forward for spec in links)


def wrong_windows(rule: Rule, parameters: Mapping[str, ParameterDefinition]) -> Wrong:
    """A window that is gone, counted from elsewhere, paused or rolled where it should not be, or not where it should."""
    for spot, node in _quantified(rule):
        if node.window is None:
            continue
        yield f"{spot.name}: without its deadline", spot.put(replace(node, window=None))
        if isinstance(node.window, Within):
            for what, window in _wrong_within(node.window, node.of or node.after, parameters):
                yield f"{spot.name}: {what}", spot.put(replace(node, window=window))


def _wrong_within(
    window: Within, start: str | None, parameters: Mapping[str, ParameterDefinition]
) -> Iterator[tuple[str, Within]]:
    if window.start and start:
        yield f"counted from the day of {start}", replace(window, start=None)
    yield ("not paused by suspensions" if window.paused else "paused by suspensions"), replace(window, paused=not window.paused)
    if any(duration.unit != "working days" for duration in _durations(window, parameters)):
        # Working days end on a working day: to roll them changes nothing.
        yield ("not rolled" if window.roll else "rolled to a working day"), replace(window, roll=not window.roll)


def _durations(window: Within, parameters: Mapping[str, ParameterDefinition]) -> Iterator[Duration]:
    for node in walk(window.duration):
        if isinstance(node, Parameter) and node.name in parameters:
            definition = parameters[node.name]
            values = [dated.value for dated in definition.values] + [row.value for row in definition.rows]
            yield from (value for value in values if isinstance(value, Duration))


def _other_profile(rule: Rule) -> Wrong:
    """An item of one profile in both or in the other, an item of both in one of them, and a whole rule so."""
    for profile in _other_profiles(rule.profile):
        yield f"in {profile or 'both profiles'}", replace(rule, profile=profile)
    for spot in formulas(rule):
        if spot.name.endswith("]"):
            # In a rule of one profile, an item of that profile is there as it was.
            wrong = (one for one in _other_profiles(spot.value.profile) if rule.profile is None or one != rule.profile)
            for profile in wrong:
                yield f"{spot.name}: in {profile or 'both profiles'}", spot.put(replace(spot.value, profile=profile))


def _other_profiles(profile: Profile | None) -> tuple[Profile | None, ...]:
    return tuple(other for other in ("guideline", "statutory", None) if other != profile)


def _other_days(rule: Rule) -> Wrong:
    """In force a day longer or shorter."""
    if rule.valid_from != date.min:
        for step in (-1, 1):
            yield f"in force from {(since := rule.valid_from + timedelta(days=step))}", replace(rule, valid_from=since)
    if rule.valid_to != date.max:
        for step in (-1, 1):
            yield f"in force to {(until := rule.valid_to + timedelta(days=step))}", replace(rule, valid_to=until)


OF_RULES: tuple[Callable[[Rule], Wrong], ...] = (
    _conditions,
    _dropped,
    _other_group,
    _other_quantifier,
    _other_place,
    _other_joint,
    _other_profile,
    _other_days,
)
