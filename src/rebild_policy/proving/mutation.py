"""Mutation of rules: each mutant must fail an example. One that does not is shown with a case that tells it from the rule.

A mutant that the plan refuses is none: no author could have written it. One that no generated case tells from the rule may
mean the same; then it is listed in `exceptions.yaml` with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Final, Literal, get_args

from rebild_policy.difference import example_text
from rebild_policy.engines import CompiledEngine
from rebild_policy.errors import PolicyError, RuleError
from rebild_policy.loading import RuleSet
from rebild_policy.plan import build_plan
from rebild_policy.proving.exceptions import Exceptions
from rebild_policy.proving.mutants import Mutant, mutants
from rebild_policy.proving.trials import Bench, differences, unexplained
from rebild_policy.results import Row
from rebild_policy.rules import Profile, Text
from rebild_policy.scenario import Scenario
from rebild_policy.strategies.choosing import RandomChooser
from rebild_policy.strategies.generator import generators
from rebild_policy.strategies.shrinking import shrink

PROFILES: Final[tuple[Profile, ...]] = get_args(Profile)
Fate = Literal["killed", "refused", "equivalent", "survived"]
Progress = Callable[[int, int], None]
SEARCHED: Final = 8_000  # generated cases in which a survivor is searched for a difference
_VARIANTS: Final = 12  # coverages among them, beside full coverage: a plan costs as much as many cases


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that every example lets pass. `example` is one that would not, ready to paste; None where none was found.

    One that is listed as equivalent survives too where a generated case tells it from the rule.
    """

    mutant: Mutant
    example: str | None


@dataclass(frozen=True, slots=True)
class Mutation:
    """What became of every mutant. `stale`: exceptions that name a mutant that is killed, refused or none."""

    fates: dict[str, Fate]
    survivors: tuple[Survivor, ...]
    stale: tuple[str, ...]

    def count(self, fate: Fate) -> int:
        """How many mutants came to this."""
        return sum(found == fate for found in self.fates.values())


