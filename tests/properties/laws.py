"""What the laws share: where they are tried, and what they compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from random import Random
from typing import NamedTuple, get_args

from hypothesis import strategies as st

from rebild_policy.bundled import rules_folder
from rebild_policy.engines import ENGINES, Engine, available
from rebild_policy.expressions import ids
from rebild_policy.facts import Case, Coverage, Event, SameDay, vocabulary
from rebild_policy.loading import RuleSet, load_rules
from rebild_policy.plan import Plan, build_plan
from rebild_policy.results import Row
from rebild_policy.rules import Profile
from rebild_policy.strategies.focus import Focus, focus_on
from rebild_policy.strategies.generator import Scenario
from rebild_policy.strategies.hypothesis_source import scenarios

FOLDERS = {"shipped": rules_folder(), "language": Path(__file__).parents[1] / "engines" / "language_rules"}
Place = tuple[str, str, tuple[str, ...]]  # of a finding: its rule, its trigger and its key


class Answer(NamedTuple):
    """What an engine says of a case, whatever the order it says it in."""

    rows: list[Row]
    not_applicable: dict[str, int]


@dataclass(frozen=True)
class Setting:
    """An engine, a rule set and a profile: every law is tried in all of them."""

    engine: str
    rules: str
    profile: Profile
    only: str | None = None  # the one rule that is looked at

    def one_rule(self, data: st.DataObject) -> Setting:
        """The setting with one of its rules alone: a plan of all costs more than judging a hundred cases."""
        return replace(self, only=data.draw(st.sampled_from(list(focuses(self)))))

    def scenario(self, data: st.DataObject) -> Scenario:
        """Draw a scenario about one of the rules."""
        return data.draw(_scenarios(self))

    def built(self, scenario: Scenario, *, order: int = 0, copy: int = 0) -> Engine:
        """The engine for what the scenario covers; `order` is that of the rules, each `copy` an object of its own."""
        return _engine(self, frozenset(scenario.missing), scenario.same_day, order, copy)

    def answer(self, scenario: Scenario, case: Case | None = None, as_of: date | None = None) -> Answer:
        """What the engine says of the scenario, or of another case or day in its place."""
        return answer_of(self.built(scenario), case or scenario.case, as_of or scenario.as_of)

    def not_checkable(self, scenario: Scenario) -> set[str]:
        """The rules that start from an event type which the scenario does not cover."""
        return {item.rule for item in _plan(self, frozenset(scenario.missing), scenario.same_day, 0).not_checkable}


SETTINGS = [Setting(engine, rules, profile) for rules in FOLDERS for profile in get_args(Profile) for engine in available()]


def answer_of(engine: Engine, case: Case, as_of: date) -> Answer:
    """The judgement of an engine."""
    found = engine.judge(case, as_of)
    return Answer(sorted(found.rows, key=place), found.not_applicable)


def place(row: Row) -> Place:
    """Where a row stands: its rule, its trigger and its key."""
    return row[:3]


def with_events(case: Case, events: Iterable[Event]) -> Case:
    """The case with other events."""
    return case.model_copy(update={"events": tuple(events)})


def source_decides(one: Event, other: Event, same_day: SameDay) -> bool:
    """Is it the order of the source that says which of two events is earlier, unless a link says it?"""
    if one.instant and other.instant:
        return one.instant == other.instant
    return one.day == other.day and same_day == "source-order"


def links_to(event: Event, other: Event) -> list[str]:
    """The links of `event` that name `other`."""
    links = vocabulary().types[event.type].links
    return [spec.name for spec in links if other.id in ids(getattr(event, spec.name))]


@cache
def focuses(setting: Setting) -> dict[str, Focus]:
    """What each rule reads."""
    plan = _plan(setting, frozenset(), "unknown", 0)
    return {rule.name: focus_on([rule], plan.parameters) for rule in plan.rules}


@cache
def ruleset(rules: str, only: str | None = None, order: int = 0) -> RuleSet:
    """A rule set, or one rule of it; with an `order`, its rules are shuffled."""
    if only is None and not order:
        return load_rules(FOLDERS[rules])
    whole = ruleset(rules)
    chosen = [rule for rule in whole.rules if only in {None, rule.name}]
    if order:
        Random(order).shuffle(chosen)
    return replace(whole, rules=tuple(chosen))


@cache
def _scenarios(setting: Setting) -> st.SearchStrategy[Scenario]:
    return scenarios(_plan(setting, frozenset(), "unknown", 0) if setting.only else ruleset(setting.rules))


# Kept, since making them costs more than judging a case; but not all, since few coverages recur.
@lru_cache(maxsize=500)
def _plan(setting: Setting, missing: frozenset[str], same_day: SameDay, order: int) -> Plan:
    rules = ruleset(setting.rules, setting.only, order)
    return build_plan(rules, profile=setting.profile, coverage=Coverage.all().without(*missing), same_day=same_day)


@lru_cache(maxsize=500)
def _engine(setting: Setting, missing: frozenset[str], same_day: SameDay, order: int, copy: int) -> Engine:
    return ENGINES[setting.engine](_plan(setting, missing, same_day, order))
