"""The plan: rules made ready for an engine, for one profile, one coverage and one reading of equal days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from rebild_policy.calendar import Calendar
from rebild_policy.facts import ANY_EVENT, Coverage, SameDay, Vocabulary, field_is_covered, vocabulary
from rebild_policy.loading import RuleSet
from rebild_policy.parameters import ParameterDefinition
from rebild_policy.plan.passes import PASSES, Context, check_term
from rebild_policy.plan.types import Checker
from rebild_policy.plan.walks import OpenLink, open_links, quantifiers, with_place
from rebild_policy.rules import Profile, Rule, Within


@dataclass(frozen=True, slots=True)
class NotCheckable:
    """A rule that can't be checked with a source, for want of the event types that it starts from."""

    rule: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What an engine runs. `source` is what the export covers, `coverage` that less the gaps of one case."""

    rules: tuple[Rule, ...]
    not_checkable: tuple[NotCheckable, ...]
    profile: Profile
    source: Coverage
    coverage: Coverage
    same_day: SameDay
    calendar: Calendar
    parameters: Mapping[str, ParameterDefinition]
    vocabulary: Vocabulary
    ruleset: RuleSet
    written: Mapping[str, Rule] = field(default_factory=dict)  # the same rules as their authors wrote them
    # Rules by name and the gaps that they can see: cases have many sets of gaps, and a rule looks at a few event types.
    _with: dict[tuple[str, frozenset[str]], Rule] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def duties(self) -> Plan:
        """The same plan without the statistics, which count and never accuse."""
        return replace(self, rules=tuple(rule for rule in self.rules if rule.measure is None))

    def covers(self, type_: str, field: str) -> bool:
        """Is an empty field a fact?"""
        return field_is_covered(self.source, self.coverage, type_, field)

    def with_gaps(self, gaps: Iterable[str]) -> Plan:
        """The plan for a case in which some event types are not wholly known, as after a quarantined row.

        The source still covers them, so every rule is still checked on what is there; what is not there is unknown.
        """
        names = frozenset(gaps)
        rules = tuple(self._rule_with(self.written[rule.name], names) for rule in self.rules)
        return replace(self, rules=rules, coverage=self.source.without(*names))

    def _rule_with(self, rule: Rule, gaps: frozenset[str]) -> Rule:
        types = _types_of(rule)
        seen = frozenset(name for name in gaps if ANY_EVENT in types or name.partition(".")[0] in types)
        key = (rule.name, seen)
        if key not in self._with:
            context = _context(self.ruleset, self.profile, self.source, self.source.without(*seen))
            self._with[key] = _planned(rule, context)
        return self._with[key]


def build_plan(
    ruleset: RuleSet,
    *,
    profile: Profile,
    coverage: Coverage | None = None,
    same_day: SameDay = "unknown",
    calendar: Calendar | None = None,
    source: Coverage | None = None,
) -> Plan:
    """Run the passes over every rule of the profile. Raises `RuleError` with file and line for the first that is wrong."""
    coverage = coverage or Coverage.all()
    source = source or coverage
    context = _context(ruleset, profile, source, coverage)
    for term in ruleset.terms.values():
        with_place(partial(check_term, term, context), term.at)
    planned: list[Rule] = []
    not_checkable: list[NotCheckable] = []
    for rule in ruleset.rules:
        if rule.profile not in {None, profile}:
            continue
        ready = _planned(rule, context)
        missing = tuple(type_ for type_ in dict.fromkeys(type_ for _, type_ in rule.each) if not source.covers(type_))
        if missing:
            not_checkable.append(NotCheckable(rule.name, missing))
        else:
            planned.append(ready)
    return Plan(
        rules=tuple(planned),
        not_checkable=tuple(not_checkable),
        profile=profile,
        source=source,
        coverage=coverage,
        same_day=same_day,
        calendar=calendar or Calendar(),
        parameters=ruleset.parameters,
        vocabulary=context.vocabulary,
        ruleset=ruleset,
        written={rule.name: rule for rule in ruleset.rules},
    )


def _context(ruleset: RuleSet, profile: Profile, source: Coverage, coverage: Coverage) -> Context:
    words = vocabulary()
    return Context(words, ruleset.terms, Checker(words, ruleset.parameters), profile, source, coverage)


def _types_of(rule: Rule) -> frozenset[str]:
    """The event types that a rule looks at, suspensions where they move a deadline of it, and the case."""
    sought = {type_ for node in quantifiers(rule) for type_ in node.types}
    if any(isinstance(node.window, Within) and node.window.paused for node in quantifiers(rule)):
        sought.add("suspension")
    return frozenset({"case", *(type_ for _, type_ in rule.each), *sought})


def _planned(rule: Rule, context: Context) -> Rule:
    for step in PASSES:
        rule = with_place(partial(step, rule, context), rule.at)
    return rule


__all__ = ["NotCheckable", "OpenLink", "Plan", "SameDay", "build_plan", "open_links"]
