"""Steering a sketch until a rule says of it what is wanted, by what the plan says: the opposite of explaining.

A requirement says what to insert, an exemption what to leave out, a deadline where the last day is. Of a few ways to bring
something about, the chooser chooses where to begin; a step is taken if it does what it should, and best if it undoes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, islice
from typing import Final, TypeVar

from rebild_policy.engines.reference import Match
from rebild_policy.explaining.proposals import Proposals
from rebild_policy.explaining.solving import Draft, neutral, solutions
from rebild_policy.expressions import And, Before, Compare, Day, Expression, Field, Not, Or, Present, Truth, walk
from rebild_policy.facts import Event
from rebild_policy.results import Verdict
from rebild_policy.rules import By, Formula, Group, Holds, Quantifier, Window, Within
from rebild_policy.strategies.choosing import Chooser
from rebild_policy.strategies.focus import CASE, Focus
from rebild_policy.strategies.sketches import Sketch

T = TypeVar("T")
Goal = Callable[[Match], bool]
_ROUNDS: Final = 3  # later parts of a rule can undo what earlier ones took
_FEW: Final = 24  # ways tried to bring about one thing
_DAY: Final = timedelta(days=1)
_LATER: Final = (1, 2, 3, 7, 10, 14, 30, 60, 400)  # days after a last day
_APART: Final = (14, 7, 3, 1)


def steered(sketch: Sketch, wanted: Verdict, focus: Focus, chooser: Chooser) -> Sketch | None:
    """The sketch, changed until its rule gives its match the verdict that is wanted; None where that did not work.

    `focus` is that of the rule.
    """
    return _Steering(sketch, focus, chooser).to(wanted)


class _Steering:
    """One sketch on its way."""

    def __init__(self, sketch: Sketch, focus: Focus, chooser: Chooser) -> None:
        self.sketch = sketch
        self.rule = sketch.rule
        self.focus = focus
        self.chooser = chooser
        self.reached: list[Goal] = []  # what earlier steps brought about

    def to(self, wanted: Verdict) -> Sketch | None:
        """See `steered`."""
        for _ in range(_ROUNDS):
            if self.sketch.said() is wanted:
                return self.sketch
            self._push(wanted)
        if self.sketch.said() is not wanted and wanted is Verdict.UNDETERMINED:
            self._doubt()
        return self.sketch if self.sketch.said() is wanted else None

    def _push(self, wanted: Verdict) -> None:
        """Bring the parts of the rule, one after the other, to where the verdict needs them."""
        rule = self.rule
        self.reached.clear()
        self._see_everything()
        self._condition(rule.condition, True)
        self.reached.append(lambda match: match.holds(rule.condition) is Truth.TRUE)
        match wanted:
            case Verdict.SATISFIED:
                self._formula(rule.require, Truth.TRUE)
            case Verdict.EXEMPT:
                self._formula(rule.unless, Truth.TRUE)
                self.reached.append(lambda match: match.answer(rule.unless).value is Truth.TRUE)
                self._formula(rule.require, Truth.FALSE)
            case _:
                least = Truth.OPEN if wanted is Verdict.PENDING else Truth.FALSE
                self._formula(rule.require, least)
                self.reached.append(lambda match: match.answer(rule.require).value is least)
                self._formula(rule.unless, Truth.FALSE, most=least)

    # ---------------------------------------------------------------------------------------------------------- conditions
    def _condition(self, condition: Expression, want: bool) -> None:
        """Make a condition on the bound events and the case true, or false."""
        match condition:
            case Not(part):
                self._condition(part, not want)
            case And(parts) | Or(parts) if isinstance(condition, And) is want:
                for part in parts:
                    self._condition(part, want)
            case _:
                goal = Truth.TRUE if want else Truth.FALSE
                if self.sketch.match.holds(condition) is not goal:
                    self._try(self._settings(condition, want), lambda match: match.holds(condition) is goal)

    def _settings(self, condition: Expression, want: bool) -> Iterator[Sketch]:
        """Sketches in which a field of the case, some of an event, or the day of one are others, for a condition's sake."""
        sketch, match = self.sketch, self.sketch.match
        for var, event in match.bound.items():
            for fields in solutions(condition, want, Draft(match, var, event)):
                yield from sketch.set(event, fields)
        if isinstance(condition, Present) and want:
            yield from self._pointing(condition.of)
        for var, event in match.bound.items():
            yield from self._left_out(sketch, condition, var, event)
        for name in _fields(condition, CASE):
            for value in (*self.focus.values.get((CASE, name), ()), True, False, None):
                yield from sketch.with_case(name, value)
        for var, event in match.bound.items():
            for day in self._days_beside(condition, var):
                yield from sketch.moved(event, day)

    def _pointing(self, field: Expression) -> Iterator[Sketch]:
        """Sketches with an event for a link to name."""
        if isinstance(field, Field) and field.var in self.sketch.ids:
            event = self.sketch.match.bound[field.var]
            spec = self.sketch.plan.vocabulary.types[event.type].fields[field.name]
            yield from self.sketch.pointing(event, spec, self._one_of(_APART))

    def _left_out(self, sketch: Sketch, condition: Expression, var: str, event: Event) -> Iterator[Sketch]:
        """Sketches without one of the fields that a condition reads of an event."""
        for name in _fields(condition, var):
            if name in event.model_fields_set and name != "id":
                yield from sketch.without(event, name)

    def _days_beside(self, condition: Expression, var: str) -> list[date]:
        """The days around those of the other events that a condition puts in order with `var`."""
        bound = self.sketch.match.bound
        named = (_events_of(node) for node in walk(condition) if isinstance(node, Before | Compare))
        others = sorted({other for names in named if var in names for other in names & bound.keys()} - {var})
        return [bound[other].day + step * _DAY for other in others for step in (1, -1, 7, -7)]

    # ------------------------------------------------------------------------------------------------------------ formulas
    def _formula(self, formula: Formula, want: Truth, *, most: Truth | None = None) -> bool:
        """Bring a formula to a value, or, with `most`, to any from `want` to that. Says whether it is there."""

        def there() -> bool:
            return want <= self.sketch.match.answer(formula).value <= (most or want)

        if there():
            return True
        match formula:
            case Holds(condition):
                if want in {Truth.TRUE, Truth.FALSE}:
                    self._condition(condition, want is Truth.TRUE)
            case Quantifier():
                self._quantifier(formula, want)
            case Group():
                self._group(formula, want)
        return there()

    def _group(self, group: Group, want: Truth) -> None:
        """One part decides: of the others, none may be greater in `any`, and none less in `all`."""
        deciding = Truth.TRUE if group.kind == "any" else Truth.FALSE
        if want not in {deciding, Truth.OPEN}:
            for part in group.parts:
                self._formula(part, want)
            return
        least, most = (Truth.FALSE, Truth.OPEN) if group.kind == "any" else (Truth.TRUE, Truth.TRUE)
        for part in self._in_turn(group.parts):
            before = self.sketch
            for other in group.parts if want is Truth.OPEN else ():
                if other is not part:
                    self._formula(other, least, most=most)
            if self._formula(part, want) and self.sketch.match.answer(group).value is want:
                return
            self.sketch = before

    def _quantifier(self, node: Quantifier, want: Truth) -> None:
        """Bring about, or undo, what a quantifier seeks, and let time pass until nothing more can come."""
        if node.window and self.sketch.match.due(node) is None:
            self._date(node, lambda match: match.due(node) is not None)
        if want is (Truth.TRUE if node.kind == "some" else Truth.FALSE):
            self._bring(node, want)
            return
        for event in list(self.sketch.match.candidates(node)):
            self._spoil(node, event.id)
        due = self.sketch.match.due(node)
        if due is not None:
            latest = max(due, self.sketch.match.trigger.day)
            self._look_on(latest - self._one_of((0, 1, 2, 5)) if want is Truth.OPEN else latest + self._one_of(_LATER))

    # ----------------------------------------------------------------------------------------------- what a node looks for
    def _bring(self, node: Quantifier, want: Truth) -> None:
        """Insert what a node seeks, on one of the days that the plan allows."""
        for prepare in (self._see_everything, lambda: self._prepare(node)):
            prepare()
            changes = islice(Proposals(self.sketch.match).insertions(node), _FEW)
            first = list(islice(changes, self.chooser.integer(0, _FEW // 4)))
            self._try(self.sketch.applied(chain(changes, first)), lambda match: match.answer(node).value is want)
            if self.sketch.match.answer(node).value is want:
                return

    def _prepare(self, node: Quantifier) -> None:
        """Change the bound events so that what a node seeks can come: make room for it, and fill in what it is compared with."""
        last = self.sketch.last
        self._try(self.sketch.moved(last, last.day + self._one_of(_APART)), self._still)
        self.sketch = self.sketch.later(max(self.sketch.last.day - self.sketch.as_of, timedelta()) + self._one_of(_APART))
        for var in self.sketch.ids:
            for name in _fields(node.where, var):
                event = self.sketch.match.bound[var]
                spec = self.sketch.plan.vocabulary.types[event.type].fields[name]
                if name in self.focus.asked_of(event.type):
                    self._try(self.sketch.without(event, name), self._still)
                elif getattr(event, name) is None:
                    for value in islice(neutral(spec, event, self.sketch.match), 1):
                        self._try(self.sketch.set(event, {name: value}), self._still)
        due = self.sketch.match.due(node)
        if due is not None and due <= self.sketch.match.trigger.day:
            self._date(node, lambda match: (match.due(node) or date.min) > match.trigger.day)

    def _date(self, node: Quantifier, reached: Goal) -> None:
        """Give a window another last day: by the dates that it rests on, and a case kind for which there is a duration."""
        for name in _resting(node.window, CASE):
            known = self.focus.values.get((CASE, name), ())
            options = [sketch for value in self._in_turn(known) for sketch in self.sketch.with_case(name, value)]
            if not self._try(options, reached):
                self._try(options, self._still)
        for var in self.sketch.ids:
            for name in _resting(node.window, var):
                event = self.sketch.match.bound[var]
                self._try(self.sketch.set(event, {name: event.day + self._one_of((14, 7, 1, 0))}), reached)

    def _spoil(self, node: Quantifier, id_: str) -> None:
        """Make an event one that a node does not seek: drop it, have it come too late, or change what was wanted of it."""

        def spoilt(match: Match) -> bool:
            if id_ not in match.case.positions:
                return True
            return match.candidate(node, match.case.event(id_), match.due(node)) is Truth.FALSE

        sketch = self.sketch
        if not spoilt(sketch.match):
            event, due = sketch.case.event(id_), sketch.match.due(node)
            late = sketch.moved(event, due + self._one_of(_LATER)) if due else iter(())
            ways = self._in_turn([sketch.dropped(event), late, self._unfit(node, event)])
            self._try(chain.from_iterable(ways), spoilt)

    def _unfit(self, node: Quantifier, event: Event) -> Iterator[Sketch]:
        match = self.sketch.match.with_candidate(node.var, event)
        for fields in solutions(node.where, False, Draft(match, node.var, event)):
            yield from self.sketch.set(event, fields)
        yield from self._left_out(self.sketch, node.where, node.var, event)

    # ----------------------------------------------------------------------------------------------------------- in doubt
    def _doubt(self) -> None:
        """Leave out one thing that the rule turns on, or two; or have two events come on one day, nobody knows in which order."""
        for _ in range(2):
            options = self._in_turn(list(self._blanks()))
            doubted = next((sketch for sketch in options if sketch.said() is Verdict.UNDETERMINED), None)
            self.sketch = doubted or next(iter(options), self.sketch)
            if doubted:
                return

    def _blanks(self) -> Iterator[Sketch]:
        sketch = self.sketch
        for event in sketch.case.events:
            for name in sorted(self.focus.names(event.type) & event.model_fields_set):
                yield from sketch.without(event, name)
        for name in sorted(self.focus.names(CASE) & sketch.case.model_fields_set):
            yield from sketch.with_case(name, None)
        for event in sketch.case.events:
            if event.id not in sketch.ids.values():
                yield from sketch.moved(event, sketch.match.trigger.day)

    # ------------------------------------------------------------------------------------------------------------ choosing
    def _try(self, sketches: Iterable[Sketch], reached: Goal) -> bool:
        """Take the first of a few sketches with which a goal is reached, best one that undoes nothing. Says if there is one."""
        second = None
        for sketch in islice(sketches, _FEW):
            if reached(sketch.match):
                if self._still(sketch.match):
                    self.sketch = sketch
                    return True
                second = second or sketch
        self.sketch = second or self.sketch
        return second is not None

    def _still(self, match: Match) -> bool:
        """Is what was reached still there?"""
        return all(still(match) for still in self.reached)

    def _in_turn(self, options: Sequence[T]) -> list[T]:
        """The options, beginning with the one that is chosen."""
        start = self.chooser.integer(0, len(options) - 1) if len(options) > 1 else 0
        return [*options[start:], *options[:start]]

    def _one_of(self, days: Sequence[int]) -> timedelta:
        return timedelta(days=self.chooser.pick(days))

    def _see_everything(self) -> None:
        """No bound event lies after the day on which the case is looked at."""
        if self.sketch.as_of < self.sketch.last.day:
            self.sketch = self.sketch.later(self.sketch.last.day - self.sketch.as_of)

    def _look_on(self, day: date) -> None:
        """Have the case looked at on a day, though never before a bound event."""
        self.sketch = self.sketch.later(max(day, self.sketch.last.day) - self.sketch.as_of)


# ---------------------------------------------------------------------------------------------------------------- helpers
def _fields(condition: Expression, var: str) -> list[str]:
    """The fields of an event, or of the case, that a condition reads."""
    return list(dict.fromkeys(node.name for node in walk(condition) if isinstance(node, Field) and node.var == var))


def _resting(window: Window | None, var: str) -> list[str]:
    """The fields of an event, or of the case, that a window rests on."""
    match window:
        case By(day):
            return _fields(day, var)
        case Within(duration, start):
            return [*_fields(duration, var), *(_fields(start, var) if start else ())]
    return []


def _events_of(node: Before | Compare) -> set[str]:
    """The events that a comparison names."""
    if isinstance(node, Before):
        return {node.first, node.second}
    return {part.var for part in walk(node) if isinstance(part, Day | Field)}
