"""The places of a rule that an author wrote something at, each with its name and the way to put another thing there.

    unless[2]                    the second exemption
    require[1].any[2]            the second part of an `any` that is the first requirement
    require[1].any[2].where      the condition on its candidates

Coverage asks what was seen at each place; mutation puts something wrong there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from rebild_policy.errors import Location
from rebild_policy.expressions import And, Conditional, Expression, Literal, Not, Or
from rebild_policy.plan.walks import place_in
from rebild_policy.rules import Formula, Group, Holds, Profile, Quantifier, Rule

T = TypeVar("T", covariant=True)  # noqa: PLC0105 - the type of what stands there


@dataclass(frozen=True)
class Spot(Generic[T]):
    """What stands at a place of a rule, and where that is written.

    `profile` is the only one in which the place exists; `candidate` is the quantifier of whose candidates a condition speaks.
    """

    name: str
    value: T
    put: Callable[..., Rule]
    at: Location
    profile: Profile | None = None
    candidate: Quantifier | None = None

    def is_in(self, profile: Profile) -> bool:
        """Does the place exist in `profile`?"""
        return self.profile in {None, profile}


@dataclass(frozen=True)
class Part:
    """A part of a condition, which `and`, `or` and `not` join: what stands there, and the whole condition with another
    expression in its place (`put`) or without it (`dropped`; None where it stands alone).
    """

    value: Expression
    put: Callable[[Expression], Expression]
    dropped: Expression | None = None
    whole: bool = False


def formulas(rule: Rule) -> Iterator[Spot[Formula]]:
    """Every formula of a rule, exemptions first; a list of them is a group by itself."""
    yield from _below("unless", rule.unless, lambda new: replace(rule, unless=_group(new)), rule.profile)
    yield from _below("require", rule.require, lambda new: replace(rule, require=_group(new)), rule.profile)


def _group(formula: Formula) -> Group:
    assert isinstance(formula, Group)  # noqa: S101 - a group stands there, and a group is put there
    return formula


def _below(name: str, formula: Formula, put: Callable[[Formula], Rule], profile: Profile | None) -> Iterator[Spot[Formula]]:
    profile = formula.profile or profile
    yield Spot(name, formula, put, formula.at, profile)
    if isinstance(formula, Group):
        inner = name if "[" not in name else f"{name}.{formula.kind}"
        for number, part in enumerate(formula.parts):
            yield from _below(f"{inner}[{number + 1}]", part, _replacing(formula, number, put), profile)


def _replacing(group: Group, number: int, put: Callable[[Formula], Rule]) -> Callable[[Formula], Rule]:
    def replaced(new: Formula) -> Rule:
        return put(replace(group, parts=(*group.parts[:number], new, *group.parts[number + 1 :])))

    return replaced


def conditions(rule: Rule) -> Iterator[Spot[Expression]]:
    """Every condition of a rule that is not always true or false: `if`, each `holds` and each `where`."""
    if not isinstance(rule.condition, Literal):
        at = Location(rule.at.file, rule.lines.get("if", 1))
        yield Spot("if", rule.condition, lambda new: replace(rule, condition=new), at, rule.profile)
    for spot in formulas(rule):
        match spot.value:
            case Holds(condition) if not isinstance(condition, Literal):
                yield Spot(spot.name, condition, _into(spot, "condition"), spot.at, spot.profile)
            case Quantifier(where=where) as node if not isinstance(where, Literal):
                yield Spot(f"{spot.name}.where", where, _into(spot, "where"), place_in(node, "where"), spot.profile, node)


def _into(spot: Spot[Formula], field: str) -> Callable[[Expression], Rule]:
    return lambda new: spot.put(replace(spot.value, **{field: new}))  # type: ignore[arg-type]  # the node's own field


def parts(condition: Expression) -> Iterator[Part]:
    """The condition and every part of it that `and`, `or`, `not` and `if … else` join, outermost first."""
    yield Part(condition, lambda new: new, whole=True)
    yield from _parts(condition, lambda new: new)


def _parts(node: Expression, put: Callable[[Expression], Expression]) -> Iterator[Part]:
    match node:
        case Not(inner):
            inside = _into_not(put)
            yield Part(inner, inside)
            yield from _parts(inner, inside)
        case Conditional(test, yes, no):
            inside = _into_test(yes, no, put)
            yield Part(test, inside)
            yield from _parts(test, inside)
        case And(several) | Or(several):
            for number, part in enumerate(several):
                rest = (*several[:number], *several[number + 1 :])
                inside = _into_join(node, number, put)
                yield Part(part, inside, dropped=put(rest[0] if len(rest) == 1 else replace(node, parts=rest)))
                yield from _parts(part, inside)


def _into_not(put: Callable[[Expression], Expression]) -> Callable[[Expression], Expression]:
    return lambda new: put(Not(new))


def _into_test(yes: Expression, no: Expression, put: Callable[[Expression], Expression]) -> Callable[[Expression], Expression]:
    return lambda new: put(Conditional(new, yes, no))


def _into_join(node: And | Or, number: int, put: Callable[[Expression], Expression]) -> Callable[[Expression], Expression]:
    return lambda new: put(replace(node, parts=(*node.parts[:number], new, *node.parts[number + 1 :])))
