"""The cases of the self-test, number by number, and the plans that they are judged under.

A case follows from the seed, its number and the size of a block: cases of one block share a pool of variants, for a plan costs as
much as many cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from random import Random
from typing import Final, NamedTuple, get_args

from rebild_policy.calendar import Calendar
from rebild_policy.difference import USUAL
from rebild_policy.facts import Coverage, SameDay
from rebild_policy.loading import RuleSet
from rebild_policy.plan import Plan, build_plan
from rebild_policy.rules import Profile
from rebild_policy.scenario import Scenario
from rebild_policy.strategies.choosing import RandomChooser
from rebild_policy.strategies.generator import SAME_DAY, generators

PROFILES: Final[tuple[Profile, ...]] = get_args(Profile)
BLOCK: Final = 5_000  # cases that share one pool of variants
VARIANTS: Final = 20  # beside the two with full coverage
_CALENDARS = (
    *[USUAL] * 8,
    Calendar(cut_off=time(10)),
    Calendar(saturdays=True),
    Calendar(count_first_day=True),
    Calendar(closed=frozenset({"5 June", "24 December", "31 December"})),
)


class Variant(NamedTuple):
    """A rule to draw a case for, and the plan to judge it under; `ruleset` is the place of its rule set among those given."""

    ruleset: int
    rule: str
    missing: tuple[str, ...]
    same_day: SameDay
    calendar: Calendar = USUAL
    gaps: tuple[str, ...] = ()

    def plan(self, ruleset: RuleSet, profile: Profile) -> Plan:
        """The plan that its cases are judged under."""
        return plan_of(ruleset, profile, self.missing, self.same_day, self.calendar, self.gaps)


class Drawing:
    """Draws the cases about the rules of some rule sets."""

    def __init__(self, rulesets: Sequence[RuleSet], seed: int, block: int = BLOCK) -> None:
        self.seed = seed
        self.size = block
        self._generators = [generators(ruleset) for ruleset in rulesets]
        self.rules = [(number, rule) for number, known in enumerate(self._generators) for rule in known]
        self._random = Random()  # noqa: S311 - cases, not secrets
        self._chooser = RandomChooser(self._random)
        self.block = -1
        self._variants: list[Variant] = []

    def case(self, number: int) -> tuple[Variant, Scenario]:
        """Case `number`: half of the time with full coverage, else of one of the variants of its block."""
        if number // self.size != self.block:
            self._start(number // self.size)
        self._random.seed(self.seed * 2**32 + number)
        choose = self._chooser
        if choose.chance(0.5):
            ruleset, rule = choose.pick(self.rules)
            variant = Variant(ruleset, rule, (), choose.pick(SAME_DAY))
        else:
            variant = choose.pick(self._variants)
            rule = variant.rule if choose.chance(0.8) else choose.pick(tuple(self._generators[variant.ruleset]))
        generator = self._generators[variant.ruleset][rule]
        return variant, generator.scenario(choose, missing=variant.missing, same_day=variant.same_day)

    def _start(self, block: int) -> None:
        """Choose the variants of a block."""
        self.block = block
        self._random.seed(f"{self.seed}/{block}")
        self._variants = []
        for _ in range(VARIANTS):
            ruleset, rule = self._chooser.pick(self.rules)
            names = self._generators[ruleset][rule].missing(self._chooser)
            missing, gaps = _parted(names) if self._chooser.chance(0.25) else (names, ())
            same_day, calendar = self._chooser.pick(SAME_DAY), self._chooser.pick(_CALENDARS)
            self._variants.append(Variant(ruleset, rule, missing, same_day, calendar, gaps))


def _parted(missing: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a source leaves out, as the fields that it never records and the event types that only this case may lack."""
    return tuple(name for name in missing if "." in name), tuple(name for name in missing if "." not in name)


def plan_of(
    ruleset: RuleSet,
    profile: Profile,
    missing: Sequence[str],
    same_day: SameDay,
    calendar: Calendar = USUAL,
    gaps: Sequence[str] = (),
) -> Plan:
    """The plan for a source that leaves out what is `missing`, and for a case of which the event types `gaps` are not known."""
    coverage = Coverage.all().without(*missing)
    plan = build_plan(ruleset, profile=profile, coverage=coverage, same_day=same_day, calendar=calendar)
    return plan.with_gaps(gaps) if gaps else plan
