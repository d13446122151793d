"""The edits that could satisfy a violated match, read off the nodes of its rule, the likeliest first. None is tried here.

A proposal is natural where it says what the municipality ought to have done: what it left out is inserted or filled in, what
it did too early or too late is moved. What is not natural comes last: an act of a citizen, or a value on record that the
rule only starts from. Never proposed: other words for what was decided, another day for what a citizen did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from rebild_policy.engines.reference import Match
from rebild_policy.errors import UsageError
from rebild_policy.explaining.edits import made, name_of, unused_id
from rebild_policy.explaining.solving import Assignment, Draft, neutral, solutions
from rebild_policy.expressions import FALSE, Before, Day, Expression, Field, Literal, Truth, value, walk
from rebild_policy.facts import ANY_EVENT, Event
from rebild_policy.facts.base import EARLIEST, LATEST
from rebild_policy.results import Change
from rebild_policy.rules import Formula, Group, Holds, Quantifier

# What was decided: an outcome is never changed to make a rule hold.
DECIDED = frozenset({"outcome", "granted", "accepted", "changed", "act", "final"})
# What the citizen does, beside every `..._received`: the municipality could not have done it, nor on another day.
_OF_CITIZEN = frozenset({"hearing_response", "access_requested", "representation_requested"})
_SAID = {"text", "enum"}  # kinds of field; a link is registered by the municipality
_NOTE = "note_recorded"  # what to insert where any event will do
_GIVEN = frozenset({"type", "id", "time", "case"})
_DAY = timedelta(days=1)
_FEW = 4  # types of event to try
_CANDIDATES = 12  # events of a case that may nearly be what a rule seeks


class _Proposal(NamedTuple):
    change: Change
    natural: bool


class _Movable(NamedTuple):
    """An event that could have another day, not before `since`, the dates near which it may lie, and if that is natural."""

    event: Event
    dates: tuple[date, ...]
    natural: bool
    since: date = EARLIEST


def of_citizen(type_: str) -> bool:
    """Is an event of this type something that came from outside, and not an act of the municipality?"""
    return type_ in _OF_CITIZEN or type_.endswith("_received")


def false_leaves(formula: Formula, match: Match) -> Iterator[Holds | Quantifier]:
    """The false parts of a formula, in order."""
    if isinstance(formula, Group):
        for part in formula.parts:
            yield from false_leaves(part, match)
    elif match.answer(formula).value is Truth.FALSE:
        yield formula


def _hopeless(formula: Formula) -> bool:
    """Can nothing make the formula true?"""
    if isinstance(formula, Group):
        return (any if formula.kind == "all" else all)(map(_hopeless, formula.parts))
    return isinstance(formula, Holds) and formula.condition == FALSE


@dataclass(frozen=True)
class Proposals:
    """The edits for one match."""

    match: Match

    @cached_property
    def leaves(self) -> list[Holds | Quantifier]:
        """The false parts of the requirement."""
        return list(false_leaves(self.match.rule.require, self.match))

    @property
    def never(self) -> bool:
        """Does the rule ask for nothing, and say only that its situation must not be?"""
        return _hopeless(self.match.rule.require)

    def offenders(self, node: Quantifier) -> list[Event]:
        """The events that should not be there."""
        due = self.match.due(node)
        return [one for one in self.match.candidates(node) if self.match.candidate(node, one, due) is Truth.TRUE]

    def __iter__(self) -> Iterator[Change]:
        kinds = (self._refill, self._shift) if self.never else (self._inserts, self._sets, self._moves, self._removes)
        rest = []
        for kind in kinds:
            for change, natural in kind():
                if natural:
                    yield change
                else:
                    rest.append(change)
        yield from rest

    # ------------------------------------------------------------------------------------------------------------- insert
    def _inserts(self) -> Iterator[_Proposal]:
        for node in self.sought("some"):
            for change in self.insertions(node):
                yield _Proposal(change, not of_citizen(change.type or ""))

    def insertions(self, node: Quantifier) -> Iterator[Change]:
        """The events, new to the case, that could be what a node seeks."""
        for type_ in self._types(node):
            for day in self._days_to_insert(node):
                for fields in self._contents(node, type_, day):
                    yield Change(kind="insert", type=type_, day=day, fields=fields)

    def _types(self, node: Quantifier) -> tuple[str, ...]:
        if node.types == (ANY_EVENT,) or (len(node.types) > _FEW and _NOTE in node.types):
            return (_NOTE,)
        return tuple(sorted(node.types, key=of_citizen)[:_FEW])

    def _contents(self, node: Quantifier, type_: str, day: date) -> Iterator[Assignment]:
        """Fields with which an event of the type would be what is sought, as far as its fields go."""
        base = {"type": type_, "id": unused_id(self.match.case), "time": day}
        try:
            required = self._required(base)
            draft = Draft(self.match, node.var, made(base, required, self.match.case), set_=required)
        except UsageError:
            return
        # Where no fields would do, the bare event is tried all the same: that shows why.
        yield from ({**required, **fields} for fields in solutions(node.where, True, draft) or [{}])

    def _required(self, base: dict[str, Any]) -> Assignment:
        """Values for the fields that an event type of the user's own can't do without."""
        event_type = self.match.plan.vocabulary.types[base["type"]]
        bare = event_type.model.model_construct(**base)
        required: Assignment = {}
        for name, info in event_type.model.model_fields.items():
            if info.is_required() and name not in _GIVEN:
                for some in islice(neutral(event_type.fields[name], bare, self.match), 1):
                    required[name] = some
        return required

    def _days_to_insert(self, node: Quantifier) -> list[date]:
        """As late as the rule allows; where it sets no end, as near the trigger as can be. Days off are the last resort."""
        due = self.match.due(node)
        dates = {*self._dates(node.where, self.match, node.var), self.match.trigger.day}
        days = [day for day in self._around(dates) if due is None or day < due]
        latest_first = due is not None or node.before is not None
        distance = {day: -day.toordinal() if latest_first else abs((day - self.match.trigger.day).days) for day in days}
        ordered = sorted(days, key=lambda day: (not self._works(day), distance[day]))
        return [due, *ordered] if due and self._possible(due) else ordered

    # ---------------------------------------------------------------------------------------------------------------- set
    def _sets(self) -> Iterator[_Proposal]:
        for node in self.leaves:
            if isinstance(node, Holds):
                yield from self._set_bound(node.condition, self.match, want=True)
            elif node.kind == "some":
                for event in islice(self._near(node), _CANDIDATES):
                    yield from self._set_one(node.where, Draft(self.match, node.var, event, DECIDED), want=True)
            else:
                offenders = self.offenders(node)
                for event in offenders[:_CANDIDATES]:
                    yield from self._set_bound(node.where, self.match.with_candidate(node.var, event), want=False)
                if len(offenders) == 1:
                    yield from self._set_one(node.where, Draft(self.match, node.var, offenders[0], DECIDED), want=False)

    def _set_bound(self, condition: Expression, match: Match, *, want: bool) -> Iterator[_Proposal]:
        """A field of an event that the rule starts from; what its `if` reads is the situation, and stays."""
        for number, (var, _) in enumerate(match.rule.each):
            situation = {node.name for node in walk(match.rule.condition) if isinstance(node, Field) and node.var == var}
            draft = Draft(match, var, match.bound[var], DECIDED | situation)
            yield from self._set_one(condition, draft, want=want, owner=number == 0)

    def _set_one(self, condition: Expression, draft: Draft, *, want: bool, owner: bool = False) -> Iterator[_Proposal]:
        """One field of the draft's event. Natural: one left empty, or one of the trigger (`owner`)."""
        event, empty = draft.event, self._empty(draft.event)
        for fields in solutions(condition, want, replace(draft, locked=draft.locked | self._said(event))):
            if len(fields) == 1:
                ((name, new),) = fields.items()
                change = Change(kind="set", type=event.type, event=self._name(event), field=name, value=new)
                yield _Proposal(change, owner or name in empty)

    def _said(self, event: Event) -> set[str]:
        """The fields of an event that hold what a citizen said, unlike a date stamp, which says what was done about it."""
        fields = self.match.plan.vocabulary.types[event.type].fields
        said = {name for name, spec in fields.items() if spec.kind in _SAID}
        return said - self._empty(event) if of_citizen(event.type) else set()

    def _empty(self, event: Event) -> set[str]:
        """The fields of an event that hold nothing and have no default."""
        fields = self.match.plan.vocabulary.types[event.type].fields
        return {name for name, spec in fields.items() if spec.default is None and getattr(event, name) is None}

    # --------------------------------------------------------------------------------------------------------------- move
    def _moves(self) -> Iterator[_Proposal]:
        yield from self._nearest([movable for node in self.leaves for movable in self._movable(node)])

    def _nearest(self, movables: list[_Movable]) -> Iterator[_Proposal]:
        """The events on other days, working days and short ways first."""
        found: dict[tuple[str, date], tuple[bool, int, _Proposal]] = {}
        for event, dates, natural, since in movables:
            for day in self._around(dates) if not of_citizen(event.type) else ():
                if day != event.day and day >= since:
                    change = Change(kind="move", type=event.type, event=self._name(event), day=day)
                    place = (not self._works(day), abs((day - event.day).days), _Proposal(change, natural))
                    found.setdefault((event.id, day), place)
        yield from (proposal for *_, proposal in sorted(found.values(), key=lambda place: place[:2]))

    def _movable(self, node: Holds | Quantifier) -> Iterator[_Movable]:
        match = self.match
        if isinstance(node, Holds):
            for number, (var, _) in enumerate(match.rule.each):
                yield _Movable(match.bound[var], tuple(self._dates(node.condition, match, var)), number == 0)
            return
        due = match.due(node)
        events = islice(self._near(node), _CANDIDATES) if node.kind == "some" else self.offenders(node)[:1]
        for event in events:
            yield _Movable(event, (*self._dates(node.where, match, node.var), *([due] if due else [])), natural=True)
            bound = match.with_candidate(node.var, event)
            # The municipality can wait for what it has no hand in, and until what stood in the way is over.
            waits = node.kind == "some" and all(map(of_citizen, node.types))
            since = EARLIEST if node.kind == "some" else match.trigger.day
            yield _Movable(match.trigger, tuple(self._dates(node.where, bound, match.rule.each[0][0])), waits, since)

    # ------------------------------------------------------------------------------------------------------------- remove
    def _removes(self) -> Iterator[_Proposal]:
        for node in self.sought("none"):
            offenders = self.offenders(node)
            if len(offenders) == 1 and not of_citizen(offenders[0].type):
                change = Change(kind="remove", type=offenders[0].type, event=self._name(offenders[0]))
                yield _Proposal(change, natural=True)

    # -------------------------------------------------------------------------------------- rules that only forbid a situation
    def _refill(self) -> Iterator[_Proposal]:
        """What was left out of the events of a situation that must not be; last, a yes or no of the trigger."""
        for number, (var, type_) in enumerate(self.match.rule.each):
            event = self.match.bound[var]
            fields = self.match.plan.vocabulary.types[type_].fields
            flags = {name for name, spec in fields.items() if number == 0 and spec.kind == "bool"}
            fixed = set(fields) - self._empty(event) - flags
            draft = Draft(self.match, var, event, DECIDED | fixed)
            yield from self._set_one(self.match.rule.condition, draft, want=False)

    def _shift(self) -> Iterator[_Proposal]:
        var, _ = self.match.rule.each[0]
        dates = tuple(self._dates(self.match.rule.condition, self.match, var))
        yield from self._nearest([_Movable(self.match.trigger, dates, natural=True)])

    # ------------------------------------------------------------------------------------------------------------ helpers
    def sought(self, kind: str) -> Iterator[Quantifier]:
        """The false quantifiers of a kind."""
        return (leaf for leaf in self.leaves if isinstance(leaf, Quantifier) and leaf.kind == kind)

    def _near(self, node: Quantifier) -> Iterator[Event]:
        """The candidates of a node, those nearest to the trigger first."""
        trigger = self.match.trigger
        return iter(sorted(self.match.candidates(node), key=lambda event: abs((event.day - trigger.day).days)))

    def _name(self, event: Event) -> str:
        return name_of(event, self.match.case)

    def _dates(self, condition: Expression, match: Match, skip: str) -> Iterator[date]:
        """The dates that a condition compares with, but for the day and the fields of `skip`."""
        for node in walk(condition):
            match node:
                case Before(first, second):
                    yield from (match.day(var) for var in (first, second) if var != skip)
                case Day(var) | Field(var, _) if var != skip:
                    found = value(node, match)
                    if isinstance(found, date):
                        yield found
                case Literal(date() as found):
                    yield found

    def _around(self, dates: Iterable[date]) -> list[date]:
        """Each date with the days before and after it, and the working days nearest to these, as far as possible."""
        days: dict[date, None] = {}
        for day in dates:
            if self._possible(day):
                for near in (day, day - _DAY, day + _DAY):
                    days |= dict.fromkeys((near, self.working(near, -_DAY), self.working(near, _DAY)))
        return [day for day in days if self._possible(day)]

    def working(self, day: date, step: timedelta) -> date:
        """The working day nearest to `day` going by `step`; where there is none that a change may name, a day that it may not."""
        while self._possible(day) and not self._works(day):
            day += step
        return day

    def _works(self, day: date) -> bool:
        return self.match.plan.calendar.is_working_day(day)

    def _possible(self, day: date) -> bool:
        return EARLIEST <= day <= min(LATEST, self.match.as_of)
