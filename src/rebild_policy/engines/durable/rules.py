"""A rule of the plan as patterns, and what is worked out beside them.

- The matches of `each`: one pattern that fires for every way to bind the events so that the condition is true, and one for
  those where it is possible.
- Each quantifier: the match is one fact that carries the due date and the numbers of its events, and patterns say "no candidate
  is certain" and "no candidate is possible". Each fires at most once a match, however many candidates there are.

With the base that the design gives, the two answers place the quantifier on the chain false < unknown < open < true:

    some: a certain candidate -> true; else the greater of "unknown if one is possible" and the base
    none: a certain candidate -> false; else the lesser of "unknown if one is possible" and the base
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar

from rebild_policy.calendar import Duration
from rebild_policy.engines.base import paused_days
from rebild_policy.engines.durable.clauses import (
    Clause,
    Clauses,
    ListsApartError,
    MixedValueError,
    Reading,
    Single,
    TooManyClausesError,
)
from rebild_policy.engines.durable.conditions import RECORD, Bound, Conditions
from rebild_policy.engines.durable.patterns import (
    NUMBER,
    Builder,
    Pattern,
    TooManyTermsError,
    apart,
    day_by,
    due_of,
    may_be_same,
    number_of,
)
from rebild_policy.errors import EngineError, Location
from rebild_policy.expressions import Expression
from rebild_policy.plan import Plan
from rebild_policy.plan.walks import quantifiers
from rebild_policy.rules import By, Quantifier, Rule, Window, Within

Due: TypeAlias = Callable[[Bound, date], date | None]
T = TypeVar("T")
_READINGS: Final = (Reading.TRUE, Reading.POSSIBLE)


@dataclass(slots=True)
class Asked:
    """A quantifier: how its due date is found, and the patterns that say that no candidate is there."""

    node: Quantifier
    due: Due | None
    certain: list[Pattern]
    possible: list[Pattern] | None  # None: a candidate that is possible is certain


@dataclass(slots=True)
class Compiled:
    """One rule as patterns."""

    rule: Rule
    certain: list[Pattern]  # matches whose condition is true
    possible: list[Pattern]  # those, or others whose condition is not false
    asked: list[Asked]  # the quantifiers, exemptions first

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the events that are bound."""
        return tuple(var for var, _ in self.rule.each)

    @property
    def patterns(self) -> Iterator[Pattern]:
        """All patterns of the rule."""
        yield from self.certain
        yield from self.possible
        for asked in self.asked:
            yield from asked.certain
            yield from asked.possible or ()


