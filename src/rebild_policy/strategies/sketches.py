"""A small case about one match of a rule, and the steps that can be taken with it.

A step gives the sketches that it leads to: one, or none where the vocabulary or the calendar does not take it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from rebild_policy.engines.base import verdict
from rebild_policy.engines.reference import Match
from rebild_policy.errors import UsageError
from rebild_policy.explaining.edits import applied, rebuilt
from rebild_policy.explaining.solving import Assignment
from rebild_policy.facts import Case, Event, FieldSpec
from rebild_policy.facts.base import EARLIEST, LATEST
from rebild_policy.plan import Plan
from rebild_policy.results import Change, Verdict
from rebild_policy.rules import Rule


@dataclass(frozen=True)
class Sketch:
    """The case, the ids of the events that the rule binds, and the day on which it is looked at; `fixed`: on no other."""

    plan: Plan
    rule: Rule
    case: Case
    as_of: date
    ids: dict[str, str]  # variable of `each` -> id
    fixed: bool = False

    @cached_property
    def match(self) -> Match:
        """The match that it is about."""
        return Match(self.plan, self.case, self.as_of, self.rule, {var: self.case.event(id_) for var, id_ in self.ids.items()})

    @property
    def last(self) -> Event:
        """The latest of the bound events."""
        return max(self.match.bound.values(), key=lambda event: event.day)

    def said(self) -> Verdict | None:
        """What the rule says of the match; None where it does not apply, or an event is not seen yet."""
        match, rule = self.match, self.rule
        if self.last.day > self.as_of or not rule.valid_from <= match.trigger.day <= rule.valid_to:
            return None
        return verdict(match.holds(rule.condition), match.answer(rule.unless).value, match.answer(rule.require).value)

    # -------------------------------------------------------------------------------------------------------------- steps
    def set(self, event: Event, fields: Assignment) -> Iterator[Sketch]:
        """Other values in some fields of an event."""
        return self._changed(event, lambda: rebuilt(event, fields, self.case))

    def without(self, event: Event, name: str) -> Iterator[Sketch]:
        """A field of an event left out."""
        kept = {other: getattr(event, other) for other in event.model_fields_set if other != name}
        return self._changed(event, lambda: type(event).model_validate(kept))

    def with_case(self, name: str, value: object) -> Iterator[Sketch]:
        """Another value in a field of the case."""
        given = {key: getattr(self.case, key) for key in self.case.model_fields_set}
        try:
            yield replace(self, case=Case.model_validate({**given, name: value}))
        except ValidationError:
            return

    def applied(self, changes: Iterable[Change]) -> Iterator[Sketch]:
        """Each of some changes, by itself."""
        for change in changes:
            try:
                yield replace(self, case=applied(self.case, change))
            except UsageError:
                continue

    def moved(self, event: Event, day: date) -> Iterator[Sketch]:
        """An event on another day."""
        if EARLIEST <= day <= (self.as_of if self.fixed else LATEST):
            yield from self.applied([Change(kind="move", type=event.type, event=event.id, day=day)])

    def dropped(self, event: Event) -> Iterator[Sketch]:
        """The case without an event that is not bound."""
        if event.id not in self.ids.values():
            yield self._with(tuple(other for other in self.case.events if other is not event))

    def pointing(self, event: Event, spec: FieldSpec, apart: timedelta) -> Iterator[Sketch]:
        """A link of an event that names a new event, so many days before it, or after it if the link points ahead."""
        for type_ in [name for name in spec.link.targets if name != "*"] if spec.link else ():
            day = event.day + (apart if spec.link and spec.link.forward else -apart)
            for sketch in self.applied([Change(kind="insert", type=type_, day=day)]):
                (new,) = sketch.case.positions.keys() - self.case.positions.keys()
                yield from sketch.set(event, {spec.name: new})

    def later(self, time: timedelta) -> Sketch:
        """The case looked at so much later, or, where the day is fixed, everything so much earlier."""
        if not self.fixed:
            return replace(self, as_of=min(max(self.as_of + time, EARLIEST), LATEST))
        case = moved_in_time(self.case, -time)
        return replace(self, case=case) if case else self

    def _changed(self, event: Event, make: Callable[[], Event]) -> Iterator[Sketch]:
        try:
            new = make()
        except (UsageError, ValidationError):
            return
        yield self._with(tuple(new if other is event else other for other in self.case.events))

    def _with(self, events: tuple[Event, ...]) -> Sketch:
        return replace(self, case=self.case.model_copy(update={"events": events}))


def moved_in_time(case: Case, by: timedelta) -> Case | None:
    """The case with every time and date moved by whole days; None where one would leave the calendar."""
    if not by:
        return case

    def moved(value: Any) -> Any:
        return value + by if isinstance(value, date) else value

    try:
        events = [
            type(event).model_validate({name: moved(getattr(event, name)) for name in event.model_fields_set})
            for event in case.events
        ]
        fields = {name: moved(getattr(case, name)) for name in case.model_fields_set}
        return Case.model_validate({**fields, "events": events})
    except (ValidationError, OverflowError):
        return None
