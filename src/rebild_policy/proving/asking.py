"""Asking a rule about parts of itself: the plan makes the parts ready as it makes the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rebild_policy.expressions import TRUE, Expression
from rebild_policy.facts import Coverage, SameDay
from rebild_policy.loading import RuleSet
from rebild_policy.plan import Plan, build_plan
from rebild_policy.rules import Formula, Group, Holds, Profile, Quantifier, Rule


def asking_plan(
    ruleset: RuleSet,
    rule: Rule,
    formulas: Sequence[Formula],
    profile: Profile,
    coverage: Coverage | None = None,
    same_day: SameDay = "unknown",
) -> Plan:
    """The plan of a rule that starts from the same events under the same `if`, and requires `formulas`: its only rule, if
    the profile and the coverage leave it, has them made ready as `require.parts`, in their order.
    """
    # The last is for the plan, which refuses a rule that requires nothing.
    required = Group("all", (*(replace(formula, profile=None) for formula in formulas), Holds(TRUE)))
    # Not a statistic: it would require its `if`, too.
    asking = replace(rule, measure=None, unless=Group("any", ()), require=required)
    return build_plan(replace(ruleset, rules=(asking,)), profile=profile, coverage=coverage or Coverage.all(), same_day=same_day)


def candidate_condition(sought: Quantifier, condition: Expression) -> Quantifier:
    """A condition on the candidates of a quantifier, wherever they stand and whenever they come."""
    return replace(sought, kind="some", where=condition, before=None, after=None, of=None, same=None, window=None, profile=None)


def each_kind(formula: Formula) -> Iterator[Quantifier]:
    """A quantifier, or what the plan made of it: one for each kind of type."""
    if isinstance(formula, Quantifier):
        yield formula
    elif isinstance(formula, Group):
        for part in formula.parts:
            yield from each_kind(part)
