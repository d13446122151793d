"""What generated cases show: rules that another one implies, rules that nothing violates, facts that a message may lack.

A remark from here rests on cases that were seen, and says how many. The cases are the same on every run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final, get_args

from rebild_policy.engines import CompiledEngine
from rebild_policy.errors import Location
from rebild_policy.linting.remarks import Remark
from rebild_policy.loading import RuleSet
from rebild_policy.plan import build_plan
from rebild_policy.plan.wording import PLACE
from rebild_policy.results import Row, Verdict
from rebild_policy.rules import Profile, Rule
from rebild_policy.scenario import Scenario
from rebild_policy.strategies.choosing import RandomChooser
from rebild_policy.strategies.generator import generators

CASES: Final = 600  # for each rule
SEARCHED: Final = 20_000  # for a rule that none of them violates
ENOUGH: Final = 25  # violations, before a rule is said to be implied by another


@dataclass
class _Seen:
    """What was seen of one rule: how often it was violated, with which others every time, and what its messages lacked."""

    violated: int = 0
    together: set[str] | None = None
    lacking: set[tuple[str, str]] = field(default_factory=set)  # key of the rule file, and the fact


def observed(ruleset: RuleSet) -> Iterator[Remark]:
    """Judge generated cases and say what they show."""
    seen: dict[str, _Seen] = defaultdict(_Seen)
    rules = {rule.name: rule for rule in ruleset.rules}
    for profile in get_args(Profile):
        engine = CompiledEngine(build_plan(ruleset, profile=profile, same_day="source-order"))
        for scenario in _scenarios(ruleset, profile):
            # A statistic accuses nobody, so that another may well say the same.
            duties = (row for row in engine.verdicts(scenario.case, scenario.as_of) if rules[row.rule].measure is None)
            rows = [row for row in duties if row.verdict is Verdict.VIOLATED]
            by_trigger: dict[str, set[str]] = defaultdict(set)
            for row in rows:
                by_trigger[row.trigger].add(row.rule)
            for row in rows:
                _note(seen[row.rule], row, by_trigger[row.trigger] - {row.rule}, rules[row.rule], scenario)
    for rule in ruleset.rules:
        # Of a rule for which much must come together, more cases of its own are asked before that is said of it.
        if seen[rule.name].violated or rule.measure is not None or not _can_be_violated(ruleset, rule):
            yield from _remarks(rule, seen[rule.name], rules)


def _can_be_violated(ruleset: RuleSet, rule: Rule) -> bool:
    alone = replace(ruleset, rules=(rule,))
    for profile in get_args(Profile):
        plan = build_plan(alone, profile=profile, same_day="source-order")
        engine, chooser = CompiledEngine(plan), RandomChooser(Random(f"lint/{rule.name}"))  # noqa: S311 - cases
        for generator in generators(plan).values():
            for _ in range(SEARCHED // 2):
                scenario = generator.scenario(chooser, missing=(), same_day="source-order")
                if any(row.verdict is Verdict.VIOLATED for row in engine.verdicts(scenario.case, scenario.as_of)):
                    return True
    return False


def _scenarios(ruleset: RuleSet, profile: Profile) -> Iterator[Scenario]:
    chooser = RandomChooser(Random(f"lint/{profile}"))  # noqa: S311 - cases, not secrets
    for generator in generators(build_plan(ruleset, profile=profile)).values():
        for _ in range(CASES // 2):
            yield generator.scenario(chooser, missing=(), same_day="source-order")


def _note(seen: _Seen, row: Row, others: set[str], rule: Rule, scenario: Scenario) -> None:
    seen.violated += 1
    seen.together = others if seen.together is None else seen.together & others
    bound = dict(zip((var for var, _ in rule.each), (row.trigger, *row.key), strict=False))
    for key in ("message", "remedy"):
        for place in {*PLACE.findall(getattr(rule, key).da), *PLACE.findall(getattr(rule, key).en)}:
            var, _, name = place.partition(".")
            shown = row.due if not name else getattr(scenario.case.event(bound[var]), name) if var in bound else ""
            if shown is None:
                seen.lacking.add((key, place))


def _remarks(rule: Rule, seen: _Seen, rules: Mapping[str, Rule]) -> Iterator[Remark]:
    if not seen.violated and rule.measure is None:
        message = f"{rule.name}: none of the generated cases violates it."
        yield Remark("never-violated", rule.name, message, rule.at)
    for key, place in sorted(seen.lacking):
        at = Location(rule.at.file, rule.lines.get(key, 1))
        message = f"{rule.name}: {key}: '{place}' can be absent in a possible deviation."
        yield Remark("absent-in-message", f"{rule.name}: {key}: {place}", message, at)
    if seen.violated >= ENOUGH:
        told_once = {name for name in rules if name == rule.subsumed_by or rules[name].subsumed_by == rule.name}
        for other in sorted((seen.together or set()) - told_once):
            message = (
                f"{rule.name}: '{other}' was violated too in all {seen.violated} generated cases in which this is; "
                f"drop it, or write subsumed_by: {other}."
            )
            yield Remark("implied-rule", f"{rule.name}: {other}", message, rule.at)
