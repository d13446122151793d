"""What generated source may call: the few things that are better said in a function than written out each time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial
from itertools import chain
from typing import Any, TypeAlias

from rebild_policy.calendar import Calendar, Duration
from rebild_policy.engines.base import paused_days, received
from rebild_policy.expressions import UNKNOWN
from rebild_policy.facts import Case, SameDay, earlier

Fields: TypeAlias = dict[str, Any]


class DueDates(dict[date | None, date | None]):
    """Due dates by start, for one duration: a dictionary look-up once a start has been seen."""

    def __init__(self, calendar: Calendar, duration: Duration, roll: bool) -> None:
        super().__init__()
        self._compute = partial(calendar.deadline, duration=duration, roll=roll)

    def __missing__(self, start: date | None) -> date | None:
        due = self[start] = self._compute(start)
        return due


def deadline(
    calendar: Calendar, start: date | None, duration: Duration | None, suspensions: Iterable[Fields], case: Case, roll: bool
) -> date | None:
    """The due date, moved by suspensions; None where it can't be computed."""
    if start is None or duration is None:
        return None
    paused = paused_days((case.event(fields["id"]) for fields in suspensions), start)
    return None if paused is None else calendar.deadline(start, duration, paused, roll=roll)


def latest(parts: tuple[tuple[int, date | None], ...]) -> date | None:
    """The due date of `any`: the latest of the parts that have the greatest value."""
    best = max(value for value, _ in parts)
    return max((due for value, due in parts if value == best and due), default=None)


def earliest(parts: tuple[tuple[int, date | None], ...]) -> date | None:
    """The due date of `all`: the earliest of the parts that have the least value."""
    least = min(value for value, _ in parts)
    return min((due for value, due in parts if value == least and due), default=None)


def every(events: dict[str, list[Fields]]) -> Iterable[Fields]:
    """The events of all types."""
    return chain.from_iterable(events.values())


def several(events: dict[str, list[Fields]], types: tuple[str, ...]) -> Iterable[Fields]:
    """The events of some types."""
    return chain.from_iterable(events.get(type_, ()) for type_ in types)


def counted_day(fields: Fields, case: Case, calendar: Calendar) -> date:
    """The day that an event counts from, by the cut-off hour."""
    return received(case.event(fields["id"]), calendar)


def tie(first: Fields, second: Fields, case: Case, same_day: SameDay) -> bool | None:
    """Which of two events of one day is earlier."""
    return earlier(case.event(first["id"]), case.event(second["id"]), case, same_day)


def known_or_none(value: object) -> object:
    """A parameter's value; None stands for unknown in the source."""
    return None if value is UNKNOWN else value
