"""The examples of rules as tests: each is judged by an engine, in every profile that it names, and must come out as it says.

An example accounts for all that it holds. A finding that it does not expect fails it, and so does an event of which neither
its expectation nor a note says what it is there for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from rebild_policy.engines import ENGINES, Engine, available
from rebild_policy.errors import PolicyError
from rebild_policy.facts import ANY_EVENT, Case, Coverage
from rebild_policy.loading import RuleSet
from rebild_policy.parameters import override
from rebild_policy.plan import build_plan
from rebild_policy.plan.walks import quantifiers
from rebild_policy.results import Row, Verdict
from rebild_policy.rulefiles import NOT_APPLICABLE
from rebild_policy.rules import Example, Profile, Rule, Within

ALL = "*"


@dataclass(frozen=True, slots=True)
class Trial:
    """One example, judged in one profile by one engine. `problems` says what came out otherwise; empty: it holds."""

    rule: str
    example: Example
    profile: Profile
    engine: str
    problems: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Did it come out as the example says?"""
        return not self.problems

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The verdicts that the example is about."""
        return tuple(dict.fromkeys(self.example.expect.values())) or (NOT_APPLICABLE,)

    @property
    def name(self) -> str:
        """Rule, example, engine and profile."""
        return f"{self.rule}: {self.example.name.en} [{self.engine}, {self.profile}]"


class Bench:
    """Judges examples of a rule set with one engine, and keeps what it has made ready.

    `cover` changes what an example says its source covers.
    """

    def __init__(
        self, ruleset: RuleSet, engine: str = "reference", *, cover: Callable[[Coverage], Coverage] | None = None
    ) -> None:
        self.ruleset = ruleset
        self.engine = engine
        self.cover = cover
        self._ready: dict[tuple[str, Profile, Coverage, str, str], Engine] = {}

    def rows(self, rule: Rule, example: Example, profile: Profile, as_of: date | None = None) -> list[Row]:
        """What the engine says of an example about its own rule."""
        coverage = Coverage.all().without(*example.without)
        coverage = self.cover(coverage) if self.cover else coverage
        key = (rule.name, profile, coverage, example.same_day, repr(example.parameters))
        if key not in self._ready:
            # Rules do not hear of each other, and a plan of one is made in a hundredth of the time of all.
            ruleset = as_in(self.ruleset, example).only(rule.name)
            plan = build_plan(ruleset, profile=profile, coverage=coverage, same_day=example.same_day)
            self._ready[key] = ENGINES[self.engine](plan)
        return self._ready[key].verdicts(_case(example), as_of or example.as_of)

    def trial(self, rule: Rule, example: Example, profile: Profile) -> Trial:
        """Judge an example and say what comes out otherwise than it expects."""
        try:
            rows = self.rows(rule, example, profile)
            problems = [*differences(example, rows), *self._deadline(rule, example, profile, rows)]
            problems += [
                f"neither 'expect' nor a 'note' says what the event '{id_}' is there for"
                for id_ in unexplained(rule, example.expect, example.case["events"])
                if id_ not in example.notes
            ]
        except PolicyError as error:
            problems = [str(error)]
        return Trial(rule.name, example, profile, self.engine, tuple(problems))

    def _deadline(self, rule: Rule, example: Example, profile: Profile, rows: list[Row]) -> Iterator[str]:
        """Do the examples of a deadline stand where they say, and does what is pending end with the due date?"""
        for row in rows:
            if example.deadline and row.due:
                day = row.due + timedelta(days=example.deadline == "day after")
                if all(event.day != day for event in _case(example).events):
                    yield f"the {example.deadline} is {day}, and none of its events is on that day"
            if row.verdict is Verdict.PENDING and row.due:
                said = [{_name(one): one for one in self.rows(rule, example, profile, day)} for day in _around(row.due)]
                verdicts = [found[_name(row)].verdict if _name(row) in found else None for found in said]
                if verdicts[0] is not Verdict.PENDING or verdicts[1] is Verdict.PENDING:
                    yield f"it is due on {row.due}, and not pending up to that day and no longer"


def as_in(ruleset: RuleSet, example: Example) -> RuleSet:
    """The rule set with the parameters that an example sets."""
    return replace(ruleset, parameters=override(ruleset.parameters, example.parameters)) if example.parameters else ruleset


def trials(ruleset: RuleSet, engines: Iterable[str] | None = None) -> Iterator[Trial]:
    """Every example of every rule, in each profile that it names, on each engine that can be made here."""
    benches = [Bench(ruleset, engine) for engine in engines or available()]
    for rule in ruleset.rules:
        for example in rule.examples:
            for bench in benches:
                for profile in example.profiles:
                    yield bench.trial(rule, example, profile)


def differences(example: Example, rows: Iterable[Row]) -> Iterator[str]:
    """How rows differ from what an example expects. Every row of the rule counts: one that is not expected is a failure."""
    rows = list(rows)
    said = {_name(row): row for row in rows}
    if ALL in example.expect:
        expected = dict.fromkeys(said, example.expect[ALL])
        if not said:
            yield f"expected {example.expect[ALL]}, and there is no finding"
    else:
        expected = {name: verdict for name, verdict in example.expect.items() if verdict != NOT_APPLICABLE}
    for name, verdict in expected.items():
        if name not in said:
            yield f"expected {name}: {verdict}, and there is no such finding"
        elif said[name].verdict != verdict:
            yield f"expected {name}: {verdict}, and it is {said[name].verdict}"
    for name, row in said.items():
        if name not in expected:
            yield f"there is a finding that it does not expect: {name}: {row.verdict}"
    dues = {row.due for row in rows if _name(row) in expected}
    if example.due and dues != {example.due}:
        shown = [*map(str, sorted(filter(None, dues))), *(["no day"] if None in dues or not dues else [])]
        yield f"expected to be due on {example.due}, and it is on {' and on '.join(shown)}"


def unexplained(rule: Rule, expect: Iterable[str], events: Iterable[Mapping[str, Any]]) -> list[str]:
    """The ids of the events of an example of which its expectation does not say what they are there for.

    An event that the rule starts from is named in `expect`, where `not applicable` may be said of it too; one that it looks
    for, in either profile, needs no words; any other needs a `note`.
    """
    starting = {type_ for _, type_ in rule.each}
    sought = {type_ for node in quantifiers(rule) for type_ in node.types}
    if any(isinstance(node.window, Within) and node.window.paused for node in quantifiers(rule)):
        sought.add("suspension")
    keys = [key.split("+") for key in expect]
    # "*" speaks of all, and so does a finding that is left without the rest of its key.
    of_all = not keys or [ALL] in keys or any(len(key) < len(rule.each) for key in keys if len(rule.each) > 1)
    named = {id_ for key in keys for id_ in key}
    found = []
    for event in events:
        known = of_all or event["id"] in named if event["type"] in starting else event["type"] in sought or ANY_EVENT in sought
        if not known:
            found.append(event["id"])
    return found


def _case(example: Example) -> Case:
    return Case.read(example.case)


def _name(row: Row) -> str:
    return "+".join((row.trigger, *row.key))


def _around(due: date) -> tuple[date, date]:
    return due, due + timedelta(days=1)
