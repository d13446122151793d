"""Cases of which a rule says what is wanted, or in which no rule is violated: a small core, and what else happened around it.

The core is steered to its verdict by the plan. Each further event is kept if the case still is what it should be, or is once
more after the smallest changes. So every draw comes out, and what Hypothesis shrinks it to is the core.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import islice
from random import Random
from typing import Any, Final, NamedTuple

from rebild_policy.engines import ENGINES, Engine
from rebild_policy.engines.reference import Match, ReferenceEngine
from rebild_policy.errors import PolicyError, UsageError
from rebild_policy.explaining.edits import applied
from rebild_policy.explaining.proposals import Proposals
from rebild_policy.facts import Case, Event
from rebild_policy.plan import Plan
from rebild_policy.results import Row, Verdict
from rebild_policy.rules import Example, Rule
from rebild_policy.strategies.choosing import Chooser, RandomChooser, SimplestChooser
from rebild_policy.strategies.focus import Focus, focus_on
from rebild_policy.strategies.generator import CaseGenerator
from rebild_policy.strategies.naming import renamed, written
from rebild_policy.strategies.pools import CASE_IDS, MAX_EVENTS, ORDINARY
from rebild_policy.strategies.sketches import Sketch, moved_in_time
from rebild_policy.strategies.steering import steered

Place = tuple[str, str, tuple[str, ...]]  # of a violation: its rule, its trigger and its key
_NOT_THE_FIRST: Final = 0.9  # how often a core is other than the first seed
_TRIES: Final = 60  # random cores looked at, where no example of the rule will do
_PROPOSALS: Final = 30  # changes tried to mend one violation
_MENDS: Final = 12  # violations mended in one case
_BEFORE: Final = (30, 60, 14, 90, 7, 21, 200, 400, 1, 0)  # days before a fixed day on which a case turns
_AFTER: Final = (30, 60, 7, 1, 0, 400)


class CaseAsOf(NamedTuple):
    """A case and the day as of which it is what was asked for: `policy.check(*drawn)`. No event lies after that day."""

    case: Case
    as_of: date

    def __repr__(self) -> str:
        return f"CaseAsOf(Case.read({written(self.case)!r}), {self.as_of!r})"


@dataclass(frozen=True)
class Aim:
    """What cases are to show: one of `verdicts` by `rule`, the first that it can; with `kept`, no violation of any rule.

    `as_of`: the day on which they are looked at, where that is fixed. `odd`: with odd ids, texts, links and dates.
    """

    plan: Plan
    rule: Rule | None = None
    verdicts: tuple[Verdict, ...] = ()
    kept: bool = False
    as_of: date | None = None
    odd: bool = False
    judge: Engine | None = None  # of the plan without its statistics, where there is one

    def about(self, rule: Rule | None, *verdicts: Verdict) -> Aim:
        """The same about a rule of the policy, and the verdicts that it may come to. It is the plan's rule that is judged."""
        planned = next((one for one in self.plan.rules if rule and one.name == rule.name), None)
        return replace(self, rule=planned, verdicts=verdicts)


