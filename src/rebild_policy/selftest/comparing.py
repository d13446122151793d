"""Engines compared with the reference on generated cases, every row and every count of both profiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from time import perf_counter
from typing import Any, Final

from rebild_policy.difference import USUAL, Difference
from rebild_policy.engines import ENGINES, Engine
from rebild_policy.errors import UsageError, did_you_mean
from rebild_policy.loading import RuleSet
from rebild_policy.results import Row, Verdict
from rebild_policy.rulefiles import NOT_APPLICABLE
from rebild_policy.rules import Profile
from rebild_policy.scenario import Scenario
from rebild_policy.selftest.drawing import BLOCK, PROFILES, Drawing, Variant, plan_of
from rebild_policy.strategies.shrinking import shrink

REFERENCE: Final = "reference"
MOST_DIFFERENCES: Final = 10
_JUDGE_ONCE: Final = {REFERENCE, "durable"}  # their verdicts() is the rows of judge(); tests/engines/test_meaning.py asks both
_STEP = 50  # cases between two reports of progress


# -------------------------------------------------------------------------------------------------------------- results
@dataclass(frozen=True, slots=True)
class SelftestResult:
    """What a run saw. `counts`: engine, rule, verdict or "not applicable" -> matches; `differing`: judgements that differed.

    `differences` has the first for each rule and engine.
    """

    seed: int
    cases: int
    seconds: float
    engines: tuple[str, ...]
    counts: Mapping[str, Mapping[str, Mapping[str, int]]]
    differing: int
    differences: tuple[Difference, ...]

    def verdicts(self, engine: str = REFERENCE) -> dict[str, int]:
        """How often an engine came to each verdict, over all rules."""
        total: Counter[str] = Counter()
        for tally in self.counts[engine].values():
            total.update(tally)
        return {name: total[name] for name in (*(verdict.value for verdict in Verdict), NOT_APPLICABLE)}

    def unseen(self, *verdicts: str) -> dict[str, tuple[str, ...]]:
        """The rules for which one of `verdicts` never occurred: a test that never saw a violation shows little."""
        tallies = self.counts[REFERENCE]
        missed = {rule: tuple(name for name in verdicts if not tally.get(name)) for rule, tally in tallies.items()}
        return {rule: names for rule, names in missed.items() if names}


# -------------------------------------------------------------------------------------------------------------- running
def run(
    ruleset: RuleSet | Sequence[RuleSet],
    engines: Sequence[str],
    cases: int,
    seed: int,
    progress: Callable[[int], None] | None = None,
    *,
    first: int = 0,
    block: int | None = None,
) -> SelftestResult:
    """Compare `engines` with the reference on generated cases about the rules of one or several rule sets.

    `progress` is told, now and then, how many cases are done. `first` is the number of the first case, where a run takes
    up another; `block` the number of cases that share one pool of variants. Raises `UsageError` for an engine that does not
    exist.
    """
    rulesets = (ruleset,) if isinstance(ruleset, RuleSet) else tuple(ruleset)
    for name in engines:
        if name not in ENGINES:
            raise UsageError(f"unknown engine '{name}'.", remedy=did_you_mean(name, ENGINES))
    started = perf_counter()
    test = _Selftest(rulesets, tuple(engines), seed, block or BLOCK)
    for done in range(cases):
        if progress and done % _STEP == 0:
            progress(done)
        test.compare(first + done)
    if progress:
        progress(cases)
    return test.result(cases, perf_counter() - started)


class _Selftest:
    """One run: the plans of the block that it is in, and what it has seen."""

    def __init__(self, rulesets: tuple[RuleSet, ...], engines: tuple[str, ...], seed: int, size: int) -> None:
        self.rulesets = rulesets
        self.names = tuple(dict.fromkeys((REFERENCE, *engines)))
        self.drawing = Drawing(rulesets, seed, size)
        self.block = -1
        self.judges: dict[tuple[Any, ...], dict[str, Engine]] = {}
        self.counts: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in self.names}
        self.differing = 0
        self.differences: dict[tuple[str, str], Difference] = {}

    def compare(self, number: int) -> None:
        """Draw case `number` and compare the engines on it."""
        variant, scenario = self.drawing.case(number)
        for profile in PROFILES:
            judges = self._judges(variant, profile)
            expected = _answer(REFERENCE, judges[REFERENCE], scenario)
            for name in self.names:
                got = _answer(name, judges[name], scenario) if name != REFERENCE else expected
                self._count(name, got)
                if got.error or got != expected:
                    start = Difference("", name, (), (), scenario, profile, variant.calendar, variant.gaps)
                    self._differs(start, self.rulesets[variant.ruleset], expected.differing_from(got))

    def _judges(self, variant: Variant, profile: Profile) -> dict[str, Engine]:
        if self.block != self.drawing.block:  # forget the plans of the one before, those with full coverage apart
            self.block = self.drawing.block
            self.judges = {key: judges for key, judges in self.judges.items() if key[0].missing == ()}
        key = (variant._replace(rule=""), profile)
        found = self.judges.get(key)
        if found is None:
            plan = variant.plan(self.rulesets[variant.ruleset], profile)
            found = self.judges[key] = {name: ENGINES[name](plan) for name in self.names}
        return found

    # ---------------------------------------------------------------------------------------------------------- results
    def _count(self, engine: str, answer: _Answer) -> None:
        self.counts[engine].update([(row.rule, row.verdict) for row in answer.rows])
        for rule, matches in answer.not_applicable.items():
            self.counts[engine][rule, NOT_APPLICABLE] += matches

    def _differs(self, start: Difference, ruleset: RuleSet, rules: set[str]) -> None:
        """Note a difference in some `rules`; the first for each of them and each engine is made small."""
        self.differing += 1
        failed = not rules  # an engine raised something, or put the rows in another order
        for rule in [rule.name for rule in ruleset.rules if failed or rule.name in rules] + [""] * failed:
            known = any(engine == start.engine and (failed or name == rule) for name, engine in self.differences)
            if known or len(self.differences) >= MOST_DIFFERENCES:
                continue
            for probe in (_Probe(replace(start, rule=rule), _only(ruleset, rule)), _Probe(replace(start, rule=rule), ruleset)):
                found = probe.asked(start.scenario)
                if found:
                    self.differences[rule, start.engine] = probe.small(found)
                    break

    def result(self, cases: int, seconds: float) -> SelftestResult:
        """What was seen, in the order of the rules."""
        counts: dict[str, dict[str, dict[str, int]]] = {}
        for engine, tally in self.counts.items():
            of_rules = counts[engine] = {rule: {} for _, rule in self.drawing.rules}
            for (rule, verdict), matches in sorted(tally.items()):
                of_rules[rule][str(verdict)] = matches
        differences = tuple(self.differences.values())
        return SelftestResult(self.drawing.seed, cases, seconds, self.names, counts, self.differing, differences)


# ------------------------------------------------------------------------------------------------------------ comparing
@dataclass(frozen=True, slots=True)
class _Answer:
    """What an engine says of a scenario, or the error it raised."""

    rows: tuple[Row, ...] = ()
    not_applicable: Mapping[str, int] = field(default_factory=dict)
    error: str | None = None

    def of(self, rule: str) -> _Answer:
        """The part about one rule; without a rule, all of it."""
        if not rule:
            return self
        count = self.not_applicable.get(rule)
        return replace(
            self,
            rows=tuple(row for row in self.rows if row.rule == rule),
            not_applicable={} if count is None else {rule: count},
        )

    def differing_from(self, other: _Answer) -> set[str]:
        """The rules of which the two say different things; none if one of them is an error."""
        rules = {row.rule for row in (*self.rows, *other.rows)} | {*self.not_applicable, *other.not_applicable}
        return set() if self.error or other.error else {rule for rule in rules if self.of(rule) != other.of(rule)}


def _answer(name: str, engine: Engine, scenario: Scenario) -> _Answer:
    case, as_of = scenario.case, scenario.as_of
    try:
        judgement = engine.judge(case, as_of)
        rows = judgement.rows if name in _JUDGE_ONCE else engine.verdicts(case, as_of)
    except Exception as error:  # noqa: BLE001 - an engine that raises anything at all has failed the test
        return _Answer(error=f"{type(error).__name__}: {error}")
    if rows != judgement.rows:
        return _Answer(error="verdicts() and judge() differ")
    return _Answer(tuple(rows), {rule: count for rule, count in judgement.not_applicable.items() if count})


def _only(ruleset: RuleSet, rule: str) -> RuleSet:
    return ruleset.only(rule) if rule else ruleset


class _Probe:
    """Asks an engine and the reference about scenarios, for one rule or for all, and keeps the plans."""

    def __init__(self, start: Difference, ruleset: RuleSet) -> None:
        self.start = start
        self.ruleset = ruleset
        self.judges: dict[tuple[Any, ...], tuple[Engine, Engine]] = {}

    def asked(self, scenario: Scenario) -> Difference | None:
        """The difference on a scenario; None where the two agree."""
        start = self.start
        judges = self.judges.get((scenario.missing, scenario.same_day))
        if judges is None:
            plan = plan_of(self.ruleset, start.profile, scenario.missing, scenario.same_day, start.calendar, start.gaps)
            judges = ENGINES[REFERENCE](plan), ENGINES[start.engine](plan)
            self.judges[scenario.missing, scenario.same_day] = judges
        expected = _answer(REFERENCE, judges[0], scenario).of(start.rule)
        got = _answer(start.engine, judges[1], scenario).of(start.rule)
        if expected == got and not expected.error:
            return None
        counts = sum(expected.not_applicable.values()), sum(got.not_applicable.values())
        error = got.error or expected.error
        return replace(start, scenario=scenario, expected=expected.rows, got=got.rows, not_applicable=counts, error=error)

    def small(self, difference: Difference) -> Difference:
        """The difference on the smallest scenario that shows one of its kind."""
        probe, difference = self._plain(difference)

        def fails(scenario: Scenario) -> bool:
            return _alike(difference, probe.asked(scenario))

        return probe.asked(shrink(difference.scenario, fails)) or difference

    def _plain(self, difference: Difference) -> tuple[_Probe, Difference]:
        """The difference with the usual calendar and no gaps if that shows it too, as of the day or one near by."""
        plain = replace(self.start, calendar=USUAL, gaps=())
        if plain != self.start:
            probe = _Probe(plain, self.ruleset)
            for days in (0, 1, -1, 2, -2, 3, -3):
                found = probe.asked(replace(difference.scenario, as_of=difference.scenario.as_of + timedelta(days=days)))
                if found and _alike(difference, found):
                    return probe, found
        return self, difference


def _alike(difference: Difference, other: Difference | None) -> bool:
    return other is not None and (other.error is None) == (difference.error is None)