def mutate(
    ruleset: RuleSet,
    exceptions: Exceptions | None = None,
    *,
    rules: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Mutation:
    """Try to break every rule, or some, and say which mutants no example notices.

    Raises `RuleError` where an example fails before anything is broken: it would fail any mutant, too.
    """
    _check_sound(ruleset, rules)
    every = list(mutants(ruleset, rules))
    equivalent = exceptions.equivalent if exceptions else {}
    fates: dict[str, Fate] = {}
    survivors: list[Survivor] = []
    stale: list[str] = []
    for number, mutant in enumerate(every, 1):
        fate = _fate(mutant)
        listed = equivalent.get(mutant.name)
        if fate == "survived":
            example = _telling_example(mutant)
            if listed and example is None:
                fate = "equivalent"
            else:
                survivors.append(Survivor(mutant, example))
        elif listed:
            stale.append(f"{listed}: this mutant is {fate}: {mutant.name}")
        fates[mutant.name] = fate
        if progress:
            progress(number, len(every))
    if rules is None:
        stale += [f"{at}: there is no such mutant: {name}" for name, at in equivalent.items() if name not in fates]
    return Mutation(fates, tuple(survivors), tuple(stale))


def _check_sound(ruleset: RuleSet, rules: Collection[str] | None) -> None:
    bench = Bench(ruleset)
    for rule in ruleset.rules:
        for example in rule.examples if rules is None or rule.name in rules else ():
            for profile in example.profiles:
                if any(differences(example, bench.rows(rule, example, profile))):
                    remedy = "Run rebild-policy test first: a mutant that fails it says nothing."
                    raise RuleError(f"an example of '{rule.name}' fails already.", at=example.at, remedy=remedy)


def _fate(mutant: Mutant) -> Fate:
    """Does an example notice? The plan is asked in every profile first, since examples may need one only."""
    bench = Bench(mutant.wrong, cover=mutant.cover)
    try:
        for profile in PROFILES:
            build_plan(mutant.wrong, profile=profile)
        for sound, wrong in zip(mutant.sound.rules, mutant.wrong.rules, strict=True):
            for example in sound.examples:
                for profile in example.profiles:
                    if any(differences(example, bench.rows(wrong, example, profile))):
                        return "killed"
    except PolicyError:
        return "refused"
    return "survived"


# ------------------------------------------------------------------------------------------------------------- searching
class _Pair:
    """The rule and its mutant, each ready for a coverage; asked about scenarios."""

    def __init__(self, mutant: Mutant, profile: Profile) -> None:
        self.mutant = mutant
        self.profile: Profile = profile
        self._ready: dict[tuple[object, ...], tuple[CompiledEngine, CompiledEngine]] = {}

    def told_apart(self, scenario: Scenario) -> tuple[str, list[Row]] | None:
        """The rule that says another thing of the scenario than its mutant, and what the sound one says."""
        with suppress(PolicyError):
            sound, wrong = (engine.verdicts(scenario.case, scenario.as_of) for engine in self._engines(scenario))
            for rule in self.mutant.sound.rules:
                mine = [row for row in sound if row.rule == rule.name]
                if _said(mine) != _said(row for row in wrong if row.rule == rule.name):
                    return rule.name, mine
        return None

    def _engines(self, scenario: Scenario) -> tuple[CompiledEngine, CompiledEngine]:
        key = (scenario.missing, scenario.same_day)
        if key not in self._ready:
            covered = scenario.coverage
            wrongly = self.mutant.cover(covered) if self.mutant.cover else covered
            self._ready[key] = (
                CompiledEngine(build_plan(self.mutant.sound, profile=self.profile, coverage=covered, same_day=scenario.same_day)),
                CompiledEngine(build_plan(self.mutant.wrong, profile=self.profile, coverage=wrongly, same_day=scenario.same_day)),
            )
        return self._ready[key]


def _said(rows: Iterable[Row]) -> set[tuple[object, ...]]:
    """What an example can expect of rows: names and verdicts."""
    return {(row.trigger, row.key, row.verdict) for row in rows}


def _telling_example(mutant: Mutant) -> str | None:
    """A small case that the rule and its mutant judge differently, as an example that expects what the rule says."""
    pairs = [_Pair(mutant, profile) for profile in PROFILES]
    for scenario in _scenarios(mutant):
        for pair in pairs:
            if pair.told_apart(scenario):
                small = shrink(scenario, lambda one, pair=pair: pair.told_apart(one) is not None)  # type: ignore[misc]
                return _example(mutant, pair, small)
    return None


def _example(mutant: Mutant, pair: _Pair, scenario: Scenario) -> str | None:
    found = pair.told_apart(scenario)
    if found is None:
        return None
    name, rows = found
    expected = ["+".join((row.trigger, *row.key)) for row in rows]
    idle = unexplained(mutant.sound.rule(name), expected, scenario.data["events"])
    title = Text(da="NAVNGIV DET, DER BLIVER VIST", en="NAME WHAT THIS SHOWS")
    return example_text(scenario, rows, pair.profile, title, dict.fromkeys(idle, "SAY WHY THIS IS HERE"))


def _scenarios(mutant: Mutant) -> Iterator[Scenario]:
    """Scenarios to search, the same on every run: about what the rule looks at and what its mutant does.

    Where the mutant misreads what a source covers, the source lacks that, and else nothing or a few names.
    """
    chooser = RandomChooser(Random(20260105))  # noqa: S311 - cases, not secrets
    drawing = [*generators(mutant.sound).values(), *generators(mutant.wrong).values()]
    variants = [drawing[number % len(drawing)].missing(chooser) for number in range(_VARIANTS)]
    variants += [(mutant.covered,)] * _VARIANTS if mutant.covered else []
    for number in range(SEARCHED):
        missing = chooser.pick(variants) if number % 2 else ()
        yield drawing[number // 2 % len(drawing)].scenario(chooser, missing=missing, same_day="unknown")