class Marksman:
    """Draws cases for an aim. Making one costs some milliseconds."""

    def __init__(self, aim: Aim) -> None:
        self.aim = aim
        rules = (aim.rule,) if aim.rule else aim.plan.rules
        self.focus = focus_on(rules, aim.plan.parameters)
        self.generator = CaseGenerator(self.focus, plain=not aim.odd)
        self._focuses: dict[str, Focus] = {}
        self.alone = ENGINES["compiled"](replace(aim.plan, rules=(aim.rule,) if aim.rule else ()))

    # ------------------------------------------------------------------------------------------------------------- drawing
    def drawn(self, chooser: Chooser) -> CaseAsOf:
        """A case that is as it should be. Raises `UsageError` where none was found."""
        core = self._core(chooser)
        case = self._surrounded(core, chooser)
        return CaseAsOf(renamed(case) if not self.aim.odd else case, core.as_of)

    @cached_property
    def wanted(self) -> Verdict | None:
        """The first of the verdicts that a case was found for; None where none is asked for, or can be had."""
        return next((verdict for verdict in self.aim.verdicts if self._seeds(verdict)), None)

    @cached_property
    def seeds(self) -> list[CaseAsOf]:
        """Cases to fall back on, small ones first: examples of the rule, or else what steering came to."""
        nothing = CaseAsOf(Case(id=CASE_IDS[0]), self.aim.as_of or ORDINARY[0])
        return self._seeds(self.wanted) if self.wanted else [nothing]

    def _seeds(self, verdict: Verdict) -> list[CaseAsOf]:
        found = [case for example in self._examples(verdict) if (case := self._as_example(example, verdict))]
        chooser = RandomChooser(Random(0))  # noqa: S311 - cases, not secrets
        for _ in range(0 if found else _TRIES):
            core = self._steered(chooser, verdict)
            if core is not None:
                return [core]
        return sorted(found, key=lambda seed: (len(seed.case.events), sum(len(e.model_fields_set) for e in seed.case.events)))

    def _core(self, chooser: Chooser) -> CaseAsOf:
        # The simplest choices, which Hypothesis shrinks to, are also the fewest.
        if not chooser.chance(_NOT_THE_FIRST):
            return self.seeds[0]
        if self.wanted is None:
            return self._empty(chooser)
        return self._steered(chooser, self.wanted) or chooser.pick(self.seeds)

    def _empty(self, chooser: Chooser) -> CaseAsOf:
        data, anchor = self.generator.start(chooser, (), self._anchors)
        later = timedelta(days=chooser.pick(_AFTER))
        return CaseAsOf(Case.read(data), self.aim.as_of or anchor + later)

    def _steered(self, chooser: Chooser, verdict: Verdict) -> CaseAsOf | None:
        """A core whose verdict the plan brought about, and that breaks no other rule where none may be broken."""
        rule = self.aim.rule
        if rule is None:
            return None
        data, anchor = self.generator.start(chooser, [type_ for _, type_ in rule.each], self._anchors)
        as_of = self.aim.as_of or anchor + timedelta(days=chooser.pick(_AFTER))
        ids = {var: event["id"] for (var, _), event in zip(rule.each, data["events"], strict=True)}
        start = Sketch(self.aim.plan, rule, in_order(Case.read(data)), as_of, ids, fixed=self.aim.as_of is not None)
        sketch = steered(start, verdict, self.focus, chooser)
        return self._finished(sketch.case, sketch.as_of, verdict) if sketch else None

    @property
    def _anchors(self) -> list[date]:
        as_of = self.aim.as_of
        return [as_of - timedelta(days=before) for before in _BEFORE] if as_of else []

    def _finished(self, case: Case, as_of: date, verdict: Verdict) -> CaseAsOf | None:
        """The case, mended where it must be, if it is what it should be."""
        case = in_order(case)
        if any(event.day > as_of for event in case.events) or not self._says(case, as_of, verdict):
            return None
        mended = self._mended(case, as_of, verdict) if self.aim.kept else case
        return CaseAsOf(mended, as_of) if mended else None

    # ------------------------------------------------------------------------------------------------------------ examples
    def _examples(self, verdict: Verdict) -> Iterator[Example]:
        written = self.aim.plan.written[self.aim.rule.name].examples if self.aim.rule else ()
        for example in written:
            if self.aim.plan.profile in example.profiles and verdict.value in example.expect.values():
                yield example

    def _as_example(self, example: Example, verdict: Verdict) -> CaseAsOf | None:
        """The case of an example, on the day that is asked for, if it is what it should be under this plan."""
        try:
            case = Case.read(example.case)
        except PolicyError:
            return None
        as_of = self.aim.as_of or example.as_of
        moved = moved_in_time(case, as_of - example.as_of)
        return self._finished(_seen(moved, as_of), as_of, verdict) if moved else None

    # ------------------------------------------------------------------------------------------------------- more events
    def _surrounded(self, core: CaseAsOf, chooser: Chooser) -> Case:
        case, as_of = core
        first = [event.day for event in case.events] or [as_of - timedelta(days=chooser.pick(_BEFORE))]
        for _ in range(MAX_EVENTS - len(case.events)):
            others = [{"id": event.id, "type": event.type} for event in case.events]
            days = [*first, *(event.day for event in case.events)]
            data = self.generator.perhaps_another(chooser, others, days)
            if data is not None:
                case = self._kept(with_event(case, self._read(data, as_of)), as_of) or case
        return case

    def _read(self, data: dict[str, Any], as_of: date) -> Event:
        """The event, which is not later than the day on which the case is looked at."""
        if data["time"][:10] >= as_of.isoformat():
            data["time"] = as_of.isoformat()
        return self.generator.vocabulary.types[data["type"]].model.model_validate(data)

    def _kept(self, case: Case, as_of: date) -> Case | None:
        """The case, mended where it must be, if it is still what it should be."""
        if not self._says(case, as_of, self.wanted):
            return None
        return self._mended(case, as_of, self.wanted) if self.aim.kept else case

    # ------------------------------------------------------------------------------------------------------------ judging
    def _says(self, case: Case, as_of: date, verdict: Verdict | None) -> bool:
        """Does the rule come to the verdict on some match of the case?"""
        return verdict is None or any(row.verdict is verdict for row in self.alone.verdicts(case, as_of))

    @cached_property
    def _judge(self) -> Engine:
        return self.aim.judge or ENGINES["compiled"](self.aim.plan.duties)

    @cached_property
    def _duties(self) -> dict[str, Rule]:
        return {rule.name: rule for rule in self.aim.plan.duties.rules}

    def _violations(self, case: Case, as_of: date) -> dict[Place, Row]:
        rows = self._judge.verdicts(case, as_of)
        return {row[:3]: row for row in rows if row.verdict is Verdict.VIOLATED}

    def _mended(self, case: Case, as_of: date, verdict: Verdict | None) -> Case | None:
        """The case with changes that leave no rule violated: what a rule proposes, or else an event less."""
        for _ in range(_MENDS):
            violated = self._violations(case, as_of)
            if not violated:
                return case
            better = next(self._better(case, as_of, violated, verdict), None)
            if better is None:
                return None
            case = better
        return None

    def _better(self, case: Case, as_of: date, violated: dict[Place, Row], verdict: Verdict | None) -> Iterator[Case]:
        """Cases with a violation less and none more, in which the rule still says what it should."""

        def is_better(changed: Case) -> bool:
            fits = len(changed.events) <= MAX_EVENTS and all(event.day <= as_of for event in changed.events)
            return fits and self._violations(changed, as_of).keys() < violated.keys() and self._says(changed, as_of, verdict)

        for row in violated.values():
            yield from filter(is_better, islice(self._proposed(case, as_of, row), _PROPOSALS))
        for row in violated.values():
            yield from filter(is_better, self._steered_back(case, as_of, row))
        for row in violated.values():
            for id_ in (row.trigger, *row.key):
                without = tuple(event for event in case.events if event.id != id_)
                yield from filter(is_better, (case.model_copy(update={"events": without}),))

    def _proposed(self, case: Case, as_of: date, row: Row) -> Iterator[Case]:
        """The case with what the explanation of a violation would propose."""
        for match in islice(self._matches(case, as_of, row), 1):
            for change in Proposals(match):
                try:
                    yield in_order(applied(case, change))
                except UsageError:
                    continue

    def _steered_back(self, case: Case, as_of: date, row: Row) -> Iterator[Case]:
        """The case steered until the rule of a violation is satisfied: several changes, where one will not do."""
        rule = self._duties[row.rule]
        for match in islice(self._matches(case, as_of, row), 1):
            ids = {var: event.id for var, event in match.bound.items()}
            focus = self._focuses.setdefault(rule.name, focus_on([rule], self.aim.plan.parameters))
            sketch = Sketch(self.aim.plan, rule, case, as_of, ids, fixed=True)
            back = steered(sketch, Verdict.SATISFIED, focus, SimplestChooser())
            if back:
                yield in_order(back.case)

    def _matches(self, case: Case, as_of: date, row: Row) -> Iterator[Match]:
        for match in self._reference.matches(self._duties[row.rule], case, as_of):
            if match.trigger.id == row.trigger and {*row.key} <= {event.id for event in match.bound.values()}:
                yield match

    @cached_property
    def _reference(self) -> ReferenceEngine:
        return ReferenceEngine(self.aim.plan)


# ---------------------------------------------------------------------------------------------------------------- helpers
def with_event(case: Case, event: Event) -> Case:
    """The case with one event more, in the order of days."""
    return in_order(case.model_copy(update={"events": (*case.events, event)}))


def in_order(case: Case) -> Case:
    """The case with its events in the order of days, as a register holds them; those of one day stay as they are."""
    if all(one.day <= other.day for one, other in zip(case.events, case.events[1:], strict=False)):
        return case
    return case.model_copy(update={"events": tuple(sorted(case.events, key=lambda event: event.day))})


def _seen(case: Case, as_of: date) -> Case:
    """The case without what comes after a day."""
    return case.model_copy(update={"events": tuple(event for event in case.events if event.day <= as_of)})
