"""Mutants: a rule set with one thing wrong in a rule, in a term or a parameter that it uses, or in how it reads a source."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain
from typing import TypeVar, get_args

from rebild_policy.calendar import MAX_VALUE, Duration
from rebild_policy.expressions import Expression, Field, Linked, Parameter, Present, Term, walk
from rebild_policy.facts import ANY_EVENT, Coverage, vocabulary
from rebild_policy.loading import RuleSet
from rebild_policy.parameters import ParameterDefinition, ParameterValue
from rebild_policy.plan import build_plan
from rebild_policy.plan.walks import expressions, quantifiers
from rebild_policy.proving.operators import OF_RULES, wrong_conditions, wrong_windows
from rebild_policy.rules import Profile, Rule


@dataclass(frozen=True)
class Mutant:
    """One thing wrong in a rule or a term. `sound` has the rules that show it, as their authors wrote them, and `wrong` the
    same with the fault in them; `cover` is what is wrong in reading what a source covers, and `covered` the name it is about.
    """

    owner: str
    what: str
    sound: RuleSet
    wrong: RuleSet
    cover: Callable[[Coverage], Coverage] | None = None
    covered: str | None = None

    @property
    def name(self) -> str:
        """What it is called in lists of exceptions."""
        return f"{self.owner}: {self.what}"


def mutants(ruleset: RuleSet, rules: Collection[str] | None = None) -> Iterator[Mutant]:
    """Every mutant of every rule, or of some, then those of the terms that they use. No two of a rule mean the same."""
    chosen = [rule for rule in ruleset.rules if rules is None or rule.name in rules]
    for rule in chosen:
        yield from _of_rule(replace(ruleset, rules=(rule,)), rule)
    for name, definition in ruleset.terms.items():
        users = tuple(rule for rule in chosen if name in _named(rule, Term))
        sound = replace(ruleset, rules=users)
        for what, means in wrong_conditions(definition.means) if users else ():
            terms = {**ruleset.terms, name: replace(definition, means=means)}
            yield Mutant(name, what, sound, replace(sound, terms=terms))
        named = (node.name for node in walk(definition.means) if isinstance(node, Parameter))
        for parameter in dict.fromkeys(named) if users else ():
            for what, wrong in wrong_values(ruleset.parameters[parameter]):
                parameters = {**ruleset.parameters, parameter: wrong}
                yield Mutant(name, f"{parameter}: {what}", sound, replace(sound, parameters=parameters))


def _of_rule(alone: RuleSet, rule: Rule) -> Iterator[Mutant]:
    seen = {_logic(rule)}
    wrong = chain(*(operator(rule) for operator in OF_RULES), wrong_windows(rule, alone.parameters))
    for what, changed in wrong:
        if _logic(changed) not in seen:
            seen.add(_logic(changed))
            yield Mutant(rule.name, what, alone, replace(alone, rules=(changed,)))
    for name in _named(rule, Parameter):
        for what, parameter in wrong_values(alone.parameters[name]):
            parameters = {**alone.parameters, name: parameter}
            yield Mutant(rule.name, f"{name}: {what}", alone, replace(alone, parameters=parameters))
    for name in recorded(alone):
        yield Mutant(rule.name, f"an absent {name} read as unknown", alone, alone, _without(name), name)
        yield Mutant(rule.name, f"an unknown {name} read as absent", alone, alone, _with(name), name)


def _logic(rule: Rule) -> tuple[object, ...]:
    """What of a rule decides."""
    return (rule.condition, rule.unless, rule.require, rule.profile, rule.valid_from, rule.valid_to)


def _named(rule: Rule, kind: type[Term | Parameter]) -> list[str]:
    """The terms or the parameters that a rule names."""
    nodes = (node for whole in expressions(rule) for node in walk(whole))
    return list(dict.fromkeys(node.name for node in nodes if isinstance(node, kind)))


# ---------------------------------------------------------------------------------------------------------------- values
def wrong_values(parameter: ParameterDefinition) -> Iterator[tuple[str, ParameterDefinition]]:
    """A value a day longer or shorter, a number one more or less, the other flag, an item too few, or in force a day later."""
    for number, dated in enumerate(parameter.values):
        for value in _around(dated.value):
            changed = _replaced(parameter.values, number, replace(dated, value=value))
            yield f"{_shown(value)} for {_shown(dated.value)}", replace(parameter, values=changed)
        if number:
            later = _replaced(parameter.values, number, replace(dated, since=dated.since + timedelta(days=1)))
            yield f"{_shown(dated.value)} a day later", replace(parameter, values=later)
    for number, row in enumerate(parameter.rows):
        for value in _around(row.value) if row.in_force else ():
            if isinstance(value, Duration):
                rows = _replaced(parameter.rows, number, replace(row, value=value))
                yield f"{value} for {row.value} of {row.key}", replace(parameter, rows=rows)


Item = TypeVar("Item")


def _replaced(items: tuple[Item, ...], number: int, new: Item) -> tuple[Item, ...]:
    return (*items[:number], new, *items[number + 1 :])


def _around(value: ParameterValue) -> Iterator[ParameterValue]:
    match value:
        case bool():
            yield not value
        case int():
            yield from (value - 1, value + 1)
        case Duration(number, "weeks") if 7 * number < MAX_VALUE:
            yield from (Duration(7 * number + step, "days") for step in (-1, 1))
        case Duration(number, unit):
            yield from (Duration(number + step, unit) for step in (-1, 1) if 0 <= number + step <= MAX_VALUE)
        case tuple():
            yield from (tuple(other for other in value if other != item) for item in value)


def _shown(value: ParameterValue) -> str:
    return f"({', '.join(value)})" if isinstance(value, tuple) else str(value).lower() if isinstance(value, bool) else str(value)


# -------------------------------------------------------------------------------------------------------------- coverage
def _without(name: str) -> Callable[[Coverage], Coverage]:
    return lambda coverage: coverage.without(name)


def _with(name: str) -> Callable[[Coverage], Coverage]:
    return lambda coverage: Coverage(coverage.missing - {name})


def recorded(alone: RuleSet) -> list[str]:
    """Absent read as unknown, and unknown read as absent: an event type that is looked for, or a field that may be empty.

    A field is meant that is asked for, linked or has a default. Any other comparison with an absent value is unknown as it is,
    and a field with a fallback is never asked whether it is covered.
    """
    known = vocabulary()
    found: dict[str, None] = {}
    for profile in get_args(Profile):
        for rule in build_plan(alone, profile=profile).rules:
            scope: dict[str, tuple[str, ...]] = {"case": ("case",), **{var: (type_,) for var, type_ in rule.each}}
            for node in quantifiers(rule):
                scope[node.var] = node.types
                found.update(dict.fromkeys(type_ for type_ in node.types if type_ != ANY_EVENT))
            for whole in expressions(rule):
                for field in _meaning_absence(whole):
                    for type_ in scope[field.var]:
                        if type_ == "case" or (type_ != ANY_EVENT and not known.event_type(type_).fields[field.name].fallback):
                            found[f"{type_}.{field.name}"] = None
    return list(found)


def _meaning_absence(whole: Expression) -> Iterator[Field]:
    for node in walk(whole):
        match node:
            case Present(Field() as field):
                yield field
            case Linked(left, right):
                yield from (side for side in (left, right) if isinstance(side, Field) and side.name != "id")
            case Field(default=default) if default is not None:
                yield node
