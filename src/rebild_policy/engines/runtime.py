"""What generated source may call: the few things that are better said in a function than written out each time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from itertools import chain
from typing import Any, TypeAlias

from rebild_policy.calendar import Calendar, Duration
from rebild_policy.engines.base import paused_days, received
from rebild_policy.facts import Case, Covers, SameDay, earlier
from rebild_policy.parameters import ParameterDefinition, ParameterValue

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


def counted_day(fields: Fields, case: Case, calendar: Calendar) -> date:
    """The day that an event counts from, by the cut-off hour."""
    return received(case.event(fields["id"]), calendar)


def tie(first: Fields, second: Fields, case: Case, same_day: SameDay, covers: Covers) -> bool | None:
    """Which of two events of one day is earlier."""
    return earlier(case.event(first["id"]), case.event(second["id"]), case, same_day, covers)


def in_force(parameter: ParameterDefinition) -> Callable[..., ParameterValue | None]:
    """A function of the day, and the key of a table, that gives the value in force; None stands for unknown."""
    values: dict[str | None, list[tuple[date, date, ParameterValue]]] = {}
    # The last that fits counts, as in `ParameterDefinition.on`: later ones are tried first.
    for dated in reversed(parameter.values):
        values.setdefault(None, []).append((dated.since, date.max, dated.value))
    for row in reversed(parameter.rows):
        if row.in_force:
            values.setdefault(row.key, []).append((row.valid_from, row.valid_to, row.value))

    def on(day: date, key: str | None = None) -> ParameterValue | None:
        for since, until, value in values.get(key, ()):
            if since <= day <= until:
                return value
        return None

    return on