class Compiler:
    """Compiles rules; what can't become patterns is refused by rule and node."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._count = 0

    def _name(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def compiled(self, rule: Rule) -> Compiled:
        """One rule. Raises `EngineError` for a node that durable-rules can't run."""
        certain, possible = self._matches(rule, Location(rule.at.file, rule.lines.get("if", rule.at.line)))
        asked = [self._asked(place, rule, node) for place, node in enumerate(quantifiers(rule))]
        return Compiled(rule, certain, possible, asked)

    # ---------------------------------------------------------------------------------------------------------- matches
    def _matches(self, rule: Rule, at: Location) -> tuple[list[Pattern], list[Pattern]]:
        """The patterns for matches whose condition is true, and for those where it is possible."""
        types = {var: (type_,) for var, type_ in rule.each}
        clauses = Clauses(self.plan, rule.each[0][0], types, tuple(frozenset({var}) for var in types))
        if len(types) == 1:
            readings = (Reading.TRUE, Reading.UNKNOWN)
            certain, possible = ([_single(rule.condition, reading)] for reading in readings)
        else:
            certain, possible = (_clauses(rule, "if", at, clauses, rule.condition, reading) for reading in _READINGS)

        def patterns(found: list[Clause]) -> list[Pattern]:
            return [_refusing(rule, "if", at, partial(self._match, clauses, clause)) for clause in found]

        return patterns(certain), patterns(possible)

    def _match(self, clauses: Clauses, clause: Clause) -> Pattern:
        variables = tuple(clauses.types)
        builder = Builder(clauses, variables)
        for at, var in enumerate(variables):
            same = [other for other in range(at) if clauses.types[variables[other]] == clauses.types[var]]
            builder.terms[at] += apart((other, NUMBER) for other in same)
        return builder.pattern(self._name("m"), clause)

    # ------------------------------------------------------------------------------------------------------ quantifiers
    def _asked(self, place: int, rule: Rule, node: Quantifier) -> Asked:
        types = {**{var: (type_,) for var, type_ in rule.each}, node.var: node.types}
        trigger, bound = rule.each[0][0], frozenset(var for var, _ in rule.each)
        clauses = Clauses(self.plan, trigger, types, (bound, frozenset({node.var})))
        what = f"{node.kind}: {node.var}"
        certain, possible = (_clauses(rule, what, node.at, clauses, node.where, reading) for reading in _READINGS)

        def patterns(found: list[Clause]) -> list[Pattern]:
            return [_refusing(rule, what, node.at, partial(self._candidate, place, clauses, node, clause)) for clause in found]

        due = self._due(node.window, trigger) if node.window else None
        return Asked(node, due, patterns(certain), None if possible == certain else patterns(possible))

    def _candidate(self, place: int, clauses: Clauses, node: Quantifier, clause: Clause) -> Pattern:
        *variables, own = clauses.types
        builder = Builder(clauses, (*variables, own), matched=True)
        others = [(0, number_of(at)) for at, var in enumerate(variables) if may_be_same(node.types, clauses.types[var])]
        extra = [*apart(others), *([day_by(due_of(place))] if node.window else [])]
        return builder.pattern(self._name("q"), clause, extra)

    # -------------------------------------------------------------------------------------------------------- deadlines
    def _due(self, window: Window, trigger: str) -> Due:
        """How the last day of a window is found."""
        conditions = Conditions(self.plan, trigger)
        if isinstance(window, By):
            by = conditions.value(window.date)
            return lambda bound, _: _day(by(bound))
        return self._within(window, conditions, Conditions(self.plan, trigger, counting=True))

    def _within(self, window: Within, conditions: Conditions, counting: Conditions) -> Due:
        calendar = self.plan.calendar
        duration_of = conditions.value(window.duration)
        if window.start is None or not window.computable:
            return lambda _, __: None
        start_of = counting.value(window.start)

        def due(bound: Bound, as_of: date) -> date | None:
            start, duration = _day(start_of(bound)), duration_of(bound)
            if start is None or not isinstance(duration, Duration):
                return None
            paused: set[date] | None = set()
            if window.paused:
                seen = (event for event in bound[RECORD].case.events if event.type == "suspension" and event.day <= as_of)
                paused = paused_days(seen, start)
            return None if paused is None else calendar.deadline(start, duration, paused, roll=window.roll)

        return due


def _day(value: Any) -> date | None:
    return value if isinstance(value, date) else None


def refusal(rule: Rule, what: str, why: str, at: Location) -> EngineError:
    """The error that names a rule and the node that durable-rules can't run."""
    return EngineError(f"durable can't run '{what}' of the rule '{rule.name}': it {why}.", at=at, remedy="Use another engine.")


def _single(node: Expression, reading: Reading) -> Clause:
    return frozenset({Single(node, reading)})


def _clauses(rule: Rule, what: str, at: Location, clauses: Clauses, node: Expression, reading: Reading) -> list[Clause]:
    return _refusing(rule, what, at, partial(clauses.of, node, reading))


def _refusing(rule: Rule, what: str, at: Location, make: Callable[[], T]) -> T:
    try:
        return make()
    except TooManyClausesError:
        raise refusal(rule, what, "falls into too many cases", at) from None
    except ListsApartError:
        raise refusal(rule, what, "asks whether two lists of ids have nothing in common", at) from None
    except MixedValueError:
        raise refusal(rule, what, "compares a value that rests on two events at once", at) from None
    except TooManyTermsError:
        raise refusal(rule, what, "compares too much at once", at) from None
