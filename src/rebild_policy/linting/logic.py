"""Conditions that are always or never true, and parts of conditions that change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rebild_policy.expressions import Expression, Literal, Not, Truth, unparse
from rebild_policy.linting.models import Scope, truths
from rebild_policy.linting.remarks import Remark
from rebild_policy.loading import RuleSet
from rebild_policy.proving.asking import asking_plan, candidate_condition, each_kind
from rebild_policy.proving.spots import Spot, conditions, parts
from rebild_policy.rules import Formula, Holds, Profile, Rule


def odd_conditions(ruleset: RuleSet) -> Iterator[Remark]:
    """Conditions whose truth is settled, whatever the case; and parts without which a condition means the same."""
    for rule in ruleset.rules:
        for spot in conditions(rule):
            yield from _of_condition(ruleset, rule, spot)


def _of_condition(ruleset: RuleSet, rule: Rule, spot: Spot[Expression]) -> Iterator[Remark]:
    written = [part for part in parts(spot.value) if not isinstance(part.value, Not | Literal)]
    for part in written:
        # A part is asked under the `if` that its rule has, the `if` itself under none.
        together = _together(ruleset, rule, spot, [part.value])
        if not together:
            continue
        remark = partial(Remark, about=f"{rule.name}: {spot.name}: {unparse(part.value)}", at=spot.at)
        if all(said is not Truth.FALSE for (said,) in together):
            yield remark("always-true", message=f"{rule.name}: {spot.name}: this is never false: {unparse(part.value)}")
        elif all(said is not Truth.TRUE for (said,) in together):
            yield remark("never-true", message=f"{rule.name}: {spot.name}: this is never true: {unparse(part.value)}")
        elif part.dropped is not None:
            both = _together(ruleset, rule, spot, [spot.value, part.dropped])
            if both and all(whole is without for whole, without in both):
                words = f"this changes nothing, since the rest says it: {unparse(part.value)}"
                yield remark("idle-part", message=f"{rule.name}: {spot.name}: {words}")


def _together(ruleset: RuleSet, rule: Rule, spot: Spot[Expression], asked: list[Expression]) -> list[tuple[Truth, ...]]:
    """The truths that conditions at a place can have together, where the rule applies; empty where that can't be said."""
    profile: Profile = spot.profile or "statutory"
    formulas: list[Formula]
    if spot.candidate is None:
        formulas = [Holds(condition) for condition in asked]
    else:
        formulas = [candidate_condition(spot.candidate, condition) for condition in asked]
    plan = asking_plan(ruleset, rule, formulas, profile)
    (ready,) = plan.rules
    found = [_first(formula) for formula in ready.require.parts[: len(asked)]]
    scope: Scope = {var: (type_,) for var, type_ in rule.each}
    if spot.candidate is not None:
        scope = {**scope, spot.candidate.var: spot.candidate.types}
    if spot.name == "if" or isinstance(ready.condition, Literal):
        return truths(found, scope, ruleset.parameters)
    joint = truths([ready.condition, *found], scope, ruleset.parameters)
    return [together[1:] for together in joint if together[0] is Truth.TRUE]


def _first(formula: Formula) -> Expression:
    """The condition of a formula as the plan made it; of several kinds of candidate, that on the first."""
    return formula.condition if isinstance(formula, Holds) else next(each_kind(formula)).where
